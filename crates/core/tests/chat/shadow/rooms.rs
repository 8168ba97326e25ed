//! Rooms as the facts alone tell of them, and the rules of who may do what there in their simplest
//! form.

use std::collections::BTreeSet;

use chinwag_core::{
    Fact, Held, LOBBY, Mask, Name, PersonId, Restriction, RoomAct, RoomChange, RoomId, RoomName,
    RoomPassword, RoomSetting, RoomSettings, RoomSnapshot, Standing, Timestamp,
};

use super::{ModelPerson, Shadow, has_same_mask};

/// A room that is there.
#[derive(Clone, Debug)]
pub(crate) struct ModelRoom {
    pub(crate) name: RoomName,
    pub(super) settings: RoomSettings,
    is_servers: bool,
    owner: Option<Name>,
    standings: Vec<(Name, Held)>,
    /// Of people who are inside, or were and are lost.
    guests: Vec<(PersonId, Held)>,
    /// The guest who made it.
    founder: Option<PersonId>,
    invited: Vec<PersonId>,
    bars: Vec<Listed>,
    mutes: Vec<Listed>,
}

/// A bar or a mute of a room, and the people whom it follows under any name.
#[derive(Clone, Debug)]
struct Listed {
    restriction: Restriction,
    follows: BTreeSet<PersonId>,
}

impl Listed {
    fn kept(restriction: &Restriction) -> Self {
        Self {
            restriction: restriction.clone(),
            follows: BTreeSet::new(),
        }
    }
}

impl ModelRoom {
    pub(super) fn new(name: RoomName, is_servers: bool) -> Self {
        Self {
            name,
            settings: RoomSettings {
                moderated: is_servers,
                ..RoomSettings::default()
            },
            is_servers,
            owner: None,
            standings: Vec::new(),
            guests: Vec::new(),
            founder: None,
            invited: Vec::new(),
            bars: Vec::new(),
            mutes: Vec::new(),
        }
    }

    pub(super) fn kept(room: &RoomSnapshot) -> Self {
        let rules = &room.rules;
        let owner = rules.standings.iter();
        let mut owner = owner.filter(|(_, held)| held.standing == Standing::Owner);
        Self {
            settings: rules.settings.clone(),
            owner: owner.next().map(|(name, _)| name.clone()),
            standings: rules.standings.clone(),
            bars: rules.bars.iter().map(Listed::kept).collect(),
            mutes: rules.mutes.iter().map(Listed::kept).collect(),
            ..Self::new(room.name.clone(), false)
        }
    }

    fn of_account(&self, account: &Name) -> Option<Held> {
        let mut standings = self.standings.iter();
        let found = standings.find(|(name, _)| name.same_as(account));
        found.map(|(_, held)| *held)
    }

    pub(super) fn standing(&self, id: PersonId, person: &ModelPerson) -> Option<Standing> {
        let mut guests = self.guests.iter();
        let guest = guests.find(|(guest, _)| *guest == id).map(|(_, s)| *s);
        let invited = self.invited.contains(&id).then(|| Standing::Invited.into());
        let account = person.account.as_ref();
        let account = account.and_then(|account| self.of_account(account));
        let held = account.max(guest).max(invited)?;
        Some(match self.is_servers && held.standing > Standing::Voice {
            true if held.voiced => Standing::Voice,
            true => Standing::Invited,
            false => held.standing,
        })
    }

    pub(super) fn bars(&self, id: PersonId, person: &ModelPerson, now: Timestamp) -> bool {
        holds_any(&self.bars, id, person, now)
    }

    fn set(&mut self, account: &Name, held: Option<Held>) {
        self.standings.retain(|(name, _)| !name.same_as(account));
        if self.owner.as_ref().is_some_and(|o| o.same_as(account)) {
            self.owner = None;
        }
        if held.is_some_and(|held| held.standing == Standing::Owner) {
            self.owner = Some(account.clone());
        }
        let held = held.map(|held| (account.clone(), held));
        self.standings.extend(held);
    }

    /// An account has ended, and what it was in the room.
    pub(super) fn end(&mut self, account: &Name) {
        self.set(account, None);
    }

    fn set_guest(&mut self, id: PersonId, held: Option<Held>) {
        self.guests.retain(|(guest, _)| *guest != id);
        self.invited.retain(|guest| *guest != id);
        match held {
            Some(held) if held.standing == Standing::Invited => self.invited.push(id),
            Some(held) => self.guests.push((id, held)),
            None => {}
        }
    }

    pub(super) fn enter(&mut self, id: PersonId) {
        self.invited.retain(|guest| *guest != id);
    }

    /// A person has gone for good.
    pub(super) fn leave(&mut self, id: PersonId) {
        self.guests.retain(|(guest, _)| *guest != id);
    }

    pub(super) fn end_visit(&mut self, id: PersonId) {
        let is_founder = self.founder == Some(id);
        self.guests.retain(|(guest, held)| {
            *guest != id || is_founder && held.standing > Standing::Invited
        });
    }

    pub(super) fn found(&mut self, person: PersonId, owner: Option<&Name>) {
        *self = Self::new(self.name.clone(), false);
        match owner {
            Some(owner) => self.set(owner, Some(Held::owner(false))),
            None => {
                self.founder = Some(person);
                self.guests.push((person, Standing::Moderator.into()));
            }
        }
    }

    pub(super) fn is_owned(&self, id: RoomId) -> bool {
        id == LOBBY || self.is_servers || self.owner.is_some()
    }
}

fn holds_any(list: &[Listed], id: PersonId, person: &ModelPerson, now: Timestamp) -> bool {
    let mut active = list.iter().filter(|entry| entry.restriction.is_active(now));
    active.any(|entry| {
        let mask = &entry.restriction.mask;
        let of = |name| {
            let mut addresses = person.addresses();
            addresses.any(|address| mask.matches(Some(name), address))
        };
        entry.follows.contains(&id) || of(&person.name) || person.account.as_ref().is_some_and(of)
    })
}

impl Shadow {
    pub(super) fn moderates(&self, id: PersonId, room: RoomId) -> bool {
        let person = &self.people[&id];
        person.operator || self.rooms[&room].standing(id, person) >= Some(Standing::Moderator)
    }

    /// Whether a person may read what was said in a room, or enter it with this password.
    pub(super) fn is_open_to(
        &self,
        id: PersonId,
        room: RoomId,
        password: Option<&RoomPassword>,
        now: Timestamp,
    ) -> bool {
        let (person, room) = (&self.people[&id], &self.rooms[&room]);
        let (settings, standing) = (&room.settings, room.standing(id, person));
        if settings.encrypted && !person.link.is_encrypted {
            return false;
        }
        if person.operator || standing >= Some(Standing::Moderator) {
            return true;
        }
        let is_shut = settings.closed
            || settings.password.is_some() && settings.password.as_ref() != password;
        !room.bars(id, person, now)
            && (!settings.registered || person.account.is_some())
            && (!is_shut || standing.is_some())
    }

    /// Whether a person may read what was said in a room.
    pub(super) fn may_read(&self, id: PersonId, room: RoomId, now: Timestamp) -> bool {
        let person = &self.people[&id];
        let knows = !self.rooms[&room].settings.hidden
            || person.operator
            || self.rooms[&room].standing(id, person).is_some();
        person.rooms.contains(&room) || knows && self.is_open_to(id, room, None, now)
    }

    pub(super) fn knows(&self, id: PersonId, room: RoomId) -> bool {
        let (person, found) = (&self.people[&id], &self.rooms[&room]);
        !found.settings.hidden
            || person.operator
            || person.rooms.contains(&room)
            || found.standing(id, person).is_some()
    }

    pub(super) fn check_joins(
        &self,
        id: PersonId,
        room: RoomId,
        password: Option<&RoomPassword>,
        now: Timestamp,
    ) {
        assert!(self.is_open_to(id, room, password, now), "{id:?} {room:?}");
        let is_full = |limit: u32| self.members(room).len() >= limit as usize;
        let limit = self.rooms[&room].settings.limit;
        assert!(!limit.is_some_and(is_full) || self.moderates(id, room));
    }

    pub(super) fn is_muted_in(&self, id: PersonId, room: RoomId, now: Timestamp) -> bool {
        let (person, found) = (&self.people[&id], &self.rooms[&room]);
        holds_any(&found.mutes, id, person, now) && !self.moderates(id, room)
    }

    /// Whether others read words of the moderator's in a change.
    pub(super) fn gives_words(&self, change: &RoomChange) -> bool {
        let is_someones = |name: &Name| {
            let lost = self.lost.iter().map(|lost| &lost.person);
            let mut people = self.people.values().chain(lost);
            self.owner(name).is_some() || people.any(|person| person.name.same_as(name))
        };
        match &change.act {
            RoomAct::Set(settings) => {
                let is_word = |set: &RoomSetting| matches!(set, RoomSetting::Password(Some(_)));
                settings.iter().any(is_word)
            }
            RoomAct::Bar(bar) => {
                let name = bar.mask.name.as_ref();
                bar.why.is_some() || name.is_some_and(|name| !is_someones(name))
            }
            _ => false,
        }
    }

    pub(super) fn check_may_speak_in(&self, id: PersonId, room: RoomId, now: Timestamp) {
        let (person, room) = (&self.people[&id], &self.rooms[&room]);
        let standing = room.standing(id, person);
        if person.operator {
            return;
        }
        let is_muted = holds_any(&room.mutes, id, person, now);
        assert!(!is_muted || standing >= Some(Standing::Moderator));
        assert!(!room.settings.moderated || standing >= Some(Standing::Voice));
    }

    pub(super) fn check_topic(&self, id: PersonId, room: RoomId) {
        let is_guarded = self.rooms[&room].settings.guards_topic;
        assert!(!is_guarded || self.moderates(id, room));
    }

    /// Those whom a restriction names, connected or not: who goes by the name, and who is logged in to
    /// the account.
    fn named_by(&self, mask: &Mask, now: Timestamp) -> BTreeSet<PersonId> {
        let Some(name) = &mask.name else {
            return BTreeSet::new();
        };
        let lost = self.lost.iter().map(|lost| (lost.id, &lost.person));
        let people = self.people.iter().map(|(id, person)| (*id, person));
        let bearer = self.bearer(name, now);
        let is_meant = |(id, person): &(PersonId, &ModelPerson)| {
            let account = person.account.as_ref();
            let is_named = bearer == Some(*id) || account.is_some_and(|own| own.same_as(name));
            let mut addresses = person.addresses();
            is_named && addresses.any(|address| mask.matches(Some(name), address))
        };
        let meant = people.chain(lost).filter(is_meant);
        meant.map(|(id, _)| id).collect()
    }

    /// A change is made by one who moderates the room, and hits nobody whom moderators leave alone.
    pub(super) fn check_room_change(&self, asker: PersonId, change: &RoomChange) {
        let room = &self.rooms[&change.room];
        let person = &self.people[&asker];
        let is_invitation = |act: &RoomAct| {
            let RoomAct::Stand { standing, .. } = act else {
                return false;
            };
            *standing == Some(Standing::Invited.into())
        };
        match &change.act {
            RoomAct::Own { .. } => {
                assert!(room.owner.is_none() && change.target == Some(asker));
                return;
            }
            act if is_invitation(act) && !room.settings.is_private() => {
                assert!(person.rooms.contains(&change.room) || person.operator);
                return;
            }
            _ => {
                assert!(self.moderates(asker, change.room), "{change:?}");
                assert!(person.operator || person.rooms.contains(&change.room));
            }
        }
        let hits = matches!(change.act, RoomAct::Eject { .. } | RoomAct::Mute(_));
        if let (true, Some(target)) = (hits, change.target) {
            let hit = self.anybody(target);
            assert!(target != asker);
            let standing = room.standing(target, hit);
            let is_owner = standing == Some(Standing::Owner);
            let is_deposed = person.operator && is_owner;
            assert!(!(is_owner || hit.operator) || is_deposed, "{change:?}");
        }
        if let RoomAct::Bar(bar) = &change.act {
            assert!(!bar.mask.matches(Some(&person.name), person.address));
        }
        if matches!(change.act, RoomAct::Eject { .. } | RoomAct::Bar(_)) {
            assert_ne!(change.room, LOBBY);
        }
    }

    pub(super) fn fold_room(&mut self, fact: &Fact, at: Timestamp) {
        match fact {
            Fact::RoomFounded {
                room,
                person,
                owner,
                ..
            } => {
                self.check_is_deserted(*room);
                let found = self.rooms.get_mut(room).expect("a room");
                assert!(!found.is_owned(*room));
                found.found(*person, owner.as_ref());
            }
            Fact::RoomRetired { room } => {
                assert!(self.members(*room).is_empty());
                let gone = self.rooms.remove(room).expect("a room");
                assert!(*room != LOBBY && !gone.is_servers);
            }
            Fact::RoomRenamed(renamed) => {
                let mut others = self.rooms.values();
                let is_taken = |room: &ModelRoom| room.name.is_same(&renamed.new);
                assert!(renamed.old.is_same(&renamed.new) || !others.any(is_taken));
                let room = self.rooms.get_mut(&renamed.room).expect("a room");
                assert!(renamed.room != LOBBY && !room.is_servers);
                room.name = renamed.new.clone();
            }
            Fact::RoomChanged(change) => self.fold_room_change(change, at),
            _ => unreachable!("{fact:?} is about no room"),
        }
    }

    fn fold_room_change(&mut self, change: &RoomChange, at: Timestamp) {
        let named = match &change.act {
            RoomAct::Bar(entry) | RoomAct::Mute(entry) => self.named_by(&entry.mask, at),
            _ => BTreeSet::new(),
        };
        let room = self.rooms.get_mut(&change.room).expect("a room");
        match &change.act {
            RoomAct::Set(settings) => settings.iter().for_each(|set| room.settings.set(set)),
            RoomAct::Stand {
                account, standing, ..
            } => {
                if let Some(account) = account {
                    room.set(account, *standing);
                }
                if let Some(target) = change.target {
                    room.set_guest(target, standing.filter(|_| account.is_none()));
                }
            }
            RoomAct::Own { voiced } => {
                room.set_guest(change.target.expect("the founder"), None);
                room.set(&change.by, Some(Held::owner(*voiced)));
            }
            RoomAct::Eject { account, .. } => {
                let target = change.target.expect("one who is put out");
                room.set_guest(target, None);
                if let Some(account) = account {
                    room.set(account, None);
                }
                let person = self.anybody_mut(target);
                person.rooms.retain(|other| *other != change.room);
            }
            // It only tells.
            RoomAct::Passing | RoomAct::StillInside { .. } | RoomAct::Listed { .. } => {}
            RoomAct::Removed { .. } => {}
            RoomAct::Bar(bar) => list(&mut room.bars, bar, named, at),
            RoomAct::Unbar(mask) => lift(&mut room.bars, mask),
            RoomAct::Mute(mute) => list(&mut room.mutes, mute, named, at),
            RoomAct::Unmute(mask) => lift(&mut room.mutes, mask),
            // It keeps out and silences by what IRC shows of people, which is not modelled.
            RoomAct::Mask { .. } => {}
        }
    }
}

/// Adds a restriction. It follows those whom it names, and those whom one with the same mask followed.
fn list(
    list: &mut Vec<Listed>,
    restriction: &Restriction,
    named: BTreeSet<PersonId>,
    at: Timestamp,
) {
    list.retain(|entry| entry.restriction.is_active(at));
    let is_same = |entry: &mut Listed| has_same_mask(&entry.restriction, restriction);
    let before = list.extract_if(.., is_same).flat_map(|entry| entry.follows);
    let follows = before.chain(named).collect();
    list.push(Listed {
        restriction: restriction.clone(),
        follows,
    });
}

fn lift(list: &mut Vec<Listed>, mask: &Mask) {
    list.retain(|entry| !entry.restriction.mask.is_named_by(mask));
}

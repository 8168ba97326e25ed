//! A second opinion: what somebody knows who hears the facts and nothing else, as the shards of
//! the server do, and the rules once more in their simplest form.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use chinwag_core::{
    Answer, AuditEntry, Caller, Chat, ConnId, Event, Fact, LOBBY, LoggedIn, Mask, ModAction, Name,
    PersonId, PrivateMessage, Query, Quit, Registration, Renamed, Restriction, ResumeCode,
    Returned, RoomId, RoomName, Settings, Snapshot, Timestamp,
};

/// Somebody who is here, or was and may come back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Soul {
    pub(crate) name: Name,
    pub(crate) conn: ConnId,
    pub(crate) address: IpAddr,
    pub(crate) code: ResumeCode,
    registered: bool,
    operator: bool,
    rooms: Vec<RoomId>,
    current: RoomId,
    ignores: Vec<Name>,
    /// The mutes that met it when they were given, or when it came.
    struck: Vec<Restriction>,
}

pub(crate) struct Shadow {
    settings: Settings,
    pub(crate) people: BTreeMap<PersonId, Soul>,
    rooms: BTreeMap<RoomId, RoomName>,
    parted: Vec<(PersonId, Soul, Timestamp)>,
    registrations: Vec<Registration>,
    bans: Vec<Restriction>,
    mutes: Vec<Restriction>,
    locked: bool,
    newest_person: PersonId,
}

impl Shadow {
    pub(crate) fn new(settings: Settings, snapshot: &Snapshot) -> Self {
        let rooms = snapshot
            .rooms
            .iter()
            .map(|room| (room.id, room.name.clone()));
        let lobby = (LOBBY, RoomName::lobby());
        Self {
            settings,
            people: BTreeMap::new(),
            rooms: rooms.chain([lobby]).collect(),
            parted: Vec::new(),
            registrations: snapshot.registrations.clone(),
            bans: snapshot.bans.clone(),
            mutes: snapshot.mutes.clone(),
            locked: snapshot.locked,
            newest_person: PersonId(0),
        }
    }

    fn members(&self, room: RoomId) -> BTreeSet<PersonId> {
        let people = self.people.iter();
        let inside = people.filter(|(_, soul)| soul.rooms.contains(&room));
        inside.map(|(person, _)| *person).collect()
    }

    fn claim(&self, name: &Name) -> Option<&Registration> {
        self.registrations
            .iter()
            .find(|claim| claim.name.same_as(name))
    }

    /// Whether a mute that somebody was told of, or that they came under, must silence them.
    fn is_muted(&self, soul: &Soul, now: Timestamp) -> bool {
        soul.struck.iter().any(|mute| {
            mute.is_active(now)
                && self.mutes.contains(mute)
                && mute.mask.matches(Some(&soul.name), soul.address)
        })
    }

    fn is_banned(&self, name: &Name, address: IpAddr, now: Timestamp) -> bool {
        let matches =
            |ban: &Restriction| ban.is_active(now) && ban.mask.matches(Some(name), address);
        self.bans.iter().any(matches)
    }

    /// Checks what a command led to against who asked: what they may do, and who hears of it.
    pub(crate) fn check_asked(&self, caller: Caller, facts: &[Fact], now: Timestamp) {
        let asker = match caller {
            Caller::Person { person, .. } => Some(person),
            _ => None,
        };
        for fact in facts {
            self.check_audience(asker, fact);
            let soul = || &self.people[&asker.expect("somebody does it")];
            match fact {
                Fact::Said { .. } | Fact::TopicSet { .. } => self.check_may_speak(soul(), now),
                Fact::PrivateMessage(message) if !self.people[&message.to].operator => {
                    assert!(!self.is_muted(soul(), now));
                    assert!(!self.locked || soul().registered || soul().operator);
                }
                Fact::Moderated(_) => assert!(soul().operator, "{fact:?}"),
                _ => {}
            }
        }
    }

    fn check_may_speak(&self, soul: &Soul, now: Timestamp) {
        assert!(!self.is_muted(soul, now), "{soul:?}");
        let bare = |room: &RoomName| room.bare().to_lowercase();
        let room = bare(&self.rooms[&soul.current]);
        let closed = self
            .settings
            .read_only
            .iter()
            .any(|closed| bare(closed) == room);
        assert!(soul.operator || !(closed || (self.locked && !soul.registered)));
    }

    /// Nobody hears what they may not.
    fn check_audience(&self, asker: Option<PersonId>, fact: &Fact) {
        let private: BTreeSet<PersonId> = fact.people().collect();
        let allowed: BTreeSet<PersonId> = match fact {
            Fact::PrivateMessage(message) if message.ignored => [message.from].into(),
            Fact::PrivateMessage(message) => [message.from, message.to].into(),
            Fact::Moderated(audit_entry) => asker.into_iter().chain(audit_entry.target).collect(),
            _ => asker.into_iter().collect(),
        };
        assert!(private.is_subset(&allowed), "{fact:?} heard by {private:?}");
        let announces =
            |audit_entry: &AuditEntry| matches!(audit_entry.act, ModAction::Announce(_));
        let is_announcement =
            matches!(fact, Fact::Moderated(audit_entry) if announces(audit_entry));
        assert_eq!(fact.is_for_all(), is_announcement);
        match fact {
            Fact::PrivateMessage(message) => assert_eq!(Some(message.from), asker),
            Fact::Moderated(audit_entry) => assert_eq!(audit_entry.actor, asker),
            _ => {}
        }
        let is_secret = matches!(
            fact,
            Fact::PrivateMessage(_)
                | Fact::Moderated(_)
                | Fact::Registered { .. }
                | Fact::LoggedIn(_)
                | Fact::AwaySet { .. }
                | Fact::IgnoreSet { .. }
                | Fact::PrefsSet { .. }
                | Fact::Switched { .. }
        );
        assert!(fact.rooms().is_empty() || !is_secret, "{fact:?}");
    }

    /// Takes in a fact, which must fit what is known so far.
    pub(crate) fn fold(&mut self, event: &Event) {
        let at = event.at;
        match &event.fact {
            Fact::RoomOpened { room, name } => {
                assert!(self.rooms.len() < self.settings.rooms_max);
                assert_eq!(self.rooms.insert(*room, name.clone()), None);
            }
            Fact::LoggedIn(arrived) => self.fold_arrived(arrived, at),
            Fact::Returned(returned) => self.fold_returned(returned, at),
            Fact::Joined {
                person,
                name,
                room,
                here,
            } => {
                assert!(self.rooms.contains_key(room));
                let members = self.members(*room);
                assert!(!members.contains(person));
                assert_eq!(members.len() + 1, *here as usize);
                let soul = self.soul(*person, name);
                soul.rooms.push(*room);
                soul.current = *room;
            }
            Fact::Switched { person, room } => {
                let soul = self.people.get_mut(person).expect("a person");
                assert!(soul.rooms.contains(room));
                soul.current = *room;
            }
            Fact::Left {
                person,
                name,
                room,
                current,
            } => {
                let soul = self.soul(*person, name);
                assert!(soul.rooms.contains(room) && soul.rooms.contains(current));
                soul.rooms.retain(|other| other != room);
                assert_ne!(room, current);
                soul.current = *current;
            }
            Fact::Quit(departed) => self.fold_departed(departed, at),
            Fact::Renamed(renamed) => self.fold_renamed(renamed, at),
            Fact::Said {
                person, name, room, ..
            } => {
                let soul = self.soul(*person, name);
                assert!(soul.current == *room && soul.rooms.contains(room));
            }
            Fact::PrivateMessage(message) => self.fold_private_message(message),
            Fact::TopicSet { room, by, .. } => {
                let inside = self.members(*room);
                assert!(inside.iter().any(|person| self.people[person].name == *by));
            }
            Fact::IgnoreSet { person, name, on } => {
                let soul = self.people.get_mut(person).expect("a person");
                soul.ignores.retain(|ignored| !ignored.same_as(name));
                soul.ignores.extend(on.then(|| name.clone()));
            }
            Fact::Registered {
                person,
                name,
                password_hash,
                operator,
            } => {
                let soul = self.soul(*person, name);
                assert_eq!(*operator, soul.operator);
                soul.registered = true;
                self.registrations.retain(|claim| !claim.name.same_as(name));
                self.registrations.push(Registration {
                    name: name.clone(),
                    password_hash: password_hash.clone(),
                    operator: *operator,
                });
            }
            Fact::Moderated(audit_entry) => self.fold_deed(audit_entry, at),
            Fact::Tidied { closed } => {
                for room in closed {
                    assert!(*room != LOBBY && self.members(*room).is_empty());
                    assert!(self.rooms.remove(room).is_some());
                }
                self.parted.retain(|(_, _, until)| at < *until);
                self.bans.retain(|ban| ban.is_active(at));
                self.mutes.retain(|mute| mute.is_active(at));
            }
            Fact::AwaySet { .. } | Fact::PrefsSet { .. } | Fact::PresenceSummary { .. } => {}
        }
    }

    fn soul(&mut self, person: PersonId, name: &Name) -> &mut Soul {
        let soul = self.people.get_mut(&person).expect("a person");
        assert_eq!(soul.name, *name);
        soul
    }

    fn fold_arrived(&mut self, arrived: &LoggedIn, at: Timestamp) {
        let LoggedIn { name, address, .. } = arrived;
        assert!(
            arrived.person > self.newest_person,
            "no number is used twice"
        );
        self.newest_person = arrived.person;
        let claim = self.claim(name);
        assert_eq!(arrived.registered, claim.is_some());
        assert!(!self.is_banned(name, *address, at));
        let lasting = claim.is_some_and(|claim| claim.operator);
        let has_operator = self.people.values().any(|soul| soul.operator)
            || self.registrations.iter().any(|claim| claim.operator);
        let first = self.settings.first_operator && !has_operator;
        assert!(arrived.registered || !self.locked || first);
        assert_eq!(arrived.operator, lasting || first);
        let mut soul = Soul {
            name: name.clone(),
            conn: arrived.conn,
            address: *address,
            code: arrived.code,
            registered: arrived.registered,
            operator: arrived.operator,
            rooms: Vec::new(),
            current: LOBBY,
            ignores: Vec::new(),
            struck: Vec::new(),
        };
        self.strike(&mut soul, at);
        self.people.insert(arrived.person, soul);
    }

    /// The mutes that somebody comes under.
    fn strike(&self, soul: &mut Soul, at: Timestamp) {
        let matches = |mute: &&Restriction| mute.mask.matches(Some(&soul.name), soul.address);
        let mutes = self.mutes.iter().filter(|mute| mute.is_active(at));
        let met: Vec<Restriction> = mutes.filter(matches).cloned().collect();
        soul.struck.extend(met);
    }

    fn fold_returned(&mut self, returned: &Returned, at: Timestamp) {
        let Returned { arrived, .. } = returned;
        let mut soul = match returned.replaces {
            Some(conn) => {
                let soul = self.people.remove(&arrived.person).expect("a person");
                assert_eq!(soul.conn, conn);
                soul
            }
            None => {
                let mut parted = self.parted.iter();
                let place = parted.position(|(person, ..)| *person == arrived.person);
                let (_, soul, until) = self.parted.remove(place.expect("a lost session"));
                assert!(at < until);
                soul
            }
        };
        assert!(!self.is_banned(&soul.name, arrived.address, at));
        let known = |room: &&RoomId| self.rooms.contains_key(room);
        let open: Vec<RoomId> = soul.rooms.iter().filter(known).copied().collect();
        soul.rooms = if open.is_empty() { vec![LOBBY] } else { open };
        assert_eq!(*soul.rooms, *returned.rooms);
        assert!(returned.rooms.contains(&returned.current));
        assert_eq!(*soul.ignores, *returned.ignores);
        assert_eq!((&arrived.name, arrived.code), (&soul.name, soul.code));
        assert_eq!(
            (arrived.registered, arrived.operator),
            (soul.registered, soul.operator)
        );
        soul.current = returned.current;
        (soul.conn, soul.address) = (arrived.conn, arrived.address);
        self.strike(&mut soul, at);
        self.people.insert(arrived.person, soul);
    }

    fn fold_departed(&mut self, departed: &Quit, at: Timestamp) {
        let soul = self.people.remove(&departed.person).expect("a person");
        assert_eq!(
            (&soul.name, &*soul.rooms),
            (&departed.name, &*departed.rooms)
        );
        if departed.why.is_resumable() {
            if self.parted.len() == self.settings.people_max {
                self.parted.remove(0);
            }
            let until = at + self.settings.resume_time;
            self.parted.push((departed.person, soul, until));
        }
    }

    fn fold_renamed(&mut self, renamed: &Renamed, at: Timestamp) {
        let claim = self.claim(&renamed.new);
        assert_eq!(renamed.registered, claim.is_some());
        let soul = &self.people[&renamed.person];
        assert!(!self.is_banned(&renamed.new, soul.address, at));
        let soul = self.soul(renamed.person, &renamed.old);
        assert_eq!(*soul.rooms, *renamed.rooms);
        soul.name = renamed.new.clone();
        (soul.registered, soul.operator) = (renamed.registered, renamed.operator);
    }

    fn fold_private_message(&mut self, message: &PrivateMessage) {
        let (from, to) = (&self.people[&message.from], &self.people[&message.to]);
        assert_eq!(
            (&from.name, &to.name),
            (&message.from_name, &message.to_name)
        );
        let ignored = to.ignores.iter().any(|name| name.same_as(&from.name));
        assert_eq!(message.ignored, ignored);
    }

    fn fold_deed(&mut self, audit_entry: &AuditEntry, at: Timestamp) {
        match &audit_entry.act {
            ModAction::Ban(ban) => put(&mut self.bans, ban),
            ModAction::Unban(mask) => self.bans.retain(|ban| !ban.mask.is_named_by(mask)),
            ModAction::Mute(mute) => {
                put(&mut self.mutes, mute);
                for soul in self.people.values_mut() {
                    if mute.mask.matches(Some(&soul.name), soul.address) {
                        put(&mut soul.struck, mute);
                    }
                }
                let target = &self.people[&audit_entry.target.expect("somebody is muted")];
                assert!(self.is_muted(target, at) || !mute.is_active(at));
            }
            ModAction::Unmute(mask) => self.unmute(mask),
            ModAction::Op { name, .. } => self.set_operator(name, true),
            ModAction::Deop { name } => self.set_operator(name, false),
            ModAction::Lock(on) => self.locked = *on,
            ModAction::Kick { .. } | ModAction::Announce(_) | ModAction::Motd(_) => {}
        }
    }

    fn unmute(&mut self, mask: &Mask) {
        self.mutes.retain(|mute| !mute.mask.is_named_by(mask));
        for soul in self.people.values_mut() {
            if soul.struck.iter().any(|mute| mute.mask.is_named_by(mask)) {
                soul.struck.clear();
            }
        }
    }

    fn set_operator(&mut self, name: &Name, operator: bool) {
        let mut registrations = self.registrations.iter_mut();
        if let Some(claim) = registrations.find(|claim| claim.name.same_as(name)) {
            claim.operator = operator;
        }
        let parted = self.parted.iter_mut().map(|(_, soul, _)| soul);
        // A name without a claim may have been somebody else's when they left.
        let parted = parted.filter(|soul| soul.registered);
        for soul in self.people.values_mut().chain(parted) {
            if soul.name.same_as(name) {
                soul.operator = operator;
            }
        }
    }

    /// Checks that the chat knows the same, and all that holds between two commands.
    pub(crate) fn check(&self, chat: &Chat, now: Timestamp) {
        let here: BTreeSet<PersonId> = chat.everybody().collect();
        assert!(here.iter().eq(self.people.keys()));
        assert_eq!(chat.people(), here.len());
        assert!(here.len() <= self.settings.people_max);
        for (person, soul) in &self.people {
            self.check_person(chat, *person, soul, now);
        }
        for room in self.rooms.keys() {
            assert_eq!(chat.here(*room), self.members(*room).len());
            assert_eq!(chat.room_name(*room), self.rooms.get(room));
        }
        let souls: Vec<&Soul> = self.people.values().collect();
        for (n, soul) in souls.iter().enumerate() {
            for other in &souls[n + 1..] {
                assert!(!soul.name.same_as(&other.name) && !soul.name.looks_like(&other.name));
            }
            let registrations = self.registrations.iter();
            let alike = registrations.filter(|claim| claim.name.looks_like(&soul.name));
            for claim in alike {
                assert!(
                    soul.registered && claim.name.same_as(&soul.name),
                    "{soul:?}"
                );
            }
        }
    }

    fn check_person(&self, chat: &Chat, person: PersonId, soul: &Soul, now: Timestamp) {
        let rooms = chat.rooms_of(person);
        assert_eq!(rooms, soul.rooms);
        let different: BTreeSet<&RoomId> = rooms.iter().collect();
        assert_eq!(different.len(), rooms.len());
        let rooms_max = self.settings.rooms_per_person_max;
        assert!((1..=rooms_max.max(1)).contains(&rooms.len()), "{soul:?}");
        assert!(soul.rooms.contains(&soul.current));
        assert_eq!(soul.registered, self.claim(&soul.name).is_some());
        assert!(
            !self.is_banned(&soul.name, soul.address, now),
            "{soul:?} is here in spite of a ban"
        );
        let company = chat.company(person).expect("a person");
        assert_eq!(company.id, soul.current);
        let inside = self.members(soul.current);
        assert_eq!(company.others.len() + company.more + 1, inside.len());
        let named = |name: &Name| inside.iter().any(|id| self.people[id].name == *name);
        assert!(company.others.iter().all(named));
        self.check_profile(chat, person, soul, now);
    }

    fn check_profile(&self, chat: &Chat, person: PersonId, soul: &Soul, now: Timestamp) {
        let caller = Caller::Person {
            person,
            conn: soul.conn,
            address: soul.address,
        };
        let query = Query::Whois(soul.name.as_str().into());
        let Ok(Answer::Whois(profile)) = chat.answer(caller, query, now) else {
            panic!("nobody finds {soul:?}");
        };
        let line = &profile.line;
        assert_eq!(
            (&line.name, line.operator, line.registered),
            (&soul.name, soul.operator, soul.registered)
        );
        assert!(profile.muted || !self.is_muted(soul, now), "{soul:?}");
        let names: Vec<RoomName> = soul.rooms.iter().map(|id| self.rooms[id].clone()).collect();
        assert_eq!(*profile.rooms, *names);
        assert_eq!(profile.address.is_some(), soul.operator);
    }

    /// Whether a code takes up a session now.
    pub(crate) fn takes_up(&self, code: ResumeCode, now: Timestamp) -> bool {
        let mut parted = self.parted.iter();
        self.people.values().any(|soul| soul.code == code)
            || parted.any(|(_, soul, until)| soul.code == code && now < *until)
    }
}

fn put(list: &mut Vec<Restriction>, restriction: &Restriction) {
    list.retain(|other| other.mask != restriction.mask);
    list.push(restriction.clone());
}

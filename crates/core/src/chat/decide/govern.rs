//! What moderators do in a room: settings, standings, who is put out, kept out or silenced.
//!
//! A moderator does nothing to the room's owner or to a server operator; to another moderator what it
//! may do to anybody, who is none then. Operators are told addresses and moderators are not, so that a bar of a guest's
//! name covers its address without naming it.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::operate::{Actor, Given};
use crate::chat::state::{Resumable, Room, RoomRules};
use crate::chat::{Chat, Person};
use crate::command::{Command, Outcome, RoomRef, StandingChange};
use crate::event::{Fact, RoomAct, RoomChange, RoomRenamed};
use crate::ids::{LOBBY, PersonId, RoomId};
use crate::limits::STANDINGS_MAX;
use crate::name::Name;
use crate::rejection::{Rejection, RoomRejection};
use crate::room::{Held, RoomSetting, RoomSettings, Standing};
use crate::room_name::RoomName;
use crate::text::Text;
use crate::time::Timestamp;

/// The one whose standing is changed.
struct Bearer<'a> {
    name: Name,
    /// The registered name, if it has one.
    account: Option<Name>,
    person: Option<&'a Person>,
    lost: Option<&'a Resumable>,
}

impl Bearer<'_> {
    fn id(&self) -> Option<PersonId> {
        let lost = self.lost.map(|lost| lost.person.id);
        self.person.map(|person| person.id).or(lost)
    }
}

impl Chat {
    pub(super) fn decide_govern(
        &self,
        me: &Person,
        command: Command,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        match command {
            Command::SetRoom { room, settings } => {
                let id = self.governed(me, room)?;
                let passes = self.passes(id, &settings);
                facts.push(self.decide_set(me, id, settings)?);
                facts.extend(passes.then(|| self.changed(me, id, RoomAct::Passing, None)));
            }
            Command::RenameRoom { room, new, why } => {
                let id = self.governed(me, room)?;
                facts.push(self.decide_rename_room(me, id, (new, why))?);
            }
            Command::Stand { room, name, change } => {
                let fact = self.decide_stand(me, room, (&name, change), now)?;
                let unmuted = self.unmute_promoted(me, &fact, now);
                facts.push(fact);
                facts.extend(unmuted);
            }
            Command::Eject { room, name, why } => {
                let id = self.governed_by_list(me, room)?;
                self.decide_eject((me, id), (&name, why), now, facts)?;
            }
            Command::SetMask {
                room,
                kind,
                matched,
                on,
            } => {
                let id = match on {
                    true => self.governed_by_list(me, room)?,
                    false => self.governed(me, room)?,
                };
                self.decide_mask(me, id, (kind, matched, on), now, facts)?;
            }
            Command::Knock(room) => facts.push(self.decide_knock(me, room, now)?),
            command => self.decide_restriction(me, command, now, facts)?,
        }
        Ok(Outcome::Done)
    }

    /// Decides who may not enter a room or speak in it.
    fn decide_restriction(
        &self,
        me: &Person,
        command: Command,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        match command {
            Command::Bar {
                room,
                mask,
                cover_address,
                time,
                why,
            } => {
                let id = self.governed_by_list(me, room)?;
                let given = Given {
                    me: Actor::Person(me),
                    time,
                    why,
                    now,
                };
                self.decide_bar(me, &given, id, (mask, cover_address), facts)?;
            }
            Command::Unbar { room, listed } => {
                let id = self.governed(me, room)?;
                self.decide_unbar(me, id, listed, now, facts)?;
            }
            Command::MuteIn {
                room,
                name,
                time,
                why,
            } => {
                let id = self.governed(me, room)?;
                self.decide_mute_in(me, id, (&name, time, why), now, facts)?;
            }
            Command::UnmuteIn { room, name } => {
                let id = self.governed(me, room)?;
                self.decide_unmute_in(me, id, name, now, facts)?;
            }
            // The commands of connections without a name and of the server, from a person.
            _ => return Err(Rejection::NotHere),
        }
        Ok(())
    }

    /// A room that the person moderates.
    fn governed(&self, me: &Person, room: RoomRef) -> Result<RoomId, Rejection> {
        let id = self.room_of(me, room)?;
        self.check_moderates(me, id).map(|()| id)
    }

    /// The same, if people can be kept out of it.
    fn governed_by_list(&self, me: &Person, room: RoomRef) -> Result<RoomId, Rejection> {
        let id = self.governed(me, room)?;
        match id == LOBBY {
            true => Err(self.refusal(id, RoomRejection::LobbyKeepsAll)),
            false => Ok(id),
        }
    }

    pub(super) fn rules_hold(&self, id: RoomId, holds: impl FnOnce(&RoomRules) -> bool) -> bool {
        self.rooms.get(id).and_then(Room::rules).is_some_and(holds)
    }

    fn decide_set(
        &self,
        me: &Person,
        id: RoomId,
        settings: Box<[RoomSetting]>,
    ) -> Result<Fact, Rejection> {
        let is_for_lobby = |setting: &RoomSetting| {
            matches!(
                setting,
                RoomSetting::Moderated(_)
                    | RoomSetting::GuardsTopic(_)
                    | RoomSetting::Outsiders(_)
                    | RoomSetting::NoCtcp(_)
            )
        };
        match id == LOBBY && !settings.iter().all(is_for_lobby) {
            true => Err(self.refusal(id, RoomRejection::LobbyIsOpen)),
            false => Ok(self.changed(me, id, RoomAct::Set(settings), None)),
        }
    }

    /// Whether these settings are the first of a room that nobody owns: they end when it is empty.
    fn passes(&self, id: RoomId, settings: &[RoomSetting]) -> bool {
        let Some(room) = self.rooms.get(id).filter(|room| !room.is_owned(id)) else {
            return false;
        };
        let before = room.rules().map(|rules| rules.settings.clone());
        let mut after = before.unwrap_or_default();
        let had_none = after == RoomSettings::default();
        settings.iter().for_each(|setting| after.set(setting));
        had_none && after != RoomSettings::default()
    }

    /// The room keeps its number, and with it its history and all that was set.
    fn decide_rename_room(
        &self,
        me: &Person,
        id: RoomId,
        (new, why): (RoomName, Option<Text>),
    ) -> Result<Fact, Rejection> {
        let room = self.rooms.get(id).ok_or(Rejection::RoomGone)?;
        if id == LOBBY || room.is_servers {
            return Err(self.refusal(id, RoomRejection::Stays));
        }
        self.check_name_of_room(me, id, &new)?;
        Ok(Fact::RoomRenamed(Box::new(RoomRenamed {
            room: id,
            by: me.name.clone(),
            old: room.name.clone(),
            new,
            why,
            members: room.members.iter().copied().collect(),
        })))
    }

    pub(super) fn decide_stand(
        &self,
        me: &Person,
        room: RoomRef,
        (typed, change): (&str, StandingChange),
        now: Timestamp,
    ) -> Result<Fact, Rejection> {
        let id = self.room_of(me, room)?;
        self.check_may_stand(me, id, change, now)?;
        let bearer = self.bearer_of_standing(me, typed, now)?;
        let before = self.standing_of_bearer(&bearer, id);
        let standing = match change {
            StandingChange::Give(standing) => {
                self.check_may_give(id, &bearer, (before, standing))?;
                Some(Held::given(before, standing))
            }
            StandingChange::Take(standing) => {
                self.check_may_take(me, id, &bearer, (before, standing))?;
                // Who is taken a rank in a closed room may still come.
                let is_closed = self.rules_hold(id, |rules| rules.settings.closed);
                let stays = is_closed && standing > Standing::Invited && bearer.account.is_some();
                let left = before.and_then(|before| before.without(standing));
                left.or_else(|| stays.then(|| Standing::Invited.into()))
            }
        };
        let target = bearer.id();
        let account = bearer.account;
        let act = RoomAct::Stand {
            name: bearer.name,
            account,
            before,
            standing,
        };
        let mut fact = self.changed(me, id, act, target);
        if let Fact::RoomChanged(change) = &mut fact {
            let sees = |person: &Person| change.is_public() && person.rooms.contains(&id);
            change.told = change.told.filter(|_| !bearer.person.is_some_and(sees));
            if let Some(invites) = change.invites() {
                let is_told = |id: &PersonId| {
                    let ignores = bearer
                        .person
                        .is_some_and(|person| person.ignores_person(me));
                    let lately = (*id, invites);
                    !ignores && !self.rules_hold(change.room, |rules| rules.was_told(lately, now))
                };
                change.told = change.told.filter(is_told);
            }
            if before.is_none() && standing == Some(Standing::Invited.into()) {
                change.moderators = self.told_of_invitations(id, (me, target));
            }
        }
        Ok(fact)
    }

    /// Checks that a person may change standings in a room. Into a room that is open, and not a
    /// secret, anybody inside may invite.
    fn check_may_stand(
        &self,
        me: &Person,
        id: RoomId,
        change: StandingChange,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let is_private = self.rules_hold(id, |rules| rules.settings.is_private());
        let is_invitation = change == StandingChange::Give(Standing::Invited);
        if !is_invitation || is_private || me.session.rank.operator {
            return self.check_moderates(me, id);
        }
        self.check_is_in(me, id)?;
        self.check_may_be_heard(me, now)
    }

    fn check_may_give(
        &self,
        id: RoomId,
        bearer: &Bearer<'_>,
        (before, standing): (Option<Held>, Standing),
    ) -> Result<(), Rejection> {
        let name = bearer.name.clone();
        // A voice goes beneath what is higher.
        let has_already = |before: Held| match standing {
            Standing::Voice => before.has_voice(),
            _ => before.standing >= standing,
        };
        let already = before.filter(|before| has_already(*before));
        let is_inside = bearer.person.is_some_and(|p| p.rooms.contains(&id));
        let is_servers = id == LOBBY || self.rooms.get(id).is_some_and(|room| room.is_servers);
        let refused = match bearer.account {
            _ if is_servers && standing > Standing::Voice => RoomRejection::OperatorsAlone,
            _ if standing == Standing::Invited && is_inside => RoomRejection::TargetInside(name),
            _ if already.is_some() => {
                let higher = already.filter(|_| standing != Standing::Voice);
                let standing = higher.map_or(standing, |before| before.standing);
                RoomRejection::StandsAlready(name, standing)
            }
            Some(_) => {
                let is_full = |rules: &RoomRules| rules.accounts_len() >= STANDINGS_MAX;
                match before.is_none() && self.rules_hold(id, is_full) {
                    true => RoomRejection::StandingsFull,
                    false => return Ok(()),
                }
            }
            None if bearer.person.is_none() => return Err(Rejection::LinkLost(name)),
            // A guest's rank ends when it leaves.
            None if standing > Standing::Invited && !is_inside => {
                RoomRejection::TargetOutside(name)
            }
            None => return Ok(()),
        };
        Err(self.refusal(id, refused))
    }

    fn check_may_take(
        &self,
        me: &Person,
        id: RoomId,
        bearer: &Bearer<'_>,
        (before, standing): (Option<Held>, Standing),
    ) -> Result<(), Rejection> {
        let name = bearer.name.clone();
        let is_own = bearer.id() == Some(me.id);
        let highest = before.map(|before| before.standing);
        let takes_owner = highest == Some(Standing::Owner) && standing == Standing::Moderator;
        if takes_owner && (me.session.rank.operator || is_own) {
            return Ok(());
        }
        match before {
            Some(before) if before.has(standing) => Ok(()),
            Some(before)
                if takes_owner || standing == Standing::Invited && before > standing.into() =>
            {
                Err(self.refusal(id, RoomRejection::TargetGoverns(name, before.standing)))
            }
            _ => Err(self.refusal(id, RoomRejection::StandsNot(name, standing))),
        }
    }

    fn standing_of_bearer(&self, bearer: &Bearer<'_>, id: RoomId) -> Option<Held> {
        let rules = self.rooms.get(id)?.rules()?;
        let lasting = bearer
            .account
            .as_ref()
            .and_then(|name| rules.of_account(name));
        let visit = bearer.person.and_then(|person| rules.of_guest(person.id));
        let of_room = |lost: &&Resumable| {
            let mut standings = lost.standings.iter();
            Some(standings.find(|(room, _)| *room == id)?.1)
        };
        lasting
            .max(visit)
            .max(bearer.lost.as_ref().and_then(of_room))
    }

    /// The bearer of a name: a person who is here, one whose session is kept, or the owner of a
    /// registered name.
    fn bearer_of_standing(
        &self,
        me: &Person,
        typed: &str,
        now: Timestamp,
    ) -> Result<Bearer<'_>, Rejection> {
        let nobody = match self.find(me, typed) {
            Ok(person) => {
                return Ok(Bearer {
                    name: person.name.clone(),
                    account: person.account.clone(),
                    person: Some(person),
                    lost: None,
                });
            }
            Err(nobody) => nobody,
        };
        let Ok(name) = Name::parse(typed) else {
            return Err(nobody);
        };
        let lost = self.resumables.reachable(&name, now);
        let account = match lost {
            Some(lost) => lost.person.account.clone(),
            None => self.registrations.get(&name).map(|r| r.name.clone()),
        };
        match lost.is_none() && account.is_none() {
            true => Err(nobody),
            false => Ok(Bearer {
                name: account.clone().unwrap_or(name),
                account,
                person: None,
                lost,
            }),
        }
    }

    fn decide_eject(
        &self,
        (me, id): (&Person, RoomId),
        (typed, why): (&str, Option<Text>),
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let target = self.find_other(Actor::Person(me), typed, now)?;
        if !target.rooms.contains(&id) {
            let name = target.name.clone();
            return Err(self.refusal(id, RoomRejection::TargetOutside(name)));
        }
        self.check_may_act_on(me, id, target)?;
        self.eject(me, id, target, why.map(Arc::new), facts);
        Ok(())
    }

    /// Checks that a person is nobody whom moderators leave alone.
    pub(super) fn check_may_act_on(
        &self,
        me: &Person,
        id: RoomId,
        target: &Person,
    ) -> Result<(), Rejection> {
        let name = || target.name.clone();
        let refused = match self.standing(target, id) {
            Some(Standing::Owner) if me.session.rank.operator => return Ok(()),
            _ if target.session.rank.operator => RoomRejection::TargetOperates(name()),
            Some(standing @ Standing::Owner) => RoomRejection::TargetGoverns(name(), standing),
            _ => return Ok(()),
        };
        Err(self.refusal(id, refused))
    }

    pub(super) fn eject(
        &self,
        me: &Person,
        id: RoomId,
        target: &Person,
        why: Option<Arc<Text>>,
        facts: &mut Vec<Fact>,
    ) {
        if target.rooms.len() == 1 && target.session.link.needs_room {
            facts.push(self.joined(target.id, target.name.clone(), LOBBY));
        }
        let account = target.account.as_ref();
        let has =
            |account: &&Name| self.rules_hold(id, |rules| rules.of_account(account).is_some());
        let act = RoomAct::Eject {
            name: target.name.clone(),
            account: account.filter(has).cloned(),
            why,
        };
        facts.push(self.changed(me, id, act, Some(target.id)));
    }

    /// What a moderator did. It is told in private to the one who did it, if it cannot be seen in
    /// the room, and to the one concerned.
    pub(super) fn changed(
        &self,
        me: &Person,
        room: RoomId,
        act: RoomAct,
        target: Option<PersonId>,
    ) -> Fact {
        let mut change = RoomChange {
            actor: Some(me.id),
            target,
            told: target,
            ..self.change_by(me.name.clone(), room, act)
        };
        if change.is_public() && me.rooms.contains(&room) {
            change.actor = None;
        }
        Fact::RoomChanged(Box::new(change))
    }

    /// A change that is told to nobody in private, under the name of who has made it.
    pub(super) fn change_by(&self, by: Name, room: RoomId, act: RoomAct) -> RoomChange {
        RoomChange {
            room,
            room_name: self.name_of(room),
            by,
            actor: None,
            act,
            target: None,
            told: None,
            moderators: Box::default(),
        }
    }
}

//! What moderators do in a room: settings, standings, putting people out, barring and muting them.
//!
//! A moderator cannot act on the room's owner or on a server operator. They can do to another
//! moderator what they can do to anybody, which ends that moderator's rank. Only operators see
//! addresses, so a moderator's bar of a guest's name covers the address without showing it.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem::discriminant;

use super::masks::MaskList;
use super::operate::Actor;
use super::restrict::Given;
use super::target::Target;
use crate::chat::state::RoomRules;
use crate::chat::{Chat, Person};
use crate::command::{Command, Outcome, RoomRef};
use crate::event::{Fact, RoomAct, RoomChange, RoomRenamed};
use crate::ids::{LOBBY, PersonId, RoomId};
use crate::name::Name;
use crate::rejection::{Rejection, RoomRejection};
use crate::room::{RoomSetting, RoomSettings, Standing};
use crate::room_name::RoomName;
use crate::text::Text;
use crate::time::Timestamp;

impl Chat {
    pub(super) fn decide_govern(
        &self,
        me: &Person,
        command: Command,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let from = facts.len();
        let outcome = self.decide_to_govern(me, command, now, facts)?;
        self.follow_with_audit(me, facts, from);
        Ok(outcome)
    }

    fn decide_to_govern(
        &self,
        me: &Person,
        command: Command,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        match command {
            Command::SetRoom { room, settings } => {
                let id = self.governed(me, room)?;
                self.check_not_on_loan(me, id)?;
                self.check_may_set(me, id, &settings)?;
                let settings = self.changing(id, settings);
                if settings.is_empty() {
                    return Err(self.refusal(id, RoomRejection::SetAlready));
                }
                let passes = self.passes(id, &settings);
                facts.push(self.changed(me, id, RoomAct::Set(settings), None));
                facts.extend(passes.then(|| self.changed(me, id, RoomAct::Passing, None)));
            }
            Command::RenameRoom { room, new, why } => {
                let id = self.governed(me, room)?;
                self.check_not_on_loan(me, id)?;
                facts.push(self.decide_rename_room(me, id, new, why)?);
            }
            Command::Stand { room, name, change } => {
                let fact = self.decide_stand(me, room, &name, change, now)?;
                let unmuted = self.unmute_promoted(me, &fact, now);
                facts.push(fact);
                facts.extend(unmuted);
            }
            Command::Eject { room, name, why } => {
                let id = self.governed_by_list(me, room)?;
                self.decide_eject(me, id, &name, why, now, facts)?;
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
                if kind.is_right() {
                    self.check_not_on_loan(me, id)?;
                }
                let list = MaskList { room: id, kind };
                self.decide_set_mask(me, list, matched, on, now, facts)?;
            }
            Command::Knock(room) => facts.push(self.decide_knock(me, room, now)?),
            command => self.decide_restriction(me, command, now, facts)?,
        }
        Ok(Outcome::Done)
    }

    /// Decides bars and mutes.
    fn decide_restriction(
        &self,
        me: &Person,
        command: Command,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let given = |time, why| Given {
            me: Actor::Person(me),
            time,
            why,
            now,
        };
        match command {
            Command::Bar {
                room,
                mask,
                cover_address,
                time,
                why,
            } => {
                let id = self.governed_by_list(me, room)?;
                let given = given(time, why);
                self.decide_bar(me, &given, id, mask, cover_address, facts)?;
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
                let given = given(time, why);
                self.decide_mute_in(me, &given, id, &name, facts)?;
            }
            Command::UnmuteIn { room, name } => {
                let id = self.governed(me, room)?;
                self.decide_unmute_in(me, id, name, now, facts)?;
            }
            // The commands of connections without a name and of the server, which no person gives.
            _ => return Err(Rejection::NotHere),
        }
        Ok(())
    }

    /// A room that the person moderates.
    fn governed(&self, me: &Person, room: RoomRef) -> Result<RoomId, Rejection> {
        let id = self.room_of(me, room)?;
        self.check_moderates(me, id).map(|()| id)
    }

    /// The same, if people can be kept out of the room.
    fn governed_by_list(&self, me: &Person, room: RoomRef) -> Result<RoomId, Rejection> {
        let id = self.governed(me, room)?;
        match id == LOBBY {
            true => Err(self.refusal(id, RoomRejection::LobbyKeepsAll)),
            false => Ok(id),
        }
    }

    pub(super) fn rules_hold(&self, id: RoomId, holds: impl FnOnce(&RoomRules) -> bool) -> bool {
        self.rooms.rules(id).is_some_and(holds)
    }

    /// Of several changes of one setting only the last, and only those that change something.
    fn changing(&self, id: RoomId, settings: Box<[RoomSetting]>) -> Box<[RoomSetting]> {
        let before = self.rooms.rules(id);
        let before = before.map(|rules| rules.settings.clone());
        let before = before.unwrap_or_default();
        let mut changing: Vec<RoomSetting> = Vec::with_capacity(settings.len());
        for setting in settings {
            changing.retain(|other| discriminant(other) != discriminant(&setting));
            changing.push(setting);
        }
        changing.retain(|setting| !before.has(setting));
        changing.into()
    }

    fn check_may_set(
        &self,
        me: &Person,
        id: RoomId,
        settings: &[RoomSetting],
    ) -> Result<(), Rejection> {
        let is_for_lobby = |setting: &RoomSetting| {
            matches!(
                setting,
                RoomSetting::Moderated(_)
                    | RoomSetting::GuardsTopic(_)
                    | RoomSetting::Outsiders(_)
                    | RoomSetting::NoCtcp(_)
            )
        };
        if id == LOBBY && !settings.iter().all(is_for_lobby) {
            return Err(self.refusal(id, RoomRejection::LobbyIsOpen));
        }
        let is_for_some = |setting: &RoomSetting| match setting {
            RoomSetting::Password(Some(word)) => !word.is_for_everybody(),
            _ => false,
        };
        if settings.iter().any(is_for_some) {
            return Err(self.refusal(id, RoomRejection::PasswordNotForAll));
        }
        // Nobody may set this on a connection that it would keep out, not even an operator.
        let is_encrypted = self.rules_hold(id, |rules| rules.settings.encrypted);
        let is_about_that = |setting: &RoomSetting| match setting {
            RoomSetting::Encrypted(on) => *on || is_encrypted,
            _ => false,
        };
        if !me.is_encrypted() && settings.iter().any(is_about_that) {
            return Err(self.refusal(id, RoomRejection::SetInClear));
        }
        Ok(())
    }

    /// Whether these are the first settings of a room without an owner: they end when the room is
    /// empty.
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

    /// The room keeps its number, and with it its history and settings.
    fn decide_rename_room(
        &self,
        me: &Person,
        id: RoomId,
        new: RoomName,
        why: Option<Text>,
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

    fn decide_eject(
        &self,
        me: &Person,
        id: RoomId,
        typed: &str,
        why: Option<Text>,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let targets = self.targets(Actor::Person(me), typed, now)?;
        let people = targets.into_iter().filter_map(Target::person);
        let (inside, outside): (Vec<_>, Vec<_>) =
            people.partition(|person| person.rooms.contains(&id));
        if inside.is_empty()
            && let Some(person) = outside.last()
        {
            let name = person.name.clone();
            return Err(self.refusal(id, RoomRejection::TargetOutside(name)));
        }
        for person in &inside {
            self.check_may_act_on(me, id, person)?;
        }
        let why = why.map(Arc::new);
        for person in &inside {
            self.eject(me, id, person, why.clone(), facts);
        }
        facts.extend(self.still_inside(me, id, &inside));
        Ok(())
    }

    /// Tells a moderator that an account is inside on other connections than those that were put
    /// out: its invitation is gone, and they stay.
    fn still_inside(&self, me: &Person, id: RoomId, put_out: &[&Person]) -> Option<Fact> {
        let target = put_out.last()?;
        let logins = self.people.logged_in_to(target.account.as_ref()?);
        let mut others = logins.filter(|other| {
            let is_put_out = put_out.iter().any(|person| person.id == other.id);
            other.rooms.contains(&id) && other.id != me.id && !is_put_out
        });
        let act = RoomAct::StillInside {
            name: target.name.clone(),
            other: others.next()?.name.clone(),
            more: others.count(),
        };
        Some(self.changed(me, id, act, None))
    }

    /// Checks that moderators can act on a person.
    pub(super) fn check_may_act_on(
        &self,
        me: &Person,
        id: RoomId,
        target: &Person,
    ) -> Result<(), Rejection> {
        let name = || target.name.clone();
        let refused = match self.standing(target, id) {
            Some(Standing::Owner) if me.session.rank.operator && !self.acts_on_loan(me, id) => {
                return Ok(());
            }
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
        let is_here = self.people.get(target.id).is_some();
        if is_here && target.rooms.len() == 1 && target.session.link.needs_room {
            facts.push(self.joined(target.id, target.name.clone(), LOBBY));
        }
        let account = target.account.as_ref();
        // A right that ends with the visit cannot take a standing that lasts.
        let account = account.filter(|_| !self.acts_on_loan(me, id));
        let has =
            |account: &&Name| self.rules_hold(id, |rules| rules.of_account(account).is_some());
        let act = RoomAct::Eject {
            name: target.name.clone(),
            account: account.filter(has).cloned(),
            why,
        };
        facts.push(self.changed(me, id, act, Some(target.id)));
    }

    /// A moderator's act. The moderator is told in private if the room does not show it, and so is
    /// the person concerned.
    pub(super) fn changed(
        &self,
        me: &Person,
        room: RoomId,
        act: RoomAct,
        target: Option<PersonId>,
    ) -> Fact {
        Fact::RoomChanged(Box::new(self.change(me, room, act, target)))
    }

    /// The same before it is a fact.
    pub(super) fn change(
        &self,
        me: &Person,
        room: RoomId,
        act: RoomAct,
        target: Option<PersonId>,
    ) -> RoomChange {
        let mut change = RoomChange {
            actor: Some(me.id),
            target,
            ..self.change_by(me.name.clone(), room, act)
        };
        change.told = target.filter(|target| self.is_told(me, &change, *target));
        if change.is_public() && me.rooms.contains(&room) {
            change.actor = None;
        }
        change
    }

    /// Whether a person is told what was done to them. Acts of operators are always told; a
    /// moderator's words do not reach people who ignore the moderator or have nothing to do with
    /// the room.
    fn is_told(&self, me: &Person, change: &RoomChange, target: PersonId) -> bool {
        let is_put_out = matches!(change.act, RoomAct::Eject { .. });
        if me.session.rank.operator || is_put_out || target == me.id {
            return true;
        }
        let Some(target) = self.person(target) else {
            return false;
        };
        let concerns = match change.act {
            RoomAct::Mute(_) | RoomAct::Unmute(_) => {
                target.rooms.contains(&change.room) || self.standing(target, change.room).is_some()
            }
            _ => true,
        };
        concerns && !target.ignores_person(me)
    }

    /// A change that is told to nobody in private, with the name of its author.
    pub(super) fn change_by(&self, by: Name, room: RoomId, act: RoomAct) -> RoomChange {
        RoomChange::new(by, room, self.name_of(room), act)
    }
}

//! What operators do: each act is decided here, told to the person concerned, and logged.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::decide::depart;
use super::{Chat, Person};
use crate::ban::{Mask, Restriction};
use crate::command::Command;
use crate::event::{AuditEntry, Fact, ModAction, QuitReason};
use crate::ids::PersonId;
use crate::limits::RESTRICTIONS_MAX;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::time::{Duration, Timestamp};

impl Chat {
    pub(super) fn decide_operate(
        &self,
        me: &Person,
        command: Command,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        self.check_operator(me)?;
        let (act, target) = match command {
            Command::Kick { name, why } => return self.decide_kick(me, &name, why, facts),
            Command::Ban {
                mask,
                cover_address,
                time,
                why,
            } => {
                let mask = if cover_address {
                    self.cover(me, mask)
                } else {
                    mask
                };
                return self.decide_ban(me, restriction(me, mask, time, why, now), facts);
            }
            Command::Mute { name, time, why } => self.decide_mute(me, &name, time, why, now)?,
            Command::Unmute(name) => self.decide_unmute(name)?,
            Command::Unban(mask) => (self.decide_unban(mask)?, None),
            Command::Op(name) => self.decide_op(&name)?,
            Command::Deop(name) => self.decide_deop(&name)?,
            Command::Announce(text) => (ModAction::Announce(text), None),
            Command::SetMotd(text) => (ModAction::Motd(text), None),
            Command::Lock(on) => (ModAction::Lock(on), None),
            // The commands of visitors and of the server, from somebody who is neither.
            _ => return Err(Rejection::NotHere),
        };
        facts.push(audit_entry(me, act, target));
        Ok(())
    }

    pub(super) fn check_operator(&self, me: &Person) -> Result<(), Rejection> {
        match me.operator {
            true => Ok(()),
            false => Err(Rejection::NeedsOperator),
        }
    }

    fn decide_kick(
        &self,
        me: &Person,
        name: &str,
        why: Option<Text>,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let target = self.find(name)?;
        if target.id == me.id {
            return Err(Rejection::Oneself);
        }
        let why = why.map(Arc::new);
        let (name, by) = (target.name.clone(), me.name.clone());
        let reason = why.clone();
        facts.push(audit_entry(me, ModAction::Kick { name, why }, None));
        facts.push(depart(target, QuitReason::Kicked { by, why: reason }));
        Ok(())
    }

    /// The mask of a name, together with the address of whoever bears it now.
    fn cover(&self, me: &Person, mask: Mask) -> Mask {
        let bearer = mask.name.as_ref().and_then(|name| self.names.get(name));
        match bearer.and_then(|id| self.people.get(id)) {
            Some(person) => mask_from_outside(me, person),
            None => mask,
        }
    }

    fn decide_ban(
        &self,
        me: &Person,
        ban: Restriction,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        if ban.mask.matches(Some(&me.name), me.address) {
            return Err(Rejection::Oneself);
        }
        check_room_for_sanction(&self.bans)?;
        let why = QuitReason::Banned {
            by: me.name.clone(),
            until: ban.until,
            why: ban.why.clone(),
        };
        let mut met: Vec<&Person> = self.met_by(&ban.mask).collect();
        met.sort_unstable_by_key(|person| person.id);
        let departed: Vec<Fact> = met.into_iter().map(|p| depart(p, why.clone())).collect();
        facts.push(audit_entry(me, ModAction::Ban(ban), None));
        facts.extend(departed);
        Ok(())
    }

    pub(super) fn met_by<'a>(&'a self, mask: &'a Mask) -> impl Iterator<Item = &'a Person> {
        let people = self.people.values().map(|person| &**person);
        people.filter(|person| mask.matches(Some(&person.name), person.address))
    }

    fn decide_mute(
        &self,
        me: &Person,
        name: &str,
        time: Option<Duration>,
        why: Option<Text>,
        now: Timestamp,
    ) -> Result<(ModAction, Option<PersonId>), Rejection> {
        let target = self.find(name)?;
        if target.id == me.id {
            return Err(Rejection::Oneself);
        }
        check_room_for_sanction(&self.mutes)?;
        let mask = mask_from_outside(me, target);
        let act = ModAction::Mute(restriction(me, mask, time, why, now));
        Ok((act, Some(target.id)))
    }

    fn decide_unmute(&self, name: Name) -> Result<(ModAction, Option<PersonId>), Rejection> {
        let target = self.names.get(&name).and_then(|id| self.people.get(id));
        // A person who is muted may have another name now than when it was.
        let mask = match target.and_then(|person| person.muted.as_ref()) {
            Some(mute) => mute.mask.clone(),
            None => Mask::of_name(name.clone()),
        };
        let is_muted = self.mutes.iter().any(|mute| mute.mask.is_named_by(&mask));
        if !is_muted {
            return Err(Rejection::NotMuted(name));
        }
        Ok((ModAction::Unmute(mask), target.map(|person| person.id)))
    }

    fn decide_unban(&self, mask: Mask) -> Result<ModAction, Rejection> {
        match self.bans.iter().any(|ban| ban.mask.is_named_by(&mask)) {
            true => Ok(ModAction::Unban(mask)),
            false => Err(Rejection::NotBanned(mask)),
        }
    }

    fn decide_op(&self, typed: &str) -> Result<(ModAction, Option<PersonId>), Rejection> {
        let (name, target, registered, operator) = self.rank_of(typed)?;
        match operator {
            true => Err(Rejection::AlreadyOperator(name)),
            false => {
                let lasting = registered;
                Ok((ModAction::Op { name, lasting }, target))
            }
        }
    }

    fn decide_deop(&self, typed: &str) -> Result<(ModAction, Option<PersonId>), Rejection> {
        let (name, target, _, operator) = self.rank_of(typed)?;
        match operator {
            true => Ok((ModAction::Deop { name }, target)),
            false => Err(Rejection::NotOperator(name)),
        }
    }

    /// Name, person if it is here, whether the name is registered, whether it is an operator: of
    /// somebody who is here, or of a registered name.
    fn rank_of(&self, typed: &str) -> Result<(Name, Option<PersonId>, bool, bool), Rejection> {
        let absent = |rejection| {
            let name = Name::parse(typed).map_err(|_| rejection)?;
            let claim = self.registrations.get(&name);
            match claim {
                Some(claim) => Ok((claim.name.clone(), None, true, claim.operator)),
                None => self
                    .find(typed)
                    .map(|person| (person.name.clone(), None, false, false)),
            }
        };
        match self.find(typed) {
            Ok(person) => Ok((
                person.name.clone(),
                Some(person.id),
                person.registered,
                person.operator,
            )),
            Err(rejection) => absent(rejection),
        }
    }
}

/// The mask of a person, without its address if that is the operator's own: who restrictions somebody
/// of the same household is not meant.
fn mask_from_outside(me: &Person, target: &Person) -> Mask {
    let mut mask = Mask::of_person(target.name.clone(), target.address);
    if target.id != me.id && mask.matches(Some(&me.name), me.address) {
        mask.net = None;
    }
    mask
}

fn restriction(
    me: &Person,
    mask: Mask,
    time: Option<Duration>,
    why: Option<Text>,
    now: Timestamp,
) -> Restriction {
    Restriction {
        mask,
        until: time.map(|time| now + time),
        by: me.name.clone(),
        why: why.map(Arc::new),
    }
}

fn check_room_for_sanction(list: &[Restriction]) -> Result<(), Rejection> {
    match list.len() < RESTRICTIONS_MAX {
        true => Ok(()),
        false => Err(Rejection::RestrictionsFull),
    }
}

fn audit_entry(me: &Person, act: ModAction, target: Option<PersonId>) -> Fact {
    Fact::Moderated(Box::new(AuditEntry {
        by: me.name.clone(),
        actor: Some(me.id),
        act,
        target,
    }))
}

//! What operators do: each deed is decided here, told to the person concerned, and logged.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::decide::depart;
use super::{Chat, Person};
use crate::ban::{Mask, Sanction};
use crate::command::Command;
use crate::event::{Act, Deed, Departure, Fact};
use crate::ids::PersonId;
use crate::limits::SANCTIONS_MAX;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::time::{Span, Timestamp};

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
                return self.decide_ban(me, sanction(me, mask, time, why, now), facts);
            }
            Command::Mute { name, time, why } => self.decide_mute(me, &name, time, why, now)?,
            Command::Unmute(name) => self.decide_unmute(name)?,
            Command::Unban(mask) => (self.decide_unban(mask)?, None),
            Command::Op(name) => self.decide_op(&name)?,
            Command::Deop(name) => self.decide_deop(&name)?,
            Command::Announce(text) => (Act::Announce(text), None),
            Command::SetMotd(text) => (Act::Motd(text), None),
            Command::Lock(on) => (Act::Lock(on), None),
            // The commands of visitors and of the server, from somebody who is neither.
            _ => return Err(Rejection::NotHere),
        };
        facts.push(deed(me, act, target));
        Ok(())
    }

    pub(super) fn check_operator(&self, me: &Person) -> Result<(), Rejection> {
        let room = || self.room_name(me.current).cloned();
        match me.operator {
            true => Ok(()),
            false => Err(Rejection::NeedsOperator {
                room: room().unwrap_or_else(crate::RoomName::lobby),
            }),
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
        facts.push(deed(me, Act::Kick { name, why }, None));
        facts.push(depart(target, Departure::Kicked { by, why: reason }));
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
        ban: Sanction,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        if ban.mask.meets(Some(&me.name), me.address) {
            return Err(Rejection::Oneself);
        }
        check_room_for_sanction(&self.bans)?;
        let why = Departure::Banned {
            by: me.name.clone(),
            until: ban.until,
            why: ban.why.clone(),
        };
        let mut met: Vec<&Person> = self.met_by(&ban.mask).collect();
        met.sort_unstable_by_key(|person| person.id);
        let departed: Vec<Fact> = met.into_iter().map(|p| depart(p, why.clone())).collect();
        facts.push(deed(me, Act::Ban(ban), None));
        facts.extend(departed);
        Ok(())
    }

    pub(super) fn met_by<'a>(&'a self, mask: &'a Mask) -> impl Iterator<Item = &'a Person> {
        let people = self.people.values().map(|person| &**person);
        people.filter(|person| mask.meets(Some(&person.name), person.address))
    }

    fn decide_mute(
        &self,
        me: &Person,
        name: &str,
        time: Option<Span>,
        why: Option<Text>,
        now: Timestamp,
    ) -> Result<(Act, Option<PersonId>), Rejection> {
        let target = self.find(name)?;
        if target.id == me.id {
            return Err(Rejection::Oneself);
        }
        check_room_for_sanction(&self.mutes)?;
        let mask = mask_from_outside(me, target);
        let act = Act::Mute(sanction(me, mask, time, why, now));
        Ok((act, Some(target.id)))
    }

    fn decide_unmute(&self, name: Name) -> Result<(Act, Option<PersonId>), Rejection> {
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
        Ok((Act::Unmute(mask), target.map(|person| person.id)))
    }

    fn decide_unban(&self, mask: Mask) -> Result<Act, Rejection> {
        match self.bans.iter().any(|ban| ban.mask.is_named_by(&mask)) {
            true => Ok(Act::Unban(mask)),
            false => Err(Rejection::NotBanned(mask)),
        }
    }

    fn decide_op(&self, typed: &str) -> Result<(Act, Option<PersonId>), Rejection> {
        let (name, target, claimed, operator) = self.rank_of(typed)?;
        match operator {
            true => Err(Rejection::AlreadyOperator(name)),
            false => {
                let lasting = claimed;
                Ok((Act::Op { name, lasting }, target))
            }
        }
    }

    fn decide_deop(&self, typed: &str) -> Result<(Act, Option<PersonId>), Rejection> {
        let (name, target, _, operator) = self.rank_of(typed)?;
        match operator {
            true => Ok((Act::Deop { name }, target)),
            false => Err(Rejection::NotOperator(name)),
        }
    }

    /// Name, person if it is here, whether the name is claimed, whether it is an operator: of
    /// somebody who is here, or of a claimed name.
    fn rank_of(&self, typed: &str) -> Result<(Name, Option<PersonId>, bool, bool), Rejection> {
        let absent = |rejection| {
            let name = Name::parse(typed).map_err(|_| rejection)?;
            let claim = self.claims.get(&name);
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
                person.claimed,
                person.operator,
            )),
            Err(rejection) => absent(rejection),
        }
    }
}

/// The mask of a person, without its address if that is the operator's own: who sanctions somebody
/// of the same household is not meant.
fn mask_from_outside(me: &Person, target: &Person) -> Mask {
    let mut mask = Mask::of_person(target.name.clone(), target.address);
    if target.id != me.id && mask.meets(Some(&me.name), me.address) {
        mask.net = None;
    }
    mask
}

fn sanction(
    me: &Person,
    mask: Mask,
    time: Option<Span>,
    why: Option<Text>,
    now: Timestamp,
) -> Sanction {
    Sanction {
        mask,
        until: time.map(|time| now + time),
        by: me.name.clone(),
        why: why.map(Arc::new),
    }
}

fn check_room_for_sanction(list: &[Sanction]) -> Result<(), Rejection> {
    match list.len() < SANCTIONS_MAX {
        true => Ok(()),
        false => Err(Rejection::SanctionsFull),
    }
}

fn deed(me: &Person, act: Act, target: Option<PersonId>) -> Fact {
    Fact::Deed(Box::new(Deed {
        by: me.name.clone(),
        actor: Some(me.id),
        act,
        target,
    }))
}

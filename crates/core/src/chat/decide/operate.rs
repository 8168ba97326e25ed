//! The commands of operators. Each becomes an audit entry, which the person concerned is told.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::quit;
use crate::ban::{Mask, Restriction};
use crate::chat::state::Restrictions;
use crate::chat::{Chat, Person};
use crate::command::{Command, Outcome};
use crate::event::{AuditEntry, Fact, ModAction, QuitReason};
use crate::ids::PersonId;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::time::{Duration, Timestamp};

/// An action and the person who is told of it.
type Action = (ModAction, Option<PersonId>);

impl Chat {
    pub(super) fn decide_operate(
        &self,
        me: &Person,
        command: Command,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
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
            Command::Unmute(name) => self.decide_unmute(name, now)?,
            Command::Unban(mask) => (self.decide_unban(mask)?, None),
            Command::Op(name) => self.decide_op(me, &name)?,
            Command::Deop(name) => self.decide_deop(me, &name)?,
            Command::Announce(text) => (ModAction::Announce(text), None),
            Command::SetMotd(text) => (ModAction::Motd(text), None),
            Command::Lock(on) => (ModAction::Lock(on), None),
            // The commands of connections without a name and of the server, from a person.
            _ => return Err(Rejection::NotHere),
        };
        facts.push(audit_entry(me, act, target));
        Ok(Outcome::Done)
    }

    pub(in crate::chat) fn check_operator(&self, me: &Person) -> Result<(), Rejection> {
        match me.session.rank.operator {
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
    ) -> Result<Outcome, Rejection> {
        let target = self.find_other(me, name)?;
        let why = why.map(Arc::new);
        let (name, by) = (target.name.clone(), me.name.clone());
        let reason = why.clone();
        facts.push(audit_entry(me, ModAction::Kick { name, why }, None));
        facts.push(quit(target, QuitReason::Kicked { by, why: reason }));
        Ok(Outcome::Done)
    }

    /// The person of this name, who must be another than `me`.
    fn find_other(&self, me: &Person, name: &str) -> Result<&Person, Rejection> {
        let target = self.find(me, name)?;
        match target.id == me.id {
            true => Err(Rejection::Oneself),
            false => Ok(target),
        }
    }

    /// The mask of a name, together with the address of its bearer.
    fn cover(&self, me: &Person, mask: Mask) -> Mask {
        let bearer = mask.name.as_ref().and_then(|name| self.people.named(name));
        bearer.map_or(mask, |person| mask_of_other(me, person))
    }

    fn decide_ban(
        &self,
        me: &Person,
        ban: Restriction,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        if ban.mask.matches(Some(&me.name), me.session.address) {
            return Err(Rejection::Oneself);
        }
        check_list_has_space(&self.bans)?;
        let why = QuitReason::Banned {
            by: me.name.clone(),
            until: ban.until,
            why: ban.why.clone(),
        };
        let matching = self.people.matching(&ban.mask);
        facts.push(audit_entry(me, ModAction::Ban(ban), None));
        facts.extend(matching.into_iter().map(|person| quit(person, why.clone())));
        Ok(Outcome::Done)
    }

    fn decide_mute(
        &self,
        me: &Person,
        name: &str,
        time: Option<Duration>,
        why: Option<Text>,
        now: Timestamp,
    ) -> Result<Action, Rejection> {
        let target = self.find_other(me, name)?;
        check_list_has_space(&self.mutes)?;
        let mask = mask_of_other(me, target);
        let act = ModAction::Mute(restriction(me, mask, time, why, now));
        Ok((act, Some(target.id)))
    }

    fn decide_unmute(&self, name: Name, now: Timestamp) -> Result<Action, Rejection> {
        let target = self.people.named(&name);
        // The mute in force may name the person as it was called before.
        let mute = target.and_then(|person| self.mute_of(person, now));
        let mask = match mute.and_then(|id| self.mutes.get(id)) {
            Some(mute) => mute.mask.clone(),
            None => Mask::of_name(name.clone()),
        };
        match self.mutes.is_named_by(&mask) {
            true => Ok((ModAction::Unmute(mask), target.map(|person| person.id))),
            false => Err(Rejection::NotMuted(name)),
        }
    }

    fn decide_unban(&self, mask: Mask) -> Result<ModAction, Rejection> {
        match self.bans.is_named_by(&mask) {
            true => Ok(ModAction::Unban(mask)),
            false => Err(Rejection::NotBanned(mask)),
        }
    }

    fn decide_op(&self, me: &Person, typed: &str) -> Result<Action, Rejection> {
        let bearer = self.bearer(me, typed)?;
        match bearer.operator {
            true => Err(Rejection::AlreadyOperator(bearer.name)),
            false => {
                let (name, lasting) = (bearer.name, bearer.registered);
                Ok((ModAction::Op { name, lasting }, bearer.person))
            }
        }
    }

    fn decide_deop(&self, me: &Person, typed: &str) -> Result<Action, Rejection> {
        let Bearer {
            name,
            person,
            operator,
            ..
        } = self.bearer(me, typed)?;
        match operator {
            true => Ok((ModAction::Deop { name }, person)),
            false => Err(Rejection::NotOperator(name)),
        }
    }

    /// The bearer of a name: a person who is here, or the owner of a registered name.
    fn bearer(&self, me: &Person, typed: &str) -> Result<Bearer, Rejection> {
        let nobody = match self.find(me, typed) {
            Ok(person) => {
                return Ok(Bearer {
                    name: person.name.clone(),
                    person: Some(person.id),
                    registered: person.session.rank.registered,
                    operator: person.session.rank.operator,
                });
            }
            Err(rejection) => rejection,
        };
        let name = Name::parse(typed).ok();
        let registration = name.and_then(|name| self.registrations.get(&name));
        registration.map_or(Err(nobody), |registration| {
            Ok(Bearer {
                name: registration.name.clone(),
                person: None,
                registered: true,
                operator: registration.operator,
            })
        })
    }
}

struct Bearer {
    name: Name,
    /// The person, if it is here.
    person: Option<PersonId>,
    registered: bool,
    operator: bool,
}

/// The mask of a person, without its address if that is the operator's own: a ban of somebody in
/// the same household must not shut the operator out.
fn mask_of_other(me: &Person, target: &Person) -> Mask {
    let mut mask = Mask::of_person(target.name.clone(), target.session.address);
    if target.id != me.id && mask.matches(Some(&me.name), me.session.address) {
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

fn check_list_has_space(list: &Restrictions) -> Result<(), Rejection> {
    match list.is_full() {
        true => Err(Rejection::RestrictionsFull),
        false => Ok(()),
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

//! The commands of operators. Each becomes an audit entry, and the person concerned is told.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::log_in::Taker;
use super::restrict::Given;
use super::target::Target;
use super::{quit, quit_of_lost};
use crate::account::Account;
use crate::chat::{Chat, FirstOperator, Person};
use crate::command::{Command, Outcome};
use crate::event::{Aside, AuditEntry, Fact, ModAction, QuitReason, Tenure};
use crate::ids::PersonId;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::time::Timestamp;

/// Who acts: an operator in the chat, or an administrator at the machine's shell.
#[derive(Clone, Copy)]
pub(super) enum Actor<'a> {
    Person(&'a Person),
    Shell,
}

impl Actor<'_> {
    pub(super) fn name(self) -> Name {
        match self {
            Self::Person(person) => person.name.clone(),
            Self::Shell => Name::shell(),
        }
    }

    pub(super) fn id(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person.id),
            Self::Shell => None,
        }
    }
}

/// An action and the person who is told.
type Action = (ModAction, Option<PersonId>);

impl Chat {
    pub(super) fn decide_operate(
        &self,
        me: Actor<'_>,
        command: Command,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let (act, target) = match command {
            Command::Kick { name, why } => {
                return self.decide_kick(me, &name, why, now, facts);
            }
            Command::Ban {
                mask,
                cover_address,
                time,
                why,
            } => {
                let given = Given { me, time, why, now };
                return self.decide_ban(&given, mask, cover_address, facts);
            }
            Command::Mute { name, time, why } => {
                let given = Given { me, time, why, now };
                return self.decide_mute(&given, &name, facts);
            }
            Command::EndAccount(name) => {
                self.decide_end_account(me, &name, facts)?;
                return Ok(Outcome::Done);
            }
            Command::EndRoom(room) => {
                self.decide_end_room(me, room, facts)?;
                return Ok(Outcome::Done);
            }
            Command::RenameOther { name, new } => {
                return self.decide_rename_other(me, &name, new, now, facts);
            }
            Command::Unmute(name) => {
                self.decide_unmute(me, name, now, facts)?;
                return Ok(Outcome::Done);
            }
            Command::Unban(mask) => {
                self.decide_unban(me, mask, now, facts)?;
                return Ok(Outcome::Done);
            }
            Command::Op(name) => self.decide_op(me, &name, now)?,
            Command::Deop(name) => self.decide_deop(me, &name, now)?,
            Command::Announce(text) => (ModAction::Announce(text), None),
            Command::SetMotd(text) => (ModAction::Motd(text), None),
            Command::Lock(on) if on == self.restricted.locked => {
                return Err(Rejection::LockedSo(on));
            }
            Command::Lock(on) => (ModAction::Lock(on), None),
            // No other command gets here.
            _ => return Err(Rejection::NotHere),
        };
        let others = self.rights_of_others(&act, target, now);
        let aside = match act {
            ModAction::Lock(_) => Some(Aside::Operators(self.other_operators(me))),
            _ => self.none_left(me, &act, target, now),
        };
        facts.push(audit_entry_with(me, act, target, aside));
        facts.extend(others);
        Ok(Outcome::Done)
    }

    /// The operators who are here, but for the one who acts.
    fn other_operators(&self, me: Actor<'_>) -> Box<[PersonId]> {
        let all = self.people.operators().iter().copied();
        all.filter(|id| Some(*id) != me.id()).collect()
    }

    /// The changed rights of others who are logged in to the account that an action appoints or
    /// dismisses: they are told as well, when they come back if their link is lost.
    fn rights_of_others(
        &self,
        act: &ModAction,
        target: Option<PersonId>,
        now: Timestamp,
    ) -> Vec<Fact> {
        let (name, operator) = match act {
            ModAction::Op {
                name,
                tenure: Tenure::Lasting,
            } => (name, true),
            ModAction::Deop { name } => (name, false),
            _ => return Vec::new(),
        };
        let here = self.people.logged_in_to(name);
        let all = here.chain(self.lost_logins(name, now));
        let others = all.filter(|person| Some(person.id) != target);
        let rights = others.map(|person| self.with_rights(person, operator));
        rights.collect()
    }

    pub(in crate::chat) fn check_operator(&self, me: &Person) -> Result<(), Rejection> {
        match me.session.rank.operator {
            true => Ok(()),
            false => Err(Rejection::NeedsOperator),
        }
    }

    fn decide_kick(
        &self,
        me: Actor<'_>,
        name: &str,
        why: Option<Text>,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let why = why.map(Arc::new);
        for target in self.targets(me, name, now)? {
            let (person, ended, aside): (_, fn(&Person, QuitReason) -> Fact, _) = match target {
                Target::Here(person) => (person, quit, None),
                Target::Lost(person) => (person, quit_of_lost, Some(Aside::LinkLost)),
                Target::Account(_) => continue,
            };
            self.check_rank(me, person)?;
            let (name, by, why) = (person.name.clone(), me.name(), why.clone());
            let reason = why.clone();
            let act = ModAction::Kick { name, why };
            facts.push(audit_entry_with(me, act, None, aside));
            facts.push(ended(person, QuitReason::Kicked { by, why: reason }));
        }
        Ok(Outcome::Done)
    }

    fn decide_rename_other(
        &self,
        me: Actor<'_>,
        name: &str,
        new: Name,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let target = self.find_other(me, name, now)?;
        self.check_rank(me, target)?;
        if new == target.name {
            return Err(Rejection::SameName(new));
        }
        let account = target.account.as_ref();
        self.check_not_banned(Some(&new), account, target.session.address, now)?;
        self.check_no_room_bars(target, &new, now)?;
        let new = match new.same_as(&target.name) {
            true => self.check_look(new, Some(target.id), now)?,
            false => self.check_name(new, Taker::Person(target), None, now)?,
        };
        let name = target.name.clone();
        let act = ModAction::Rename {
            name,
            new: new.clone(),
        };
        facts.push(audit_entry(me, act, Some(target.id)));
        facts.push(self.renamed(target, new));
        Ok(Outcome::Done)
    }

    fn decide_op(&self, me: Actor<'_>, typed: &str, now: Timestamp) -> Result<Action, Rejection> {
        let bearer = self.bearer(me, typed, now)?;
        let tenure = match me {
            _ if !bearer.registered => Tenure::Visit,
            Actor::Person(me) if self.is_operator_on_loan(me) => Tenure::Lent,
            _ => Tenure::Lasting,
        };
        let is_enough = tenure != Tenure::Lasting || self.registrations.is_operator(&bearer.name);
        if bearer.operator && is_enough {
            return Err(Rejection::AlreadyOperator(bearer.name));
        }
        // Rights for a visit need a visit.
        if tenure != Tenure::Lasting && bearer.person.is_none() {
            return Err(match bearer.lost {
                Some(_) => Rejection::LinkLost(bearer.name),
                None => Rejection::NotConnected(bearer.name),
            });
        }
        let name = bearer.name;
        Ok((
            ModAction::Op { name, tenure },
            bearer.person.or(bearer.lost),
        ))
    }

    fn decide_deop(&self, me: Actor<'_>, typed: &str, now: Timestamp) -> Result<Action, Rejection> {
        let RankBearer {
            name,
            person,
            registered,
            operator,
            lost,
        } = self.bearer(me, typed, now)?;
        self.check_rank_of_name(me, &name)?;
        // An operator who has stepped down could take the account's right up again.
        let may_be = registered && self.registrations.is_operator(&name);
        match operator || may_be {
            true => Ok((ModAction::Deop { name }, person.or(lost))),
            false => Err(Rejection::NotOperator(name)),
        }
    }

    /// What follows if a person gives up the last rights of an operator.
    fn none_left(
        &self,
        me: Actor<'_>,
        act: &ModAction,
        target: Option<PersonId>,
        now: Timestamp,
    ) -> Option<Aside> {
        let Actor::Person(me) = me else {
            return None;
        };
        let is_own = matches!(act, ModAction::Deop { .. }) && target == Some(me.id);
        let next = match self.restricted.locked {
            true => FirstOperator::Nobody,
            false => self.settings.first_operator,
        };
        (is_own && !self.has_other_operator(me, now)).then_some(Aside::NoneLeft { next })
    }

    /// The bearer of a name: a person who is here or may come back, with their account if they have
    /// one, or the owner of a registered name. May be `me`.
    ///
    /// # Errors
    /// As [`target`](Self::target), or at a shell [`Rejection::NoAccount`] instead of that nobody is called so.
    fn bearer(&self, me: Actor<'_>, typed: &str, now: Timestamp) -> Result<RankBearer, Rejection> {
        let target = match (self.target(me, typed, now), me) {
            (Err(Rejection::Oneself), Actor::Person(me)) => Target::Here(me),
            // At a shell it is an account that is named.
            (Err(Rejection::NobodyCalled { typed, .. }), Actor::Shell) => {
                return Err(Rejection::NoAccount { typed });
            }
            (target, _) => target?,
        };
        let (person, is_lost) = match target {
            Target::Here(person) => (person, false),
            Target::Lost(person) => (person, true),
            Target::Account(account) => return Ok(self.bearer_of_account(account)),
        };
        let account = person.account.as_ref();
        // A guest who had the name before it was registered has nothing to do with the account.
        if account.is_none()
            && is_lost
            && let Some(account) = self.registrations.get(&person.name)
        {
            return Ok(self.bearer_of_account(account));
        }
        Ok(RankBearer {
            name: account.unwrap_or(&person.name).clone(),
            person: Some(person.id).filter(|_| !is_lost),
            lost: Some(person.id).filter(|_| is_lost),
            registered: account.is_some(),
            operator: person.session.rank.operator,
        })
    }

    fn bearer_of_account(&self, account: &Account) -> RankBearer {
        let mut logins = self.people.logged_in_to(&account.name);
        RankBearer {
            name: account.name.clone(),
            person: logins.next().map(|person| person.id),
            registered: true,
            operator: account.operator,
            lost: None,
        }
    }
}

/// The person to whom an operator gives, or from whom an operator takes, rights.
struct RankBearer {
    name: Name,
    /// The person, if it is here.
    person: Option<PersonId>,
    registered: bool,
    operator: bool,
    /// The person, if their link is lost.
    lost: Option<PersonId>,
}

pub(super) fn audit_entry(me: Actor<'_>, act: ModAction, target: Option<PersonId>) -> Fact {
    audit_entry_with(me, act, target, None)
}

pub(super) fn audit_entry_with(
    me: Actor<'_>,
    act: ModAction,
    target: Option<PersonId>,
    aside: Option<Aside>,
) -> Fact {
    Fact::Moderated(Box::new(AuditEntry {
        by: me.name(),
        actor: me.id(),
        act,
        target,
        aside,
    }))
}

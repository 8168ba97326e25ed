//! The commands of operators. Each becomes an audit entry, and the person concerned is told.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::cover::account_beside_name;
use super::log_in::Taker;
use super::target::Target;
use super::{quit, quit_of_lost};
use crate::account::Account;
use crate::ban::{Mask, Reach, Restriction, strip_account_key, strip_name_key};
use crate::chat::state::Restrictions;
use crate::chat::{Chat, FirstOperator, Person};
use crate::command::{Command, Outcome};
use crate::event::{Aside, AuditEntry, Fact, ModAction, QuitReason, Tenure};
use crate::ids::PersonId;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::time::{Duration, Timestamp};

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

    fn decide_ban(
        &self,
        given: &Given<'_>,
        mask: Mask,
        cover_address: bool,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let cover_address = cover_address && mask.reach != Reach::Account;
        let mask = self.mask_meant(mask)?;
        let named = mask.name.as_ref();
        let bearer = named.and_then(|name| self.bearer_of(name, given.now));
        let nobody = named.and_then(|name| self.nobody_of(given.me, name, given.now));
        let (mask, spared) = match bearer.filter(|_| cover_address) {
            Some(bearer) => self.cover(given.me, bearer, given.now),
            None => (mask, None),
        };
        let owner = mask
            .name
            .as_ref()
            .and_then(|name| self.registrations.get(name));
        let owner =
            owner.filter(|owner| bearer.is_none() && mask.name.as_ref() != Some(&owner.name));
        let owner = owner.map(|owner| owner.name.clone());
        let account = bearer.and_then(account_beside_name).or(owner);
        let account = account.map(Mask::of_name);
        let mut matching = self.people.matching(&mask);
        let logins = account.iter().flat_map(|mask| self.people.matching(mask));
        matching.extend(logins);
        matching.sort_unstable_by_key(|person| person.id);
        matching.dedup_by_key(|person| person.id);
        let lost = self.resumables.matching(&mask, given.now);
        self.check_may_ban(given.me, &mask, matching.iter().copied().chain(lost))?;
        check_list_has_space(&self.restricted.bans)?;
        let is_of_people = mask.name.is_none() && !matching.is_empty();
        let put_out = is_of_people.then_some(Aside::PutOut(matching.len()));
        let ban = given.restriction(mask);
        let why = QuitReason::Banned {
            by: ban.by.clone(),
            until: ban.until,
            why: ban.why.clone(),
        };
        let aside = spared.map(Aside::Spared).or(nobody).or(put_out);
        facts.push(given.entry(ModAction::Ban(ban), None, aside));
        let of_account = account.map(|mask| ModAction::Ban(given.restriction(mask)));
        facts.extend(of_account.map(|act| given.entry(act, None, None)));
        facts.extend(matching.into_iter().map(|person| quit(person, why.clone())));
        Ok(Outcome::Done)
    }

    /// Checks that a ban hits neither the operator nor somebody who has been an operator for
    /// longer, whether they are here, may come back, or are only named.
    fn check_may_ban<'a>(
        &self,
        me: Actor<'_>,
        mask: &Mask,
        matching: impl Iterator<Item = &'a Person>,
    ) -> Result<(), Rejection> {
        if let Actor::Person(me) = me {
            let own = |name: &Name| self.account_of(me).is_some_and(|own| own.owns(name));
            let is_own = mask.name.as_ref().is_some_and(own);
            if is_own || mask.matches(Some(&me.name), me.session.address) {
                return Err(Rejection::Oneself);
            }
        }
        for person in matching {
            check_not_own_login(me, person)?;
            self.check_rank(me, person)?;
        }
        let named = mask.name.as_ref();
        named.map_or(Ok(()), |name| self.check_rank_of_name(me, name))
    }

    fn decide_mute(
        &self,
        given: &Given<'_>,
        name: &str,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let target = self.target(given.me, name, given.now)?;
        let (mask, spared, account) = match target {
            Target::Here(person) | Target::Lost(person) => {
                check_not_own_login(given.me, person)?;
                self.check_rank(given.me, person)?;
                let of_name = Mask::of_name(person.name.clone());
                for lost in self.resumables.matching(&of_name, given.now) {
                    self.check_rank(given.me, lost)?;
                }
                match (&person.account, strip_account_key(name)) {
                    (Some(account), Some(_)) => (Mask::of_name(account.clone()), None, None),
                    _ => {
                        let (mask, spared) = match strip_name_key(name) {
                            Some(_) => (of_name, None),
                            None => self.cover_speech(given.me, person, given.now),
                        };
                        (mask, spared, account_beside_name(person))
                    }
                }
            }
            Target::Account(account) => {
                self.check_rank_of_name(given.me, &account.name)?;
                (Mask::of_name(account.name.clone()), None, None)
            }
        };
        check_list_has_space(&self.restricted.mutes)?;
        let told = target.person().map(|person| person.id);
        let mute = ModAction::Mute(given.restriction(mask));
        facts.push(given.entry(mute, told, spared.map(Aside::Spared)));
        let of_account = account.map(Mask::of_name);
        let of_account = of_account.map(|mask| ModAction::Mute(given.restriction(mask)));
        facts.extend(of_account.map(|act| given.entry(act, None, None)));
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

/// What an operator gave with a restriction.
pub(super) struct Given<'a> {
    pub(super) me: Actor<'a>,
    pub(super) time: Option<Duration>,
    pub(super) why: Option<Text>,
    pub(super) now: Timestamp,
}

impl Given<'_> {
    pub(super) fn restriction(&self, mask: Mask) -> Restriction {
        Restriction {
            mask,
            until: self.time.map(|time| self.now + time),
            at: self.now,
            by: self.me.name(),
            why: self.why.clone().map(Arc::new),
        }
    }

    fn entry(&self, act: ModAction, target: Option<PersonId>, aside: Option<Aside>) -> Fact {
        audit_entry_with(self.me, act, target, aside)
    }
}

/// Checks that a person is not logged in to the operator's own account: what hits it hits both.
fn check_not_own_login(me: Actor<'_>, person: &Person) -> Result<(), Rejection> {
    match me {
        Actor::Person(me) if me.account.is_some() && me.account == person.account => {
            Err(Rejection::Oneself)
        }
        _ => Ok(()),
    }
}

pub(super) fn check_list_has_space(list: &Restrictions) -> Result<(), Rejection> {
    match list.is_full() {
        true => Err(Rejection::RestrictionsFull),
        false => Ok(()),
    }
}

pub(super) fn audit_entry(me: Actor<'_>, act: ModAction, target: Option<PersonId>) -> Fact {
    audit_entry_with(me, act, target, None)
}

fn audit_entry_with(
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

//! The commands of operators. Each becomes an audit entry, which the person concerned is told.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ipnet::IpNet;

use super::quit;
use crate::ban::{Mask, Reach, Restriction, subnet_of};
use crate::chat::state::Restrictions;
use crate::chat::{Chat, Person};
use crate::command::{Command, Outcome};
use crate::event::{AuditEntry, Fact, ModAction, QuitReason, Spared};
use crate::ids::PersonId;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::time::{Duration, Timestamp};

/// Who acts: an operator who is here, or those who run the server, from a shell of its machine.
#[derive(Clone, Copy)]
pub(super) enum Actor<'a> {
    Person(&'a Person),
    Shell,
}

impl Actor<'_> {
    fn name(self) -> Name {
        match self {
            Self::Person(person) => person.name.clone(),
            Self::Shell => Name::shell(),
        }
    }

    fn id(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person.id),
            Self::Shell => None,
        }
    }
}

/// An action and the person who is told of it.
type Action = (ModAction, Option<PersonId>);

impl Chat {
    pub(super) fn decide_operate(
        &self,
        me: Actor<'_>,
        command: Command,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        if let Actor::Person(me) = me {
            self.check_operator(me)?;
        }
        let (act, target) = match command {
            Command::Kick { name, why } => return self.decide_kick(me, &name, why, facts),
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
            Command::RenameOther { name, new } => {
                return self.decide_rename_other(me, &name, new, now, facts);
            }
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

    /// Checks that a person has not been a lasting operator for longer than `me`, under its name or
    /// under the one it has registered.
    fn check_rank(&self, me: Actor<'_>, person: &Person) -> Result<(), Rejection> {
        let account = person.account.as_deref();
        let names = core::iter::once(&person.name).chain(account);
        names
            .into_iter()
            .try_for_each(|name| self.check_rank_of_name(me, name))
    }

    /// Checks that a name's owner has not been a lasting operator for longer than `me`.
    fn check_rank_of_name(&self, me: Actor<'_>, name: &Name) -> Result<(), Rejection> {
        let Some(theirs) = self.registrations.appointed(name) else {
            return Ok(());
        };
        let Actor::Person(me) = me else {
            return Ok(());
        };
        let account = me.account.as_deref();
        let mine = account.and_then(|account| self.registrations.appointed(account));
        match mine.is_some_and(|mine| mine <= theirs) {
            true => Ok(()),
            false => Err(Rejection::Outranked(name.clone())),
        }
    }

    fn decide_kick(
        &self,
        me: Actor<'_>,
        name: &str,
        why: Option<Text>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let target = self.find_other(me, name)?;
        self.check_rank(me, target)?;
        let why = why.map(Arc::new);
        let (name, by) = (target.name.clone(), me.name());
        let reason = why.clone();
        facts.push(audit_entry(me, ModAction::Kick { name, why }, None));
        facts.push(quit(target, QuitReason::Kicked { by, why: reason }));
        Ok(Outcome::Done)
    }

    /// The person of this name, who must be another than `me`.
    pub(super) fn find_other(&self, me: Actor<'_>, name: &str) -> Result<&Person, Rejection> {
        let target = self.find_for(me, name)?;
        match me.id() == Some(target.id) {
            true => Err(Rejection::Oneself),
            false => Ok(target),
        }
    }

    fn decide_rename_other(
        &self,
        me: Actor<'_>,
        name: &str,
        new: Name,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let target = self.find_other(me, name)?;
        self.check_rank(me, target)?;
        if new == target.name {
            return Err(Rejection::SameName(new));
        }
        self.check_not_banned(Some(&new), target.session.address, now)?;
        self.check_no_room_bars(target, &new, now)?;
        let new = match new.same_as(&target.name) {
            true => self.check_look(new, Some(target.id), now)?,
            false => self.check_name(new, Some(target), None, now)?,
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
        let bearer = mask.name.as_ref().and_then(|name| self.people.named(name));
        let (mask, spared) = match bearer.filter(|_| cover_address) {
            Some(bearer) => self.cover(given.me, bearer),
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
        self.check_may_ban(given.me, &mask, &matching)?;
        check_list_has_space(&self.bans)?;
        let ban = given.restriction(mask);
        let why = QuitReason::Banned {
            by: ban.by.clone(),
            until: ban.until,
            why: ban.why.clone(),
        };
        facts.push(given.entry(ModAction::Ban(ban), None, spared));
        let of_account = account.map(|mask| ModAction::Ban(given.restriction(mask)));
        facts.extend(of_account.map(|act| given.entry(act, None, None)));
        facts.extend(matching.into_iter().map(|person| quit(person, why.clone())));
        Ok(Outcome::Done)
    }

    /// Checks that a ban hits neither the operator nor one who has been operator for longer, whether
    /// that one is here or not.
    fn check_may_ban(
        &self,
        me: Actor<'_>,
        mask: &Mask,
        matching: &[&Person],
    ) -> Result<(), Rejection> {
        if let Actor::Person(me) = me {
            let own = |name: &Name| self.account_of(me).is_some_and(|own| own.owns(name));
            let is_own = mask.name.as_ref().is_some_and(own);
            if is_own || mask.matches(Some(&me.name), me.session.address) {
                return Err(Rejection::Oneself);
            }
        }
        for person in matching {
            self.check_rank(me, person)?;
        }
        let named = mask.name.as_ref();
        named.map_or(Ok(()), |name| self.check_rank_of_name(me, name))
    }

    /// The mask of a ban: the name, and its block if nobody else comes from there.
    fn cover(&self, me: Actor<'_>, target: &Person) -> (Mask, Option<Spared>) {
        let of_name = Mask::of_name(target.name.clone());
        match self.home_of(me, target) {
            Home::Alone(net) => (of_name.with_block(net, Reach::Either), None),
            Home::Shared(spared) => (of_name, told(spared)),
        }
    }

    /// Where a person comes from, and who else does. This very machine is shared by everybody behind
    /// a proxy or a tunnel, whether they are here or not.
    pub(super) fn home_of(&self, me: Actor<'_>, target: &Person) -> Home {
        let net = subnet_of(target.session.address);
        let here = self.people.matching(&Mask::of_net(net));
        let is_me = |person: &&Person| Some(person.id) == me.id();
        let own = !is_me(&target) && here.iter().any(is_me);
        let others = here.len().saturating_sub(1 + usize::from(own)) as u32;
        let spared = Spared { net, others, own };
        let is_loopback = target.session.address.to_canonical().is_loopback();
        match is_loopback || told(spared).is_some() {
            true => Home::Shared(spared),
            false => Home::Alone(net),
        }
    }

    fn decide_mute(
        &self,
        given: &Given<'_>,
        name: &str,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let target = self.find_other(given.me, name)?;
        self.check_rank(given.me, target)?;
        check_list_has_space(&self.mutes)?;
        let (mask, spared) = self.cover_speech(given.me, target);
        let mute = ModAction::Mute(given.restriction(mask));
        facts.push(given.entry(mute, Some(target.id), spared));
        let account = account_beside_name(target).map(Mask::of_name);
        let of_account = account.map(|mask| ModAction::Mute(given.restriction(mask)));
        facts.extend(of_account.map(|act| given.entry(act, None, None)));
        Ok(Outcome::Done)
    }

    /// The mask of a mute: as that of a ban for a registered name. A guest's name matches only where
    /// the guest comes from: the next to take it elsewhere is not muted in the guest's place.
    pub(super) fn cover_speech(&self, me: Actor<'_>, target: &Person) -> (Mask, Option<Spared>) {
        if self.is_own_name(target) {
            return self.cover(me, target);
        }
        let of_name = Mask::of_name(target.name.clone());
        match self.home_of(me, target) {
            Home::Alone(net) => (of_name.with_block(net, Reach::Block), None),
            Home::Shared(spared) => (of_name.with_block(spared.net, Reach::Both), told(spared)),
        }
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

    fn decide_op(&self, me: Actor<'_>, typed: &str) -> Result<Action, Rejection> {
        let bearer = self.bearer(me, typed)?;
        match bearer.operator {
            true => Err(Rejection::AlreadyOperator(bearer.name)),
            false => {
                let (name, lasting) = (bearer.name, bearer.registered);
                Ok((ModAction::Op { name, lasting }, bearer.person))
            }
        }
    }

    fn decide_deop(&self, me: Actor<'_>, typed: &str) -> Result<Action, Rejection> {
        let Bearer {
            name,
            person,
            operator,
            ..
        } = self.bearer(me, typed)?;
        self.check_rank_of_name(me, &name)?;
        match operator {
            true => Ok((ModAction::Deop { name }, person)),
            false => Err(Rejection::NotOperator(name)),
        }
    }

    /// The bearer of a name: a person who is here, by its account if it is logged in to one, or the
    /// owner of a registered name.
    fn bearer(&self, me: Actor<'_>, typed: &str) -> Result<Bearer, Rejection> {
        let nobody = match self.find_for(me, typed) {
            Ok(person) => {
                let account = person.account.as_deref();
                return Ok(Bearer {
                    name: account.unwrap_or(&person.name).clone(),
                    person: Some(person.id),
                    registered: account.is_some(),
                    operator: person.session.rank.operator,
                });
            }
            Err(rejection) => rejection,
        };
        let name = Name::parse(typed).ok();
        let account = name.and_then(|name| self.registrations.get(&name));
        account.map_or(Err(nobody), |account| {
            let mut logins = self.people.logged_in_to(&account.name);
            Ok(Bearer {
                name: account.name.clone(),
                person: logins.next().map(|person| person.id),
                registered: true,
                operator: account.operator,
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

/// Where the target of a restriction comes from.
pub(super) enum Home {
    /// Nobody else comes from this block.
    Alone(IpNet),
    /// Others do, or may.
    Shared(Spared),
}

/// What the operator is told of a block that is spared: nothing if nobody else is there.
fn told(spared: Spared) -> Option<Spared> {
    Some(spared).filter(|spared| spared.own || spared.others > 0)
}

/// The account of a person who goes by another name at the moment.
pub(super) fn account_beside_name(person: &Person) -> Option<Name> {
    let account = person.account.as_deref()?;
    (!account.same_as(&person.name)).then(|| account.clone())
}

/// What an operator said with a restriction.
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
            by: self.me.name(),
            why: self.why.clone().map(Arc::new),
        }
    }

    fn entry(&self, act: ModAction, target: Option<PersonId>, spared: Option<Spared>) -> Fact {
        Fact::Moderated(Box::new(AuditEntry {
            by: self.me.name(),
            actor: self.me.id(),
            act,
            target,
            spared,
        }))
    }
}

fn check_list_has_space(list: &Restrictions) -> Result<(), Rejection> {
    match list.is_full() {
        true => Err(Rejection::RestrictionsFull),
        false => Ok(()),
    }
}

pub(super) fn audit_entry(me: Actor<'_>, act: ModAction, target: Option<PersonId>) -> Fact {
    Fact::Moderated(Box::new(AuditEntry {
        by: me.name(),
        actor: me.id(),
        act,
        target,
        spared: None,
    }))
}

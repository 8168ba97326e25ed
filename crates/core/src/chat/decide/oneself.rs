//! What people set for themselves, without touching anybody's rights.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::chat::{Chat, Person};
use crate::command::{Command, Outcome};
use crate::event::{AuditEntry, Fact, ModAction, Tenure};
use crate::ignore::{Ignored, Voice};
use crate::limits::IGNORES_MAX;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::Text;

impl Chat {
    pub(super) fn decide_about_oneself(
        &self,
        me: &Person,
        command: Command,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let fact = match command {
            Command::SetIdent { real, flags } => self.decide_ident(me, real, flags)?,
            Command::Away(why) => away(me, true, why),
            Command::Back if me.away().is_none() => return Err(Rejection::NotAway),
            Command::Back => away(me, false, None),
            Command::Ignore {
                name,
                account,
                on: true,
            } => {
                let who = self.decide_ignore(me, name, account)?;
                self.set_ignored(me, &who, true, facts);
                return Ok(Outcome::Done);
            }
            Command::Ignore { name, .. } => return self.decide_unignore(me, name, facts),
            // No other command gets here.
            _ => return Err(Rejection::NotHere),
        };
        facts.push(fact);
        Ok(Outcome::Done)
    }

    /// Ignoring a person includes their account, and ignoring a name the account that owns it.
    fn decide_ignore(
        &self,
        me: &Person,
        name: Name,
        account: Option<Name>,
    ) -> Result<Ignored, Rejection> {
        let who = self.ignored_entry(name, account);
        let is_own = |account: &Name| me.is_logged_in_to(account);
        if who.name.same_as(&me.name) || who.account.as_ref().is_some_and(is_own) {
            return Err(Rejection::Oneself);
        }
        let is_listed = |other: &Ignored| other.name.same_as(&who.name);
        if !me.ignores().iter().any(is_listed) && me.ignores().len() >= IGNORES_MAX {
            return Err(Rejection::TooManyIgnores {
                ignores_max: IGNORES_MAX,
            });
        }
        Ok(who)
    }

    /// All who are logged in to an account, here or on a lost link, share one ignore list: the
    /// next login gets it.
    fn set_ignored(&self, me: &Person, who: &Ignored, on: bool, facts: &mut Vec<Fact>) {
        let account = me.account.iter();
        let here = account
            .clone()
            .flat_map(|name| self.people.logged_in_to(name));
        let lost = account.flat_map(|name| self.resumables.logged_in_to(name));
        let lost = lost.filter_map(|id| Some(&*self.resumables.get(id)?.person));
        let others = here.chain(lost).filter(|other| {
            let is_listed = || other.ignores().iter().any(|it| it.name.same_as(&who.name));
            let has_space = || other.ignores().len() < IGNORES_MAX;
            other.id != me.id && is_listed() != on && (!on || has_space())
        });
        facts.extend(
            core::iter::once(me)
                .chain(others)
                .map(|person| Fact::IgnoreSet {
                    person: person.id,
                    who: who.clone(),
                    on,
                    since_before: false,
                }),
        );
    }

    /// Who is meant by a name: with an account, only people of that account.
    fn ignored_entry(&self, name: Name, account: Option<Name>) -> Ignored {
        let known = account.and_then(|account| self.registrations.get(&account));
        let bearer = self.people.named(&name);
        let bearer =
            bearer.filter(|bearer| known.is_none_or(|known| bearer.is_logged_in_to(&known.name)));
        let of_bearer = bearer.and_then(|bearer| bearer.account.clone());
        let owner = known.or_else(|| self.registrations.get(&name));
        // As it is written by those who have it.
        let written = bearer
            .map(|bearer| &bearer.name)
            .or(owner.map(|owner| &owner.name));
        let written = written.filter(|written| written.same_as(&name)).cloned();
        Ignored {
            person: bearer.map(|bearer| bearer.id),
            account: of_bearer.or_else(|| owner.map(|owner| owner.name.clone())),
            name: written.unwrap_or(name),
        }
    }

    /// Stops ignoring a person, by the ignored name or by the current one.
    fn decide_unignore(
        &self,
        me: &Person,
        name: Name,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let bearer = self.ignored_entry(name.clone(), None);
        let listed = me.ignored(&Voice {
            name: &name,
            person: bearer.person,
            account: bearer.account.as_ref(),
        });
        let listed = listed.ok_or_else(|| Rejection::NotIgnored(name.clone()))?;
        let current = listed.person.and_then(|id| self.people.get(id));
        let current = current.map(|person| &person.name);
        let other = current.filter(|current| !current.same_as(&listed.name));
        for name in core::iter::once(&listed.name).chain(other) {
            self.set_ignored(me, &Ignored::of_name(name.clone()), false, facts);
        }
        Ok(Outcome::Done)
    }
}

/// The person used the server's own code: they are its first operator, not one for the visit.
pub(super) fn become_operator(me: &Person) -> Fact {
    // The right belongs to the account, whatever name the person goes by.
    let (name, tenure) = match &me.account {
        Some(account) => (account.clone(), Tenure::Lasting),
        None => (me.name.clone(), Tenure::Visit),
    };
    Fact::Moderated(Box::new(AuditEntry {
        by: name.clone(),
        actor: None,
        act: ModAction::Op { name, tenure },
        target: Some(me.id),
        aside: None,
    }))
}

fn away(me: &Person, away: bool, why: Option<Text>) -> Fact {
    Fact::AwaySet {
        person: me.id,
        name: me.name.clone(),
        away,
        why,
        rooms: me.rooms.clone(),
    }
}

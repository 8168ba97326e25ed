//! What a person sets of itself, and concerns nobody's rights.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::chat::{Chat, Person};
use crate::command::{Command, Outcome};
use crate::event::{AuditEntry, Fact, ModAction, Tenure};
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
            Command::Back => away(me, false, None),
            Command::Ignore { name, on: true } => self.decide_ignore(me, name)?,
            Command::Ignore { name, on: false } => return self.decide_unignore(me, name, facts),
            // No other comes here.
            _ => return Err(Rejection::NotHere),
        };
        facts.push(fact);
        Ok(Outcome::Done)
    }

    fn decide_ignore(&self, me: &Person, name: Name) -> Result<Fact, Rejection> {
        if name.same_as(&me.name) {
            return Err(Rejection::Oneself);
        }
        let target = self.people.named(&name).map(|bearer| bearer.id);
        if me.ignored(&name, target).is_none() && me.ignores().len() >= IGNORES_MAX {
            return Err(Rejection::TooManyIgnores {
                ignores_max: IGNORES_MAX,
            });
        }
        let (person, on) = (me.id, true);
        Ok(Fact::IgnoreSet {
            person,
            name,
            target,
            on,
            since_before: false,
        })
    }

    /// A person is heard again by the name that was ignored and by the one it goes by now.
    fn decide_unignore(
        &self,
        me: &Person,
        name: Name,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let bearer = self.people.named(&name).map(|bearer| bearer.id);
        let listed = me.ignored(&name, bearer);
        let listed = listed.ok_or_else(|| Rejection::NotIgnored(name.clone()))?;
        let current = listed.person.and_then(|id| self.people.get(id));
        let current = current.map(|person| &person.name);
        let other = current.filter(|current| !current.same_as(&listed.name));
        let names = core::iter::once(&listed.name).chain(other);
        facts.extend(names.map(|name| Fact::IgnoreSet {
            person: me.id,
            name: name.clone(),
            target: None,
            on: false,
            since_before: false,
        }));
        Ok(Outcome::Done)
    }
}

/// The person has the server's own code: it is its own operator's, not one for a visit.
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
        spared: None,
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

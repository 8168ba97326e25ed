//! What a client learns about itself, whatever has caused it: its account and its rights.

use alloc::vec::Vec;

use chinwag_core::{Event, Fact, Name};

use super::{Session, Stage};
use crate::dialect::Env;

/// What a client knows of itself.
pub(super) struct Told {
    /// The account that it knows to be logged in to.
    account: Option<Name>,
    /// Whether it is an operator, once it is in.
    operates: Option<bool>,
}

impl Session {
    /// What the client knows of itself.
    pub(super) fn told(&self) -> Told {
        match &self.stage {
            Stage::Registering(registering) => Told {
                account: registering.proven.as_ref().map(|(name, _)| name.clone()),
                operates: None,
            },
            Stage::Here(here) => Told {
                account: here.account.clone(),
                operates: Some(here.is_operator),
            },
        }
    }

    /// Tells the client what it does not know of itself: the account that its password has opened,
    /// and whether it has the rights of an operator.
    pub(super) fn put_told(&self, before: &Told, fact: &Fact, env: &Env<'_>, out: &mut Vec<u8>) {
        let Some(here) = self.here() else { return };
        let is_told = matches!(fact, Fact::AccountSet(_) | Fact::AccountChanged(_));
        let account = here.account.as_ref().filter(|_| !is_told);
        if let Some(account) = account.filter(|account| before.account.as_ref() != Some(account)) {
            self.logged_in(account, env, out);
        }
        if before.operates.is_some_and(|was| was != here.is_operator) {
            self.put_operates(env, out);
        }
    }

    /// A client has got a person who may be away already: it is told so behind the welcome.
    pub(super) fn put_away_before(&mut self, event: &Event, env: &Env<'_>) {
        let had_person = matches!(event.fact, Fact::Attached(_) | Fact::Returned(_));
        let source = event.source.as_deref();
        if had_person && source.is_some_and(|source| source.away.is_some()) {
            let mut line = Vec::new();
            self.put_away(true, env, &mut line);
            self.say_behind(line);
        }
    }

    /// Tells the client whether it has the rights of an operator.
    pub(super) fn put_operates(&self, env: &Env<'_>, out: &mut Vec<u8>) {
        let operates = self.here().is_some_and(|here| here.is_operator);
        let sign = if operates { '+' } else { '-' };
        self.put_server(format_args!("MODE {} {sign}o", self.nick()), env, out);
    }
}

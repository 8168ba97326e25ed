//! Passwords that are checked before a login: by SASL, PASS, NickServ and OPER.
//!
//! A password is checked first, and only when it is right does the client's current login end. A
//! line may be read in two ways: the first word of a password with blanks, or the part before its
//! colon, can be a name. Then the rest is tried as that name's password, and if that fails the
//! whole as the password of the client's own name. Each try counts as a guess.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::{Name, Rejection};

use super::accounts::AccountStep;
use super::services::Service;
use super::{Question, Session, Stage};
use crate::dialect::{Ask, Env, Password, Step};
use crate::json::Sentence;

/// What a client is told while too many passwords wait to be checked.
pub(super) const BUSY: &str = "Too many passwords are being checked. Try again.";

/// How an account is being proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// AUTHENTICATE, before registration or after.
    Sasl,
    /// PASS, before registration.
    Pass,
    /// NickServ IDENTIFY, after registration.
    NickServ,
    /// OPER, likewise.
    Oper,
}

/// A proof in flight.
#[derive(Clone, Debug)]
pub(super) struct Proving {
    pub(super) way: Way,
    /// The password to give again with the login. A certificate needs none.
    pub(super) password: Option<Password>,
    /// What else was perhaps meant.
    or_else: Option<(Name, Password)>,
    /// Why what was tried first was refused.
    refused: Option<Box<Rejection>>,
}

impl Proving {
    /// A try without a second interpretation.
    pub(super) fn by(way: Way, password: Option<Password>) -> Self {
        Self {
            way,
            password,
            or_else: None,
            refused: None,
        }
    }
}

impl From<Proving> for Question {
    fn from(proving: Proving) -> Self {
        Self::Prove(Box::new(proving))
    }
}

impl Session {
    /// Asks for a proof of an account, and failing that of another.
    pub(super) fn prove(
        &mut self,
        way: Way,
        name: Name,
        password: Password,
        or_else: Option<(Name, Password)>,
    ) -> (Ask, Question) {
        let proving = Proving {
            or_else,
            ..Proving::by(way, Some(password.clone()))
        };
        (Ask::Prove { name, password }, proving.into())
    }

    /// An account was not proven: tries the second interpretation, or refuses.
    pub(super) fn handle_unproven(
        &mut self,
        mut proving: Proving,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if let Some((name, password)) = proving.or_else.take() {
            proving.password = Some(password.clone());
            proving.refused = Some(Box::new(rejection.clone()));
            return self.ask_now(Ask::Prove { name, password }, proving.into());
        }
        // Of two tries the first was meant, unless nobody has registered that name and somebody has
        // the other.
        let is_nobodys = |why: &Rejection| matches!(why, Rejection::NotRegistered(_));
        let first = proving.refused.as_deref();
        let first = first.filter(|why| !is_nobodys(why) || is_nobodys(rejection));
        let why = first.unwrap_or(rejection);
        match proving.way {
            Way::Sasl => self.numeric("904", ":SASL authentication failed", env, out),
            Way::Oper => self.numeric("464", ":Password incorrect", env, out),
            Way::NickServ => {
                let step = AccountStep::LogIn { is_sasl: false };
                self.refuse_account(step, why, env, out);
            }
            Way::Pass => {
                let words = Sentence(why);
                // The account that was named, if another was tried after it.
                let named = proving.refused.as_deref().filter(|first| **first != *why);
                let named = named.map_or_else(String::new, |named| format!(" {}", Sentence(named)));
                let what =
                    format_args!(":Password incorrect: you are not logged in.{named} {words}");
                self.numeric("464", what, env, out);
            }
        }
        let step = self.count_try(env, out);
        step.or_else(|| self.register())
    }

    /// The server has no time for the proof in flight.
    pub(super) fn handle_busy_proof(&self, way: Way, env: &Env<'_>, out: &mut Vec<u8>) {
        match way {
            Way::Sasl => {
                let why = ":SASL authentication failed: try again later";
                self.numeric("904", why, env, out);
            }
            Way::NickServ => self.say_as(Service::NickServ, BUSY, env, out),
            Way::Pass | Way::Oper => self.notice(BUSY, env, out),
        }
    }

    /// The arguments of IDENTIFY: a password, or a name and a password; what begins with a name may be a
    /// password of several words too. `None` if they are neither.
    pub(super) fn identify(&mut self, own: Name, typed: &str) -> Option<()> {
        let whole = Password::parse(typed).ok()?;
        let named = typed.split_once(' ').and_then(|(name, password)| {
            let (name, password) = (Name::known(name)?, Password::parse(password).ok()?);
            (!password.is_empty()).then_some((name, password))
        });
        let (ask, question) = match named {
            Some((name, password)) => {
                // One line for the client's own name is one try.
                let whole = (!name.same_as(&own)).then_some((own, whole));
                self.prove(Way::NickServ, name, password, whole)
            }
            None => self.prove(Way::NickServ, own, whole, None),
        };
        self.later(ask, question);
        Some(())
    }

    /// Proves what PASS gave before the client comes in: the account of another name than the
    /// client's own.
    pub(super) fn prove_pass(&mut self) -> Option<Step> {
        let Stage::Registering(registering) = &mut self.stage else {
            return None;
        };
        let nick = registering.name()?.clone();
        let is_other = |pass: &mut Pass| pass.of.as_ref().is_some_and(|of| !of.0.same_as(&nick));
        let pass = registering.pass.take_if(is_other)?;
        if registering.proven.is_some() {
            return None;
        }
        let (name, password) = pass.of?;
        let (ask, question) = self.prove(Way::Pass, name, password, Some((nick, pass.whole)));
        self.ask_now(ask, question)
    }
}

/// The argument of PASS.
#[derive(Debug)]
pub(super) struct Pass {
    whole: Password,
    /// The account and its password, if there is a colon.
    of: Option<(Name, Password)>,
}

impl Pass {
    /// Parses `PASSWORD` or `NAME:PASSWORD`. `None` if it can be no password.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        let of = typed.split_once(':').and_then(|(name, password)| {
            Some((Name::known(name)?, Password::parse(password).ok()?))
        });
        let whole = Password::parse(typed).ok()?;
        Some(Self { whole, of })
    }

    /// The password for the client's own name.
    pub(super) fn into_own(self) -> Password {
        self.of.map_or(self.whole, |(_, password)| password)
    }
}

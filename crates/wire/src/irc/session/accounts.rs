//! Accounts: AUTHENTICATE (SASL), REGISTER and VERIFY.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64, Encoding};
use chinwag_core::{Command, Name, Proof, Rejection};

use super::proving::{Proving, Way};
use super::services::Service;
use super::{Here, Question, Session, Stage};
use crate::dialect::{Ask, Env, Password, Step};
use crate::irc::line::put;
use crate::irc::message::{Message, shown};
use crate::json::Sentence;

/// Bytes of a line of AUTHENTICATE; a shorter one ends the answer (IRCv3, SASL).
const SASL_LINE_BYTES: usize = 400;
/// Bytes of the whole answer: a name, another name and a password, in Base64.
const SASL_BYTES_MAX: usize = 4 * SASL_LINE_BYTES;

/// The state of AUTHENTICATE.
#[derive(Debug)]
pub(super) struct Sasl {
    mechanism: Mechanism,
    /// What was sent of the answer.
    answer: String,
}

/// The ways to prove an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mechanism {
    /// A password (RFC 4616).
    Plain,
    /// The certificate of the connection (RFC 4422, appendix A).
    External,
}

/// What a step with an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccountStep {
    /// REGISTER, or the same said to a service.
    Register { to_service: bool },
    /// AUTHENTICATE after registration, or NickServ IDENTIFY.
    LogIn { is_sasl: bool },
}

impl Session {
    /// The mechanisms that may work on this connection, in a list.
    pub(super) fn mechanisms(&self) -> &'static str {
        match self.security.has_certificate {
            true => "PLAIN,EXTERNAL",
            false => "PLAIN",
        }
    }

    /// AUTHENTICATE.
    pub(super) fn authenticate(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Some(typed) = message.param(0) else {
            self.numeric("461", "AUTHENTICATE :Not enough parameters", env, out);
            return None;
        };
        let Some(mut sasl) = self.take_sasl() else {
            self.begin_sasl(typed, env, out);
            return None;
        };
        if typed == "*" {
            self.numeric("906", ":SASL authentication aborted", env, out);
            return None;
        }
        if typed.len() > SASL_LINE_BYTES {
            self.numeric("905", ":SASL message too long", env, out);
            return None;
        }
        if sasl.answer.len() + typed.len() > SASL_BYTES_MAX {
            self.numeric("904", ":SASL authentication failed: too long", env, out);
            return None;
        }
        if typed != "+" {
            sasl.answer.push_str(typed);
        }
        if typed.len() == SASL_LINE_BYTES {
            self.set_sasl(Some(sasl));
            return None;
        }
        let step = match sasl.mechanism {
            Mechanism::Plain => plain(&sasl.answer)
                .map(|(name, password)| self.prove(Way::Sasl, name, password, None)),
            Mechanism::External => external(&sasl.answer).map(|name| {
                let proving = Proving::by(Way::Sasl, None);
                (Ask::ProveByCertificate { name }, proving.into())
            }),
        };
        match step {
            Some((ask, question)) => self.ask_now(ask, question),
            None => {
                self.numeric("904", ":SASL authentication failed", env, out);
                self.count_try(env, out)
            }
        }
    }

    fn begin_sasl(&mut self, typed: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let mechanism = match typed.to_ascii_uppercase().as_str() {
            "PLAIN" => Some(Mechanism::Plain),
            "EXTERNAL" if self.security.has_certificate => Some(Mechanism::External),
            _ => None,
        };
        if let Some(mechanism) = mechanism {
            let answer = String::new();
            self.set_sasl(Some(Sasl { mechanism, answer }));
            return put(out, "AUTHENTICATE +\r\n");
        }
        let mechanisms = self.mechanisms();
        let what = format_args!("{mechanisms} :are available SASL mechanisms");
        self.numeric("908", what, env, out);
        self.numeric("904", ":SASL authentication failed", env, out);
    }

    pub(super) fn take_sasl(&mut self) -> Option<Sasl> {
        match &mut self.stage {
            Stage::Registering(registering) => registering.sasl.take(),
            Stage::Here(here) => here.sasl.take().map(|sasl| *sasl),
        }
    }

    fn set_sasl(&mut self, sasl: Option<Sasl>) {
        match &mut self.stage {
            Stage::Registering(registering) => registering.sasl = sasl,
            Stage::Here(here) => here.sasl = sasl.map(Box::new),
        }
    }

    /// Logs in to an account, after logging out of another. Without a password the certificate
    /// proves it.
    pub(super) fn log_in(&mut self, name: Name, password: Option<Password>, what: Question) {
        let has_account = self.here().is_some_and(|here| here.account.is_some());
        if has_account {
            self.later(Ask::Command(Command::LogOut), Question::Quiet);
        }
        self.log_in_to(name, password, what);
    }

    fn log_in_to(&mut self, name: Name, password: Option<Password>, what: Question) {
        let beside = true;
        let ask = Ask::LogInTo {
            name,
            password,
            beside,
        };
        self.later(ask, what);
    }

    /// The account is the client's: a password or a certificate has proven it, or it was
    /// registered.
    pub(super) fn handle_proven(
        &mut self,
        name: &Name,
        proof: &Proof,
        question: Option<Question>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let registering = match &mut self.stage {
            Stage::Registering(registering) => registering,
            Stage::Here(here) => {
                let is_in = here.account.as_ref().is_some_and(|own| own.same_as(name));
                self.handle_proven_again(name, is_in, question, env, out);
                return None;
            }
        };
        registering.proven = Some((name.clone(), proof.clone()));
        let way = match question {
            Some(Question::Prove(proving)) => Some(proving.way),
            Some(Question::Account(AccountStep::Register { .. })) => {
                self.put_registered(name.as_str(), env, out);
                None
            }
            _ => None,
        };
        self.logged_in(name, env, out);
        if way == Some(Way::Sasl) {
            self.numeric("903", ":SASL authentication successful", env, out);
        }
        self.register()
    }

    /// A client that has logged in has proven an account. Its current login ends only here, where
    /// the other is certain.
    fn handle_proven_again(
        &mut self,
        name: &Name,
        is_in: bool,
        question: Option<Question>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let Some(Question::Prove(proving)) = question else {
            return;
        };
        let is_sasl = proving.way == Way::Sasl;
        let step = AccountStep::LogIn { is_sasl };
        match proving.way {
            Way::Oper if is_in && self.here().is_some_and(|here| here.is_operator) => {
                self.oper_done(env, out);
            }
            // It has stepped down, if the account had any rights.
            Way::Oper if is_in => self.log_in_to(name.clone(), proving.password, Question::Oper),
            Way::Oper => self.log_in(name.clone(), proving.password, Question::Oper),
            _ if is_in => {
                self.logged_in(name, env, out);
                self.account_done(step, env, out);
            }
            _ => self.log_in(name.clone(), proving.password, Question::Account(step)),
        }
    }

    /// Says that the client is logged in to an account.
    pub(super) fn logged_in(&self, account: &Name, env: &Env<'_>, out: &mut Vec<u8>) {
        let source = self.own_source();
        let line = format_args!("{source} {account} :You are now logged in as {account}");
        self.numeric("900", line, env, out);
    }

    /// The client as others see it; `*` before it is in, when its host is not known. Clients reckon by a user and a host
    /// in 900 how long a message may be, so it has none that are not theirs.
    pub(super) fn own_source(&self) -> String {
        let source = |here: &Here| alloc::format!("{}!{}", here.name, here.userhost);
        self.here().map_or_else(|| "*".into(), source)
    }

    /// The end of a step with an account.
    pub(super) fn account_done(&self, step: AccountStep, env: &Env<'_>, out: &mut Vec<u8>) {
        let account = self.here().and_then(|here| here.account.as_ref());
        let account = account.map_or("*", Name::as_str);
        match step {
            AccountStep::Register { to_service: false } => self.put_registered(account, env, out),
            AccountStep::Register { to_service: true } => {
                let words = format_args!("{account} is registered.");
                self.say_as(Service::NickServ, words, env, out);
            }
            AccountStep::LogIn { is_sasl: true } => {
                self.numeric("903", ":SASL authentication successful", env, out);
            }
            // Bots wait for words like these.
            AccountStep::LogIn { is_sasl: false } => {
                let words = format_args!("You are now identified for {account}.");
                self.say_as(Service::NickServ, words, env, out);
            }
        }
    }

    fn put_registered(&self, account: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let what = format_args!("REGISTER SUCCESS {account} :Your name is registered");
        self.put_server(what, env, out);
    }

    /// REGISTER: creates an account of the client's name with a password.
    pub(super) fn register_account(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let (Some(account), Some(password)) = (message.param(0), message.param(2)) else {
            let why = "NEED_MORE_PARAMS :Not enough parameters";
            self.fail("REGISTER", why, env, out);
            return None;
        };
        let (is_own, is_logged_in, early) = match &self.stage {
            Stage::Here(here) => {
                let is_own = is_named(account, here.name.as_str());
                (is_own, here.account.is_some(), None)
            }
            Stage::Registering(_) if !env.settings.irc.registers_early => {
                let why = "COMPLETE_CONNECTION_REQUIRED * :Come in first, then register";
                self.fail("REGISTER", why, env, out);
                return None;
            }
            Stage::Registering(registering) => {
                let Some(nick) = registering.name() else {
                    self.fail("REGISTER", "NEED_NICK * :Say NICK first", env, out);
                    return None;
                };
                let is_own = is_named(account, nick.as_str());
                (is_own, registering.proven.is_some(), Some(nick.clone()))
            }
        };
        let (code, words) = match (is_own, Password::parse(password)) {
            (false, _) => (
                "ACCOUNT_NAME_MUST_BE_NICK",
                "An account is registered under the name that you bear",
            ),
            _ if is_logged_in => ("ALREADY_AUTHENTICATED", "You are logged in already"),
            (true, Err(_)) => ("UNACCEPTABLE_PASSWORD", "That cannot be a password"),
            (true, Ok(password)) => {
                let ask = match early {
                    Some(name) => Ask::RegisterName { name, password },
                    None => Ask::Register(password),
                };
                let to_service = false;
                self.later(ask, Question::Account(AccountStep::Register { to_service }));
                return None;
            }
        };
        let name = if is_own { self.nick() } else { shown(account) };
        self.fail("REGISTER", format_args!("{code} {name} :{words}"), env, out);
        None
    }

    /// A step with an account was refused.
    pub(super) fn refuse_account(
        &self,
        step: AccountStep,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let words = Sentence(rejection);
        match step {
            AccountStep::Register { to_service: false } => {
                let code = match rejection {
                    Rejection::NeedsOldPassword(_)
                    | Rejection::NameRegistered(_)
                    | Rejection::NameReserved(_)
                    | Rejection::NameTaken { .. }
                    | Rejection::NameKept { .. }
                    | Rejection::NameLooksLike { .. } => "ACCOUNT_EXISTS",
                    Rejection::WeakPassword { .. } => "WEAK_PASSWORD",
                    Rejection::PasswordOfServer | Rejection::QuotedPassword => {
                        "UNACCEPTABLE_PASSWORD"
                    }
                    _ => "TEMPORARILY_UNAVAILABLE",
                };
                let nick = self.nick();
                self.fail("REGISTER", format_args!("{code} {nick} :{words}"), env, out);
            }
            AccountStep::Register { to_service: true } => {
                self.say_as(Service::NickServ, words, env, out);
            }
            AccountStep::LogIn { is_sasl: true } => {
                self.numeric("904", ":SASL authentication failed", env, out);
            }
            AccountStep::LogIn { is_sasl: false } => {
                self.refuse_to_identify(rejection, env, out);
            }
        }
    }

    /// What NickServ was told does not open the account.
    pub(super) fn refuse_to_identify(
        &self,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let words = Sentence(rejection);
        match rejection {
            // Bots look for these words.
            Rejection::WrongPassword(_) => {
                let words = format_args!("Password incorrect. {words}");
                self.say_as(Service::NickServ, words, env, out);
            }
            _ => self.say_as(Service::NickServ, words, env, out),
        }
    }

    /// VERIFY: there is nothing to verify here.
    pub(super) fn verify(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let account = shown(message.param(0).unwrap_or("*"));
        let why = format_args!("INVALID_CODE {account} :No account waits to be verified");
        self.fail("VERIFY", why, env, out);
        None
    }
}

/// Whether REGISTER is for the client's own name.
fn is_named(account: &str, nick: &str) -> bool {
    account == "*" || account.eq_ignore_ascii_case(nick)
}

/// The account and the password in an answer to PLAIN (RFC 4616): whom to act for, the account, and
/// the password, separated by NUL.
fn plain(answer: &str) -> Option<(Name, Password)> {
    let bytes = Base64::decode_vec(answer).ok()?;
    let text = core::str::from_utf8(&bytes).ok()?;
    let mut parts = text.splitn(3, '\0');
    let (acts_for, account, password) = (parts.next()?, parts.next()?, parts.next()?);
    let account = Name::known(account)?;
    let acts_for_itself =
        acts_for.is_empty() || Name::known(acts_for).is_some_and(|name| name.same_as(&account));
    let password = Password::parse(password).ok()?;
    acts_for_itself.then_some((account, password))
}

/// The account that an answer to EXTERNAL names, which may be none (RFC 4422, appendix A).
fn external(answer: &str) -> Option<Option<Name>> {
    if answer.is_empty() {
        return Some(None);
    }
    let bytes = Base64::decode_vec(answer).ok()?;
    let text = core::str::from_utf8(&bytes).ok()?;
    Name::known(text).map(Some)
}

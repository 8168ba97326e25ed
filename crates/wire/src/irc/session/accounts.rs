//! Accounts: AUTHENTICATE (SASL), REGISTER and VERIFY, and what clients say to NickServ unasked.

use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64, Encoding};
use chinwag_core::{Command, Name, Proof};

use super::{Question, Session, Stage};
use crate::dialect::{Ask, Env, Password, Step};
use crate::irc::caps::Cap;
use crate::irc::line::put;
use crate::irc::message::Message;

/// Bytes of a line of AUTHENTICATE; one that is shorter ends the answer (IRCv3, SASL).
const SASL_LINE_BYTES: usize = 400;
/// Bytes of the answer as a whole: a name, another name and a password, in Base64.
const SASL_BYTES_MAX: usize = 4 * SASL_LINE_BYTES;

/// How far AUTHENTICATE has come: what was sent of the answer.
#[derive(Debug, Default)]
pub(super) struct Sasl(String);

/// What a step with an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccountStep {
    /// REGISTER.
    Register,
    /// AUTHENTICATE after registration, or NickServ IDENTIFY.
    LogIn { is_sasl: bool },
}

impl Session {
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
        if !self.caps.has(Cap::Sasl) {
            self.numeric("904", ":SASL authentication failed", env, out);
            return None;
        }
        let Some(Sasl(mut answer)) = self.take_sasl() else {
            return self.begin_sasl(typed, env, out);
        };
        if typed == "*" {
            self.numeric("906", ":SASL authentication aborted", env, out);
            return None;
        }
        if typed.len() > SASL_LINE_BYTES || answer.len() + typed.len() > SASL_BYTES_MAX {
            self.numeric("904", ":SASL authentication failed: too long", env, out);
            return None;
        }
        if typed != "+" {
            answer.push_str(typed);
        }
        if typed.len() == SASL_LINE_BYTES {
            self.set_sasl(Some(Sasl(answer)));
            return None;
        }
        match plain(&answer) {
            Some((name, password)) => self.prove(name, password),
            None => {
                self.numeric("904", ":SASL authentication failed", env, out);
                self.count_try(env, out)
            }
        }
    }

    fn begin_sasl(&mut self, typed: &str, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        if typed.eq_ignore_ascii_case("PLAIN") {
            self.set_sasl(Some(Sasl::default()));
            put(out, "AUTHENTICATE +\r\n");
            return None;
        }
        self.numeric("908", "PLAIN :are available SASL mechanisms", env, out);
        self.numeric("904", ":SASL authentication failed", env, out);
        None
    }

    fn take_sasl(&mut self) -> Option<Sasl> {
        match &mut self.stage {
            Stage::Registering(registering) => registering.sasl.take(),
            Stage::Here(here) => here.sasl.take(),
        }
    }

    fn set_sasl(&mut self, sasl: Option<Sasl>) {
        match &mut self.stage {
            Stage::Registering(registering) => registering.sasl = sasl,
            Stage::Here(here) => here.sasl = sasl,
        }
    }

    fn prove(&mut self, name: Name, password: Password) -> Option<Step> {
        match self.stage {
            Stage::Registering(_) => self.ask_now(Ask::Prove { name, password }, Question::Prove),
            Stage::Here(_) => {
                let step = AccountStep::LogIn { is_sasl: true };
                self.log_in(name, password, Question::Account(step));
                None
            }
        }
    }

    /// Logs in to an account, out of another first.
    pub(super) fn log_in(&mut self, name: Name, password: Password, what: Question) {
        let has_account = self.here().is_some_and(|here| here.account.is_some());
        if has_account {
            self.later(Ask::Command(Command::LogOut), Question::Quiet);
        }
        self.later(
            Ask::LogInTo {
                name,
                password: Some(password),
                beside: true,
            },
            what,
        );
    }

    /// The password was right.
    pub(super) fn handle_proven(
        &mut self,
        (name, proof): (&Name, &Proof),
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if let Stage::Registering(registering) = &mut self.stage {
            registering.proven = Some((name.clone(), proof.clone()));
        }
        self.logged_in(name, env, out);
        self.numeric("903", ":SASL authentication successful", env, out);
        self.register()
    }

    /// Tells that the client is logged in to an account.
    pub(super) fn logged_in(&self, account: &Name, env: &Env<'_>, out: &mut Vec<u8>) {
        let nick = self.nick();
        let userhost = self.here().map_or("*@*", |here| &here.userhost);
        let line = format_args!("{nick}!{userhost} {account} :You are now logged in as {account}");
        self.numeric("900", line, env, out);
    }

    /// The end of a step with an account.
    pub(super) fn account_done(
        &mut self,
        step: AccountStep,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let account = self.here().and_then(|here| here.account.clone());
        let account = account.as_ref().map_or("*", Name::as_str);
        match step {
            AccountStep::Register => {
                let what = format_args!("REGISTER SUCCESS {account} :Your name is registered");
                self.put_server(what, env, out);
            }
            AccountStep::LogIn { is_sasl: true } => {
                self.numeric("903", ":SASL authentication successful", env, out);
            }
            AccountStep::LogIn { is_sasl: false } => {}
        }
        None
    }

    /// REGISTER: an account of the client's name under a password.
    pub(super) fn register_account(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let (Some(account), Some(password)) = (message.param(0), message.param(2)) else {
            self.fail(
                "REGISTER",
                "NEED_MORE_PARAMS :Not enough parameters",
                env,
                out,
            );
            return None;
        };
        let Some(here) = self.here() else {
            let why = "COMPLETE_CONNECTION_REQUIRED * :Come in first, then register";
            self.fail("REGISTER", why, env, out);
            return None;
        };
        let is_own = account == "*" || account.eq_ignore_ascii_case(here.name.as_str());
        let name = match is_own {
            true => here.name.as_str().into(),
            false => String::from(account),
        };
        let why = match (is_own, Password::parse(password)) {
            (false, _) => "ACCOUNT_NAME_MUST_BE_NICK",
            _ if here.account.is_some() => "ALREADY_AUTHENTICATED",
            (true, Err(_)) => "UNACCEPTABLE_PASSWORD",
            (true, Ok(password)) if password.is_weak() => "WEAK_PASSWORD",
            (true, Ok(password)) => {
                let what = Question::Account(AccountStep::Register);
                self.later(Ask::Register(password), what);
                return None;
            }
        };
        let words = match why {
            "ACCOUNT_NAME_MUST_BE_NICK" => "An account is registered under the name that you bear",
            "ALREADY_AUTHENTICATED" => "You are logged in already",
            "WEAK_PASSWORD" => "The password is too short",
            _ => "That cannot be a password",
        };
        self.fail("REGISTER", format_args!("{why} {name} :{words}"), env, out);
        None
    }

    /// VERIFY: nothing has to be verified here.
    pub(super) fn verify(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let account = message.param(0).unwrap_or("*");
        let why = format_args!("INVALID_CODE {account} :No account waits to be verified");
        self.fail("VERIFY", why, env, out);
        None
    }

    /// What clients say to NickServ unasked.
    pub(super) fn speak_to_service(
        &mut self,
        service: &str,
        text: &str,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let mut words = text.split_ascii_whitespace();
        let command = words.next().unwrap_or_default().to_ascii_uppercase();
        let (first, second) = (words.next(), words.next());
        let own = self.here().map(|here| here.name.clone());
        match (command.as_str(), first, own) {
            ("IDENTIFY" | "LOGIN" | "ID", Some(first), Some(own)) => {
                let (name, password) = match second {
                    Some(password) => (Name::known(first).unwrap_or(own), password),
                    None => (own, first),
                };
                if let Ok(password) = Password::parse(password) {
                    let step = AccountStep::LogIn { is_sasl: false };
                    self.log_in(name, password, Question::Account(step));
                }
            }
            ("REGISTER", Some(password), Some(_)) => match Password::parse(password) {
                Ok(password) if !password.is_weak() => {
                    let what = Question::Account(AccountStep::Register);
                    self.later(Ask::Register(password), what);
                }
                _ => self.service(service, "That password is too short.", env, out),
            },
            _ => {
                let help = "Here is no bot. REGISTER PASSWORD registers your name, IDENTIFY PASSWORD \
                            logs you in; or use SASL.";
                self.service(service, help, env, out);
            }
        }
    }

    fn service(&self, service: &str, words: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let (server, nick) = (&env.settings.irc.server, self.nick());
        put(
            out,
            format_args!(":{service}!service@{server} NOTICE {nick} :{words}\r\n"),
        );
    }
}

/// The account and the password of an answer to PLAIN (RFC 4616): whom to act for, the account, and the
/// password, with NUL between them.
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

//! Registration: CAP, PASS, NICK and USER, in any order.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use core::net::IpAddr;

use chinwag_core::{Command, Ident, Metadata, Monotonic, Name, NameError, Proof, Rejection};

use super::accounts::Sasl;
use super::nick::Nick;
use super::proving::Pass;
use super::{Question, Session, Stage};
use crate::dialect::{Ask, Env, Gateway, IrcLogIn, Password, Step};
use crate::irc::caps::Cap;
use crate::irc::message::{Message, shown};
use crate::irc::text::note;
use crate::sniff::Spoke;

/// What a client has said of itself before it is in.
#[derive(Debug)]
pub(super) struct Registering {
    /// It was greeted like a person, and the prompt has no line end.
    is_after_prompt: bool,
    nick: Nick,
    user: Option<(String, String)>,
    pub(super) pass: Option<Pass>,
    /// The server's password was right.
    has_entered: bool,
    /// The client negotiates, so it is not in before CAP END.
    negotiates: bool,
    pub(super) sasl: Option<Sasl>,
    pub(super) proven: Option<(Name, Proof)>,
    /// AWAY, or its end, for when the client is in.
    away: Option<Command>,
    /// The metadata it has set, for when it is in.
    pub(super) metadata: Metadata,
    spent: Spent,
    until: Monotonic,
}

/// How much of its limits before registration a client has used.
#[derive(Debug, Default)]
struct Spent {
    /// Names and passwords that were refused.
    tries: u8,
    /// Bytes that it sent.
    bytes: usize,
}

impl Registering {
    pub(super) fn new(spoke: Spoke, env: &Env<'_>) -> Self {
        Self {
            is_after_prompt: spoke == Spoke::Greeted,
            nick: Nick::default(),
            user: None,
            pass: None,
            has_entered: false,
            negotiates: false,
            sasl: None,
            proven: None,
            away: None,
            metadata: Metadata::default(),
            spent: Spent::default(),
            until: env.now + env.settings.login_time,
        }
    }

    /// Whether a line end is due after the prompt, once.
    pub(super) fn leaves_prompt(&mut self) -> bool {
        core::mem::take(&mut self.is_after_prompt)
    }

    /// The name so far.
    pub(super) fn nick(&self) -> &str {
        self.nick.name().map_or("*", Name::as_str)
    }

    /// The name, if one was chosen.
    pub(super) fn name(&self) -> Option<&Name> {
        self.nick.name()
    }

    /// Whether the client has said nothing of itself.
    fn is_blank(&self) -> bool {
        let has_name = self.nick.name().is_some() || self.user.is_some();
        !has_name && !self.negotiates && self.pass.is_none() && !self.has_entered
    }

    pub(super) fn until(&self) -> Monotonic {
        self.until
    }

    /// Counts bytes that were sent; returns whether they are too many.
    pub(super) fn count_bytes(&mut self, bytes: usize, env: &Env<'_>) -> bool {
        self.spent.bytes += bytes;
        self.spent.bytes > env.settings.login_bytes_max
    }
}

impl Session {
    /// Counts a refused name or password. A client has only a few tries.
    pub(super) fn count_try(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let Stage::Registering(registering) = &mut self.stage else {
            return None;
        };
        registering.spent.tries = registering.spent.tries.saturating_add(1);
        let is_last = registering.spent.tries >= env.settings.login_tries_max;
        is_last.then(|| self.close("Too many attempts", env, out))
    }

    /// The name was refused: the client chooses another.
    pub(super) fn forget_nick(&mut self) {
        if let Stage::Registering(registering) = &mut self.stage {
            registering.nick.forget();
        }
    }

    /// Logs in under a name that is free, if the client has only added to the name that was refused first.
    pub(super) fn take_free_name(&mut self, rejection: &Rejection) -> Option<Step> {
        let (Rejection::NameTaken { free, .. } | Rejection::NameLooksLike { free, .. }) = rejection
        else {
            return None;
        };
        let Stage::Registering(registering) = &mut self.stage else {
            return None;
        };
        match registering.nick.take_free(free) {
            true => self.register(),
            false => None,
        }
    }

    /// CAP.
    pub(super) fn cap(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Some(subcommand) = message.param(0) else {
            self.numeric("461", "CAP :Not enough parameters", env, out);
            return None;
        };
        let list = message.params.get(1).copied().unwrap_or_default();
        match subcommand.to_ascii_uppercase().as_str() {
            "LS" => {
                self.negotiate(true);
                let version = list.parse().unwrap_or(0);
                self.caps_version = self.caps_version.max(version);
                if version >= 302 {
                    self.caps = self.caps.with(Cap::Changes, true);
                }
                self.list_caps(env, out);
            }
            "LIST" => self.list_own_caps(env, out),
            "REQ" => {
                self.negotiate(true);
                self.request_caps(list, env, out);
            }
            "END" => {
                if self.take_sasl().is_some() {
                    self.numeric("906", ":SASL authentication aborted", env, out);
                }
                self.negotiate(false);
            }
            other => {
                self.numeric(
                    "410",
                    format_args!("{} :Invalid CAP command", shown(other)),
                    env,
                    out,
                );
            }
        }
        self.register()
    }

    fn negotiate(&mut self, on: bool) {
        if let Stage::Registering(registering) = &mut self.stage {
            registering.negotiates = on;
        }
    }

    /// What the client is told about strict transport security: where TLS is, or for how long to
    /// require it. No client negotiates it, so it is no [`Cap`]. A client that did not name the
    /// server may have used another name.
    pub(super) fn sts(&self, env: &Env<'_>) -> Option<String> {
        let seconds = env.settings.irc.sts_seconds?;
        match self.security.is_encrypted {
            false => (seconds > 0).then(|| format!("sts=port={}", env.settings.port)),
            true if self.security.names_server => Some(format!("sts=duration={seconds}")),
            true => None,
        }
    }

    /// Handles a request for capabilities: all of them or none.
    fn request_caps(&mut self, list: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let mut caps = self.caps;
        for word in list.split_ascii_whitespace() {
            let (name, on) = match word.strip_prefix('-') {
                Some(name) => (name, false),
                None => (word, true),
            };
            match Cap::named(name) {
                // Version 302 implies it.
                Some(Cap::Changes) if !on && self.caps_version >= 302 => {
                    return self.answer_caps("NAK", list, env, out);
                }
                Some(cap) => caps = caps.with(cap, on),
                None => return self.answer_caps("NAK", list, env, out),
            }
        }
        // A client that asks for both versions has the newer one.
        if caps.has(Cap::Metadata) {
            caps = caps.with(Cap::MetadataTwo, false);
        }
        self.caps = caps;
        self.changed.format = true;
        if !caps.takes_metadata() {
            self.forget_subscriptions();
        }
        self.answer_caps("ACK", list, env, out);
    }

    /// WEBIRC: the client comes through a gateway, whose line comes first.
    pub(super) fn webirc(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Stage::Registering(registering) = &self.stage else {
            self.numeric("462", ":You may not reregister", env, out);
            return None;
        };
        let gateway = gateway(message).filter(|_| registering.is_blank());
        let is_whole = gateway.is_some();
        let ask = Ask::SpeakFor(gateway.map(Box::new));
        self.ask_now(ask, Question::Gateway { is_whole })
    }

    /// PASS: on a server with a password that, then a password for the name, or `NAME:PASSWORD`.
    pub(super) fn pass(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Stage::Registering(registering) = &mut self.stage else {
            self.numeric("462", ":You may not reregister", env, out);
            return None;
        };
        let Some(typed) = message.rest(0) else {
            self.numeric("461", "PASS :Not enough parameters", env, out);
            return None;
        };
        if env.settings.asks_password && !registering.has_entered {
            return match Password::parse(&typed) {
                Ok(password) => self.ask_now(Ask::Enter(password), Question::Enter),
                Err(_) => Some(self.close("Bad password", env, out)),
            };
        }
        registering.pass = Pass::parse(&typed);
        None
    }

    /// The server's password was right, or the gateway's.
    pub(super) fn handle_admitted(&mut self) -> Option<Step> {
        let question = self.take_question();
        if let (Stage::Registering(registering), Some(Question::Enter)) =
            (&mut self.stage, question)
        {
            registering.has_entered = true;
        }
        self.register()
    }

    /// AWAY of a client that is not in yet.
    pub(super) fn away_early(&mut self, command: Command) {
        if let Stage::Registering(registering) = &mut self.stage {
            registering.away = Some(command);
        }
    }

    /// Asks for what was said of being away before the client was in.
    pub(super) fn take_early_away(&mut self) {
        let Stage::Registering(registering) = &mut self.stage else {
            return;
        };
        if let Some(command) = registering.away.take() {
            self.later(Ask::Command(command), Question::Quiet);
        }
    }

    /// USER.
    pub(super) fn user(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Stage::Registering(registering) = &mut self.stage else {
            self.numeric("462", ":You may not reregister", env, out);
            return None;
        };
        let (Some(user), Some(real)) = (message.param(0), message.param(3)) else {
            self.numeric("461", "USER :Not enough parameters", env, out);
            return None;
        };
        registering.user = Some((user.into(), real.into()));
        self.register()
    }

    /// NICK.
    pub(super) fn nick_command(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Some(typed) = message.param(0) else {
            self.numeric("431", ":No nickname given", env, out);
            return None;
        };
        let parsed = match &mut self.stage {
            Stage::Registering(registering) => registering.nick.read(typed),
            Stage::Here(_) => Name::parse(typed),
        };
        let name = match parsed {
            Ok(name) => name,
            Err(error) => {
                let why = match error {
                    NameError::Malformed => {
                        "A name has 1 to 32 letters, digits, - _ or . and starts with a letter"
                    }
                    NameError::Reserved => "That name is reserved",
                };
                self.numeric("432", format_args!("{} :{why}", shown(typed)), env, out);
                return self.count_try(env, out);
            }
        };
        match &mut self.stage {
            Stage::Registering(registering) => {
                registering.nick.set(name);
                self.register()
            }
            // Taking one's own name changes nothing.
            Stage::Here(here) if here.name == name => None,
            Stage::Here(_) => {
                let password = None;
                self.later(Ask::Rename { name, password }, Question::Nick);
                None
            }
        }
    }

    /// Logs in, if everything was said.
    pub(super) fn register(&mut self) -> Option<Step> {
        let Stage::Registering(registering) = &mut self.stage else {
            return None;
        };
        let is_busy = self.pending.question.is_some() || !self.pending.queue.is_empty();
        if registering.negotiates || is_busy {
            return None;
        }
        if registering.user.is_some()
            && let Some(step) = self.prove_pass()
        {
            return Some(step);
        }
        let Stage::Registering(registering) = &mut self.stage else {
            return None;
        };
        let (name, (user, real)) = registering
            .nick
            .name()
            .cloned()
            .zip(registering.user.as_ref())?;
        let irc = IrcLogIn {
            ident: Ident::new(user, note(real)),
            proven: registering.proven.clone(),
        };
        let ask = Ask::LogIn {
            name: Some(name),
            password: registering.pass.take().map(Pass::into_own),
            is_script: true,
            irc: Some(Box::new(irc)),
        };
        self.ask_now(ask, Question::LogIn(Vec::new()))
    }
}

/// The arguments of WEBIRC: the password, the gateway's name, the client's host, its address and
/// more. The host is ignored, since hosts are made from addresses here.
fn gateway(message: &Message<'_>) -> Option<Gateway> {
    let password = Password::parse(message.param(0)?).ok()?;
    let address: IpAddr = message.param(3)?.parse().ok()?;
    let options = message.params.get(4).copied().unwrap_or_default();
    let mut options = options.split_ascii_whitespace();
    let is_secure = |option: &str| option.split('=').next() == Some("secure");
    Some(Gateway {
        password,
        address: address.to_canonical(),
        is_encrypted: options.any(is_secure),
    })
}

//! Registration: CAP, PASS, NICK and USER, in any order.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::{Ident, Monotonic, Name, Proof};

use super::accounts::Sasl;
use super::{Question, Session, Stage};
use crate::dialect::{Ask, Env, IrcLogIn, Password, Step};
use crate::irc::caps::Cap;
use crate::irc::message::Message;
use crate::irc::text::note;

/// What a client has said of itself before it is in.
#[derive(Debug)]
pub(super) struct Registering {
    nick: Option<Name>,
    user: Option<(String, String)>,
    pass: Option<Password>,
    /// The client negotiates: it is not in before CAP END.
    negotiates: bool,
    pub(super) sasl: Option<Sasl>,
    pub(super) proven: Option<(Name, Proof)>,
    tries: u8,
    bytes: usize,
    until: Monotonic,
}

impl Registering {
    pub(super) fn new(env: &Env<'_>) -> Self {
        Self {
            nick: None,
            user: None,
            pass: None,
            negotiates: false,
            sasl: None,
            proven: None,
            tries: 0,
            bytes: 0,
            until: env.now + env.settings.login_time,
        }
    }

    /// The name so far.
    pub(super) fn nick(&self) -> &str {
        self.nick.as_ref().map_or("*", Name::as_str)
    }

    pub(super) fn until(&self) -> Monotonic {
        self.until
    }

    /// Counts bytes that were sent; returns whether they are too many.
    pub(super) fn count_bytes(&mut self, bytes: usize, env: &Env<'_>) -> bool {
        self.bytes += bytes;
        self.bytes > env.settings.login_bytes_max
    }
}

impl Session {
    /// Counts a name or password that was refused. A client has not many tries.
    pub(super) fn count_try(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let Stage::Registering(registering) = &mut self.stage else {
            return None;
        };
        registering.tries = registering.tries.saturating_add(1);
        let is_last = registering.tries >= env.settings.login_tries_max;
        is_last.then(|| self.close("Too many attempts", env, out))
    }

    /// The name was refused: the client chooses another.
    pub(super) fn forget_nick(&mut self) {
        if let Stage::Registering(registering) = &mut self.stage {
            registering.nick = None;
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
            "LIST" => {
                let caps = self.caps;
                let names = Cap::ALL.iter().filter(|(cap, _)| caps.has(*cap));
                let list = in_a_row(names.map(|(_, name)| *name));
                self.put_cap("LIST", &list, env, out);
            }
            "REQ" => {
                self.negotiate(true);
                self.request_caps(list, env, out);
            }
            "END" => self.negotiate(false),
            other => {
                self.numeric(
                    "410",
                    format_args!("{other} :Invalid CAP command"),
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

    fn put_cap(&self, subcommand: &str, list: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let nick = self.nick();
        self.put_server(format_args!("CAP {nick} {subcommand} :{list}"), env, out);
    }

    /// Lists all capabilities, in as many lines as it takes, with their values for those who know them.
    fn list_caps(&self, env: &Env<'_>, out: &mut Vec<u8>) {
        const LIST_BYTES_MAX: usize = 400;
        let mut list = String::new();
        for (cap, name) in Cap::ALL {
            let value = match cap {
                _ if self.caps_version < 302 => "".into(),
                Cap::Sasl => "=PLAIN".into(),
                Cap::Multiline => super::multiline::limits(),
                _ => String::new(),
            };
            if list.len() + name.len() + value.len() > LIST_BYTES_MAX && self.caps_version >= 302 {
                self.put_cap("LS *", &list, env, out);
                list.clear();
            }
            if !list.is_empty() {
                list.push(' ');
            }
            list.push_str(name);
            list.push_str(&value);
        }
        self.put_cap("LS", &list, env, out);
    }

    /// Takes a list of capabilities, all of them or none.
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
                    return self.put_cap("NAK", list, env, out);
                }
                Some(cap) => caps = caps.with(cap, on),
                None => return self.put_cap("NAK", list, env, out),
            }
        }
        self.caps = caps;
        self.format_changed = true;
        self.put_cap("ACK", list, env, out);
    }

    /// PASS: a password for the name, or `NAME:PASSWORD`.
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
        let Some(typed) = message.param(0) else {
            self.numeric("461", "PASS :Not enough parameters", env, out);
            return None;
        };
        let password = match typed.split_once(':') {
            Some((name, password)) if Name::known(name).is_some() => password,
            _ => typed,
        };
        registering.pass = Password::parse(password).ok();
        None
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
        let Ok(name) = Name::parse(typed) else {
            let shown = typed.split(' ').next().unwrap_or("*");
            self.numeric("432", format_args!("{shown} :Erroneous nickname"), env, out);
            return self.count_try(env, out);
        };
        match &mut self.stage {
            Stage::Registering(registering) => {
                registering.nick = Some(name);
                self.register()
            }
            // To take the name that one has is no change.
            Stage::Here(here) if here.name == name => None,
            Stage::Here(_) => {
                let password = None;
                self.later(Ask::Rename { name, password }, Question::Nick);
                None
            }
        }
    }

    /// Comes in, if all is said.
    pub(super) fn register(&mut self) -> Option<Step> {
        let Stage::Registering(registering) = &mut self.stage else {
            return None;
        };
        let is_busy = self.pending.question.is_some() || !self.pending.queue.is_empty();
        if registering.negotiates || is_busy {
            return None;
        }
        let (name, (user, real)) = registering.nick.clone().zip(registering.user.as_ref())?;
        let irc = IrcLogIn {
            ident: Ident::new(user, note(real)),
            proven: registering.proven.clone(),
        };
        let ask = Ask::LogIn {
            name: Some(name),
            password: registering.pass.take(),
            is_script: true,
            irc: Some(Box::new(irc)),
        };
        self.ask_now(ask, Question::LogIn)
    }
}

/// Words in a row.
fn in_a_row<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut list = String::new();
    for word in words {
        if !list.is_empty() {
            list.push(' ');
        }
        list.push_str(word);
    }
    list
}

//! Commands about the server itself: PING, QUIT, MOTD, LUSERS, VERSION, HELP and the like.

use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::limits::{
    NAME_LETTERS_MAX, NOTE_BYTES_MAX, ROOM_MASKS_MAX, ROOMS_PER_PERSON_MAX,
};
use chinwag_core::{Counts, Query, Text};

use super::modes::MODES_MAX;
use super::people::WHOIS_NAMES_MAX;
use super::words::ListLine;
use super::{Question, Session};
use crate::dialect::{Ask, Env, Step};
use crate::irc::caps::Cap;
use crate::irc::line::{end, put, put_tagged};
use crate::irc::message::{Message, shown};
use crate::irc::text::note;
use crate::plain::COMMANDS;

/// The name of the program, as VERSION says it.
const VERSION: &str = concat!("chinwag-", env!("CARGO_PKG_VERSION"));

/// Commands on one line of HELP.
const NAMES_PER_LINE: usize = 12;

/// Parameters of one 005.
const SUPPORTED_PER_LINE: usize = 12;

impl Session {
    /// PING: the answer comes after the results of everything sent before.
    pub(super) fn ping(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Some(token) = message.params.first() else {
            self.numeric("461", "PING :Not enough parameters", env, out);
            return None;
        };
        match self.here() {
            Some(_) => {
                let ask = Ask::Query(Query::Fence);
                self.later(ask, Question::Ping((*token).into()));
            }
            None => self.pong(token, env, out),
        }
        None
    }

    pub(super) fn pong(&self, token: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let server = &env.settings.irc.server;
        let body = out.len();
        // The client looks for the very bytes that it has sent.
        put(out, format_args!(":{server} PONG {server} :{token}"));
        end(out, body);
    }

    /// QUIT.
    pub(super) fn quit(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let why = message.param(0).and_then(note);
        match self.here() {
            Some(_) => {
                self.give_up();
                self.ask_now(Ask::Quit(why), Question::Quit)
            }
            None => Some(self.close("Bye", env, out)),
        }
    }

    /// The lines that greet a client that is in. Clients take the last of them, about the message
    /// of the day, for the end of registration, so their rooms come after it.
    pub(super) fn put_welcome(
        &mut self,
        counts: &Counts,
        motd: Option<&Text>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let Some(here) = self.here() else { return };
        let (server, name) = (&env.settings.irc.server, &here.name);
        let network = &env.settings.irc.network;
        let from = format_args!("{name}!{}", here.userhost);
        let what = format_args!(":Welcome to the {network} network, {from}");
        self.numeric("001", what, env, out);
        let what = format_args!(":Your host is {server}, running version {VERSION}");
        self.numeric("002", what, env, out);
        self.numeric(
            "003",
            ":This server talks to everybody: IRC, nc, telnet, JSON",
            env,
            out,
        );
        self.numeric(
            "004",
            format_args!("{server} {VERSION} BRiow beIiklmnostvCRz beIklov"),
            env,
            out,
        );
        self.put_supported(env, out);
        self.put_counts(counts, env, out);
        self.put_motd(motd, env, out);
        if self.here().is_some_and(|here| here.is_operator) {
            self.put_operates(env, out);
        }
    }

    /// ISUPPORT.
    pub(super) fn isupport(
        &mut self,
        _: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        self.put_supported(env, out);
        None
    }

    fn put_supported(&mut self, env: &Env<'_>, out: &mut Vec<u8>) {
        let tokens = [
            alloc::format!("AWAYLEN={NOTE_BYTES_MAX}"),
            "BOT=B".into(),
            "CASEMAPPING=ascii".into(),
            alloc::format!("CHANLIMIT=#:{ROOMS_PER_PERSON_MAX}"),
            "CHANMODES=beI,k,l,imnstCRz".into(),
            alloc::format!("CHANNELLEN={}", NAME_LETTERS_MAX + 1),
            "CHANTYPES=#".into(),
            "CHATHISTORY=1000".into(),
            "CLIENTTAGDENY=".into(),
            "ELIST=CMNTU".into(),
            "EXCEPTS=e".into(),
            "EXTBAN=,am".into(),
            "ACCOUNTEXTBAN=a".into(),
            "INVEX=I".into(),
            alloc::format!("KICKLEN={NOTE_BYTES_MAX}"),
            alloc::format!("MAXLIST=beI:{ROOM_MASKS_MAX}"),
            alloc::format!("MONITOR={}", super::monitor::NAMES_MAX),
            alloc::format!("MODES={MODES_MAX}"),
            "MSGREFTYPES=msgid,timestamp".into(),
            alloc::format!("NAMELEN={NOTE_BYTES_MAX}"),
            alloc::format!("NETWORK={}", env.settings.irc.network),
            alloc::format!("NICKLEN={NAME_LETTERS_MAX}"),
            "PREFIX=(ov)@+".into(),
            "STATUSMSG=@+".into(),
            alloc::format!(
                "TARGMAX=NAMES:{0},LIST:1,KICK:{0},WHOIS:{WHOIS_NAMES_MAX},PRIVMSG:{1},NOTICE:{1},TAGMSG:{1},\
                 JOIN:{0},PART:{0}",
                super::rooms::TARGETS_MAX,
                super::talk::TARGETS_MAX,
            ),
            alloc::format!("TOPICLEN={NOTE_BYTES_MAX}"),
            "USERLEN=16".into(),
            String::from("UTF8ONLY"),
            "WHOX".into(),
            "SAFELIST".into(),
        ];
        let mut lines = Vec::new();
        let line = ListLine {
            tail: " :are supported by this server",
            words_max: SUPPORTED_PER_LINE,
            ..ListLine::last("005", "")
        };
        self.put_words(&line, tokens, env, &mut lines);
        match self.caps.has(Cap::Batch) && self.caps.has(Cap::ExtendedIsupport) {
            true => self.put_in_batch("draft/isupport", &lines, env, out),
            false => out.append(&mut lines),
        }
    }

    /// Puts whole lines into a batch.
    fn put_in_batch(&mut self, kind: &str, lines: &[u8], env: &Env<'_>, out: &mut Vec<u8>) {
        let batch = self.next_batch();
        self.begin_batch(batch, kind, env, out);
        let number = alloc::format!("{batch}");
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            put_tagged(out, line, "batch", &number);
        }
        self.end_batch(batch, env, out);
    }

    /// LUSERS.
    pub(super) fn lusers(&mut self, _: &Message<'_>, _: &Env<'_>, _: &mut Vec<u8>) -> Option<Step> {
        self.later(Ask::Query(Query::Counts), Question::Counts);
        None
    }

    pub(super) fn put_counts(&self, counts: &Counts, env: &Env<'_>, out: &mut Vec<u8>) {
        let Counts {
            people,
            people_seen_max,
            invisible,
            operators,
            rooms,
        } = *counts;
        let seen = people.saturating_sub(invisible);
        let what = format_args!(":There are {seen} users and {invisible} invisible on 1 servers");
        self.numeric("251", what, env, out);
        if operators > 0 {
            self.numeric(
                "252",
                format_args!("{operators} :operator(s) online"),
                env,
                out,
            );
        }
        if rooms > 0 {
            self.numeric("254", format_args!("{rooms} :channels formed"), env, out);
        }
        self.numeric(
            "255",
            format_args!(":I have {people} clients and 0 servers"),
            env,
            out,
        );
        for (code, whose) in [("265", "local"), ("266", "global")] {
            let what = format_args!(
                "{people} {people_seen_max} :Current {whose} users {people}, max {people_seen_max}"
            );
            self.numeric(code, what, env, out);
        }
    }

    /// MOTD.
    pub(super) fn motd(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if self.is_elsewhere(message.param(0), env, out) {
            return None;
        }
        self.later(Ask::Query(Query::Motd), Question::Motd);
        None
    }

    pub(super) fn put_motd(&self, text: Option<&Text>, env: &Env<'_>, out: &mut Vec<u8>) {
        let server = &env.settings.irc.server;
        let Some(text) = text else {
            return self.numeric("422", ":MOTD File is missing", env, out);
        };
        self.numeric(
            "375",
            format_args!(":- {server} Message of the day -"),
            env,
            out,
        );
        for piece in crate::irc::line::pieces(text, 200) {
            self.numeric("372", format_args!(":- {piece}"), env, out);
        }
        self.numeric("376", ":End of /MOTD command.", env, out);
    }

    /// Whether the command is for another server, of which there is none.
    fn is_elsewhere(&self, target: Option<&str>, env: &Env<'_>, out: &mut Vec<u8>) -> bool {
        let server = &*env.settings.irc.server;
        let Some(target) = target else { return false };
        let nick = self.nick();
        let is_here =
            chinwag_core::Glob::new(target).matches(server) || target.eq_ignore_ascii_case(nick);
        if !is_here {
            let target = shown(target);
            self.numeric("402", format_args!("{target} :No such server"), env, out);
        }
        !is_here
    }

    /// VERSION.
    pub(super) fn version(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if !self.is_elsewhere(message.param(0), env, out) {
            let server = &env.settings.irc.server;
            self.numeric("351", format_args!("{VERSION} {server} :"), env, out);
            self.put_supported(env, out);
        }
        None
    }

    /// TIME.
    pub(super) fn time(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if !self.is_elsewhere(message.param(0), env, out) {
            let (server, time) = (&env.settings.irc.server, crate::irc::line::Time(env.wall));
            self.numeric("391", format_args!("{server} :{time}"), env, out);
        }
        None
    }

    /// INFO.
    pub(super) fn info(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if !self.is_elsewhere(message.param(0), env, out) {
            self.numeric("371", format_args!(":{VERSION}"), env, out);
            let words = ":One port for IRC, nc, telnet and programs; one history for all.";
            self.numeric("371", words, env, out);
            self.numeric("374", ":End of INFO list", env, out);
        }
        None
    }

    /// ADMIN.
    pub(super) fn admin(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if !self.is_elsewhere(message.param(0), env, out) {
            let server = &env.settings.irc.server;
            self.numeric(
                "256",
                format_args!("{server} :Administrative info"),
                env,
                out,
            );
            self.numeric("257", format_args!(":{server}"), env, out);
            self.numeric("258", ":Ask an operator: WHO * o lists them.", env, out);
            self.numeric("259", ":", env, out);
        }
        None
    }

    /// LINKS.
    pub(super) fn links(
        &mut self,
        _: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        self.numeric("365", "* :End of /LINKS list.", env, out);
        None
    }

    /// HELP: what a command does; those of people are in the table from which `/help` is made.
    pub(super) fn help(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Some(typed) = message.param(0) else {
            self.numeric("704", "* :Commands, each a topic of HELP:", env, out);
            let names: Vec<&str> = super::commands::COMMANDS.iter().map(|c| c.name).collect();
            for names in names.chunks(NAMES_PER_LINE) {
                self.numeric("705", format_args!("* :{}", names.join(" ")), env, out);
            }
            self.numeric("706", "* :End of /HELP.", env, out);
            return None;
        };
        let is_it = |name: &str| name.eq_ignore_ascii_case(typed);
        let mut own = super::commands::COMMANDS.iter();
        let own = own
            .find(|command| is_it(command.name))
            .map(|command| command.about);
        let mut people = COMMANDS.iter();
        let people = people.find(|spec| is_it(spec.name) || spec.aliases.iter().any(|a| is_it(a)));
        let Some(about) = own.or(people.map(|spec| spec.about)) else {
            let typed = shown(typed);
            self.numeric("524", format_args!("{typed} :Help not found"), env, out);
            return None;
        };
        self.numeric(
            "704",
            format_args!("{typed} :{}", typed.to_ascii_uppercase()),
            env,
            out,
        );
        for piece in crate::irc::line::pieces(about, 100) {
            self.numeric("705", format_args!("{typed} :{piece}"), env, out);
        }
        self.numeric("706", format_args!("{typed} :End of /HELP."), env, out);
        None
    }
}

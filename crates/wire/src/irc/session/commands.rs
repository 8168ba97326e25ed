//! The table of commands, and dispatching a line to one of them.

use alloc::vec::Vec;

use super::services::Service;
use super::{Session, Stage};
use crate::dialect::{Env, Step};
use crate::irc::message::{Message, shown};

type Run = fn(&mut Session, &Message<'_>, &Env<'_>, &mut Vec<u8>) -> Option<Step>;

/// One command.
pub(in crate::irc) struct Spec {
    pub(in crate::irc) name: &'static str,
    /// Its syntax and what it does, for HELP.
    pub(in crate::irc) about: &'static str,
    /// Tokens that it costs.
    tokens: u8,
    /// Parameters that it cannot do without.
    params_min: u8,
    /// Whether it may come before registration.
    is_early: bool,
    run: Run,
}

const fn early(name: &'static str, about: &'static str, run: Run) -> Spec {
    Spec {
        name,
        about,
        tokens: 1,
        params_min: 0,
        is_early: true,
        run,
    }
}

const fn command(
    name: &'static str,
    about: &'static str,
    tokens: u8,
    params_min: u8,
    run: Run,
) -> Spec {
    Spec {
        name,
        about,
        tokens,
        params_min,
        is_early: false,
        run,
    }
}

const NICK_SERV: Run =
    |session, message, env, out| session.service(Service::NickServ, message, env, out);
const CHAN_SERV: Run =
    |session, message, env, out| session.service(Service::ChanServ, message, env, out);

/// All commands.
pub(in crate::irc) const COMMANDS: &[Spec] = &[
    early(
        "CAP",
        "CAP LS|REQ|LIST|END: negotiates what the client understands.",
        Session::cap,
    ),
    early(
        "AUTHENTICATE",
        "AUTHENTICATE PLAIN|EXTERNAL: logs in to an account (SASL), by its password or a certificate.",
        Session::authenticate,
    ),
    early(
        "PASS",
        "PASS PASSWORD: the server's password, if it has one; then that of the name, if it is registered.",
        Session::pass,
    ),
    early(
        "WEBIRC",
        "WEBIRC PASSWORD GATEWAY HOST ADDRESS [:OPTIONS]: speaks for a client. For gateways.",
        Session::webirc,
    ),
    early("NICK", "NICK NAME: takes a name.", Session::nick_command),
    early(
        "USER",
        "USER USER 0 * :REAL NAME: gives the user name and the real name.",
        Session::user,
    ),
    Spec {
        tokens: 0,
        ..early(
            "PING",
            "PING TOKEN: asks for a PONG, which comes after the answers to everything sent before.",
            Session::ping,
        )
    },
    Spec {
        tokens: 0,
        ..early(
            "PONG",
            "PONG TOKEN: answers the PING that the server sends to a client that is silent.",
            Session::ignore,
        )
    },
    Spec {
        tokens: 0,
        ..early("QUIT", "QUIT [:WHY]: leaves the server.", Session::quit)
    },
    early(
        "REGISTER",
        "REGISTER * * :PASSWORD: registers your name.",
        Session::register_account,
    ),
    early(
        "VERIFY",
        "VERIFY: is always refused, since there is nothing to verify.",
        Session::verify,
    ),
    command(
        "JOIN",
        "JOIN #ROOM[,#ROOM] [KEY[,KEY]]: enters rooms, and makes those that do not exist. JOIN 0 leaves all.",
        1,
        1,
        Session::join,
    ),
    command(
        "PART",
        "PART #ROOM[,#ROOM] [:WHY]: leaves rooms.",
        1,
        1,
        Session::part,
    ),
    command(
        "PRIVMSG",
        "PRIVMSG #ROOM|NAME :TEXT: says something to a room or to a person.",
        1,
        0,
        |session, message, env, out| session.say(message, false, env, out),
    ),
    command(
        "NOTICE",
        "NOTICE #ROOM|NAME :TEXT: the same, for programs: nothing answers it.",
        1,
        0,
        |session, message, env, out| session.say(message, true, env, out),
    ),
    command(
        "NS",
        "NS WORDS: says something to NickServ, as PRIVMSG does. NICKSERV is the same.",
        1,
        0,
        NICK_SERV,
    ),
    command(
        "NICKSERV",
        "NICKSERV WORDS: the same as NS.",
        1,
        0,
        NICK_SERV,
    ),
    command(
        "CS",
        "CS WORDS: says something to ChanServ, which explains what to use instead. CHANSERV is the same.",
        1,
        0,
        CHAN_SERV,
    ),
    command(
        "CHANSERV",
        "CHANSERV WORDS: the same as CS.",
        1,
        0,
        CHAN_SERV,
    ),
    command(
        "BATCH",
        "BATCH +ID draft/multiline #ROOM|NAME, and BATCH -ID: begins and ends a message of several lines.",
        1,
        1,
        Session::batch,
    ),
    command(
        "TAGMSG",
        "TAGMSG #ROOM|NAME: sends client-only tags without a text.",
        1,
        1,
        Session::tagmsg,
    ),
    command(
        "TOPIC",
        "TOPIC #ROOM [:TEXT]: shows or sets the topic.",
        1,
        1,
        Session::topic,
    ),
    command(
        "NAMES",
        "NAMES #ROOM[,#ROOM]: lists who is there.",
        2,
        0,
        Session::names,
    ),
    command(
        "LIST",
        "LIST [>N|<N|MASK|C>MIN|T<MIN]: lists the rooms.",
        2,
        0,
        Session::list,
    ),
    command(
        "MODE",
        "MODE #ROOM [+-LETTERS [ARGUMENTS]]: shows or changes a room's settings; MODE NAME your own.",
        1,
        1,
        Session::mode,
    ),
    command(
        "WHO",
        "WHO #ROOM|MASK [o][%FIELDS]: lists people.",
        2,
        0,
        Session::who,
    ),
    command(
        "WHOIS",
        "WHOIS NAME: describes a person.",
        1,
        0,
        Session::whois,
    ),
    command(
        "WHOWAS",
        "WHOWAS NAME: describes a person who has left.",
        1,
        0,
        Session::whowas,
    ),
    command(
        "USERHOST",
        "USERHOST NAME...: shows the user and host of people.",
        1,
        1,
        Session::userhost,
    ),
    command(
        "ISON",
        "ISON NAME...: shows which of them are here.",
        1,
        1,
        Session::ison,
    ),
    command(
        "MONITOR",
        "MONITOR +|- NAME[,NAME] or C, L, S: tells when people come and go.",
        1,
        1,
        Session::monitor,
    ),
    early(
        "AWAY",
        "AWAY [:WHY]: marks you as away; without a reason, as back.",
        Session::away,
    ),
    command(
        "KICK",
        "KICK #ROOM NAME [:WHY]: puts a person out of a room.",
        1,
        2,
        Session::kick,
    ),
    command(
        "INVITE",
        "INVITE NAME #ROOM: lets a person into a room; without arguments, lists the rooms that you are invited to.",
        1,
        0,
        Session::invite,
    ),
    command(
        "RENAME",
        "RENAME #ROOM #NEW [:WHY]: gives a room another name; the old one is free at once.",
        2,
        2,
        Session::rename_room,
    ),
    command(
        "KNOCK",
        "KNOCK #ROOM: asks to be let in, unless the room is hidden.",
        1,
        1,
        Session::knock,
    ),
    command(
        "OPER",
        "OPER NAME PASSWORD: logs in to an operator's account; if your name belongs to another account, you lose it.",
        1,
        2,
        Session::oper,
    ),
    command(
        "KILL",
        "KILL NAME [:WHY]: closes a connection. For operators.",
        1,
        1,
        Session::kill,
    ),
    command(
        "WALLOPS",
        "WALLOPS :TEXT: speaks to everybody. For operators.",
        1,
        1,
        Session::wallops,
    ),
    command(
        "SETNAME",
        "SETNAME :REAL NAME: changes your real name.",
        1,
        1,
        Session::setname,
    ),
    command(
        "CHATHISTORY",
        "CHATHISTORY LATEST|BEFORE|AFTER|AROUND|BETWEEN #ROOM|NAME PLACE LIMIT: shows earlier messages; CHATHISTORY TARGETS TIME TIME LIMIT lists where there are some.",
        2,
        0,
        Session::chathistory,
    ),
    command(
        "SEARCH",
        "SEARCH ATTRIBUTES: finds messages, by in=#ROOM or in=NAME, from=NAME, text=WORDS, after=TIME, before=TIME and limit=N with ; between them.",
        2,
        1,
        Session::search,
    ),
    command(
        "ZNC",
        "ZNC *playback :PLAY #ROOM|NAME|MASK[,...] [FROM [TO]]: shows earlier messages; PRIVMSG *playback does the same.",
        2,
        1,
        Session::znc,
    ),
    command(
        "MARKREAD",
        "MARKREAD #ROOM|NAME [timestamp=TIME]: sets or shows up to when you have read.",
        1,
        0,
        Session::mark_read,
    ),
    command(
        "REDACT",
        "REDACT #ROOM|NAME ID [:WHY]: deletes a message.",
        1,
        2,
        Session::redact,
    ),
    Spec {
        is_early: true,
        ..command(
            "METADATA",
            "METADATA *|NAME|#ROOM GET|LIST|SET|CLEAR|SYNC [KEY [:VALUE]]: shows or changes the values that people and rooms have under keys; METADATA * SUB|UNSUB|SUBS [KEY]: chooses the keys whose changes you see.",
            1,
            2,
            Session::metadata,
        )
    },
    command(
        "MOTD",
        "MOTD: shows the message of the day.",
        1,
        0,
        Session::motd,
    ),
    early(
        "ISUPPORT",
        "ISUPPORT: shows what the server supports, as numeric 005.",
        Session::isupport,
    ),
    command(
        "LUSERS",
        "LUSERS: counts the people here.",
        1,
        0,
        Session::lusers,
    ),
    command(
        "VERSION",
        "VERSION: shows the server's version.",
        1,
        0,
        Session::version,
    ),
    command(
        "TIME",
        "TIME: shows the server's time, in UTC.",
        1,
        0,
        Session::time,
    ),
    command("INFO", "INFO: describes the program.", 1, 0, Session::info),
    command(
        "ADMIN",
        "ADMIN: says how to find an operator.",
        1,
        0,
        Session::admin,
    ),
    command(
        "LINKS",
        "LINKS: is answered with an empty list, since there are no other servers.",
        1,
        0,
        Session::links,
    ),
    command(
        "HELP",
        "HELP [COMMAND]: explains a command.",
        1,
        0,
        Session::help,
    ),
    command(
        "HELPOP",
        "HELPOP [COMMAND]: the same as HELP.",
        1,
        0,
        Session::help,
    ),
];

impl Session {
    /// Runs a command.
    pub(super) fn dispatch(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let is_here = matches!(self.stage, Stage::Here(_));
        let mut specs = COMMANDS.iter();
        let spec = specs.find(|spec| spec.name.eq_ignore_ascii_case(message.command));
        if is_here && self.take_line(message, env, out) {
            self.pay(1, env);
            return None;
        }
        let Some(spec) = spec else {
            self.pay(1, env);
            match is_here {
                true => {
                    let command = shown(message.command);
                    self.numeric("421", format_args!("{command} :Unknown command"), env, out);
                }
                false => self.not_registered(env, out),
            }
            return None;
        };
        self.pay(spec.tokens, env);
        if !is_here && !spec.is_early {
            self.not_registered(env, out);
            return None;
        }
        let given = message.params.iter().filter(|param| !param.is_empty());
        if given.count() < usize::from(spec.params_min) {
            return self.lacks_parameters(spec.name, env, out);
        }
        (spec.run)(self, message, env, out)
    }

    /// Refuses a command that cannot do without what was not given.
    pub(super) fn lacks_parameters(
        &self,
        name: &str,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let what = format_args!("{name} :Not enough parameters");
        self.numeric("461", what, env, out);
        None
    }

    /// Says that a command needs registration.
    pub(super) fn not_registered(&self, env: &Env<'_>, out: &mut Vec<u8>) {
        self.numeric("451", ":You have not registered", env, out);
    }

    /// What has no answer.
    fn ignore(&mut self, _: &Message<'_>, _: &Env<'_>, _: &mut Vec<u8>) -> Option<Step> {
        None
    }
}

//! WHO, WHOIS, WHOWAS, AWAY and SETNAME.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::{
    Command, Departed, Glob, MemberCursor, Name, PeopleQuery, Profile, Query, RoomName, RoomRef,
    Source, WhoLine,
};

use super::rooms::room;
use super::several::split;
use super::words::ListLine;
use super::{Question, Session};
use crate::dialect::{Ask, Env, Step};
use crate::irc::caps::Cap;
use crate::irc::line::Time;
use crate::irc::message::{Message, shown};
use crate::irc::text::note;

/// The most names in one WHOIS.
pub(super) const WHOIS_NAMES_MAX: usize = 10;

/// The fields of WHOX, in the order of the answer.
const WHOX_FIELDS: &str = "tcuihsnfdlaor";

/// Digits of a token of WHOX.
const TOKEN_DIGITS_MAX: usize = 3;

/// The token of WHOX; 0 in place of an invalid one, so that the later fields do not shift.
fn shown_token(typed: &str) -> &str {
    let is_one = (1..=TOKEN_DIGITS_MAX).contains(&typed.len())
        && typed.bytes().all(|digit| digit.is_ascii_digit());
    if is_one { typed } else { "0" }
}

/// Whether a person has the user mode `i`.
pub(super) fn is_invisible(line: &WhoLine) -> bool {
    line.source
        .as_ref()
        .is_some_and(|source| source.flags.invisible)
}

/// The question of a WHO.
#[derive(Clone, Debug)]
pub(super) struct WhoQuestion {
    /// The mask as written, for the end of the list.
    typed: String,
    query: Option<PeopleQuery>,
    /// The fields of WHOX, and its token.
    fields: Option<(String, String)>,
    operators: bool,
}

impl WhoQuestion {
    /// The mask as written.
    pub(super) fn typed(&self) -> &str {
        &self.typed
    }
}

impl Session {
    /// WHO.
    pub(super) fn who(
        &mut self,
        message: &Message<'_>,
        _: &Env<'_>,
        _: &mut Vec<u8>,
    ) -> Option<Step> {
        let typed = message.param(0).unwrap_or("*");
        let options = message.param(1).unwrap_or_default();
        let (flags, whox) = options
            .split_once('%')
            .map_or((options, None), |(flags, whox)| {
                (flags, Some(whox.split_once(',').unwrap_or((whox, ""))))
            });
        let operators = flags.contains('o');
        let room = room(typed);
        let mask = Some(typed).filter(|typed| !matches!(*typed, "*" | "0"));
        let query = PeopleQuery {
            mask: mask.map(Glob::new),
            operators,
            after: None,
        };
        let question = WhoQuestion {
            typed: typed.into(),
            // Without any known field it is no WHOX.
            fields: whox
                .filter(|(fields, _)| fields.contains(|field| WHOX_FIELDS.contains(field)))
                .map(|(fields, token)| (fields.into(), shown_token(token).into())),
            query: room.is_none().then(|| query.clone()),
            operators,
        };
        let query = match room {
            Some(room) => Query::Who {
                room: RoomRef::Name(room),
                after: None,
            },
            None => Query::People(Box::new(query)),
        };
        self.later(Ask::Query(query), Question::Who(Box::new(question)));
        None
    }

    /// A page of WHO, of a room.
    pub(super) fn put_who_of_room(
        &mut self,
        question: Box<WhoQuestion>,
        (room, people, next): (&RoomName, &[WhoLine], Option<MemberCursor>),
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let sees_all = self.sees_invisible(room, env);
        let listed = people.iter().filter(|line| {
            let is_wanted = !question.operators || line.operator;
            is_wanted && (sees_all || !is_invisible(line))
        });
        for line in listed {
            self.put_who_line(&question, Some(room), line, env, out);
        }
        let query = next.map(|next| Query::Who {
            room: RoomRef::Name(room.clone()),
            after: Some(next),
        });
        self.continue_who(question, query, env, out)
    }

    /// Whether the reader is shown the people in a room who are invisible.
    pub(super) fn sees_invisible(&self, room: &RoomName, env: &Env<'_>) -> bool {
        self.is_inside(room, env) || self.here().is_some_and(|here| here.is_operator)
    }

    /// A page of WHO, of everybody.
    pub(super) fn put_who_of_people(
        &mut self,
        question: Box<WhoQuestion>,
        people: &[WhoLine],
        next: Option<&Name>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        for line in people {
            self.put_who_line(&question, None, line, env, out);
        }
        let after = next.cloned();
        let query = question.query.clone().filter(|_| after.is_some());
        let query = query.map(|query| Query::People(Box::new(PeopleQuery { after, ..query })));
        self.continue_who(question, query, env, out)
    }

    fn continue_who(
        &mut self,
        question: Box<WhoQuestion>,
        next: Option<Query>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        match next {
            Some(query) => {
                self.pending.question = Some(Box::new(Question::Who(question)));
                Some(Step::AskWhenWritten(Ask::Query(query)))
            }
            None => {
                self.end_of_who(&question.typed, env, out);
                None
            }
        }
    }

    pub(super) fn end_of_who(&self, typed: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let typed = shown(typed);
        self.numeric("315", format_args!("{typed} :End of WHO list"), env, out);
    }

    fn put_who_line(
        &self,
        question: &WhoQuestion,
        room: Option<&RoomName>,
        line: &WhoLine,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let Some(source) = &line.source else { return };
        let place = room.map_or_else(|| String::from("*"), |room| alloc::format!("{room}"));
        let mut flags = String::from(if source.away.is_some() { "G" } else { "H" });
        flags.push_str(if line.operator { "*" } else { "" });
        flags.push_str(self.prefixes(line.held));
        flags.push_str(if source.flags.bot { "B" } else { "" });
        let server = &env.settings.irc.server;
        let name = &line.name;
        let Some((fields, token)) = &question.fields else {
            let what = format_args!(
                "{place} {} {} {server} {name} {flags} :0 {}",
                source.user, source.host, source.real
            );
            return self.numeric("352", what, env, out);
        };
        let mut what = String::new();
        // In this order, whatever the order of the request.
        for field in WHOX_FIELDS.chars().filter(|field| fields.contains(*field)) {
            let value: &dyn core::fmt::Display = match field {
                't' => &token,
                'c' => &place,
                'u' => &source.user,
                'i' => &"255.255.255.255",
                'h' => &source.host,
                's' => server,
                'n' => name,
                'f' => &flags,
                'd' => &"0",
                'l' => &line.silent.as_secs(),
                'a' => &source.account.as_ref().map_or("0", Name::as_str),
                'o' => &"n/a",
                _ => {
                    what.push_str(&alloc::format!(":{}", source.real));
                    continue;
                }
            };
            what.push_str(&alloc::format!("{value} "));
        }
        self.numeric("354", what.trim_end(), env, out);
    }

    /// WHOIS.
    pub(super) fn whois(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let typed = message.list(1).or(message.list(0));
        let Some(typed) = typed else {
            self.numeric("431", ":No nickname given", env, out);
            return None;
        };
        let (names, rest) = split(typed, WHOIS_NAMES_MAX);
        for name in names {
            let query = Query::Whois(name.into());
            self.later(Ask::Query(query), Question::Whois(name.into()));
        }
        self.refuse_targets(&rest, env, out);
        None
    }

    /// A profile.
    pub(super) fn put_whois(&self, profile: &Profile, env: &Env<'_>, out: &mut Vec<u8>) {
        let line = &profile.line;
        let Some(source) = &line.source else { return };
        let name = &line.name;
        let server = &env.settings.irc.server;
        let what = format_args!("{name} {} {} * :{}", source.user, source.host, source.real);
        self.numeric("311", what, env, out);
        self.put_whois_rooms(profile, env, out);
        self.numeric("312", format_args!("{name} {server} :chinwag"), env, out);
        if line.operator {
            self.numeric("313", format_args!("{name} :is an IRC operator"), env, out);
        }
        if let Some(why) = &line.away {
            let why = why.as_deref().unwrap_or(Source::AWAY);
            self.numeric("301", format_args!("{name} :{why}"), env, out);
        }
        if let Some(account) = &source.account {
            self.numeric(
                "330",
                format_args!("{name} {account} :is logged in as"),
                env,
                out,
            );
        }
        if source.flags.bot {
            self.numeric("335", format_args!("{name} :is a bot"), env, out);
        }
        if profile.muted {
            self.numeric("320", format_args!("{name} :is muted"), env, out);
        }
        for address in &profile.addresses {
            let what = format_args!("{name} {}@{address} {address} :actual host", source.user);
            self.numeric("338", what, env, out);
        }
        if line.link.is_encrypted {
            self.numeric(
                "671",
                format_args!("{name} :is using a secure connection"),
                env,
                out,
            );
        }
        self.put_whois_metadata(profile, env, out);
        let (idle, since) = (line.silent.as_secs(), profile.since.0.div_euclid(1_000));
        let what = format_args!("{name} {idle} {since} :seconds idle, signon time");
        self.numeric("317", what, env, out);
    }

    fn put_whois_rooms(&self, profile: &Profile, env: &Env<'_>, out: &mut Vec<u8>) {
        let head = alloc::format!("{} :", profile.line.name);
        let rooms = profile.rooms.iter().zip(&profile.held);
        let rooms = rooms.map(|(room, held)| alloc::format!("{}{room}", self.prefixes(*held)));
        self.put_words(&ListLine::last("319", &head), rooms, env, out);
    }

    pub(super) fn end_of_whois(&self, typed: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let typed = shown(typed);
        self.numeric("318", format_args!("{typed} :End of /WHOIS list"), env, out);
    }

    /// WHOWAS.
    pub(super) fn whowas(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Some(name) = message.param(0) else {
            self.numeric("431", ":No nickname given", env, out);
            return None;
        };
        let count = message.param(1).and_then(|count| count.parse().ok());
        // A missing or negative number asks for all.
        let count = count.filter(|count| *count > 0).unwrap_or(usize::MAX);
        let what = Question::Whowas(name.into(), count);
        self.later(Ask::Query(Query::Departed(name.into())), what);
        None
    }

    /// Those who have borne a name.
    pub(super) fn put_whowas(
        &self,
        typed: &str,
        count: usize,
        departed: &[Departed],
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let (server, typed) = (&env.settings.irc.server, shown(typed));
        if departed.is_empty() {
            let what = format_args!("{typed} :There was no such nickname");
            self.numeric("406", what, env, out);
        }
        for Departed {
            name, source, at, ..
        } in departed.iter().take(count)
        {
            let (user, host, real) = (&source.user, &source.host, &source.real);
            self.numeric(
                "314",
                format_args!("{name} {user} {host} * :{real}"),
                env,
                out,
            );
            let time = Time(*at);
            self.numeric("312", format_args!("{name} {server} :{time}"), env, out);
            if let Some(account) = &source.account {
                self.numeric(
                    "330",
                    format_args!("{name} {account} :was logged in as"),
                    env,
                    out,
                );
            }
        }
        self.numeric("369", format_args!("{typed} :End of WHOWAS"), env, out);
    }

    /// AWAY.
    pub(super) fn away(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let knows_early = self.caps.has(Cap::PreAway);
        let command = match message.param(0) {
            // Absent without a shown reason (IRCv3, pre-away).
            Some("*") if knows_early => Command::Away(None),
            Some(why) => Command::Away(note(why)),
            None => Command::Back,
        };
        let is_away = !matches!(command, Command::Back);
        if self.here().is_some() {
            self.later(Ask::Command(command), Question::Away(is_away));
        } else if knows_early {
            self.away_early(command);
            self.put_away(is_away, env, out);
        } else {
            self.not_registered(env, out);
        }
        None
    }

    /// Says whether the client is away.
    pub(super) fn put_away(&self, is_away: bool, env: &Env<'_>, out: &mut Vec<u8>) {
        match is_away {
            true => self.numeric("306", ":You have been marked as being away", env, out),
            false => self.numeric("305", ":You are no longer marked as being away", env, out),
        }
    }

    /// SETNAME.
    pub(super) fn setname(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let real = message.param(0).and_then(note);
        let flags = self.here().map(|here| here.flags).unwrap_or_default();
        match real {
            Some(real) => {
                let real = Some(real);
                let set = Command::SetIdent { real, flags };
                self.later(Ask::Command(set), Question::SetName);
            }
            None => {
                let why = "INVALID_REALNAME :That cannot be a real name";
                self.fail("SETNAME", why, env, out);
            }
        }
        None
    }
}

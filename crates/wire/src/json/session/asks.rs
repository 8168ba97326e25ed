//! From commands to requests.

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::limits::{HISTORY_LINES, LOG_LINES};
use chinwag_core::{
    Command, Detail, Manner, MessageKey, Name, Query, Range, RoomRef, Seq, Text, Timestamp,
};

use super::bad_command::BadCommand;
use super::governing::{govern_of, inner, note};
use super::{Asked, Session, Stage, refuse};
use crate::dialect::{Ask, Env, LogRange, Password, Past, Search, Step};
use crate::json::request::{Claim, History, Join, Request, Say};
use crate::json::value::{Parsed, Point, Whole, Words};

impl Session {
    pub(super) fn ask(
        &mut self,
        request: Request,
        asked: Asked,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let texts = text_of(&request).map_or(0, |text| text.with_line_feeds().len());
        let text_max = env.settings.line_bytes_max;
        if texts > text_max {
            let sentence = format_args!("The text has {texts} bytes, the limit is {text_max}.");
            refuse(&asked, "too_long", &sentence, out);
            return None;
        }
        // Its readers have this many lines to read.
        let more = text_of(&request).map_or(0, |text| text.passage_lines().skip(1).count());
        let rate = self.rate(env);
        self.pace.charge(more, rate, env.now);
        let server_password = server_password_of(&request);
        let key = key_of(&request);
        let ask = match self.ask_of(request) {
            Ok(ask) => once(ask, key),
            Err(why) => {
                refuse(&asked, "bad_command", &why, out);
                return None;
            }
        };
        match ask.only_talks() {
            true => self.talk.push_back(asked),
            false => self.question = Some(asked),
        }
        if let (Stage::Arriving(arriving), Some(password)) = (&mut self.stage, server_password) {
            arriving.next = Some(Box::new(ask));
            return Some(Step::Ask(Ask::Enter(password)));
        }
        Some(Step::Ask(ask))
    }

    /// What a command asks for, or what is wrong with it.
    fn ask_of(&self, request: Request) -> Result<Ask, BadCommand> {
        Ok(match request {
            Request::hello(hello) => Ask::LogIn {
                name: hello.name.map(|name| name.0),
                password: hello.password.map(|password| password.0),
                is_script: true,
                irc: None,
            },
            Request::resume(resume) => Ask::Resume {
                after: resume.after(),
                code: resume.code.0,
            },
            Request::say(say) => Ask::Command(spoken(say, Manner::Speech)?),
            Request::act(say) => Ask::Command(spoken(say, Manner::Action)?),
            Request::history(history) => ask_history(history)?,
            Request::search(search) => ask_search(search)?,
            Request::nick(nick) => Ask::Rename {
                name: nick.name.0,
                password: nick.password.map(|password| password.0),
            },
            Request::claim(claim) => claimed(claim),
            Request::login(login) => Ask::LogInTo {
                name: login.name.0,
                password: login.password.map(|password| password.0),
                beside: login.beside,
            },
            Request::forget_certificate(forget) => Ask::Forget(forget.sha256.0),
            Request::passwd(passwd) => Ask::ChangePassword {
                name: self.account()?,
                old: passwd.old.0,
                new: passwd.new.0,
            },
            Request::unclaim(unclaim) => Ask::Unclaim {
                account: self.account()?,
                password: unclaim.password.map(|password| password.0),
            },
            Request::delete(message) => Ask::Delete {
                message: Seq(message.message.0),
                of: None,
                why: None,
            },
            Request::quit(quit) => Ask::Quit(note(quit.text)),
            Request::log(log) => Ask::AuditLog(LogRange {
                entries_max: log.entries.map_or(LOG_LINES, |Whole(entries)| entries),
                before: log.before.map(|Whole(seq)| Seq(seq)),
            }),
            request => match query_of(request) {
                Ok(query) => Ask::Query(query),
                Err(request) => Ask::Command(command_of(*request)?),
            },
        })
    }

    /// The account that the person is logged in to, else their name: what a password is for.
    fn account(&self) -> Result<Name, BadCommand> {
        match &self.stage {
            Stage::Here(here) => Ok(here.account.as_ref().unwrap_or(&here.name).clone()),
            Stage::Arriving(_) => Err(BadCommand::NoHello),
        }
    }
}

/// The server's password, as given along with a login.
fn server_password_of(request: &Request) -> Option<Password> {
    let password = match request {
        Request::hello(hello) => &hello.server_password,
        Request::resume(resume) => &resume.server_password,
        _ => return None,
    };
    password.as_ref().map(|password| password.0.clone())
}

/// The key under which a message is sent once.
fn key_of(request: &Request) -> Option<MessageKey> {
    let key = match request {
        Request::say(say) | Request::act(say) => &say.key,
        Request::say_to(say) => &say.key,
        Request::tell(tell) => &tell.key,
        Request::announce(words) => &words.key,
        _ => return None,
    };
    key.as_ref().map(|key| key.0.clone())
}

fn once(ask: Ask, key: Option<MessageKey>) -> Ask {
    match (ask, key) {
        (Ask::Command(command), Some(key)) => {
            let command = Box::new(command);
            Ask::Command(Command::Once { key, command })
        }
        (ask, _) => ask,
    }
}

/// The text of a command that has no bound of its own.
fn text_of(request: &Request) -> Option<&Text> {
    match request {
        Request::say(say) | Request::act(say) => Some(&say.text.0.0),
        Request::say_to(say) => Some(&say.text.0.0),
        Request::tell(tell) => Some(&tell.text.0.0),
        Request::announce(words) => Some(&words.text.0),
        Request::search(search) => search.words.as_ref().map(|words| &words.0),
        _ => None,
    }
}

fn spoken(say: Say, manner: Manner) -> Result<Command, BadCommand> {
    Ok(Command::Say {
        room: RoomRef::Name(say.room.0),
        text: text_in(say.text, manner)?,
        manner,
        irc: None,
    })
}

/// The text of a message in this manner.
fn text_in(words: Parsed<Words>, manner: Manner) -> Result<Text, BadCommand> {
    let text = words.0.0;
    match manner == Manner::Action && text.is_passage() {
        true => Err(BadCommand::LongAction),
        false => Ok(text),
    }
}

fn claimed(claim: Claim) -> Ask {
    match claim.password {
        Some(password) => Ask::Register(password.0),
        None => Ask::Claim,
    }
}

fn joined(join: Join) -> Command {
    let room = join.room.0;
    match join.password {
        Some(password) => Command::JoinWith {
            room,
            password: password.0,
        },
        None => Command::Join(room),
    }
}

/// The query that a command is; the command itself if it is none.
fn query_of(request: Request) -> Result<Query, alloc::boxed::Box<Request>> {
    Ok(match request {
        Request::who(who) => Query::Who {
            room: RoomRef::Name(who.room.0),
            after: None,
        },
        Request::whois(whois) => Query::Whois(whois.name.into()),
        Request::rooms(_) => Query::Rooms { after: None },
        Request::topic(topic) => Query::Topic(RoomRef::Name(topic.room.0)),
        Request::ignores(_) => Query::Ignores,
        Request::stats(_) => Query::Stats,
        Request::motd(_) => Query::Motd,
        Request::bans(_) => Query::Restrictions { after: None },
        Request::room(room) => Query::RoomInfo(RoomRef::Name(room.room.0)),
        Request::bars(room) => Query::Bars(RoomRef::Name(room.room.0)),
        Request::account(_) => Query::Account,
        request => return Err(request.into()),
    })
}

/// The command of the chat that a command is.
fn command_of(request: Request) -> Result<Command, BadCommand> {
    Ok(match request {
        Request::tell(tell) => {
            let manner = tell.manner.map_or(Manner::Speech, Manner::from);
            Command::PrivateMessage {
                to: tell.to.into(),
                text: text_in(tell.text, manner)?,
                manner,
                irc: None,
            }
        }
        Request::say_to(say) => {
            let manner = say.manner.map_or(Manner::Speech, Manner::from);
            Command::SayTo {
                room: say.room.0,
                text: text_in(say.text, manner)?,
                manner,
            }
        }
        Request::join(join) => joined(join),
        Request::knock(room) => Command::Knock(room.room.0),
        Request::logout(_) => Command::LogOut,
        Request::leave(leave) => Command::Leave {
            room: RoomRef::Name(leave.room.0),
            why: None,
        },
        Request::set_topic(topic) => Command::SetTopic {
            room: RoomRef::Name(topic.room.0),
            text: inner(topic.text),
        },
        Request::away(away) => Command::Away(note(away.text)),
        Request::back(_) => Command::Back,
        Request::ignore(named) => Command::Ignore {
            name: named.name.0.0,
            account: None,
            on: true,
        },
        Request::unignore(named) => Command::Ignore {
            name: named.name.0.0,
            account: None,
            on: false,
        },
        request => return govern_of(request),
    })
}

fn ask_history(history: History) -> Result<Ask, BadCommand> {
    let limit = history
        .limit
        .map_or(HISTORY_LINES, |Whole(limit)| limit.get());
    let of = match (history.room, history.with) {
        (Some(room), None) => Past::Room(RoomRef::Name(room.0)),
        (None, Some(name)) => Past::With(name.into()),
        _ => return Err(BadCommand::HistoryOfNothing),
    };
    let around = history.around.map(|Whole(seq)| Seq(seq));
    let range = match (history.after, history.before, around) {
        (None, None, None) => Range::Last(limit),
        (None, None, Some(seq)) => Range::Around(seq, limit),
        (None, Some(Point::Seq(seq)), None) => Range::Before(seq, limit),
        (None, Some(Point::Time(time)), None) => Range::Until(time),
        (Some(Point::Seq(seq)), None, None) => Range::After(seq, limit),
        (Some(Point::Seq(seq)), Some(Point::Time(time)), None) => Range::Rest(seq, time),
        (Some(Point::Time(time)), None, None) => Range::From(time),
        (Some(Point::Time(from)), Some(Point::Time(until)), None) if until < from => {
            return Err(BadCommand::Backward);
        }
        (Some(Point::Time(from)), Some(Point::Time(until)), None) => Range::Between(from, until),
        (Some(_), Some(Point::Seq(_)), None) => {
            return Err(BadCommand::EndsAtNumber);
        }
        _ => return Err(BadCommand::AroundWithMore),
    };
    let lines_max = match range {
        Range::Around(..) => limit.saturating_mul(2).saturating_add(1),
        _ => limit,
    };
    Ok(Ask::History {
        of,
        range,
        detail: Detail::with_lines(history.notices),
        lines_max,
    })
}

fn ask_search(search: crate::json::request::Search) -> Result<Ask, BadCommand> {
    let search = Search {
        words: search.words.map(|words| words.0),
        from: search.from.map(|name| name.0),
        not_from: Vec::new(),
        room: search.room.map(|room| room.0),
        with: None,
        not_in: Vec::new(),
        before: search.before.map(|time: Parsed<Timestamp>| time.0),
        after: search.after.map(|time| time.0),
        below: search.below.map(|Whole(seq)| Seq(seq)),
    };
    if search
        .after
        .zip(search.before)
        .is_some_and(|(after, before)| before < after)
    {
        return Err(BadCommand::Backward);
    }
    let is_empty = search.words.is_none()
        && search.from.is_none()
        && search.room.is_none()
        && search.before.is_none()
        && search.after.is_none();
    let has_words = search.words.as_deref().is_none_or(Search::has_words);
    match (is_empty, has_words) {
        (true, _) => Err(BadCommand::NothingSought),
        (_, false) => Err(BadCommand::NoWords),
        (false, true) => Ok(Ask::Search(search)),
    }
}

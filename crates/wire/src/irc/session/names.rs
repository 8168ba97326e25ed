//! NAMES, and the people of a room on entering it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::{Answer, Held, MemberCursor, Name, Query, RoomName, RoomRef, Source};

use super::people::is_invisible;
use super::rooms::TARGETS_MAX;
use super::several::split;
use super::{Question, Session};
use crate::dialect::{Ask, Env, Step};
use crate::irc::caps::Cap;
use crate::irc::line::{end, put};
use crate::irc::message::{BODY_BYTES_MAX, Message, shown};
use crate::irc::mode::prefixes;

/// A list of the people in a room.
#[derive(Clone, Debug)]
pub(super) struct NamesQuestion {
    pub(super) room: RoomName,
    /// The requested rooms, if there were several: one line ends the list of all, as irctest
    /// expects.
    pub(super) list: Option<Box<str>>,
    /// Whether this is the last requested room.
    pub(super) is_last: bool,
    /// Whether NAMES asks. Otherwise the client has just entered the room, and if it has left
    /// meanwhile nothing is listed.
    pub(super) is_asked: bool,
}

impl Session {
    /// NAMES.
    pub(super) fn names(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let typed = message.list(0).unwrap_or("*");
        let (words, rest) = split(typed, TARGETS_MAX);
        let rooms = words.into_iter().filter_map(|word| self.room(word, env));
        let rooms: Vec<RoomName> = rooms.collect();
        if rooms.is_empty() {
            self.answer_behind(out, |session, out| session.end_of_names(typed, env, out));
        }
        let count = rooms.len();
        for (number, room) in rooms.into_iter().enumerate() {
            let query = self.names_query(RoomRef::Name(room.clone()), None);
            let question = NamesQuestion {
                room,
                list: (count > 1).then(|| typed.into()),
                is_last: number + 1 == count,
                is_asked: true,
            };
            self.later(Ask::Query(query), Question::Names(question));
        }
        self.refuse_targets(&rest, env, out);
        None
    }

    pub(super) fn end_of_names(&self, room: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let room = shown(room);
        self.numeric("366", format_args!("{room} :End of /NAMES list"), env, out);
    }

    /// The request for a page of the people in a room.
    pub(super) fn names_query(&self, room: RoomRef, after: Option<MemberCursor>) -> Query {
        match self.caps.has(Cap::UserhostInNames) {
            true => Query::Who { room, after },
            false => Query::Names { room, after },
        }
    }

    /// Writes a page of the people in a room, and asks for the next, or ends the list.
    pub(super) fn put_names_page(
        &mut self,
        answer: &Answer,
        question: NamesQuestion,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let (room, next) = match answer {
            Answer::Who {
                room,
                hidden,
                people,
                next,
                ..
            } => {
                let sees_all = self.sees_invisible(room, env);
                let members = people.iter().filter(|line| sees_all || !is_invisible(line));
                let members = members.map(|line| (&line.name, line.held, line.source.as_deref()));
                self.put_names(room, *hidden, members, env, out);
                (room, next)
            }
            Answer::Names {
                room,
                hidden,
                members,
                next,
            } => {
                let members = members.iter().map(|(name, held)| (name, *held, None));
                self.put_names(room, *hidden, members, env, out);
                (room, next)
            }
            _ => return None,
        };
        if let Some(next) = next {
            let query = self.names_query(RoomRef::Name(room.clone()), Some(*next));
            self.pending.question = Some(Box::new(Question::Names(question)));
            return Some(Step::AskWhenWritten(Ask::Query(query)));
        }
        self.end_list(&question, room, env, out);
        None
    }

    /// Ends a list of names after its last room.
    pub(super) fn end_list(
        &self,
        question: &NamesQuestion,
        room: &RoomName,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        match &question.list {
            _ if !question.is_last => {}
            Some(list) => self.end_of_names(list, env, out),
            None => self.end_of_names(&alloc::format!("{room}"), env, out),
        }
    }

    /// The names of people, in as many lines as it takes.
    fn put_names<'a>(
        &self,
        room: &RoomName,
        hidden: bool,
        members: impl Iterator<Item = (&'a Name, Option<Held>, Option<&'a Source>)>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let (server, nick) = (&env.settings.irc.server, self.nick());
        let sign = if hidden { '@' } else { '=' };
        let head = alloc::format!(":{server} 353 {nick} {sign} {room} :");
        let (mut body, mut is_first) = (out.len(), true);
        for (name, held, source) in members {
            let start = out.len();
            if !is_first {
                out.push(b' ');
            } else {
                out.extend_from_slice(head.as_bytes());
            }
            out.extend_from_slice(self.prefixes(held).as_bytes());
            out.extend_from_slice(name.as_str().as_bytes());
            if let Some(source) = source {
                put(out, format_args!("!{}@{}", source.user, source.host));
            }
            // A name that does not fit begins the next line.
            if !is_first && out.len() - body > BODY_BYTES_MAX {
                let name = out.split_off(start + 1);
                out.truncate(start);
                end(out, body);
                body = out.len();
                out.extend_from_slice(head.as_bytes());
                out.extend_from_slice(&name);
            }
            is_first = false;
        }
        if !is_first {
            end(out, body);
        }
    }

    /// The prefixes of a person in a room, as many as the client accepts.
    pub(super) fn prefixes(&self, held: Option<Held>) -> &'static str {
        prefixes(held, self.caps.has(Cap::MultiPrefix))
    }

    /// The request for the people of a room that the client has just entered.
    pub(super) fn names_of_entered(&self, room: &RoomName) -> (Ask, Question) {
        let query = self.names_query(RoomRef::Name(room.clone()), None);
        let question = NamesQuestion {
            room: room.clone(),
            list: None,
            is_last: true,
            is_asked: false,
        };
        (Ask::Query(query), Question::Names(question))
    }
}

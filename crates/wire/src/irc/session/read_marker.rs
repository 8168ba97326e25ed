//! MARKREAD (IRCv3, `draft/read-marker`): up to when the client's owner has read a room, or a
//! private conversation.

use alloc::vec::Vec;

use chinwag_core::{Command, MarkerSet, MarkerTarget, Name, Query, RoomName, Timestamp};

use super::history::timestamp;
use super::{Question, Session};
use crate::dialect::{Ask, Env, Step};
use crate::irc::caps::Cap;
use crate::irc::line::Time;
use crate::irc::message::{Message, shown};

/// The question for a marker.
#[derive(Clone, Debug)]
pub(super) struct MarkerQuestion {
    target: MarkerTarget,
    /// Whether the client has just entered the room, and is shown the people there afterwards.
    enters: bool,
}

impl MarkerQuestion {
    fn ask(self) -> (Ask, Question) {
        let query = Query::Marker(self.target.clone());
        (Ask::Query(query), Question::Marker(self.into()))
    }
}

impl Session {
    /// MARKREAD.
    pub(super) fn mark_read(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Some(typed) = message.param(0) else {
            self.fail("MARKREAD", "NEED_MORE_PARAMS :Missing parameters", env, out);
            return None;
        };
        let known = || Name::known(typed).map(MarkerTarget::Person);
        let room = self.room(typed, env).map(MarkerTarget::Room);
        let Some(target) = room.or_else(known) else {
            let why = format_args!("INVALID_PARAMS {} :No such target", shown(typed));
            self.fail("MARKREAD", why, env, out);
            return None;
        };
        let question = MarkerQuestion {
            target: target.clone(),
            enters: false,
        };
        let Some(place) = message.param(1) else {
            let (ask, question) = question.ask();
            self.later(ask, question);
            return None;
        };
        match timestamp(place) {
            Some(at) => {
                let set = Command::SetMarker { target, at };
                self.later(Ask::Command(set), Question::SetMarker(question.into()));
            }
            None => {
                let (typed, place) = (shown(typed), shown(place));
                let why = format_args!("INVALID_PARAMS {typed} {place} :No such time");
                self.fail("MARKREAD", why, env, out);
            }
        }
        None
    }

    /// Asks for the read marker of a room that the client has entered, and then for the people
    /// there if the client wants them.
    pub(super) fn ask_marker_then_names(&mut self, entered: &RoomName) -> Option<Step> {
        if !self.caps.has(Cap::ReadMarker) {
            return self.ask_names_if_wanted(entered);
        }
        let question = MarkerQuestion {
            target: MarkerTarget::Room(entered.clone()),
            enters: true,
        };
        let (ask, question) = question.ask();
        self.ask_now(ask, question)
    }

    /// The marker is where the client wants it, or was beyond that before: shows it.
    pub(super) fn marker_set(&mut self, question: MarkerQuestion) -> Option<Step> {
        let (ask, question) = question.ask();
        self.ask_now(ask, question)
    }

    /// Where a marker is.
    pub(super) fn put_marker(
        &mut self,
        question: &MarkerQuestion,
        target: &MarkerTarget,
        at: Option<Timestamp>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if let MarkerTarget::Room(entered) = &question.target
            && question.enters
            && !self.is_inside(entered, env)
        {
            // Another connection of the person has left it meanwhile.
            return None;
        }
        match at {
            Some(at) => self.put_marker_at(target, at, env, out),
            None => self.put_server(format_args!("MARKREAD {target} *"), env, out),
        }
        match &question.target {
            MarkerTarget::Room(entered) if question.enters => self.ask_names_if_wanted(entered),
            _ => None,
        }
    }

    /// Another client of the same account has read on.
    pub(super) fn put_read_elsewhere(&self, set: &MarkerSet, env: &Env<'_>, out: &mut Vec<u8>) {
        if self.caps.has(Cap::ReadMarker) {
            self.put_marker_at(&set.target, set.at, env, out);
        }
    }

    fn put_marker_at(
        &self,
        target: &MarkerTarget,
        at: Timestamp,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let what = format_args!("MARKREAD {target} timestamp={}", Time(at));
        self.put_server(what, env, out);
    }
}

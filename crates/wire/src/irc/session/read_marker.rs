//! MARKREAD (IRCv3, `draft/read-marker`): up to when the client's owner has read a room, or what it and
//! another have told each other.

use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::{Command, MarkerSet, MarkerTarget, Name, Query, RoomName, Timestamp};

use super::history::timestamp;
use super::rooms::room;
use super::{Question, Session};
use crate::dialect::{Ask, Env, Step};
use crate::irc::caps::Cap;
use crate::irc::line::Time;
use crate::irc::message::Message;

/// A marker that is asked for.
#[derive(Clone, Debug)]
pub(super) struct MarkerQuestion {
    target: MarkerTarget,
    /// The target as it was typed.
    typed: String,
    /// The client has just entered the room, and is told who is there behind it.
    enters: Option<RoomName>,
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
        let Some(target) = room(typed).map(MarkerTarget::Room).or_else(known) else {
            let why = format_args!("INVALID_PARAMS {typed} :No such target");
            self.fail("MARKREAD", why, env, out);
            return None;
        };
        let question = MarkerQuestion {
            target: target.clone(),
            typed: typed.into(),
            enters: None,
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
                let why = format_args!("INVALID_PARAMS {typed} {place} :No such time");
                self.fail("MARKREAD", why, env, out);
            }
        }
        None
    }

    /// Asks up to when a room was read that the client has entered, and then who is there if it wants to
    /// know that.
    pub(super) fn ask_marker_then_names(&mut self, entered: &RoomName) -> Option<Step> {
        if !self.caps.has(Cap::ReadMarker) {
            return self.ask_names_if_wanted(entered);
        }
        let question = MarkerQuestion {
            target: MarkerTarget::Room(entered.clone()),
            typed: alloc::format!("{entered}"),
            enters: Some(entered.clone()),
        };
        let (ask, question) = question.ask();
        self.ask_now(ask, question)
    }

    /// The marker is where the client wants it, or was beyond that before: it is told.
    pub(super) fn marker_set(&mut self, question: MarkerQuestion) -> Option<Step> {
        let (ask, question) = question.ask();
        self.ask_now(ask, question)
    }

    /// Where a marker is.
    pub(super) fn put_marker(
        &mut self,
        question: &MarkerQuestion,
        at: Option<Timestamp>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let typed = &question.typed;
        match at {
            Some(at) => {
                let what = format_args!("MARKREAD {typed} timestamp={}", Time(at));
                self.put_server(what, env, out);
            }
            None => self.put_server(format_args!("MARKREAD {typed} *"), env, out),
        }
        let entered = question.enters.as_ref()?;
        self.ask_names_if_wanted(entered)
    }

    /// Another client of the same account has read on.
    pub(super) fn put_read_elsewhere(&self, set: &MarkerSet, env: &Env<'_>, out: &mut Vec<u8>) {
        if self.caps.has(Cap::ReadMarker) {
            let what = format_args!("MARKREAD {} timestamp={}", set.target, Time(set.at));
            self.put_server(what, env, out);
        }
    }
}

//! What every event, answer and refusal looks like, word for word.

mod answers;
mod arriving;
mod lines;
mod moderation;
mod notices;
mod past;
mod properties;
mod refusals;

use std::boxed::Box;
use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use crate::prefs::TimeStyle;
use chinwag_core::{
    ConnId, Event, Fact, LOBBY, Link, LoggedIn, Manner, Name, PersonId, Quit, QuitReason,
    ResumeCode, RoomName, Seq, Text, Timestamp,
};

use super::{Renderer, Style};
use crate::zone::TimeZone;

/// 2026-11-21 14:03:05 UTC, a Saturday.
pub(super) const NOW: Timestamp = Timestamp(1_795_269_785_000);

pub(super) const READER: PersonId = PersonId(1);
pub(super) const GOPHER: PersonId = PersonId(2);

pub(super) fn style(time: TimeStyle) -> Style {
    Style {
        time,
        zone: TimeZone::UTC,
        crlf: false,
        color: false,
    }
}

pub(super) fn renderer(time: TimeStyle) -> Renderer {
    Renderer::new(style(time), NOW)
}

/// What is written in the usual style.
pub(super) fn shown(write: impl FnOnce(&mut Renderer, &mut Vec<u8>)) -> String {
    shown_by(&mut renderer(TimeStyle::Short), write)
}

pub(super) fn shown_by(
    renderer: &mut Renderer,
    write: impl FnOnce(&mut Renderer, &mut Vec<u8>),
) -> String {
    let mut out = Vec::new();
    write(renderer, &mut out);
    String::from_utf8(out).expect("UTF-8")
}

pub(super) fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

pub(super) fn names(texts: &[&str]) -> Box<[Name]> {
    texts.iter().map(|text| name(text)).collect()
}

pub(super) fn room(text: &str) -> RoomName {
    RoomName::parse(text).expect("a room name")
}

pub(super) fn text(text: &str) -> Text {
    Text::parse(text).expect("a text")
}

pub(super) fn why(reason: &str) -> Option<Arc<Text>> {
    Text::parse(reason).map(Arc::new)
}

pub(super) fn event(at: Timestamp, fact: Fact) -> Event {
    Event {
        seq: Seq(1),
        at,
        fact,
        source: None,
    }
}

pub(super) fn said(at: Timestamp, by: &str, what: &str, manner: Manner) -> Event {
    let fact = Fact::Said {
        person: GOPHER,
        name: name(by),
        room: LOBBY,
        text: text(what),
        manner,
        irc: None,
        account: None,
    };
    event(at, fact)
}

pub(super) fn departed(by: &str, why: QuitReason) -> Fact {
    Fact::Quit(Box::new(Quit {
        person: GOPHER,
        name: name(by),
        account: None,
        rooms: [LOBBY].into(),
        why,
        is_resumable: true,
    }))
}

pub(super) fn arrived(by: &str) -> LoggedIn {
    LoggedIn {
        person: GOPHER,
        conn: ConnId(7),
        name: name(by),
        address: [192, 0, 2, 7].into(),
        account: None,
        operator: false,
        code: ResumeCode::from_random(1),
        link: Link::default(),
        is_script: false,
        ident: None,
    }
}

//! How each dialect shows the lines of rooms to one session.

use alloc::vec::Vec;

use chinwag_core::{Event, RoomId};
use chinwag_feed::{Reader, Render};

use super::{Dialect, Env};
use crate::ignores::without_asides;
use crate::irc;
use crate::json;
use crate::plain;

/// The reader of one session's rooms.
pub(super) struct RoomReader<'a> {
    pub(super) dialect: &'a Dialect,
    pub(super) env: &'a Env<'a>,
}

/// The same in the dialect.
enum LineReader<'a> {
    Plain(plain::LineReader<'a>),
    Json(json::LineReader<'a>),
    Irc(irc::LineReader<'a>),
}

impl<'a> RoomReader<'a> {
    fn lines(&self) -> LineReader<'a> {
        let env = self.env;
        match self.dialect {
            Dialect::Plain(session) => LineReader::Plain(plain::LineReader { session, env }),
            Dialect::Json(session) => LineReader::Json(json::LineReader(session)),
            Dialect::Irc(session) => LineReader::Irc(irc::LineReader(session)),
        }
    }
}

impl Reader for RoomReader<'_> {
    fn sees_all(&self) -> bool {
        match self.lines() {
            LineReader::Plain(reader) => reader.sees_all(),
            LineReader::Json(reader) => reader.sees_all(),
            LineReader::Irc(reader) => reader.sees_all(),
        }
    }

    fn is_own(&self, event: &Event) -> bool {
        match self.lines() {
            LineReader::Plain(reader) => reader.is_own(event),
            LineReader::Json(reader) => reader.is_own(event),
            LineReader::Irc(reader) => reader.is_own(event),
        }
    }

    fn hides(&self, event: &Event) -> bool {
        match self.lines() {
            LineReader::Plain(reader) => reader.hides(event),
            LineReader::Json(reader) => reader.hides(event),
            LineReader::Irc(reader) => reader.hides(event),
        }
    }

    fn in_each_room(&self, event: &Event) -> bool {
        match self.lines() {
            LineReader::Plain(reader) => reader.in_each_room(event),
            LineReader::Json(reader) => reader.in_each_room(event),
            LineReader::Irc(reader) => reader.in_each_room(event),
        }
    }

    /// Every dialect leaves out the words of ignored people, and nothing else.
    fn instead(&self, out: &mut Vec<u8>, event: &Event, room: RoomId) -> bool {
        let without = without_asides(self.dialect.ignores(), event);
        let Some((name, event)) = self.env.rooms.get(&room).zip(without) else {
            return false;
        };
        let format = self.dialect.format(room);
        let mut renderer = format.renderer(event.at, self.env.settings);
        let start = out.len();
        // The line of a new day is the log's.
        let begin = renderer.render(out, &event, name);
        out.drain(start..begin);
        true
    }

    fn trailer(&self, event: &Event) -> &'static [u8] {
        match self.lines() {
            LineReader::Plain(reader) => reader.trailer(event),
            LineReader::Json(reader) => reader.trailer(event),
            LineReader::Irc(reader) => reader.trailer(event),
        }
    }

    fn skipped(&self, out: &mut Vec<u8>, lines: u64, room: Option<RoomId>) {
        match self.lines() {
            LineReader::Plain(reader) => reader.skipped(out, lines, room),
            LineReader::Json(reader) => reader.skipped(out, lines, room),
            LineReader::Irc(reader) => reader.skipped(out, lines, room),
        }
    }
}

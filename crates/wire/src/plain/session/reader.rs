//! How a person at a terminal reads a room.

use alloc::vec::Vec;

use chinwag_core::{Event, Fact, RoomId};
use chinwag_feed::Reader;

use super::{BEL, Session, Stage};
use crate::dialect::Env;
use crate::plain::mention::mentions;
use crate::plain::render::Notice;

/// How a person at a terminal reads the lines of rooms: without ignored people, with a bell.
pub struct LineReader<'a> {
    pub(crate) session: &'a Session,
    pub(crate) env: &'a Env<'a>,
}

impl Reader for LineReader<'_> {
    fn sees_all(&self) -> bool {
        match &self.session.stage {
            Stage::Chat(chat) => chat.ignores.entries().is_empty() && !self.session.look.prefs.bell,
            Stage::Login(_) => true,
        }
    }

    fn is_own(&self, event: &Event) -> bool {
        self.session.is_own(event)
    }

    fn hides(&self, event: &Event) -> bool {
        match &self.session.stage {
            Stage::Chat(chat) => chat.ignores.hides(event),
            Stage::Login(_) => false,
        }
    }

    fn in_each_room(&self, event: &Event) -> bool {
        matches!(event.fact, Fact::Quit(_))
    }

    fn trailer(&self, event: &Event) -> &'static [u8] {
        match (&self.session.stage, &event.fact) {
            (Stage::Chat(chat), Fact::Said { person, text, .. })
                if self.session.look.prefs.bell
                    && *person != chat.me
                    && mentions(text, &chat.name) =>
            {
                BEL
            }
            _ => &[],
        }
    }

    fn skipped(&self, out: &mut Vec<u8>, lines: u64, room: Option<RoomId>) {
        let renderer = self.session.renderer(self.env);
        let other = room.filter(|_| room != self.session.current());
        match (room, other.and_then(|room| self.env.rooms.get(&room))) {
            (None, _) => renderer.notice(out, Notice::Lost { lines }),
            (Some(_), None) => renderer.notice(out, Notice::Skipped { lines }),
            (Some(_), Some(name)) => renderer.skipped_in(out, lines, name),
        }
    }
}

//! How an IRC client reads the lines of its rooms, and whom it does not want to hear.

use alloc::vec::Vec;

use chinwag_core::{Event, Fact, Ignored, RoomId};
use chinwag_feed::Reader;

use super::Session;
use crate::ignores::Ignores;
use crate::irc::line::put;
use crate::plain;

impl Session {
    /// See [`Dialect::ignores`](crate::dialect::Dialect::ignores).
    pub(crate) fn ignores(&self) -> &[Ignored] {
        self.watched
            .as_deref()
            .map_or(&[], |watched| watched.ignores.entries())
    }

    /// Notes whom the person ignores, on any of their connections and from earlier visits.
    pub(super) fn note_ignores(&mut self, fact: &Fact) {
        match fact {
            Fact::LoggedIn(_) | Fact::Returned(_) | Fact::Attached(_) => {
                let ignores = Ignores::by_login(fact);
                if self.watched.is_some() || !ignores.entries().is_empty() {
                    self.watched.get_or_insert_default().ignores = ignores;
                }
            }
            Fact::IgnoreSet { .. } => self.watched.get_or_insert_default().ignores.note(fact),
            _ => {}
        }
    }
}

/// How an IRC client reads the events of its rooms: without its own, and without what ignored
/// people say.
pub struct LineReader<'a>(pub(crate) &'a Session);

impl Reader for LineReader<'_> {
    fn sees_all(&self) -> bool {
        self.0.ignores().is_empty()
    }

    fn is_own(&self, event: &Event) -> bool {
        self.0.is_own(event)
    }

    fn hides(&self, event: &Event) -> bool {
        let watched = self.0.watched.as_deref();
        watched.is_some_and(|watched| watched.ignores.hides(event))
    }

    fn trailer(&self, _: &Event) -> &'static [u8] {
        &[]
    }

    fn skipped(&self, out: &mut Vec<u8>, lines: u64, _: Option<RoomId>) {
        let nick = self.0.nick();
        put(
            out,
            format_args!(
                "NOTICE {nick} :You were behind: {} skipped.\r\n",
                plain::lines(lines)
            ),
        );
    }
}

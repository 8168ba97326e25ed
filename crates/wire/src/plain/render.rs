//! From what happened to lines on a screen. Words for people are written here and nowhere else.
//!
//! A message costs a few copies: the time of its minute is cached, and its parts are appended to
//! the caller's bytes one by one. Everything rarer is a sentence, formatted with `write!`.

mod answer;
mod arrival;
mod clock;
mod deeds;
mod found;
mod governed;
mod heads;
mod help;
mod line_writer;
mod moderation;
mod notice;
mod parse_error;
mod past;
mod private;
mod refusal;
mod refusal_of_account;
mod refusal_of_room;
mod room;
mod shell;
mod spared;
mod talk;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use chinwag_core::{Event, RoomName, Timestamp};

use super::presence::is_presence;
use crate::prefs::{Prefs, TimeStyle};
use crate::zone::{TimeZone, zone};
pub use arrival::Missed;
use clock::Clock;
pub(crate) use governed::{Changed, DoneToYouIn, Masked, StillInside};
pub(super) use help::overview;
use line_writer::LineWriter;
pub use line_writer::is_message;
pub(crate) use moderation::DoneToYou;
pub use notice::Notice;
pub use past::{Counted, HistoryStyle, Sought, Stretch};
pub use room::{Moved, Reason};

/// The look of a person's lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// The form of the time before a message.
    pub(super) time: TimeStyle,
    /// The zone of the times.
    pub(crate) zone: TimeZone,
    /// True if lines end in CR LF.
    pub(crate) crlf: bool,
    /// Whether names are coloured and the server's own lines set apart.
    pub(super) color: bool,
}

impl Style {
    /// The style for these settings; `server_zone` if they name no zone.
    pub fn of(prefs: &Prefs, server_zone: &TimeZone, crlf: bool) -> Self {
        let own_zone = prefs.zone.as_deref().and_then(zone);
        Self {
            time: prefs.time,
            zone: own_zone.unwrap_or_else(|| server_zone.clone()),
            crlf,
            color: prefs.color,
        }
    }
}

/// Writes lines in one [`Style`]. Every method appends whole lines to `out`, except for the prompt,
/// which has no line end.
#[derive(Clone, Debug)]
pub struct Renderer {
    style: Style,
    clock: Clock,
}

impl Renderer {
    /// A renderer for lines from `now` on: the next day is the first to get a line of its own.
    pub fn new(style: Style, now: Timestamp) -> Self {
        Self {
            clock: Clock::new(now),
            style,
        }
    }

    fn writer<'a>(&self, out: &'a mut Vec<u8>) -> LineWriter<'a> {
        LineWriter::new(out, &self.style)
    }
}

/// How one reader sees a room's lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomFormat {
    pub(super) style: Style,
    /// Whether the reader talks there: then the room's name is not shown in each line.
    pub(super) is_current: bool,
    /// Joins, leaves and renames are left out.
    pub(super) hides_presence: bool,
}

impl Hash for RoomFormat {
    /// Time zones have no hash of their own, but their names do.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Style {
            time,
            zone,
            crlf,
            color,
        } = &self.style;
        (time, zone.iana_name(), crlf, color).hash(state);
        (self.is_current, self.hides_presence).hash(state);
    }
}

/// Renders the log of a room in one [`RoomFormat`].
#[derive(Debug)]
pub struct RoomRenderer {
    renderer: Renderer,
    is_current: bool,
    hides_presence: bool,
}

impl RoomRenderer {
    /// A renderer for lines from `now` on.
    pub(crate) fn new(format: &RoomFormat, now: Timestamp) -> Self {
        Self {
            renderer: Renderer::new(format.style.clone(), now),
            is_current: format.is_current,
            hides_presence: format.hides_presence,
        }
    }

    /// See [`Render::render`](chinwag_feed::Render::render).
    pub(crate) fn render(&mut self, out: &mut Vec<u8>, event: &Event, room: &RoomName) -> usize {
        if self.hides_presence && is_presence(&event.fact) {
            return out.len();
        }
        self.renderer.day_break(out, event.at);
        let begin = out.len();
        self.renderer.room_line(out, event, room, self.is_current);
        begin
    }
}

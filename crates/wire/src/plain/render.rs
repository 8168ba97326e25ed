//! From what happened to lines on a screen. Words for people are written here and nowhere else.
//!
//! A message costs a few copies: the time of its minute is kept ready, and its parts are appended
//! to the caller's bytes one by one. Everything rarer is a sentence, put together with `write!`.

mod answer;
mod arrival;
mod clock;
mod help;
mod line_writer;
mod moderation;
mod notice;
mod parse_error;
mod past;
mod private;
mod refusal;
mod room;
mod talk;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use chinwag_core::{Prefs, TimeStyle, Timestamp};

use super::zone::{TimeZone, zone};
use clock::Clock;
pub(super) use help::overview;
use line_writer::LineWriter;
pub use notice::Notice;

/// How the lines for somebody look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// How the time stands before what was said.
    pub time: TimeStyle,
    /// The zone of the times.
    pub zone: TimeZone,
    /// Whether lines end in CR LF.
    pub crlf: bool,
    /// Whether names are coloured and the server's own lines set apart.
    pub color: bool,
}

impl Style {
    /// The style of somebody with these settings; `server_zone` for who has chosen none.
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

/// Writes lines in one [`Style`]. Every method appends whole lines to `out`, but for the prompt,
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
            clock: Clock::new(&style, now),
            style,
        }
    }

    /// The style that it writes in.
    pub fn style(&self) -> &Style {
        &self.style
    }

    fn writer<'a>(&self, out: &'a mut Vec<u8>) -> LineWriter<'a> {
        LineWriter::new(out, &self.style)
    }
}

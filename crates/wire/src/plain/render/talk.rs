//! What people say: to a room and to one person. The one path that every message takes to every
//! style, so it is written for speed: nothing is formatted, only appended.

use alloc::vec::Vec;

use chinwag_core::{Manner, Name, RoomName, Timestamp};

use super::Renderer;
use super::line_writer::RESET;
use crate::prefs::TimeStyle;

/// Six colours that can be read on black and on white.
const COLORS: [&str; 6] = [
    "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[35m", "\x1b[36m", "\x1b[94m",
];

/// The parts that [`Renderer::said`] puts together.
pub(super) struct Saying<'a> {
    pub(super) name: &'a Name,
    pub(super) text: &'a str,
    pub(super) manner: Manner,
    /// The room, where it has to be told.
    pub(super) room: Option<&'a RoomName>,
}

impl Renderer {
    /// `[14:03] gopher: hello`, `[14:03] #dev ann: build is green`, `[14:03] * gopher waves`;
    /// without a time the bracket holds who spoke: `[gopher] hello`, `[* gopher waves]`.
    pub(super) fn said(&mut self, out: &mut Vec<u8>, at: Timestamp, saying: &Saying<'_>) {
        self.open(out, at);
        match self.style.time {
            TimeStyle::Off => self.put_said(out, saying, ["] ", "]"]),
            _ => self.put_said(out, saying, [": ", ""]),
        }
    }

    /// Writes a message, with `[14:03] ` or the like before it already. `signs` stand between a
    /// speaker and a speech, and behind an action.
    pub(super) fn put_said(&self, out: &mut Vec<u8>, saying: &Saying<'_>, signs: [&str; 2]) {
        let (sign, middle, end) = match saying.manner {
            Manner::Speech => ("", signs[0], ""),
            Manner::Action => ("* ", " ", signs[1]),
        };
        if let Some(room) = saying.room {
            out.push(b'#');
            out.extend_from_slice(room.bare().as_bytes());
            out.push(b' ');
        }
        out.extend_from_slice(sign.as_bytes());
        self.put_name(out, saying.name);
        out.extend_from_slice(middle.as_bytes());
        out.extend_from_slice(saying.text.as_bytes());
        out.extend_from_slice(end.as_bytes());
        self.writer(out).end();
    }

    /// `[14:04] gopher -> you: psst`, `[gopher -> you] psst`; `None` is the reader.
    pub(super) fn told(
        &mut self,
        out: &mut Vec<u8>,
        at: Timestamp,
        from: Option<&Name>,
        to: Option<&Name>,
        text: &str,
    ) {
        self.open(out, at);
        self.put_party(out, from);
        out.extend_from_slice(b" -> ");
        self.put_party(out, to);
        let end: &[u8] = match self.style.time {
            TimeStyle::Off => b"] ",
            _ => b": ",
        };
        out.extend_from_slice(end);
        out.extend_from_slice(text.as_bytes());
        self.writer(out).end();
    }

    /// `[14:03] `, or the `[` alone.
    fn open(&mut self, out: &mut Vec<u8>, at: Timestamp) {
        out.push(b'[');
        if self.style.time != TimeStyle::Off {
            out.extend_from_slice(self.clock.stamp(at, &self.style));
            out.extend_from_slice(b"] ");
        }
    }

    fn put_party(&self, out: &mut Vec<u8>, name: Option<&Name>) {
        match name {
            Some(name) => self.put_name(out, name),
            None => out.extend_from_slice(b"you"),
        }
    }

    fn put_name(&self, out: &mut Vec<u8>, name: &Name) {
        if self.style.color {
            out.extend_from_slice(color(name).as_bytes());
        }
        out.extend_from_slice(name.as_str().as_bytes());
        if self.style.color {
            out.extend_from_slice(RESET.as_bytes());
        }
    }
}

/// The colour of a name: always the same, in whatever case and on every server (FNV-1a).
fn color(name: &Name) -> &'static str {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let hash = name.folded().bytes().fold(0x811c_9dc5, mix);
    COLORS[hash as usize % COLORS.len()]
}

//! What people say, to a room and to one person. Every message takes this path in every style, so
//! it is written for speed: it formats nothing and only appends.

use alloc::vec::Vec;

use chinwag_core::{Manner, Name, RankMessage, RoomName, Standing, Text, Timestamp};

use super::Renderer;
use super::line_writer::RESET;
use crate::prefs::TimeStyle;

/// The six colours of the 256 that have a contrast of 4.5 (WCAG 2, level AA) both on black and on
/// white: green, blue, violet, brown, magenta and grey. The sixteen of ANSI depend on the terminal;
/// in most of them three of six are illegible on white.
const COLORS: [&str; 6] = [
    "\x1b[38;5;29m",
    "\x1b[38;5;63m",
    "\x1b[38;5;98m",
    "\x1b[38;5;131m",
    "\x1b[38;5;163m",
    "\x1b[38;5;243m",
];

/// Begins the further lines of a passage, in the column of lists, whose rows begin with other
/// signs.
const NEXT_LINE: &str = "  |";

/// The parts of a message for [`Renderer::said`].
pub(super) struct Saying<'a> {
    pub(super) name: &'a Name,
    pub(super) text: &'a Text,
    pub(super) manner: Manner,
    /// The room, if it has to be named.
    pub(super) room: Option<&'a RoomName>,
}

/// Writes to whom something was said.
type PutParty<'a> = &'a dyn Fn(&Renderer, &mut Vec<u8>);

impl Renderer {
    /// `[14:03] gopher: hello`, `[14:03] #dev ann: build is green`, `[14:03] * gopher waves`;
    /// without a time the bracket holds the speaker: `[gopher] hello`, `[* gopher waves]`.
    pub(super) fn said(&mut self, out: &mut Vec<u8>, at: Timestamp, saying: &Saying<'_>) {
        self.open(out, at);
        match self.style.time {
            TimeStyle::Off => self.put_said(out, saying, ["] ", "]"]),
            _ => self.put_said(out, saying, [": ", ""]),
        }
    }

    /// Writes a message after `[14:03] ` or the like. `signs` come between a speaker and a speech,
    /// and after an action.
    pub(super) fn put_said(&self, out: &mut Vec<u8>, saying: &Saying<'_>, signs: [&str; 2]) {
        let (sign, middle, end) = match saying.manner {
            Manner::Speech | Manner::Notice => ("", signs[0], ""),
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
        self.put_text(out, saying.text);
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
        said: (Manner, &Text),
    ) {
        self.told_to(
            out,
            at,
            (from, &|party, out| party.put_party(out, to)),
            said,
        );
    }

    /// `[14:04] gopher -> moderators of #dev: psst`
    pub(super) fn told_to_rank(&mut self, out: &mut Vec<u8>, at: Timestamp, message: &RankMessage) {
        let whom = match message.to.least {
            Standing::Moderator | Standing::Owner => "moderators",
            Standing::Voice | Standing::Invited => "voices",
        };
        let to = alloc::format!("{whom} of {}", message.to.room_name);
        let put_to = |_: &Self, out: &mut Vec<u8>| out.extend_from_slice(to.as_bytes());
        let said = (message.manner, &message.text);
        self.told_to(out, at, (Some(&message.from_name), &put_to), said);
    }

    fn told_to(
        &mut self,
        out: &mut Vec<u8>,
        at: Timestamp,
        (from, put_to): (Option<&Name>, PutParty<'_>),
        (manner, text): (Manner, &Text),
    ) {
        self.open(out, at);
        self.put_party(out, from);
        out.extend_from_slice(b" -> ");
        put_to(self, out);
        let end: &[u8] = match self.style.time {
            TimeStyle::Off => b"] ",
            _ => b": ",
        };
        out.extend_from_slice(end);
        if manner == Manner::Action {
            out.extend_from_slice(b"* ");
            self.put_party(out, from);
            out.push(b' ');
        }
        self.put_text(out, text);
        self.writer(out).end();
    }

    /// Writes a text without its end. Each line of a passage except the first has a mark, with
    /// which no other line begins.
    fn put_text(&self, out: &mut Vec<u8>, text: &Text) {
        if !text.is_passage() {
            return out.extend_from_slice(text.as_bytes());
        }
        for (number, line) in text.passage_lines().enumerate() {
            if number > 0 {
                self.writer(out).end();
                out.extend_from_slice(NEXT_LINE.as_bytes());
            }
            if number > 0 && !line.is_empty() {
                out.push(b' ');
            }
            out.extend_from_slice(line.as_bytes());
        }
    }

    /// `[14:03] `, or only the `[`.
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

/// The colour of a name: always the same, in any case and on every server (FNV-1a).
fn color(name: &Name) -> &'static str {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let hash = name.folded().bytes().fold(0x811c_9dc5, mix);
    COLORS[hash as usize % COLORS.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTRAST_MIN: f64 = 4.5;

    /// xterm's palette: a cube of six steps, then greys.
    fn rgb(index: u32) -> [u32; 3] {
        let step = |n| [0, 95, 135, 175, 215, 255][n as usize];
        match index {
            16..=231 => [36, 6, 1].map(|unit| step((index - 16) / unit % 6)),
            232..=255 => [8 + 10 * (index - 232); 3],
            _ => panic!("the first sixteen have no fixed colour"),
        }
    }

    /// WCAG 2: relative luminance.
    fn luminance(rgb: [u32; 3]) -> f64 {
        let linear = |part: u32| match f64::from(part) / 255.0 {
            part if part <= 0.04045 => part / 12.92,
            part => ((part + 0.055) / 1.055).powf(2.4),
        };
        let [red, green, blue] = rgb.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The lesser of the contrasts on black and on white.
    fn contrast(index: u32) -> f64 {
        let luminance = luminance(rgb(index));
        (1.05 / (luminance + 0.05)).min((luminance + 0.05) / 0.05)
    }

    #[test]
    fn names_can_be_read_on_black_and_on_white() {
        for color in COLORS {
            let index = color
                .strip_prefix("\x1b[38;5;")
                .and_then(|c| c.strip_suffix('m'));
            let index = index.and_then(|index| index.parse().ok()).unwrap();
            assert!(
                contrast(index) >= CONTRAST_MIN,
                "{index}: {}",
                contrast(index)
            );
        }
    }

    #[test]
    fn no_other_color_would_do() {
        let readable = (16..=255).filter(|&index| contrast(index) >= CONTRAST_MIN);
        assert_eq!(readable.count(), COLORS.len());
    }
}

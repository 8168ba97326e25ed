//! From the bytes of a connection to what a person did: a line, an interrupt, a resized window; or
//! to the lines of a program.
//!
//! This is the input half of the plain dialect, and the line splitting of the others: a program
//! speaks no telnet and no UTF-16, so every byte except a line end belongs to a line. It must not
//! know what a line means (names, commands and rooms come later), nor sockets, nor time.
//!
//! It is pulled, not pushed: [`Decoder::decode`] returns one input at a time and takes exactly the
//! bytes of that one. So a session that must wait for an answer just stops calling it and keeps the
//! rest, and there is no queue of inputs. Two facts shaped the rest. Nearly all input is whole
//! lines inside one read: those are borrowed from the caller's buffer and never copied. And nearly
//! all connections are idle: those own no memory beyond the [`Decoder`] itself, so a line that a
//! read cut in two has a buffer only until its end arrives, and a peer that never speaks telnet has
//! no telnet state.

mod editing;
mod encoding;
mod lines;
#[cfg(test)]
mod properties;
mod telnet;
#[cfg(test)]
mod tests;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

use editing::{DELETE, KILL};
pub(crate) use encoding::BOM;
use lines::Lines;
use telnet::{Heard, IAC, Telnet};
pub(crate) use telnet::{after_options, is_dont};

/// One thing that a person, or the program in their place, did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// A line with something in it, without its end and without a byte order mark. Borrowed from
    /// the bytes if it was whole in them.
    Line(Cow<'a, str>),
    /// An empty line, or one of white space. It says nothing, except where a bare Enter is an
    /// answer.
    Blank,
    /// A line of more bytes than allowed; the decoder has discarded it.
    TooLong {
        /// Bytes of the line without its end and its byte order mark.
        bytes: usize,
    },
    /// A line that is not UTF-8.
    NotUtf8 {
        /// It looks like Windows-1252.
        is_windows_1252: bool,
        /// The text before the first invalid byte.
        begins: Cow<'a, str>,
    },
    /// A line that looks like UTF-16.
    Utf16,
    /// A line in which telnet mistook a part of a character for a key. See [`Decoder`].
    Mangled,
    /// The interrupt or break key. The beginning of the line before it is discarded, as at a
    /// terminal.
    Interrupt,
    /// The size of the peer's window; 0 if the peer does not know it (RFC 1073).
    Window {
        /// Width in characters.
        columns: u16,
        /// Height in characters.
        rows: u16,
    },
}

/// Makes [`Input`]s from the bytes of one connection, however the network splits them.
///
/// It understands telnet (RFC 854) from peers that speak it, and never speaks it to others, whose
/// screens would show it. [`take_reply`](Self::take_reply) returns what to send.
///
/// inetutils telnet compares the low seven bits of what is typed with the keys that it handles
/// itself, so that in `ル` (E3 83 AB) it takes 83 for ^C, and sends an interrupt in its place. It
/// stops when it is asked for `BINARY`, which happens at once, but that line is lost: it comes out
/// as [`Input::Mangled`], without an [`Input::Interrupt`].
#[derive(Debug, Default)]
pub struct Decoder {
    lines: Lines,
    telnet: Option<Box<Telnet>>,
}

// A server keeps one for each of ten thousand idle sessions.
const _: () = assert!(size_of::<Decoder>() <= 24);

impl Decoder {
    /// A decoder for a client that is known to be a program. It only makes lines, to which every
    /// byte between two line ends belongs except for a byte order mark: an FF does not begin
    /// telnet, and a NUL is no sign of UTF-16.
    pub(crate) fn for_program() -> Self {
        Self {
            lines: Lines::of_program(),
            telnet: None,
        }
    }

    /// The next input, if `bytes` complete one; they then start after it. If there is none, all of
    /// them were taken.
    ///
    /// `bytes` are what the connection sent, from where the last call stopped. `line_bytes_max`
    /// bounds the bytes of a line without its end, and with it the memory in use: a line that
    /// arrives in pieces, with its byte order mark, may take twice as much.
    pub fn decode<'a>(&mut self, bytes: &mut &'a [u8], line_bytes_max: usize) -> Option<Input<'a>> {
        while let Some(&first) = bytes.first() {
            let is_telnet =
                !self.lines.is_of_program() && (first == IAC || self.is_inside_telnet());
            let input = if is_telnet {
                self.hear(first, bytes, line_bytes_max)
            } else {
                self.lines.read(bytes, self.is_telnet(), line_bytes_max)
            };
            if input.is_some() {
                return input;
            }
        }
        None
    }

    /// The last input, after the end of the connection's bytes: a line without a line end counts.
    /// To be called when [`decode`](Self::decode) has taken them all.
    pub fn finish(&mut self) -> Option<Input<'static>> {
        if self.telnet.as_mut().is_some_and(|telnet| telnet.finish()) {
            self.lines.push_literal(IAC, usize::MAX);
        }
        self.lines.finish(self.is_telnet())
    }

    /// Counts bytes that were taken and that no line has paid for, except for those that may still
    /// become one. Returns how many lines of `line_bytes_max` bytes to charge for now, and keeps
    /// the rest.
    pub fn owe(&mut self, bytes: usize, line_bytes_max: usize) -> usize {
        self.lines.owe(bytes, line_bytes_max)
    }

    /// Telnet bytes to send to the peer, if any, before anything that is said of the input.
    pub fn take_reply(&mut self) -> Option<Vec<u8>> {
        self.telnet.as_mut()?.take_reply()
    }

    /// True if the peer has spoken telnet.
    pub fn is_telnet(&self) -> bool {
        self.telnet
            .as_ref()
            .is_some_and(|telnet| telnet.is_spoken())
    }

    /// Whether the peer's screen needs CR LF: it is telnet, or a terminal in raw mode, whose Enter
    /// is a bare CR. A client that sends CR LF is a script, not a terminal, and gets LF.
    pub fn wants_crlf(&self) -> bool {
        self.is_telnet() || self.lines.has_bare_cr()
    }

    fn is_inside_telnet(&self) -> bool {
        self.telnet
            .as_ref()
            .is_some_and(|telnet| telnet.is_inside())
    }

    fn hear(&mut self, byte: u8, bytes: &mut &[u8], max: usize) -> Option<Input<'static>> {
        let heard = self.telnet.get_or_insert_default().hear(byte);
        if !matches!(heard, Heard::NotTelnet { .. } | Heard::Unread) {
            *bytes = &bytes[1..];
        }
        match heard {
            Heard::Nothing | Heard::Unread => {}
            Heard::Escape => self.lines.push_literal(IAC, max),
            Heard::NotTelnet { between } => {
                let bytes = core::iter::once(IAC).chain(between.into_iter().flatten());
                bytes.for_each(|byte| self.lines.push_literal(byte, max));
            }
            Heard::EraseCharacter => self.lines.edit(DELETE),
            Heard::EraseLine => self.lines.edit(KILL),
            Heard::Key => {
                self.lines.mangle();
            }
            Heard::Interrupt => return self.interrupt(),
            Heard::Window { columns, rows } => return Some(Input::Window { columns, rows }),
        }
        None
    }

    fn interrupt(&mut self) -> Option<Input<'static>> {
        if self.lines.mangle() {
            return None;
        }
        self.lines.clear();
        Some(Input::Interrupt)
    }
}

//! Splits text into lines.
//!
//! It must not know telnet, except that it must not read an IAC of a person's connection.
//!
//! A line ends in LF, CR LF, CR NUL or CR. After a CR it is unknown whether more of the line end
//! follows, and a person at a raw terminal waits for the answer now; so a CR ends the line at once,
//! and an LF or NUL that follows it, in whatever read, is skipped. A line that is not whole in one
//! read is gathered in a buffer, and one that is too long is only counted: no peer can make this
//! keep more than the longest line, and a refusal comes only after the whole line.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::{fmt, mem, str};

use memchr::{memchr2, memchr3};

use super::Input;
use super::editing::corrected;
use super::encoding::{BOM, is_utf16, is_windows_1252, without_bom};
use super::telnet::IAC;

const NUL: u8 = 0;
const LF: u8 = b'\n';
const CR: u8 = b'\r';

/// The state of a connection's line splitting.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Boxed, since nearly every line comes in one piece.
    pending: Option<Box<Pending>>,
    /// The last byte was a CR, whose LF or NUL may follow.
    after_cr: bool,
    /// A CR has ended a line without an LF.
    bare_cr: bool,
    /// Bytes that may belong to the UTF-16 CR LF whose CR has ended a line.
    utf16_rest: u8,
    /// The peer is a program: it speaks neither telnet nor UTF-16.
    is_of_program: bool,
    /// Bytes that no line has paid for. It is here since there is space.
    unpaid: u32,
}

/// The part of an unfinished line that has arrived.
enum Pending {
    Text(Vec<u8>),
    RefusedLine(RefusedLine),
}

impl fmt::Debug for Pending {
    /// Without the text, which may be half a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::RefusedLine(refused) => refused.fmt(f),
        }
    }
}

/// A line that will be refused, whatever follows.
#[derive(Clone, Copy, Debug)]
struct RefusedLine {
    reason: Reason,
    bytes: usize,
    /// Continuation bytes that the last character still lacks.
    lacks: u8,
}

#[derive(Clone, Copy, Debug)]
enum Reason {
    TooLong,
    Mangled,
}

impl Lines {
    pub(super) fn of_program() -> Self {
        Self {
            is_of_program: true,
            ..Self::default()
        }
    }

    pub(super) fn is_of_program(&self) -> bool {
        self.is_of_program
    }

    /// Takes bytes up to the end of a line, or up to an IAC, or all. The first is no IAC. In a
    /// program's lines an IAC is text. Each line of a terminal is typed, however it ends.
    pub(super) fn read<'a>(
        &mut self,
        bytes: &mut &'a [u8],
        is_terminal: bool,
        max: usize,
    ) -> Option<Input<'a>> {
        if self.after_cr {
            self.pass_over_line_end(bytes);
        }
        if self.utf16_rest > 0 && !self.pass_over_utf16_end(bytes) {
            return None;
        }
        let end = match self.is_of_program {
            true => memchr2(LF, CR, bytes),
            false => memchr3(LF, CR, IAC, bytes),
        };
        let end = end.unwrap_or(bytes.len());
        let (text, rest) = bytes.split_at(end);
        let (end_bytes, is_typed) = match rest {
            [CR, LF, ..] => (2, true),
            [CR, ..] => {
                self.after_cr = true;
                (1, true)
            }
            [LF, ..] => (1, is_terminal),
            _ => {
                *bytes = rest;
                self.push(text, max);
                return None;
            }
        };
        *bytes = &rest[end_bytes..];
        let input = self.end(text, is_typed, max);
        if self.after_cr && matches!(input, Input::Utf16) {
            self.utf16_rest = 2;
        }
        Some(input)
    }

    /// Takes bytes that belong to the line, whatever they are.
    fn push(&mut self, mut bytes: &[u8], max: usize) {
        let pending = self.pending.get_or_insert_default();
        if let Pending::Text(text) = &mut **pending {
            // The mark first: it does not count, even if the network has split it.
            let missing = BOM.len().saturating_sub(text.len()).min(bytes.len());
            text.extend_from_slice(&bytes[..missing]);
            bytes = &bytes[missing..];
            if without_bom(text).len().saturating_add(bytes.len()) <= max {
                return text.extend_from_slice(bytes);
            }
        }
        self.refuse(self.refused(Reason::TooLong).and(bytes));
    }

    /// Takes a byte that [`read`](Self::read) would not.
    pub(super) fn push_literal(&mut self, byte: u8, max: usize) {
        self.bare_cr |= mem::take(&mut self.after_cr);
        self.utf16_rest = 0;
        self.push(&[byte], max);
    }

    /// Refuses the line and returns true, if it lacks a byte where a key was reported.
    ///
    /// The key stands for that byte: `ッ` is E3 83 83, and arrives as E3 and two interrupts.
    pub(super) fn mangle(&mut self) -> bool {
        const LOST: u8 = 0x83;
        let refused = self.refused(Reason::Mangled);
        let is_mangled = refused.lacks > 0;
        if is_mangled {
            self.refuse(refused.and(&[LOST]));
        }
        is_mangled
    }

    /// Applies a key to what there is of the line, unless it stands for a part of a character.
    pub(super) fn edit(&mut self, key: u8) {
        if self.mangle() {
            return;
        }
        if let Some(Pending::Text(text)) = self.pending.as_deref_mut() {
            text.push(key);
            *text = corrected(text).unwrap_or_default();
        }
    }

    /// See [`Decoder::owe`](super::Decoder::owe).
    pub(super) fn owe(&mut self, bytes: usize, max: usize) -> usize {
        let unfinished = match self.pending.as_deref() {
            Some(Pending::Text(text)) => text.len(),
            Some(Pending::RefusedLine(_)) | None => 0,
        };
        let unpaid = self.unpaid as usize + bytes.saturating_sub(unfinished);
        self.unpaid = (unpaid % max) as u32;
        unpaid / max
    }

    /// Forgets the line.
    pub(super) fn clear(&mut self) {
        self.pending = None;
    }

    /// Ends the line where the bytes end, if it has begun.
    pub(super) fn finish(&mut self, is_terminal: bool) -> Option<Input<'static>> {
        self.has_begun().then(|| self.end_pending(is_terminal))
    }

    /// Whether CR alone, or with a NUL, is this peer's line end, as far as known.
    pub(super) fn has_bare_cr(&self) -> bool {
        self.bare_cr || self.after_cr
    }

    #[cfg(test)]
    pub(super) fn memory_bytes(&self) -> usize {
        match self.pending.as_deref() {
            Some(Pending::Text(text)) => text.capacity(),
            _ => 0,
        }
    }

    fn pass_over_line_end(&mut self, bytes: &mut &[u8]) {
        self.after_cr = false;
        let is_crlf = bytes.starts_with(&[LF]);
        self.bare_cr |= !is_crlf;
        if is_crlf {
            // The line end is complete, however the network has split it: in UTF-16 a NUL comes in
            // between.
            self.utf16_rest = 0;
        }
        if let [LF | NUL, rest @ ..] = bytes {
            *bytes = rest;
        }
    }

    /// Skips the rest of a CR LF in UTF-16, a NUL and an LF in either order: it is no line of its
    /// own. Returns whether there is more.
    fn pass_over_utf16_end(&mut self, bytes: &mut &[u8]) -> bool {
        while let ([LF | NUL, rest @ ..], 1..) = (*bytes, self.utf16_rest) {
            *bytes = rest;
            self.utf16_rest -= 1;
        }
        // What telnet says in between does not count.
        if bytes.first().is_some_and(|byte| *byte != IAC) {
            self.utf16_rest = 0;
        }
        !bytes.is_empty()
    }

    /// `is_typed` says whether the line ended the way a key ends one.
    fn end<'a>(&mut self, text: &'a [u8], is_typed: bool, max: usize) -> Input<'a> {
        if self.has_begun() {
            self.push(text, max);
            return self.end_pending(is_typed);
        }
        let text = without_bom(text);
        match text.len() > max {
            true => Input::TooLong { bytes: text.len() },
            false => self.line(text, is_typed),
        }
    }

    fn end_pending(&mut self, is_typed: bool) -> Input<'static> {
        match self.pending.take().as_deref() {
            None => Input::Blank,
            Some(Pending::Text(text)) => into_owned(self.line(without_bom(text), is_typed)),
            Some(Pending::RefusedLine(RefusedLine {
                reason: Reason::Mangled,
                ..
            })) => Input::Mangled,
            Some(Pending::RefusedLine(RefusedLine { bytes, .. })) => {
                Input::TooLong { bytes: *bytes }
            }
        }
    }

    /// A whole line as an input.
    fn line<'a>(&self, bytes: &'a [u8], is_typed: bool) -> Input<'a> {
        if !self.is_of_program && is_utf16(bytes) {
            return Input::Utf16;
        }
        if is_typed
            && !self.is_of_program
            && let Some(left) = corrected(bytes)
        {
            return into_owned(in_utf8(&left));
        }
        in_utf8(bytes)
    }

    pub(super) fn has_begun(&self) -> bool {
        match self.pending.as_deref() {
            None => false,
            Some(Pending::Text(text)) => !text.is_empty(),
            Some(Pending::RefusedLine(_)) => true,
        }
    }

    /// The line as a refused one; the first reason counts.
    fn refused(&self, reason: Reason) -> RefusedLine {
        let text: &[u8] = match self.pending.as_deref() {
            Some(Pending::RefusedLine(refused)) => return *refused,
            Some(Pending::Text(text)) => text,
            None => &[],
        };
        let nothing = RefusedLine {
            reason,
            bytes: 0,
            lacks: 0,
        };
        nothing.and(without_bom(text))
    }

    fn refuse(&mut self, refused: RefusedLine) {
        **self.pending.get_or_insert_default() = Pending::RefusedLine(refused);
    }
}

impl Default for Pending {
    fn default() -> Self {
        Self::Text(Vec::new())
    }
}

impl RefusedLine {
    fn and(self, bytes: &[u8]) -> Self {
        Self {
            bytes: self.bytes.saturating_add(bytes.len()),
            lacks: lacks(self.lacks, bytes),
            ..self
        }
    }
}

/// A line that is not UTF-16. One that somebody has edited is not: they have keys.
fn in_utf8(bytes: &[u8]) -> Input<'_> {
    match str::from_utf8(bytes) {
        Ok(text) if text.trim_start().is_empty() => Input::Blank,
        Ok(text) => Input::Line(Cow::Borrowed(text)),
        Err(error) => Input::NotUtf8 {
            is_windows_1252: is_windows_1252(bytes),
            begins: str::from_utf8(&bytes[..error.valid_up_to()])
                .unwrap_or_default()
                .into(),
        },
    }
}

fn into_owned(input: Input<'_>) -> Input<'static> {
    match input {
        Input::Line(text) => Input::Line(Cow::Owned(text.into_owned())),
        Input::Blank => Input::Blank,
        Input::TooLong { bytes } => Input::TooLong { bytes },
        Input::Utf16 => Input::Utf16,
        Input::NotUtf8 {
            is_windows_1252,
            begins,
        } => Input::NotUtf8 {
            is_windows_1252,
            begins: Cow::Owned(begins.into_owned()),
        },
        Input::Mangled => Input::Mangled,
        Input::Interrupt => Input::Interrupt,
        Input::Window { columns, rows } => Input::Window { columns, rows },
    }
}

/// How many continuation bytes the last character lacks after `bytes` (RFC 3629), if it lacked
/// `before` of them before.
fn lacks(before: u8, bytes: &[u8]) -> u8 {
    // No character is longer, and a peer must not make every key scan a whole line.
    let bytes = &bytes[bytes.len().saturating_sub(4)..];
    let is_lead = |byte: &u8| !matches!(byte, 0x80..=0xBF);
    let lead = bytes.iter().rposition(is_lead);
    let (due, tail) = match lead {
        None => (before, bytes.len()),
        Some(at) => (continuation_bytes(bytes[at]), bytes.len() - at - 1),
    };
    due.saturating_sub(u8::try_from(tail).unwrap_or(u8::MAX))
}

fn continuation_bytes(lead: u8) -> u8 {
    match lead {
        0xC2..=0xDF => 1,
        0xE0..=0xEF => 2,
        0xF0..=0xF4 => 3,
        _ => 0,
    }
}

//! The arguments of a command: words, names and texts, taken from the front.

use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::limits::NOTE_BYTES_MAX;
use chinwag_core::{Name, NameError, RoomName, Text};

use crate::plain::request::{EchoedInput, ParseError};
use crate::plain::table::CommandSpec;

/// The rest of a line after its command.
pub(in crate::plain) struct Arguments<'a> {
    spec: &'static CommandSpec,
    rest: &'a str,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(spec: &'static CommandSpec, rest: &'a str) -> Self {
        Self {
            spec,
            rest: rest.trim(),
        }
    }

    /// The error for arguments that the command does not accept.
    pub(super) fn usage(&self) -> ParseError {
        ParseError::Usage(self.spec)
    }

    /// The part that has not been taken yet, without white space around it.
    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// The part that has not been taken yet, as a keyword: in lower case.
    pub(super) fn keyword(&self) -> String {
        self.rest.to_ascii_lowercase()
    }

    /// The next word, without taking it.
    pub(super) fn peek(&self) -> Option<&'a str> {
        self.rest.split_whitespace().next()
    }

    /// Takes the next word, if there is one.
    pub(super) fn next(&mut self) -> Option<&'a str> {
        let word = self.peek()?;
        self.rest = self.rest[word.len()..].trim_start();
        Some(word)
    }

    /// Takes the next term of a search.
    pub(super) fn next_term(&mut self) -> Option<&'a str> {
        let (term, rest) = take_term(self.rest)?;
        self.rest = rest;
        Some(term)
    }

    /// Takes the next word.
    pub(super) fn word(&mut self) -> Result<&'a str, ParseError> {
        self.next().ok_or_else(|| self.usage())
    }

    /// The only word.
    pub(super) fn only_word(mut self) -> Result<&'a str, ParseError> {
        let word = self.word()?;
        self.end().map(|()| word)
    }

    /// Takes a name as typed: the chat finds out whose it is, or was probably meant to be.
    pub(super) fn typed_name(&mut self) -> Result<String, ParseError> {
        self.word().map(String::from)
    }

    /// No room may follow: the command acts in the one that the person talks in.
    pub(super) fn here(&self) -> Result<(), ParseError> {
        match self.peek().and_then(named_room) {
            Some(room) => Err(self.elsewhere(room)),
            None => Ok(()),
        }
    }

    /// The error for a room that may not be named.
    pub(super) fn elsewhere(&self, room: RoomName) -> ParseError {
        let command = match self.spec.name {
            "mute" => "mute NAME here",
            "unmute" => "unmute NAME here",
            name => name,
        };
        ParseError::Elsewhere { command, room }
    }

    /// The reason of something done here, which may begin with a room but not be one: `from #dev` names one too.
    /// `here` alone says nothing more.
    pub(super) fn note_here(&self) -> Result<Option<Text>, ParseError> {
        let words: Vec<&str> = self.rest.split_whitespace().collect();
        let named = match words[..] {
            [word] if word.eq_ignore_ascii_case("here") => return Ok(None),
            [word] => Some(word),
            [at, word] if ["from", "in"].iter().any(|it| at.eq_ignore_ascii_case(it)) => Some(word),
            _ => None,
        };
        match named.and_then(named_room) {
            Some(room) => Err(self.elsewhere(room)),
            None => self.note(),
        }
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Result<(), ParseError> {
        match self.rest.is_empty() {
            true => Ok(()),
            false => Err(self.usage()),
        }
    }

    /// The rest as a text of any length.
    pub(super) fn text(&self) -> Result<Text, ParseError> {
        Text::parse(self.rest).ok_or_else(|| self.usage())
    }

    /// The rest as a text of at most `bytes_max` bytes, if there is any.
    pub(super) fn text_up_to(&self, bytes_max: usize) -> Result<Option<Text>, ParseError> {
        let text = Text::parse(self.rest);
        // Escapes count, since the shown form must fit beside other text.
        match text.as_ref().map(|text| text.len()) {
            Some(bytes) if bytes > bytes_max => Err(ParseError::TooLong { bytes, bytes_max }),
            _ => Ok(text),
        }
    }

    /// The rest as a reason or the like, if there is any.
    pub(super) fn note(&self) -> Result<Option<Text>, ParseError> {
        self.text_up_to(NOTE_BYTES_MAX)
    }
}

/// The first term of a search, and the rest: a word, or a phrase in quotation marks, with a `-` or a
/// `key:` before it or a `*` after it. A phrase without a closing mark extends to the end.
pub(in crate::plain) fn take_term(typed: &str) -> Option<(&str, &str)> {
    let typed = typed.trim_start();
    let positive = typed.strip_prefix('-').unwrap_or(typed);
    let (key, value) = positive.split_once(':').unwrap_or_default();
    let has_key = !key.is_empty() && key.chars().all(char::is_alphabetic);
    let positive = if has_key { value } else { positive };
    let end = match positive.strip_prefix(is_quote) {
        Some(phrase) => {
            let behind = phrase.split_once(is_quote).map_or("", |(_, behind)| behind);
            typed.len() - behind.len() + usize::from(behind.starts_with('*'))
        }
        None => typed.find(char::is_whitespace).unwrap_or(typed.len()),
    };
    let (term, rest) = typed.split_at(end);
    (!term.is_empty()).then(|| (term, rest.trim_start()))
}

/// Quotation marks, including those that phones substitute: the same as the store's.
pub(crate) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

/// Reads a name.
pub(super) fn name(text: &str) -> Result<Name, ParseError> {
    Name::parse(text).map_err(|error| match error {
        NameError::Malformed => ParseError::BadName,
        NameError::Reserved => ParseError::ReservedName(EchoedInput::new(text.trim())),
    })
}

/// Reads the name of somebody who may have registered it before it was reserved.
pub(super) fn known_name(text: &str) -> Result<Name, ParseError> {
    Name::known(text).ok_or(ParseError::BadName)
}

/// The room that a word names by its `#`.
fn named_room(word: &str) -> Option<RoomName> {
    let room = RoomName::parse(word).ok();
    room.filter(|_| word.starts_with('#'))
}

/// Reads a room's name.
pub(super) fn room(text: &str) -> Result<RoomName, ParseError> {
    RoomName::parse(text).map_err(|_| ParseError::BadRoomName)
}

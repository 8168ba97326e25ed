//! Parsing one line: tags, a command and its parameters (modern.ircdocs.horse, "Messages").

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::Text;
use chinwag_core::limits::TAG_BYTES_MAX;

/// Bytes of a line without its tags and its end.
pub(super) const BODY_BYTES_MAX: usize = 510;

/// A line, lent from the input.
#[derive(Debug)]
pub struct Message<'a> {
    /// The tags, without the `@`.
    pub tags: &'a str,
    /// The command, as written.
    pub command: &'a str,
    /// Its parameters.
    pub params: Vec<&'a str>,
}

/// Why a line cannot be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineError {
    /// Its tags, or the rest of it, have too many bytes.
    TooLong,
    /// It has no command.
    Empty,
}

impl<'a> Message<'a> {
    /// Parses a line without its end.
    ///
    /// # Errors
    /// A [`LineError`] says why it cannot be parsed.
    pub fn parse(line: &'a str) -> Result<Self, LineError> {
        let (tags, rest) = match line.strip_prefix('@') {
            Some(tagged) => tagged.split_once(' ').unwrap_or((tagged, "")),
            None => ("", line),
        };
        let rest_bytes = rest.len();
        if tags.len() + 2 > TAG_BYTES_MAX || rest_bytes > BODY_BYTES_MAX {
            return Err(LineError::TooLong);
        }
        let mut rest = rest.trim_start_matches(' ');
        if rest.starts_with(':') {
            // A source, which only servers may choose.
            rest = rest.split_once(' ').map_or("", |(_, rest)| rest);
        }
        let (command, mut rest) = next_word(rest);
        if command.is_empty() {
            return Err(LineError::Empty);
        }
        let mut params = Vec::new();
        // More than the fifteen of RFC 2812: a MODE has one for each change, and the length of the
        // line bounds them.
        while !rest.is_empty() {
            let (param, behind) = match rest.strip_prefix(':') {
                Some(trailing) => (trailing, ""),
                None => next_word(rest),
            };
            params.push(param);
            rest = behind;
        }
        Ok(Self {
            tags,
            command,
            params,
        })
    }

    /// Parses the beginning of a line that cannot be parsed as a whole, to answer it.
    pub(super) fn begin(line: &'a str) -> Option<Self> {
        let tags = match line.starts_with('@') {
            true => line
                .split_once(' ')
                .map_or(line.len(), |(tags, _)| tags.len() + 1),
            false => 0,
        };
        let end = line.floor_char_boundary(tags + BODY_BYTES_MAX);
        Self::parse(&line[..end]).ok()
    }

    /// A parameter that is present and not empty.
    pub(super) fn param(&self, place: usize) -> Option<&'a str> {
        self.params
            .get(place)
            .copied()
            .filter(|param| !param.is_empty())
    }

    /// A list of targets, if there is one between its commas.
    pub(super) fn list(&self, place: usize) -> Option<&'a str> {
        self.param(place).filter(|list| list.contains(|c| c != ','))
    }

    /// Everything from a parameter on, if there is anything: a password with blanks, from a client
    /// that puts no colon before it.
    pub(super) fn rest(&self, place: usize) -> Option<Cow<'a, str>> {
        match self.params.get(place..)? {
            [] | [""] => None,
            [only] => Some(Cow::Borrowed(only)),
            several => Some(Cow::Owned(several.join(" "))),
        }
    }

    /// The value of a tag, unescaped; empty if it has none.
    pub fn tag(&self, name: &str) -> Option<Cow<'a, str>> {
        tag(self.tags, name)
    }

    /// The client-only tags as received, to pass on. Of several with one name only the last counts
    /// (IRCv3, message tags). Drops malformed ones: without a name, or with a character that a
    /// terminal might obey.
    pub(super) fn client_tags(&self) -> String {
        if self.tags.is_empty() {
            return String::new();
        }
        let mut names = BTreeSet::new();
        let tags = self.tags.rsplit(';');
        let last = tags.filter(|tag| names.insert(name_of(tag)));
        let mut kept: Vec<&str> = last.filter(|tag| is_client_tag(tag)).collect();
        kept.reverse();
        kept.join(";")
    }
}

/// The first word of what a client has typed, as a parameter that others follow. An empty one would
/// shift them.
pub(super) fn shown(typed: &str) -> &str {
    let mut words = typed.split(' ').map(|word| word.trim_start_matches(':'));
    words.find(|word| !word.is_empty()).unwrap_or("*")
}

/// The value of one of several tags, unescaped; empty if it has none.
pub(super) fn tag<'a>(tags: &'a str, name: &str) -> Option<Cow<'a, str>> {
    // The last of several counts.
    let mut tags = tags.split(';').rev();
    tags.find_map(|tag| {
        let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
        (key == name).then(|| unescape(value))
    })
}

/// The name of a tag, with its `+`.
fn name_of(tag: &str) -> &str {
    tag.split('=').next().unwrap_or_default()
}

fn is_client_tag(tag: &str) -> bool {
    let named = tag.strip_prefix('+');
    named.is_some_and(|name| !name.is_empty() && !name.starts_with('='))
        && !tag.contains(|c| c == '\t' || Text::is_active(c))
}

/// The first word, and what follows the blanks after it.
fn next_word(text: &str) -> (&str, &str) {
    match text.split_once(' ') {
        Some((word, rest)) => (word, rest.trim_start_matches(' ')),
        None => (text, ""),
    }
}

/// The value of an escaped one (IRCv3, message tags, "Escaping values").
fn unescape(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (c, false) => out.push(c),
            (_, true) => match chars.next() {
                Some(':') => out.push(';'),
                Some('s') => out.push(' '),
                Some('r') => out.push('\r'),
                Some('n') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
        }
    }
    Cow::Owned(out)
}

/// Writes the value of a tag.
pub(super) fn escape_into(out: &mut Vec<u8>, value: &str) {
    for byte in value.bytes() {
        match byte {
            b';' => out.extend_from_slice(b"\\:"),
            b' ' => out.extend_from_slice(b"\\s"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\n' => out.extend_from_slice(b"\\n"),
            byte => out.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_shown_as_one_parameter() {
        for (typed, expected) in [
            ("a", "a"),
            ("a b", "a"),
            ("  b", "b"),
            ("::a:", "a:"),
            (": x", "x"),
            (":", "*"),
            (" ", "*"),
            ("", "*"),
        ] {
            assert_eq!(shown(typed), expected, "{typed:?}");
        }
    }
    use proptest::prelude::*;

    #[track_caller]
    fn check(line: &str, command: &str, params: &[&str]) {
        let message = Message::parse(line).expect("a message");
        assert_eq!((message.command, &*message.params), (command, params));
    }

    #[test]
    fn a_line_is_a_command_and_its_parameters() {
        check("PING", "PING", &[]);
        check(
            ":me PRIVMSG #dev :hello there",
            "PRIVMSG",
            &["#dev", "hello there"],
        );
        check("@a=b;c  NICK  ann  ", "NICK", &["ann"]);
        check("USER a 0 * :", "USER", &["a", "0", "*", ""]);
        check("A 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", "A", &{
            [
                "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15",
                "16",
            ]
        });
    }

    #[test]
    fn what_is_none_is_refused() {
        for line in ["", " ", ":only", "@tags"] {
            assert_eq!(
                Message::parse(line).err(),
                Some(LineError::Empty),
                "{line:?}"
            );
        }
        let long = "x".repeat(BODY_BYTES_MAX + 1);
        assert_eq!(Message::parse(&long).err(), Some(LineError::TooLong));
    }

    #[test]
    fn tags_are_unescaped() {
        let message = Message::parse("@label=a\\sb\\:;+x=1;+y;label PING").expect("a message");
        assert_eq!(message.tag("label").as_deref(), Some(""));
        assert_eq!(message.tag("none"), None);
        assert_eq!(message.client_tags(), "+x=1;+y");
        let message =
            Message::parse("@+;+=x;+a=\x1b[2J;+b\x07;+c=\u{9b};+e=\u{202e};+f=\t;+d=ok PING");
        assert_eq!(message.expect("a message").client_tags(), "+d=ok");
        let message = Message::parse("@l=a\\sb\\:\\q\\ PING").expect("a message");
        assert_eq!(message.tag("l").as_deref(), Some("a b;q"));
    }

    proptest! {
        #[test]
        fn a_value_comes_back(value in "[a;\\\\ \r\n]{0,9}") {
            let mut out = alloc::vec![];
            escape_into(&mut out, &value);
            let escaped = String::from_utf8(out).expect("text");
            prop_assert_eq!(&*unescape(&escaped), &*value);
        }

        #[test]
        fn no_line_is_too_odd(line in "[@: a=;\\\\é]{0,40}") {
            if let Ok(message) = Message::parse(&line) {
                prop_assert!(!message.command.is_empty());
                message.tag("a");
                message.client_tags();
            }
        }
    }
}

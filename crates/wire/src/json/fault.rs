//! What is wrong with a line, in our own words, which name the key and the expected form. The
//! parser knows the place, but its messages are written for people who write parsers.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::Text;

use super::value::ValueError;

/// Bytes of a sentence about an invalid line.
const ERROR_BYTES_MAX: usize = 500;

/// See the [module](self).
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) text: String,
    pub(super) column: usize,
}

impl Fault {
    pub(super) fn of(line: &str, error: &serde_json::Error) -> Self {
        let whole = format!("{error}");
        // The place is reported separately.
        let told = &whole[..whole.rfind(" at line ").unwrap_or(whole.len())];
        let (code, text) = match ValueError::code_of(told) {
            Some(code) => (code, told.into()),
            None if error.is_data() => ("bad_command", about_command(told, line, error.column())),
            None => ("not_json", about_json(told).into()),
        };
        Self {
            code,
            text: harmless(&text),
            // An error in the first byte is found before that byte is taken.
            column: error.column().max(1),
        }
    }
}

/// The sentence, which may have words of the client's, shortened and without control characters.
fn harmless(text: &str) -> String {
    let end = text.floor_char_boundary(ERROR_BYTES_MAX);
    Text::parse(&text[..end]).map_or_else(Default::default, |text| (*text).into())
}

/// What is wrong with an object that is no command.
fn about_command(told: &str, line: &str, column: usize) -> String {
    let is_unknown = told.starts_with("unknown field ") || told.starts_with("unknown variant ");
    if is_unknown {
        return about_unknown_key(told);
    }
    if let Some(key) = told.strip_prefix("missing field ") {
        return format!("the key {key} is missing");
    }
    if let Some(key) = told.strip_prefix("duplicate field ") {
        return format!("the key {key} stands there twice");
    }
    let wanted = told.rsplit_once(", expected ");
    match wanted.filter(|_| told.starts_with("invalid ")) {
        Some((_, wanted)) => {
            let wanted = in_words(wanted);
            match key_at(line, column) {
                Some(key) => format!("`{key}` must be {wanted}"),
                None => format!("a line must be {wanted}"),
            }
        }
        // These words are ours.
        None => told.into(),
    }
}

/// "unknown field `a`, expected one of `b`, `c`", or "unknown field `a`, there are no fields".
fn about_unknown_key(told: &str) -> String {
    let quoted = told.find('`').map_or(told, |start| &told[start..]);
    match quoted.rsplit_once(", expected ") {
        Some((key, known)) => {
            let known = known.strip_prefix("one of ").unwrap_or(known);
            format!("unknown key {key}; known here: {known}")
        }
        None => {
            let key = quoted.strip_suffix(", there are no fields");
            format!("unknown key {}; none is known here", key.unwrap_or(quoted))
        }
    }
}

/// What serde expects, as JSON names it.
fn in_words(wanted: &str) -> &str {
    match wanted.split(' ').next() {
        Some("usize" | "u64") => "a whole number from 0 to 18446744073709551615",
        Some("u32") => "a whole number from 0 to 4294967295",
        _ if wanted == "a nonzero u32" => "a whole number from 1 to 4294967295",
        _ if wanted == "a nonzero usize" => "a whole number from 1 to 18446744073709551615",
        Some("i64" | "i32") => "a whole number",
        Some("struct" | "map") => "an object",
        Some("enum") => "an object with one setting",
        Some("string" | "str") => "a text",
        Some("sequence") => "a list",
        Some("boolean") => "true or false",
        _ if wanted == "a string" => "a text",
        _ if wanted == "a boolean" => "true or false",
        _ => wanted,
    }
}

/// The key of the value at a place, or around it.
fn key_at(line: &str, column: usize) -> Option<&str> {
    // The last key of each open object.
    let mut open: Vec<Option<&str>> = Vec::new();
    let (mut string, mut is_escaped, mut last) = (None, false, None);
    for (at, byte) in line.bytes().enumerate().take(column) {
        match (string, byte) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some(_), b'\\') => is_escaped = true,
            (Some(start), b'"') => (string, last) = (None, line.get(start..at)),
            (Some(_), _) => {}
            (None, b'"') => string = Some(at + 1),
            (None, b'{') => open.push(None),
            (None, b'}') => drop(open.pop()),
            (None, b':') => {
                if let Some(key) = open.last_mut() {
                    *key = last;
                }
            }
            _ => {}
        }
    }
    open.into_iter().rev().flatten().next()
}

/// What is wrong with a line that is no JSON.
fn about_json(told: &str) -> &'static str {
    match told {
        "EOF while parsing a list" => "the line ends within a list",
        "EOF while parsing an object" => "the line ends within an object",
        "EOF while parsing a string" => {
            "the line ends within a text: its quotation mark is missing"
        }
        "EOF while parsing a value" => "the line ends where a value is to stand",
        "expected `:`" => "a `:` must stand between a key and its value",
        "expected `,` or `]`" => "a `,` or a `]` must stand there",
        "expected `,` or `}`" => "a `,` or a `}` must stand there",
        "expected value" | "expected ident" => {
            "a value must stand there: true, false, null, a number, a text in quotation marks, a list or an object"
        }
        "key must be a string" => "a key must stand there, in quotation marks",
        "trailing characters" => "one line has one object, and nothing behind it",
        "invalid number" => "that is no number",
        "number out of range" => "that number is too large",
        _ if told.starts_with("control character") => {
            "a text has a control character in it, which is written as \\n or \\u0007"
        }
        "lone leading surrogate in hex escape" | "unexpected end of hex escape" => {
            "a text has half of a pair such as \\ud83d\\ude00 in it, which is no character alone"
        }
        _ if told.contains("escape") || told.contains("code point") => {
            "a text has a \\ in it that begins nothing: a \\ itself is written as \\\\"
        }
        _ => "the line is no JSON",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::request::read;

    #[track_caller]
    fn check(line: &str, code: &str, text: &str) {
        let error = read(line)
            .err()
            .unwrap_or_else(|| panic!("a command: {line}"));
        let fault = Fault::of(line, &error.error);
        assert_eq!((fault.code, &*fault.text), (code, text), "{line}");
    }

    /// Lines that are JSON and no command, and what is told of them.
    const NO_COMMANDS: &[(&str, &str)] = &[
        ("[1]", "a line must be an object with one command in it"),
        ("null", "a line must be an object with one command in it"),
        ("\"say\"", "a line must be an object with one command in it"),
        ("{}", "there is no command"),
        ("{\"shout\":{}}", "unknown command `shout`"),
        ("{\"rooms\":null}", "`rooms` must be an object"),
        ("{\"say\":[\"#lobby\",\"x\"]}", "`say` must be an object"),
        (
            "{\"rooms\":{},\"id\":-1}",
            "`id` must be a whole number from 0 to 18446744073709551615 or a text of at most 64 bytes",
        ),
        (
            "{\"rooms\":{},\"id\":{}}",
            "`id` must be a whole number from 0 to 18446744073709551615 or a text of at most 64 bytes",
        ),
        (
            "{\"id\":1,\"id\":2,\"rooms\":{}}",
            "the key `id` stands there twice",
        ),
        (
            "{\"say\":{\"room\":\"#a\",\"room\":\"#b\"}}",
            "the key `room` stands there twice",
        ),
        (
            "{\"back\":{},\"rooms\":{}}",
            "one command a line, and no more",
        ),
        (
            "{\"back\":{},\"extra\":1,\"id\":5}",
            "unknown key `extra`; beside the command there is `id`",
        ),
        (
            "{\"back\":{\"x\":1}}",
            "unknown key `x`; none is known here",
        ),
        (
            "{\"join\":{\"rom\":1}}",
            "unknown key `rom`; known here: `room` or `password`",
        ),
        (
            "{\"who\":{\"a, expected b\":1}}",
            "unknown key `a, expected b`; known here: `room`",
        ),
        (
            "{\"say\":{\"txt\":1}}",
            "unknown key `txt`; known here: `room`, `text`, `key`",
        ),
        ("{\"say\":{\"text\":\"x\"}}", "the key `room` is missing"),
        (
            "{\"say\":{\"room\":\"#a\",\"text\":7}}",
            "`text` must be lines of text",
        ),
        (
            "{\"say\":{\"text\":{\"room\":1}}}",
            "`text` must be lines of text",
        ),
        (
            "{\"say\":{\"text\":[\"room\"]}}",
            "`text` must be lines of text",
        ),
        ("{\"tell\":{\"to\":null}}", "`to` must be a text"),
        (
            "{\"lock\":{\"on\":\"yes, expected so\"}}",
            "`on` must be true or false",
        ),
        (
            "{\"set_topic\":{\"text\":true}}",
            "`text` must be a line of at most 390 bytes, or null",
        ),
        (
            "{\"history\":{\"room\":\"#\\\"a\\\\\",\"limit\":0}}",
            "a room's name is 1 to 32 letters, digits, - _ or ., behind a # or alone",
        ),
        (
            "{\"history\":{\"limit\":0}}",
            "`limit` must be a whole number from 1 to 18446744073709551615",
        ),
        (
            "{\"history\":{\"after\":1.5}}",
            "`after` must be the number of an event, or a time",
        ),
        (
            "{\"set_room\":{\"setting\":{}}}",
            "`setting` must be an object with one setting",
        ),
        (
            "{\"set_room\":{\"setting\":true}}",
            "`setting` must be an object with one setting",
        ),
        (
            "{\"set_room\":{\"setting\":{\"closed\":1}}}",
            "`closed` must be true or false",
        ),
        (
            "{\"set_room\":{\"setting\":{\"limit\":-3}}}",
            "`limit` must be a whole number from 1 to 4294967295",
        ),
        (
            "{\"ban\":{\"target\":\"bob\",\"seconds\":0}}",
            "`seconds` must be a whole number from 1 to 3153600000: a century",
        ),
        (
            "{\"bar\":{\"seconds\":3153600001}}",
            "`seconds` must be a whole number from 1 to 3153600000: a century",
        ),
        (
            "{\"mute\":{\"seconds\":\"10m\"}}",
            "`seconds` must be a whole number from 1 to 3153600000: a century",
        ),
    ];

    #[test]
    fn a_command_that_is_none_is_told_its_key_and_the_form_that_is_wanted() {
        for (line, text) in NO_COMMANDS {
            check(line, "bad_command", text);
        }
        let error = read("{\"set_room\":{\"setting\":{\"open\":true}}}").expect_err("no setting");
        let fault = Fault::of("", &error.error);
        assert!(
            fault
                .text
                .starts_with("unknown key `open`; known here: `closed`, "),
            "{}",
            fault.text
        );
    }

    #[test]
    fn no_word_of_the_parsers_is_told_of_what_is_no_json() {
        for (line, text) in [
            ("{\"a\":[1", "the line ends within a list"),
            ("{\"a\":1", "the line ends within an object"),
            (
                "{\"a\":\"b",
                "the line ends within a text: its quotation mark is missing",
            ),
            ("{\"a\":", "the line ends where a value is to stand"),
            ("{\"a\" 1}", "a `:` must stand between a key and its value"),
            ("{\"a\":[1 2]}", "a `,` or a `]` must stand there"),
            ("{\"a\":1 2}", "a `,` or a `}` must stand there"),
            ("{a:1}", "a key must stand there, in quotation marks"),
            ("{\"a\":1,}", "a key must stand there, in quotation marks"),
            ("{} x", "one line has one object, and nothing behind it"),
            ("{\"a\":1.x}", "that is no number"),
            ("{\"id\":1e999}", "that number is too large"),
            (
                "{\"a\":\"\u{1}\"}",
                "a text has a control character in it, which is written as \\n or \\u0007",
            ),
            (
                "{\"a\":\"\\x\"}",
                "a text has a \\ in it that begins nothing: a \\ itself is written as \\\\",
            ),
            (
                "{\"id\":\"\\u12g4\"}",
                "a text has a \\ in it that begins nothing: a \\ itself is written as \\\\",
            ),
        ] {
            check(line, "not_json", text);
        }
        // What JavaScript writes of a text that was cut within a character.
        for half in [
            "\\ud83d",
            "\\ud83d.",
            "\\ud83d\\n",
            "\\ude00",
            "\\ud83d\\ud83d",
        ] {
            let half = format!("{{\"id\":\"{half}\"}}");
            check(
                &half,
                "not_json",
                "a text has half of a pair such as \\ud83d\\ude00 in it, which is no character alone",
            );
        }
        for line in ["{\"a\":tru}", "{\"a\":yes}", "nothing"] {
            check(line, "not_json", about_json("expected value"));
        }
    }
}

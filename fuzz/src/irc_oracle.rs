//! The reader of one line of IRC, held against another: `ircv3_parse`, which shares nothing with it but the
//! specification. What they read differently is written down here, and anything else is a mistake of one of them.

use chinwag_wire::irc::{LineError, Message};
use ircv3_parse::IRCError;

use crate::engine;

/// Bytes of a line behind its tags, and of the tags with what is around them.
const BODY_BYTES_MAX: usize = 510;
const TAG_BYTES_MAX: usize = 4096;

fn check(line: &str) {
    match (Message::parse(line), ircv3_parse::parse(line)) {
        (Ok(own), Ok(other)) => check_same(&own, &other),
        // Bounds are ours alone.
        (Err(LineError::TooLong), _) => {
            let (tags, body) = split(line);
            assert!(tags.len() + 2 > TAG_BYTES_MAX || body.len() > BODY_BYTES_MAX);
        }
        (Err(LineError::Empty), Ok(_)) => panic!("the other finds a command in {line:?}"),
        (Err(LineError::Empty), Err(_)) => {}
        (Ok(own), Err(error)) => check_lenient(&own, line, &error),
    }
}

fn check_same(own: &Message<'_>, other: &ircv3_parse::Message<'_>) {
    // The other writes those that it knows in capitals.
    let command = other.command();
    assert!(own.command.eq_ignore_ascii_case(command.as_str()));
    let params = other.params();
    let trailing = params.trailing.raw();
    let middles: Vec<&str> = params.middles.iter().collect();
    // Behind a colon in the midst of a parameter the other finds none that begins with one.
    let is_missed = middles.iter().any(|param| param.starts_with(':'));
    let is_known = |param: &&&str| !is_missed || !param.contains(':');
    let expected = middles.iter().take_while(is_known);
    let expected: Vec<&str> = expected.copied().chain(trailing).collect();
    // The other splits at a tab, too, where ours knows blanks alone.
    let own_middles = own.params.len() - usize::from(trailing.is_some());
    let own_trailing = &own.params[own_middles..];
    let words = own.params[..own_middles].iter();
    let words = words.flat_map(|param| param.split_ascii_whitespace());
    let words: Vec<&str> = words.chain(own_trailing.iter().copied()).collect();
    match is_missed {
        true => assert_eq!(words.get(..expected.len()), Some(&*expected)),
        false => assert_eq!(words, expected),
    }
    let tags = other.tags();
    assert_eq!(own.tags, tags.map_or("", |tags| tags.as_str()));
    if let Some(tags) = tags {
        check_tags(own, &tags);
    }
}

fn check_tags(own: &Message<'_>, tags: &ircv3_parse::components::Tags<'_>) {
    let pairs = own.tags.split(';');
    let pairs = pairs.map(|tag| tag.split_once('=').unwrap_or((tag, "")));
    for (key, value) in pairs.clone() {
        // Of two the last counts (IRCv3, message tags), and for the other the first.
        let is_alone = pairs.clone().filter(|(other, _)| *other == key).count() == 1;
        if is_alone && is_escaped_well(value) {
            let expected = tags.get_unescaped(key);
            assert_eq!(own.tag(key).as_deref(), expected.as_deref(), "{key:?}");
        }
    }
}

/// Whether each backslash begins one of the five escapes. Of another the backslash goes (IRCv3, message tags), and the other
/// keeps it.
fn is_escaped_well(value: &str) -> bool {
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c == '\\' && !matches!(chars.next(), Some(':' | 's' | '\\' | 'r' | 'n')) {
            return false;
        }
    }
    true
}

/// What ours takes and the other does not: blanks where one is enough, and commands that nobody has.
fn check_lenient(own: &Message<'_>, line: &str, error: &IRCError) {
    let is_word = own.command.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_number = own.command.len() == 3 && own.command.bytes().all(|byte| byte.is_ascii_digit());
    let (_, body) = split(line);
    let has_blanks = body.starts_with(' ') || body.contains("  ") || body.ends_with(' ');
    let is_known = has_blanks || !(is_word || is_number);
    assert!(is_known, "{line:?}: {error}");
}

fn split(line: &str) -> (&str, &str) {
    match line.strip_prefix('@') {
        Some(tagged) => tagged.split_once(' ').unwrap_or((tagged, "")),
        None => ("", line),
    }
}

#[test]
fn any_line_is_read_as_another_reads_it() {
    engine::run("irc_lines", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let lines = text.split(['\r', '\n', '\0']);
        lines.filter(|line| !line.is_empty()).for_each(check);
    });
}

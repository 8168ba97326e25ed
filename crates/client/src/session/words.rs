//! What can be told from the words of a line, the server's or the person's.

use crate::filter::spelled_out;

/// Whether a refusal will be the same in a minute. A name that is taken may be held by the connection
/// that was just lost, and a server that is full or busy says so.
pub(super) fn is_final(words: &str) -> bool {
    let passing = [
        "here already",
        KEPT,
        "later",
        "full",
        "Too many",
        "busy",
        "not valid",
        "kept for",
        "No name chosen",
    ];
    !passing.iter().any(|sign| words.contains(sign))
}

/// What the server says of a name that it keeps for a link that was lost.
const KEPT: &str = "is kept for";

/// Whether the name is kept for a link that was lost: a script's last run may have ended by a reset.
pub(super) fn is_kept(words: &str) -> bool {
    words.contains(KEPT)
}

/// A line after which the server says goodbye.
pub(crate) fn is_farewell(line: &str) -> bool {
    let command = line.split_whitespace().next().unwrap_or_default();
    ["/quit", "/exit"]
        .iter()
        .any(|farewell| command.eq_ignore_ascii_case(farewell))
}

/// Compares what was sent with what the server made of it: it escapes, trims and shortens runs of
/// blanks, but it leaves words alone.
pub(super) fn has_same_words(sent: &str, shown: &str) -> bool {
    let words = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    let sent_words = words(&spelled_out(sent));
    // Where there are nothing but signs, those must agree.
    match sent_words.is_empty() {
        true => sent.trim() == shown.trim(),
        false => sent_words == words(shown),
    }
}

//! What can be told from the words of a line, the server's or the person's.

use crate::filter::spelled_out;
use crate::heard::Heard;

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

/// Whether the server says that it makes the session wait before it looks at a password.
pub(super) fn is_wait_for_password(words: &str) -> bool {
    words.starts_with("Many wrong guesses came from ")
}

/// Whether a command leads to another room.
pub(super) fn is_move(line: &str) -> bool {
    is_entry(line) || is_command(line, &["/leave", "/part"])
}

/// Whether what comes behind a command is meant for the room that it leads to.
pub(super) fn is_entry(line: &str) -> bool {
    is_command(line, &["/join", "/cd", "/resume"])
}

/// Whether a command says something to a room.
pub(super) fn is_speech(line: &str) -> bool {
    let to = line.split_whitespace().nth(1).unwrap_or_default();
    let is_to_room = to.starts_with('#') && is_command(line, &["/msg", "/dm", "/tell"]);
    is_to_room || is_command(line, &["/me"])
}

/// Whom the server says goodbye to: `Bye, al. 4 lines sent.`
pub(super) fn name_in_goodbye(words: &str) -> Option<&str> {
    let (name, rest) = words.strip_prefix("Bye, ")?.split_once(". ")?;
    let is_count = rest.ends_with(" line sent.") || rest.ends_with(" lines sent.");
    is_count.then_some(name)
}

fn is_command(line: &str, commands: &[&str]) -> bool {
    // A blank before it makes it a text.
    let typed = line.split(char::is_whitespace).next().unwrap_or_default();
    commands
        .iter()
        .any(|command| typed.eq_ignore_ascii_case(command))
}

/// How the server's refusals of commands begin.
const REFUSALS: [&str; 45] = [
    "\"",
    "A name ",
    "A password ",
    "A room ",
    "A room's ",
    "An account has ",
    "Everybody here knows ",
    "It has ended,",
    "Many names ",
    "No command ",
    "No filter ",
    "No moderator ",
    "No private message ",
    "No room ",
    "No time zone ",
    "Nobody called ",
    "Nobody can ",
    "Nobody else in ",
    "None of ",
    "Not done: ",
    "Nothing else proves ",
    "Nothing was searched ",
    "Only ",
    "That ",
    "The last search ",
    "The list of ",
    "The server cannot ",
    "The server has ",
    "The server is busy",
    "The server is full",
    "There is no match ",
    "There is no such ",
    "This server asks ",
    "This session was ",
    "Too long: ",
    "Type a command ",
    "Usage: ",
    "You are banned",
    "You are barred ",
    "You are muted for ",
    "You are not ",
    "You are only ",
    "You do not ",
    "You have knocked ",
    "You, or others ",
];

/// What else they say, behind a name or a number.
const REFUSALS_OF: [&str; 27] = [
    " already",
    " cannot do that ",
    " connections are logged in to it",
    " does not own ",
    " has no voice in ",
    " has that name ",
    " is closed",
    " is for encrypted ",
    " is for registered ",
    " is full",
    " is not a moderator ",
    " is not an operator",
    " is not banned",
    " is not barred ",
    " is not connected",
    " is not in #",
    " is not invited ",
    " is not muted",
    " is open to everybody",
    " is taken. ",
    " keeps no more ",
    " lets you in: ",
    " looks like ",
    " needs a password",
    " needs moderator rights",
    " needs operator rights",
    ", the limit",
];

/// Whether these words of the server, to this session alone, refuse a command. Others ask, answer or
/// tell what has happened.
pub(super) fn is_refusal(words: &str) -> bool {
    let is_link_lost = words.contains("'s link is lost") && !words.contains("; kept for ");
    // An announcement quotes.
    let is_quoted = words.contains(" announces: ");
    let is_known = REFUSALS.iter().any(|start| words.starts_with(start))
        || REFUSALS_OF.iter().any(|part| words.contains(part));
    !is_quoted && (is_known || is_link_lost || is_not_here(words))
}

/// `ann is not here.`, but not `ann is not here; kept until ann is.`
fn is_not_here(words: &str) -> bool {
    words.contains(" is not here.") || words.ends_with(" is the server's own, and stays.")
}

/// Whether the server has made the session its first operator, or says how that lasts. Nobody's name begins so.
pub(super) fn is_of_first_operator(heard: &Heard<'_>) -> bool {
    let signs = ["You are the operator here", "To stay the operator"];
    matches!(heard, Heard::Happened(words) if signs.iter().any(|sign| words.starts_with(sign)))
}

/// A line after which the server says goodbye.
pub(crate) fn is_farewell(line: &str) -> bool {
    is_command(line, &["/quit", "/exit"])
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_begins_its_line() {
        assert!(is_farewell("/quit"));
        assert!(is_farewell("/EXIT bye"));
        for line in [" /quit", "\t/exit", "\u{3000}/quit", "//quit", "/quitter"] {
            assert!(!is_farewell(line), "{line}");
        }
    }

    #[test]
    fn refusals_are_told_from_answers() {
        for words in [
            "No command /nosuch. /help lists all. To say it, start with //.",
            "Nobody called \"nobody\".",
            "\"taken\" is here already. Try another, such as taken2.",
            "That is not the password of lee. Type /login again, with the right one.",
            "#priv is closed. /knock #priv asks to be let in.",
            "#priv needs a password: /join #priv WORD",
            "#priv is full (3 people).",
            "You are barred from #priv by lee.",
            "Usage: /kick NAME [WHY]. /help kick explains it.",
            "/kick needs operator rights in #lobby.",
            "Not done: you are muted.",
            "dee's link is lost. Try again when dee is back.",
            "ann is not here.",
            "bob is not muted.",
            "You are in 20 rooms, the limit. /leave one first.",
            "Only moderators set the topic of #dev.",
            "You are logged in to lee already. /logout ends it.",
        ] {
            assert!(is_refusal(words), "{words}");
        }
        for words in [
            "Sent to #dev.",
            "You are away: lunch",
            "You are back.",
            "You left #dev.",
            "You ignore troll.",
            "You are logged out of lee.",
            "You are logged in to lee. /logout ends it.",
            "You are logged in to lee. /nick lee takes that name if it is free; /logout ends it.",
            "dee's link is lost; kept for 10 minutes.",
            "ann is not here; kept until ann is.",
            "ann is away: lunch",
            "ann is invited to #dev, once: the name is not registered.",
            "bob is no longer an operator.",
            "bob was kicked: No command of his.",
            "Nobody is banned or muted.",
            "Nobody is barred from #dev or muted in it.",
            "#dev has no topic. /topic TEXT sets one.",
            "Your name is registered. Next time type ann#PASSWORD at the prompt.",
            "lee announces: No room is left.",
        ] {
            assert!(!is_refusal(words), "{words}");
        }
    }
}

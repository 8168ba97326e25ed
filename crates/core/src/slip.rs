//! Lines that would show a secret to everybody who reads them.
//!
//! A few slips put a password on everybody's screen and into the log: `NAME#PASSWORD` typed when
//! the name prompt is gone, a blank before a command that takes a secret, its slash forgotten, a
//! resume code alone, or what a program or an IRC client would send. This module must not know
//! whether the secret is right: a wrong one is often right elsewhere.

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use crate::limits::PASSWORD_LETTERS_MIN;
use crate::name::Name;
use crate::resume::ResumeCode;
use crate::text::Text;

/// Commands that people type before a secret, here and on other chats. `/nick` takes one only after
/// `#`.
const COMMANDS: [&str; 12] = [
    "claim",
    "unclaim",
    "login",
    "passwd",
    "password",
    "pass",
    "identify",
    "register",
    "resume",
    "op",
    "oper",
    "authenticate",
];

/// What may come before a command: the slash, and the key beside it.
const COMMAND_SIGNS: [char; 2] = ['/', '\\'];

/// Commands that take a secret after the name of another connection: `GHOST ann s3cret`.
const COMMANDS_BEHIND_NAME: [&str; 4] = ["ghost", "regain", "recover", "release"];

/// The fewest letters of a secret in base64: no word of the chat is that.
const BASE64_MIN: usize = 8;

/// What IRC users type before those commands: `/msg NickServ IDENTIFY s3cret`, `/quote PASS
/// s3cret`.
const BEFORE_COMMANDS: [&str; 8] = [
    "msg", "privmsg", "notice", "squery", "quote", "raw", "nickserv", "ns",
];

/// Up to this many digits after `#` are the number of an issue and no password, which by default
/// has more.
const ISSUE_DIGITS_MAX: usize = 5;

/// The most words of what is read as a password.
const PASSPHRASE_WORDS_MAX: usize = 8;

/// Common words: hardly any sentence has none of them, and most passwords of several words do.
const WORDS_OF_SENTENCES: &str = "\
    a about after again all am an and any anybody anyone are as at be because been before but by can could \
    did do does down everybody everyone failed fails first for from had has have he her here his how i if in \
    instead into is it its just later may me must my no not now of off on only or our out over please she \
    should so some still than that the their them then there these they this to today too until up via was \
    we were when will with you your";

/// The longest word that is read as a code, including dashes.
const CODE_BYTES_MAX: usize = 16;

/// What is known of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameState {
    /// Anybody can take it.
    Free,
    /// A guest has it.
    InUse,
    /// It is an account's.
    Registered,
}

/// Whether a line that a person named `me` would show to others looks like a secret. Calls `me`
/// only if the line has a name in it.
pub(crate) fn shows_secret<'a>(
    line: &str,
    me: impl Fn() -> Option<&'a Name>,
    state: impl Fn(&Name) -> NameState,
) -> bool {
    let (line, is_way) = without_way(Text::trim_unseen(line), false);
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    if line.starts_with('{') {
        return is_object_with_secret(line);
    }
    if word.contains('#') {
        return shows_password(line, me, state);
    }
    if is_password_apart(line, &me, &state) {
        return true;
    }
    match word.strip_prefix(COMMAND_SIGNS) {
        _ if word
            .trim_start_matches(COMMAND_SIGNS)
            .eq_ignore_ascii_case("nick") =>
        {
            rest.contains('#')
        }
        Some(command) => has_argument(command, rest),
        None if takes_secret(word) => {
            is_argument_of(word, rest)
                || (is_way && has_argument(word, rest))
                || is_passphrase_of(word, rest, me, state)
        }
        None if is_sent_to_bot(word) => is_argument_of(&word[1..], rest),
        None => is_code(line) || is_own_name_before_secret(line, me),
    }
}

/// Whether a word is a command as typed to bots, and here by mistake: `.claim`. Bots do take `.op
/// ann` and `.register Ann3`.
fn is_sent_to_bot(word: &str) -> bool {
    let is_of_bots = |command| {
        ["op", "register"]
            .iter()
            .any(|c| c.eq_ignore_ascii_case(command))
    };
    (word.strip_prefix('.')).is_some_and(|command| takes_secret(command) && !is_of_bots(command))
}

/// Whether a line is one's own name and what looks like a password, which some other chats ask for:
/// nobody addresses themselves.
fn is_own_name_before_secret<'a>(line: &str, me: impl Fn() -> Option<&'a Name>) -> bool {
    let mut words = line.split_whitespace();
    let (Some(name), Some(secret), None) = (words.next(), words.next(), words.next()) else {
        return false;
    };
    let is_word = |secret: &str| !secret.contains(['/', '.', ':', '=']);
    secret.chars().count() >= PASSWORD_LETTERS_MIN
        && is_mixed(secret)
        && is_word(secret)
        && Name::known(name).is_some_and(|name| me().is_some_and(|me| name.same_as(me)))
}

/// Whether a word has both letters and digits.
fn is_mixed(secret: &str) -> bool {
    secret.bytes().any(|b| b.is_ascii_digit()) && secret.chars().any(char::is_alphabetic)
}

/// Whether a line of a longer text shows a secret. Those are composed, so only a whole command
/// counts, as typed (`/login lee s3cret`) or sent (`PASS s3cret`).
pub(crate) fn shows_secret_among<'a>(
    line: &str,
    me: impl Fn() -> Option<&'a Name>,
    state: impl Fn(&Name) -> NameState,
) -> bool {
    let line = Text::trim_unseen(line);
    let (word, _) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let is_sent = word.bytes().all(|b| b.is_ascii_uppercase());
    (word.starts_with(COMMAND_SIGNS) || is_sent) && shows_secret(line, me, state)
}

/// The code that makes up a line, with at most one word before it: `K7Q2-9MXP`, `/resume
/// K7Q2-9MXP`.
pub(crate) fn code_in(line: &str) -> Option<ResumeCode> {
    let line = Text::trim_unseen(line);
    // From the end: of most lines the last few letters are enough.
    let is_of_code = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    let letters = line.bytes().rev().take_while(is_of_code);
    let (before, code) = line.split_at(line.len() - letters.take(CODE_BYTES_MAX + 1).count());
    let code = code.parse().ok()?;
    let is_apart = before.is_empty() || before.ends_with(char::is_whitespace);
    (is_apart && before.split_whitespace().count() <= 1).then_some(code)
}

/// Whether a line is `lee#s3cret`. After one's own name, or a registered one, the password may have
/// blanks; after another name, whose bearer must be here, it must end the line: `Array#map` is
/// code.
pub(crate) fn shows_password<'a>(
    line: &str,
    me: impl Fn() -> Option<&'a Name>,
    state: impl Fn(&Name) -> NameState,
) -> bool {
    let line = Text::trim_unseen(line);
    if is_password_apart(line, &me, &state) {
        return true;
    }
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let Some((name, secret)) = word.split_once('#') else {
        return false;
    };
    let is_issue = secret.len() <= ISSUE_DIGITS_MAX && secret.bytes().all(|b| b.is_ascii_digit());
    match Name::known(name) {
        Some(name) if me().is_some_and(|me| name.same_as(me)) => !secret.is_empty(),
        Some(name) if !is_issue => match state(&name) {
            NameState::Registered => true,
            NameState::InUse => rest.is_empty(),
            NameState::Free => false,
        },
        Some(_) | None => false,
    }
}

/// Whether a line is `lee #s3cret` or `lee# s3cret`, which the name prompt accepts as well. Telling
/// Lee about `#dev` or `#3` shows no password.
fn is_password_apart<'a>(
    line: &str,
    me: &impl Fn() -> Option<&'a Name>,
    state: &impl Fn(&Name) -> NameState,
) -> bool {
    if !line.contains('#') {
        return false;
    }
    let Some((name, secret)) = line.split_once(char::is_whitespace) else {
        return false;
    };
    let secret = secret.trim_start();
    let name = match (name.strip_suffix('#'), secret.strip_prefix('#')) {
        (Some(name), None) => name,
        (None, Some(secret)) if is_mixed(secret) => name,
        _ => return false,
    };
    let is_one_word = !secret.contains(char::is_whitespace);
    let is_known = |name: Name| {
        me().is_some_and(|me| name.same_as(me)) || state(&name) == NameState::Registered
    };
    is_one_word && Name::known(name).is_some_and(is_known)
}

/// Whether a line is a program's JSON command with a secret, sent where lines are talk.
fn is_object_with_secret(line: &str) -> bool {
    let object = line.trim_start_matches(|c: char| c == '{' || c.is_whitespace());
    let key = object.strip_prefix('"').and_then(|key| key.split_once('"'));
    key.is_some_and(|(key, rest)| match key {
        "passwd" | "resume" => true,
        "hello" | "claim" | "login" | "unclaim" | "nick" | "join" | "id" => {
            rest.contains("password\"")
        }
        _ => false,
    })
}

/// The line without the words that lead up to an IRC command, which may have tags or a colon before
/// it; and whether one of them is hardly ever part of a sentence.
fn without_way(line: &str, is_way: bool) -> (&str, bool) {
    let line = line.strip_prefix(':').unwrap_or(line);
    let leads = |first: &u8| {
        let mut words = BEFORE_COMMANDS.iter();
        *first == b'@'
            || COMMAND_SIGNS.contains(&char::from(*first))
            || words.any(|word| word.as_bytes()[0] == first.to_ascii_lowercase())
    };
    if !line.as_bytes().first().is_some_and(leads) {
        return (line, is_way);
    }
    let Some((word, rest)) = line.split_once(char::is_whitespace) else {
        return (line, is_way);
    };
    // `@ann` addresses somebody, but a tag has a value.
    if word.starts_with('@') && word.contains('=') {
        return without_way(rest.trim_start(), true);
    }
    // `NickServ@services`, and `NickServ:` as an address.
    let word = word
        .trim_start_matches(COMMAND_SIGNS)
        .trim_end_matches([':', ',']);
    let word = word.split_once('@').map_or(word, |(name, _)| name);
    if !BEFORE_COMMANDS.iter().any(|w| word.eq_ignore_ascii_case(w)) {
        return (line, is_way);
    }
    let mut of_irc = ["privmsg", "squery", "nickserv"].into_iter();
    let is_way = is_way || of_irc.any(|w| word.eq_ignore_ascii_case(w));
    without_way(rest.trim_start(), is_way)
}

fn takes_secret(command: &str) -> bool {
    let mut commands = COMMANDS.iter().chain(&COMMANDS_BEHIND_NAME);
    commands.any(|c| command.eq_ignore_ascii_case(c))
}

/// Whether a secret may follow a command after which it is certain to be one.
fn has_argument(command: &str, rest: &str) -> bool {
    let follows_name = follows_name(command);
    takes_secret(command) && rest.split_whitespace().count() > usize::from(follows_name)
}

fn follows_name(command: &str) -> bool {
    let mut commands = COMMANDS_BEHIND_NAME.iter();
    commands.any(|c| command.eq_ignore_ascii_case(c))
}

/// Whether what follows a command looks like a secret, where it may be a sentence.
fn is_argument_of(command: &str, rest: &str) -> bool {
    let is = |other| command.eq_ignore_ascii_case(other);
    match () {
        // Software is released, and files are recovered.
        () if is("release") || is("recover") => false,
        () if follows_name(command) => has_argument(command, rest) && is_argument(rest),
        () if is("authenticate") => is_base64(rest.trim()),
        () if is("register") => is_argument(rest) || is_registration(rest),
        () => is_argument(rest),
    }
}

/// Whether a password of several words follows a command of this chat: `claim correct horse
/// battery`. Only after a name that has a password, or if the command would make sense for the
/// speaker's own name, which has none yet or has one to change.
fn is_passphrase_of<'a>(
    command: &str,
    rest: &str,
    me: impl Fn() -> Option<&'a Name>,
    state: impl Fn(&Name) -> NameState,
) -> bool {
    let is = |other| command.eq_ignore_ascii_case(other);
    let is_own = |name: &Name| me().is_some_and(|me| name.same_as(me));
    let registered = |name: &Name| state(name) == NameState::Registered;
    match () {
        () if is("claim") => is_phrase(rest, 3) && me().is_some_and(|me| !registered(me)),
        () if is("passwd") || is("unclaim") => is_phrase(rest, 2) && me().is_some_and(registered),
        () if is("login") || is("identify") => {
            let (name, secret) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            let name = Name::known(name).filter(|name| is_own(name) || registered(name));
            name.is_some() && is_phrase(secret, 1)
        }
        () => false,
    }
}

/// Whether these are at least so many words that make no sentence. After a false alarm one puts
/// another word first.
fn is_phrase(text: &str, words_min: usize) -> bool {
    let words = || text.split_whitespace();
    let is_of_sentence = |word: &str| {
        let mut known = WORDS_OF_SENTENCES.split(' ');
        word.ends_with(['.', ',', ';', ':', '?', '!', ')'])
            || known.any(|other| word.eq_ignore_ascii_case(other))
    };
    let is_short = (words_min..=PASSPHRASE_WORDS_MAX).contains(&words().count());
    is_short && !words().any(is_of_sentence)
}

/// Whether these are an account, an email address and a password: `* * s3cret`.
fn is_registration(rest: &str) -> bool {
    let words: Vec<&str> = rest.split_whitespace().collect();
    match words[..] {
        ["*", _, _, ..] | [_, "*", _] => true,
        [_, mail, _] => mail.contains('@'),
        _ => false,
    }
}

/// Whether a word is base64 text and no word of a language, or names a SASL mechanism.
fn is_base64(word: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    let is_mixed = || {
        let mut letters = word.chars().skip(1);
        letters.clone().any(|c| c.is_ascii_uppercase()) && letters.any(|c| c.is_ascii_lowercase())
    };
    let has_signs = || word.chars().any(|c| !c.is_ascii_alphabetic());
    word.len() >= BASE64_MIN && word.chars().all(is_sign) && (has_signs() || is_mixed())
}

/// `s3cret` or `lee s3cret`, as they follow a command: a word or two, not only letters as in `claim
/// victory!`, and no path or fraction as in `PASS src/App.test.js` and `pass 12/12`.
fn is_argument(rest: &str) -> bool {
    let rest = rest.trim_end_matches(|c: char| c.is_whitespace() || ".,!?".contains(c));
    let words = rest.split_whitespace();
    let has_signs = words
        .clone()
        .flat_map(str::chars)
        .any(|c| !c.is_alphabetic());
    words.count() <= 2 && has_signs && !rest.contains('/')
}

/// A code as the server prints it, or one with a digit: other words of eight letters are more
/// likely words.
fn is_code(line: &str) -> bool {
    // Every line of talk comes through here: for most, the length is enough.
    if !(8..=9).contains(&line.len()) {
        return false;
    }
    let has_digit = line.bytes().any(|b| b.is_ascii_digit());
    let has_letter = line.bytes().any(|b| b.is_ascii_alphabetic());
    let is_one_word = line.contains('-') || !line.bytes().any(|b| b.is_ascii_lowercase());
    let is_code = has_digit && is_one_word && line.parse::<ResumeCode>().is_ok();
    // A number is hardly ever a code: one code in sixty thousand has no letter.
    has_letter && (ResumeCode::is_printed(line) || is_code)
}

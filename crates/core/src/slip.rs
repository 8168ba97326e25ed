//! Lines that would show a secret to everybody who reads them.
//!
//! A few slips put a password on everybody's screen and into the log: `NAME#PASSWORD` typed when
//! the name prompt is gone, a blank before a command that takes a secret, its slash forgotten, a
//! resume code alone, or what a program or an IRC client would send. This module must not know
//! whether the secret is right: a wrong one is often right elsewhere.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: bool) {
        let me = Name::parse("lee").expect("a name");
        let state = |name: &Name| match name.as_str().to_ascii_lowercase().as_str() {
            "ann" => NameState::InUse,
            "kim" => NameState::Registered,
            _ => NameState::Free,
        };
        assert_eq!(shows_secret(line, || Some(&me), state), expected, "{line}");
    }

    #[test]
    fn a_name_with_a_password() {
        check("lee#s3cret", true);
        check("  Lee#correct horse battery ", true);
        check("lee#1", true);
        check("\u{200b}lee#s3cret", true);
        check("\u{200e}\u{ad}ann#s3cret\u{fe0f}", true);
        check("ann#s3cret", true);
        check(" Ann#1234567", true);
        check("lee#", false);
        check("ann#", false);
        check("lee", false);
        check("lee # 3", false);
        check("bug#4711", false);
        check("Array#map", false);
        check("ann#s3cret was a bad idea", false);
        check("kim#correct horse battery", true);
        check("kim#s3cret was a bad idea", true);
        check("kim#4711 is mended", false);
        check("kim#12345", false);
        check("kim#123456", true);
        check("see lee#3", false);
        check("see:lee#x", false);
        check("#lobby", false);
        check("lee: #3", false);
    }

    #[test]
    fn a_name_and_a_password_with_a_blank_beside_the_hash() {
        check("lee #s3cret", true);
        check("Lee# s3cret", true);
        check("kim  #s3cret", true);
        check("kim# s3cret ", true);
        check("ann #s3cret", false);
        check("kim #dev", false);
        check("kim #4711", false);
        check("kim # 3", false);
        check("kim #s3cret was a bad idea", false);
        check("bob #s3cret", false);
        check("C# 12", false);
    }

    #[test]
    fn a_command_with_a_secret_behind_a_blank() {
        check(" /claim s3cret", true);
        check("\t/Login lee s3cret", true);
        check(" /passwd s3cret", true);
        check(" /unclaim s3cret", true);
        check(" /resume K7Q2-9MXP", true);
        check(" /nick lee#s3cret", true);
        check(" /nick lee", false);
        check(" /claim", false);
        check(" /claims of victory", false);
        check(" /who", false);
        check("what does /claim x do?", false);
    }

    #[test]
    fn a_command_without_its_slash() {
        check("claim s3cret", true);
        check("LOGIN lee s3cret", true);
        check("passwd old n3w", true);
        check("resume K7Q2-9MXP", true);
        check("op K7Q2-9MXP", true);
        check("nick lee#s3cret", true);
        check("nick lee", false);
        check("claim victory!", false);
        check("pass 12/12", false);
        check("PASS src/App.test.js", false);
        check("register by 5 pm today", false);
        check("claim", false);
    }

    #[test]
    fn a_password_of_several_words() {
        check("login kim correct horse", true);
        check("Login lee letters", true);
        check("identify kim correct horse battery", true);
        check("claim correct horse battery", true);
        check("claim s3cret horse battery", true);
        for line in [
            "login bob correct horse",
            "login kim",
            "login page broken again",
            "login kim is broken",
            "login lee failed on web",
            "claim victory",
            "claim free pizza",
            "claim your free pizza",
            "claim the prize before noon",
            "claim denied, try again",
            "claim form is in the mail",
            "claims correct horse battery",
            "passwd file world readable",
            "unclaim correct horse battery",
            "identify yourself please",
            "register early bird tickets",
        ] {
            check(line, false);
        }
        let kim = Name::parse("kim").expect("a name");
        let of_kim = |line: &str| shows_secret(line, || Some(&kim), |_| NameState::Registered);
        for line in [
            "passwd old correct horse battery",
            "passwd s3cret correct horse battery",
            "unclaim correct horse",
        ] {
            assert!(of_kim(line), "{line}");
        }
        for line in [
            "passwd is broken",
            "passwd letters",
            "claim correct horse battery",
        ] {
            assert!(!of_kim(line), "{line}");
        }
    }

    #[test]
    fn a_command_behind_another_sign() {
        check("\\claim letters", true);
        check("\\nick lee#s3cret", true);
        check("\\msg nickserv identify letters", true);
        check("\\claim", false);
        check("\\frac 1/2", false);
        check(".claim s3cret", true);
        check(" .login lee s3cret", true);
        check(".identify s3cret!", true);
        check(".claim victory!", false);
        check(".op ann2", false);
        check(".register Ann3", false);
        check("./login s3cret", false);
        check("...claim 4 seats", false);
        check(".é s3cret", false);
        check("!claim s3cret", false);
    }

    #[test]
    fn ones_own_name_and_a_password() {
        check("lee s3cret", true);
        check(" Lee  passw0rd! ", true);
        check("lee letters", false);
        check("lee 123456", false);
        check("lee v2beta is out", false);
        check("lee a1b", false);
        check("lee src/main2.rs", false);
        check("lee: s3cret", false);
        check("kim s3cret", false);
        check("bob s3cret", false);
    }

    #[test]
    fn a_code_alone() {
        check("K7Q2-9MXP", true);
        check(" K7Q2-9MXP", true);
        check("q96k-zwwh", true);
        check("Q96KZWWH", true);
        check("well-kept", false);
        check("pavel256", false);
        check("SPARTANS", false);
        check("28437659", false);
        check("2345-6789", false);
        check("K7Q2-9MXP is what I see", false);
    }

    #[test]
    fn an_object_of_a_program() {
        check(r#"{"hello":{"name":"x","password":"y"}}"#, true);
        check(r#" { "id": 1, "claim": {"password": "y"}}"#, true);
        check(r#"{"join":{"room":"x","password":"y"}}"#, true);
        check(r#"{"resume":{"code":"K7Q2-9MXP"}}"#, true);
        check(r#"{"passwd":{"old":"x","new":"y"}}"#, true);
        check(r#"{"hello":{"name":"x"}}"#, false);
        check(r#"{"say":{"text":"the password"}}"#, false);
        check(r#"{"level":"info","password":"***"}"#, false);
        check("{} is an object", false);
    }

    #[test]
    fn a_code_behind_a_word() {
        let code = "K7Q2-9MXP".parse().ok();
        for line in ["K7Q2-9MXP", "/resume k7q29mxp ", "code: K7Q2-9MXP"] {
            assert_eq!(code_in(line), code, "{line}");
        }
        for line in ["my code is K7Q2-9MXP", "K7Q2-9MXP it is", "hello", ""] {
            assert_eq!(code_in(line), None, "{line}");
        }
    }

    #[test]
    fn a_command_that_is_pasted_where_it_is_none() {
        check("/claim s3cret", true);
        check("//claim s3cret", false);
        check("/oper ann s3cret", true);
        check("/msg NickServ IDENTIFY s3cret", true);
        check("/quote PASS s3cret", true);
        check("ns identify ann s3cret", true);
        check("PRIVMSG NickServ :IDENTIFY s3cret", true);
        check("PRIVMSG NickServ :IDENTIFY letters", true);
        check("nickserv register letters", true);
        check("nickserv identify", false);
        check("privmsg #lobby :hello, 4711", false);
        check("msg me when 4711 is done", false);
        check("raw numbers: 1, 2", false);
    }

    #[test]
    fn a_command_to_the_services_of_irc() {
        check("GHOST ann s3cret", true);
        check("/ghost ann letters", true);
        check("REGAIN ann s3cret", true);
        check("/ghost ann", false);
        check("ghost in the machine", false);
        check("ghost 4", false);
        check("release 1.2 today", false);
        check("nickserv release ann letters", true);
        check("REGISTER * * letters", true);
        check("REGISTER ann ann@example.org letters", true);
        check("register with ann@example.org before noon", false);
        check("/msg NickServ@services IDENTIFY letters", true);
        check("/msg nickserv@localhost :ghost ann letters", true);
        check("NickServ: IDENTIFY letters", true);
        check("nickserv, identify letters", true);
        check("NickServ: hello", false);
        check("/squery nickserv identify letters", true);
        check("SQUERY NickServ :IDENTIFY letters", true);
        check("/notice nickserv identify letters", true);
        check("notice the 4 commas", false);
    }

    #[test]
    fn a_command_of_a_client_that_logs_in() {
        check("AUTHENTICATE AGFubgBzM2NyZXQ=", true);
        check("AUTHENTICATE AGFubgBz/M2NyZXQ", true);
        check("/authenticate AGFubgBzM2NyZXQ=", true);
        check("AUTHENTICATE PLAIN", false);
        check("AUTHENTICATE EXTERNAL", false);
        check("AUTHENTICATE SCRAM-SHA-256", false);
        check("authenticate yourself", false);
        check("@label=1 PASS letters", true);
        check("@label=1;+x=y :AUTHENTICATE AGFubgBzM2NyZXQ=", true);
        check("@label=1 PRIVMSG #dev :hello", false);
        check("@ann pass me the salt", false);
    }
}

//! Lines that show a secret although they would be read by others.
//!
//! A few slips put a password on everybody's screen and into the log: `NAME#PASSWORD` typed after
//! the name prompt is gone, a blank before a command that takes a secret, its slash forgotten, or a
//! resume code alone. It must not know whether the secret is right: a wrong one is often right
//! elsewhere.

use crate::name::Name;
use crate::resume::ResumeCode;

/// Commands that people type in front of a secret, here and on other chats. `/nick` takes one only
/// with `#`.
const COMMANDS: [&str; 10] = [
    "claim", "unclaim", "login", "passwd", "password", "pass", "identify", "register", "resume",
    "op",
];

/// Digits behind `#` that are the number of an issue rather than a password.
const ISSUE_DIGITS_MAX: usize = 6;

/// Whether a line that a person of the name of `me` would have others read looks like a secret. Nobody is
/// asked for the name where the line has none in it.
pub(crate) fn shows_secret<'a>(line: &str, me: impl FnOnce() -> Option<&'a Name>) -> bool {
    // What begins so was escaped, or comes from a client without such commands: it is meant.
    if line.starts_with('/') {
        return false;
    }
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    if word.contains('#') {
        return shows_password(line, me);
    }
    match word.strip_prefix('/') {
        _ if word.trim_start_matches('/').eq_ignore_ascii_case("nick") => rest.contains('#'),
        Some(command) => takes_secret(command) && !rest.trim().is_empty(),
        None if takes_secret(word) => is_argument(rest),
        None => is_code(line),
    }
}

/// Whether a line is `lee#s3cret`. Behind one's own name the password may have blanks; with another's
/// name in front only a whole line counts, and `bug#42` is no password.
pub(crate) fn shows_password<'a>(line: &str, me: impl FnOnce() -> Option<&'a Name>) -> bool {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let Some((name, secret)) = word.split_once('#') else {
        return false;
    };
    let is_issue = secret.len() <= ISSUE_DIGITS_MAX && secret.bytes().all(|b| b.is_ascii_digit());
    match Name::known(name) {
        Some(name) if me().is_some_and(|me| name.same_as(me)) => !secret.is_empty(),
        Some(_) => rest.is_empty() && !is_issue,
        None => false,
    }
}

fn takes_secret(command: &str) -> bool {
    COMMANDS.iter().any(|c| command.eq_ignore_ascii_case(c))
}

/// `s3cret` or `lee s3cret`, as they stand behind a command: a word or two, and not all of letters
/// as in `claim victory!`.
fn is_argument(rest: &str) -> bool {
    let rest = rest.trim_end_matches(|c: char| c.is_whitespace() || ".,!?".contains(c));
    let words = rest.split_whitespace();
    words.clone().count() <= 2 && words.flat_map(str::chars).any(|c| !c.is_alphabetic())
}

/// A code as the server prints it, or with a digit in it: other words of eight letters are more
/// likely words.
fn is_code(line: &str) -> bool {
    // Every line of talk comes by here: of most the length says enough.
    if !(8..=9).contains(&line.len()) {
        return false;
    }
    let has_digit = line.bytes().any(|b| b.is_ascii_digit());
    let is_one_word = line.contains('-') || !line.bytes().any(|b| b.is_ascii_lowercase());
    ResumeCode::is_printed(line) || has_digit && is_one_word && line.parse::<ResumeCode>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: bool) {
        let me = Name::parse("lee").expect("a name");
        assert_eq!(shows_secret(line, || Some(&me)), expected, "{line}");
    }

    #[test]
    fn a_name_with_a_password() {
        check("lee#s3cret", true);
        check("  Lee#correct horse battery ", true);
        check("lee#1", true);
        check("ann#s3cret", true);
        check(" Ann#1234567", true);
        check("lee#", false);
        check("ann#", false);
        check("lee", false);
        check("lee # 3", false);
        check("bug#4711", false);
        check("ann#s3cret was a bad idea", false);
        check("see lee#3", false);
        check("see:lee#x", false);
        check("#lobby", false);
        check("lee: #3", false);
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
        check("register by 5 pm today", false);
        check("claim", false);
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
        check("K7Q2-9MXP is what I see", false);
    }

    #[test]
    fn what_is_a_command_is_not_said_anyway() {
        check("/claim s3cret", false);
        check("//claim s3cret", false);
    }
}

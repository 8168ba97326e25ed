//! Lines that show a password although they would be said.
//!
//! Two slips put a password on everybody's screen and into the log: typing `NAME#PASSWORD` once
//! more after the name prompt, and a blank before a command that takes a secret. It must not know
//! whether the password is right: a wrong one is often right elsewhere.

use chinwag_core::Name;

/// Commands that people type in front of a secret, here and on other chats. `/nick` takes one only with `#`.
const COMMANDS: [&str; 8] = [
    "/claim",
    "/login",
    "/passwd",
    "/password",
    "/pass",
    "/identify",
    "/register",
    "/resume",
];

/// True if a line of talk from `me` looks like a password.
pub(super) fn shows_password(line: &str, me: &Name) -> bool {
    if line.starts_with('/') {
        return false;
    }
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match word.split_once('#') {
        Some((name, secret)) => {
            !secret.is_empty() && Name::parse(name).is_ok_and(|n| n.same_as(me))
        }
        None if word.eq_ignore_ascii_case("/nick") => rest.contains('#'),
        None => {
            let takes_secret = COMMANDS.iter().any(|c| word.eq_ignore_ascii_case(c));
            takes_secret && !rest.trim().is_empty()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: bool) {
        let me = Name::parse("lee").expect("a name");
        assert_eq!(shows_password(line, &me), expected, "{line}");
    }

    #[test]
    fn one_s_own_name_with_a_password() {
        check("lee#s3cret", true);
        check("  Lee#correct horse battery ", true);
        check("lee#", false);
        check("lee", false);
        check("lee # 3", false);
        check("ann#s3cret", false);
        check("see lee#3", false);
        check("#lobby", false);
        check("lee: #3", false);
    }

    #[test]
    fn a_command_with_a_secret_behind_a_blank() {
        check(" /claim s3cret", true);
        check("\t/Login lee s3cret", true);
        check(" /passwd s3cret", true);
        check(" /resume K7Q2-9MXP", true);
        check(" /nick lee#s3cret", true);
        check(" /nick lee", false);
        check(" /claim", false);
        check(" /claims of victory", false);
        check(" /who", false);
        check("what does /claim x do?", false);
    }

    #[test]
    fn what_is_a_command_is_not_said_anyway() {
        check("/claim s3cret", false);
        check("//claim s3cret", false);
    }
}

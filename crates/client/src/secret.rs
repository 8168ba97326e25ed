//! Tells lines that hold a password from others, so that none is kept or repeated.
//!
//! It must not know what the server does with them. It errs on the careful side: a line that merely
//! looks like a password is typed again without harm.

/// Commands that take a password, whatever follows them.
const COMMANDS: [&str; 8] = [
    "/claim",
    "/unclaim",
    "/login",
    "/passwd",
    "/password",
    "/register",
    "/identify",
    "/op",
];

/// Whether a line holds a password: `/claim x`, `/nick lee#x`, or `lee#x` as at the prompt. Blanks
/// before it do not make it a message.
pub(crate) fn holds_secret(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let Some(first) = words.next() else {
        return false;
    };
    let second = words.next();
    if first.starts_with('/') {
        let command = first.to_lowercase();
        let takes_one = COMMANDS.contains(&command.as_str());
        return second.is_some_and(|second| takes_one || is_login(second));
    }
    second.is_none() && is_login(first)
}

/// `lee#s3cret`: a name begins with a letter, and a room with the `#`.
fn is_login(word: &str) -> bool {
    match word.split_once('#') {
        Some((name, password)) => name.starts_with(char::is_alphabetic) && !password.is_empty(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_with_a_password() {
        for line in [
            "lee#s3cret",
            "  lee#s3cret ",
            "/claim x",
            " /CLAIM x y",
            "/login x",
            "/passwd a b",
            "/nick lee#s3cret",
            "/op K7Q2-9MXP",
        ] {
            assert!(holds_secret(line), "{line}");
        }
    }

    #[test]
    fn lines_without() {
        for line in [
            "",
            "hello",
            "/claim",
            "/join #dev",
            "/msg lee hi",
            "see issue lee#12",
            "#dev",
            "c# is fine",
            "//claim x",
        ] {
            assert!(!holds_secret(line), "{line}");
        }
    }
}

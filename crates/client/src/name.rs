//! The name to give at the prompt, and the password that goes with it.
//!
//! It must not know which names a server takes; a client that knew would be wrong after the next
//! release. It holds one rule of its own: a password is no part of the name, because a name stands on
//! the command line, where every user of the machine can read it and the shell remembers it.

use std::fmt;
use std::str::FromStr;

/// A name for the prompt: one line, without a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

/// Why a text cannot be given as a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing to send: leave the name out to be a guest.
    #[error("the name is empty.")]
    Empty,
    /// It holds a line break or another control character.
    #[error("the name holds a line break or another control character.")]
    Control,
    /// It carries a password, which others could read here.
    #[error(
        "the name holds a #. Give a password with --password-file FILE or CHINWAG_PASSWORD, never on the command line."
    )]
    Password,
    /// It would be read as a command.
    #[error("a name starts with a letter.")]
    Slash,
}

impl Name {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        if text.is_empty() {
            Err(NameError::Empty)
        } else if text.contains(char::is_control) {
            Err(NameError::Control)
        } else if text.contains('#') {
            Err(NameError::Password)
        } else if text.starts_with('/') {
            Err(NameError::Slash)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

/// The password of a registered name. Its `Debug` form hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why a text cannot be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// There is nothing on the first line.
    #[error("the password is empty.")]
    Empty,
    /// It holds a control character.
    #[error("the password holds a control character.")]
    Control,
}

impl FromStr for Password {
    type Err = PasswordError;

    /// Takes the first line, so that a file may end in a line feed.
    fn from_str(text: &str) -> Result<Self, PasswordError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let line = text.lines().next().unwrap_or_default();
        if line.trim().is_empty() {
            Err(PasswordError::Empty)
        } else if line.contains(char::is_control) {
            Err(PasswordError::Control)
        } else {
            Ok(Self(line.to_owned()))
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

impl Password {
    /// The password.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The line that answers `Enter your username: `; empty for a guest.
pub(crate) fn login_line(name: Option<&Name>, password: Option<&Password>) -> String {
    match (name, password) {
        (None, _) => String::new(),
        (Some(name), None) => name.0.clone(),
        (Some(name), Some(password)) => format!("{}#{}", name.0, password.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_no_part_of_the_name() {
        assert_eq!("lee#secret".parse::<Name>(), Err(NameError::Password));
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!("lee\n/quit".parse::<Name>(), Err(NameError::Control));
        assert_eq!(" ".parse::<Name>(), Err(NameError::Empty));
        assert_eq!("/quit".parse::<Name>(), Err(NameError::Slash));
    }

    #[test]
    fn a_password_is_the_first_line_and_hides_itself() {
        let password: Password = "s3cret \r\nmore\n".parse().unwrap();
        assert_eq!(format!("{password:?}"), "Password(..)");
        let name: Name = "lee".parse().unwrap();
        assert_eq!(login_line(Some(&name), Some(&password)), "lee#s3cret ");
        assert_eq!("\n".parse::<Password>(), Err(PasswordError::Empty));
        assert_eq!("a\x07".parse::<Password>(), Err(PasswordError::Control));
    }
}

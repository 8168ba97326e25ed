//! The name given with `--name`, sent as the first line.
//!
//! It must not know which names a server accepts: that rule belongs to the server and changes with
//! it. The one thing checked here is that the name is one line, for the second line of a longer one
//! would be said in the chat.

use std::fmt;
use std::str::FromStr;

/// A name, or `NAME#PASSWORD` for a name that is registered: one line of text, not empty.
///
/// Its `Debug` form leaves the password out, so that no log of the options holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct Name(String);

/// Why a text cannot be sent as a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing to send: to be given a guest name, leave the name out and press Enter at the prompt.
    #[error("the name is empty.")]
    Empty,
    /// It holds a line break or another control character.
    #[error("the name holds a line break or another control character.")]
    Control,
}

impl Name {
    /// The line to send, without its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text.trim().is_empty() {
            return Err(NameError::Empty);
        }
        if text.contains(char::is_control) {
            return Err(NameError::Control);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let public = self.0.split('#').next().unwrap_or_default();
        f.debug_tuple("Name").field(&public).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_carry_a_password() {
        let name: Name = "lee#secret".parse().unwrap();
        assert_eq!(name.as_str(), "lee#secret");
        assert_eq!(format!("{name:?}"), "Name(\"lee\")");
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!("lee\n/quit".parse::<Name>(), Err(NameError::Control));
        assert_eq!(" ".parse::<Name>(), Err(NameError::Empty));
    }
}

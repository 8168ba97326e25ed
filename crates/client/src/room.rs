//! The room to enter, as it is typed on a command line.
//!
//! It must not know which rooms a server takes. It makes sure of one thing: that a name cannot smuggle
//! a second word or line behind `/join`.

use std::str::FromStr;

/// The name of a room, without its `#`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room(String);

/// Why a text names no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoomError {
    /// Nothing is left without the `#`.
    #[error("the room has no name.")]
    Empty,
    /// It holds white space or a control character.
    #[error("the name of a room is one word.")]
    Words,
}

impl Room {
    /// The name, without its `#`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Room {
    type Err = RoomError;

    fn from_str(text: &str) -> Result<Self, RoomError> {
        let name = text.strip_prefix('#').unwrap_or(text);
        if name.is_empty() {
            Err(RoomError::Empty)
        } else if name.contains(|c: char| c.is_whitespace() || c.is_control()) {
            Err(RoomError::Words)
        } else {
            Ok(Self(name.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_with_or_without_its_sign() {
        assert_eq!("#dev".parse::<Room>().unwrap().as_str(), "dev");
        assert_eq!("dev".parse::<Room>().unwrap().as_str(), "dev");
        assert_eq!("#".parse::<Room>(), Err(RoomError::Empty));
        assert_eq!("dev\n/quit".parse::<Room>(), Err(RoomError::Words));
    }
}

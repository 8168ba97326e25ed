//! Room names: like names, but a `#` stands before them and a digit may come first.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use crate::name::{fold, is_well_formed, normalise, skeleton};

/// A valid room name. Shown with its `#`, compared in its folded form.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RoomName {
    /// The name without the `#`.
    bare: Arc<str>,
}

/// The text is not 1 to 32 letters, digits, `-`, `_` or `.` after an optional `#`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomNameError;

impl RoomName {
    /// Reads a room name, with or without the `#` before it.
    ///
    /// # Errors
    /// [`RoomNameError`] if it has other characters than a name may have, or too many.
    pub fn parse(text: &str) -> Result<Self, RoomNameError> {
        let text = text.trim();
        let bare = normalise(text.strip_prefix('#').unwrap_or(text)).ok_or(RoomNameError)?;
        if !is_well_formed(&bare) {
            return Err(RoomNameError);
        }
        Ok(Self { bare: bare.into() })
    }

    /// `#lobby`, the room that always exists.
    pub fn lobby() -> Self {
        Self {
            bare: "lobby".into(),
        }
    }

    /// The name without the `#`.
    pub fn bare(&self) -> &str {
        &self.bare
    }

    /// One key for all spellings of the same room and all that look like it: rooms that differ
    /// only so would be one to a reader.
    pub(crate) fn key(&self) -> String {
        fold(&skeleton(&fold(&self.bare)))
    }
}

impl fmt::Debug for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoomName({})", self.bare)
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.bare)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn the_sign_is_optional() {
        for text in ["dev", "#dev", " #dev "] {
            assert_eq!(
                RoomName::parse(text).map(|r| r.to_string()).as_deref(),
                Ok("#dev")
            );
        }
        assert!(RoomName::parse("2026").is_ok());
    }

    #[test]
    fn what_is_no_room_name_is_refused() {
        for text in ["", "#", "##dev", "a b", "a,b", "\u{1b}"] {
            assert_eq!(RoomName::parse(text), Err(RoomNameError), "{text:?}");
        }
    }

    #[test]
    fn one_room_has_one_key() {
        let key = |text| RoomName::parse(text).map(|room| room.key());
        assert_eq!(key("Dev"), key("dev"));
        assert_eq!(key("dеv"), key("dev")); // Cyrillic е
    }
}

//! Room names: like names, but with a `#` before them, and they may begin with a digit.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::name::{fold, is_sign, is_well_formed, normalise, skeleton, visible};

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
    /// Parses a room name, with or without the `#` before it.
    ///
    /// # Errors
    /// [`RoomNameError`] if it has characters that names may not have, or too many.
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

    /// How the display name of a room reads; `None` if names can have none of its characters. For
    /// comparing only: it may be too long for a name.
    pub(crate) fn shown_in(text: &str) -> Option<Self> {
        let is_part = |c: &char| c.is_alphanumeric() || is_combining_mark(*c) || is_sign(*c);
        let bare: String = text.nfkc().filter(is_part).collect();
        (!bare.is_empty()).then(|| Self { bare: bare.into() })
    }

    /// The name without the `#`.
    pub fn bare(&self) -> &str {
        &self.bare
    }

    /// Whether both are the same room, in any case.
    pub fn is_same(&self, other: &Self) -> bool {
        self.bare == other.bare || self.key() == other.key()
    }

    /// The key that all spellings of a room share.
    pub(crate) fn key(&self) -> String {
        fold(&self.bare)
    }

    /// The two keys that betray a look-alike (UTS 39) if either is equal, from the spelling and
    /// from the folded form; often they are the same. Unlike those of people's names they include
    /// every letter, digit and sign: `#l0bby` is `#lobby` to a hasty reader, and rooms are numbered
    /// with a sign in between.
    pub(crate) fn looks(&self) -> [String; 2] {
        let shown = visible(&self.bare);
        let first = skeleton(&fold(&skeleton(&shown)));
        let second = fold(&skeleton(&fold(&shown)));
        [first, second]
    }

    /// Whether a person could mistake one for the other, or both are the same.
    pub(crate) fn looks_like(&self, other: &Self) -> bool {
        let others = other.looks();
        self.looks().iter().any(|look| others.contains(look))
    }
}

impl fmt::Debug for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoomName({})", self.bare)
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("#")?;
        f.write_str(&self.bare)
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
        assert_ne!(key("dеv"), key("dev")); // Cyrillic е
    }

    #[test]
    fn look_alikes_are_known() {
        let alike = |one, other| match (RoomName::parse(one), RoomName::parse(other)) {
            (Ok(one), Ok(other)) => one.looks_like(&other) && other.looks_like(&one),
            _ => false,
        };
        let without = "\u{dc1}\u{dca}\u{dbb}\u{dd3}";
        let joined = "\u{dc1}\u{dca}\u{200d}\u{dbb}\u{dd3}";
        for (one, other) in [
            ("Dev", "dev"),
            ("dеv", "dev"), // Cyrillic е
            ("l0bby", "lobby"),
            ("Iobby", "lobby"), // capital i
            ("1obby", "lobby"),
            ("rnodern", "modern"),
            (joined, without),
            ("ki\u{307}m", "kim"),
            ("dev\u{94d}", "dev"),
        ] {
            assert!(alike(one, other), "{one} {other}");
        }
        for (one, other) in [("dev", "ops"), ("v1.1", "v11"), ("team-a", "teama")] {
            assert!(!alike(one, other), "{one} {other}");
        }
    }
}

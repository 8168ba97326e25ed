//! Metadata: short values that clients keep under keys for a person or a room, as IRC clients do
//! with avatars and display names (IRCv3, metadata).
//!
//! Data only: who may set what, and who sees it, are rules of the chat. Nothing here knows what a
//! key means.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use core::fmt;

use crate::ids::{PersonId, RoomId};
use crate::limits::{METADATA_ENTRY_BYTES, METADATA_KEY_BYTES_MAX, METADATA_VALUE_BYTES_MAX};
use crate::name::{FoldedName, Name};
use crate::room_name::RoomName;
use crate::text::escape;

/// A key: letters `a` to `z`, digits, and `_./-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetadataKey(Box<str>);

impl MetadataKey {
    /// Parses a key; `None` if it is empty, has other characters, or is longer than
    /// `METADATA_KEY_BYTES_MAX`.
    pub fn parse(text: &str) -> Option<Self> {
        let is_known =
            |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'/' | b'-');
        let is_fit = (1..=METADATA_KEY_BYTES_MAX).contains(&text.len());
        (is_fit && text.bytes().all(is_known)).then(|| Self(text.into()))
    }

    /// The key under which clients keep a display name.
    pub(crate) fn shown_name() -> Self {
        Self(SHOWN_NAME.into())
    }

    /// Whether it is [that](Self::shown_name).
    pub(crate) fn is_shown_name(&self) -> bool {
        &*self.0 == SHOWN_NAME
    }

    /// The key itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const SHOWN_NAME: &str = "display-name";

impl fmt::Display for MetadataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value: one line of text, which may be empty, without anything that a terminal would obey.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MetadataValue(Box<str>);

impl MetadataValue {
    /// Parses a value. Control characters and bidirectional overrides become visible escapes, as in
    /// a [`Text`](crate::Text). `None` if the result is longer than `METADATA_VALUE_BYTES_MAX`.
    pub fn parse(text: &str) -> Option<Self> {
        // An escape is never shorter than its character, so this bounds the work.
        if text.len() > METADATA_VALUE_BYTES_MAX {
            return None;
        }
        let value = escape(text);
        (value.len() <= METADATA_VALUE_BYTES_MAX).then_some(Self(value))
    }

    /// The value itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MetadataValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key with its new value; `None` removes the key.
pub type MetadataChange = (MetadataKey, Option<MetadataValue>);

/// All metadata of one person or room, in the order of the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata(BTreeMap<MetadataKey, MetadataValue>);

impl Metadata {
    /// The value of a key.
    pub fn get(&self, key: &MetadataKey) -> Option<&MetadataValue> {
        self.0.get(key)
    }

    /// The display name.
    pub(crate) fn shown_name(&self) -> Option<&MetadataValue> {
        self.get(&MetadataKey::shown_name())
    }

    /// All keys with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&MetadataKey, &MetadataValue)> {
        self.0.iter()
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Makes a change.
    pub fn set(&mut self, (key, value): MetadataChange) {
        match value {
            Some(value) => drop(self.0.insert(key, value)),
            None => drop(self.0.remove(&key)),
        }
    }

    /// How many bytes it counts for.
    pub fn bytes(&self) -> usize {
        self.iter().map(|(key, value)| weight(key, value)).sum()
    }
}

/// How many bytes one entry counts for.
fn weight(key: &MetadataKey, value: &MetadataValue) -> usize {
    METADATA_ENTRY_BYTES + key.as_str().len() + value.as_str().len()
}

/// Whose metadata it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MetadataOwner {
    /// An account's: it lasts, and everybody who is logged in to it has it.
    Account(AccountKey),
    /// A guest's: it ends with the visit.
    Guest(PersonId),
    /// A room's: it lasts for as long as the room is kept.
    Room(RoomId),
}

/// The name of an account, in any case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountKey(FoldedName);

impl MetadataOwner {
    /// The account of this name.
    pub fn account(name: &Name) -> Self {
        Self::Account(AccountKey(FoldedName(name.clone())))
    }

    /// Whether it outlives the visit.
    pub fn is_lasting(&self) -> bool {
        !matches!(self, Self::Guest(_))
    }
}

impl AccountKey {
    /// The name.
    pub fn name(&self) -> &Name {
        &self.0.0
    }
}

/// A person or a room, as a client names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetadataTarget {
    /// The asker.
    Oneself,
    /// A person. The name is as typed.
    Person(Box<str>),
    /// A room.
    Room(RoomName),
}

/// The person or the room that has the metadata, in an answer or a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetadataSubject {
    /// A person.
    Person(PersonId, Name),
    /// A room.
    Room(RoomName),
}

impl fmt::Display for MetadataSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(_, name) => name.fmt(f),
            Self::Room(name) => name.fmt(f),
        }
    }
}

/// One line of an answer: somebody's metadata.
pub type MetadataLine = (MetadataSubject, Arc<Metadata>);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::String;

    #[test]
    fn a_key_has_letters_digits_and_four_signs() {
        for key in ["a", "display-name", "im.xmpp", "vendor/x_1"] {
            assert_eq!(
                MetadataKey::parse(key).as_ref().map(MetadataKey::as_str),
                Some(key)
            );
        }
        for key in ["", "Url", "$url", "a b", "ä", "a:b", "a*"] {
            assert_eq!(MetadataKey::parse(key), None, "{key:?}");
        }
        assert!(MetadataKey::parse(&"k".repeat(METADATA_KEY_BYTES_MAX)).is_some());
        assert!(MetadataKey::parse(&"k".repeat(METADATA_KEY_BYTES_MAX + 1)).is_none());
    }

    #[test]
    fn a_value_may_be_empty_and_obeys_no_terminal() {
        let value = |text: &str| MetadataValue::parse(text).map(|value| value.0.into_string());
        assert_eq!(value("").as_deref(), Some(""));
        assert_eq!(value(" two  blanks ").as_deref(), Some(" two  blanks "));
        assert_eq!(value("a\x1b[2J").as_deref(), Some("a\\x1b[2J"));
        assert_eq!(value(&"x".repeat(METADATA_VALUE_BYTES_MAX + 1)), None);
        assert_eq!(value(&"\x1b".repeat(METADATA_VALUE_BYTES_MAX)), None);
    }

    proptest! {
        #[test]
        fn what_was_kept_is_read_again_as_it_was(text: String) {
            if let Some(value) = MetadataValue::parse(&text) {
                prop_assert!(!value.as_str().chars().any(|c| c.is_control() && c != '\t'));
                let again = MetadataValue::parse(value.as_str());
                prop_assert_eq!(again, Some(value));
            }
        }
    }
}

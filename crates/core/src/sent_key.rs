//! Keys of messages: a client that got no acknowledgement sends again, and the message is said
//! once.
//!
//! A key belongs to an account or, for a guest, to the name and household. So it works across a
//! lost link, whether the session is resumed or started anew, and does not silence the next person
//! of that name. It is stored with its message, if that is stored, so that it works across a
//! restart. A different message under the same key is refused rather than taken for the first.

use alloc::format;
use alloc::sync::Arc;
use core::net::IpAddr;

use crate::account::Account;
use crate::ban::subnet_of;
use crate::event::Manner;
use crate::ids::{RoomId, Seq};
use crate::name::{Name, fold};
use crate::text::Text;

/// Bytes of a key: a UUID with something around it.
const KEY_BYTES_MAX: usize = 64;

/// A client's own text for one message, 1 to 64 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageKey(Arc<str>);

impl MessageKey {
    /// Parses a key; `None` if it is empty or too long.
    pub fn parse(text: &str) -> Option<Self> {
        (1..=KEY_BYTES_MAX)
            .contains(&text.len())
            .then(|| Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The owner of a key: an account, from its creation to its end, or a guest of a name and a
/// household.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyOwner(Arc<str>);

impl KeyOwner {
    /// An account.
    pub fn account(account: &Account) -> Self {
        Self(format!("={} {}", account.name.folded(), account.since.0).into())
    }

    /// A guest with this name at this address.
    pub fn guest(name: &Name, address: IpAddr) -> Self {
        Self(format!("{} {}", name.folded(), subnet_of(address)).into())
    }

    /// An owner that was [stored](Self::as_str).
    pub fn stored(text: &str) -> Self {
        Self(text.into())
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A message that was sent under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentKey {
    /// The owner.
    pub owner: KeyOwner,
    /// The key.
    pub key: MessageKey,
    /// Tells the message from others.
    pub digest: Digest,
    /// The message's place.
    pub seq: Seq,
}

/// A number that two messages share only by chance (FNV-1a, 64 bits). It protects nothing: somebody
/// who sends another message under the key only hinders themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(pub u64);

/// The receiver of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hearer<'a> {
    /// Those in a room.
    Room(RoomId),
    /// A person, by the name that was typed.
    Person(&'a str),
    /// Everybody.
    Everybody,
}

impl Digest {
    /// The digest of a message.
    pub(crate) fn of(to: Hearer<'_>, text: &Text, manner: Manner) -> Self {
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = |hash, bytes: &[u8]| bytes.iter().copied().fold(hash, mix);
        let start = 0xcbf2_9ce4_8422_2325;
        let start = match to {
            Hearer::Room(room) => hash(start, &room.0.to_le_bytes()),
            // No text has a NUL.
            Hearer::Person(name) => hash(hash(start, fold(name).as_bytes()), &[0]),
            Hearer::Everybody => start,
        };
        let manner = match manner {
            Manner::Speech => 0,
            Manner::Action => 1,
            Manner::Notice => 2,
        };
        Self(hash(hash(start, &[manner]), text.as_bytes()))
    }
}

/// A key was used, as a fact.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyUsed {
    /// The owner.
    pub owner: KeyOwner,
    /// The key.
    pub key: MessageKey,
    /// The digest of the message, which is the event right before this one.
    pub digest: Digest,
    /// The keys of messages up to this place are forgotten to make space.
    pub forgets: Option<Seq>,
    /// Whether it is stored, as its message is.
    pub is_stored: bool,
}

impl KeyUsed {
    /// What to remember of it; `seq` is its own place.
    pub fn sent(&self, seq: Seq) -> SentKey {
        SentKey {
            owner: self.owner.clone(),
            key: self.key.clone(),
            digest: self.digest,
            seq: Seq(seq.0.saturating_sub(1)),
        }
    }
}

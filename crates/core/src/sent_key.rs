//! Keys of messages: a client that has no acknowledgement sends again, and the message is said once.
//!
//! A key counts under the name that the message was sent under, so that it holds across a lost link,
//! whether the session is resumed or begun anew, and it is stored with the message, so that it holds
//! across a restart. Another message under the same key is refused rather than taken for the first.

use alloc::sync::Arc;

use crate::event::Manner;
use crate::ids::{RoomId, Seq};
use crate::name::Name;
use crate::text::Text;

/// Bytes of a key: a UUID with something around it.
const KEY_BYTES_MAX: usize = 64;

/// A client's own text for one message, 1 to 64 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageKey(Arc<str>);

impl MessageKey {
    /// Takes a key; `None` if it is empty or too long.
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

/// A message that was sent under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentKey {
    /// The sender's name.
    pub name: Name,
    /// The key.
    pub key: MessageKey,
    /// Tells the message from others.
    pub digest: Digest,
    /// The message's place.
    pub seq: Seq,
}

/// A number that two messages share only by chance (FNV-1a, 64 bits). It is no secret and keeps
/// nothing from anybody: who sends another message under the key only hinders themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(pub u64);

impl Digest {
    /// The digest of a message.
    pub(crate) fn of(room: RoomId, text: &Text, manner: Manner) -> Self {
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let manner = [u8::from(manner == Manner::Action)];
        let bytes = room.0.to_le_bytes().into_iter().chain(manner);
        Self(bytes.chain(text.bytes()).fold(0xcbf2_9ce4_8422_2325, mix))
    }
}

/// A key was used, as a fact.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyUsed {
    /// The sender's name.
    pub name: Name,
    /// The key.
    pub key: MessageKey,
    /// The digest of the message, which is the event right before this one.
    pub digest: Digest,
    /// The keys of messages up to this place are forgotten for it.
    pub forgets: Option<Seq>,
}

impl KeyUsed {
    /// What is remembered of it; `seq` is its own place.
    pub fn sent(&self, seq: Seq) -> SentKey {
        SentKey {
            name: self.name.clone(),
            key: self.key.clone(),
            digest: self.digest,
            seq: Seq(seq.0.saturating_sub(1)),
        }
    }
}

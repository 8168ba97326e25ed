//! A block: what was said in one room in one turn, as the bytes of one row.
//!
//! ```text
//! body    = version message*
//! message = seq at name [account] [irc] text
//! seq     = varint: distance from the message before (0 for the first)
//! at      = varint, zigzag: milliseconds since the message before (0 for the first)
//! name    = varint: bytes of the name times 16, plus the manner (0 speech, 1 action, 2 notice),
//!           plus 4 if `irc` follows, plus 8 if `account` does; then the bytes
//! account = the author's account, like `text`; empty if it equals the name, as it mostly does
//! irc     = what only IRC shows, its text and its tags, each like `text`; empty if there is none
//! text    = varint: bytes; then the bytes
//! ```
//!
//! In version 2 the number before the name is its bytes times 8, and there is no `account`; in
//! version 1 it is its bytes times 2, plus 1 for an action, and there is no `irc` either.
//!
//! A message without text was deleted: its name is that of the person who deleted it.
//!
//! Blocks are written straight from the events, since every message waits for it. A row per message
//! would cost ten times as much, and so would an encoder that builds a structure of its own first.
//! Reading trusts nothing: whatever the file has, it is a block or [`Damage`].

use std::collections::HashMap;
use std::sync::Arc;

use chinwag_core::{
    Deletion, Event, Fact, IrcForm, Manner, NOBODY, Name, RoomId, Seq, Text, Timestamp,
};
use rusqlite::Row;

use crate::drafts::{BlockDraft, take_place};
use crate::encoding::{put_str, put_varint, take_str, take_text, take_varint};
use crate::error::{Damage, Error};

pub(crate) const VERSION: u8 = 3;

/// The versions before, which are still read.
const VERSION_1: u8 = 1;
const VERSION_2: u8 = 2;

/// Of the number before a name: something follows it.
const HAS_IRC: u64 = 1 << 2;
const HAS_ACCOUNT: u64 = 1 << 3;

/// The columns of [`Block::read`], in its order.
macro_rules! block_columns {
    () => {
        "first_seq, last_seq, turn, room, first_at, before, count, body"
    };
}
pub(crate) use block_columns;

/// A block as the database has it.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) first: Seq,
    pub(crate) last: Seq,
    pub(crate) turn: Seq,
    pub(crate) room: RoomId,
    pub(crate) first_at: Timestamp,
    /// How many messages the room had before it, including trimmed ones.
    pub(crate) before: u64,
    pub(crate) count: u64,
    pub(crate) body: Vec<u8>,
}

/// A message within a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    pub(crate) seq: Seq,
    pub(crate) at: Timestamp,
    pub(crate) manner: Manner,
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
    /// What only IRC shows: its text and its tags.
    pub(crate) irc: Option<(&'a str, &'a str)>,
    /// The account that its author was logged in to.
    pub(crate) account: Option<&'a str>,
}

impl<'a> Message<'a> {
    /// The message of an event, if it is one.
    pub(crate) fn of(event: &'a Event) -> Option<(RoomId, Self)> {
        let Fact::Said {
            name,
            room,
            text,
            manner,
            irc,
            account,
            ..
        } = &event.fact
        else {
            return None;
        };
        let part = |part: &'a Option<Box<str>>| part.as_deref().unwrap_or_default();
        let message = Self {
            seq: event.seq,
            at: event.at,
            manner: *manner,
            name: name.as_str(),
            text,
            irc: irc.as_ref().map(|irc| (part(&irc.text), part(&irc.tags))),
            account: account.as_ref().map(Name::as_str),
        };
        Some((*room, message))
    }

    /// Writes its fields, after its place.
    #[inline]
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        let manner = manner_as_number(self.manner);
        let has_irc = self.irc.map_or(0, |_| HAS_IRC);
        let has_account = self.account.map_or(0, |_| HAS_ACCOUNT);
        let flags = has_account | has_irc | manner;
        put_varint(out, (self.name.len() as u64) << 4 | flags);
        out.extend_from_slice(self.name.as_bytes());
        if let Some(account) = self.account {
            put_str(out, if account == self.name { "" } else { account });
        }
        if let Some((text, tags)) = self.irc {
            put_str(out, text);
            put_str(out, tags);
        }
        put_str(out, self.text);
    }

    fn irc_form(&self) -> Option<Arc<IrcForm>> {
        let (text, tags) = self.irc?;
        let part = |part: &str| (!part.is_empty()).then(|| part.into());
        let form = IrcForm {
            text: part(text),
            tags: part(tags),
        };
        form.kept()
    }
}

impl Message<'_> {
    /// Whether it stands for a deleted message.
    pub(crate) fn is_gap(&self) -> bool {
        self.text.is_empty()
    }
}

impl Block {
    /// Its body after somebody with the name `by` deleted a message; `None` if it has no such
    /// message.
    pub(crate) fn without(&self, seq: Seq, by: &str) -> Option<Vec<u8>> {
        let messages = self.messages().ok()?;
        messages
            .iter()
            .find(|message| message.seq == seq && !message.is_gap())?;
        let mut draft = BlockDraft::new();
        draft.begin(VERSION, self.room, self.first, self.first_at);
        for message in &messages {
            let kept = match message.seq == seq {
                true => Message {
                    name: by,
                    text: "",
                    manner: Manner::Speech,
                    irc: None,
                    account: None,
                    ..*message
                },
                false => *message,
            };
            draft.push(&kept);
        }
        Some(draft.body)
    }

    /// Reads a row of the columns of `block_columns!()`.
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            first: Seq(unsigned(row, 0)?),
            last: Seq(unsigned(row, 1)?),
            turn: Seq(unsigned(row, 2)?),
            room: RoomId(row.get(3)?),
            first_at: Timestamp(row.get(4)?),
            before: unsigned(row, 5)?,
            count: unsigned(row, 6)?,
            body: row.get(7)?,
        })
    }

    /// The messages, oldest first.
    ///
    /// # Errors
    /// [`Damage::Block`] if [`Drafts`] did not write this body.
    pub(crate) fn messages(&self) -> Result<Vec<Message<'_>>, Damage> {
        self.decode().ok_or(Damage::Block(self.first))
    }

    fn decode(&self) -> Option<Vec<Message<'_>>> {
        let (&version, mut rest) = self.body.split_first()?;
        let bits = match version {
            VERSION => 4,
            VERSION_2 => 3,
            VERSION_1 => 1,
            _ => return None,
        };
        // No message has fewer than five bytes, so a wrong count cannot allocate much.
        let count = usize::try_from(self.count).ok()?;
        let mut messages = Vec::with_capacity(count.min(rest.len() / 5));
        let (mut seq, mut at) = (self.first, self.first_at);
        while !rest.is_empty() {
            let before = seq;
            (seq, at) = take_place(&mut rest, seq, at)?;
            if (seq == before) != messages.is_empty() {
                return None;
            }
            let head = take_varint(&mut rest)?;
            let (name_bytes, flags) = (head >> bits, head & ((1 << bits) - 1));
            let manner = manner_of(flags & 3)?;
            let name = take_str(&mut rest, name_bytes)?;
            let account = match flags & HAS_ACCOUNT {
                0 => None,
                _ => Some(take_text(&mut rest)?),
            };
            let account = account.map(|account| if account.is_empty() { name } else { account });
            let irc = match flags & HAS_IRC {
                0 => None,
                _ => Some((take_text(&mut rest)?, take_text(&mut rest)?)),
            };
            let text = take_text(&mut rest)?;
            messages.push(Message {
                seq,
                at,
                manner,
                name,
                text,
                irc,
                account,
            });
        }
        (messages.len() == count && count > 0 && seq == self.last).then_some(messages)
    }

    /// The event of a message of this block.
    ///
    /// # Errors
    /// [`Damage::Block`] if its name or text is invalid.
    pub(crate) fn event(
        &self,
        message: &Message<'_>,
        names: &mut NameCache,
    ) -> Result<Event, Error> {
        let damage = Damage::Block(self.first);
        if message.is_gap() {
            return self.gap(message, names);
        }
        let text = Text::stored(message.text);
        let account = match message.account {
            Some(account) => Some(names.parse(account).ok_or(damage)?),
            None => None,
        };
        let fact = Fact::Said {
            person: NOBODY,
            name: names.parse(message.name).ok_or(damage)?,
            room: self.room,
            text: text.ok_or(damage)?,
            manner: message.manner,
            irc: message.irc_form(),
            account,
        };
        Ok(Event {
            seq: message.seq,
            at: message.at,
            fact,
            source: None,
        })
    }
}

impl Block {
    /// The event that stands for a deleted message.
    fn gap(&self, message: &Message<'_>, names: &mut NameCache) -> Result<Event, Error> {
        let by = names.parse(message.name);
        let deletion = Deletion {
            room: self.room,
            message: message.seq,
            by: by.ok_or(Damage::Block(self.first))?,
            why: None,
            is_signal: false,
        };
        Ok(Event {
            seq: message.seq,
            at: message.at,
            fact: Fact::Deleted(Box::new(deletion)),
            source: None,
        })
    }
}

/// A cache of parsed names. Parsing one costs far more than the rest of its message, and a few
/// people say most of what there is.
#[derive(Debug, Default)]
pub(crate) struct NameCache(HashMap<Box<str>, Name>);

/// Beyond it the names are read anew.
const NAMES_MAX: usize = 4096;

impl NameCache {
    /// The name of this spelling.
    pub(crate) fn parse(&mut self, spelling: &str) -> Option<Name> {
        if let Some(name) = self.0.get(spelling) {
            return Some(name.clone());
        }
        let name = Name::known(spelling)?;
        if self.0.len() >= NAMES_MAX {
            self.0.clear();
        }
        self.0.insert(spelling.into(), name.clone());
        Some(name)
    }
}

/// The number that a manner is stored as.
pub(crate) fn manner_as_number(manner: Manner) -> u64 {
    match manner {
        Manner::Speech => 0,
        Manner::Action => 1,
        Manner::Notice => 2,
    }
}

/// The manner with a number; `None` if there is none.
pub(crate) fn manner_of(number: u64) -> Option<Manner> {
    Some(match number {
        0 => Manner::Speech,
        1 => Manner::Action,
        2 => Manner::Notice,
        _ => return None,
    })
}

/// A column that is never negative.
pub(crate) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

/// SQLite only has signed numbers. None of ours gets that large.
pub(crate) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
impl Block {
    /// The first of its room, as it is read.
    pub(crate) fn of_draft(draft: &BlockDraft) -> Self {
        Self {
            first: draft.first,
            last: draft.last,
            turn: draft.first,
            room: draft.room,
            first_at: draft.first_at,
            before: 0,
            count: draft.count.into(),
            body: draft.body.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drafts::{BODY_BYTES_MAX, Drafts};
    use crate::encoding::{unzigzag, zigzag};
    use proptest::prelude::*;

    fn message<'a>(seq: u64, at: i64, name: &'a str, text: &'a str) -> Message<'a> {
        Message {
            seq: Seq(seq),
            at: Timestamp(at),
            manner: Manner::Speech,
            name,
            text,
            irc: None,
            account: None,
        }
    }

    fn filled(messages: usize, size: usize) -> Drafts {
        let mut drafts = Drafts::of_messages();
        for n in 0..messages {
            let room = RoomId(n as u32 % 3);
            let text = "x".repeat(size);
            let (seq, at) = (10 + 2 * n as u64, 1_000 - n as i64);
            let manner = [Manner::Speech, Manner::Action, Manner::Notice][n % 3];
            let message = message(seq, at, "lee", &text);
            drafts.push(room, &Message { manner, ..message });
        }
        drafts
    }

    #[test]
    fn rooms_have_blocks_of_their_own_in_the_order_of_their_first_messages() {
        let drafts = filled(7, 5);
        let firsts: Vec<_> = drafts
            .blocks()
            .iter()
            .map(|d| (d.room.0, d.first.0))
            .collect();
        assert_eq!(firsts, [(0, 10), (1, 12), (2, 14)]);
        let block = Block::of_draft(&drafts.blocks()[0]);
        let seqs: Vec<_> = block
            .messages()
            .expect("messages")
            .iter()
            .map(|m| m.seq.0)
            .collect();
        assert_eq!(seqs, [10, 16, 22]);
    }

    #[test]
    fn a_full_block_is_followed_by_another() {
        let drafts = filled(300, 1_000);
        let blocks = drafts.blocks();
        assert!(blocks.iter().all(|d| d.body.len() < BODY_BYTES_MAX + 1_100));
        assert!(blocks.is_sorted_by_key(|d| d.first));
        assert_eq!(blocks.iter().map(|d| d.count).sum::<u32>(), 300);
    }

    #[test]
    fn a_cleared_turn_leaves_nothing_behind() {
        let mut drafts = filled(300, 1_000);
        drafts.clear();
        assert!(drafts.blocks().is_empty());
        let expected = Message {
            irc: Some(("\u{2}größe", "+draft/reply=3")),
            account: Some("zoe"),
            ..message(1, -5, "Zoë", "größe")
        };
        drafts.push(RoomId(2), &expected);
        let block = Block::of_draft(&drafts.blocks()[0]);
        assert_eq!(block.messages(), Ok(vec![expected]));
    }

    #[test]
    fn the_account_of_ones_own_name_takes_a_byte() {
        let body = |account| {
            let mut drafts = Drafts::of_messages();
            let message = message(1, 0, "lee", "hi");
            drafts.push(RoomId(2), &Message { account, ..message });
            let block = Block::of_draft(&drafts.blocks()[0]);
            let read = block.messages().expect("messages")[0]
                .account
                .map(str::to_owned);
            (block.body.len(), read)
        };
        let (bytes, _) = body(None);
        let own = Some("lee");
        assert_eq!(body(own), (bytes + 1, own.map(str::to_owned)));
    }

    #[test]
    fn the_versions_before_are_read() {
        let waves = Message {
            manner: Manner::Action,
            ..message(10, 1_000, "lee", "waves")
        };
        for (version, bits) in [(VERSION_1, 1), (VERSION_2, 3)] {
            let head = &[version, 0, 0, 3 << bits | 1][..];
            let block = Block {
                body: [head, b"lee", &[5], b"waves"].concat(),
                ..Block::of_draft(&filled(1, 1).blocks()[0])
            };
            assert_eq!(block.messages(), Ok(vec![waves]));
        }
    }

    #[test]
    fn damage_is_noticed() {
        let drafts = filled(6, 5);
        let good = Block::of_draft(&drafts.blocks()[0]);
        for cut in 0..good.body.len() {
            let body = good.body[..cut].to_vec();
            let cut = Block {
                body,
                ..good.clone()
            };
            assert_eq!(cut.messages(), Err(Damage::Block(good.first)));
        }
        let count = Block {
            count: 3,
            ..good.clone()
        };
        assert!(count.messages().is_err());
        let version = Block {
            body: [&[VERSION + 1], &good.body[1..]].concat(),
            ..good
        };
        assert!(version.messages().is_err());
    }

    proptest! {
        #[test]
        fn numbers_come_back(value: u64, other: i64) {
            let mut bytes = Vec::new();
            put_varint(&mut bytes, value);
            put_varint(&mut bytes, zigzag(other));
            let mut rest = bytes.as_slice();
            prop_assert_eq!(take_varint(&mut rest), Some(value));
            prop_assert_eq!(take_varint(&mut rest).map(unzigzag), Some(other));
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn random_bytes_never_panic(body: Vec<u8>, first: u64, at: i64, count: u64) {
            let block = Block {
                first: Seq(first), last: Seq(first), turn: Seq(first), room: RoomId(0),
                first_at: Timestamp(at), before: 0, count, body,
            };
            let _ = block.messages();
        }

        #[test]
        fn a_changed_byte_never_panics(place: prop::sample::Index, byte: u8) {
            let drafts = filled(6, 5);
            let mut block = Block::of_draft(&drafts.blocks()[1]);
            let place = place.index(block.body.len());
            block.body[place] = byte;
            let mut names = NameCache::default();
            for message in block.messages().unwrap_or_default() {
                let _ = block.event(&message, &mut names);
            }
        }
    }
}

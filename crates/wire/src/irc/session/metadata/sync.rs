//! The metadata that others have already: when a client enters a room, when it subscribes to a key,
//! and when it asks (SYNC).
//!
//! A client that subscribes is sent what its rooms have (`draft/metadata-2`), or is told to ask for
//! everything (`draft/metadata-3`, which has `*ALL` for it).

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use chinwag_core::{MemberCursor, MetadataLine, MetadataTarget, Name, Query, RoomName, RoomRef};

use super::MetadataQuestion;
use crate::dialect::{Ask, Env, Step};
use crate::irc::session::{Question, Session, Stage};

/// The target that stands for all rooms of the client and all people whom it sees.
const EVERYTHING: &str = "*ALL";

/// Why a room's metadata is shown.
#[derive(Clone, Copy, Debug)]
pub(in crate::irc::session) enum Sync {
    /// The client has entered it, or has subscribed to a key.
    Entered,
    /// The client asks.
    Asked,
    /// The client asks, and some of the answer is in this batch already.
    Begun(u64),
    /// The client asks for everything, and the answer is in this batch, which others end.
    Part(u64),
}

impl Session {
    /// Whether the command asks for everything.
    pub(super) fn means_everything(&self, typed: &str, subcommand: &str) -> bool {
        let is_sync = subcommand.eq_ignore_ascii_case("SYNC");
        is_sync && typed == EVERYTHING && !self.has_older()
    }

    pub(super) fn sync(
        &mut self,
        typed: &str,
        target: MetadataTarget,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        match target {
            MetadataTarget::Room(room) => {
                let question = MetadataQuestion::SyncRoom(room.clone(), Sync::Asked);
                self.later(page_of(room), Question::Metadata(Box::new(question)));
            }
            _ => self.ask_metadata(target, MetadataQuestion::SyncPerson(typed.into()), env, out),
        }
    }

    /// Writes everything in one batch: room after room, then the people whom the client monitors.
    pub(super) fn sync_all(&mut self, env: &Env<'_>, out: &mut Vec<u8>) {
        let batch = self.begin_metadata(format_args!("metadata {EVERYTHING}"), env, out);
        for room in self.pay_for_rooms(env) {
            let question = MetadataQuestion::SyncRoom(room.clone(), Sync::Part(batch));
            self.later(page_of(room), Question::Metadata(Box::new(question)));
        }
        let monitored: Vec<String> = self.monitored().iter().map(Name::to_string).collect();
        for name in monitored {
            let ask = Ask::Query(Query::Metadata(MetadataTarget::Person(name.into())));
            let question = MetadataQuestion::SyncMonitored(batch);
            self.later(ask, Question::Metadata(Box::new(question)));
        }
        self.answer_behind(out, |session, out| session.end_batch(batch, env, out));
    }

    /// The client has subscribed to keys that others may have already.
    pub(super) fn sync_subscribed(&mut self, env: &Env<'_>, out: &mut Vec<u8>) {
        if !matches!(self.stage, Stage::Here(_)) {
            return;
        }
        if !self.has_older() {
            let what = format_args!("{EVERYTHING} 0 :Ask for it: METADATA {EVERYTHING} SYNC");
            return self.numeric("774", what, env, out);
        }
        for room in self.pay_for_rooms(env) {
            let question = MetadataQuestion::SyncRoom(room.clone(), Sync::Entered);
            self.later(page_of(room), Question::Metadata(Box::new(question)));
        }
    }

    /// The rooms of the client, each of which costs as much as a command.
    fn pay_for_rooms(&mut self, env: &Env<'_>) -> Vec<RoomName> {
        let rooms = self.rooms.iter().filter_map(|room| env.rooms.get(room));
        let rooms: Vec<RoomName> = rooms.cloned().collect();
        rooms.iter().for_each(|_| self.pay(1, env));
        rooms
    }

    /// Asks next for the metadata of a room and its people, if the client has subscribed to any
    /// key.
    pub(in crate::irc::session) fn sync_entered(&mut self, room: &RoomName) {
        if self.subscribed().is_empty() {
            return;
        }
        let question = MetadataQuestion::SyncRoom(room.clone(), Sync::Entered);
        let question = Question::Metadata(Box::new(question));
        self.pending
            .queue
            .push_front(page_of(room.clone()), question);
    }

    /// Writes a page of the metadata of a room and its people, and asks for the next, or ends the
    /// batch. A client that enters a room with more than a page is told to ask.
    pub(super) fn put_metadata_page(
        &mut self,
        question: MetadataQuestion,
        (room, lines, next): (&RoomName, &[MetadataLine], Option<MemberCursor>),
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let MetadataQuestion::SyncRoom(asked, sync) = question else {
            return None;
        };
        let batch = match sync {
            Sync::Entered if next.is_some() => {
                self.put_sync_later(room, env, out);
                return None;
            }
            // In the newer draft an empty batch says so.
            Sync::Entered if self.has_older() && !self.concerns_any(lines) => {
                return None;
            }
            Sync::Entered | Sync::Asked => {
                self.begin_metadata(format_args!("metadata {room}"), env, out)
            }
            Sync::Begun(batch) | Sync::Part(batch) => batch,
        };
        for (subject, metadata) in lines {
            self.put_subscribed(Some(batch), subject, metadata, env, out);
        }
        let is_part = matches!(sync, Sync::Part(_));
        let Some(next) = next else {
            if !is_part {
                self.end_batch(batch, env, out);
            }
            return None;
        };
        let sync = match is_part {
            true => sync,
            false => Sync::Begun(batch),
        };
        let question = MetadataQuestion::SyncRoom(asked, sync);
        self.pending.question = Some(Box::new(Question::Metadata(Box::new(question))));
        let query = Query::MetadataIn {
            room: RoomRef::Name(room.clone()),
            after: Some(next),
        };
        Some(Step::AskWhenWritten(Ask::Query(query)))
    }

    /// Says that a room has more metadata than the client can be sent unasked.
    fn put_sync_later(&self, room: &RoomName, env: &Env<'_>, out: &mut Vec<u8>) {
        match self.has_older() {
            true => self.numeric("774", room, env, out),
            false => {
                let what = format_args!("{room} 0 :Ask for it: METADATA {room} SYNC");
                self.numeric("774", what, env, out);
            }
        }
    }

    fn concerns_any(&self, lines: &[MetadataLine]) -> bool {
        let mut keys = lines.iter().flat_map(|(_, metadata)| metadata.iter());
        keys.any(|(key, _)| self.subscribes(key))
    }
}

/// The first page of the metadata of a room and its people.
fn page_of(room: RoomName) -> Ask {
    Ask::Query(Query::MetadataIn {
        room: RoomRef::Name(room),
        after: None,
    })
}

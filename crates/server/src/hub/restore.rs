//! Restores the sessions of an earlier run from their rows.

use chinwag_core::{KeepsName, KeptSession, ResumeCode, RoomId, Seq, Timestamp};
use chinwag_feed::Unacknowledged;
use chinwag_wire::dialect::Saved;

use super::Hub;
use super::record::Record;
use super::survive::RowKey;

impl Hub {
    /// Puts back the sessions of an earlier run.
    pub(super) fn restore_sessions(&mut self, now: Timestamp) {
        let (rows, mark) = self.store.sessions(now).unwrap_or_else(|error| {
            tracing::warn!("cannot read the sessions of the last run: {error}");
            Default::default()
        });
        let marks = mark.unwrap_or_default();
        let marks: Vec<Seq> = marks
            .split(' ')
            .map(|mark| Seq(mark.parse().unwrap_or(0)))
            .collect();
        let newest = self.numbers.last();
        let read = rows.into_iter().map(|row| {
            let was_here = row.until == Timestamp(i64::MAX);
            let until = match was_here {
                true => now + self.chat.resume_time(),
                false => row.until,
            };
            let record = Record::parse(&row.text, row.name, Some(until));
            (record, row.code_hash, (until, was_here))
        });
        let records: Vec<_> = read.collect();
        self.keep_numbers(records.iter().map(|(record, ..)| record));
        self.reopen_rooms(records.iter().map(|(record, ..)| record), now);
        for (mut record, code_hash, (until, was_here)) in records {
            let mark = marks.get(record.shard).copied().unwrap_or_default();
            let reached = record.reached.filter(|reached| mark < reached.until);
            let seen = match was_here {
                true => reached.map_or(mark, |reached| reached.seen),
                false => newest,
            };
            if was_here {
                record
                    .rooms
                    .iter_mut()
                    .for_each(|(_, after)| *after = Some(seen));
                record.unseen.stored = Some((seen, newest));
                record.unseen.doubted = Some(newest);
            }
            if record.session.rights.keeps_name != KeepsName::Everywhere {
                for past in &mut record.session.names {
                    // Nobody has borne it since, but from now on somebody may.
                    past.until = past.until.min(newest);
                }
            }
            self.restore(record, code_hash, until, seen);
        }
        // Of a room that was removed just before a kill only the store knows.
        self.write_kept();
        self.chat.close_deserted();
        let is_open = |room: RoomId| self.chat.room_name(room).is_some();
        if let Err(error) = self.store.forget_empty_rooms(&is_open) {
            tracing::warn!("cannot forget empty rooms: {error}");
        }
    }

    /// Opens the rooms of which nothing was stored, as nothing was said or set there: their people
    /// come back, and nobody gets a right by coming first. Of two with one name the newer counts,
    /// since the name was free when it was made.
    fn reopen_rooms<'a>(&mut self, records: impl Iterator<Item = &'a Record>, now: Timestamp) {
        let rooms = records.flat_map(|record| &record.rooms);
        let rooms = rooms.filter_map(|(kept, _)| Some((kept.id?, &kept.name)));
        let is_closed = |room: &RoomId| self.chat.room_name(*room).is_none();
        let mut closed: Vec<_> = rooms.filter(|(room, _)| is_closed(room)).collect();
        closed.sort_unstable_by_key(|(room, _)| std::cmp::Reverse(*room));
        closed.dedup_by_key(|(room, _)| *room);
        for (room, name) in closed {
            if !self.is_retired(room, true) {
                self.chat.reopen_room(room, name, now);
            }
        }
    }

    /// Makes sure that new people get no number that a restored session knows, since there it means
    /// somebody else.
    fn keep_numbers<'a>(&mut self, records: impl Iterator<Item = &'a Record>) {
        let known = records.flat_map(|record| {
            let session = &record.session;
            let ignored = session.ignores.iter();
            let ignored = ignored.filter_map(|ignored| ignored.person);
            let sender = session.private.last_sender.as_ref();
            let sender = sender.and_then(|sender| sender.person);
            ignored.chain(sender).chain(record.id)
        });
        if let Some(newest) = known.max() {
            self.chat.number_people_after(newest);
        }
    }

    fn restore(&mut self, record: Record, key: RowKey, until: Timestamp, seen: Seq) {
        let is_there = |room: &RoomId| self.chat.room_name(*room).is_some();
        let (mut rooms, mut gone) = (Vec::new(), Vec::new());
        for (kept, after) in &record.rooms {
            match kept.id.filter(is_there) {
                Some(room) => rooms.push((room, after.unwrap_or(seen))),
                None => gone.push(kept.clone()),
            }
        }
        let current = record.current.as_ref().and_then(|kept| kept.id);
        let current = current.filter(is_there);
        let session = KeptSession {
            rooms: rooms.iter().map(|(room, _)| *room).collect(),
            ..record.session
        };
        let code = ResumeCode::from_random((self.rng)());
        let person = self.chat.restore(record.id, session, until, seen, code);
        self.survivors.handle_restored(person, key, code);
        if !gone.is_empty() {
            self.survivors.handle_told(person);
        }
        gone.into_iter()
            .chain(record.ended)
            .for_each(|room| self.lost.note_ended(person, room));
        let unseen = Unacknowledged {
            rooms,
            ..record.unseen
        };
        let saved = record
            .settings
            .map(|text| Saved::from_text(&text).with_current(current));
        let household = self.chat.household_of(person);
        self.lost.restore(person, household, saved, unseen, until);
    }
}

//! Writes what has changed of sessions: some of it once a second, all of it when the server stops.

use chinwag_core::{PersonId, RoomId, Seq, Timestamp};
use chinwag_store::{Resumable, SessionChanges};

use super::super::Hub;
use super::{Record, RowKey, SWEEP_TIME, Survivors};
use crate::limits::SESSION_ROWS_MAX;

impl Hub {
    /// Deletes now and then what can no longer be resumed.
    pub(in crate::hub) fn sweep_sessions(&mut self, now: Timestamp) {
        if now < self.survivors.swept + SWEEP_TIME && now >= self.survivors.swept {
            return;
        }
        self.survivors.swept = now;
        if let Err(error) = self.store.forget_sessions(now) {
            tracing::warn!("cannot forget lost sessions: {error}");
        }
        // It has looked at all of them.
        self.store.release_pages();
    }

    /// Writes some of what has changed. Returns whether there is more.
    pub(in crate::hub) fn write_sessions(&mut self) -> bool {
        let some = self.survivors.unwritten.next(SESSION_ROWS_MAX);
        self.survivors.end_some();
        let movements = self.store.has_movements();
        let more = self.write_with(movements, &some);
        if some.len() == SESSION_ROWS_MAX {
            // Nobody needs the pages of a crowd soon.
            self.store.release_pages();
        }
        more
    }

    pub(super) fn write_these(&mut self, people: &[(PersonId, Seq)]) -> bool {
        self.write_with(false, people)
    }

    /// Writes sessions, and the movements that wait.
    fn write_with(&mut self, movements: bool, people: &[(PersonId, Seq)]) -> bool {
        let profiles = self.survivors.pending.profiles.len();
        for &(person, _) in people {
            self.add_row(person);
        }
        // A mark that is written before the row of a lost session would pass over its lines.
        let is_all = people.len() == self.survivors.unwritten.len();
        let mut changes = self.survivors.take_changes(is_all);
        changes.movements = movements;
        let next_room = self.note_numbers(&mut changes);
        if changes.is_empty() {
            self.survivors.forget(people);
            return false;
        }
        let written = self.store.change_sessions(&changes);
        let fails = written.is_err();
        if let Err(error) = written {
            if !self.survivors.fails {
                tracing::warn!("cannot save sessions: {error}");
            }
            // The sessions will have changed by the next time.
            changes.sessions.clear();
            if changes.mark.take().is_some() {
                self.survivors.marks.give_back();
            }
            changes.profiles.truncate(profiles);
            self.survivors.pending = changes;
        } else {
            self.survivors.next_room = next_room;
            self.survivors.forget(people);
        }
        self.survivors.fails = fails;
        !fails && self.survivors.has_more()
    }

    /// Sessions and profiles name rooms by number, so after a restart no new room may get such a
    /// number.
    fn note_numbers(&self, changes: &mut SessionChanges) -> RoomId {
        let next_room = self.chat.next_room();
        let is_new = next_room != self.survivors.next_room && !changes.is_empty();
        changes.next_room = is_new.then_some(next_room);
        next_room
    }

    fn add_row(&mut self, person: PersonId) {
        let Some((record, key)) = self.record(person).zip(self.row_key(person)) else {
            return;
        };
        let profile = self.profile_of(person, &record);
        let changes = &mut self.survivors.pending;
        changes.profiles.extend(profile);
        // Nobody could resume it.
        if record.session.connection.is_resumable && self.store.outlives_process() {
            changes.sessions.push(row_of(&record, key));
        }
    }

    /// Writes every session as it is when the server has stopped.
    pub(crate) fn write_all_sessions(&mut self, now: Timestamp) {
        let mut everybody: Vec<PersonId> = self.chat.everybody().collect();
        everybody.sort_unstable();
        let until = now + self.chat.resume_time();
        let mut changes = SessionChanges::default();
        for person in everybody {
            let Some((record, key)) = self.record_at_end(person, until).zip(self.row_key(person))
            else {
                continue;
            };
            changes.profiles.extend(self.profile_of(person, &record));
            self.survivors.unwritten.remove(person);
            if record.session.connection.is_resumable {
                changes.sessions.push(row_of(&record, key));
            }
        }
        while self.write_sessions() {}
        self.note_numbers(&mut changes);
        if let Err(error) = self.store.change_sessions(&changes) {
            tracing::warn!("cannot save sessions: {error}");
        }
    }

    /// The record of a session as if its link were lost now.
    fn record_at_end(&self, person: PersonId, until: Timestamp) -> Option<Record> {
        let mut record = self.record(person)?;
        record.session.until = Some(until);
        if let Some(unseen) = self.lost.unseen(person) {
            for (kept, after) in &mut record.rooms {
                let mut rooms = unseen.rooms.iter();
                let found = rooms.find(|(room, _)| Some(*room) == kept.id);
                *after = found.map(|(_, after)| *after);
            }
            record.unseen = unseen.clone();
            self.add_deeds(person, &mut record);
        }
        Some(record)
    }

    /// Only this process knows what was done meanwhile.
    pub(super) fn add_deeds(&self, person: PersonId, record: &mut Record) {
        let rooms = record.rooms.iter();
        let rooms = rooms.filter_map(|(room, after)| Some((room.id?, (*after)?)));
        let rooms: Vec<(RoomId, Seq)> = rooms.collect();
        let client = record.session.connection.client;
        let deeds = self.deeds_told(person, client, &rooms);
        record.unseen.private.extend(deeds);
    }
}

fn row_of(record: &Record, key: RowKey) -> Resumable {
    Resumable {
        code_hash: key,
        name: record.session.name.clone(),
        until: record.session.until.unwrap_or(Timestamp(i64::MAX)),
        text: record.to_text(),
    }
}

impl Survivors {
    /// Takes what is to be written, the marks included if they may be.
    fn take_changes(&mut self, with_marks: bool) -> SessionChanges {
        let mut changes = std::mem::take(&mut self.pending);
        if with_marks {
            changes.mark = self.marks.take_new();
        }
        changes
    }

    fn forget(&mut self, written: &[(PersonId, Seq)]) {
        for (person, _) in written {
            self.unwritten.remove(*person);
            self.chosen.remove(person);
        }
    }
}

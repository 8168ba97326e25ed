//! What the hub's events mean for a session: its person, and the rooms that they are in.

use chinwag_core::{Event, Fact, PersonId, Quit, QuitReason, RoomId};
use chinwag_feed::{Reader, RoomLog};
use chinwag_wire::dialect::Tell;

use super::{Session, Stage};
use crate::shard::{Shared, slot_of};

impl Session {
    /// The session speaks for this person now.
    pub(crate) fn handle_person(&mut self, person: PersonId, event: &Event, shared: &mut Shared) {
        self.person = Some(person);
        self.feed.handle_seen(shared.newest);
        self.exchange.end_departing();
        if !matches!(self.stage, Stage::Over) {
            self.stage = Stage::Open;
        }
        self.handle_event(event, shared);
        if let Fact::Returned(_) = event.fact {
            // What it has missed is shown first.
            self.feed.hold(self.feed.seen());
        }
    }

    /// An event concerns the session's person.
    pub(crate) fn handle_event(&mut self, event: &Event, shared: &mut Shared) {
        if let Some(me) = self.person {
            self.handle_account(me, event, shared);
            self.drive(shared, |dialect, env, out| {
                dialect.handle_event(event, me, env, out);
                None
            });
            self.poll_steps(shared);
        }
    }

    /// The person has entered a room: the session sees what is appended from now on. If this is part
    /// of getting the person, so is the event.
    pub(crate) fn handle_joined(&mut self, id: RoomId, event: &Event, shared: &mut Shared) {
        let Some(name) = shared.rooms.names.get(&id) else {
            return;
        };
        self.dialect.handle_joined(id);
        let format = self.dialect.format(id);
        let number = shared.rooms.formats.intern(&format);
        let bytes_max = shared.config.limits.room_log_bytes_max;
        let newest = shared.newest;
        let room = shared.rooms.logs.entry(id);
        let room = room.or_insert_with(|| RoomLog::new(name.clone(), newest, bytes_max));
        let (wall, settings) = (shared.wall, &shared.config.settings);
        self.feed
            .handle_join(slot_of(self.id), id, room, number, || {
                format.renderer(wall, settings)
            });
        self.apply_changes(shared);
        self.handle_moved(event, id, shared);
    }

    fn handle_moved(&mut self, event: &Event, room: RoomId, shared: &mut Shared) {
        self.drive(shared, |dialect, env, out| {
            dialect.handle_moved(event, room, env, out);
            None
        });
        self.poll_steps(shared);
    }

    /// The person has left a room; `event` if they did so by themselves. What was said there before
    /// is still shown.
    pub(crate) fn handle_left(&mut self, id: RoomId, event: Option<&Event>, shared: &mut Shared) {
        self.leave(id, shared);
        if let Some(event) = event {
            self.handle_moved(event, id, shared);
        }
        let last = self.feed.rooms().last().map(|(room, _)| room);
        self.dialect.handle_left(id, last);
        self.apply_changes(shared);
    }

    fn leave(&mut self, id: RoomId, shared: &mut Shared) {
        if !self.is_over() {
            self.poll_write(shared);
        }
        self.feed
            .handle_leave(slot_of(self.id), id, &mut shared.rooms.logs);
    }

    /// The person has left the server.
    pub(crate) fn handle_quit(&mut self, quit: &Quit, shared: &mut Shared) {
        self.exchange.end_departing();
        if !quit.is_resumable {
            self.tell_deferred();
        }
        self.tell(Tell::Farewell(&quit.why), shared);
        match self.person.filter(|_| quit.is_resumable) {
            Some(person) => {
                self.person = None;
                self.lose(person, shared);
            }
            None => self.close_detached(shared),
        }
    }

    /// The person continues without this connection; if there is no reason, on another that has
    /// replaced it.
    pub(crate) fn handle_detached(&mut self, why: Option<&QuitReason>, shared: &mut Shared) {
        self.exchange.abandon();
        self.tell_deferred();
        self.tell(why.map_or(Tell::Superseded, Tell::Farewell), shared);
        self.close_detached(shared);
    }

    fn close_detached(&mut self, shared: &mut Shared) {
        self.detach(shared);
        self.close_when_written();
    }

    /// The newest line of a room is this person's.
    pub(crate) fn handle_own(&mut self, event: &Event, room: RoomId, shared: &Shared) {
        if self.dialect.is_own(event) {
            self.feed.handle_own(room, &shared.rooms.logs);
        }
    }

    /// The newest line of a room is what this person did there on this connection.
    pub(crate) fn handle_own_doing(&mut self, event: &Event, room: RoomId, shared: &mut Shared) {
        self.drive(shared, |dialect, env, out| {
            dialect.handle_own_doing(event, room, env, out);
            None
        });
        self.handle_own(event, room, shared);
    }

    /// The session is dropped.
    pub(crate) fn handle_drop(&mut self, shared: &mut Shared) {
        self.detach(shared);
        self.leave_bucket_to_address(shared);
    }

    /// Removes the session from all rooms, and its person from it.
    pub(crate) fn detach(&mut self, shared: &mut Shared) {
        let rooms: Vec<RoomId> = self.feed.rooms().map(|(room, _)| room).collect();
        for room in rooms {
            self.leave(room, shared);
        }
        self.person = None;
        shared.watchers.forget(slot_of(self.id));
    }

    /// Something that the session watches has happened.
    pub(crate) fn handle_watched(&mut self, event: &Event, shared: &mut Shared) {
        self.drive(shared, |dialect, env, out| {
            dialect.handle_watched(event, env, out);
            None
        });
    }

    /// Adopts how the dialect shows its rooms now, and has the hub keep what a later connection
    /// should find again.
    pub(super) fn apply_changes(&mut self, shared: &mut Shared) {
        self.sees_all = self.dialect.reader(&shared.env()).sees_all();
        if self.dialect.poll_format() {
            let rooms: Vec<RoomId> = self.feed.rooms().map(|(room, _)| room).collect();
            for room in rooms {
                let format = self.dialect.format(room);
                let number = shared.rooms.formats.intern(&format);
                let (wall, settings) = (shared.wall, &shared.config.settings);
                self.feed
                    .handle_format(room, number, &mut shared.rooms.logs, || {
                        format.renderer(wall, settings)
                    });
            }
        }
        if let Some(watched) = self.dialect.poll_watched() {
            shared.watchers.set(slot_of(self.id), watched);
        }
        if self.person.is_some()
            && let Some(saved) = self.dialect.poll_saved()
        {
            self.save(saved, shared);
        }
    }
}

//! Writing: everything from a session's cursors to the heads of its logs, in as few system calls
//! as its socket takes.

use chinwag_core::{Fact, Monotonic, RoomId, Seq, Timestamp};
use chinwag_wire::plain::{Notice, Renderer, Style, mentions};
use hashbrown::HashMap;

use super::session::{Member, Session, Stage};
use super::tape::{Room, Tape, View};
use super::{Shard, input::LINGER_TIME};

/// Bytes that are put together for one system call, where lines are left out or several logs merged.
pub(super) const MERGE_BYTES_MAX: usize = 64 << 10;

/// What the lines of a flush are made of.
struct Sources<'a> {
    rooms: &'a mut HashMap<RoomId, Room>,
    styles: &'a [Style],
    scratch: &'a mut Vec<u8>,
    wall: Timestamp,
}

impl Shard {
    /// Writes to every session that has something to be written.
    pub(crate) fn flush_all(&mut self) {
        for room in std::mem::take(&mut self.rung) {
            self.flush_room(room);
        }
        self.flush_awake();
    }

    /// Writes to every session that has lines of its own to be written.
    pub(super) fn flush_awake(&mut self) {
        for slot in std::mem::take(&mut self.awake) {
            if let Some(session) = self.sessions.get_mut(slot) {
                session.is_awake = false;
                self.flush(slot);
            }
        }
    }

    /// Offers a room's new lines to its members: to most of them straight from the tape, one
    /// behind the other; then to those for whom there is more to look at.
    fn flush_room(&mut self, id: RoomId) {
        let Some(room) = self.rooms.get(&id) else {
            return;
        };
        let mut others = std::mem::take(&mut self.others);
        let mut least = u64::MAX;
        for &slot in &room.members {
            let session = &mut self.sessions[slot];
            match session.write_straight((id, room), &self.rooms, self.now) {
                Some(cursor) => least = least.min(cursor),
                None => others.push(slot),
            }
        }
        for slot in others.drain(..) {
            self.flush(slot);
            let session = self.sessions.get(slot);
            let cursor = session.and_then(|session| session.cursor(id));
            least = least.min(cursor.unwrap_or(u64::MAX));
        }
        self.others = others;
        self.forget_written(id, least);
    }

    /// Drops what all members of a room have been written, given the least of their cursors.
    fn forget_written(&mut self, id: RoomId, least: u64) {
        let sessions = &self.sessions;
        if let Some(room) = self.rooms.get_mut(&id) {
            room.rung = false;
            let views: Vec<View> = match room.tapes.len() {
                // Most rooms have one tape, and somebody is there to see it.
                0 | 1 => room.tapes.iter().map(|tape| tape.view).collect(),
                _ => {
                    let members = room.members.iter().filter_map(|&slot| sessions.get(slot));
                    members.filter_map(|session| session.view(id)).collect()
                }
            };
            room.forget(least.min(room.head), |view| views.contains(&view));
        }
    }

    /// Writes to one session.
    pub(super) fn flush(&mut self, slot: usize) {
        let Some(session) = self.sessions.get_mut(slot) else {
            return;
        };
        if session.is_dead {
            return self.list(slot);
        }
        let mut sources = Sources {
            rooms: &mut self.rooms,
            styles: &self.styles,
            scratch: &mut self.scratch,
            wall: self.wall,
        };
        while session.write_some(&mut sources, self.now) {}
        if session.is_blocked || session.is_dead || matches!(session.stage, Stage::Leaving) {
            self.after_flush(slot);
        }
    }

    fn after_flush(&mut self, slot: usize) {
        let session = &mut self.sessions[slot];
        let may_close = matches!(session.stage, Stage::Leaving) && !session.departing;
        if may_close && session.is_written() {
            if session.is_dead || session.input_ended {
                // Where nothing more can come, closing loses nothing.
                session.stage = Stage::Over;
            } else {
                session.socket.shut_down_write();
                session.stage = Stage::Lingering {
                    until: self.now + LINGER_TIME,
                };
            }
        }
        self.list(slot);
        self.watch_deadline(slot);
    }

    /// Has a room rendered for a session from here on.
    pub(super) fn open_tape(&mut self, slot: usize, id: RoomId) {
        let session = &self.sessions[slot];
        let member = session.members.iter().find(|member| member.room == id);
        if let (Some(member), Some(room)) = (member, self.rooms.get_mut(&id)) {
            let view = session.view_of(member);
            let styles = &self.styles;
            let style = || styles[usize::from(view.style)].clone();
            room.tape(view, member.cursor, self.wall, style);
        }
    }

    /// What keeps a room's log may have been this session, which has caught up.
    pub(super) fn forget_read(&mut self, slot: usize) {
        let Some(session) = self.sessions.get(slot) else {
            return;
        };
        for room in session.members.iter().map(|member| member.room) {
            if let Some(own) = self.rooms.get_mut(&room)
                && !own.rung
            {
                own.rung = true;
                self.rung.push(room);
            }
        }
    }
}

impl Session {
    fn cursor(&self, room: RoomId) -> Option<u64> {
        let mut members = self.members.iter();
        members
            .find(|member| member.room == room)
            .map(|member| member.cursor)
    }

    /// How it sees one of its rooms.
    fn view(&self, room: RoomId) -> Option<View> {
        let member = self.members.iter().find(|member| member.room == room)?;
        Some(self.view_of(member))
    }

    fn view_of(&self, member: &Member) -> View {
        View {
            style: self.style,
            current: member.current,
            quiet: self.prefs.quiet,
        }
    }

    /// Writes a room's new lines from its tape, without a copy, if there is nothing else to be
    /// written and nothing to be left out. Returns its cursor then, or if its socket takes nothing;
    /// `None` if it has to be looked at more closely.
    fn write_straight(
        &mut self,
        (id, room): (RoomId, &Room),
        rooms: &HashMap<RoomId, Room>,
        now: Monotonic,
    ) -> Option<u64> {
        let place = self.members.iter().position(|member| member.room == id)?;
        let member = self.members[place];
        if self.is_blocked {
            return Some(member.cursor);
        }
        let has_more = self.skipped > 0 || !self.is_written() || !self.sees_all();
        if has_more || member.own > 0 || self.is_dead || matches!(self.stage, Stage::Leaving) {
            return None;
        }
        let mut others = self.members.iter().filter(|other| other.room != id);
        let are_read = |other: &Member| {
            rooms
                .get(&other.room)
                .is_none_or(|room| other.cursor == room.head)
        };
        if !others.all(are_read) {
            return None;
        }
        let tape = room.opened(self.view_of(&member), member.cursor)?;
        let bytes = tape.bytes_from(member.cursor);
        let taken = self.write(bytes, now);
        let (next, rest) = match taken == bytes.len() {
            true => (tape.head(), &[][..]),
            false => tape.advance(member.cursor, taken),
        };
        self.tail = rest.into();
        self.members[place].cursor = next;
        if let Some(mark) = next.checked_sub(1).and_then(|last| tape.mark(last)) {
            self.seen = mark.event.seq;
        }
        (taken == bytes.len()).then_some(next)
    }

    /// Writes one piece. Returns whether there may be another.
    fn write_some(&mut self, sources: &mut Sources<'_>, now: Monotonic) -> bool {
        if self.is_dead || self.is_blocked {
            return false;
        }
        if !self.tail.is_empty() {
            return self.write_tail(now);
        }
        if self.skipped > 0 {
            self.tell_skipped(sources);
            return true;
        }
        let rooms = &*sources.rooms;
        let has_news = |member: &&Member| {
            rooms
                .get(&member.room)
                .is_some_and(|room| member.cursor < room.head)
        };
        let mut news = self
            .members
            .iter()
            .enumerate()
            .filter(|(_, member)| has_news(member));
        match (news.next(), news.next()) {
            (None, _) if self.private.is_empty() => false,
            (Some((place, _)), None) if self.private.is_empty() && self.sees_all() => {
                self.write_others(place, sources, now)
            }
            _ => self.write_merged(sources, now),
        }
    }

    fn write_tail(&mut self, now: Monotonic) -> bool {
        let mut tail = std::mem::take(&mut self.tail);
        let taken = self.write(&tail, now);
        if taken < tail.len() {
            tail.drain(..taken);
            self.tail = tail;
            return false;
        }
        true
    }

    fn tell_skipped(&mut self, sources: &Sources<'_>) {
        let lines = std::mem::take(&mut self.skipped);
        if let Some(style) = sources.styles.get(usize::from(self.style)) {
            let renderer = Renderer::new(style.clone(), sources.wall);
            renderer.notice(&mut self.tail, Notice::Skipped { lines });
        }
    }

    /// Writes one room's log without the lines that this session has typed itself: they come in
    /// rows, so that what lies between is copied in long pieces.
    fn write_others(&mut self, place: usize, sources: &mut Sources<'_>, now: Monotonic) -> bool {
        let mut others = std::mem::take(sources.scratch);
        others.clear();
        let person = self.person.filter(|_| !self.prefs.echo);
        if let Some((tape, cursor)) = self.tape(place, sources) {
            let copied = tape.copy_others(cursor, person, &mut others);
            if let Some(seq) = copied.newest {
                self.seen = seq;
            }
            let member = &mut self.members[place];
            member.cursor = copied.next;
            member.own = member.own.saturating_sub(copied.own);
        }
        self.write_scratch(others, sources, now)
    }

    /// Writes what was put together. Returns whether the socket took it all.
    fn write_scratch(&mut self, bytes: Vec<u8>, sources: &mut Sources<'_>, now: Monotonic) -> bool {
        let taken = self.write(&bytes, now);
        self.tail = bytes[taken..].into();
        let is_all = taken == bytes.len();
        *sources.scratch = bytes;
        is_all
    }

    /// The tape of one of its rooms, and where it is on it. `None` if it was so far behind that it
    /// has to be told.
    fn tape<'a>(&mut self, place: usize, sources: &'a mut Sources<'_>) -> Option<(&'a Tape, u64)> {
        let member = &self.members[place];
        let view = self.view_of(member);
        let room = sources.rooms.get_mut(&member.room)?;
        let (styles, style) = (sources.styles, usize::from(view.style));
        let tape = room.tape(view, member.cursor, sources.wall, || styles[style].clone());
        if member.cursor < tape.first() {
            self.skipped += tape.first() - member.cursor;
            self.members[place].cursor = tape.first();
            return None;
        }
        Some((tape, self.members[place].cursor))
    }

    /// Writes lines of several logs, in order, and without those that it does not want to see.
    fn write_merged(&mut self, sources: &mut Sources<'_>, now: Monotonic) -> bool {
        let mut merged = std::mem::take(sources.scratch);
        merged.clear();
        while merged.len() < MERGE_BYTES_MAX && self.merge_next(&mut merged, sources) {}
        self.write_scratch(merged, sources, now)
    }

    /// Appends what comes next in the order. Returns whether there was something.
    fn merge_next(&mut self, merged: &mut Vec<u8>, sources: &mut Sources<'_>) -> bool {
        let private = self.private.front().map(|(after, _)| *after);
        let next = self.next_entry(sources);
        let Some((place, seq)) = next else {
            return self.skipped == 0 && self.merge_private(merged);
        };
        // A private line stands behind the events up to its place.
        if private.is_some_and(|after| after < seq) {
            return self.merge_private(merged);
        }
        self.merge_entry(place, merged, sources);
        true
    }

    fn merge_private(&mut self, merged: &mut Vec<u8>) -> bool {
        let line = self.pop_private();
        if let Some((_, line)) = &line {
            merged.extend_from_slice(line);
        }
        line.is_some()
    }

    /// The room whose next entry is the oldest.
    fn next_entry(&mut self, sources: &mut Sources<'_>) -> Option<(usize, Seq)> {
        let mut oldest: Option<(usize, Seq)> = None;
        for place in 0..self.members.len() {
            let member = self.members[place];
            let head = sources.rooms.get(&member.room).map_or(0, |room| room.head);
            if member.cursor >= head {
                continue;
            }
            let seq = match self.tape(place, sources) {
                Some((tape, cursor)) => tape.mark(cursor).map(|mark| mark.event.seq),
                // It is told of what it has missed, and the rest goes on behind that.
                None => return None,
            };
            let seq = seq.unwrap_or_default();
            if oldest.is_none_or(|(_, least)| seq < least) {
                oldest = Some((place, seq));
            }
        }
        oldest
    }

    fn merge_entry(&mut self, place: usize, merged: &mut Vec<u8>, sources: &mut Sources<'_>) {
        let (person, seen) = (self.person, self.seen);
        let name = self.name.clone().filter(|_| self.prefs.bell);
        let ignores = std::mem::take(&mut self.ignores);
        let echo = self.prefs.echo;
        let mut entry = None;
        if let Some((tape, cursor)) = self.tape(place, sources)
            && let Some(mark) = tape.mark(cursor)
        {
            let typed = person.is_some_and(|person| mark.is_typed_by(person));
            let voice = mark.event.fact.voice();
            let ignored = voice.is_some_and(|voice| ignores.iter().any(|name| name.same_as(voice)));
            // What stands in the logs of two rooms, such as a new name, is told once.
            let again = mark.event.seq <= seen;
            let with_line = !(again || ignored || (typed && !echo));
            merged.extend_from_slice(tape.entry(cursor, with_line));
            if with_line && !typed && name.is_some_and(|name| rings(&mark.event.fact, &name)) {
                merged.push(BELL);
            }
            entry = Some((mark.event.seq, typed));
        }
        self.ignores = ignores;
        let member = &mut self.members[place];
        member.cursor += 1;
        if let Some((seq, typed)) = entry {
            member.own = member.own.saturating_sub(u32::from(typed));
            self.seen = self.seen.max(seq);
        }
    }
}

pub(super) const BELL: u8 = 0x07;

fn rings(fact: &Fact, name: &chinwag_core::Name) -> bool {
    match fact {
        Fact::Said { text, .. } => mentions(text, name),
        _ => false,
    }
}

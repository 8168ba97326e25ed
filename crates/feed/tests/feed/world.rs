//! Rooms and sessions on sockets of memory, with a format that says which event each line is.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chinwag_core::{
    Event, Fact, Manner, Name, PersonId, Renamed, RoomId, RoomName, Seq, Text, Timestamp,
};
use chinwag_feed::{
    Feed, FormatId, LogId, Progress, Reader, Render, RoomLog, RoomLogs, Run, Scratch,
};

/// Renders `room format seq padding`; every third format leaves comings and goings out.
#[derive(Debug)]
pub(crate) struct Lines {
    format: FormatId,
    day: i64,
}

pub(crate) fn hides_movement(format: FormatId) -> bool {
    format.0 % 3 == 2
}

/// What some formats leave out.
pub(crate) fn is_presence(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Joined { .. } | Fact::Left { .. } | Fact::Renamed(_)
    )
}

/// The person whose terminal shows a line already.
fn speaker(fact: &Fact) -> Option<PersonId> {
    match fact {
        Fact::Said {
            person,
            manner: Manner::Speech,
            ..
        } => Some(*person),
        _ => None,
    }
}

impl Render for Lines {
    fn render(&mut self, out: &mut Vec<u8>, event: &Event, room: &RoomName) -> usize {
        if is_presence(&event.fact) && hides_movement(self.format) {
            return out.len();
        }
        let day = event.at.0;
        if day != self.day {
            self.day = day;
            out.extend_from_slice(format!("day {day}\n").as_bytes());
        }
        let begin = out.len();
        let text = match &event.fact {
            Fact::Said { text, .. } => &**text,
            _ => "moved",
        };
        let line = format!("{} {} {} {text}\n", room.bare(), self.format.0, event.seq);
        out.extend_from_slice(line.as_bytes());
        begin
    }
}

/// What one session does not want to see, and what it wants to hear.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tastes {
    pub(crate) person: u64,
    pub(crate) echo: bool,
    pub(crate) bell: bool,
    pub(crate) ignored: Option<u64>,
    /// Whose lines it reads in other words.
    pub(crate) reworded: Option<u64>,
}

impl Reader for Tastes {
    fn sees_all(&self) -> bool {
        !self.bell && self.ignored.is_none() && self.reworded.is_none()
    }

    fn is_own(&self, event: &Event) -> bool {
        !self.echo && speaker(&event.fact) == Some(PersonId(self.person))
    }

    fn hides(&self, event: &Event) -> bool {
        let voice = event.fact.voice();
        self.ignored
            .is_some_and(|ignored| voice.is_some_and(|voice| voice.name.same_as(&name(ignored))))
    }

    fn instead(&self, out: &mut Vec<u8>, event: &Event, room: RoomId) -> bool {
        let voice = event.fact.voice();
        let is_reworded = self
            .reworded
            .is_some_and(|person| voice.is_some_and(|voice| voice.name.same_as(&name(person))));
        if is_reworded {
            let line = format!("r{} R {} other words\n", room.0, event.seq);
            out.extend_from_slice(line.as_bytes());
        }
        is_reworded
    }

    fn trailer(&self, event: &Event) -> &'static [u8] {
        match self.bell && event.seq.0.is_multiple_of(3) {
            true => b"\x07",
            false => b"",
        }
    }

    fn skipped(&self, out: &mut Vec<u8>, lines: u64, _: Option<RoomId>) {
        out.extend_from_slice(format!("! {lines}\n").as_bytes());
    }
}

pub(crate) fn name(person: u64) -> Name {
    Name::parse(&format!("p{person}")).unwrap()
}

/// One session, and what its peer has received.
#[derive(Debug, Default)]
pub(crate) struct Session {
    pub(crate) feed: Feed,
    pub(crate) tastes: Tastes,
    pub(crate) output: Vec<u8>,
    /// Bytes that its socket still takes.
    pub(crate) space: usize,
    pub(crate) is_full: bool,
    pub(crate) writes: usize,
}

impl Session {
    fn poll(
        &mut self,
        logs: &mut RoomLogs<Lines>,
        scratch: &mut Scratch,
        straight: Option<(RoomId, &mut SeenRuns)>,
    ) -> Progress {
        let (space, output) = (&mut self.space, &mut self.output);
        let writes = &mut self.writes;
        let mut write = |bytes: &[u8]| {
            let taken = bytes.len().min(*space);
            output.extend_from_slice(&bytes[..taken]);
            *space -= taken;
            *writes += 1;
            taken
        };
        match straight {
            Some((id, seen)) if self.tastes.sees_all() => {
                self.feed.poll_straight(id, logs, |run| {
                    seen.check(run);
                    write(run.bytes)
                })
            }
            _ => self.feed.poll_write(logs, &self.tastes, scratch, write),
        }
    }
}

/// What runs had at the positions of each log, from one on: that never changes.
#[derive(Debug, Default)]
pub(crate) struct SeenRuns(HashMap<LogId, (u64, Vec<u8>)>);

impl SeenRuns {
    fn check(&mut self, run: &Run<'_>) {
        let (start, known) = self.0.entry(run.log).or_default();
        if run.start < *start || run.start > *start + known.len() as u64 {
            (*start, *known) = (run.start, Vec::new());
        }
        let again = &known[(run.start - *start) as usize..];
        let (again, new) = (again.len(), run.bytes.strip_prefix(again));
        known.extend_from_slice(new.unwrap_or_else(|| panic!("{again} bytes differ: {run:?}")));
    }
}

/// One shard, without sockets.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) logs: RoomLogs<Lines>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) queue: VecDeque<RoomId>,
    pub(crate) newest: Seq,
    pub(crate) day: u64,
    pub(crate) bytes_max: usize,
    events: Vec<Arc<Event>>,
    scratch: Scratch,
    seen: SeenRuns,
}

impl World {
    pub(crate) fn new(sessions: usize, bytes_max: usize) -> Self {
        let session = |person| Session {
            tastes: Tastes {
                person,
                ..Tastes::default()
            },
            space: usize::MAX,
            ..Session::default()
        };
        Self {
            logs: RoomLogs::new(),
            sessions: (0..sessions as u64).map(session).collect(),
            queue: VecDeque::new(),
            newest: Seq(0),
            day: 1,
            bytes_max,
            events: Vec::new(),
            scratch: Scratch::default(),
            seen: SeenRuns::default(),
        }
    }

    pub(crate) fn join(&mut self, who: usize, room: u32, format: u16) {
        let name = RoomName::parse(&format!("r{room}")).unwrap();
        let log = self.logs.entry(RoomId(room));
        let log = log.or_insert_with(|| RoomLog::new(name, self.newest, self.bytes_max));
        let (format, day) = (FormatId(format), self.day as i64);
        self.sessions[who]
            .feed
            .handle_join(who, RoomId(room), log, format, || Lines { format, day });
    }

    pub(crate) fn leave(&mut self, who: usize, room: u32) {
        self.sessions[who]
            .feed
            .handle_leave(who, RoomId(room), &mut self.logs);
    }

    pub(crate) fn format(&mut self, who: usize, room: u32, format: u16) {
        let (format, day) = (FormatId(format), self.day as i64);
        let renderer = || Lines { format, day };
        self.sessions[who]
            .feed
            .handle_format(RoomId(room), format, &mut self.logs, renderer);
    }

    pub(crate) fn is_member(&self, who: usize, room: u32) -> bool {
        let mut rooms = self.sessions[who].feed.rooms();
        rooms.any(|(id, _)| id == RoomId(room))
    }

    /// Says a line of so many bytes.
    pub(crate) fn say(&mut self, who: usize, room: u32, bytes: usize) -> Arc<Event> {
        self.say_as(who, room, bytes, Manner::Speech)
    }

    pub(crate) fn say_as(
        &mut self,
        who: usize,
        room: u32,
        bytes: usize,
        manner: Manner,
    ) -> Arc<Event> {
        let event = self.append(Fact::Said {
            person: PersonId(who as u64),
            name: name(who as u64),
            room: RoomId(room),
            text: Text::parse(&"x".repeat(bytes)).unwrap(),
            manner,
            irc: None,
            account: None,
        });
        if let Some(session) = self.sessions.get_mut(who) {
            session.feed.handle_own(RoomId(room), &self.logs);
        }
        event
    }

    /// Somebody comes, which some formats do not show.
    pub(crate) fn visit(&mut self, room: u32) -> Arc<Event> {
        self.append(Fact::Joined {
            person: PersonId(99),
            name: name(99),
            room: RoomId(room),
            here: 1,
        })
    }

    /// Somebody takes another name, which stands in several rooms.
    pub(crate) fn rename(&mut self, rooms: &[u32]) -> Arc<Event> {
        self.append(Fact::Renamed(Box::new(Renamed {
            person: PersonId(99),
            old: name(99),
            since: Seq(0),
            new: name(98),
            rooms: rooms.iter().map(|&room| RoomId(room)).collect(),
            account: None,
            operator: false,
        })))
    }

    fn append(&mut self, fact: Fact) -> Arc<Event> {
        self.newest = self.newest.next();
        let event = Arc::new(Event {
            seq: self.newest,
            at: Timestamp(self.day as _),
            fact,
            source: None,
        });
        self.events.push(event.clone());
        for room in event.fact.rooms() {
            if self
                .logs
                .get_mut(room)
                .is_some_and(|log| log.append(&event))
            {
                self.queue.push_back(*room);
            }
        }
        event
    }

    /// The rooms in which an event stands.
    pub(crate) fn rooms_of(&self, seq: u64) -> &[RoomId] {
        self.events[seq as usize - 1].fact.rooms()
    }

    pub(crate) fn private(&mut self, who: usize, lines: &str) {
        self.sessions[who]
            .feed
            .handle_private(self.newest, lines.as_bytes());
    }

    /// Offers rooms to so many members.
    pub(crate) fn slice(&mut self, members: usize) {
        for _ in 0..members {
            let Some(&id) = self.queue.front() else {
                return;
            };
            match self.logs.get_mut(&id).and_then(RoomLog::poll_member) {
                Some(who) => self.offer(who, id),
                None => {
                    self.queue.pop_front();
                }
            }
        }
    }

    pub(crate) fn offer(&mut self, who: usize, id: RoomId) {
        let session = &mut self.sessions[who];
        if session.is_full {
            return;
        }
        match session.poll(
            &mut self.logs,
            &mut self.scratch,
            Some((id, &mut self.seen)),
        ) {
            Progress::More => self.write(who),
            progress => session.is_full = progress == Progress::Full,
        }
    }

    /// Writes until there is nothing left or the socket is full.
    pub(crate) fn write(&mut self, who: usize) {
        let session = &mut self.sessions[who];
        if session.is_full {
            return;
        }
        let progress = loop {
            match session.poll(&mut self.logs, &mut self.scratch, None) {
                Progress::More => {}
                progress => break progress,
            }
        };
        session.is_full = progress == Progress::Full;
    }

    /// Writes what the feed puts together for one write.
    pub(crate) fn write_once(&mut self, who: usize) {
        self.sessions[who].poll(&mut self.logs, &mut self.scratch, None);
    }

    /// Offers everything to everybody.
    pub(crate) fn flush(&mut self) {
        while !self.queue.is_empty() {
            self.slice(1);
        }
        for who in 0..self.sessions.len() {
            self.write(who);
        }
    }

    /// Lets a socket take so many bytes more.
    pub(crate) fn take(&mut self, who: usize, bytes: usize) {
        let session = &mut self.sessions[who];
        session.space = session.space.saturating_add(bytes);
        session.is_full = false;
        self.write(who);
    }

    pub(crate) fn output(&self, who: usize) -> String {
        String::from_utf8(self.sessions[who].output.clone()).unwrap()
    }

    /// Which lines somebody has received: sequence numbers, notices, private lines.
    pub(crate) fn received(&self, who: usize) -> Vec<String> {
        let output = self.output(who);
        let lines = output
            .split_inclusive('\n')
            .filter(|line| !line.starts_with("day"));
        let short = |line: &str| {
            assert!(
                line.ends_with('\n') || line.ends_with('\x07'),
                "cut: {line}"
            );
            let line = line.trim_matches(['\x07', '\n']);
            match line.strip_prefix('r') {
                Some(line) => line.split(' ').nth(2).unwrap().to_owned(),
                None => line.to_owned(),
            }
        };
        lines.map(short).collect()
    }
}

//! Pages: the next messages of an extent, or of several rooms in the one order, limited in bytes.
//!
//! A page is all that a long answer ever costs: the caller writes it, and asks for the next once it
//! has been written. The next page is found by its place, so it may be requested minutes later,
//! from another [`HistoryReader`](crate::HistoryReader), and after messages were trimmed.
//!
//! Messages, movements and notices are separate logs, each ascending; a page merges them.

use std::collections::VecDeque;

use chinwag_core::{Detail, Event, Fact, ModAction, RoomId, Seq};
use rusqlite::Connection;

use crate::block::{Block, NameCache};
use crate::error::Error;
use crate::filter::Filter;
use crate::missed::Absence;
use crate::notice::{self, Kind};
use crate::person::{self, PersonRange};
use crate::ranked_log::{RankedLog, next_place};

/// Bytes that an event costs besides its name and its text, roughly: its time and its frame in any
/// dialect, and its fields in memory. Without this a page of empty texts would be long.
const EVENT_BYTES: usize = 64;

/// Some events, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The events, oldest first. Their people are [`PersonId`](chinwag_core::PersonId) 0, since the
    /// store only keeps names.
    pub events: Vec<Event>,
    /// The place at which the next page begins, if there is one.
    pub next: Option<Seq>,
}

impl Page {
    /// Adds an event, unless the page has some already and would exceed `bytes_max`: then the next
    /// page begins there. Returns whether it did; `bytes` is the size of the page so far.
    pub(crate) fn take(&mut self, event: Event, bytes: &mut usize, bytes_max: usize) -> bool {
        *bytes += bytes_of(&event);
        if *bytes > bytes_max && !self.events.is_empty() {
            self.next = Some(event.seq);
            return false;
        }
        self.events.push(event);
        true
    }
}

/// The bytes that an event counts for in a page.
pub(crate) fn bytes_of(event: &Event) -> usize {
    let text = match &event.fact {
        Fact::Said { name, text, .. } => name.as_str().len() + text.len(),
        Fact::PrivateMessage(message) => message.from_name.as_str().len() + message.text.len(),
        Fact::Signal(signal) => {
            let tags = signal.form.tags.as_ref().map_or(0, |tags| tags.len());
            signal.from_name.as_str().len() + tags
        }
        // Reasons and names.
        Fact::Quit(_) | Fact::Renamed(_) | Fact::RoomRenamed(_) | Fact::RoomChanged(_) => 128,
        Fact::TopicSet { text, .. } => text.as_ref().map_or(0, |text| text.len()),
        Fact::Moderated(entry) => match &entry.act {
            ModAction::Announce(text) => text.len(),
            _ => 0,
        },
        _ => 0,
    };
    EVENT_BYTES + text
}

/// Reads the page of some rooms, and of private messages, that begins at `from`. Each room has the
/// place after which it is read.
pub(crate) fn read(
    conn: &Connection,
    absence: Absence<'_>,
    from: Seq,
    bytes_max: usize,
    filter: Filter<'_>,
    names: &mut NameCache,
) -> Result<Page, Error> {
    let rooms = absence.rooms;
    let mut logs: Vec<Log> = rooms
        .iter()
        .map(|&(room, after)| Log::new(LogSource::Messages(room), next_place(after).max(from)))
        .collect();
    for &kind in Kind::shown(filter.detail) {
        logs.extend(notices(rooms, kind, filter.detail, from));
    }
    if filter.detail.has_movements() {
        let movements = rooms.iter().map(|&(room, after)| {
            let source = LogSource::Movements(room);
            Log::new(source, next_place(after).max(from))
        });
        logs.extend(movements);
    }
    let private = absence.private;
    logs.extend(private.map(|_| Log::new(LogSource::Private, from)));
    let mut merge = Merge {
        conn,
        last: absence.until,
        private,
        filter,
        names,
    };
    let (mut page, mut bytes) = (Page::default(), 0);
    while let Some(log) = merge.earliest(&mut logs)? {
        let Some(event) = log.events.pop_front() else {
            break;
        };
        if !page.take(event, &mut bytes, bytes_max) {
            break;
        }
    }
    Ok(page)
}

/// The logs of the rooms' notices of a kind, and of those for everybody.
fn notices(
    rooms: &[(RoomId, Seq)],
    kind: Kind,
    detail: Detail,
    from: Seq,
) -> impl Iterator<Item = Log> {
    let everybody = rooms.iter().map(|&(_, after)| (None, after)).min();
    let everybody = everybody.filter(|_| detail.has_announcements());
    let rooms = rooms.iter().map(|&(room, after)| (Some(room), after));
    rooms.chain(everybody).map(move |(room, after)| {
        Log::new(LogSource::Notices(room, kind), next_place(after).max(from))
    })
}

/// Where a log is read from.
#[derive(Clone, Copy)]
enum LogSource {
    Messages(RoomId),
    Movements(RoomId),
    Notices(Option<RoomId>, Kind),
    Private,
}

/// A log that is being read.
struct Log {
    source: LogSource,
    /// The place from which on nothing has been read.
    next: Seq,
    is_begun: bool,
    is_at_end: bool,
    events: VecDeque<Event>,
}

impl Log {
    fn new(source: LogSource, next: Seq) -> Self {
        Self {
            source,
            next,
            is_begun: false,
            is_at_end: false,
            events: VecDeque::new(),
        }
    }

    /// The next block, if there is one.
    fn next_block(&mut self, ranked_log: RankedLog<'_>) -> Result<Option<Block>, Error> {
        // Only the beginning of a page can lie within a block.
        let within = match self.is_begun {
            true => None,
            false => ranked_log.block_at(self.next)?,
        };
        self.is_begun = true;
        let block = match within.filter(|block| block.last >= self.next) {
            Some(block) => Some(block),
            None => ranked_log.block_from(self.next)?,
        };
        self.is_at_end = block.is_none();
        Ok(block)
    }
}

/// What logs are read and merged with.
struct Merge<'a> {
    conn: &'a Connection,
    last: Seq,
    private: Option<&'a PersonRange>,
    filter: Filter<'a>,
    names: &'a mut NameCache,
}

impl Merge<'_> {
    /// The log with the earliest event, if any has one.
    fn earliest<'l>(&mut self, logs: &'l mut [Log]) -> Result<Option<&'l mut Log>, Error> {
        let mut earliest: Option<&mut Log> = None;
        for log in logs {
            self.fill(log)?;
            let place = |log: &Log| log.events.front().map(|event| event.seq);
            let is_earlier = match (place(log), earliest.as_deref().and_then(place)) {
                (Some(this), Some(other)) => this < other,
                (this, _) => this.is_some(),
            };
            if is_earlier {
                earliest = Some(log);
            }
        }
        Ok(earliest)
    }

    /// Reads on in a log until it has an event or has ended.
    fn fill(&mut self, log: &mut Log) -> Result<(), Error> {
        while log.events.is_empty() && !log.is_at_end {
            match log.source {
                LogSource::Private => self.read_private(log)?,
                _ if log.next > self.last => log.is_at_end = true,
                LogSource::Messages(room) => self.read_messages(room, log)?,
                LogSource::Movements(room) => self.read_movements(room, log)?,
                LogSource::Notices(room, kind) => self.read_notices(room, kind, log)?,
            }
        }
        Ok(())
    }

    fn read_messages(&mut self, room: RoomId, log: &mut Log) -> Result<(), Error> {
        let Some(block) = log.next_block(RankedLog::new(self.conn, room))? else {
            return Ok(());
        };
        for message in block.messages()? {
            let is_wanted = log.next <= message.seq && message.seq <= self.last;
            if is_wanted && self.filter.passes(&message, self.names) {
                log.events.push_back(block.event(&message, self.names)?);
            }
        }
        log.next = block.last.next();
        Ok(())
    }

    fn read_movements(&mut self, room: RoomId, log: &mut Log) -> Result<(), Error> {
        let Some(block) = log.next_block(RankedLog::of_movements(self.conn, room))? else {
            return Ok(());
        };
        let movements = block.movements(log.next, self.last, self.names)?;
        let filter = self.filter;
        let is_wanted = |event: &Event| filter.is_in_time(event.at) && filter.shows(event);
        let wanted = movements.into_iter().filter(is_wanted);
        log.events.extend(wanted.map(|event| filter.told(event)));
        log.next = block.last.next();
        Ok(())
    }

    fn read_notices(
        &mut self,
        room: Option<RoomId>,
        kind: Kind,
        log: &mut Log,
    ) -> Result<(), Error> {
        let notices = notice::read(self.conn, room, kind, log.next)?;
        match notices.last() {
            Some(last) => log.next = last.seq.next(),
            None => log.is_at_end = true,
        }
        let (last, filter) = (self.last, self.filter);
        let is_wanted =
            |event: &Event| event.seq <= last && filter.is_in_time(event.at) && filter.shows(event);
        log.events.extend(notices.into_iter().filter(is_wanted));
        Ok(())
    }

    fn read_private(&mut self, log: &mut Log) -> Result<(), Error> {
        let read = match self.private {
            Some(range) => person::read(self.conn, range, log.next, self.filter)?,
            None => None,
        };
        match read {
            Some((events, next)) => {
                log.events.extend(events);
                log.next = next;
            }
            None => log.is_at_end = true,
        }
        Ok(())
    }
}

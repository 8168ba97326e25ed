//! Reading back: days, the history of a room, what was found in it, and what operators did.
//!
//! The past stands between two separators, so that no reader takes it for live talk.

use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

use chinwag_core::{Event, Fact, RoomId, RoomName, Timestamp};
use hashbrown::HashMap;

use super::Renderer;
use super::moderation::Did;
use super::talk::Saying;
use crate::dialect::{HistoryPage, Recent, SearchPage};
use crate::plain::request::{Back, SearchRequest};
use crate::plain::words::{Count, Day, Exactly, Minute, messages};
use crate::zone::{Date, wall_clock};

impl Renderer {
    /// `--- Sat 21 Nov 2026 ---`, if `at` lies on another day than the last time given here (or to
    /// [`new`](Self::new)). Says whether it wrote something.
    pub fn day_break(&mut self, out: &mut Vec<u8>, at: Timestamp) -> bool {
        let another = self.clock.another_day(at, &self.style.zone);
        if let Some(date) = another {
            self.writer(out).separator(Day(date));
        }
        another.is_some()
    }

    /// The last messages of a room on entering it, oldest first, then `--- now ---`. That line
    /// comes without messages too: programs wait for it before they speak.
    pub fn recent(
        &mut self,
        out: &mut Vec<u8>,
        recent: Recent<'_>,
        room: &RoomName,
        now: Timestamp,
    ) {
        let (shown, total) = (recent.messages.len(), recent.total);
        if shown > 0 {
            self.writer(out).separator(format_args!(
                "last {shown} of {total} messages; /history for more, /search to find"
            ));
        }
        let events = recent.messages.iter().map(|event| &**event);
        self.past_lines(out, events, room, now);
        self.writer(out).separator("now");
    }

    /// The result of `/history`, oldest first: `events` out of the `total` messages that the room
    /// has ([`Back::Last`]) or that lie in the time asked for (the others). Where not all are
    /// shown they are the newest, but with [`Back::From`] those that follow the day's beginning.
    pub fn history(
        &mut self,
        out: &mut Vec<u8>,
        back: Back,
        page: &HistoryPage<'_>,
        now: Timestamp,
    ) {
        let (shown, total) = (page.shown, page.total);
        if shown == 0 {
            return self.writer(out).alone(NothingSaid(back, page.room));
        }
        if page.is_first {
            self.writer(out).separator(Head { back, shown, total });
        }
        self.past_lines(out, page.events.iter(), page.room, now);
        let left_out = total.saturating_sub(shown);
        match back {
            _ if !page.is_last => {}
            Back::From(_) if left_out > 0 => {
                let more = Count(left_out, "more message", "more messages");
                self.writer(out).separator(format_args!("{more} until now"));
            }
            _ => self.writer(out).separator("now"),
        }
    }

    fn past_lines<'a>(
        &mut self,
        out: &mut Vec<u8>,
        events: impl Iterator<Item = &'a Event>,
        room: &RoomName,
        now: Timestamp,
    ) {
        let mut day = self.date(now);
        for event in events {
            let date = self.date(event.at);
            if date != day {
                self.writer(out).separator(Day(date));
                day = date;
            }
            self.room_line(out, event, room, true);
        }
    }

    fn date(&self, at: Timestamp) -> Date {
        wall_clock(at, &self.style.zone).date()
    }

    /// The result of `/search`, oldest first; `more` if there are older matches that are not shown.
    /// Every line tells its day and its room, whatever the style of times.
    pub fn search(
        &self,
        out: &mut Vec<u8>,
        search: &SearchRequest,
        page: &SearchPage<'_>,
        rooms: &HashMap<RoomId, RoomName>,
    ) {
        let words = &search.words;
        let found = messages(page.shown);
        let mut writer = self.writer(out);
        match (page.shown, page.more) {
            (0, _) => return writer.alone(format_args!("Nothing found for \"{words}\".")),
            _ if !page.is_first => {}
            (_, true) => writer.separator(format_args!("the newest {found} with \"{words}\"")),
            (_, false) => writer.separator(format_args!("{found} with \"{words}\"")),
        }
        for event in page.events {
            let room = event.fact.rooms().first().and_then(|room| rooms.get(room));
            if let Some(room) = room {
                self.found(out, room, event);
            }
        }
        if page.is_last {
            self.writer(out).separator("now");
        }
    }

    /// `[2026-11-21 14:03] #dev ann: build is green`
    fn found(&self, out: &mut Vec<u8>, room: &RoomName, event: &Event) {
        if let Fact::Said {
            name, text, manner, ..
        } = &event.fact
        {
            let time = Minute(event.at, &self.style.zone);
            self.writer(out).put(format_args!("[{time}] "));
            let saying = Saying {
                name,
                text,
                manner: *manner,
                room: Some(room),
            };
            self.put_said(out, &saying, [": ", ""]);
        }
    }

    /// The result of `/log`, oldest first: the audit log.
    pub fn audit_log<'a>(
        &self,
        out: &mut Vec<u8>,
        audit_log: impl ExactSizeIterator<Item = &'a Event>,
    ) {
        let writer = &mut self.writer(out);
        match audit_log.len() {
            0 => writer.alone("No operator has done anything yet."),
            1 => writer.separator("what operators did last"),
            n => writer.separator(format_args!("the last {n} things that operators did")),
        }
        for event in audit_log {
            if let Fact::Moderated(audit_entry) = &event.fact {
                let time = Minute(event.at, &self.style.zone);
                let did = Did(&audit_entry.act, event.at);
                writer.row(format_args!("{time} {} {did}", audit_entry.by));
            }
        }
    }
}

/// The separator above a history.
struct Head {
    back: Back,
    shown: u64,
    total: u64,
}

impl Display for Head {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { back, shown, total } = *self;
        let all = shown >= total;
        match back {
            Back::Last(_) => return write!(f, "last {shown} of {total} messages"),
            _ if all => messages(shown).fmt(f)?,
            Back::For(_) => write!(f, "last {shown} of {total} messages")?,
            Back::From(_) => write!(f, "first {shown} of {total} messages")?,
        }
        write!(f, " {}", Since(back))
    }
}

/// `of the last 2 hours`, `since Sat 21 Nov 2026`
struct Since(Back);

impl Display for Since {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Back::Last(_) => Ok(()),
            Back::For(span) => write!(f, "of the last {}", Exactly(span)),
            Back::From(date) => write!(f, "since {}", Day(date)),
        }
    }
}

/// The sentence for an empty history.
struct NothingSaid<'a>(Back, &'a RoomName);

impl Display for NothingSaid<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(back, room) = self;
        match back {
            Back::Last(_) => write!(f, "Nothing was said in {room} yet."),
            Back::For(span) => write!(
                f,
                "Nothing was said in {room} in the last {}.",
                Exactly(*span)
            ),
            Back::From(date) => write!(f, "Nothing was said in {room} since {}.", Day(*date)),
        }
    }
}

//! The past: days, the history of a room, search results, and what operators did.
//!
//! It comes between two separators, so that no reader takes it for live talk.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Display};

use chinwag_core::{
    Conversation, Event, Fact, ModAction, Name, PrivateMessage, RoomId, RoomName, Text, Timestamp,
};
use hashbrown::HashMap;

use super::Renderer;
pub use super::found::Sought;
use super::found::{FoundEnd, FoundHead, NothingFound};
pub use super::heads::{Counted, Stretch};
use super::heads::{End, Head, NothingSaid, Portion};
use super::moderation::Did;
use super::room::Moved;
use super::talk::Saying;
use crate::dialect::{HistoryPage, LogPage, PastOf, Recent, SearchPage};
use crate::plain::message_ref::MessageRef;
use crate::plain::words::{Count, Day, Minute, Second};
use crate::prefs::TimeStyle;
use crate::zone::{Date, wall_clock};

impl Renderer {
    /// `--- Sat 21 Nov 2026 ---`, if `at` is on another day than in the previous call (or in
    /// [`new`](Self::new)). Returns whether it wrote something.
    pub fn day_break(&mut self, out: &mut Vec<u8>, at: Timestamp) -> bool {
        let another = self.clock.another_day(at, &self.style.zone);
        if let Some(date) = another {
            self.writer(out).separator(Day(date));
        }
        another.is_some()
    }

    /// The last messages of a room on entering it, oldest first, then `--- now ---`. That line
    /// comes even without messages: programs wait for it before they speak.
    pub fn recent(
        &mut self,
        out: &mut Vec<u8>,
        recent: Recent<'_>,
        room: &RoomName,
        now: Timestamp,
    ) {
        let (shown, total) = (recent.messages.len(), recent.total);
        if shown > 0 {
            let last = Portion("last", Counted::Messages, (shown as u64, total));
            let separator = format_args!("{last}; /history for more, /search to find");
            self.writer(out).separator(separator);
        }
        let events = recent.messages.iter().map(|event| &**event);
        self.past_lines(out, events, PastOf::Room(room), false, now);
        self.caught_up(out);
    }

    /// `--- now ---`: what follows is new.
    pub fn caught_up(&self, out: &mut Vec<u8>) {
        self.writer(out).separator("now");
    }

    /// A page of the result of `/history`, oldest first, with a head above the first and an end
    /// below the last.
    pub fn history(
        &mut self,
        out: &mut Vec<u8>,
        style: HistoryStyle,
        page: &HistoryPage<'_>,
        now: Timestamp,
    ) {
        let HistoryStyle { stretch, ids, .. } = style;
        let counted = match page.of {
            PastOf::Room(_) => style.counted,
            PastOf::With(_) => Counted::Messages,
        };
        if page.shown == 0 && page.events.is_empty() {
            return self.writer(out).alone(NothingSaid(stretch, page));
        }
        if page.is_first {
            self.writer(out).separator(Head(style, counted, page));
        }
        self.past_lines(out, page.events.iter(), page.of, ids, now);
        if page.is_last {
            self.writer(out).separator(End(stretch, counted, page));
        }
    }

    fn past_lines<'a>(
        &mut self,
        out: &mut Vec<u8>,
        events: impl Iterator<Item = &'a Event>,
        of: PastOf<'_>,
        ids: bool,
        now: Timestamp,
    ) {
        let mut day = self.date(now);
        let mut is_guest = false;
        for event in events {
            let date = self.date(event.at);
            if date != day {
                self.writer(out).separator(Day(date));
                day = date;
            }
            self.guest_break(out, event, of, &mut is_guest);
            match ids {
                true => self.past_line_with_id(out, event, of),
                false if self.past_notice(out, event, of) => {}
                false => self.past_line(out, event, of),
            }
        }
    }

    /// Marks, in a history with a person, where the name was a guest's, whom another guest of that
    /// name may have followed, and where it was registered again.
    fn guest_break(&self, out: &mut Vec<u8>, event: &Event, of: PastOf<'_>, is_guest: &mut bool) {
        let (PastOf::With(of), Fact::PrivateMessage(message)) = (of, &event.fact) else {
            return;
        };
        let was_guest = core::mem::replace(is_guest, message.accounts.has_guest());
        match (was_guest, *is_guest) {
            (false, true) => self.writer(out).separator(format_args!(
                "{}, not registered: guests who had that name one after another are not told apart",
                of.with
            )),
            (true, false) => (self.writer(out)).separator(format_args!("{}, registered", of.with)),
            _ => {}
        }
    }

    fn past_line(&mut self, out: &mut Vec<u8>, event: &Event, of: PastOf<'_>) {
        match (of, &event.fact) {
            (PastOf::Room(room), _) => self.room_line(out, event, room, true),
            (PastOf::With(of), Fact::PrivateMessage(message)) => {
                let (from, to) = sides(message, of);
                self.told(out, event.at, from, to, (message.manner, &message.text));
            }
            (PastOf::With(_), _) => {}
        }
    }

    /// A message with the reference that `/delete` accepts: `[3rj0: 2026-11-21 14:02] ann: hi`.
    fn past_line_with_id(&mut self, out: &mut Vec<u8>, event: &Event, of: PastOf<'_>) {
        match &event.fact {
            Fact::Said { .. } => self.found(out, MessageRef(event.seq), None, event),
            _ if self.past_notice(out, event, of) => {}
            _ => {
                if let Fact::PrivateMessage(_) = event.fact {
                    let reference = MessageRef(event.seq);
                    self.writer(out).put(format_args!("[{reference}] "));
                }
                self.past_line(out, event, of);
            }
        }
    }

    /// An earlier topic, announcement or movement, after its time: `* 14:03 lee set the topic: Ship
    /// it`. Nobody's name starts with a digit. Returns whether it is one.
    fn past_notice(&mut self, out: &mut Vec<u8>, event: &Event, of: PastOf<'_>) -> bool {
        let stamp = self.clock.stamp(event.at, &self.style);
        let time = String::from_utf8_lossy(stamp).into_owned();
        let time = time.trim_matches(|c| matches!(c, '[' | ']' | ' '));
        let gap = if time.is_empty() { "" } else { " " };
        let mut writer = self.writer(out);
        match (&event.fact, announcement(event), of) {
            (_, Some((by, text)), _) => {
                writer.alone(format_args!("{time}{gap}{by} announces: {text}"));
            }
            (Fact::TopicSet { by, text, .. }, ..) => match text {
                Some(text) => {
                    writer.happened(format_args!("{time}{gap}{by} set the topic: {text}"));
                }
                None => writer.happened(format_args!("{time}{gap}{by} cleared the topic")),
            },
            (fact, _, PastOf::Room(room)) => match Moved::of(fact, room) {
                Some(moved) => writer.happened(format_args!("{time}{gap}{moved}")),
                None => return false,
            },
            _ => return false,
        }
        true
    }

    fn date(&self, at: Timestamp) -> Date {
        wall_clock(at, &self.style.zone).date()
    }

    /// A page of the result of `/search`, oldest first. Every line shows its number, its day and
    /// its room, whatever the style of times.
    pub fn search(
        &self,
        out: &mut Vec<u8>,
        sought: &Sought<'_>,
        page: &SearchPage<'_>,
        rooms: &HashMap<RoomId, RoomName>,
    ) {
        let mut writer = self.writer(out);
        if page.shown == 0 {
            return writer.alone(NothingFound(sought, page, &self.style.zone));
        }
        if page.is_first {
            writer.separator(FoundHead(sought, page));
        }
        for (number, event) in (sought.first..).zip(page.events) {
            let room = event.fact.rooms().first().and_then(|room| rooms.get(room));
            if let Some(room) = room {
                self.found(out, number, Some(room), event);
            }
        }
        if page.is_last {
            self.writer(out)
                .separator(FoundEnd(sought, page, &self.style.zone));
        }
    }

    /// `[3: 2026-11-21 14:02] #dev ann: build is green`. Without a room, where days are told between the lines, the
    /// time is missing if the reader wants none.
    fn found(
        &self,
        out: &mut Vec<u8>,
        number: impl Display,
        room: Option<&RoomName>,
        event: &Event,
    ) {
        if let Fact::Said {
            name, text, manner, ..
        } = &event.fact
        {
            let mut writer = self.writer(out);
            match (self.style.time, room) {
                (TimeStyle::Off, None) => writer.put(format_args!("[{number}] ")),
                (TimeStyle::Off, Some(_)) => {
                    writer.put(format_args!("[{number}: {}] ", self.date(event.at)));
                }
                _ => writer.put(format_args!("[{number}: {}] ", self.dated(event.at))),
            }
            let saying = Saying {
                name,
                text,
                manner: *manner,
                room,
            };
            self.put_said(out, &saying, [": ", ""]);
        }
    }

    /// `2026-11-21 14:02`, or with its seconds where the reader wants times in full.
    fn dated(&self, at: Timestamp) -> impl Display + '_ {
        fmt::from_fn(move |f| match self.style.time {
            TimeStyle::Full => Second(at, &self.style.zone).fmt(f),
            TimeStyle::Short | TimeStyle::Off => Minute(at, &self.style.zone).fmt(f),
        })
    }

    /// The result of `/log`, oldest first: the audit log, from its end or from where the last part
    /// began.
    pub fn audit_log(&self, out: &mut Vec<u8>, is_more: bool, page: LogPage<'_>) {
        let writer = &mut self.writer(out);
        let more = if page.next.is_some() {
            "; /log more"
        } else {
            ""
        };
        match (page.entries.len(), is_more) {
            (0, _) => writer.alone("No operator has done anything yet."),
            (1, false) => writer.separator(format_args!("what operators did last{more}")),
            (n, false) => {
                writer.separator(format_args!("the last {n} things that operators did{more}"));
            }
            (n, true) => {
                let earlier = Count(n, "thing", "things");
                writer.separator(format_args!("{earlier} that operators did before{more}"));
            }
        }
        for event in page.entries {
            if let Fact::Moderated(audit_entry) = &event.fact {
                let time = self.dated(event.at);
                let did = Did(&audit_entry.act, event.at);
                writer.row(format_args!("{time} {} {did}", audit_entry.by));
            }
        }
    }
}

fn announcement(event: &Event) -> Option<(&Name, &Text)> {
    match &event.fact {
        Fact::Moderated(entry) => match &entry.act {
            ModAction::Announce(text) => Some((&entry.by, text)),
            _ => None,
        },
        _ => None,
    }
}

/// The sides of a private message, as the owner of a history sees them; `None` is the owner.
fn sides<'a>(
    message: &'a PrivateMessage,
    of: &Conversation,
) -> (Option<&'a Name>, Option<&'a Name>) {
    let PrivateMessage {
        from_name,
        to_name,
        accounts,
        ..
    } = message;
    let is_own = |account: &Option<Name>| {
        account
            .as_ref()
            .is_some_and(|name| name.same_as(&of.account))
    };
    let others = |name, account| (!is_own(account)).then_some(name);
    (
        others(from_name, &accounts.from),
        others(to_name, &accounts.to),
    )
}

/// How a history is shown.
#[derive(Clone, Copy, Debug)]
pub struct HistoryStyle {
    /// Which part.
    pub stretch: Stretch,
    /// Whether the head names the room, as the request did.
    pub names_room: bool,
    /// Whether messages have the references that `/delete` accepts.
    pub ids: bool,
    /// What its numbers count.
    pub counted: Counted,
}

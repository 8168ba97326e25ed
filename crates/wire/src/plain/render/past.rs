//! Reading back: days, the history of a room, what was found in it, and what operators did.
//!
//! The past stands between two separators, so that no reader takes it for live talk.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

use chinwag_core::{
    Conversation, Duration, Event, Fact, ModAction, Name, PrivateMessage, RoomId, RoomName, Text,
    Timestamp,
};
use hashbrown::HashMap;

use super::Renderer;
pub use super::found::Sought;
use super::found::{FoundEnd, FoundHead, NothingFound};
use super::moderation::Did;
use super::room::Moved;
use super::talk::Saying;
use crate::dialect::{HistoryPage, LogPage, PastOf, Recent, SearchPage};
use crate::plain::message_ref::MessageRef;
use crate::plain::words::{Count, Day, Last, Minute, Typed};
use crate::zone::{Date, Moment, wall_clock};

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
            let last = Part("last", Counted::Messages, (shown as u64, total));
            let separator = format_args!("{last}; /history for more, /search to find");
            self.writer(out).separator(separator);
        }
        let events = recent.messages.iter().map(|event| &**event);
        self.past_lines(out, events, (PastOf::Room(room), false), now);
        self.writer(out).separator("now");
    }

    /// A page of the result of `/history`, oldest first, with a head above the first and an end below
    /// the last.
    pub fn history(
        &mut self,
        out: &mut Vec<u8>,
        look: Look,
        page: &HistoryPage<'_>,
        now: Timestamp,
    ) {
        let Look { stretch, ids, .. } = look;
        let counted = match page.of {
            PastOf::Room(_) => look.counted,
            PastOf::With(_) => Counted::Messages,
        };
        if page.shown == 0 && page.events.is_empty() {
            return self.writer(out).alone(NothingSaid(stretch, page));
        }
        if page.is_first {
            self.writer(out).separator(Head(stretch, counted, page));
        }
        self.past_lines(out, page.events.iter(), (page.of, ids), now);
        if page.is_last {
            self.writer(out).separator(End(stretch, counted, page));
        }
    }

    fn past_lines<'a>(
        &mut self,
        out: &mut Vec<u8>,
        events: impl Iterator<Item = &'a Event>,
        (of, ids): (PastOf<'_>, bool),
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

    /// Tells in a history with a person where its name was a guest's, whom another guest of that name may
    /// have followed, and where it was registered again.
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
                self.told(out, event.at, (from, to), (message.manner, &message.text));
            }
            (PastOf::With(_), _) => {}
        }
    }

    /// A message with the reference that `/delete` takes: `[3rj0: 2026-11-21 14:02] ann: hi`.
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

    /// An earlier topic, announcement or movement, behind its time: `* 14:03 lee set the topic: Ship it`. Nobody's
    /// name starts with a digit. Returns whether it is one.
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

    /// A page of the result of `/search`, oldest first. Every line tells its number, its day and its
    /// room, whatever the style of times.
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

    /// `[3: 2026-11-21 14:02] #dev ann: build is green`
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
            let time = Minute(event.at, &self.style.zone);
            self.writer(out).put(format_args!("[{number}: {time}] "));
            let saying = Saying {
                name,
                text,
                manner: *manner,
                room,
            };
            self.put_said(out, &saying, [": ", ""]);
        }
    }

    /// The result of `/log`, oldest first: the audit log, from its end or from where the last part began.
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
                let time = Minute(event.at, &self.style.zone);
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

/// The sides of a private message, as the owner of a history sees them: `None` is itself.
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

/// A history that was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Which part.
    pub stretch: Stretch,
    /// Whether messages have the references that `/delete` takes.
    pub ids: bool,
    /// What its numbers count.
    pub counted: Counted,
}

/// What the numbers of a history count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Messages, which are all that it shows.
    Messages,
    /// Each line that it shows, whatever it tells of.
    Lines,
}

impl Counted {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Messages => ("message", "messages"),
            Self::Lines => ("line", "lines"),
        }
    }

    /// `1 line`, `3 messages`
    fn of(self, n: u64) -> Count<u64> {
        let (one, many) = self.words();
        Count(n, one, many)
    }

    fn word(self, n: u64) -> &'static str {
        let (one, many) = self.words();
        if n == 1 { one } else { many }
    }
}

/// A stretch of a room's past, as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// The newest messages.
    Last,
    /// Those of this time until now.
    For(Duration),
    /// Those from this moment on.
    From(Moment),
    /// Those from the first moment up to the second.
    Between(Moment, Moment),
    /// Those before the last history.
    Earlier,
    /// Those behind the last history.
    Later,
    /// Those behind the last history, up to this moment.
    Rest(Moment),
    /// Those around the match with this number.
    Around(usize),
}

impl Stretch {
    /// Whether it begins where another history ended.
    pub(in crate::plain) fn goes_on(self) -> bool {
        matches!(self, Self::Earlier | Self::Later | Self::Rest(_))
    }
}

/// Messages of the range that are not shown; `None` if there may be any number.
fn left_out(page: &HistoryPage<'_>) -> Option<u64> {
    page.total.map(|total| total.saturating_sub(page.shown))
}

/// `last 3 of 412 messages`, or `last 3 messages` where the number of all is not known.
struct Part(&'static str, Counted, (u64, Option<u64>));

impl Display for Part {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(end, counted, (shown, total)) = *self;
        match total {
            Some(total) => write!(f, "{end} {shown} of {total} {}", counted.words().1),
            None => write!(f, "{end} {}", counted.of(shown)),
        }
    }
}

/// What stands above a history.
struct Head<'a>(Stretch, Counted, &'a HistoryPage<'a>);

impl Display for Head<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(stretch, counted, page) = *self;
        let (shown, total) = (page.shown, page.total);
        let is_cut = left_out(page) != Some(0);
        let part = |end| Part(end, counted, (shown, total));
        match stretch {
            Stretch::Around(number) => {
                return write!(f, "messages around match {number} {}", Of(page.of));
            }
            Stretch::Earlier => return write!(f, "{shown} earlier {}", counted.word(shown)),
            Stretch::Later | Stretch::Rest(_) => {
                return write!(f, "{shown} later {}", counted.word(shown));
            }
            Stretch::Last => part("last").fmt(f)?,
            Stretch::For(_) if is_cut => part("last").fmt(f)?,
            _ if is_cut => part("first").fmt(f)?,
            _ => counted.of(shown).fmt(f)?,
        }
        With(page.of).fmt(f)?;
        Within(stretch).fmt(f)?;
        match stretch {
            Stretch::Last | Stretch::For(_) if is_cut => f.write_str("; /history more"),
            _ => Ok(()),
        }
    }
}

/// What stands below a history: programs know by its first words that what follows is live.
struct End<'a>(Stretch, Counted, &'a HistoryPage<'a>);

impl Display for End<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(stretch, counted, page) = *self;
        let left = left_out(page);
        let is_cut = left != Some(0);
        match stretch {
            Stretch::Last | Stretch::For(_) => f.write_str("now"),
            Stretch::Earlier if is_cut => {
                let earlier = Left(left, "earlier", counted);
                write!(f, "end; {earlier}: /history more")
            }
            Stretch::Earlier if counted == Counted::Lines => {
                f.write_str("end; nothing happened before")
            }
            Stretch::Earlier => f.write_str("end; nothing was said before"),
            Stretch::From(_) | Stretch::Later if is_cut => {
                let more = Left(left, "more", counted);
                write!(f, "{more} until now; /history more")
            }
            Stretch::Between(_, until) | Stretch::Rest(until) if is_cut => {
                let more = Left(left, "more", counted);
                write!(f, "{more} until {}; /history more", Typed(until))
            }
            _ if page.newer => f.write_str("end; /history more goes on"),
            _ => f.write_str("now"),
        }
    }
}

/// `6 earlier messages`, or `earlier messages` where the number is not known.
struct Left(Option<u64>, &'static str, Counted);

impl Display for Left {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(left, which, counted) = *self;
        match left {
            Some(left) => write!(f, "{left} {which} {}", counted.word(left)),
            None => write!(f, "{which} {}", counted.words().1),
        }
    }
}

/// ` of the last 2 hours`, ` since Sat 21 Nov 2026`, ` from 14:00 to 15:30`
struct Within(Stretch);

impl Display for Within {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Stretch::For(span) => write!(f, " of the {}", Last(span)),
            Stretch::From(moment) => write!(f, " since {}", Typed(moment)),
            Stretch::Between(from, until) => {
                write!(f, " from {} to {}", Typed(from), Typed(until))
            }
            _ => Ok(()),
        }
    }
}

/// That a history is empty.
struct NothingSaid<'a>(Stretch, &'a HistoryPage<'a>);

impl Display for NothingSaid<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(stretch, page) = *self;
        let (room, hides) = (Of(page.of), page.hides);
        match (stretch, page.of) {
            (Stretch::Last, _) if hides => write!(f, "Nothing was said {room}")?,
            (Stretch::Last, _) => write!(f, "Nothing was said {room} yet")?,
            (Stretch::For(span), _) => write!(f, "Nothing was said {room} in the {}", Last(span))?,
            (Stretch::From(_) | Stretch::Between(..), _) => {
                write!(f, "Nothing was said {room}{}", Within(stretch))?;
            }
            (Stretch::Earlier, PastOf::Room(room)) => {
                write!(f, "Nothing earlier is kept of {room}")?
            }
            (Stretch::Earlier, PastOf::With(of)) => {
                write!(f, "Nothing earlier is kept of you and {}", of.with)?;
            }
            (Stretch::Later | Stretch::Rest(_), _) => write!(f, "Nothing more was said {room}")?,
            (Stretch::Around(_), _) => f.write_str("That message is not kept any more")?,
        }
        if hides {
            f.write_str(" by anybody whom you do not ignore")?;
        }
        match page.total {
            Some(_) => f.write_str("."),
            None => f.write_str(" as far back as this goes. /history more goes on."),
        }
    }
}

/// `in #dev`, `between you and gopher`
struct Of<'a>(PastOf<'a>);

impl Display for Of<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            PastOf::Room(room) => write!(f, "in {room}"),
            PastOf::With(of) => write!(f, "between you and {}", of.with),
        }
    }
}

/// ` with gopher`; nothing for a room, which the reader is in.
struct With<'a>(PastOf<'a>);

impl Display for With<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            PastOf::Room(_) => Ok(()),
            PastOf::With(of) => write!(f, " with {}", of.with),
        }
    }
}

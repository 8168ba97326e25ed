//! CHATHISTORY and REDACT (IRCv3 drafts): what was said before, from the store; and messages that go.

mod playback;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::{Event, Range, RoomName, RoomRef, Seq, Timestamp};

use super::rooms::room;
use super::{Question, Session, place};
use crate::dialect::{Ask, Env, HistoryPage, Recent, Step};
use crate::irc::caps::Cap;
use crate::irc::message::Message;
use crate::irc::render::put_in_room;
use crate::irc::text::note;
pub(super) use playback::is_playback;

/// Messages that one CHATHISTORY brings.
const LINES_MAX: usize = 1_000;

/// What a history is for.
#[derive(Clone, Debug)]
pub(super) struct HistoryQuestion {
    batch: u64,
    has_begun: bool,
    /// Messages behind this place alone.
    after: Option<Seq>,
    /// Messages before this place alone.
    before: Option<Seq>,
    /// Messages behind this time alone.
    later_than: Option<Timestamp>,
    subcommand: &'static str,
    target: String,
    /// Lines of the whole, notices included.
    limit: usize,
    /// The lines that are wanted if there are more: the newest, or else the oldest.
    wants_newest: bool,
    /// The place around which the lines are wanted.
    around: Option<Seq>,
    /// With topics among the lines, what has come so far: the store counts messages alone.
    held: Vec<Event>,
}

impl HistoryQuestion {
    /// The lines that were held back, as far as they are wanted.
    fn within_limit(&self) -> &[Event] {
        let more = self.held.len().saturating_sub(self.limit);
        let skipped = match self.around {
            Some(place) => {
                let middle = self.held.partition_point(|event| event.seq < place);
                middle.saturating_sub(beside(self.limit)).min(more)
            }
            None if self.wants_newest => more,
            None => 0,
        };
        &self.held[skipped..self.held.len() - more + skipped]
    }
}

/// Lines on either side of one, of so many in all.
fn beside(limit: usize) -> usize {
    limit.saturating_sub(1) / 2
}

/// A place in a history: a message or a time.
#[derive(Clone, Copy, Debug)]
enum Point {
    Seq(Seq),
    Time(Timestamp),
    /// `*`: the newest.
    Newest,
}

impl Point {
    fn parse(typed: &str) -> Option<Self> {
        match typed.split_once('=') {
            Some(("msgid", id)) => place(id).map(Self::Seq),
            Some(("timestamp", time)) => {
                let time: jiff::Timestamp = time.parse().ok()?;
                Some(Self::Time(Timestamp(time.as_millisecond())))
            }
            None if typed == "*" => Some(Self::Newest),
            _ => None,
        }
    }
}

const SUBCOMMANDS: [&str; 6] = ["LATEST", "BEFORE", "AFTER", "AROUND", "BETWEEN", "TARGETS"];

impl Session {
    /// CHATHISTORY.
    pub(super) fn chathistory(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let typed = message.param(0).unwrap_or_default();
        let mut known = SUBCOMMANDS.iter();
        let Some(&subcommand) = known.find(|word| word.eq_ignore_ascii_case(typed)) else {
            let why = format_args!("INVALID_PARAMS {typed} :Unknown subcommand");
            self.fail("CHATHISTORY", why, env, out);
            return None;
        };
        let points_max = if subcommand == "BETWEEN" { 2 } else { 1 };
        if subcommand == "TARGETS" {
            self.put_no_targets(env, out);
            return None;
        }
        let Some(target) = message.param(1) else {
            return self.lacks(subcommand, env, out);
        };
        let points = message.params.iter().skip(2).take(points_max);
        let points: Option<Vec<Point>> = points.map(|typed| Point::parse(typed)).collect();
        let limit = message.param(2 + points_max).map(str::parse::<usize>);
        let (Some(points), Some(limit)) = (points, limit) else {
            return self.lacks(subcommand, env, out);
        };
        let limit = match limit {
            Ok(0) | Err(_) => LINES_MAX,
            Ok(limit) => limit.min(LINES_MAX),
        };
        self.ask_history(subcommand, target, &points, limit, env, out)
    }

    fn lacks(&self, subcommand: &str, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let why = format_args!("NEED_MORE_PARAMS {subcommand} :Not enough parameters");
        self.fail("CHATHISTORY", why, env, out);
        None
    }

    fn ask_history(
        &mut self,
        subcommand: &'static str,
        target: &str,
        points: &[Point],
        limit: usize,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let Some(room) = room(target) else {
            // What is said to one person is not stored.
            let batch = self.next_batch();
            self.begin_batch(batch, target, env, out);
            self.end_batch(batch, env, out);
            return None;
        };
        let mut question = HistoryQuestion {
            batch: self.next_batch(),
            has_begun: false,
            after: None,
            before: None,
            later_than: None,
            subcommand,
            target: target.into(),
            limit,
            wants_newest: false,
            around: None,
            held: Vec::new(),
        };
        if !self.is_inside(&room, env) {
            self.refuse_history(&question, env, out);
            return None;
        }
        let Some(range) = range(&mut question, points, limit) else {
            let why = format_args!("INVALID_PARAMS {subcommand} :No such place");
            self.fail("CHATHISTORY", why, env, out);
            return None;
        };
        let ask = Ask::History {
            room: RoomRef::Name(room),
            range,
            notices: self.caps.has(Cap::EventPlayback),
            lines_max: limit,
        };
        self.later(ask, Question::History(Box::new(question)));
        None
    }

    fn put_no_targets(&mut self, env: &Env<'_>, out: &mut Vec<u8>) {
        let batch = self.next_batch();
        if self.caps.has(Cap::Batch) {
            let what = format_args!("BATCH +{batch} draft/chathistory-targets");
            self.put_server(what, env, out);
            self.end_batch(batch, env, out);
        }
    }

    fn begin_batch(&self, batch: u64, target: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        if self.caps.has(Cap::Batch) {
            let what = format_args!("BATCH +{batch} chathistory {target}");
            self.put_server(what, env, out);
        }
    }

    fn end_batch(&self, batch: u64, env: &Env<'_>, out: &mut Vec<u8>) {
        if self.caps.has(Cap::Batch) {
            self.put_server(format_args!("BATCH -{batch}"), env, out);
        }
    }

    /// A page of a history.
    pub(super) fn put_history(
        &mut self,
        mut question: Box<HistoryQuestion>,
        page: HistoryPage<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        if !question.has_begun {
            question.has_begun = true;
            self.begin_batch(question.batch, &question.target, env, out);
        }
        let is_wanted = |event: &&Event| {
            question.after.is_none_or(|after| event.seq > after)
                && question.before.is_none_or(|before| event.seq < before)
                && question.later_than.is_none_or(|time| event.at > time)
        };
        let events = page.events.iter().filter(is_wanted);
        match self.caps.has(Cap::EventPlayback) {
            true => {
                let events: Vec<Event> = events.cloned().collect();
                question.held.extend(events);
            }
            false => {
                events.for_each(|event| self.put_past(event, page.room, Some(question.batch), out))
            }
        }
        if page.is_last {
            for event in question.within_limit() {
                self.put_past(event, page.room, Some(question.batch), out);
            }
        }
        match page.is_last {
            true => self.end_batch(question.batch, env, out),
            false => self.pending.question = Some(Question::History(question)),
        }
    }

    /// A history cannot be had.
    pub(super) fn refuse_history(
        &self,
        question: &HistoryQuestion,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let HistoryQuestion {
            subcommand, target, ..
        } = question;
        let why =
            format_args!("INVALID_TARGET {subcommand} {target} :Messages could not be retrieved");
        self.fail("CHATHISTORY", why, env, out);
    }

    /// One event of the past.
    fn put_past(&self, event: &Event, room: &RoomName, batch: Option<u64>, out: &mut Vec<u8>) {
        let batch = batch.filter(|_| self.caps.has(Cap::Batch));
        put_in_room(out, event, room, (self.caps, batch));
    }

    /// Whether the newest messages of a room are shown to the client when it comes in: it cannot ask for
    /// them, and can tell that they are old.
    pub(super) fn wants_replay(&self) -> bool {
        let asks = self.caps.has(Cap::Chathistory) || self.caps.has(Cap::Playback);
        self.caps.has(Cap::ServerTime) && !asks
    }

    /// The newest messages of a room.
    pub(super) fn put_recent(
        &mut self,
        room: &RoomName,
        recent: Recent<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        if recent.messages.is_empty() {
            return;
        }
        let batch = self.next_batch();
        self.begin_batch(batch, &alloc::format!("{room}"), env, out);
        for event in recent.messages {
            self.put_past(event, room, Some(batch), out);
        }
        self.end_batch(batch, env, out);
    }

    /// REDACT.
    pub(super) fn redact(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let (target, msgid) = (message.param(0)?, message.param(1)?);
        let why = message.param(2);
        match (room(target), place(msgid)) {
            (Some(room), Some(message)) if self.is_inside(&room, env) => {
                let what = Question::Redact {
                    room,
                    message: msgid.into(),
                };
                let why = why.and_then(note);
                self.later(Ask::Delete { message, why }, what);
            }
            (Some(room), None) if self.is_inside(&room, env) => {
                let why = format_args!("UNKNOWN_MSGID {target} {msgid} :No such message");
                self.fail("REDACT", why, env, out);
            }
            _ => {
                let why = format_args!("INVALID_TARGET {target} :You are in no such channel");
                self.fail("REDACT", why, env, out);
            }
        }
        None
    }
}

/// The stretch that is asked for.
fn range(question: &mut HistoryQuestion, points: &[Point], limit: usize) -> Option<Range> {
    let range = range_of(question, points, limit)?;
    question.wants_newest = matches!(
        range,
        Range::Last(_) | Range::Within(..) | Range::Since(_) | Range::Before(..) | Range::Until(_)
    );
    Some(range)
}

fn range_of(question: &mut HistoryQuestion, points: &[Point], limit: usize) -> Option<Range> {
    Some(match (question.subcommand, points) {
        ("LATEST", [Point::Newest]) => Range::Last(limit),
        ("LATEST", [Point::Seq(seq)]) => Range::Within(*seq, Seq(u64::MAX), limit),
        ("LATEST", [Point::Time(time)]) => {
            question.later_than = Some(*time);
            Range::Since(*time)
        }
        ("BEFORE", [Point::Seq(seq)]) => Range::Before(*seq, limit),
        ("BEFORE", [Point::Time(time)]) => Range::Until(*time),
        ("AFTER", [Point::Seq(seq)]) => Range::After(*seq, limit),
        ("AFTER", [Point::Time(time)]) => Range::From(Timestamp(time.0.saturating_add(1))),
        ("AROUND", [Point::Seq(seq)]) => {
            question.around = Some(*seq);
            Range::Around(*seq, beside(limit))
        }
        ("AROUND", [Point::Time(time)]) => Range::Until(Timestamp(time.0.saturating_add(1))),
        ("BETWEEN", [Point::Seq(a), Point::Seq(b)]) if a <= b => {
            question.before = Some(*b);
            Range::After(*a, limit)
        }
        ("BETWEEN", [Point::Seq(a), Point::Seq(b)]) => Range::Within(*b, *a, limit),
        ("BETWEEN", [Point::Time(a), Point::Time(b)]) if a <= b => {
            Range::Between(Timestamp(a.0.saturating_add(1)), *b)
        }
        ("BETWEEN", [Point::Time(a), Point::Time(b)]) => {
            question.later_than = Some(*b);
            Range::Until(*a)
        }
        _ => return None,
    })
}

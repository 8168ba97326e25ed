//! CHATHISTORY (IRCv3 draft): what was said before, from the store.

mod playback;
mod points;
mod wanted;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;

use chinwag_core::{
    Detail, Event, Fact, HistoryTarget, Name, Range, RoomName, RoomRef, Seq, Timestamp,
};

use super::rooms::room;
use super::{Question, Session};
use crate::dialect::{Ask, Env, HistoryPage, Past, PastOf, Recent, Step, Targets};
use crate::irc::caps::Cap;
use crate::irc::line::{Tags, Time};
use crate::irc::message::{Message, shown};
use crate::irc::render::{put_in_room, put_joined, put_signal};
use crate::irc::said::put_private_past;
pub(super) use playback::{People, is_playback};
use points::Point;
pub(super) use points::{time, timestamp};
use wanted::{Wanted, beside};

/// The most messages of one CHATHISTORY.
const LINES_MAX: usize = 1_000;

/// What a history is for.
#[derive(Clone, Debug)]
pub(super) struct HistoryQuestion {
    batch: u64,
    has_begun: bool,
    subcommand: &'static str,
    target: String,
    wanted: Wanted,
    /// What to ask if this finds nothing: only the store can tell, by what lies between them,
    /// whether a message or a time is earlier.
    or_else: Option<(Range, Box<Self>)>,
}

impl HistoryQuestion {
    fn new(batch: u64, subcommand: &'static str, target: &str, limit: usize) -> Self {
        Self {
            batch,
            has_begun: false,
            subcommand,
            target: target.into(),
            wanted: Wanted::new(limit),
            or_else: None,
        }
    }

    /// One that continues its batch, for the newest lines.
    fn again(&self) -> Box<Self> {
        let limit = self.wanted.limit;
        let mut again = Self::new(self.batch, self.subcommand, &self.target, limit);
        again.has_begun = true;
        Box::new(again)
    }
}

/// The target of a history: a room by its own name, a person as the client wrote it, since that
/// identifies the question.
fn called(of: PastOf<'_>, asked: &str) -> String {
    match of {
        PastOf::Room(room) => room.to_string(),
        PastOf::With(_) => asked.into(),
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
            let why = format_args!("INVALID_PARAMS {} :Unknown subcommand", shown(typed));
            self.fail("CHATHISTORY", why, env, out);
            return None;
        };
        let points_max = if subcommand == "BETWEEN" { 2 } else { 1 };
        let (target, points) = match subcommand {
            "TARGETS" => (None, 1..3),
            _ => (message.param(1), 2..2 + points_max),
        };
        let Some(limit) = message.param(points.end) else {
            return self.bad_history(subcommand, "Not enough parameters", env, out);
        };
        if message.params.len() > points.end + 1 {
            return self.bad_history(subcommand, "Too many parameters", env, out);
        }
        let points = message.params.iter().take(points.end).skip(points.start);
        let points: Result<Vec<Point>, &str> = points
            .map(|typed| Point::parse(typed).ok_or(*typed))
            .collect();
        let points = match points {
            Ok(points) => points,
            Err(typed) => {
                self.no_such_place(subcommand, target, typed, env, out);
                return None;
            }
        };
        let Some(limit) = limit.parse().ok().filter(|limit| *limit > 0) else {
            return self.bad_history(subcommand, "The limit is a number above 0", env, out);
        };
        let limit = LINES_MAX.min(limit);
        match target {
            Some(target) => self.ask_history(subcommand, target, &points, limit, env, out),
            None => self.ask_targets(&points, limit, env, out),
        }
    }

    fn bad_history(
        &self,
        subcommand: &str,
        what: &str,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let why = format_args!("INVALID_PARAMS {subcommand} :{what}");
        self.fail("CHATHISTORY", why, env, out);
        None
    }

    /// What was typed for a place is none.
    fn no_such_place(
        &self,
        subcommand: &str,
        target: Option<&str>,
        typed: &str,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let kind = typed.split_once('=').map_or("", |(kind, _)| kind);
        let (target, typed) = (shown(target.unwrap_or("*")), shown(typed));
        let is_known = matches!(kind, "" | "msgid" | "timestamp");
        let why = match is_known {
            true => alloc::format!("INVALID_PARAMS {subcommand} {typed} :No such place"),
            false => alloc::format!(
                "INVALID_MSGREFTYPE {subcommand} {target} {typed} :No such kind of place"
            ),
        };
        self.fail("CHATHISTORY", why, env, out);
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
        let batch = self.next_batch();
        let mut question = HistoryQuestion::new(batch, subcommand, target, limit);
        if !self.is_readable(target, env) {
            self.refuse_history(&question, env, out);
            return None;
        }
        let Some(range) = range(&mut question, points, limit) else {
            return self.bad_history(subcommand, "No such place", env, out);
        };
        let ask = self.past_of(&question, range);
        self.later(ask, Question::History(Box::new(question)));
        None
    }

    /// Whether a target may have a history that the client can read: a room that it is in, or what
    /// may be a name.
    pub(super) fn is_readable(&self, target: &str, env: &Env<'_>) -> bool {
        match target.starts_with('#') {
            true => room(target).is_some_and(|room| self.is_inside(&room, env)),
            false => Name::known(target).is_some(),
        }
    }

    fn past_of(&self, question: &HistoryQuestion, range: Range) -> Ask {
        Ask::History {
            of: match room(&question.target) {
                Some(room) => Past::Room(RoomRef::Name(room)),
                None => Past::With(question.target.as_str().into()),
            },
            range,
            detail: self.detail(),
            lines_max: question.wanted.limit,
        }
    }

    fn ask_targets(
        &mut self,
        points: &[Point],
        limit: usize,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let &[Point::Time(from), Point::Time(to)] = points else {
            return self.bad_history("TARGETS", "Both places are times", env, out);
        };
        let ask = Ask::Targets(Targets {
            between: (from, to),
            detail: self.detail(),
            targets_max: limit,
        });
        self.later(ask, Question::Targets);
        None
    }

    /// The rooms and people that a client has heard from.
    pub(super) fn put_targets(
        &mut self,
        targets: &[(HistoryTarget, Timestamp)],
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let batch = self.next_batch();
        self.begin_batch(batch, "draft/chathistory-targets", env, out);
        for (target, at) in targets {
            let tags = Tags {
                batch: Some(batch).filter(|_| self.caps.has(Cap::Batch)),
                ..Tags::default()
            };
            let target: &dyn Display = match target {
                HistoryTarget::Room(room) => match env.rooms.get(room) {
                    Some(room) => room,
                    None => continue,
                },
                HistoryTarget::Person(name) => name,
            };
            tags.put(out, self.caps);
            let what = format_args!("CHATHISTORY TARGETS {target} {}", Time(*at));
            self.put_server(what, env, out);
        }
        self.end_batch(batch, env, out);
    }

    fn begin_history(&self, batch: u64, target: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        self.begin_batch(batch, format_args!("chathistory {target}"), env, out);
    }

    /// A page of a history.
    pub(super) fn put_history(
        &mut self,
        mut question: Box<HistoryQuestion>,
        page: HistoryPage<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if !question.has_begun {
            question.has_begun = true;
            let target = called(page.of, &question.target);
            self.begin_history(question.batch, &target, env, out);
        }
        let is_wanted = |event: &&Event| {
            // Announcements are no lines of a history.
            !matches!(event.fact, Fact::Moderated(_)) && question.wanted.includes(event)
        };
        let mut events = page.events.iter().filter(is_wanted).peekable();
        if events.peek().is_some() {
            question.or_else = None;
        }
        events.for_each(|event| self.put_past(event, page.of, question.batch, out));
        if !page.is_last {
            self.pending.question = Some(Box::new(Question::History(question)));
            return None;
        }
        let Some((range, question)) = question.or_else.take() else {
            self.end_batch(question.batch, env, out);
            return None;
        };
        let ask = self.past_of(&question, range);
        self.ask_now(ask, Question::History(question))
    }

    /// A client that is not logged in has no private history.
    pub(super) fn put_no_history(
        &self,
        question: &HistoryQuestion,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        self.begin_history(question.batch, &question.target, env, out);
        self.end_batch(question.batch, env, out);
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
        let target = shown(target);
        let why =
            format_args!("INVALID_TARGET {subcommand} {target} :Messages could not be retrieved");
        self.fail("CHATHISTORY", why, env, out);
    }

    /// One event of the past.
    fn put_past(&self, event: &Event, of: PastOf<'_>, batch: u64, out: &mut Vec<u8>) {
        let batch = self.caps.has(Cap::Batch).then_some(batch);
        match (of, &event.fact) {
            // To clients, a person whose link is lost has left.
            (PastOf::Room(room), Fact::Returned(returned)) => {
                let name = &returned.login.name;
                put_joined(out, event, name, room, (self.caps, batch));
            }
            (PastOf::Room(room), _) => put_in_room(out, event, room, (self.caps, batch)),
            (PastOf::With(_), Fact::PrivateMessage(message)) => {
                put_private_past(out, event, message, (self.caps, batch));
            }
            (PastOf::With(_), Fact::Signal(signal)) => {
                if let Some((_, to)) = &signal.to {
                    put_signal(out, event, signal, to.as_str(), (self.caps, batch));
                }
            }
            (PastOf::With(_), _) => {}
        }
    }

    /// What the client is shown of a past.
    fn detail(&self) -> Detail {
        match (self.caps.has(Cap::EventPlayback), self.caps.takes_tags()) {
            (true, true) => Detail::Signals,
            (true, false) => Detail::Playback,
            (false, _) => Detail::Messages,
        }
    }

    /// Whether the newest messages of a room are shown to the client when it enters: it cannot ask
    /// for them, and can tell that they are old.
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
        self.begin_history(batch, &alloc::format!("{room}"), env, out);
        for event in recent.messages {
            self.put_past(event, PastOf::Room(room), batch, out);
        }
        self.end_batch(batch, env, out);
    }
}

/// The requested range.
fn range(question: &mut HistoryQuestion, points: &[Point], limit: usize) -> Option<Range> {
    Some(match (question.subcommand, points) {
        ("LATEST", [Point::Newest]) => Range::Last(limit),
        ("LATEST", [Point::Seq(seq)]) => Range::Within(*seq, Seq(u64::MAX), limit),
        ("LATEST", [Point::Time(time)]) => {
            question.wanted.later_than = Some(*time);
            Range::Since(*time)
        }
        ("BEFORE", [Point::Seq(seq)]) => Range::Before(*seq, limit),
        ("BEFORE", [Point::Time(time)]) => Range::Until(*time),
        ("AFTER", [Point::Seq(seq)]) => Range::After(*seq, limit),
        ("AFTER", [Point::Time(time)]) => Range::From(Timestamp(time.0.saturating_add(1))),
        ("AROUND", [Point::Seq(seq)]) => Range::Around(*seq, beside(limit)),
        ("AROUND", [Point::Time(time)]) => Range::Until(Timestamp(time.0.saturating_add(1))),
        ("BETWEEN", [Point::Seq(a), Point::Seq(b)]) if a <= b => {
            question.wanted.before = Some(*b);
            Range::After(*a, limit)
        }
        ("BETWEEN", [Point::Seq(a), Point::Seq(b)]) => Range::Within(*b, *a, limit),
        ("BETWEEN", [Point::Time(a), Point::Time(b)]) if a <= b => {
            Range::Between(Timestamp(a.0.saturating_add(1)), *b)
        }
        ("BETWEEN", [Point::Time(a), Point::Time(b)]) => {
            question.wanted.later_than = Some(*b);
            Range::Until(*a)
        }
        ("BETWEEN", [Point::Seq(a), Point::Time(b)]) => {
            let mut backward = question.again();
            backward.wanted.later_than = Some(*b);
            question.or_else = Some((Range::Before(*a, limit), backward));
            Range::Rest(*a, *b)
        }
        ("BETWEEN", [Point::Time(a), Point::Seq(b)]) => {
            let mut backward = question.again();
            backward.wanted.after = Some(*b);
            question.or_else = Some((Range::Until(*a), backward));
            question.wanted.before = Some(*b);
            Range::From(Timestamp(a.0.saturating_add(1)))
        }
        _ => return None,
    })
}

//! Answers and news for one session, in words that all dialects share.

use alloc::sync::Arc;

use core::net::IpAddr;

use chinwag_core::{
    Answer, Conversation, Duration, Event, HistoryTarget, LeftOut, Name, Proof, QuitReason,
    Rejection, RoomId, RoomName, RoomSummary, Seq, Timestamp, Welcome, WelcomeBack,
};

/// What cannot be known of what a session missed, since the server was killed while it was connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// How many of the first messages that follow the person may have read.
    pub messages: u64,
    /// Private messages may be lost without a trace.
    pub lacks_private: bool,
}

/// An answer or a piece of news. [`Sent`](Self::Sent), [`Repeated`](Self::Repeated) and
/// [`NotSent`](Self::NotSent) answer messages, in the order in which they were sent; the others up
/// to [`NoHistory`](Self::NoHistory) answer the one question that a session may have asked.
#[derive(Clone, Copy, Debug)]
pub enum Tell<'a> {
    /// A message is saved and on its way to the others, and has this place.
    Sent(Seq),
    /// A message was sent before, under the same key, and has this place.
    Repeated(Seq),
    /// A message was refused.
    NotSent(&'a Rejection),
    /// The command is done; the events say what that means. The first of them has this place.
    Done(Option<Seq>),
    /// The command was done before, under the same key, and its first event has this place.
    DoneBefore(Seq),
    /// The question or command was refused.
    Rejected(&'a Rejection),
    /// The session has a person now.
    Welcome(&'a Welcome, Recent<'a>),
    /// The person is in this room, and may have been before.
    Entered(&'a RoomSummary, Recent<'a>),
    /// The person is out of this room.
    Left(RoomId),
    /// The session has its person again, who has missed this many messages. They follow in pages.
    Resumed {
        /// Messages that follow.
        missed: u64,
        /// Older ones that do not.
        skipped: u64,
        /// Something follows, be it a message or not.
        has_news: bool,
        /// What cannot be known of them; `None` if they are exactly what was missed.
        doubt: Option<Doubt>,
        /// The welcome, if the person is still here.
        back: Option<&'a WelcomeBack>,
    },
    /// Messages that the person has missed, in order, and what was done to them and in their rooms.
    Missed(&'a [Event]),
    /// Rooms that the person was in before and could not enter again.
    LeftOut(&'a [LeftOut]),
    /// The person was shown everything they missed; from here on everything is new.
    CaughtUp,
    /// The answer to a query.
    Answer(&'a Answer),
    /// Earlier messages.
    History(HistoryPage<'a>),
    /// Rooms and people with talk, by the time of the newest message, the oldest first.
    Targets(&'a [(HistoryTarget, Timestamp)]),
    /// Messages that match a search.
    Search(SearchPage<'a>),
    /// Entries of the audit log.
    AuditLog(LogPage<'a>),
    /// The server's password was right, or it has none.
    Admitted,
    /// The password is right: this proves the account of this name.
    Proven(&'a Name, &'a Proof),
    /// Too many questions to the history, or passwords, are waiting.
    Busy,
    /// Too many wrong passwords came from this address: this one is checked after this time. Not
    /// the answer, which comes then.
    PasswordWaits(Duration),
    /// Wrong passwords that others have tried for the name since its owner was here.
    Guesses(Guesses),
    /// The name that the person logged in with is not registered, so the password proved nothing.
    PasswordNotNeeded,
    /// The search has more words than allowed.
    SearchTooLong,
    /// The history cannot be read.
    NoHistory,
    /// The person has left the server, for this reason.
    Farewell(&'a QuitReason),
    /// Another connection has taken over the session.
    Superseded,
    /// The server stops.
    Stopping,
}

impl Tell<'_> {
    /// Whether it answers a question that can be repeated, or welcomes or dismisses the client: if
    /// it is lost with the connection, the next one need not show it.
    pub fn is_answer(&self) -> bool {
        match self {
            Self::Sent(_)
            | Self::Repeated(_)
            | Self::NotSent(_)
            | Self::Rejected(_)
            | Self::Missed(_)
            | Self::LeftOut(_) => false,
            Self::Busy | Self::PasswordWaits(_) | Self::Guesses(_) | Self::NoHistory => false,
            Self::Done(_) | Self::DoneBefore(_) | Self::PasswordNotNeeded | Self::SearchTooLong => {
                false
            }
            Self::Admitted | Self::Proven(..) => true,
            Self::Welcome(..) | Self::Entered(..) | Self::Left(_) => true,
            Self::Resumed { .. } | Self::CaughtUp => true,
            Self::Answer(_)
            | Self::History(_)
            | Self::Targets(_)
            | Self::Search(_)
            | Self::AuditLog(_) => true,
            Self::Farewell(_) | Self::Superseded | Self::Stopping => true,
        }
    }
}

/// Wrong passwords for one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guesses {
    /// How many.
    pub count: u64,
    /// The time of the first.
    pub since: Timestamp,
    /// The origin of the last.
    pub address: IpAddr,
}

/// The newest messages of a room that a person has entered.
#[derive(Clone, Copy, Debug)]
pub struct Recent<'a> {
    /// Oldest first.
    pub messages: &'a [Arc<Event>],
    /// How many messages of the room the reader would be shown in all, if known.
    pub total: Option<u64>,
}

/// A part of a history.
#[derive(Clone, Copy, Debug)]
pub struct HistoryPage<'a> {
    /// The history that it is of.
    pub of: PastOf<'a>,
    /// Oldest first.
    pub events: &'a [Event],
    /// Messages that all pages show together.
    pub shown: u64,
    /// How many messages the range has; `None` if they were not counted, since the reader ignores
    /// somebody and there are too many. There may then be more than are shown.
    pub total: Option<u64>,
    /// Whether messages of people whom the reader ignores are left out.
    pub hides: bool,
    /// The places where all pages together begin and end.
    pub ends: (Seq, Seq),
    /// Whether there are messages after the last page.
    pub newer: bool,
    /// Nothing was shown before.
    pub is_first: bool,
    /// Nothing follows.
    pub is_last: bool,
}

/// A part of the audit log.
#[derive(Clone, Copy, Debug)]
pub struct LogPage<'a> {
    /// Oldest first.
    pub entries: &'a [Event],
    /// If there are older ones: those before this place.
    pub next: Option<Seq>,
}

/// The room or the two sides that a history is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastOf<'a> {
    /// A room.
    Room(&'a RoomName),
    /// An account and another.
    With(&'a Conversation),
}

/// A part of what a search has found.
#[derive(Clone, Copy, Debug)]
pub struct SearchPage<'a> {
    /// Oldest first.
    pub events: &'a [Event],
    /// Matches that all pages show together.
    pub shown: u64,
    /// Whether there are older matches, which are not shown.
    pub more: bool,
    /// Where the search continues, if there is or may be more: nothing before was looked at.
    pub next: Option<Seq>,
    /// The time of `next`.
    pub searched_since: Option<Timestamp>,
    /// Nothing was shown before.
    pub is_first: bool,
    /// Nothing follows.
    pub is_last: bool,
}

//! What a session remembers of its last question, to word the answer.

use alloc::boxed::Box;

use chinwag_core::{Monotonic, RoomId, RoomName};

use super::past::{HistoryQuestion, SearchQuestion};
use super::wanted::{Guess, Wanted};
use crate::plain::request::{Context, Pref};

/// The part of a question that its answer needs.
#[derive(Debug)]
pub(super) enum Question {
    /// The command, for a refusal.
    Command(Context),
    /// What may need a password.
    Account(Box<Wanted>),
    /// None: the next line may be the password for what was refused.
    Wanted(Box<Wanted>),
    /// Whether a line is a password.
    Guess(Box<Guess>),
    History(Box<HistoryQuestion>),
    Search(Box<SearchQuestion>),
    /// The audit log, from its end or from where the last part of it began.
    Log {
        is_more: bool,
    },
    /// The restrictions, of which some were listed.
    Restrictions,
    /// A message to a room by its name.
    SayTo(RoomName),
    /// Entering a room by its password.
    JoinWith,
    /// Leaving a room, while this was the current one.
    Leave(RoomId),
    /// A display setting, shown or changed.
    Pref(Pref),
    /// Being a guest, requested at this time.
    Guest(Monotonic),
}

// It stays after its answer, until the next one.
const _: () = assert!(size_of::<Option<Question>>() <= 24);

impl Question {
    /// The context that a refusal of it needs.
    pub(super) fn context(&self) -> Context {
        match self {
            Self::Command(context) => *context,
            Self::Account(wanted) | Self::Wanted(wanted) => wanted.context(),
            Self::Guess(guess) => guess.context(),
            Self::History(_) => Context::Command("history"),
            Self::Search(_) => Context::Command("search"),
            Self::Log { .. } => Context::Command("log"),
            Self::Restrictions => Context::Command("bans"),
            Self::SayTo(_) | Self::Guest(_) => Context::Speech,
            Self::JoinWith => Context::Command("join"),
            Self::Leave(_) => Context::Command("leave"),
            Self::Pref(pref) => Context::Command(pref.command()),
        }
    }
}

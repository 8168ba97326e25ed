//! What is wrong with a command that was parsed, in words.

use core::fmt::{self, Display, Formatter};

/// Why a command asks for nothing that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadCommand {
    /// It needs a person, and there is none yet.
    NoHello,
    /// An action of several lines.
    LongAction,
    /// A history of neither a room nor a person, or of both.
    HistoryOfNothing,
    /// A range from `after` to a number.
    EndsAtNumber,
    /// A range that ends before it begins.
    Backward,
    /// `around` with another end of a range.
    AroundWithMore,
    /// A search without words and filters.
    NothingSought,
    /// A search for words without a letter or a digit.
    NoWords,
    /// It is for the dialect, not for the chat.
    NotOfChat,
}

impl Display for BadCommand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoHello => "say hello first",
            Self::LongAction => "an action is one line",
            Self::HistoryOfNothing => "a history is of a `room` or `with` a person",
            Self::EndsAtNumber => "`after` and `before` together: `before` must be a time",
            Self::Backward => "`before` is earlier than `after`",
            Self::AroundWithMore => "`around` stands alone",
            Self::NothingSought => "a search needs words or a filter",
            Self::NoWords => "`words` has no letter and no digit",
            Self::NotOfChat => "that is no command of the chat",
        })
    }
}

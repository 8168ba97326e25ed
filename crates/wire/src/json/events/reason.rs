//! Why a person has left.

use chinwag_core::QuitReason;
use serde::Serialize;

/// Why a person left the server.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::json) enum Reason {
    /// By command.
    Quit,
    /// It closed its connection.
    Closed,
    /// The connection broke.
    Lost,
    /// It gave no sign of life.
    TimedOut,
    /// It took nothing for too long.
    TooSlow,
    /// It sent faster than it may, and never stopped.
    TooFast,
    /// An operator closed the connection.
    Kicked,
    /// An operator banned it.
    Banned,
    /// The server stopped.
    Restart,
}

/// A reason for leaving: its kind, the words given, and the operator.
pub(in crate::json) fn parts_of(why: &QuitReason) -> (Reason, Option<&str>, Option<&str>) {
    match why {
        QuitReason::Quit(text) => (Reason::Quit, text.as_deref(), None),
        QuitReason::Closed => (Reason::Closed, None, None),
        QuitReason::Lost => (Reason::Lost, None, None),
        QuitReason::TimedOut => (Reason::TimedOut, None, None),
        QuitReason::TooSlow => (Reason::TooSlow, None, None),
        QuitReason::TooFast => (Reason::TooFast, None, None),
        QuitReason::Restart => (Reason::Restart, None, None),
        QuitReason::Kicked { by, why } => (
            Reason::Kicked,
            why.as_deref().map(|text| &**text),
            Some(by.as_str()),
        ),
        QuitReason::Banned { by, why, .. } => (
            Reason::Banned,
            why.as_deref().map(|text| &**text),
            Some(by.as_str()),
        ),
    }
}

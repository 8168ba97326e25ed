//! Places in a history, as clients name them.

use chinwag_core::{Seq, Timestamp};

use super::super::place;

/// A place in a history: a message or a time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Point {
    Seq(Seq),
    Time(Timestamp),
    /// `*`: the newest.
    Newest,
}

impl Point {
    pub(super) fn parse(typed: &str) -> Option<Self> {
        match typed.split_once('=') {
            Some(("msgid", id)) => place(id).map(Self::Seq),
            Some(("timestamp", _)) => timestamp(typed).map(Self::Time),
            None if typed == "*" => Some(Self::Newest),
            _ => None,
        }
    }
}

/// Reads `timestamp=2019-01-04T14:33:26.123Z`.
pub(in super::super) fn timestamp(typed: &str) -> Option<Timestamp> {
    time(typed.strip_prefix("timestamp=")?)
}

/// Reads `2019-01-04T14:33:26.123Z`.
pub(in super::super) fn time(typed: &str) -> Option<Timestamp> {
    crate::zone::rfc3339(typed)
}

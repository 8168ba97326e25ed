//! The states of a session, and what has to be done at each arrival.

use std::time::Instant;

use super::action::SessionOptions;
use super::login::Login;
use super::place::is_lobby;
use super::settling::{Settling, Step};
use crate::heard::Heard;
use crate::lines::ServerLine;

/// The state of the machine.
#[derive(Debug)]
pub(super) enum Phase {
    Waiting { until: Instant },
    Dialling,
    LoggingIn(Login),
    Settling(Settling, Arrival),
    Live,
    Leaving,
    Over,
}

/// What kind of arrival is being settled.
#[derive(Debug)]
pub(super) enum Arrival {
    /// The first.
    First,
    /// The lost session goes on; these messages came since. The history is asked for only where
    /// they do not tell what became of the line that was under way.
    Resumed {
        replay: Vec<ServerLine>,
        asks_history: bool,
    },
    /// A new session takes its place: a history tells what was said meanwhile. These messages came
    /// while it was asked for.
    Anew { live: Vec<ServerLine> },
}

impl Phase {
    /// When the time alone changes something.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Waiting { until } => Some(*until),
            Self::LoggingIn(login) => login.deadline(),
            Self::Settling(settling, _) => settling.deadline(),
            _ => None,
        }
    }

    /// How many lines wait for the server to let the session in.
    pub(super) fn held(&self) -> usize {
        match self {
            Self::LoggingIn(login) => login.held(),
            _ => 0,
        }
    }

    /// Goes live if nothing is left to settle.
    pub(super) fn take_settled(&mut self) -> Option<(Settling, Arrival)> {
        match std::mem::replace(self, Self::Live) {
            Self::Settling(settling, arrival) if settling.is_done() => Some((settling, arrival)),
            unsettled => {
                *self = unsettled;
                None
            }
        }
    }
}

impl Arrival {
    /// A session that goes on, with nothing replayed yet.
    pub(super) fn resumed(asks_history: bool) -> Self {
        Self::Resumed {
            replay: Vec::new(),
            asks_history,
        }
    }

    /// A new session, in which nothing was said yet.
    pub(super) fn anew() -> Self {
        Self::Anew { live: Vec::new() }
    }

    /// Whether a line that comes while a session returns is news. Its welcome and what is told of the
    /// past are none; messages are, and come in their order once all is settled.
    pub(super) fn shows(&self, heard: &Heard<'_>) -> bool {
        match heard {
            Heard::Alone(_)
            | Heard::TalksIn { .. }
            | Heard::PutOut(_)
            | Heard::SentTo { .. }
            | Heard::Removed => true,
            Heard::Happened(_) | Heard::Renamed { .. } | Heard::RoomRenamed { .. } => {
                matches!(self, Self::Resumed { .. })
            }
            heard => heard.is_private(),
        }
    }

    /// The commands to give first, for a session that is to be in this room and is `elsewhere`, if it has
    /// come into another. Where one goes on, the room is that of a first arrival that was not settled.
    pub(super) fn steps(
        &self,
        options: &SessionOptions,
        room: Option<&str>,
        is_elsewhere: bool,
    ) -> Vec<Step> {
        // Who sends nothing needs no receipts, and only has to know when it is in.
        let mut steps = vec![match options.reads_only {
            true => Step::Fence,
            false => Step::Echo,
        }];
        let lobby = room.filter(|room| is_elsewhere && is_lobby(room));
        let room = room.filter(|room| !is_lobby(room));
        if !matches!(self, Self::Resumed { .. }) {
            steps.extend(room.or(lobby).map(|room| Step::Join(room.to_owned())));
        }
        // A script is in the room that it was told; a person may want to hear the lobby too.
        if room.is_some() && !options.is_attended {
            steps.push(Step::LeaveLobby);
        }
        if matches!(self, Self::Anew { .. }) {
            steps.push(Step::History);
        }
        steps
    }
}

//! The commands of the client's own between a login and the first line of the conversation.
//!
//! It must not know why they are sent. One step is under way at a time, for the reason that one line
//! is; all of them can be repeated without harm, so a step that flood control refused is sent again.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::outgoing::{fence_in, question};
use super::place::is_same;
use crate::heard::Heard;

/// The most that `/history` gives.
const HISTORY_LINES: usize = 1000;
/// How long a step may go unanswered before it is sent again.
const STEP_AGAIN: Duration = Duration::from_secs(5);
/// Fences of settling have numbers beyond those of lines under way.
const FENCE_NUMBER: u64 = u64::MAX;

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Have own messages shown, as receipts.
    Echo,
    /// Enter this room.
    Join(String),
    /// Leave the lobby, now that there is another room.
    LeaveLobby,
    /// Give back the rights of the first operator, under this name: they are for people.
    Resign(String),
    /// Wait until the server has answered everything before.
    Fence,
    /// Fetch what was said in the room.
    History,
}

/// What to do with a line that came while a step was under way.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sorted {
    /// It has nothing to do with the step.
    Pass,
    /// It is an answer that nobody else wants.
    Hide,
    /// The server refuses, with these words.
    Failed(String),
}

/// The steps still to do.
#[derive(Debug)]
pub(crate) struct Settling {
    steps: VecDeque<Step>,
    /// When the step under way is sent (again).
    send_at: Option<Instant>,
    history: Option<Vec<String>>,
    in_history: bool,
}

impl Settling {
    pub(crate) fn new(steps: Vec<Step>, now: Instant) -> Self {
        Self {
            steps: steps.into(),
            send_at: Some(now),
            history: None,
            in_history: false,
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether it is on its way into its room.
    pub(crate) fn is_joining(&self) -> bool {
        matches!(self.steps.front(), Some(Step::Join(_)))
    }

    /// Whether the session is still to enter its room.
    pub(crate) fn is_to_join(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Join(_)))
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.send_at
    }

    /// The server has made the session the operator that it lacked.
    pub(crate) fn handle_made_operator(&mut self, name: &str) {
        let is_to_come = |step: &Step| matches!(step, Step::Resign(_));
        if !self.steps.iter().any(is_to_come) {
            self.steps.push_back(Step::Resign(name.to_owned()));
        }
    }

    /// Goes on without the room, if that is the step under way.
    pub(crate) fn skip_room(&mut self, now: Instant) -> bool {
        let is_room = self.is_joining();
        if is_room {
            self.done(now);
        }
        is_room
    }

    /// The messages of [`Step::History`], without colours.
    pub(crate) fn take_history(&mut self) -> Option<Vec<String>> {
        self.history.take()
    }

    pub(crate) fn poll_send(&mut self, now: Instant) -> Option<String> {
        if self.send_at.is_none_or(|at| at > now) {
            return None;
        }
        let command = match self.steps.front()? {
            Step::Echo => "/echo on".to_owned(),
            Step::Join(room) => format!("/join {room}"),
            Step::LeaveLobby => "/leave lobby".to_owned(),
            Step::Resign(name) => format!("/deop {name}"),
            Step::Fence => question(FENCE_NUMBER),
            Step::History => format!("/history {HISTORY_LINES}"),
        };
        self.send_at = Some(now + STEP_AGAIN);
        Some(command)
    }

    pub(crate) fn handle(&mut self, heard: &Heard<'_>, plain: &str, now: Instant) -> Sorted {
        match heard {
            Heard::SlowDown { seconds } => {
                self.send_at = Some(now + Duration::from_secs(*seconds));
                return Sorted::Hide;
            }
            Heard::Counted => return Sorted::Hide,
            Heard::Place { room } => self.find_room(room),
            _ => {}
        }
        match self.steps.front() {
            Some(Step::Echo) => self.echo(heard, now),
            Some(Step::Join(_)) => self.join(heard, now),
            Some(Step::LeaveLobby) => self.leave_lobby(heard, now),
            Some(Step::Resign(_)) => self.resign(heard, now),
            Some(Step::Fence) => self.fence(plain, now),
            Some(Step::History) => self.history(heard, plain, now),
            None => Sorted::Pass,
        }
    }

    /// A session that was taken up says where it is. To enter that room again would show once more what was said
    /// there meanwhile.
    fn find_room(&mut self, room: &str) {
        let is_there = |step: &Step| matches!(step, Step::Join(wanted) if is_same(wanted, room));
        if !self.is_joining() {
            self.steps.retain(|step| !is_there(step));
        }
    }

    fn echo(&mut self, heard: &Heard<'_>, now: Instant) -> Sorted {
        match heard {
            // A session that is taken up may be told first what its old connection typed wrong, and who announced what.
            Heard::Alone(words) if words.starts_with("No command /echo.") => Sorted::Failed(
                "it has no /echo, so nobody can tell which lines it takes.".to_owned(),
            ),
            Heard::Alone(words) if words.starts_with("Echo is on") => self.done(now),
            _ => Sorted::Pass,
        }
    }

    fn join(&mut self, heard: &Heard<'_>, now: Instant) -> Sorted {
        match heard {
            Heard::Place { .. } => {
                self.done(now);
                Sorted::Pass
            }
            Heard::Alone(words) if words.contains("already") => self.done(now),
            Heard::Alone(words) if !words.contains(" announces: ") => {
                Sorted::Failed((*words).to_owned())
            }
            _ => Sorted::Pass,
        }
    }

    fn leave_lobby(&mut self, heard: &Heard<'_>, now: Instant) -> Sorted {
        match heard {
            Heard::Place { .. } | Heard::Alone(_) | Heard::PutOut(_) => self.done(now),
            Heard::Happened(words) if words.ends_with(" left #lobby") => self.done(now),
            _ => Sorted::Pass,
        }
    }

    fn resign(&mut self, heard: &Heard<'_>, now: Instant) -> Sorted {
        match heard {
            Heard::Alone(words) if words.contains("operator") => self.done(now),
            Heard::Alone(words) if words.starts_with("No command") => self.done(now),
            _ => Sorted::Pass,
        }
    }

    fn fence(&mut self, plain: &str, now: Instant) -> Sorted {
        match plain.starts_with('[') {
            false if fence_in(plain) == Some(FENCE_NUMBER) => self.done(now),
            _ => Sorted::Pass,
        }
    }

    /// The block of a history lies between two separators, in one piece.
    fn history(&mut self, heard: &Heard<'_>, plain: &str, now: Instant) -> Sorted {
        match heard {
            Heard::Separator(words) if !self.in_history && words.contains("message") => {
                self.in_history = true;
                self.history = Some(Vec::new());
            }
            Heard::Separator(words) if self.in_history && words.ends_with("until now") => {
                return self.done(now);
            }
            Heard::Now if self.in_history => return self.done(now),
            heard if self.in_history && heard.is_in_room() => {
                self.history.get_or_insert_default().push(plain.to_owned());
            }
            Heard::Alone(words) if words.contains("Nothing was said") => {
                self.history = Some(Vec::new());
                return self.done(now);
            }
            Heard::Alone(words) if words.contains("history") => return self.done(now),
            _ if !self.in_history => return Sorted::Pass,
            _ => {}
        }
        Sorted::Hide
    }

    fn done(&mut self, now: Instant) -> Sorted {
        self.steps.pop_front();
        self.in_history = false;
        self.send_at = (!self.steps.is_empty()).then_some(now);
        Sorted::Hide
    }
}

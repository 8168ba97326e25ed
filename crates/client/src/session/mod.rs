//! The session as a state machine: what the server says, what is to be sent and the time come in;
//! what to send, to show and to do comes out.
//!
//! ```text
//! Waiting -> Dialling -> LoggingIn -> Settling -> Live -> Leaving -> Over
//!    ^                                              |
//!    `------------------- link lost ----------------'
//! ```
//!
//! It must not do input or output, nor read the clock, nor know whether a terminal or a pipe is on
//! this side. The decision that shaped it: `handle_*` takes input and `poll_*` gives output, so that
//! links that break at any byte are tested here without a socket.

mod action;
mod arriving;
mod identity;
mod login;
mod out_line;
mod outgoing;
mod phase;
mod place;
mod prompts;
mod pushing;
mod reconnect;
mod retry;
mod returning;
mod seen;
mod settling;
mod silence;
mod talk;
#[cfg(test)]
mod tests;
mod words;

use std::collections::VecDeque;
use std::time::Instant;

pub(crate) use action::{Action, End, SessionOptions, Tally};
use identity::Identity;
pub(crate) use login::LOGIN_TIMEOUT;
use login::{Attempt, Login};
use out_line::Verdict;
use phase::Phase;
use place::Place;
use retry::Retry;
use silence::Silence;
use talk::{Judgement, Talk};
pub(crate) use words::is_farewell;
use words::is_kept;

use crate::heard::{Heard, NAME_PROMPT};
use crate::lines::{Lines, ServerLine};
use crate::note::Note;

/// Why a link counts as lost that nothing has broken.
const SILENT: &str = "the server does not answer.";

/// One person or script in one chat, over as many connections as it takes.
#[derive(Debug)]
pub(crate) struct Session {
    options: SessionOptions,
    phase: Phase,
    identity: Identity,
    lines: Lines,
    talk: Talk,
    place: Place,
    retry: Retry,
    silence: Silence,
    actions: VecDeque<Action>,
    /// Nothing more will be pushed.
    input_ended: bool,
    /// The server's last words, if they end the session for good.
    removed: Option<String>,
    not_sent: u64,
    uncertain: u64,
}

impl Session {
    /// A session whose connection is just open.
    pub(crate) fn new(options: SessionOptions, now: Instant) -> Self {
        let identity = Identity::new(options.login.clone(), options.server_password.clone());
        let mut session = Self {
            phase: Phase::Dialling,
            identity,
            lines: Lines::default(),
            talk: Talk::new(&options),
            place: Place::new(&options),
            retry: Retry::new(options.retry_for, options.spread),
            silence: Silence::default(),
            actions: VecDeque::new(),
            input_ended: false,
            removed: None,
            not_sent: 0,
            uncertain: 0,
            options,
        };
        let offered = !session.identity.login.is_empty();
        let attempt = match session.options.is_attended {
            true => Attempt::Person { offered },
            false => Attempt::Script,
        };
        session.log_in(attempt, now);
        session
    }

    /// The next thing to do.
    pub(crate) fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When [`handle_time`](Self::handle_time) must be called.
    pub(crate) fn poll_deadline(&self) -> Option<Instant> {
        let own = match &self.phase {
            Phase::Live => self.talk.outgoing.deadline(),
            phase => phase.deadline(),
        };
        own.into_iter().chain(self.silence.deadline()).min()
    }

    /// Bytes of lines that the server has taken, or that were given up, since the last call.
    pub(crate) fn take_released(&mut self) -> usize {
        self.talk.outgoing.take_released()
    }

    /// What has become of the lines so far.
    pub(crate) fn tally(&self) -> Tally {
        let (through, total) = self.talk.outgoing.progress();
        Tally {
            through,
            total,
            waiting: self.talk.outgoing.unsent() + self.phase.held(),
            refused: self.not_sent,
            is_one_in_doubt: self.talk.outgoing.unknown().is_some(),
            uncertain: self.uncertain,
        }
    }

    /// No more lines come. The session ends when the server has taken those that came; a person who
    /// leaves waits for no link.
    pub(crate) fn handle_input_end(&mut self, now: Instant) {
        self.input_ended = true;
        match &self.phase {
            Phase::LoggingIn(login) if login.is_by_person() => {
                self.not_sent += self.phase.held() as u64;
                self.phase = Phase::Leaving;
                self.ask_for(Action::CloseInput);
            }
            Phase::Waiting { .. } | Phase::Dialling
                if self.options.is_attended && self.tally().waiting > 0 =>
            {
                self.end(End::Gone("you left before it came back.".to_owned()));
            }
            _ => self.pump(now),
        }
    }

    /// The connection that [`Action::Dial`] asked for is open.
    pub(crate) fn handle_connected(&mut self, now: Instant) {
        if matches!(self.phase, Phase::Dialling) {
            self.log_in(self.identity.way_back(), now);
        }
    }

    /// It could not be had.
    pub(crate) fn handle_unreachable(&mut self, reason: &str, now: Instant) {
        self.try_again(reason, now);
    }

    /// It leads to a server that is not the one that is known.
    pub(crate) fn handle_another(&mut self, reason: String) {
        self.talk.outgoing.handle_lost();
        self.end(End::Another(reason));
    }

    /// Bytes of the server.
    pub(crate) fn handle_bytes(&mut self, bytes: &[u8], now: Instant) {
        self.silence.handle_heard();
        if let Phase::LoggingIn(login) = &mut self.phase {
            login.handle_heard();
        }
        for line in self.lines.take_in(bytes) {
            self.handle_line(line, now);
        }
        self.actions.extend(self.lines.poll_bells());
        if matches!(self.phase, Phase::LoggingIn(_))
            && let Some(prompt) = self.lines.take_prompt()
        {
            self.handle_prompt(prompt, now);
        }
        self.pump(now);
    }

    /// The connection has ended; `reason` is a sentence.
    pub(crate) fn handle_closed(&mut self, reason: &str, now: Instant) {
        self.silence = Silence::default();
        if let Some(rest) = self.lines.finish() {
            self.handle_line(rest, now);
        }
        let end = match (&mut self.phase, self.removed.take()) {
            (Phase::Over | Phase::Waiting { .. } | Phase::Dialling, _) => return,
            (Phase::Leaving, _) => End::Left,
            (Phase::LoggingIn(login), _) => {
                let (attempt, words) = (login.attempt(), login.take_reason());
                if self.identity.is_known() {
                    return self.not_back(attempt, words, reason, now);
                }
                if let Some(words) = words.clone().filter(|words| is_kept(words))
                    && !self.options.is_attended
                {
                    return self.wait_for_name(words, now);
                }
                // A server that dies without a word has refused nobody.
                words.map_or_else(|| End::Gone(reason.to_owned()), End::Refused)
            }
            (_, Some(words)) => End::Removed(words),
            (_, None) => {
                self.break_off();
                return self.lost(reason, now);
            }
        };
        self.end(end);
    }

    /// So late it is.
    pub(crate) fn handle_time(&mut self, now: Instant) {
        match &mut self.phase {
            Phase::Waiting { until } if *until <= now => {
                self.phase = Phase::Dialling;
                self.ask_for(Action::Dial);
            }
            Phase::LoggingIn(login) if login.is_over(now) => {
                self.ask_for(Action::HangUp);
                self.handle_closed(SILENT, now);
            }
            Phase::LoggingIn(login) => {
                let note = login.tell_silence(now);
                self.actions.extend(note.map(Action::Tell));
            }
            _ if self.silence.is_over(now) => {
                self.ask_for(Action::HangUp);
                self.handle_closed(SILENT, now);
            }
            _ => {
                let note = self.silence.tell(now);
                self.actions.extend(note.map(Action::Tell));
                self.pump(now);
            }
        }
    }

    fn log_in(&mut self, attempt: Attempt, now: Instant) {
        let mut login = Login::new(attempt, now);
        self.lines = Lines::default();
        self.talk.handle_connection();
        if let Some(words) = self.identity.first_words(attempt) {
            login.spoke();
            self.ask_for(Action::Send(words));
        }
        self.phase = Phase::LoggingIn(login);
    }

    fn handle_line(&mut self, line: ServerLine, now: Instant) {
        if matches!(self.phase, Phase::LoggingIn(_))
            && let Some(rest) = line.behind(NAME_PROMPT)
        {
            self.handle_prompt(NAME_PROMPT.into(), now);
            return self.handle_line(rest, now);
        }
        let plain = line.plain.clone();
        let heard = self.talk.follow(Heard::read(&plain));
        // In a history who was renamed has been called so for long.
        let is_of_past = matches!(heard, Heard::Renamed { .. } | Heard::RoomRenamed { .. })
            && self.talk.is_in_past();
        if !is_of_past {
            self.identity.learn(&heard);
            self.place.handle(&heard, self.is_moving());
        }
        self.talk.handle_separator(&heard);
        if heard == Heard::Removed {
            self.removed = Some(plain.trim_start_matches("! ").to_owned());
        }
        match self.phase {
            Phase::LoggingIn(_) => self.login_line(line, &heard, now),
            Phase::Settling(..) => self.settling_line(line, &heard, now),
            Phase::Over | Phase::Waiting { .. } | Phase::Dialling => {}
            Phase::Live => self.live_line(line, &heard, now),
            Phase::Leaving => {
                let line = self.goodbye(line);
                self.live_line(line, &heard, now);
            }
        }
    }

    fn live_line(&mut self, line: ServerLine, heard: &Heard<'_>, now: Instant) {
        let names = (&*self.identity.name, self.place.named());
        let judgement = self.talk.handle_live(heard, &line.plain, names, now);
        self.judge(line, judgement);
        self.stop_if_astray();
        self.stop_if_unsaved();
    }

    fn judge(&mut self, line: ServerLine, judgement: Judgement) {
        self.conclude(judgement.verdict);
        let shown = judgement.is_shown.then_some(Action::Show(line.bytes));
        self.actions.extend(shown);
    }

    fn conclude(&mut self, verdict: Option<Verdict>) {
        if let Some(reason) = verdict.as_ref().and_then(Verdict::failed_entry) {
            self.place.handle_refused(reason);
        }
        match verdict.map(Verdict::into_note) {
            None => {}
            Some(None) => self.retry.handle_progress(),
            Some(Some(note @ Note::Uncertain { .. })) => {
                self.uncertain += 1;
                self.ask_for(Action::Tell(note));
            }
            Some(Some(note)) => self.refuse(note),
        }
    }

    /// Sends what can be sent now.
    fn pump(&mut self, now: Instant) {
        match &mut self.phase {
            Phase::Settling(settling, _) => {
                let step = settling.poll_send(now);
                self.actions.extend(step.map(Action::Send));
            }
            Phase::Live => {
                if let Some(line) = self.talk.outgoing.poll_send(self.place.named(), now) {
                    let is_farewell = self.options.commands && is_farewell(&line);
                    self.ask_for(Action::Send(line));
                    if is_farewell {
                        self.talk.outgoing.drop_under_way();
                        self.phase = Phase::Leaving;
                    }
                } else if self.input_ended && self.talk.outgoing.unsent() == 0 {
                    self.phase = Phase::Leaving;
                    // The end of a connection alone may be a lost link, for which a name is kept.
                    self.ask_for(Action::Send("/quit".to_owned()));
                    self.ask_for(Action::CloseInput);
                }
            }
            // Everything is delivered: there is nothing to come back for.
            Phase::Waiting { .. } | Phase::Dialling
                if self.input_ended && self.talk.outgoing.unsent() == 0 =>
            {
                self.end(End::Left);
            }
            _ => {}
        }
        self.silence.handle_waiting(self.waits_for_answer(), now);
    }

    /// Whether the server owes this session an answer.
    fn waits_for_answer(&self) -> bool {
        match &self.phase {
            Phase::Settling(..) | Phase::Leaving => true,
            Phase::Live => self.talk.outgoing.waits_for_answer(),
            Phase::LoggingIn(_) | Phase::Waiting { .. } | Phase::Dialling | Phase::Over => false,
        }
    }

    fn end(&mut self, end: End) {
        if !matches!(self.phase, Phase::Over) {
            self.phase = Phase::Over;
            self.ask_for(Action::End(end));
        }
    }

    fn ask_for(&mut self, action: Action) {
        self.actions.push_back(action);
    }

    fn show(&mut self, line: ServerLine) {
        self.ask_for(Action::Show(line.bytes));
    }
}

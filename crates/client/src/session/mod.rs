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
mod identity;
mod login;
mod outgoing;
mod phase;
mod retry;
mod seen;
mod settling;
mod talk;
#[cfg(test)]
mod tests;
mod words;

use std::collections::VecDeque;
use std::time::Instant;

pub(crate) use action::{Action, End, SessionOptions};
use identity::Identity;
use login::{AtPrompt, Attempt, Login};
use outgoing::{OutLine, Verdict};
use phase::{Arrival, Phase};
use retry::Retry;
use settling::{Settling, Sorted, Step};
use talk::{Judgement, Talk};
pub(crate) use words::is_farewell;
use words::is_final;

use crate::filter::is_blank;
use crate::heard::{Heard, Manner};
use crate::lines::{Lines, ServerLine};
use crate::note::Note;

/// One person or script in one chat, over as many connections as it takes.
#[derive(Debug)]
pub(crate) struct Session {
    options: SessionOptions,
    phase: Phase,
    identity: Identity,
    lines: Lines,
    talk: Talk,
    retry: Retry,
    actions: VecDeque<Action>,
    /// Nothing more will be pushed.
    input_ended: bool,
    /// The server's last words, if they end the session for good.
    removed: Option<String>,
    not_sent: u64,
}

impl Session {
    /// A session whose connection is just open.
    pub(crate) fn new(options: SessionOptions, now: Instant) -> Self {
        let identity = Identity::new(options.login.clone());
        let mut session = Self {
            phase: Phase::Dialling,
            identity,
            lines: Lines::default(),
            talk: Talk::default(),
            retry: Retry::new(options.retry_for, options.spread),
            actions: VecDeque::new(),
            input_ended: false,
            removed: None,
            not_sent: 0,
            options,
        };
        let attempt = match session.options.is_attended {
            true => Attempt::Person {
                offered: !session.identity.login.is_empty(),
            },
            false => Attempt::Script,
        };
        session.log_in(attempt, now);
        session
    }

    // What goes out.

    /// The next thing to do.
    pub(crate) fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When [`handle_time`](Self::handle_time) must be called.
    pub(crate) fn poll_deadline(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Waiting { until } => Some(*until),
            Phase::LoggingIn(login) if !login.is_by_person() => Some(login.deadline),
            Phase::Settling(settling, _) => settling.deadline(),
            Phase::Live => self.talk.outgoing.deadline(),
            _ => None,
        }
    }

    /// Bytes of lines that the server has taken, or that were given up, since the last call.
    pub(crate) fn take_released(&mut self) -> usize {
        self.talk.outgoing.take_released()
    }

    /// How many lines of the current burst are through, and how many it has.
    pub(crate) fn progress(&self) -> (usize, usize) {
        self.talk.outgoing.progress()
    }

    /// Lines that the server has not taken yet.
    pub(crate) fn unsent(&self) -> u64 {
        self.talk.outgoing.unsent() as u64
    }

    /// Lines that will never be sent: the server or the client refused them.
    pub(crate) fn not_sent(&self) -> u64 {
        self.not_sent
    }

    // What comes in.

    /// A line to send. At the name prompt it answers the prompt.
    pub(crate) fn push(&mut self, text: String, now: Instant) {
        if let Phase::LoggingIn(login) = &self.phase
            && login.is_by_person()
        {
            self.identity.learn_answer(&text);
            self.talk.outgoing.release(&text);
            return self.actions.push_back(Action::Send(text));
        }
        if is_blank(&text) {
            return self.talk.outgoing.release(&text);
        }
        self.talk.outgoing.begin_burst();
        if self.options.commands {
            self.identity.learn_typed(&text);
        }
        let line = match self.options.commands {
            true => OutLine::typed(text),
            false => OutLine::literal(text),
        };
        if let Some(answer) = self.talk.answer_echo(line.wire()) {
            self.talk.outgoing.release(line.wire());
            return self.actions.push_back(Action::Show(answer.into()));
        }
        self.talk.outgoing.push(line);
        self.pump(now);
    }

    /// A line that cannot be sent.
    pub(crate) fn refuse(&mut self, note: Note) {
        self.not_sent += 1;
        self.actions.push_back(Action::Tell(note));
    }

    /// No more lines come. The session ends when the server has taken those that came.
    pub(crate) fn handle_input_end(&mut self, now: Instant) {
        self.input_ended = true;
        if let Phase::LoggingIn(login) = &self.phase
            && login.is_by_person()
        {
            self.phase = Phase::Leaving;
            return self.actions.push_back(Action::CloseInput);
        }
        self.pump(now);
    }

    /// The person does not wait for a link any more.
    pub(crate) fn handle_impatience(&mut self) {
        match self.phase {
            Phase::Waiting { .. } | Phase::Dialling if self.talk.outgoing.unsent() > 0 => {
                self.end(End::Gone("you left before it came back.".to_owned()));
            }
            Phase::Waiting { .. } | Phase::Dialling => self.end(End::Left),
            _ => {}
        }
    }

    /// The connection that [`Action::Dial`] asked for is open.
    pub(crate) fn handle_connected(&mut self, now: Instant) {
        if matches!(self.phase, Phase::Dialling) {
            let attempt = match self.identity.code {
                Some(_) => Attempt::Resume,
                None if self.identity.asks_person => Attempt::Person { offered: false },
                None => Attempt::Anew,
            };
            self.log_in(attempt, now);
        }
    }

    /// It could not be had.
    pub(crate) fn handle_unreachable(&mut self, reason: &str, now: Instant) {
        if matches!(self.phase, Phase::Dialling) {
            self.try_again(reason, now);
        }
    }

    /// Bytes of the server.
    pub(crate) fn handle_bytes(&mut self, bytes: &[u8], now: Instant) {
        for line in self.lines.take_in(bytes) {
            self.handle_line(line, now);
        }
        if matches!(self.phase, Phase::LoggingIn(_))
            && let Some(prompt) = self.lines.take_prompt()
        {
            self.handle_prompt(prompt, now);
        }
        self.pump(now);
    }

    /// The connection has ended; `reason` is a sentence.
    pub(crate) fn handle_closed(&mut self, reason: &str, now: Instant) {
        if let Some(rest) = self.lines.finish() {
            self.handle_line(rest, now);
        }
        let end = match (&mut self.phase, self.removed.take()) {
            (Phase::Over | Phase::Waiting { .. } | Phase::Dialling, _) => return,
            (Phase::Leaving, _) => End::Left,
            (Phase::LoggingIn(login), _) => {
                let (attempt, words) = (login.attempt(), login.take_reason());
                if self.identity.has_been_in {
                    return self.not_back(attempt, words, reason, now);
                }
                // A server that dies without a word has refused nobody.
                words.map_or_else(|| End::Gone(reason.to_owned()), End::Refused)
            }
            (_, Some(words)) => End::Removed(words),
            (_, None) => {
                self.try_again(reason, now);
                if matches!(self.phase, Phase::Waiting { .. }) {
                    let reason = reason.to_owned();
                    self.actions.push_back(Action::Tell(Note::Lost { reason }));
                }
                return;
            }
        };
        self.end(end);
    }

    /// So late it is.
    pub(crate) fn handle_time(&mut self, now: Instant) {
        match &self.phase {
            Phase::Waiting { until } if *until <= now => {
                self.phase = Phase::Dialling;
                self.actions.push_back(Action::Dial);
            }
            Phase::LoggingIn(login) if !login.is_by_person() && login.deadline <= now => {
                self.actions.push_back(Action::HangUp);
                self.handle_closed("the server does not answer.", now);
            }
            _ => self.pump(now),
        }
    }

    // The steps.

    /// A try to come back has failed.
    fn not_back(&mut self, tried: Attempt, words: Option<String>, reason: &str, now: Instant) {
        // A code that was tried is worth no second try: it may be used up.
        self.identity.code = None;
        let is_final = words.as_deref().is_some_and(is_final) && tried != Attempt::Resume;
        match words {
            Some(words) if is_final && !self.options.is_attended => self.end(End::Removed(words)),
            words => {
                // The person may know another name, or the password of this one.
                self.identity.asks_person = is_final;
                if let Some(reason) = words.clone().filter(|_| is_final) {
                    self.actions
                        .push_back(Action::Tell(Note::Refused { reason }));
                }
                self.try_again(&words.unwrap_or_else(|| reason.to_owned()), now);
            }
        }
    }

    fn log_in(&mut self, attempt: Attempt, now: Instant) {
        let mut login = Login::new(attempt, now);
        self.lines = Lines::default();
        self.talk.handle_connection();
        let first_words = match (attempt, &self.identity.code) {
            (Attempt::Person { .. }, _) => None,
            (Attempt::Resume, Some(code)) => Some(format!("/resume {code}")),
            // A guest says nothing, and nothing cannot be said first.
            _ if self.identity.login.is_empty() => None,
            _ => Some(self.identity.login.clone()),
        };
        if let Some(words) = first_words {
            login.spoke();
            self.actions.push_back(Action::Send(words));
        }
        self.phase = Phase::LoggingIn(login);
    }

    fn handle_prompt(&mut self, prompt: Vec<u8>, now: Instant) {
        let Phase::LoggingIn(login) = &mut self.phase else {
            return;
        };
        match login.handle_prompt() {
            AtPrompt::Wait => {}
            AtPrompt::Ask => self.actions.push_back(Action::Show(prompt)),
            AtPrompt::AnswerAloud => {
                let public = self.identity.login.split('#').next().unwrap_or_default();
                let mut shown = prompt;
                shown.extend_from_slice(public.as_bytes());
                shown.push(b'\n');
                self.actions.push_back(Action::Show(shown));
                self.actions
                    .push_back(Action::Send(self.identity.login.clone()));
            }
            AtPrompt::Answer => self
                .actions
                .push_back(Action::Send(self.identity.login.clone())),
            AtPrompt::Refused => {
                self.actions.push_back(Action::HangUp);
                self.handle_closed("the server asks for another name.", now);
            }
        }
    }

    fn handle_line(&mut self, line: ServerLine, now: Instant) {
        let plain = line.plain.clone();
        let heard = Heard::read(&plain);
        self.identity.learn(&heard);
        self.talk.handle_separator(&heard);
        if heard == Heard::Removed {
            self.removed = Some(plain.trim_start_matches("! ").to_owned());
        }
        match self.phase {
            Phase::LoggingIn(_) => self.login_line(line, &heard, now),
            Phase::Settling(..) => self.settling_line(line, &heard, now),
            Phase::Over | Phase::Waiting { .. } | Phase::Dialling => {}
            Phase::Live | Phase::Leaving => self.live_line(line, &heard, now),
        }
    }

    fn login_line(&mut self, line: ServerLine, heard: &Heard<'_>, now: Instant) {
        let Phase::LoggingIn(login) = &mut self.phase else {
            return;
        };
        match heard {
            Heard::Arrived { .. } => self.settle(line, false, now),
            Heard::Returned { .. } => self.settle(line, true, now),
            _ => {
                login.handle_line(heard, &line.plain);
                if login.is_by_person() {
                    self.show(line);
                }
            }
        }
    }

    /// The server has let the session in.
    fn settle(&mut self, welcome: ServerLine, is_resumed: bool, now: Instant) {
        let is_first = !self.identity.has_been_in;
        let (arrival, room) = match (is_first, is_resumed) {
            (true, _) => (Arrival::First, &self.options.room),
            (false, true) => (Arrival::resumed(false), &None),
            (false, false) => (Arrival::Anew, &self.identity.room),
        };
        let steps = arrival.steps(&self.options, room.as_deref());
        if is_first && self.options.history {
            self.show(welcome);
        }
        self.phase = Phase::Settling(Settling::new(steps, now), arrival);
    }

    fn settling_line(&mut self, line: ServerLine, heard: &Heard<'_>, now: Instant) {
        let Phase::Settling(settling, arrival) = &mut self.phase else {
            return;
        };
        match settling.handle(heard, &line.plain, now) {
            Sorted::Hide => {}
            Sorted::Failed(reason) => {
                self.actions.push_back(Action::HangUp);
                return self.end(End::Refused(reason));
            }
            Sorted::Pass => match (arrival, heard) {
                (Arrival::Resumed { replay, .. }, Heard::Said(_)) => replay.push(line),
                (
                    Arrival::Resumed { .. },
                    Heard::Happened(_) | Heard::Renamed { .. } | Heard::Alone(_) | Heard::Removed,
                ) => self.show(line),
                (Arrival::First, _) => self.first_line(line, heard),
                // The new session's welcome and its replay: the history comes next.
                (Arrival::Anew, Heard::Alone(_) | Heard::Removed) => self.show(line),
                (Arrival::Anew, Heard::Said(said)) if said.manner == Manner::Private => {
                    self.show(line);
                }
                _ => {}
            },
        }
        self.settled(now);
    }

    fn first_line(&mut self, line: ServerLine, heard: &Heard<'_>) {
        self.talk.handle_arrival(heard, &line.plain);
        let is_news = matches!(heard, Heard::Said(_) | Heard::Removed) && !self.talk.is_in_past();
        if self.options.history || is_news {
            self.show(line);
        }
    }

    /// Goes on when there is no step left.
    fn settled(&mut self, now: Instant) {
        let is_done = matches!(&self.phase, Phase::Settling(settling, _) if settling.is_done());
        if !is_done {
            return;
        }
        let Phase::Settling(mut settling, arrival) =
            std::mem::replace(&mut self.phase, Phase::Live)
        else {
            return;
        };
        self.retry.handle_linked(now);
        (self.identity.has_been_in, self.identity.asks_person) = (true, false);
        match arrival {
            Arrival::First => {}
            Arrival::Resumed {
                replay,
                asks_history: false,
            } => self.take_up(replay, now),
            Arrival::Resumed { replay, .. } => {
                self.find_unknown(&settling.take_history().unwrap_or_default());
                self.show_missed(replay);
            }
            Arrival::Anew => self.take_over(&settling.take_history().unwrap_or_default()),
        }
    }

    /// The lost session goes on: what was said meanwhile is shown, and the line that was under way
    /// found in it, or in the history.
    fn take_up(&mut self, replay: Vec<ServerLine>, now: Instant) {
        self.actions.push_back(Action::Tell(Note::Back));
        let missed = self.talk.unseen(replay);
        self.show_missed(missed);
        let unknown = self.talk.outgoing.unknown();
        if unknown.is_some_and(|line| !line.is_command) {
            let settling = Settling::new(vec![Step::History], now);
            self.phase = Phase::Settling(settling, Arrival::resumed(true));
        } else {
            self.find_unknown(&[]);
        }
    }

    /// A new session is in the lost one's place: its history shows what came meanwhile.
    fn take_over(&mut self, history: &[String]) {
        let from = self.talk.position_in(history);
        self.actions.push_back(Action::Tell(Note::Anew {
            name: self.identity.name.clone(),
            has_gap: from.is_none(),
        }));
        self.find_unknown(history);
        let as_line = |text: &String| ServerLine {
            bytes: format!("{text}\n").into_bytes(),
            plain: text.clone(),
        };
        let missed = history[from.unwrap_or(0)..].iter().map(as_line);
        self.show_missed(missed.collect());
    }

    fn show_missed(&mut self, missed: Vec<ServerLine>) {
        for line in missed {
            let judgement = self.talk.handle_missed(&line.plain, &self.identity.name);
            self.judge(line, judgement);
        }
    }

    fn find_unknown(&mut self, history: &[String]) {
        let verdict = self.talk.find_unknown(history, &self.identity.name);
        self.conclude(verdict);
    }

    fn live_line(&mut self, line: ServerLine, heard: &Heard<'_>, now: Instant) {
        let name = &self.identity.name;
        let judgement = self.talk.handle_live(heard, &line.plain, name, now);
        self.judge(line, judgement);
    }

    fn judge(&mut self, line: ServerLine, judgement: Judgement) {
        self.conclude(judgement.verdict);
        if judgement.is_shown {
            self.show(line);
        }
    }

    fn conclude(&mut self, verdict: Option<Verdict>) {
        match verdict {
            None => {}
            Some(Verdict::Delivered) => self.retry.handle_progress(),
            Some(Verdict::NotSent { line, reason }) => self.refuse(Note::NotSent {
                line: line.text,
                reason,
            }),
            Some(Verdict::Uncertain { line }) => self.refuse(Note::Uncertain { line: line.text }),
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
                if let Some(line) = self.talk.outgoing.poll_send(now) {
                    let is_farewell = self.options.commands && is_farewell(&line);
                    self.actions.push_back(Action::Send(line));
                    if is_farewell {
                        self.talk.outgoing.drop_under_way();
                        self.phase = Phase::Leaving;
                    }
                } else if self.input_ended && self.talk.outgoing.unsent() == 0 {
                    self.phase = Phase::Leaving;
                    self.actions.push_back(Action::CloseInput);
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
    }

    fn try_again(&mut self, reason: &str, now: Instant) {
        self.talk.outgoing.handle_lost();
        self.lines = Lines::default();
        match self.retry.handle_lost(now) {
            _ if self.input_ended && self.talk.outgoing.unsent() == 0 => self.end(End::Left),
            Some(until) => self.phase = Phase::Waiting { until },
            None => self.end(End::Gone(reason.to_owned())),
        }
    }

    fn end(&mut self, end: End) {
        if !matches!(self.phase, Phase::Over) {
            self.phase = Phase::Over;
            self.actions.push_back(Action::End(end));
        }
    }

    fn show(&mut self, line: ServerLine) {
        self.actions.push_back(Action::Show(line.bytes));
    }
}

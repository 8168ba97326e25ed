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

mod identity;
mod login;
mod outgoing;
mod retry;
mod seen;
mod settling;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use identity::Identity;
use login::{AtPrompt, Attempt, Login};
pub(crate) use outgoing::OutLine;
use outgoing::{Outgoing, Verdict};
use retry::Retry;
use seen::Seen;
use settling::{Settling, Sorted, Step};

use crate::filter::{is_blank, spelled_out};
use crate::heard::{Heard, Manner, Said};
use crate::lines::{Lines, ServerLine};
use crate::note::Note;

/// How a session behaves.
#[derive(Debug, Clone)]
pub(crate) struct SessionOptions {
    /// The line for the prompt: a name, perhaps with its password; empty for a guest, or where a
    /// person is to be asked.
    pub(crate) login: String,
    /// A person is there to answer the server's questions.
    pub(crate) is_attended: bool,
    /// The room to be in, without its `#`.
    pub(crate) room: Option<String>,
    /// Lines that begin with a `/` are commands.
    pub(crate) commands: bool,
    /// Nothing will be sent.
    pub(crate) reads_only: bool,
    /// Show the arrival and what was said before it.
    pub(crate) history: bool,
    /// How long to try after a lost link.
    pub(crate) retry_for: Duration,
    /// Sets this client's waits apart from those of others.
    pub(crate) spread: u8,
}

/// Something for the caller to do, in the order given.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Connect, and tell how it went.
    Dial,
    /// Send this line; its end is not in it.
    Send(String),
    /// Show these bytes of the server.
    Show(Vec<u8>),
    /// Tell this in the client's own name.
    Tell(Note),
    /// Close the sending half of the connection.
    CloseInput,
    /// Close the connection, and say nothing more of it.
    HangUp,
    /// It is over.
    End(End),
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// As it was wished.
    Left,
    /// The server did not let it in.
    Refused(String),
    /// The server threw it out.
    Removed(String),
    /// The link was lost and could not be had again.
    Gone(String),
}

/// The state of the machine.
#[derive(Debug)]
enum Phase {
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
enum Arrival {
    /// The first.
    First,
    /// The lost session goes on; these messages came since. The history is asked for only where
    /// they do not tell what became of the line that was under way.
    Resumed {
        replay: Vec<ServerLine>,
        asks_history: bool,
    },
    /// A new session takes its place.
    Anew,
}

impl Arrival {
    fn resumed(asks_history: bool) -> Self {
        Self::Resumed {
            replay: Vec::new(),
            asks_history,
        }
    }
}

/// One person or script in one chat, over as many connections as it takes.
#[derive(Debug)]
pub(crate) struct Session {
    options: SessionOptions,
    phase: Phase,
    identity: Identity,
    lines: Lines,
    seen: Seen,
    outgoing: Outgoing,
    retry: Retry,
    actions: VecDeque<Action>,
    /// The server has let the session in once: from then on a loss is worth coming back from.
    has_been_in: bool,
    /// The server takes the name no more; a person may know better.
    asks_person: bool,
    /// Nothing more will be pushed.
    input_ended: bool,
    /// The server's last words, if they end the session for good.
    removed: Option<String>,
    /// What comes was said before, in a history or in what a search has found.
    in_past: bool,
    /// The person wants to see own lines come back.
    shows_own: bool,
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
            seen: Seen::default(),
            outgoing: Outgoing::default(),
            retry: Retry::new(options.retry_for, options.spread),
            actions: VecDeque::new(),
            has_been_in: false,
            asks_person: false,
            input_ended: false,
            removed: None,
            in_past: false,
            shows_own: false,
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
            Phase::Live => self.outgoing.deadline(),
            _ => None,
        }
    }

    /// Bytes of lines that the server has taken, or that were given up, since the last call.
    pub(crate) fn take_released(&mut self) -> usize {
        self.outgoing.take_released()
    }

    /// How many lines of the current burst are through, and how many it has.
    pub(crate) fn progress(&self) -> (usize, usize) {
        self.outgoing.progress()
    }

    /// Lines that the server has not taken yet.
    pub(crate) fn unsent(&self) -> u64 {
        self.outgoing.unsent() as u64
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
            self.outgoing.release(&text);
            return self.actions.push_back(Action::Send(text));
        }
        if is_blank(&text) {
            return self.outgoing.release(&text);
        }
        self.outgoing.begin_burst();
        if self.options.commands {
            self.identity.learn_typed(&text);
        }
        let line = match self.options.commands {
            true => OutLine::typed(text),
            false => OutLine::literal(text),
        };
        if self.options.commands && self.is_about_echo(line.wire()) {
            return self.outgoing.release(line.wire());
        }
        self.outgoing.push(line);
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
            Phase::Waiting { .. } | Phase::Dialling if self.outgoing.unsent() > 0 => {
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
                None if self.asks_person => Attempt::Person { offered: false },
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
                if self.has_been_in {
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
                self.asks_person = is_final;
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
        self.in_past = false;
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
        self.in_past = heard.leads_to_past().unwrap_or(self.in_past);
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
        let is_first = !self.has_been_in;
        let (arrival, steps) = match (is_first, is_resumed) {
            (true, _) => (Arrival::First, self.first_steps()),
            (false, true) => (Arrival::resumed(false), vec![self.receipt()]),
            (false, false) => (Arrival::Anew, self.steps_anew()),
        };
        if is_first && self.options.history {
            self.show(welcome);
        }
        self.phase = Phase::Settling(Settling::new(steps, now), arrival);
    }

    fn first_steps(&self) -> Vec<Step> {
        let mut steps = vec![self.receipt()];
        steps.extend(self.steps_to(self.options.room.as_ref()));
        steps
    }

    fn steps_anew(&self) -> Vec<Step> {
        let mut steps = vec![self.receipt()];
        steps.extend(self.steps_to(self.identity.room.as_ref()));
        steps.push(Step::History);
        steps
    }

    /// A script is in the room that it was told; a person may want to hear the lobby too.
    fn steps_to(&self, room: Option<&String>) -> Vec<Step> {
        let Some(room) = room.filter(|room| !room.eq_ignore_ascii_case("lobby")) else {
            return Vec::new();
        };
        let mut steps = vec![Step::Join(room.clone())];
        if !self.options.is_attended {
            steps.push(Step::LeaveLobby);
        }
        steps
    }

    /// What makes the server show own lines; who sends none only has to know when it is in.
    fn receipt(&self) -> Step {
        match self.options.reads_only {
            true => Step::Fence,
            false => Step::Echo,
        }
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
                (Arrival::Resumed { replay, .. }, Heard::Said(_)) => replay.push(line),
                (
                    Arrival::Resumed { .. },
                    Heard::Happened(_) | Heard::Renamed { .. } | Heard::Alone(_) | Heard::Removed,
                ) => self.show(line),
                (Arrival::First { in_past }, _) => {
                    match heard {
                        Heard::Separator(words) if words.contains("message") => *in_past = true,
                        Heard::Now => *in_past = false,
                        _ => {}
                    }
                    let in_past = *in_past;
                    self.first_line(line, heard, in_past);
                }
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
        if matches!(heard, Heard::Said(said) if said.manner != Manner::Private) {
            self.seen.record(&line.plain);
        }
        let is_news = matches!(heard, Heard::Said(_) | Heard::Removed) && !self.in_past;
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
        (self.has_been_in, self.asks_person) = (true, false);
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
    fn take_up(&mut self, mut replay: Vec<ServerLine>, now: Instant) {
        let plain: Vec<String> = replay.iter().map(|line| line.plain.clone()).collect();
        let again = self.seen.overlap(&plain);
        self.actions.push_back(Action::Tell(Note::Back));
        self.show_missed(replay.split_off(again));
        if self.outgoing.unknown().is_some_and(|line| !line.is_command) {
            self.phase =
                Phase::Settling(Settling::new([Step::History], now), Arrival::resumed(true));
        } else {
            self.find_unknown(&[]);
        }
    }

    /// A new session is in the lost one's place: its history shows what came meanwhile.
    fn take_over(&mut self, history: &[String]) {
        let from = self.seen.position_in(history);
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
            let plain = line.plain.clone();
            self.missed_line(line, &Heard::read(&plain));
        }
    }

    /// A message that came while the link was down.
    fn missed_line(&mut self, line: ServerLine, heard: &Heard<'_>) {
        let Heard::Said(said) = heard else {
            return;
        };
        if said.manner != Manner::Private {
            self.seen.record(&line.plain);
        }
        let is_own = said.by == self.identity.name;
        if is_own && self.is_unknown_line(said.text) {
            let verdict = self.outgoing.resolve_unknown(true);
            self.conclude(verdict);
        }
        if !is_own || self.shows_own {
            self.show(line);
        }
    }

    /// Looks the line that was under way up in the history, behind what was seen before.
    fn find_unknown(&mut self, history: &[String]) {
        if self.outgoing.unknown().is_none() {
            return;
        }
        let from = self.seen.position_in(history).unwrap_or(0);
        let was_delivered = history[from..].iter().any(|text| match Heard::read(text) {
            Heard::Said(said) => said.by == self.identity.name && self.is_unknown_line(said.text),
            _ => false,
        });
        let verdict = self.outgoing.resolve_unknown(was_delivered);
        self.conclude(verdict);
    }

    fn is_unknown_line(&self, text: &str) -> bool {
        let unknown = self.outgoing.unknown();
        unknown.is_some_and(|line| has_same_words(line.message(), text))
    }

    fn live_line(&mut self, line: ServerLine, heard: &Heard<'_>, now: Instant) {
        let is_leaving = matches!(self.phase, Phase::Leaving);
        match heard {
            Heard::Said(said) => return self.said(line, *said),
            Heard::SlowDown { seconds } if self.outgoing.handle_slow_down(*seconds, now) => return,
            Heard::Counted => {
                self.outgoing.handle_counted(now);
                return;
            }
            Heard::Refused(reason) => {
                if let Ok(verdict) = self.outgoing.handle_refused(reason, now) {
                    return self.conclude(verdict);
                }
            }
            Heard::Happened(words) if !words.starts_with(&self.identity.name) => {}
            // Its answer is nobody's business, unless the person asked for that name.
            _ => match self.outgoing.handle_fence(&line.plain, now) {
                Some(verdict) => return self.conclude(verdict),
                None if !is_leaving => self.outgoing.handle_answer(),
                None => {}
            },
        }
        self.show(line);
    }

    fn said(&mut self, line: ServerLine, said: Said<'_>) {
        if self.in_past {
            return self.said_before(line, said);
        }
        if said.manner != Manner::Private {
            self.seen.record(&line.plain);
        }
        let is_own = said.by == self.identity.name;
        if is_own && said.manner == Manner::Speech {
            let verdict = self.outgoing.handle_echo();
            self.conclude(verdict);
            if !self.shows_own {
                return;
            }
        }
        if is_own || said.by == "you" {
            self.outgoing.handle_answer();
        }
        self.show(line);
    }

    /// A line of a history. Where its end was missed, for a server of another version writes it in
    /// another way, the receipt of the line under way is found all the same: to send it twice would
    /// be worse than to believe an older line of the same words.
    fn said_before(&mut self, line: ServerLine, said: Said<'_>) {
        let is_own = said.by == self.identity.name && said.manner == Manner::Speech;
        if is_own
            && self
                .outgoing
                .is_under_way(|message| has_same_words(message, said.text))
        {
            let verdict = self.outgoing.handle_echo();
            self.conclude(verdict);
        }
        self.show(line);
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
                if let Some(line) = self.outgoing.poll_send(now) {
                    let is_farewell = self.options.commands && is_farewell(&line);
                    self.actions.push_back(Action::Send(line));
                    if is_farewell {
                        self.outgoing.drop_under_way();
                        self.phase = Phase::Leaving;
                    }
                } else if self.input_ended && self.outgoing.unsent() == 0 {
                    self.phase = Phase::Leaving;
                    self.actions.push_back(Action::CloseInput);
                }
            }
            // Everything is delivered: there is nothing to come back for.
            Phase::Waiting { .. } | Phase::Dialling
                if self.input_ended && self.outgoing.unsent() == 0 =>
            {
                self.end(End::Left);
            }
            _ => {}
        }
    }

    fn try_again(&mut self, reason: &str, now: Instant) {
        self.outgoing.handle_lost();
        self.lines = Lines::default();
        match self.retry.handle_lost(now) {
            _ if self.input_ended && self.outgoing.unsent() == 0 => self.end(End::Left),
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

    /// `/echo` is answered here: the session needs the echo for its receipts, the person decides
    /// whether to see it.
    fn is_about_echo(&mut self, line: &str) -> bool {
        let mut words = line.split_whitespace();
        if !words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("/echo"))
        {
            return false;
        }
        match words.next() {
            Some(word) if word.eq_ignore_ascii_case("on") => self.shows_own = true,
            Some(word) if word.eq_ignore_ascii_case("off") => self.shows_own = false,
            None => {}
            Some(_) => return false,
        }
        let words: &[u8] = match self.shows_own {
            true => b"! Echo is on: your own lines are shown to you too.\n",
            false => b"! Echo is off: your own lines are not shown to you again.\n",
        };
        self.actions.push_back(Action::Show(words.to_vec()));
        true
    }
}

/// Whether a refusal will be the same in a minute. A name that is taken may be held by the connection
/// that was just lost, and a server that is full or busy says so.
fn is_final(words: &str) -> bool {
    let passing = [
        "here already",
        "later",
        "full",
        "Too many",
        "busy",
        "not valid",
        "No name chosen",
    ];
    !passing.iter().any(|sign| words.contains(sign))
}

/// A line after which the server says goodbye.
pub(crate) fn is_farewell(line: &str) -> bool {
    let command = line.split_whitespace().next().unwrap_or_default();
    ["/quit", "/exit"]
        .iter()
        .any(|farewell| command.eq_ignore_ascii_case(farewell))
}

/// Compares what was sent with what the server made of it: it escapes, trims and shortens runs of
/// blanks, but it leaves words alone.
fn has_same_words(sent: &str, shown: &str) -> bool {
    let words = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    let sent_words = words(&spelled_out(sent));
    // Where there are nothing but signs, those must agree.
    match sent_words.is_empty() {
        true => sent.trim() == shown.trim(),
        false => sent_words == words(shown),
    }
}

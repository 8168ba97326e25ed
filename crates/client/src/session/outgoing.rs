//! The lines on their way to the server: in order, each once, none lost.
//!
//! It must not know connections or logins; it is told what the server says of the line under way and
//! answers with the next line to send. The decisions that shaped it:
//!
//! - *A line is delivered when the server shows it to its own sender.* The session switches `/echo on`
//!   for that. A message is committed before anybody is shown it, so the echo is a receipt of the
//!   server's store, which no acknowledgement of TCP and no counting of refusals is.
//! - *One line is under way at a time.* With two, a first one that flood control refuses could be
//!   followed by a second one that it takes, and the order would be lost; and when a link breaks, the
//!   fate of one line is unknown and not of a window. It costs a round trip a line: a thousand lines a
//!   second on one machine, ten over 100 ms, where the server's own limit is two.
//! - *A line that is answered by nothing is asked about* with a fence: a harmless question whose
//!   answer comes behind all that was decided before. Nobody else can be sure: flood control counts
//!   some refusals in silence.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::out_line::{OutLine, Verdict};

/// How long a message may go without an echo before a fence asks; a healthy server takes
/// milliseconds.
const PROBE_AFTER: Duration = Duration::from_secs(3);
/// Likewise for a command, which may have no answer.
const PROBE_COMMAND_AFTER: Duration = Duration::from_secs(1);
/// A fence may be refused in silence too: how long before the next, doubled each time.
const PROBE_AGAIN_MAX: Duration = Duration::from_secs(30);
/// The server rounds to whole seconds; what comes a little late is taken.
const MARGIN: Duration = Duration::from_millis(50);
/// How often a line that the server neither shows nor refuses is sent again: once because a refusal
/// may have been counted in silence, and once more for bad luck.
const TRIES_MAX: u32 = 3;
/// Wait before a line is sent again that the server cannot save at the moment, doubled each time.
const SAVE_AGAIN_MIN: Duration = Duration::from_secs(1);

/// The queue, and the line under way.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    /// Nobody reads the answers to commands: those that are refused are told.
    checks_commands: bool,
    /// How long a server may fail to save; without it, as long as it likes.
    save_within: Option<Duration>,
    /// It has saved nothing since then.
    unsaved: Option<Unsaved>,
    waiting: VecDeque<OutLine>,
    /// How many of those say goodbye.
    farewells: usize,
    under_way: Option<UnderWay>,
    fences: u64,
    /// Bytes of lines that have left, for the owner of the buffer.
    released_bytes: usize,
    /// Lines since the queue was empty for the last time: those that are through, and all.
    through: usize,
    total: usize,
    /// What was said so far, over all links.
    said: u64,
    has_lost_link: bool,
}

/// A server that cannot save.
#[derive(Debug)]
struct Unsaved {
    since: Instant,
    /// The server's words, until they are told.
    news: Option<String>,
    is_over: bool,
}

#[derive(Debug)]
struct UnderWay {
    line: OutLine,
    state: State,
    tries: u32,
    save_again: Duration,
    /// Why the server does not carry the command out.
    refusal: Option<String>,
    /// The server has shown the room that the command has led to.
    has_moved: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    /// To be sent as soon as may be, but not before.
    Held(Option<Instant>),
    Sent {
        probe_at: Instant,
        probe_again: Duration,
        fence: Option<u64>,
    },
    /// It was sent, and the link broke before the server said anything about it.
    Unknown,
}

impl Outgoing {
    /// An empty queue. Where commands are checked, a fence behind each finds out whether it was refused;
    /// a server that cannot save is waited for so long.
    pub(crate) fn new(checks_commands: bool, save_within: Option<Duration>) -> Self {
        Self {
            checks_commands,
            save_within,
            ..Self::default()
        }
    }

    pub(crate) fn push(&mut self, line: OutLine) {
        self.total += 1;
        self.farewells += usize::from(line.is_farewell());
        self.waiting.push_back(line);
    }

    /// Lines that the server has not taken yet. A farewell is none: once the person is gone, nobody needs it.
    pub(crate) fn unsent(&self) -> usize {
        self.waiting.len() - self.farewells + usize::from(self.under_way.is_some())
    }

    /// How many of the lines of the current burst are through, and how many it has.
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.through, self.total)
    }

    /// What was said over all links, if there was more than one: the server's own count may leave some out.
    pub(crate) fn said_over_links(&self) -> Option<u64> {
        self.has_lost_link.then_some(self.said)
    }

    /// Bytes of lines that have left since the last call.
    pub(crate) fn take_released(&mut self) -> usize {
        std::mem::take(&mut self.released_bytes)
    }

    /// A line that needs no queue has left.
    pub(crate) fn release(&mut self, text: &str) {
        self.released_bytes += text.len();
    }

    /// What to send now, if anything, without its end; messages go to this room, if it is one that
    /// must be named.
    pub(crate) fn poll_send(&mut self, room: Option<&str>, now: Instant) -> Option<String> {
        if self.under_way.is_none() {
            let line = self.waiting.pop_front()?;
            self.farewells -= usize::from(line.is_farewell());
            self.under_way = Some(UnderWay::new(line));
        }
        let under_way = self.under_way.as_mut()?;
        match &mut under_way.state {
            State::Held(until) if until.is_none_or(|until| until <= now) => {
                under_way.state = under_way.line.sent(now);
                Some(under_way.line.wire(room))
            }
            State::Sent {
                probe_at,
                probe_again,
                fence,
            } if *probe_at <= now => {
                self.fences += 1;
                *fence = Some(self.fences);
                *probe_at = now + *probe_again;
                *probe_again = (*probe_again * 2).min(PROBE_AGAIN_MAX);
                Some(question(self.fences))
            }
            _ => None,
        }
    }

    /// When [`poll_send`](Self::poll_send) may have something that it has not now.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self.under_way.as_ref()?.state {
            State::Held(until) => until,
            State::Sent { probe_at, .. } => Some(probe_at),
            State::Unknown => None,
        }
    }

    /// Whether the server has a line that it has not answered.
    pub(crate) fn waits_for_answer(&self) -> bool {
        let under_way = self.under_way.as_ref();
        under_way.is_some_and(|it| matches!(it.state, State::Sent { .. }))
    }

    /// Whether a message like this is under way.
    pub(crate) fn is_under_way(&self, is_like: impl FnOnce(&str) -> bool) -> bool {
        let message = self.under_way.as_ref().filter(|it| !it.line.is_command);
        message.is_some_and(|it| is_like(it.line.message()))
    }

    /// The server has shown this session a message of its own.
    pub(crate) fn handle_echo(&mut self) -> Option<Verdict> {
        let is_message = self
            .under_way
            .as_ref()
            .is_some_and(|it| !it.line.is_command);
        is_message.then(|| self.finish()).flatten()
    }

    /// Whether a command is under way that leads to another room.
    pub(crate) fn is_moving(&self) -> bool {
        self.under_way.as_ref().is_some_and(|it| it.line.is_move())
    }

    /// The server has shown the room that the session is in.
    pub(crate) fn handle_place(&mut self) {
        if let Some(under_way) = &mut self.under_way {
            under_way.has_moved = true;
        }
    }

    /// The server has said something to this session that can be the answer to a command; `refusal`
    /// if it is one. Where commands are checked it may be about something else, so that only a fence
    /// is the end.
    pub(crate) fn handle_answer(&mut self, refusal: Option<&str>, now: Instant) {
        let command = self.under_way.as_mut().filter(|it| it.line.is_command);
        let Some(UnderWay {
            state: State::Sent {
                probe_at, fence, ..
            },
            refusal: known,
            ..
        }) = command
        else {
            return;
        };
        if !self.checks_commands {
            match refusal {
                None => drop(self.finish()),
                // The person reads the server's words, and the line is not counted as through.
                Some(reason) => drop(self.give_up(reason)),
            }
            return;
        }
        if known.is_none() {
            *known = refusal.map(str::to_owned);
        }
        if fence.is_none() {
            *probe_at = now;
        }
    }

    /// `Slow down: NOT sent. Try again in 2 s.` concerns what was sent last. Returns false if
    /// nothing was.
    pub(crate) fn handle_slow_down(&mut self, seconds: u64, now: Instant) -> bool {
        let again = now + Duration::from_secs(seconds) + MARGIN;
        match self.under_way.as_mut().map(|it| &mut it.state) {
            // The line itself may have been taken: the echo comes from the hub, this from before it.
            Some(State::Sent {
                probe_at, fence, ..
            }) if fence.is_some() => {
                (*fence, *probe_at) = (None, again);
                true
            }
            Some(state @ State::Sent { .. }) => {
                *state = State::Held(Some(again));
                true
            }
            _ => false,
        }
    }

    /// `39 lines NOT sent: too fast.` can concern the line under way or one that was told before: a
    /// fence finds out.
    pub(crate) fn handle_counted(&mut self, now: Instant) {
        if let Some(State::Sent {
            probe_at,
            fence: None,
            ..
        }) = self.under_way.as_mut().map(|it| &mut it.state)
        {
            *probe_at = now;
        }
    }

    /// `NOT sent: REASON`. Returns `Err(())` if no line was under way that it could concern.
    pub(crate) fn handle_refused(
        &mut self,
        reason: &str,
        now: Instant,
    ) -> Result<Option<Verdict>, ()> {
        let under_way = self.under_way.as_mut().ok_or(())?;
        if !matches!(under_way.state, State::Sent { .. }) {
            return Err(());
        }
        if reason.contains("right now") {
            let wait = under_way.save_again;
            under_way.save_again = (wait * 2).min(PROBE_AGAIN_MAX);
            let unsaved = self.unsaved.get_or_insert_with(|| Unsaved {
                since: now,
                news: Some(reason.to_owned()),
                is_over: false,
            });
            let end = self.save_within.map(|within| unsaved.since + within);
            unsaved.is_over = end.is_some_and(|end| end <= now);
            // The last try is at the very end.
            let again = now + wait;
            under_way.state = State::Held(Some(end.map_or(again, |end| again.min(end))));
            return Ok(None);
        }
        Ok(self.give_up(reason))
    }

    /// The words of a server that cannot save, once for each time that it begins.
    pub(crate) fn poll_unsaved(&mut self) -> Option<String> {
        self.unsaved.as_mut()?.news.take()
    }

    /// Whether it could not for longer than it may.
    pub(crate) fn is_unsaved_for_good(&self) -> bool {
        self.unsaved.as_ref().is_some_and(|it| it.is_over)
    }

    /// The answer to a fence, if that is what these words of the server are: everything sent before
    /// it has been decided.
    pub(crate) fn handle_fence(&mut self, words: &str, now: Instant) -> Option<Option<Verdict>> {
        let number = fence_in(words)?;
        let Some(under_way) = self.under_way.as_mut() else {
            return Some(None);
        };
        let is_current =
            matches!(under_way.state, State::Sent { fence: Some(n), .. } if n == number);
        if !is_current {
            return Some(None);
        }
        if under_way.line.is_command {
            return Some(self.command_ended());
        }
        under_way.tries += 1;
        if under_way.tries < TRIES_MAX {
            under_way.state = State::Held(Some(now + Duration::from_secs(1)));
            return Some(None);
        }
        Some(self.give_up("the server neither showed nor refused it."))
    }

    /// The link broke.
    pub(crate) fn handle_lost(&mut self) {
        self.has_lost_link = true;
        if let Some(under_way) = &mut self.under_way {
            under_way.state = match under_way.state {
                State::Held(_) => State::Held(None),
                _ => State::Unknown,
            };
        }
    }

    /// The line whose fate the broken link hides.
    pub(crate) fn unknown(&self) -> Option<&OutLine> {
        let under_way = self.under_way.as_ref()?;
        (under_way.state == State::Unknown).then_some(&under_way.line)
    }

    /// Whether there is such a line and it is a message, which a history would show.
    pub(crate) fn is_message_unknown(&self) -> bool {
        self.unknown().is_some_and(|line| !line.is_command)
    }

    /// The fate of that line is known now.
    pub(crate) fn resolve_unknown(&mut self, was_delivered: bool) -> Option<Verdict> {
        self.unknown()?;
        if was_delivered {
            return self.finish();
        }
        let under_way = self.under_way.take()?;
        if under_way.line.is_command {
            self.passed(&under_way.line);
            let line = under_way.line;
            return Some(Verdict::Uncertain { line });
        }
        self.under_way = Some(UnderWay::new(under_way.line));
        None
    }

    /// Drops all that the server has not been sent yet, and returns how many lines that was. What it has
    /// been sent is under way still. The lines of the burst are counted as before: not all of them get through.
    pub(crate) fn drop_unsent(&mut self) -> usize {
        let held = self
            .under_way
            .take_if(|it| matches!(it.state, State::Held(_)))
            .map(|it| it.line);
        let dropped: Vec<OutLine> = held.into_iter().chain(self.waiting.drain(..)).collect();
        self.farewells = 0;
        for line in &dropped {
            self.passed(line);
        }
        dropped.len()
    }

    /// Drops the line under way, which ends the conversation: `/quit`.
    pub(crate) fn drop_under_way(&mut self) {
        self.finish();
    }

    fn give_up(&mut self, reason: &str) -> Option<Verdict> {
        let line = self.under_way.take()?.line;
        self.passed(&line);
        let reason = reason.to_owned();
        Some(Verdict::NotSent { line, reason })
    }

    fn command_ended(&mut self) -> Option<Verdict> {
        let command = self.under_way.as_mut()?;
        let is_lacking = self.checks_commands && command.line.is_entry() && !command.has_moved;
        let unsaid = || "the server does not say that you are there.".to_owned();
        match command.refusal.take().or_else(|| is_lacking.then(unsaid)) {
            None => self.finish(),
            Some(reason) => {
                let line = self.under_way.take()?.line;
                self.passed(&line);
                Some(Verdict::NotDone { line, reason })
            }
        }
    }

    fn finish(&mut self) -> Option<Verdict> {
        let line = self.under_way.take()?.line;
        self.passed(&line);
        self.unsaved = None;
        self.through += 1;
        self.said += u64::from(line.is_said());
        Some(Verdict::Delivered)
    }

    fn passed(&mut self, line: &OutLine) {
        self.release(&line.text);
    }

    /// Begins a new burst if the last one is through.
    pub(crate) fn begin_burst(&mut self) {
        if self.unsent() == 0 {
            (self.through, self.total) = (0, 0);
        }
    }
}

impl UnderWay {
    fn new(line: OutLine) -> Self {
        Self {
            line,
            state: State::Held(None),
            tries: 0,
            save_again: SAVE_AGAIN_MIN,
            refusal: None,
            has_moved: false,
        }
    }
}

impl OutLine {
    fn sent(&self, now: Instant) -> State {
        let after = if self.is_command {
            PROBE_COMMAND_AFTER
        } else {
            PROBE_AFTER
        };
        State::Sent {
            probe_at: now + after,
            probe_again: after,
            fence: None,
        }
    }
}

/// Nobody has this name, and the answer says which question it answers.
const FENCE: &str = "chinwag-fence-";

/// A harmless question that goes the way of every command.
pub(crate) fn question(number: u64) -> String {
    format!("/whois {FENCE}{number}")
}

/// The number of the question that these words answer.
pub(crate) fn fence_in(words: &str) -> Option<u64> {
    let (_, rest) = words.split_once(FENCE)?;
    let digits = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..digits].parse().ok()
}

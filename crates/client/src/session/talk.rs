//! What is said in the session: own lines on their way out, and everybody's on their way in.
//!
//! It must not know connections or logins. The decision that shaped it: an own line that comes back
//! is a receipt first, and something to show only if the person wants it.

use std::time::Instant;

use super::action::SessionOptions;
use super::out_line::Verdict;
use super::outgoing::Outgoing;
use super::seen::Seen;
use super::words::{has_same_words, is_refusal};
use crate::heard::{Heard, Manner, Said};
use crate::lines::ServerLine;

/// Both directions of the conversation.
#[derive(Debug, Default)]
pub(super) struct Talk {
    pub(super) outgoing: Outgoing,
    seen: Seen,
    /// The last message was to one person.
    is_private: bool,
    /// What comes was said before, in a history or in what a search has found.
    in_past: bool,
    /// The last message was shown before.
    is_repeated: bool,
    /// The person wants to see own lines come back.
    shows_own: bool,
}

/// What to do with a line, and what it has told of the line under way.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) is_shown: bool,
    pub(super) verdict: Option<Verdict>,
}

impl Judgement {
    fn show(is_shown: bool) -> Self {
        Self {
            is_shown,
            verdict: None,
        }
    }

    fn hide(verdict: Option<Verdict>) -> Self {
        Self {
            is_shown: false,
            verdict,
        }
    }
}

impl Talk {
    pub(super) fn new(options: &SessionOptions) -> Self {
        let is_script = !options.is_attended;
        // A person can leave.
        let save_within = is_script.then_some(options.retry_for);
        Self {
            outgoing: Outgoing::new(options.commands && is_script, save_within),
            ..Self::default()
        }
    }

    pub(super) fn is_in_past(&self) -> bool {
        self.in_past
    }

    /// Another connection: no history goes on over its beginning.
    pub(super) fn handle_connection(&mut self) {
        self.in_past = false;
    }

    /// Takes note of whether old lines or new ones follow.
    pub(super) fn handle_separator(&mut self, heard: &Heard<'_>) {
        self.in_past = heard.leads_to_past().unwrap_or(self.in_past);
    }

    /// Takes note of a message: further lines of it are of its kind.
    pub(super) fn follow<'a>(&mut self, heard: Heard<'a>) -> Heard<'a> {
        match heard {
            Heard::More { .. } => Heard::More {
                is_private: self.is_private,
            },
            Heard::Said(_) => {
                self.is_private = heard.is_private();
                heard
            }
            heard => heard,
        }
    }

    /// Whether it is a line of a room's history that was shown with all that a session had missed.
    pub(super) fn repeats(&mut self, heard: &Heard<'_>, plain: &str, room: Option<&str>) -> bool {
        match heard {
            Heard::Said(_) => {
                let was_shown = room.is_some_and(|room| self.seen.has_in_room(plain, room));
                self.is_repeated = self.in_past && was_shown;
            }
            Heard::More { .. } => {}
            _ => self.is_repeated = false,
        }
        self.is_repeated
    }

    /// A line of the arrival.
    pub(super) fn handle_arrival(&mut self, heard: &Heard<'_>, plain: &str) {
        if heard.is_in_room() {
            self.seen.record(plain);
        }
    }

    /// Any line of the conversation of this name, whose lines name a room or none.
    pub(super) fn handle_live(
        &mut self,
        heard: &Heard<'_>,
        plain: &str,
        (name, named): (&str, Option<&str>),
        now: Instant,
    ) -> Judgement {
        match heard {
            Heard::Said(said) => return self.said(*said, plain, name, now),
            Heard::More { .. } => {
                if heard.is_in_room() && !self.in_past {
                    self.seen.record(plain);
                }
            }
            Heard::SlowDown { seconds } => {
                return Judgement::show(!self.outgoing.handle_slow_down(*seconds, now));
            }
            Heard::Counted => {
                self.outgoing.handle_counted(now);
                return Judgement::hide(None);
            }
            Heard::Refused(reason) => {
                if let Ok(verdict) = self.outgoing.handle_refused(reason, now) {
                    return Judgement::hide(verdict);
                }
            }
            // What happens to others answers nothing.
            Heard::Happened(words) if !words.starts_with(name) => {}
            // The receipt is the echo.
            Heard::SentTo { room } if named == Some(*room) => return Judgement::hide(None),
            _ => match self.outgoing.handle_fence(plain, now) {
                Some(verdict) => return Judgement::hide(verdict),
                None => {
                    if matches!(heard, Heard::Place { .. }) {
                        self.outgoing.handle_place();
                    }
                    let refusal = match heard {
                        Heard::Alone(words) if is_refusal(words) => Some(*words),
                        _ => None,
                    };
                    self.outgoing.handle_answer(refusal, now);
                }
            },
        }
        Judgement::show(true)
    }

    fn said(&mut self, said: Said<'_>, plain: &str, name: &str, now: Instant) -> Judgement {
        let is_own = said.by == name;
        let is_receipt = is_own && said.manner == Manner::Speech;
        if self.in_past {
            return self.said_before(is_receipt, said);
        }
        if said.manner != Manner::Private {
            self.seen.record(plain);
        }
        if is_receipt {
            return Judgement {
                is_shown: self.shows_own,
                verdict: self.outgoing.handle_echo(),
            };
        }
        if is_own || said.by == "you" {
            self.outgoing.handle_answer(None, now);
        }
        Judgement::show(true)
    }

    /// A line of a history. Where its end was missed, because a server of another version writes it
    /// in another way, the receipt of the line under way is found all the same: to send it twice
    /// would be worse than to believe an older line of the same words.
    fn said_before(&mut self, is_own: bool, said: Said<'_>) -> Judgement {
        let is_same = |message: &str| has_same_words(message, said.text);
        let verdict = match is_own && self.outgoing.is_under_way(is_same) {
            true => self.outgoing.handle_echo(),
            false => None,
        };
        Judgement {
            is_shown: true,
            verdict,
        }
    }

    /// Drops the beginning of a replay that came in before the link broke.
    pub(super) fn unseen(&self, mut replay: Vec<ServerLine>) -> Vec<ServerLine> {
        let plain: Vec<String> = replay.iter().map(|line| line.plain.clone()).collect();
        replay.split_off(self.seen.overlap(&plain))
    }

    /// What a history has behind the newest line that came in. `None` if it has none of those lines:
    /// all of it is new, and more may be.
    pub(super) fn position_in(&self, history: &[String]) -> Option<usize> {
        self.seen.position_in(history)
    }

    /// A message that came while the link was down.
    pub(super) fn handle_missed(&mut self, plain: &str, name: &str) -> Judgement {
        let heard = self.follow(Heard::read(plain));
        if heard.is_in_room() {
            self.seen.record(plain);
        }
        let Heard::Said(said) = heard else {
            return Judgement::show(true);
        };
        if said.by != name || said.manner != Manner::Speech {
            return Judgement::show(true);
        }
        let verdict = match self.is_unknown(said.text) {
            true => self.outgoing.resolve_unknown(true),
            false => None,
        };
        Judgement {
            is_shown: self.shows_own,
            verdict,
        }
    }

    /// Looks the line that was under way up in the history, behind what was seen before. What is not
    /// there was not taken.
    pub(super) fn find_unknown(&mut self, history: &[String], name: &str) -> Option<Verdict> {
        self.outgoing.unknown()?;
        let from = self.position_in(history).unwrap_or(0);
        let was_delivered = history[from..]
            .iter()
            .any(|plain| match Heard::read(plain) {
                Heard::Said(said) => said.by == name && self.is_unknown(said.text),
                _ => false,
            });
        self.outgoing.resolve_unknown(was_delivered)
    }

    fn is_unknown(&self, text: &str) -> bool {
        let unknown = self.outgoing.unknown();
        unknown.is_some_and(|line| has_same_words(line.message(), text))
    }

    /// Answers `/echo` in the server's place: the session needs the echo for its receipts, the person
    /// decides whether to see it. `None` if the line is about something else.
    pub(super) fn answer_echo(&mut self, line: &str) -> Option<&'static str> {
        let mut words = line.split_whitespace();
        words
            .next()
            .filter(|word| word.eq_ignore_ascii_case("/echo"))?;
        match words.next().map(str::to_ascii_lowercase).as_deref() {
            Some("on") => self.shows_own = true,
            Some("off") => self.shows_own = false,
            None => {}
            Some(_) => return None,
        }
        Some(match self.shows_own {
            true => "! Echo is on: your own lines are shown to you too.\n",
            false => "! Echo is off: your own lines are not shown to you again.\n",
        })
    }
}

//! One connection in JSON: how far it has come in, and which of its commands wait for an answer.
//!
//! Flood control holds a program back rather than refusing what it says: it resends nothing, and a
//! line that it has sent is done. While its bucket is empty its socket is not read, so that TCP holds
//! the sender.

mod answers;
mod asks;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use chinwag_core::{
    Bucket, Event, Fact, ModAction, Monotonic, Name, PersonId, Rate, RoomId, Seq, Text,
};
use chinwag_feed::Reader;

use super::refusal;
use super::render::{put, put_private, skipped};
use super::replies::{Notice, Refused};
use super::request::{self, LineError, Request};
use super::value::{Id, Shown};
use crate::dialect::{Env, Step};
use crate::ignores::Ignores;
use crate::input::{Decoder, Input};
use crate::sniff::Spoke;

/// A line may have so many times the bytes of a text: each character of it may be an escape, and
/// programs that escape what is not ASCII take three bytes for one.
const LINE_FACTOR: usize = 4;

/// Bytes of a sentence about a line that is none.
const ERROR_BYTES_MAX: usize = 500;

/// One connection in line JSON: what it asks for, and how far it has come.
#[derive(Debug)]
pub struct Session {
    decoder: Decoder,
    /// It was greeted like a person: the prompt has no line end.
    is_after_prompt: bool,
    stage: Stage,
    bucket: Bucket,
    /// The bucket is empty until then, and a line waits.
    waits_until: Option<Monotonic>,
    /// The messages in flight, in order.
    talk: VecDeque<Asked>,
    /// The question in flight.
    question: Option<Asked>,
    rooms: Vec<RoomId>,
}

#[derive(Debug)]
enum Stage {
    Arriving(Arriving),
    Here(Here),
}

/// How far the client has come in.
#[derive(Debug)]
struct Arriving {
    tries: u8,
    bytes: usize,
    until: Monotonic,
}

/// The client's person.
#[derive(Debug)]
struct Here {
    me: PersonId,
    name: Name,
    is_operator: bool,
    ignores: Ignores,
    /// The event with which it came.
    since: Seq,
}

/// A command whose answer is to come.
#[derive(Clone, Debug)]
struct Asked {
    word: &'static str,
    id: Option<Id>,
}

impl Session {
    /// A client that has not said `hello` yet.
    pub(crate) fn new(spoke: Spoke, bucket: Bucket, env: &Env<'_>) -> Box<Self> {
        Box::new(Self {
            decoder: Decoder::default(),
            is_after_prompt: spoke == Spoke::Greeted,
            stage: Stage::Arriving(Arriving {
                tries: 0,
                bytes: 0,
                until: env.now + env.settings.login_time,
            }),
            bucket,
            waits_until: None,
            talk: VecDeque::new(),
            question: None,
            rooms: Vec::new(),
        })
    }

    /// See [`Dialect::handle_bytes`](crate::dialect::Dialect::handle_bytes).
    pub(crate) fn handle_bytes(
        &mut self,
        bytes: &mut &[u8],
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if core::mem::take(&mut self.is_after_prompt) {
            out.push(b'\n');
        }
        let before = bytes.len();
        let mut step = None;
        while step.is_none() && self.has_token(env) {
            let mut decoder = core::mem::take(&mut self.decoder);
            let input = decoder.decode(bytes, env.settings.line_bytes_max * LINE_FACTOR);
            self.decoder = decoder;
            let Some(input) = input else { break };
            step = self.handle_input(input, env, out);
        }
        let Stage::Arriving(arriving) = &mut self.stage else {
            return step;
        };
        arriving.bytes += before - bytes.len();
        if arriving.bytes > env.settings.login_bytes_max && step.is_none() {
            return Some(give_up(out));
        }
        step
    }

    /// See [`Dialect::handle_end`](crate::dialect::Dialect::handle_end).
    pub(crate) fn handle_end(&mut self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let input = self.decoder.finish()?;
        self.handle_input(input, env, out)
    }

    fn handle_input(&mut self, input: Input<'_>, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let line = match input {
            Input::Blank | Input::Window { .. } | Input::Interrupt => return None,
            input => input,
        };
        if matches!(self.stage, Stage::Here(_)) {
            // There is one, or the connection has ended and this is its last line.
            let _ = self.bucket.take(self.rate(env), env.now);
        }
        match line {
            Input::Line(line) => self.handle_line(&line, env, out),
            Input::TooLong { bytes } => {
                let max = env.settings.line_bytes_max * LINE_FACTOR;
                let sentence = format_args!("The line has {bytes} bytes, the limit is {max}.");
                self.refuse_line("too_long", &sentence, out)
            }
            _ => self.refuse_line("not_utf8", &"The line is not UTF-8.", out),
        }
    }

    fn handle_line(&mut self, line: &str, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        match request::read(line) {
            Ok(line) => {
                let asked = Asked {
                    word: line.request.word(),
                    id: line.id,
                };
                self.handle_request(line.request, asked, env, out)
            }
            Err(LineError { gist, error }) => {
                let code = match error.is_data() {
                    true => "bad_command",
                    false => "not_json",
                };
                put(
                    out,
                    &Refused {
                        refused: gist.word,
                        id: gist.id.as_ref(),
                        code,
                        text: Shown(&sentence(&error)),
                        column: Some(error.column()),
                    },
                );
                self.count_try(out)
            }
        }
    }

    fn handle_request(
        &mut self,
        request: Request,
        asked: Asked,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let is_first = matches!(request, Request::hello(_) | Request::resume(_));
        match (&self.stage, &request) {
            (Stage::Arriving(_), _) if !is_first => {
                let sentence = "Say hello first.";
                refuse(&asked, "not_here", &sentence, out);
                self.count_try(out)
            }
            (Stage::Here(_), Request::hello(_)) => {
                refuse(&asked, "here_already", &"You have said hello before.", out);
                None
            }
            _ => self.ask(request, asked, env, out),
        }
    }

    fn refuse_line(
        &mut self,
        code: &'static str,
        text: &dyn core::fmt::Display,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        put(
            out,
            &Refused {
                refused: None,
                id: None,
                code,
                text: Shown(text),
                column: None,
            },
        );
        self.count_try(out)
    }

    /// Counts what a client has said in vain before it was in.
    fn count_try(&mut self, out: &mut Vec<u8>) -> Option<Step> {
        let Stage::Arriving(arriving) = &mut self.stage else {
            return None;
        };
        arriving.tries += 1;
        (arriving.tries >= TRIES_MAX).then(|| give_up(out))
    }

    fn rate(&self, env: &Env<'_>) -> Rate {
        let settings = env.settings;
        match &self.stage {
            Stage::Here(here) if here.is_operator => {
                settings.line_rate.times(settings.operator_rate_factor)
            }
            _ => settings.line_rate,
        }
    }

    /// Whether one more line may be read now; if not, notes when.
    fn has_token(&mut self, env: &Env<'_>) -> bool {
        let mut bucket = self.bucket;
        let is_here = matches!(self.stage, Stage::Here(_));
        self.waits_until = match bucket.take(self.rate(env), env.now) {
            Err(wait) if is_here => Some(env.now + wait),
            _ => None,
        };
        self.waits_until.is_none()
    }

    /// See [`Dialect::handle_event`](crate::dialect::Dialect::handle_event).
    pub(crate) fn handle_event(&mut self, event: &Event, me: PersonId, out: &mut Vec<u8>) {
        self.note_event(event, me);
        put_private(out, event, me);
    }

    /// Takes over an event's changes to this person.
    fn note_event(&mut self, event: &Event, me: PersonId) {
        let fact = &event.fact;
        let arrived = match fact {
            Fact::LoggedIn(login) => Some((&**login, Ignores::default())),
            Fact::Returned(returned) => Some((&returned.login, Ignores::returned(returned))),
            _ => None,
        };
        if let Some((login, ignores)) = arrived {
            self.rooms.clear();
            self.stage = Stage::Here(Here {
                me: login.person,
                name: login.name.clone(),
                is_operator: login.operator,
                ignores,
                since: event.seq,
            });
        }
        let Stage::Here(here) = &mut self.stage else {
            return;
        };
        here.ignores.note(fact);
        match fact {
            Fact::Renamed(renamed) if renamed.person == here.me => {
                here.name = renamed.new.clone();
                here.is_operator = renamed.operator;
            }
            Fact::AccountSet(set) if set.person == here.me => here.is_operator = set.operator,
            Fact::Moderated(entry) if entry.target == Some(me) => match entry.act {
                ModAction::Op { .. } => here.is_operator = true,
                ModAction::Deop { .. } => here.is_operator = false,
                _ => {}
            },
            _ => {}
        }
    }

    /// See [`Dialect::handle_joined`](crate::dialect::Dialect::handle_joined).
    pub(crate) fn handle_joined(&mut self, room: RoomId) {
        self.rooms.push(room);
    }

    /// See [`Dialect::handle_left`](crate::dialect::Dialect::handle_left).
    pub(crate) fn handle_left(&mut self, room: RoomId) {
        self.rooms.retain(|other| *other != room);
    }

    /// See [`Dialect::deadline`](crate::dialect::Dialect::deadline).
    pub(crate) fn deadline(&self) -> Option<Monotonic> {
        match &self.stage {
            Stage::Arriving(arriving) => Some(arriving.until),
            Stage::Here(_) => None,
        }
    }

    /// See [`Dialect::handle_timeout`](crate::dialect::Dialect::handle_timeout).
    pub(crate) fn handle_timeout(&self, env: &Env<'_>, out: &mut Vec<u8>) -> Option<Step> {
        let is_due = self.deadline().is_some_and(|until| until <= env.now);
        is_due.then(|| give_up(out))
    }

    /// See [`Dialect::paused_until`](crate::dialect::Dialect::paused_until).
    pub(crate) fn paused_until(&self) -> Option<Monotonic> {
        self.waits_until
    }

    /// See [`Dialect::bucket`](crate::dialect::Dialect::bucket).
    pub(crate) fn bucket(&self) -> Bucket {
        self.bucket
    }

    /// See [`Dialect::ignores`](crate::dialect::Dialect::ignores).
    pub(crate) fn ignores(&self) -> &[Name] {
        match &self.stage {
            Stage::Here(here) => here.ignores.names(),
            Stage::Arriving(_) => &[],
        }
    }
}

/// Objects that a client may send in vain before it is in, if they are no names.
const TRIES_MAX: u8 = chinwag_core::limits::NAME_TRIES_MAX;

fn give_up(out: &mut Vec<u8>) -> Step {
    put(out, &Notice::NoHello);
    Step::Close
}

/// Turns away a client that does not encrypt, where the server insists on it.
pub(crate) fn refuse_unencrypted(out: &mut Vec<u8>) {
    put(
        out,
        &Refused {
            refused: None,
            id: None,
            code: "not_encrypted",
            text: Shown(&"The server takes only encrypted connections: connect with TLS."),
            column: None,
        },
    );
}

fn refuse(asked: &Asked, code: &'static str, text: &dyn core::fmt::Display, out: &mut Vec<u8>) {
    debug_assert!(refusal::CODES.iter().any(|(known, _)| *known == code));
    put(
        out,
        &Refused {
            refused: Some(asked.word),
            id: asked.id.as_ref(),
            code,
            text: Shown(text),
            column: None,
        },
    );
}

/// What is wrong with a line, without the place, which stands beside it. It may have words of the
/// client's in it, so it is made harmless and short.
fn sentence(error: &serde_json::Error) -> alloc::string::String {
    let whole = alloc::format!("{error}");
    let end = whole.rfind(" at line ").unwrap_or(whole.len());
    let end = whole.floor_char_boundary(end.min(ERROR_BYTES_MAX));
    Text::parse(&whole[..end]).map_or_else(Default::default, |text| (*text).into())
}

/// The events of the rooms as a program reads them: without the ignored, and with its own.
pub struct LineReader<'a>(pub(crate) &'a Session);

impl Reader for LineReader<'_> {
    fn sees_all(&self) -> bool {
        self.0.ignores().is_empty()
    }

    fn is_own(&self, _: &Event) -> bool {
        false
    }

    fn hides(&self, event: &Event) -> bool {
        match &self.0.stage {
            Stage::Here(here) => here.ignores.hides(event),
            Stage::Arriving(_) => false,
        }
    }

    fn trailer(&self, _: &Event) -> &'static [u8] {
        &[]
    }

    fn skipped(&self, out: &mut Vec<u8>, lines: u64, _: Option<RoomId>) {
        skipped(out, lines);
    }
}

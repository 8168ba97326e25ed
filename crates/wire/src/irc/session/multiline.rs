//! BATCH: a message of several lines, which a client sends as a batch (IRCv3 drafts, client-batch
//! and multiline). It is sent when the batch ends.
//!
//! A batch that went wrong, from its opening on, is refused once, and the rest of it is ignored, up
//! to its end. Other commands may come between its lines, which the draft does not allow and which
//! do no harm. An open batch holds no more than one message may have, so there is no time limit for
//! one that a client leaves open.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Display;

use chinwag_core::Manner;
use chinwag_core::limits::{PASSAGE_BYTES_MAX, PASSAGE_LINES_MAX};

use super::Session;
use super::services::Service;
use crate::dialect::{Env, Step};
use crate::irc::caps::Cap;
use crate::irc::message::{Message, shown};
use crate::irc::text::said;

/// The type of a batch that is a message.
const MULTILINE: &str = "draft/multiline";

/// The tag of a line that continues the line before it.
const CONCAT: &str = "draft/multiline-concat";

/// The batch that a client has begun.
#[derive(Debug)]
pub(super) struct Batch {
    reference: String,
    /// A batch that was begun within it, which ended neither.
    inner: Option<String>,
    /// Its content so far; `None` once it is refused.
    passage: Option<Passage>,
}

#[derive(Debug, Default)]
struct Passage {
    target: String,
    label: Option<Box<str>>,
    tags: Option<Box<str>>,
    /// Whether its lines are NOTICE; none before the first.
    is_notice: Option<bool>,
    /// A LF separates two lines, and a CR precedes one that continues the line before it.
    typed: String,
    lines: usize,
    /// Bytes of the text, with a line feed between lines, as the limit counts them.
    bytes: usize,
}

/// Why a line cannot be accepted.
enum Refusal {
    Lines,
    Bytes,
    Target(String),
    Other(&'static str),
}

/// What the capability says of its limits.
pub(super) fn limits() -> String {
    format!("=max-bytes={PASSAGE_BYTES_MAX},max-lines={PASSAGE_LINES_MAX}")
}

impl Session {
    /// BATCH.
    pub(super) fn batch(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let typed = message.param(0)?;
        let (sign, reference) = typed.split_at(typed.chars().next().map_or(0, char::len_utf8));
        match sign {
            "+" => self.begin_passage(reference, message, env, out),
            "-" => self.end_passage(reference, env, out),
            _ => self.refuse_batch(
                format_args!("INVALID_REFTAG {} :It begins with + or -", shown(typed)),
                env,
                out,
            ),
        }
        None
    }

    fn begin_passage(
        &mut self,
        reference: &str,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        if let Some(open) = self.batch.as_mut().filter(|open| open.passage.is_some()) {
            open.inner = Some(reference.into());
            let refusal = Refusal::Other("A batch within a batch");
            if self.refuse_passage(&refusal, env, out) && self.has_label() {
                self.put_refusal(&refusal, "", env, out);
            }
            return;
        }
        self.batch = Some(Box::new(Batch {
            reference: reference.into(),
            inner: None,
            passage: None,
        }));
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if reference.is_empty() || !reference.chars().all(is_plain) {
            let why = format_args!(
                "INVALID_REFTAG {} :It has letters, digits and - alone",
                shown(reference)
            );
            return self.refuse_batch(why, env, out);
        }
        let kind = message.param(1).unwrap_or("*");
        let target = message.param(2).unwrap_or_default();
        if kind != MULTILINE || !self.caps.has(Cap::Multiline) {
            let kind = shown(kind);
            let why = format_args!("UNKNOWN_TYPE {reference} {kind} :Unknown type of batch");
            return self.refuse_batch(why, env, out);
        }
        if message.tag("batch").is_some() {
            return self.refuse_batch("MULTILINE_INVALID :A batch within a batch", env, out);
        }
        if target.is_empty() || target.contains(',') || Service::called(target).is_some() {
            return self.refuse_batch("MULTILINE_INVALID :It has one receiver", env, out);
        }
        let passage = Passage {
            target: target.into(),
            label: self.take_label(),
            tags: self.tags_of(message),
            ..Passage::default()
        };
        if let Some(batch) = &mut self.batch {
            batch.passage = Some(passage);
        }
    }

    fn refuse_batch(&self, why: impl Display, env: &Env<'_>, out: &mut Vec<u8>) {
        self.fail("BATCH", why, env, out);
    }

    /// Takes a line of a batch. Returns whether the message was one.
    pub(super) fn take_line(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> bool {
        // A batch that was refused to a client that does not know of them is ignored, too.
        let knows = self.caps.has(Cap::Multiline) || self.batch.is_some();
        if !knows || message.command.eq_ignore_ascii_case("BATCH") {
            return false;
        }
        let Some(reference) = message.tag("batch") else {
            return false;
        };
        let Some(batch) = &mut self.batch else {
            self.refuse_batch("MULTILINE_INVALID :No such batch is open", env, out);
            return true;
        };
        let is_its = batch.reference == reference || batch.inner.as_deref() == Some(&*reference);
        let Some(passage) = &mut batch.passage else {
            if !is_its {
                self.refuse_batch("MULTILINE_INVALID :No such batch is open", env, out);
            }
            return true;
        };
        let taken = match is_its {
            true => passage.push(message),
            false => Err(Refusal::Other("A line of another batch")),
        };
        if let Err(refusal) = taken {
            self.refuse_passage(&refusal, env, out);
        }
        true
    }

    /// A line that may belong to the open batch could not be parsed. The batch is then refused: the
    /// rest of it is not what its client says.
    pub(super) fn lose_line(
        &mut self,
        begin: Option<&Message<'_>>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let is_other = begin.is_some_and(|message| {
            message.tag("batch").is_none() && !message.command.eq_ignore_ascii_case("BATCH")
        });
        let mut open = self.batch.iter().filter(|batch| batch.passage.is_some());
        if open.next().is_some() && !is_other {
            self.refuse_passage(&Refusal::Other("A line of it is lost"), env, out);
        }
    }

    /// Refuses the open batch. Returns whether this was the answer to its label, and not to the
    /// command in flight.
    fn refuse_passage(&mut self, refusal: &Refusal, env: &Env<'_>, out: &mut Vec<u8>) -> bool {
        let passage = self.batch.as_mut().and_then(|batch| batch.passage.take());
        let Passage { label, target, .. } = passage.unwrap_or_default();
        let Some(label) = label else {
            self.put_refusal(refusal, &target, env, out);
            return false;
        };
        self.answer_earlier(&label, env, out, |session, out| {
            session.put_refusal(refusal, &target, env, out);
        });
        true
    }

    fn put_refusal(&self, refusal: &Refusal, target: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        match refusal {
            Refusal::Lines => {
                let why = format_args!("MULTILINE_MAX_LINES {PASSAGE_LINES_MAX} :Too many lines");
                self.refuse_batch(why, env, out);
            }
            Refusal::Bytes => {
                let why = format_args!("MULTILINE_MAX_BYTES {PASSAGE_BYTES_MAX} :Too many bytes");
                self.refuse_batch(why, env, out);
            }
            Refusal::Target(typed) => {
                let typed = shown(typed);
                let why =
                    format_args!("MULTILINE_INVALID_TARGET {target} {typed} :Another receiver");
                self.refuse_batch(why, env, out);
            }
            Refusal::Other(why) => {
                self.refuse_batch(format_args!("MULTILINE_INVALID :{why}"), env, out);
            }
        }
    }

    /// Sends the complete batch.
    fn end_passage(&mut self, reference: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let inner = self.batch.as_mut().map(|batch| &mut batch.inner);
        if inner.is_some_and(|inner| inner.take_if(|inner| inner == reference).is_some()) {
            return;
        }
        let ended = self.batch.take_if(|batch| batch.reference == reference);
        let Some(batch) = ended else {
            return self.refuse_batch("MULTILINE_INVALID :No such batch is open", env, out);
        };
        // It was refused before.
        let Some(passage) = batch.passage else { return };
        if let Some(label) = passage.label {
            self.give_label(label, env);
        }
        let is_notice = passage.is_notice.unwrap_or_default();
        let manner = match is_notice {
            true => Manner::Notice,
            false => Manner::Speech,
        };
        if passage.typed.starts_with('\x01') {
            let why = "MULTILINE_INVALID :CTCP has one line";
            return self.refuse_batch(why, env, out);
        }
        match said(&passage.typed, manner, passage.tags) {
            Some(saying) => self.say_to(&passage.target, saying, is_notice, env, out),
            None => self.refuse_batch("MULTILINE_INVALID :All lines are blank", env, out),
        }
    }
}

impl Passage {
    fn push(&mut self, message: &Message<'_>) -> Result<(), Refusal> {
        let is_notice = match message.command.to_ascii_uppercase().as_str() {
            "PRIVMSG" => false,
            "NOTICE" => true,
            _ => return Err(Refusal::Other("It has lines of PRIVMSG or of NOTICE alone")),
        };
        if *self.is_notice.get_or_insert(is_notice) != is_notice {
            return Err(Refusal::Other("It has lines of PRIVMSG or of NOTICE alone"));
        }
        let target = message.param(0).unwrap_or("*");
        if !self.target.eq_ignore_ascii_case(target) {
            return Err(Refusal::Target(target.into()));
        }
        let line = message.params.get(1).copied().unwrap_or_default();
        let goes_on = message.tag(CONCAT).is_some();
        if goes_on && line.is_empty() {
            return Err(Refusal::Other("A blank line goes on none"));
        }
        if self.lines == PASSAGE_LINES_MAX {
            return Err(Refusal::Lines);
        }
        let line_end = match (self.lines, goes_on) {
            (0, _) => None,
            (_, true) => Some('\r'),
            (_, false) => Some('\n'),
        };
        self.bytes += line.len() + usize::from(line_end == Some('\n'));
        if self.bytes > PASSAGE_BYTES_MAX {
            return Err(Refusal::Bytes);
        }
        self.typed.extend(line_end);
        self.typed.push_str(line);
        self.lines += 1;
        Ok(())
    }
}

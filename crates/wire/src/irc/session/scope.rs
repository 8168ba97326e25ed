//! Labels: the answer to a command with a label has the label too, as one line, as a batch, or as
//! an acknowledgement that there is nothing to say (IRCv3, labeled response).
//!
//! An answer is gathered until it is complete, since only then is it known which of the three it
//! is. An answer in pages is a batch from the first page on, and is sent as it comes.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt::Display;

use super::Session;
use crate::dialect::Env;
use crate::irc::caps::Cap;
use crate::irc::line::{put, put_tagged};
use crate::irc::message::Message;

/// Bytes of a label (IRCv3, labeled response).
const LABEL_BYTES_MAX: usize = 64;

/// The answer to a command with a label, as far as it has come.
#[derive(Debug)]
pub(super) struct Scope {
    /// `None` once something else has it.
    label: Option<Box<str>>,
    lines: Vec<u8>,
    /// The whole answers to earlier commands, which have labels of their own and end with this one.
    before: Vec<u8>,
    /// Messages to several receivers, whose echoes are parts of the answer.
    is_shared: bool,
    /// The answer is sent as it comes, in the batch of this number once that has begun.
    stream: Option<Option<u64>>,
}

impl Scope {
    fn of(label: Box<str>, before: Vec<u8>) -> Box<Self> {
        Box::new(Self {
            label: Some(label),
            lines: Vec::new(),
            before,
            is_shared: false,
            stream: None,
        })
    }
}

impl Session {
    /// A command begins. No other does until it is answered.
    pub(super) fn begin_scope(&mut self, message: &Message<'_>, env: &Env<'_>, out: &mut Vec<u8>) {
        if !self.caps.has(Cap::LabeledResponse) {
            return;
        }
        let label = message.tag("label").filter(|label| !label.is_empty());
        if label
            .as_ref()
            .is_some_and(|label| label.len() > LABEL_BYTES_MAX)
        {
            let command = message.command;
            let why = format_args!("WARN {command} LABEL_TOO_LONG :The answer has no label");
            self.put_server(why, env, out);
            return;
        }
        self.pending.scope = label.map(|label| Scope::of(label.as_ref().into(), Vec::new()));
    }

    /// What is answered from here on bears this label. The command in flight, if it has another, is
    /// only acknowledged.
    pub(super) fn give_label(&mut self, label: Box<str>, env: &Env<'_>) {
        let mut before = Vec::new();
        if let Some(scope) = self.pending.scope.take() {
            before = scope.before;
            if let Some(own) = scope.label {
                self.put_labelled(&own, &[], env, &mut before);
            }
        }
        self.pending.scope = Some(Scope::of(label, before));
    }

    /// Gives the label of the command in flight away: something else will have it.
    pub(super) fn take_label(&mut self) -> Option<Box<str>> {
        let label = self.pending.scope.as_mut()?.label.take();
        self.pending.scope.take_if(|scope| scope.before.is_empty());
        label
    }

    /// Whether what is answered from here on bears a label.
    pub(super) fn has_label(&self) -> bool {
        let scope = self.pending.scope.as_ref();
        scope.is_some_and(|scope| scope.label.is_some())
    }

    /// Answers an earlier command, which has this label. What is answered from here on is for the
    /// command in flight again.
    pub(super) fn answer_earlier(
        &mut self,
        label: &str,
        env: &Env<'_>,
        out: &mut Vec<u8>,
        answer: impl FnOnce(&mut Self, &mut Vec<u8>),
    ) {
        let mut lines = Vec::new();
        answer(self, &mut lines);
        let mut answered = Vec::new();
        self.put_labelled(label, &lines, env, &mut answered);
        match &mut self.pending.scope {
            Some(scope) => scope.before.extend(answered),
            None => out.extend(answered),
        }
    }

    /// The command in flight has several receivers; the result for each is a part of its answer.
    pub(super) fn share_scope(&mut self) {
        if let Some(scope) = &mut self.pending.scope {
            scope.is_shared = true;
        }
    }

    /// Whether the result for a message is a part of the answer to a command with several
    /// receivers.
    pub(super) fn is_scope_shared(&self) -> bool {
        self.pending
            .scope
            .as_ref()
            .is_some_and(|scope| scope.is_shared)
    }

    /// Sends the answer as it comes: it may be long.
    pub(super) fn stream_scope(&mut self) {
        if let Some(scope) = &mut self.pending.scope {
            scope.stream.get_or_insert(None);
        }
    }

    /// Gathers what was written from `start` on, and writes it when the command is answered.
    pub(super) fn end_scope(&mut self, start: usize, env: &Env<'_>, out: &mut Vec<u8>) {
        self.gather(start, env, out);
        if self.pending.question.is_some() || !self.pending.queue.is_empty() {
            return;
        }
        let Some(scope) = self.pending.scope.take() else {
            return;
        };
        out.extend(scope.before);
        match (scope.stream.flatten(), &scope.label) {
            (Some(batch), _) => put_batch_end(batch, env, out),
            (None, Some(label)) => self.put_labelled(label, &scope.lines, env, out),
            (None, None) => {}
        }
    }

    /// Gathers what was written from `start` on.
    pub(super) fn gather(&mut self, start: usize, env: &Env<'_>, out: &mut Vec<u8>) {
        let Some(mut scope) = self.pending.scope.take_if(|scope| scope.label.is_some()) else {
            return;
        };
        scope.lines.extend(out.drain(start..));
        if let Some(begun) = scope.stream.filter(|_| !scope.lines.is_empty()) {
            let label = scope.label.as_deref().unwrap_or_default();
            let batch = begun.unwrap_or_else(|| self.begin_labelled(label, env, out));
            put_in_batch(out, batch, &core::mem::take(&mut scope.lines));
            scope.stream = Some(Some(batch));
        }
        self.pending.scope = Some(scope);
    }

    /// Writes a whole answer, which may be none.
    pub(super) fn put_labelled(
        &mut self,
        label: &str,
        lines: &[u8],
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let count = lines.iter().filter(|byte| **byte == b'\n').count();
        match count {
            0 => {
                let ack = alloc::format!(":{} ACK\r\n", env.settings.irc.server);
                put_tagged(out, ack.as_bytes(), "label", label);
            }
            // A batch of its own gets the label itself.
            _ if is_batch(lines) => put_tagged(out, lines, "label", label),
            1 => put_tagged(out, lines, "label", label),
            _ => {
                let batch = self.begin_labelled(label, env, out);
                put_in_batch(out, batch, lines);
                put_batch_end(batch, env, out);
            }
        }
    }

    /// Begins the batch that has a label, and returns its number.
    fn begin_labelled(&mut self, label: &str, env: &Env<'_>, out: &mut Vec<u8>) -> u64 {
        let server = &env.settings.irc.server;
        let batch = self.next_batch();
        let begin = alloc::format!(":{server} BATCH +{batch} labeled-response\r\n");
        put_tagged(out, begin.as_bytes(), "label", label);
        batch
    }

    /// Begins a batch of some type, for clients that accept batches.
    pub(super) fn begin_batch(
        &self,
        batch: u64,
        what: impl Display,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        if self.caps.has(Cap::Batch) {
            self.put_server(format_args!("BATCH +{batch} {what}"), env, out);
        }
    }

    /// Ends it.
    pub(super) fn end_batch(&self, batch: u64, env: &Env<'_>, out: &mut Vec<u8>) {
        if self.caps.has(Cap::Batch) {
            self.put_server(format_args!("BATCH -{batch}"), env, out);
        }
    }

    /// The number of a new batch.
    pub(super) fn next_batch(&mut self) -> u64 {
        self.pending.batches += 1;
        self.pending.batches
    }
}

/// Puts lines into a batch. A batch among them is nested.
fn put_in_batch(out: &mut Vec<u8>, batch: u64, lines: &[u8]) {
    let batch = alloc::format!("{batch}");
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        match line.starts_with(b"@batch=") {
            true => out.extend_from_slice(line),
            false => put_tagged(out, line, "batch", &batch),
        }
    }
}

fn put_batch_end(batch: u64, env: &Env<'_>, out: &mut Vec<u8>) {
    put(
        out,
        format_args!(":{} BATCH -{batch}\r\n", env.settings.irc.server),
    );
}

/// Whether lines are exactly one batch.
fn is_batch(lines: &[u8]) -> bool {
    let lines = core::str::from_utf8(lines).unwrap_or_default();
    let mut lines = lines.lines();
    let (first, last) = (
        lines.next().map(Message::parse),
        lines.next_back().map(Message::parse),
    );
    let (Some(Ok(first)), Some(Ok(last))) = (first, last) else {
        return false;
    };
    let [begin, end] = [first, last].map(|line| {
        let reference = line.param(0).filter(|_| line.command == "BATCH");
        reference.and_then(|reference| reference.split_at_checked(1))
    });
    matches!((begin, end), (Some(("+", begin)), Some(("-", end))) if begin == end)
}

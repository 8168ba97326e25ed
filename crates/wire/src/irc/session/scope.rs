//! Labels: what answers a command that has one bears it, as one line, as a batch, or as an
//! acknowledgement that there is nothing to say (IRCv3, labeled response).
//!
//! An answer is gathered until it is whole, since only then is known which of the three it is.

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
    label: Box<str>,
    lines: Vec<u8>,
}

impl Session {
    /// A command begins. Until it is answered no other does.
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
        self.give_label(label.map(|label| label.as_ref().into()));
    }

    /// What is answered from here on bears this label.
    pub(super) fn give_label(&mut self, label: Option<Box<str>>) {
        self.pending.scope = label.map(|label| {
            Box::new(Scope {
                label,
                lines: Vec::new(),
            })
        });
    }

    /// Gives the label of the command in flight away: something else will bear it.
    pub(super) fn take_label(&mut self) -> Option<Box<str>> {
        self.pending.scope.take().map(|scope| scope.label)
    }

    /// Gathers what was written from `start` on, and writes it when the command is answered.
    pub(super) fn end_scope(&mut self, start: usize, env: &Env<'_>, out: &mut Vec<u8>) {
        let Some(scope) = &mut self.pending.scope else {
            return;
        };
        scope.lines.extend(out.drain(start..));
        if self.pending.question.is_some() || !self.pending.queue.is_empty() {
            return;
        }
        let Some(scope) = self.pending.scope.take() else {
            return;
        };
        let Scope { label, lines } = *scope;
        let count = lines.iter().filter(|byte| **byte == b'\n').count();
        match count {
            0 => put_ack(out, &label, env),
            // A batch of its own bears it itself.
            _ if is_batch(&lines) => put_tagged(out, &lines, "label", &label),
            1 => put_tagged(out, &lines, "label", &label),
            _ => self.put_batch((&label, &lines), env, out),
        }
    }

    fn put_batch(&mut self, (label, lines): (&str, &[u8]), env: &Env<'_>, out: &mut Vec<u8>) {
        let server = &env.settings.irc.server;
        let id = self.next_batch();
        let begin = alloc::format!(":{server} BATCH +{id} labeled-response\r\n");
        put_tagged(out, begin.as_bytes(), "label", label);
        let id_text = alloc::format!("{id}");
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            // What stands in a batch of its own does so inside of this one.
            match line.starts_with(b"@batch=") {
                true => out.extend_from_slice(line),
                false => put_tagged(out, line, "batch", &id_text),
            }
        }
        put(out, format_args!(":{server} BATCH -{id}\r\n"));
    }

    /// Begins a batch of some type, for clients that take batches.
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

/// Appends that a command with a label has no other answer.
pub(super) fn put_ack(out: &mut Vec<u8>, label: &str, env: &Env<'_>) {
    let ack = alloc::format!(":{} ACK\r\n", env.settings.irc.server);
    put_tagged(out, ack.as_bytes(), "label", label);
}

/// Whether lines are one batch, from its begin to its end.
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

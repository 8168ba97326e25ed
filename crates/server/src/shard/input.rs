//! From what a socket gives to what is asked for; and the end of a connection, from either side.

use std::io;

use chinwag_core::{Bucket, Command, Duration, Monotonic, QuitReason, Rate};
use chinwag_wire::input::Input;
use chinwag_wire::plain::{Notice, Request as Wish, parse};
use chinwag_wire::sniff::{Protocol, Sniffed, sniff};

use super::session::{Stage, departure_of};
use super::{Ready, Shard};
use crate::hub::{Body, Request};

/// How long a peer that has been sent everything is given to close its side.
pub(super) const LINGER_TIME: Duration = Duration::from_secs(2);

impl Shard {
    /// Takes note of what a socket is ready for.
    pub(crate) fn on_ready(&mut self, slot: usize, ready: Ready) {
        if let Some(session) = self.sessions.get_mut(slot) {
            session.is_readable |= ready.readable;
            session.is_closed |= ready.closed;
            // A socket that was not full says so once, when it is opened.
            let goes_on = session.is_blocked && ready.writable;
            session.is_blocked &= !ready.writable;
            if goes_on {
                self.go_on_writing(slot);
            }
            self.list(slot);
        }
    }

    /// Has a session looked after.
    pub(super) fn list(&mut self, slot: usize) {
        if let Some(session) = self.sessions.get_mut(slot)
            && !session.is_listed
        {
            session.is_listed = true;
            self.ready.push(slot);
        }
    }

    /// Whether there are sessions to be looked after.
    pub(crate) fn has_work(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Looks after the sessions that are listed: reads what their sockets have, drops those that
    /// are over.
    pub(crate) fn look_after(&mut self, now: Monotonic) {
        self.now = now;
        for slot in std::mem::take(&mut self.ready) {
            if let Some(session) = self.sessions.get_mut(slot) {
                session.is_listed = false;
                self.look_after_one(slot);
            }
        }
    }

    fn look_after_one(&mut self, slot: usize) {
        loop {
            let session = &mut self.sessions[slot];
            if session.is_dead {
                let why = session.ending.take().unwrap_or(QuitReason::Lost);
                self.end(slot, why);
            }
            if matches!(self.sessions[slot].stage, Stage::Over) {
                return self.drop_session(slot);
            }
            let has_read = self.read(slot);
            // What it is answered on the spot waits for no turn of the hub.
            self.flush_awake();
            if !has_read {
                return;
            }
        }
    }

    fn go_on_writing(&mut self, slot: usize) {
        self.flush(slot);
        if !self.sessions[slot].is_blocked {
            self.forget_read(slot);
        }
    }

    /// Reads once, if that is worth a try. Returns whether it was.
    fn read(&mut self, slot: usize) -> bool {
        let session = &mut self.sessions[slot];
        if session.is_dead || self.is_quiet || !session.is_readable || !session.wants_input() {
            return false;
        }
        let mut buffer = std::mem::take(&mut self.input);
        match session.socket.try_read(&mut buffer) {
            Ok(0) => self.end_input(slot),
            Ok(n) => {
                // It had no more than this, or else the buffer would be full.
                session.is_readable = n == buffer.len() || session.is_closed;
                self.take_in(slot, &buffer[..n]);
            }
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => session.is_readable = false,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => {
                session.is_dead = true;
                session.ending = Some(departure_of(&e));
            }
        }
        self.input = buffer;
        true
    }

    /// Takes bytes that came.
    fn take_in(&mut self, slot: usize, bytes: &[u8]) {
        let session = &mut self.sessions[slot];
        match session.stage {
            Stage::Sniffing { .. } => {
                session.held.extend_from_slice(bytes);
                match sniff(&session.held) {
                    Sniffed::NeedMore => {}
                    Sniffed::Is(Protocol::Plain) => {
                        self.open_entry(slot);
                        self.resume_input(slot);
                    }
                    Sniffed::Is(other) => self.turn_away(slot, other),
                }
            }
            Stage::Entry { .. } | Stage::Here => self.read_lines(slot, bytes),
            Stage::Leaving | Stage::Lingering { .. } | Stage::Over => {}
        }
    }

    /// Goes on with what was held back while an answer was waited for.
    pub(super) fn resume_input(&mut self, slot: usize) {
        let Some(session) = self.sessions.get_mut(slot) else {
            return;
        };
        if session.must_wait() || self.is_quiet {
            return;
        }
        let held = std::mem::take(&mut session.held);
        self.read_lines(slot, &held);
        self.list(slot);
    }

    fn read_lines(&mut self, slot: usize, mut bytes: &[u8]) {
        let line_bytes_max = self.setting.limits.line_bytes_max;
        let mut decoder = std::mem::take(&mut self.sessions[slot].decoder);
        let before = bytes.len();
        while !self.sessions[slot].must_wait() {
            match decoder.decode(&mut bytes, line_bytes_max) {
                Some(input) => {
                    self.set_crlf(slot, decoder.wants_crlf());
                    self.on_input(slot, input);
                }
                None => break,
            }
        }
        if matches!(self.sessions[slot].stage, Stage::Leaving) {
            // The rest is for nobody but telnet, which shows no goodbye before it is answered.
            while decoder.decode(&mut bytes, line_bytes_max).is_some() {}
        }
        let reply = decoder.take_reply();
        let crlf = decoder.wants_crlf();
        let session = &mut self.sessions[slot];
        session.decoder = decoder;
        session.held = bytes.into();
        if let Some(reply) = reply {
            self.tell(slot, |out| out.extend_from_slice(&reply));
        }
        self.set_crlf(slot, crlf);
        self.count_entry_bytes(slot, before - bytes.len());
        if self.sessions[slot].input_ended && self.sessions[slot].held.is_empty() {
            self.finish_input(slot);
        }
    }

    fn set_crlf(&mut self, slot: usize, crlf: bool) {
        if crlf != self.sessions[slot].crlf {
            self.sessions[slot].crlf = crlf;
            self.restyle(slot);
        }
    }

    fn count_entry_bytes(&mut self, slot: usize, taken: usize) {
        let bytes_max = self.setting.limits.arrival_bytes_max;
        let session = &mut self.sessions[slot];
        if let Stage::Entry { bytes, .. } = &mut session.stage
            && !session.waits
        {
            *bytes += taken;
            if *bytes > bytes_max {
                self.notice(slot, Notice::NoName);
                self.close_when_written(slot);
            }
        }
    }

    fn on_input(&mut self, slot: usize, input: Input<'_>) {
        let is_here = matches!(self.sessions[slot].stage, Stage::Here);
        match input {
            Input::Line(line) if is_here => self.line(slot, &line),
            Input::Line(line) => self.entry_line(slot, &line),
            Input::Blank if is_here => {}
            Input::Blank => self.entry_line(slot, ""),
            Input::Window { .. } => {}
            Input::Interrupt => self.end(slot, QuitReason::Quit(None)),
            Input::TooLong { bytes } => {
                let bytes_max = self.setting.limits.line_bytes_max;
                self.bad_line(slot, Notice::TooLong { bytes, bytes_max });
            }
            Input::NotUtf8 => self.bad_line(slot, Notice::NotUtf8),
            Input::Mangled => self.bad_line(slot, Notice::Mangled),
        }
    }

    fn bad_line(&mut self, slot: usize, notice: Notice) {
        if matches!(self.sessions[slot].stage, Stage::Here) && !self.take_token(slot) {
            return;
        }
        self.notice(slot, notice);
        if matches!(self.sessions[slot].stage, Stage::Entry { .. }) {
            self.another_try(slot);
        }
    }

    fn line(&mut self, slot: usize, line: &str) {
        // Nobody is kept from leaving.
        if line.starts_with("/quit")
            && let Ok(quit @ Wish::Quit(_)) = parse(line)
        {
            return self.wish(slot, quit);
        }
        if !self.take_token(slot) {
            return;
        }
        match parse(line) {
            Ok(wish) => self.wish(slot, wish),
            Err(mistake) => {
                let renderer = self.renderer(slot);
                self.tell(slot, |out| renderer.mistake(out, &mistake));
            }
        }
    }

    /// Whether one more line may count. A session that is too fast is told once, and then how many
    /// lines that has cost it: an answer to each would only help it to flood.
    fn take_token(&mut self, slot: usize) -> bool {
        let limits = &self.setting.limits;
        let session = &mut self.sessions[slot];
        let rate: Rate = match session.operator {
            true => limits.line_rate().times(limits.operator_factor),
            false => limits.line_rate(),
        };
        let taken = Bucket::take(&mut session.bucket, rate, self.now);
        match taken {
            Ok(()) => {
                self.tell_refused(slot);
                true
            }
            Err(wait) => {
                session.refused += 1;
                if session.refused == 1 {
                    self.notice(slot, Notice::SlowDown(wait));
                }
                false
            }
        }
    }

    /// Tells how many lines were refused after the one that was told at once.
    fn tell_refused(&mut self, slot: usize) {
        let lines = std::mem::take(&mut self.sessions[slot].refused);
        if lines > 1 {
            self.notice(slot, Notice::NotSent { lines: lines - 1 });
        }
    }

    /// The peer has sent everything. What it has sent is still done.
    fn end_input(&mut self, slot: usize) {
        self.sessions[slot].input_ended = true;
        match self.sessions[slot].stage {
            Stage::Sniffing { .. } => {
                self.open_entry(slot);
                self.resume_input(slot);
            }
            Stage::Lingering { .. } => self.sessions[slot].stage = Stage::Over,
            _ => self.finish_input(slot),
        }
    }

    /// Does what a last line without an end asks for, and then ends.
    pub(super) fn finish_input(&mut self, slot: usize) {
        let session = &mut self.sessions[slot];
        if !session.input_ended || session.must_wait() || !session.held.is_empty() {
            return;
        }
        if let Some(input) = session.decoder.finish() {
            self.on_input(slot, input);
        }
        let session = &self.sessions[slot];
        if !session.must_wait() && session.under_way == 0 {
            self.end(slot, QuitReason::Closed);
        }
    }

    /// Ends a session, once the answer it waits for is there.
    pub(super) fn end(&mut self, slot: usize, why: QuitReason) {
        self.tell_refused(slot);
        let session = &mut self.sessions[slot];
        if session.person.is_some() && !matches!(session.stage, Stage::Leaving | Stage::Over) {
            session.stage = Stage::Leaving;
            let caller = session.caller();
            let body = Body::Command(Command::Quit(why));
            session.departing = true;
            self.outbox.push(Request { caller, body });
        } else if session.departing {
            // The hub knows already.
        } else if session.waits {
            // Somebody may be about to come in here.
            session.ending = Some(why);
        } else {
            self.close_when_written(slot);
        }
    }

    /// Closes a connection that is nobody's, as soon as it has been written everything.
    pub(super) fn close_when_written(&mut self, slot: usize) {
        let session = &mut self.sessions[slot];
        session.stage = match session.is_dead {
            true => Stage::Over,
            false => Stage::Leaving,
        };
        session.held = Vec::new();
        if !session.is_awake {
            session.is_awake = true;
            self.awake.push(slot);
        }
        self.list(slot);
    }
}

//! Joining from a keyboard: the shell around the conversation, with the terminal and the signals.
//!
//! ```text
//! keyboard -> keys -> editor -> conversation -> session
//! terminal <- screen <- filter <- conversation <- session
//! ```
//!
//! It must not know what a key or a line means: `conversation` does, and does no input or output.
//! Here one loop takes events from one queue and carries out what the conversation asks for.

mod conversation;
mod editor;
mod history;
mod keys;
mod line;
mod raw_mode;
mod screen;

use std::env;
use std::io::{self, Write};
use std::time::Instant;

use conversation::{Conversation, Effect};
use raw_mode::RawMode;
use rustix::io::Errno;
use signal_hook::consts::SIGTSTP;
use signal_hook::low_level;

use crate::driver::Driver;
use crate::events::Event;
use crate::note::Note;
use crate::session::{Action, End};
use crate::{JoinError, Target, pipe};

/// How many lines wait for a server that is away or slow: more than anybody pastes.
const WAITING_LINES_MAX: usize = 10_000;

/// Whether the terminal can move its cursor.
pub(crate) fn is_capable() -> bool {
    env::var("TERM").is_ok_and(|terminal| !matches!(terminal.as_str(), "" | "dumb"))
}

/// Talks until the session has ended.
///
/// # Errors
///
/// See [`JoinError`]; a terminal that is merely gone is none.
pub(crate) fn run(driver: Driver) -> Result<(), JoinError> {
    Shell::start(driver)?.run()
}

struct Shell {
    driver: Driver,
    conversation: Conversation,
    raw_mode: RawMode,
    /// The signal that ends the process when the terminal is in order again.
    signal: Option<i32>,
}

impl Shell {
    fn start(mut driver: Driver) -> Result<Self, JoinError> {
        let bad_terminal = |target: Target| move |source| JoinError::Terminal { target, source };
        let raw_mode = RawMode::new().map_err(bad_terminal(driver.target()))?;
        let watched = driver.events.watch_terminal();
        watched.map_err(bad_terminal(driver.target()))?;
        Ok(Self {
            driver,
            conversation: Conversation::new(raw_mode::columns()),
            raw_mode,
            signal: None,
        })
    }

    fn run(mut self) -> Result<(), JoinError> {
        loop {
            let end = self.carry_out_session();
            if let Some(end) = end {
                return self.finish(end);
            }
            if let Err(source) = write_out(&self.conversation.take_output()) {
                return output_ended(&self.driver, source);
            }
            for event in self.driver.next_events() {
                self.handle(event);
            }
            if self.signal.is_some() {
                return self.finish(End::Left);
            }
        }
    }

    fn carry_out_session(&mut self) -> Option<End> {
        let mut end = None;
        while let Some(action) = self.driver.next_action() {
            match action {
                Action::Show(bytes) => self.conversation.heard(&bytes),
                Action::Tell(note) => self.conversation.remark(&note),
                Action::End(ended) => end = Some(ended),
                _ => {}
            }
        }
        let tally = self.driver.session.tally();
        let is_through = tally.waiting == 0;
        self.conversation
            .progress(tally.through, tally.total, is_through);
        self.conversation.hide_typed(self.driver.session.secret());
        end
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Typed(bytes) => {
                // The question may have come in the same moment.
                self.conversation.hide_typed(self.driver.session.secret());
                let effects = self.conversation.typed(&bytes);
                self.carry_out(effects);
            }
            Event::InputEnded(_) => {
                let effects = self.conversation.input_ended();
                self.carry_out(effects);
            }
            Event::Resized => self.conversation.resized(raw_mode::columns()),
            Event::Continued => self.resume(),
            Event::Terminated(signal) => self.signal = Some(signal),
            _ => {}
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(line) => self.send(line),
                Effect::SendSecret(line) => self.driver.session.push_secret(line),
                Effect::Refuse(note) => self.driver.session.refuse(note),
                Effect::DropUnsent => self.driver.session.drop_unsent(),
                Effect::Leave => {
                    self.driver.session.handle_input_end(Instant::now());
                    // From here on Ctrl-C ends a process that waits for a server that never closes.
                    // A terminal that is gone shows itself in the next write.
                    let _ = self.raw_mode.leave();
                }
                Effect::Suspend => self.suspend(),
            }
        }
    }

    fn send(&mut self, line: String) {
        if self.driver.session.tally().waiting < WAITING_LINES_MAX {
            self.driver.session.push(line, Instant::now());
        } else {
            self.driver.session.refuse(Note::Full { line });
        }
    }

    fn suspend(&mut self) {
        // The shell writes where the row was.
        let _ = write_out(&self.conversation.take_output_without_row());
        let _ = self.raw_mode.leave();
        let _ = low_level::raise(SIGTSTP);
        // Where there is no job control, raising it did nothing, and no SIGCONT comes.
        self.resume();
    }

    fn resume(&mut self) {
        if !self.conversation.is_leaving() {
            // A terminal that is gone shows itself in the next write.
            let _ = self.raw_mode.enter();
            self.conversation.resized(raw_mode::columns());
        }
    }

    fn finish(mut self, end: End) -> Result<(), JoinError> {
        self.conversation.hung_up();
        let written = write_out(&self.conversation.take_output());
        drop(self.raw_mode);
        if let Some(signal) = self.signal {
            if let Err(error) = self.driver.outcome(End::Left) {
                // If nobody reads it, there is nobody to tell.
                let _ = writeln!(io::stderr(), "chinwag: {error}");
            }
            // The terminal is in order again: now the signal may do what it does.
            let _ = low_level::emulate_default_handler(signal);
        }
        self.driver.outcome(end)?;
        written.or_else(|source| output_ended(&self.driver, source))
    }
}

/// To write to a terminal that is gone is EIO, where to write to a closed pipe is EPIPE.
fn output_ended(driver: &Driver, source: io::Error) -> Result<(), JoinError> {
    if source.raw_os_error() == Some(Errno::IO.raw_os_error()) {
        return Ok(());
    }
    pipe::output_ended(driver, source)
}

fn write_out(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

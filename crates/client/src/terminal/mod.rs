//! Joining from a keyboard: the shell around the conversation, with the terminal, the socket and
//! the signals.
//!
//! ```text
//! keyboard -> keys -> editor -> conversation -> outbox -> socket
//! terminal <- screen <- conversation <- filter <- socket
//! ```
//!
//! It must not know what a key or a line means: `conversation` does, and does no input or output.
//! Here one loop takes events from one queue and carries out what the conversation asks for.

mod conversation;
mod editor;
mod events;
mod history;
mod keys;
mod line;
mod outbox;
mod raw_mode;
mod screen;

use std::env;
use std::io::{self, IsTerminal, Write};
use std::net::Shutdown;

use conversation::{Conversation, Effect};
use events::{Event, Events};
use outbox::Outbox;
use raw_mode::RawMode;
use rustix::io::Errno;
use signal_hook::consts::SIGTSTP;
use signal_hook::low_level;

use crate::{Connection, JoinError};

/// Whether both ends of the process are a terminal that can move its cursor.
pub(crate) fn is_usable() -> bool {
    let is_capable =
        env::var("TERM").is_ok_and(|terminal| !matches!(terminal.as_str(), "" | "dumb"));
    is_capable && io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Talks until the server has closed.
///
/// # Errors
///
/// [`JoinError::Lost`], [`JoinError::Terminal`], or [`JoinError::Output`], unless the terminal is
/// merely gone.
pub(crate) fn run(connection: &Connection) -> Result<(), JoinError> {
    let result = Session::start(connection)?.run();
    // It wakes the threads that still read or write; they end, or the socket was closed before.
    let _ = connection.stream().shutdown(Shutdown::Both);
    result
}

/// How one event ends the session, if it does.
enum End {
    ServerClosed,
    Lost(io::Error),
    Signal(i32),
}

struct Session<'a> {
    connection: &'a Connection,
    conversation: Conversation,
    events: Events,
    outbox: Outbox,
    raw_mode: RawMode,
}

impl<'a> Session<'a> {
    fn start(connection: &'a Connection) -> Result<Self, JoinError> {
        let (reading, writing) = (connection.handle()?, connection.handle()?);
        let raw_mode = RawMode::new().map_err(|source| connection.bad_terminal(source))?;
        Ok(Self {
            connection,
            conversation: Conversation::new(raw_mode::columns()),
            events: Events::listen(reading).map_err(|source| connection.bad_terminal(source))?,
            outbox: Outbox::new(writing),
            raw_mode,
        })
    }

    fn run(mut self) -> Result<(), JoinError> {
        loop {
            if let Err(source) = write_out(&self.conversation.take_output()) {
                return output_ended(self.connection, source);
            }
            let batch: Vec<Event> = self.events.next_batch().collect();
            for event in batch {
                if let Some(end) = self.handle(event) {
                    return self.finish(end);
                }
            }
        }
    }

    fn handle(&mut self, event: Event) -> Option<End> {
        match event {
            Event::EchoedInput(bytes) => {
                let effects = self.conversation.typed(&bytes);
                self.carry_out(effects);
            }
            Event::InputEnded => {
                let effects = self.conversation.input_ended();
                self.carry_out(effects);
            }
            Event::Heard(bytes) => self.conversation.heard(&bytes),
            Event::Resized => self.conversation.resized(raw_mode::columns()),
            Event::Continued => self.resume(),
            Event::HungUp(None) => return Some(End::ServerClosed),
            Event::HungUp(Some(error)) => return Some(End::Lost(error)),
            Event::Terminated(signal) => return Some(End::Signal(signal)),
        }
        None
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(line) => {
                    if !self.outbox.send(&line) {
                        self.conversation.not_sent(&line);
                    }
                }
                Effect::Leave => {
                    self.outbox.close();
                    // From here on Ctrl-C ends a process that waits for a server that never closes.
                    // A terminal that is gone shows itself in the next write.
                    let _ = self.raw_mode.leave();
                }
                Effect::Suspend => self.suspend(),
            }
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
        let was_leaving = self.conversation.is_leaving();
        self.conversation.hung_up();
        let written = write_out(&self.conversation.take_output());
        drop(self.raw_mode);
        match end {
            End::Lost(error) => return Err(self.connection.lost(error)),
            // The terminal is in order again: now the signal may do what it does.
            End::Signal(signal) => {
                let _ = low_level::emulate_default_handler(signal);
            }
            End::ServerClosed if !was_leaving => {
                // Nobody can be told that nobody can be told.
                let _ = writeln!(io::stderr(), "chinwag: the server closed the connection.");
            }
            End::ServerClosed => {}
        }
        written.or_else(|source| output_ended(self.connection, source))
    }
}

/// To write to a terminal that is gone is EIO, where to write to a closed pipe is EPIPE.
fn output_ended(connection: &Connection, source: io::Error) -> Result<(), JoinError> {
    if source.raw_os_error() == Some(Errno::IO.raw_os_error()) {
        return Ok(());
    }
    connection.output_ended(source)
}

fn write_out(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

//! Joining from a pipe or a file: lines in, the conversation out, and a status that can be trusted.
//!
//! It must not know what a line means to the server: the session does. The decision that shaped it:
//! the calling thread does everything but wait; the input has a thread of its own that is never
//! joined, since `tail -f` may stay silent for ever.

use std::io::{self, Read, Write};
use std::time::Instant;

use crate::driver::Driver;
use crate::events::Event;
use crate::filter::Filter;
use crate::input::{Budget, InputOptions, Piece};
use crate::session::{Action, End};
use crate::{JoinError, Target};

/// How much of the input waits for a server that is away or slow, in bytes. It is some thousand lines
/// of a log; beyond it, reading stops.
const WAITING_BYTES_MAX: usize = 1024 * 1024;

/// Where the conversation goes.
#[derive(Debug)]
pub(crate) struct Output<W> {
    inner: W,
    /// A terminal gets no control sequences; a file or a program gets the bytes as they came.
    filter: Option<Filter>,
}

impl<W: Write> Output<W> {
    pub(crate) fn new(inner: W, is_terminal: bool) -> Self {
        Self {
            inner,
            filter: is_terminal.then(Filter::default),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.filter {
            None => self.inner.write_all(bytes),
            Some(filter) => self.inner.write_all(filter.pass(bytes).as_bytes()),
        }
    }
}

/// Talks until the input has ended and the server has all of it, or until the session ends.
///
/// The thread that reads the input may outlive the call.
///
/// # Errors
///
/// See [`JoinError`]; an output that is merely closed ends the call quietly.
pub(crate) fn run<I, O>(
    mut driver: Driver,
    input: Option<I>,
    options: InputOptions,
    mut output: Output<O>,
) -> Result<(), JoinError>
where
    I: Read + Send + 'static,
    O: Write,
{
    let budget = Budget::new(WAITING_BYTES_MAX);
    if let Some(input) = input {
        driver.events.read_lines(input, options, budget.clone());
    }
    let mut input_error = None;
    loop {
        match carry_out(&mut driver, &mut output) {
            Err(source) => return output_ended(driver.target(), source),
            Ok(Some(end)) => return finish(&driver, end, input_error),
            Ok(None) => {}
        }
        budget.release(driver.session.take_released());
        for event in driver.next_events() {
            match event {
                Event::Piece(Piece::Text(text)) => driver.session.push(text, Instant::now()),
                Event::Piece(Piece::NoText(note)) => driver.session.refuse(note),
                Event::InputEnded(error) => {
                    input_error = error;
                    driver.session.handle_input_end(Instant::now());
                }
                _ => {}
            }
        }
    }
}

fn carry_out(driver: &mut Driver, output: &mut Output<impl Write>) -> io::Result<Option<End>> {
    let mut end = None;
    while let Some(action) = driver.next_action() {
        match action {
            Action::Show(bytes) => output.write(&bytes)?,
            Action::Tell(note) => {
                // If nobody reads it, there is nobody to tell.
                let _ = writeln!(io::stderr(), "chinwag: {note}");
            }
            Action::End(ended) => end = Some(ended),
            _ => {}
        }
    }
    // Standard output holds the end of an unfinished line back until it is flushed.
    output.inner.flush()?;
    Ok(end)
}

fn finish(driver: &Driver, end: End, input_error: Option<io::Error>) -> Result<(), JoinError> {
    let outcome = driver.outcome(end);
    match (outcome, input_error) {
        (Ok(()), Some(source)) => Err(JoinError::Input {
            target: driver.target(),
            source,
        }),
        (outcome, _) => outcome,
    }
}

/// What a failed write to standard output means: that nobody reads it any more is a quiet end.
pub(crate) fn output_ended(target: Target, source: io::Error) -> Result<(), JoinError> {
    match source.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(JoinError::Output { target, source }),
    }
}

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
use crate::{JoinError, plainly};

/// How much of the input waits for a server that is away or slow, in bytes. It is some thousand lines
/// of a log; beyond it, reading stops.
const WAITING_BYTES_MAX: usize = 1024 * 1024;

/// Where the conversation goes.
#[derive(Debug)]
pub(crate) struct Output<W> {
    /// `None` when nobody reads it any more.
    inner: Option<W>,
    /// A terminal gets no control sequences; a file or a program gets the bytes as they came.
    filter: Option<Filter>,
    /// Who sends goes on sending though nobody reads: the lines are what it is about.
    is_optional: bool,
}

impl<W: Write> Output<W> {
    pub(crate) fn new(inner: W, is_terminal: bool) -> Self {
        Self {
            inner: Some(inner),
            filter: is_terminal.then(Filter::default),
            is_optional: false,
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = match (&mut self.inner, &mut self.filter) {
            (None, _) => Ok(()),
            (Some(inner), None) => inner.write_all(bytes),
            (Some(inner), Some(filter)) => inner.write_all(filter.pass(bytes).as_bytes()),
        };
        self.survive(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.inner.as_mut().map_or(Ok(()), Write::flush);
        self.survive(flushed)
    }

    fn survive(&mut self, result: io::Result<()>) -> io::Result<()> {
        match result {
            Err(error) if self.is_optional && error.kind() == io::ErrorKind::BrokenPipe => {
                self.inner = None;
                Ok(())
            }
            result => result,
        }
    }
}

/// Talks until the input has ended and the server has all of it, or until the session ends.
///
/// The thread that reads the input may outlive the call.
///
/// # Errors
///
/// See [`JoinError`]. An output that nobody reads any more is none: it ends a reader, and a sender
/// goes on without it.
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
    output.is_optional = input.is_some();
    if let Some(input) = input {
        driver.events.read_lines(input, options, budget.clone());
    }
    let mut input_error = None;
    loop {
        match carry_out(&mut driver, &mut output) {
            Err(source) => return output_ended(&driver, source),
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
                Event::OutputClosed => return Ok(()),
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
    output.flush()?;
    Ok(end)
}

fn finish(driver: &Driver, end: End, input_error: Option<io::Error>) -> Result<(), JoinError> {
    let outcome = driver.outcome(end);
    let Some(source) = input_error else {
        return outcome;
    };
    let target = driver.target();
    let unread = JoinError::Input { target, source };
    if outcome.is_err() {
        // The status tells one thing alone. If nobody reads the other, there is nobody to tell.
        let _ = writeln!(io::stderr(), "chinwag: {}", plainly(&unread.to_string()));
    }
    outcome.and(Err(unread))
}

/// What a failed write to standard output means: that nobody reads it any more is a quiet end.
pub(crate) fn output_ended(driver: &Driver, source: io::Error) -> Result<(), JoinError> {
    match source.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(JoinError::Output {
            target: driver.target(),
            source,
            unsent: driver.session.tally().unsent(),
        }),
    }
}

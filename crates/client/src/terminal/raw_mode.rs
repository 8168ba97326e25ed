//! What the terminal does to keys before we see them, switched off and on again.
//!
//! It must not know what the keys mean. Whatever is changed here is undone when the value is
//! dropped, so that no way out, not even a panic, leaves somebody with a shell that shows nothing
//! of what they type.
//!
//! rustix sets the modes. crossterm's and termina's raw mode is that of cfmakeraw, which takes output
//! processing away as well; here it stays, because what the server says is written as it is.

use std::io::{self, Write};

use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize,
    tcsetattr,
};

/// What is assumed of a terminal that does not know its own width.
const COLUMNS_DEFAULT: usize = 80;
const BRACKETED_PASTE_ON: &[u8] = b"\x1b[?2004h";
const BRACKETED_PASTE_OFF: &[u8] = b"\x1b[?2004l";

/// The terminal on standard input, in raw mode until [`RawMode::leave`] or the end of the value.
#[derive(Debug)]
pub(crate) struct RawMode {
    original: Termios,
}

impl RawMode {
    /// Remembers the terminal's modes and enters raw mode.
    ///
    /// # Errors
    ///
    /// When standard input is no terminal, or one that is gone.
    pub(crate) fn new() -> io::Result<Self> {
        let raw_mode = Self {
            original: tcgetattr(io::stdin())?,
        };
        raw_mode.enter()?;
        Ok(raw_mode)
    }

    /// Enters raw mode, again if need be: a shell may have changed the modes while the process was
    /// stopped.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub(crate) fn enter(&self) -> io::Result<()> {
        let mut raw = self.original.clone();
        // Every byte at once, none of them a signal or echoed, Enter as it is, and Ctrl-S no longer
        // a trap. Output processing stays on, so that a line feed still returns the carriage.
        raw.input_modes -=
            InputModes::ICRNL | InputModes::INLCR | InputModes::IGNCR | InputModes::IXON;
        raw.local_modes -=
            LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN;
        raw.special_codes[SpecialCodeIndex::VMIN] = 1;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        // Drain, not Flush: what was typed ahead is not thrown away.
        tcsetattr(io::stdin(), OptionalActions::Drain, &raw)?;
        write_now(BRACKETED_PASTE_ON)
    }

    /// Restores the modes found at first.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub(crate) fn leave(&self) -> io::Result<()> {
        write_now(BRACKETED_PASTE_OFF)?;
        Ok(tcsetattr(
            io::stdin(),
            OptionalActions::Drain,
            &self.original,
        )?)
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // There is nothing left to restore on a terminal that is gone.
        let _ = self.leave();
    }
}

/// The width of the terminal on standard output.
pub(crate) fn columns() -> usize {
    match tcgetwinsize(io::stdout()) {
        Ok(size) if size.ws_col > 0 => usize::from(size.ws_col),
        _ => COLUMNS_DEFAULT,
    }
}

fn write_now(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout();
    stdout.write_all(bytes)?;
    stdout.flush()
}

//! Passwords for accounts: prompted for twice at a terminal, without an echo, or read from a file
//! or a pipe. Never an argument: those are in the process list and in the shell's history.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use chinwag_core::limits::PASSWORD_BYTES_MAX;
use chinwag_server::config::password_line;
use chinwag_wire::dialect::Password;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

/// Reads a new password with at least this many letters: from a file, from standard input if that
/// is no terminal, or by prompting.
///
/// # Errors
/// One sentence, if it cannot be read or cannot be a password.
pub(crate) fn read(file: Option<&Path>, letters_min: usize) -> Result<String> {
    let password = match file {
        Some(path) if path.as_os_str() != "-" => {
            let bytes = fs::read(path);
            let unread = |error| anyhow!("the file {} cannot be read: {error}", path.display());
            line_of(&bytes.map_err(unread)?)?
        }
        None if io::stdin().is_terminal() => return ask(letters_min),
        _ => {
            let mut line = Vec::new();
            io::stdin().lock().read_until(b'\n', &mut line)?;
            line_of(&line)?
        }
    };
    checked(&password, letters_min)
}

/// As in `Password::parse`: blanks at the ends are not part of it.
fn checked(password: &str, letters_min: usize) -> Result<String> {
    let password = password.trim();
    check(password, letters_min)?;
    Ok(password.to_owned())
}

fn line_of(bytes: &[u8]) -> Result<String> {
    Ok(password_line(bytes)?.to_owned())
}

/// The rules of `/claim`.
fn check(password: &str, letters_min: usize) -> Result<()> {
    if password.chars().count() < letters_min {
        bail!("a password has at least {letters_min} letters");
    }
    if Password::parse(password).is_ok_and(|password| password.is_quoted()) {
        bail!("a password may have blanks: give it without the quotation marks around it");
    }
    if password.len() > PASSWORD_BYTES_MAX {
        bail!("a password has at most {PASSWORD_BYTES_MAX} bytes");
    }
    if password.chars().any(char::is_control) {
        bail!("a password has no control characters");
    }
    Ok(())
}

fn ask(letters_min: usize) -> Result<String> {
    let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty");
    let terminal = terminal.context("there is no terminal to ask for a password at")?;
    let silence = Silence::over(terminal)?;
    let first = checked(&silence.ask("Password: ")?, letters_min)?;
    match silence.ask("Again: ")?.trim() == first {
        true => Ok(first),
        false => bail!("these are two different passwords; nothing was changed"),
    }
}

/// A terminal that does not echo until this is dropped. Whatever stops or ends the process
/// meanwhile finds it as it was before; when the process continues, the terminal is silent and
/// prompts again.
struct Silence {
    terminal: Arc<Modes>,
    question: Arc<Mutex<String>>,
}

/// A terminal, and what it does with what is typed.
struct Modes {
    terminal: File,
    before: Termios,
    silent: Termios,
    /// The prompt is over, and the terminal is as it was before.
    is_over: AtomicBool,
}

impl Modes {
    /// Sets modes, and discards what was typed under those before: it was visible, or is for nobody
    /// else.
    fn set(&self, modes: &Termios) -> io::Result<()> {
        Ok(tcsetattr(&self.terminal, OptionalActions::Flush, modes)?)
    }

    /// Turns the echo off again. It may be off already, with a password half typed.
    fn hide_again(&self) -> io::Result<()> {
        Ok(tcsetattr(
            &self.terminal,
            OptionalActions::Now,
            &self.silent,
        )?)
    }

    fn say(&self, words: &str) -> io::Result<()> {
        (&self.terminal).write_all(words.as_bytes())
    }
}

impl Silence {
    fn over(terminal: File) -> io::Result<Self> {
        let before = tcgetattr(&terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        let signals = Signals::new([SIGCONT, SIGTSTP, SIGINT, SIGTERM, SIGHUP, SIGQUIT])?;
        let silence = Self {
            terminal: Arc::new(Modes {
                terminal,
                before,
                silent,
                is_over: AtomicBool::new(false),
            }),
            question: Arc::default(),
        };
        let (terminal, question) = (silence.terminal.clone(), silence.question.clone());
        thread::spawn(move || mind(signals, &terminal, &question));
        silence.terminal.set(&silence.terminal.silent)?;
        Ok(silence)
    }

    fn ask(&self, prompt: &str) -> Result<String> {
        *self.question.lock().unwrap_or_else(PoisonError::into_inner) = prompt.to_owned();
        self.terminal.say(prompt)?;
        let mut terminal = &self.terminal.terminal;
        let mut line = Vec::new();
        BufReader::new(terminal).read_until(b'\n', &mut line)?;
        terminal.write_all(b"\n")?;
        line_of(&line)
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        self.terminal.is_over.store(true, Ordering::Relaxed);
        let _ = self.terminal.set(&self.terminal.before);
    }
}

/// Restores the terminal when signals stop or end the process, and silences it when they continue
/// it: once they are caught, nothing else obeys them. A terminal that is gone needs nothing.
fn mind(mut signals: Signals, terminal: &Modes, question: &Mutex<String>) {
    for signal in signals.forever() {
        let is_over = terminal.is_over.load(Ordering::Relaxed);
        if signal != SIGCONT {
            if !is_over {
                let _ = terminal.set(&terminal.before);
            }
            // This returns when a stopped process continues.
            let _ = low_level::emulate_default_handler(signal);
        }
        if is_over {
            continue;
        }
        let _ = terminal.hide_again();
        let question = question.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = terminal.say(&format!("\r{question}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_are_those_of_the_chat() {
        let long = "x".repeat(PASSWORD_BYTES_MAX + 1);
        for (password, is_good) in [
            ("correct horse", true),
            ("short", false),
            (&long, false),
            ("a\tb c d e f", false),
            ("\"correct horse\"", false),
            ("'correct horse'", false),
            ("the \"correct\" horse", true),
            ("\"correct\" horse", true),
        ] {
            assert_eq!(check(password, 6).is_ok(), is_good, "{password:?}");
        }
    }

    #[test]
    fn a_file_s_first_line_is_the_password() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("password");
        fs::write(&path, "correct horse\nand more\n").expect("a file");
        assert_eq!(read(Some(&path), 6).expect("a password"), "correct horse");
        assert!(read(Some(&folder.path().join("none")), 6).is_err());
    }
}

//! Passwords for accounts: asked for twice at a terminal, without an echo, or read from a file or a
//! pipe. Never an argument: those are in the process list and in the shell's history.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use chinwag_core::limits::PASSWORD_BYTES_MAX;
use chinwag_server::config::password_line;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// Reads a new password of so many letters at least: from a file, from standard input if that is no
/// terminal, or by asking.
///
/// # Errors
/// One sentence, if it cannot be read or cannot be a password.
pub(crate) fn read(file: Option<&Path>, letters_min: usize) -> Result<String> {
    let password = match file {
        Some(path) if path.as_os_str() != "-" => {
            let read = || format!("the file {} cannot be read", path.display());
            line_of(&fs::read(path).with_context(read)?)?
        }
        None if io::stdin().is_terminal() => ask()?,
        _ => {
            let mut line = Vec::new();
            io::stdin().lock().read_until(b'\n', &mut line)?;
            line_of(&line)?
        }
    };
    // As in `Password::parse`: blanks at its ends are no part of it.
    let password = password.trim().to_owned();
    check(&password, letters_min)?;
    Ok(password)
}

fn line_of(bytes: &[u8]) -> Result<String> {
    Ok(password_line(bytes)?.to_owned())
}

/// The rules of `/claim`.
fn check(password: &str, letters_min: usize) -> Result<()> {
    if password.chars().count() < letters_min {
        bail!("a password has at least {letters_min} letters");
    }
    if password.len() > PASSWORD_BYTES_MAX {
        bail!("a password has at most {PASSWORD_BYTES_MAX} bytes");
    }
    if password.chars().any(char::is_control) {
        bail!("a password has no control characters");
    }
    Ok(())
}

fn ask() -> Result<String> {
    let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty");
    let terminal = terminal.context("there is no terminal to ask for a password at")?;
    let silence = Silence::over(terminal)?;
    let first = silence.ask("Password: ")?;
    match silence.ask("Again: ")? == first {
        true => Ok(first),
        false => bail!("these are two different passwords; nothing was changed"),
    }
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct Silence {
    terminal: File,
    before: Termios,
}

impl Silence {
    fn over(terminal: File) -> io::Result<Self> {
        let before = tcgetattr(&terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&terminal, OptionalActions::Flush, &silent)?;
        Ok(Self { terminal, before })
    }

    fn ask(&self, prompt: &str) -> Result<String> {
        let mut terminal = &self.terminal;
        terminal.write_all(prompt.as_bytes())?;
        let mut line = Vec::new();
        BufReader::new(terminal).read_until(b'\n', &mut line)?;
        terminal.write_all(b"\n")?;
        line_of(&line)
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
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

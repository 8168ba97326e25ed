//! Running other programs: shown as it would be typed, judged by the exit code.
//!
//! `std::process` and not a shell: no quoting to get wrong. What a program prints goes straight to
//! the terminal, so that a slow step is seen to move; only questions (`said`, `asked`) are
//! captured.

use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs the command with its output shown. An exit code other than 0 is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let typed = typed(command);
    println!("$ {typed}");
    let status = command
        .status()
        .with_context(|| format!("cannot start {typed}"))?;
    ensure!(status.success(), "{typed}: {status}");
    Ok(())
}

/// What the command prints on its standard output. An exit code other than 0 is an error that holds
/// the complaint.
pub(crate) fn asked(command: &mut Command) -> Result<String> {
    let typed = typed(command);
    let output = command
        .output()
        .with_context(|| format!("cannot start {typed}"))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{typed}: {}\n{complaint}",
        output.status
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What a program says about itself on either output, whatever its exit code; `None` when there is
/// no such program.
pub(crate) fn said(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let both = [output.stdout, output.stderr].concat();
    Some(String::from_utf8_lossy(&both).into_owned())
}

/// The command as a person would type it, for headlines and errors: the program by its name, and
/// without the environment.
fn typed(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(program).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn failure_names_the_command_and_the_complaint() {
        let error = asked(&mut sh("echo no luck >&2; exit 3")).expect_err("it exits with 3");
        assert!(error.to_string().contains("sh -c"), "{error}");
        assert!(error.to_string().contains("no luck"), "{error}");
        assert!(run(&mut sh("exit 3")).is_err());
    }

    #[test]
    fn a_program_may_say_who_it_is_on_either_output_and_fail() {
        assert_eq!(
            said(&mut sh("echo a; echo b >&2; exit 1")).as_deref(),
            Some("a\nb\n")
        );
        assert_eq!(said(&mut Command::new("no-such-program-here")), None);
    }
}

//! What is said to whoever asks for what cannot be, or how to ask.

use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

use clap::CommandFactory;
use clap::error::ErrorKind;

use crate::arguments::Arguments;

/// An error for arguments of this task that can be read but make no sense.
pub(crate) fn error(task: &str, words: impl Display) -> clap::Error {
    let mut command = command();
    let command = match command.find_subcommand_mut(task) {
        Some(task) => task,
        None => &mut command,
    };
    command.error(ErrorKind::ValueValidation, words)
}

fn command() -> clap::Command {
    let mut command = Arguments::command().bin_name("chinwag");
    command.build();
    command
}

/// Says what is wrong with the arguments, or what was asked for instead (`--help`). What is wrong
/// always comes with a usage line and status 2; clap leaves the line out where only a value is bad.
pub(crate) fn refuse(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    if !error.to_string().contains("Usage:") {
        let mut command = command();
        let task = std::env::args().nth(1).unwrap_or_default();
        let usage = match command.find_subcommand_mut(&task) {
            Some(task) => task.render_usage(),
            None => command.render_usage(),
        };
        let _ = writeln!(std::io::stderr(), "\n{usage}");
    }
    ExitCode::from(2)
}

//! What a user reads whose arguments are wrong, or who asks for help.

use std::fmt::Display;
use std::process::ExitCode;

use chinwag_client::plainly;
use clap::CommandFactory;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::arguments::Arguments;

/// An error for arguments that parse but make no sense.
pub(crate) fn wrong(words: impl Display) -> clap::Error {
    command().error(ErrorKind::ValueValidation, plainly(&words.to_string()))
}

/// The command that was typed: `chinwag account add`.
fn command() -> clap::Command {
    let mut command = Arguments::command().bin_name("chinwag");
    command.build();
    for word in words() {
        let Some(inner) = command.find_subcommand(&word).cloned() else {
            break;
        };
        command = inner;
    }
    command
}

/// The arguments. One that is not UTF-8 is none that is looked for here.
fn words() -> impl Iterator<Item = String> {
    let words = std::env::args_os().skip(1);
    words.map(|word| word.to_string_lossy().into_owned())
}

/// Says what is wrong with the arguments, or prints the requested help. An error always comes with
/// a usage line and status 2.
pub(crate) fn refuse(error: clap::Error) -> ExitCode {
    let error = match no_time(&error).or_else(|| no_flag(&error)) {
        Some(words) => wrong(words),
        None => with_good_tips(error),
    };
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let _ = with_usage(error).print();
    ExitCode::from(2)
}

/// clap leaves the usage line out if only a value is bad.
fn with_usage(mut error: clap::Error) -> clap::Error {
    if error.to_string().contains("Usage:") {
        return error;
    }
    let usage = command().render_usage();
    let _ = error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
    error
}

/// The subcommand, as typed.
fn task() -> String {
    words().next().unwrap_or_default()
}

/// The error for a time that clap takes for a flag: `chinwag ban zed -5m`.
fn no_time(error: &clap::Error) -> Option<String> {
    let takes_time = matches!(&*task(), "ban" | "mute");
    if error.kind() != ErrorKind::UnknownArgument || !takes_time {
        return None;
    }
    let digit = |c: char| c.is_ascii_digit() || c == '.';
    let is_time = |word: &String| {
        let behind = word.strip_prefix('-');
        behind.is_some_and(|behind| behind.starts_with(digit))
    };
    let typed = words().find(is_time)?;
    Some(format!(
        "\"{}\" is not a time. Write times as 90s, 10m, 2h, 7d or 1w.",
        typed.escape_debug()
    ))
}

/// The error for a text that clap takes for a flag: `chinwag say lobby -hi`, which would ask for
/// help, since `-h` does. Taking all such words as text would say flags behind it aloud.
fn no_flag(error: &clap::Error) -> Option<String> {
    let text = match &*task() {
        "say" => "TEXT",
        "ban" | "mute" | "kick" => "WHY",
        _ => return None,
    };
    if !matches!(
        error.kind(),
        ErrorKind::UnknownArgument | ErrorKind::DisplayHelp
    ) {
        return None;
    }
    let is_text = |word: &String| {
        let of_help = matches!(&**word, "-h" | "--help");
        let letter = word.strip_prefix('-').and_then(|rest| rest.chars().next());
        letter.is_some_and(|letter| letter != '-') && !of_help
    };
    let mut flags = words().take_while(|word| word != "--");
    let typed = flags.find(is_text)?;
    Some(format!(
        "\"{}\" begins as a flag does. Write -- before such a text: chinwag {} ... -- {text}",
        typed.escape_debug(),
        task()
    ))
}

/// clap suggests `--` before an unknown flag, which is never meant here. Flags that people are
/// known to try get a useful tip.
fn with_good_tips(mut error: clap::Error) -> clap::Error {
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let _ = error.remove(ContextKind::Suggested);
    if let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidArg)
        && let Some(tip) = tip(&task(), typed)
    {
        let tips = ContextValue::StyledStrs(vec![StyledStr::from(tip)]);
        let _ = error.remove(ContextKind::SuggestedArg);
        let _ = error.insert(ContextKind::Suggested, tips);
    }
    error
}

/// Flags that other programs have, and what does the same here.
fn tip(task: &str, typed: &str) -> Option<&'static str> {
    match (task, typed) {
        ("serve", "--port" | "-p") => Some("the port stands by itself: chinwag serve 8989"),
        ("serve", "--host" | "--bind" | "--address" | "-l") => {
            Some("--listen ADDR, such as --listen 127.0.0.1:8989")
        }
        ("serve", "-c") => Some("--config FILE"),
        ("serve", "-v" | "--verbose") => Some("--log debug"),
        ("join" | "bench", "--port" | "-p") => Some("the port stands behind the host: HOST:8989"),
        ("join" | "bench", "--host" | "--server") => {
            Some("the host stands by itself: HOST or HOST:8989")
        }
        ("join", "--nick" | "--user" | "-n" | "-u") => Some("--name NAME"),
        ("join", "--password") => Some("--password-file FILE, or CHINWAG_PASSWORD"),
        ("join", "--channel" | "-r") => Some("--room ROOM"),
        ("serve" | "export" | "backup" | "check", "-d" | "--dir") => Some("--data DIR"),
        _ => None,
    }
}

//! `chinwag account`, `room`, `ban`, `unban`, `mute`, `unmute`, `bans`, `who`, `say` and `kick`:
//! what administrators do to a server from a shell, whether it runs or not.
//!
//! Lists are read from the data folder; everything else is a line for the running server, or for
//! the server's code on the folder of one that does not run. A password goes no further than this
//! process: its hash does.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use chinwag_core::{Account, Mask, Name, Timestamp};
use chinwag_server::{ShellAnswer, ask_from_shell, hash_password};
use chinwag_wire::shell::{self, ShellAsk, ShellAskError};
use clap::{Args, Subcommand};

use crate::data::DataFlags;
use crate::{password, usage};

#[derive(Debug, Args)]
pub(crate) struct AccountFlags {
    #[command(subcommand)]
    task: AccountTask,
    #[command(flatten)]
    data: DataFlags,
}

#[derive(Debug, Subcommand)]
enum AccountTask {
    /// Register a name
    Add(AddFlags),
    /// List the accounts: their names, who is an operator, and what proves whose they are
    List,
    /// Give an account another password
    Passwd(PasswordFlags),
    /// Make the owner of an account an operator
    Operator(OperatorFlags),
    /// End an account; its names are free then
    Remove(NameFlags),
}

#[derive(Debug, Args)]
struct AddFlags {
    #[command(flatten)]
    account: PasswordFlags,
    /// Make the owner of the account an operator
    #[arg(long)]
    operator: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RoomFlags {
    #[command(subcommand)]
    task: RoomTask,
    #[command(flatten)]
    data: DataFlags,
}

#[derive(Debug, Subcommand)]
enum RoomTask {
    /// Close a room for good: nobody can read its messages any more, and its name is free
    Remove(RoomNameFlags),
}

#[derive(Debug, Args)]
struct RoomNameFlags {
    /// The room
    #[arg(value_name = "ROOM")]
    room: String,
}

#[derive(Debug, Args)]
struct PasswordFlags {
    /// The name
    #[arg(value_name = "NAME")]
    name: String,
    /// Read the password from the first line of this file, or - for standard input [default: ask]
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct OperatorFlags {
    /// The account's name, or one that belongs to it
    #[arg(value_name = "NAME")]
    name: String,
    /// Take the rights away
    #[arg(long)]
    off: bool,
}

#[derive(Debug, Args)]
struct NameFlags {
    /// The account's name, or one that belongs to it
    #[arg(value_name = "NAME")]
    name: String,
}

#[derive(Debug, Args)]
pub(crate) struct ListFlags {
    #[command(flatten)]
    data: DataFlags,
}

#[derive(Debug, Args)]
pub(crate) struct BanFlags {
    /// A name, an address, or a block such as 192.0.2.0/24
    #[arg(value_name = "WHO")]
    who: String,
    /// For how long (10m, 2h, 7d), and why; without a time, for good
    #[arg(value_name = "TIME WHY")]
    words: Vec<String>,
    #[command(flatten)]
    data: DataFlags,
}

#[derive(Debug, Args)]
pub(crate) struct UnbanFlags {
    /// A name, an address or a block; also as "chinwag bans" shows it
    #[arg(value_name = "WHO", required = true)]
    who: Vec<String>,
    #[command(flatten)]
    data: DataFlags,
}

#[derive(Debug, Args)]
pub(crate) struct MuteFlags {
    /// A name
    #[arg(value_name = "NAME")]
    name: String,
    /// For how long (10m, 2h, 7d), and why; without a time, for good
    #[arg(value_name = "TIME WHY")]
    words: Vec<String>,
    #[command(flatten)]
    data: DataFlags,
}

#[derive(Debug, Args)]
pub(crate) struct UnmuteFlags {
    /// A name; also as "chinwag bans" shows it
    #[arg(value_name = "NAME", required = true)]
    name: Vec<String>,
    #[command(flatten)]
    data: DataFlags,
}

#[derive(Debug, Args)]
pub(crate) struct KickFlags {
    /// The name
    #[arg(value_name = "NAME")]
    name: String,
    /// Why
    #[arg(value_name = "WHY")]
    why: Vec<String>,
    #[command(flatten)]
    data: DataFlags,
}

#[derive(Debug, Args)]
pub(crate) struct SayFlags {
    /// The room
    #[arg(value_name = "ROOM")]
    room: String,
    /// The line, as it is: what begins with / is text too, and no command
    #[arg(value_name = "TEXT", required = true)]
    text: Vec<String>,
    #[command(flatten)]
    data: DataFlags,
}

/// A name or the like, which must be one word: what follows a blank would be taken for something
/// else.
fn one_word(word: &str) -> Result<&str, clap::Error> {
    if word.is_empty() {
        return Err(usage::wrong("the name is empty"));
    }
    match word.contains(char::is_whitespace) {
        true => Err(usage::wrong(format_args!(
            "\"{}\" is not one word: a name has no blanks",
            word.escape_debug()
        ))),
        false => Ok(word),
    }
}

/// `chinwag account ...`
pub(crate) fn account(flags: &AccountFlags) -> Result<ExitCode> {
    let data = &flags.data;
    match &flags.task {
        AccountTask::Add(flags) => add(data, flags),
        AccountTask::Passwd(flags) => with_password(data, "passwd", flags),
        AccountTask::List => list_accounts(data),
        AccountTask::Operator(flags) => {
            let switch = if flags.off { "off" } else { "on" };
            let name = one_word(&flags.name)?;
            ask(data, &["account operator", name, switch])
        }
        AccountTask::Remove(flags) => ask(data, &["account remove", one_word(&flags.name)?]),
    }
}

fn add(data: &DataFlags, flags: &AddFlags) -> Result<ExitCode> {
    let added = with_password(data, "add", &flags.account)?;
    match flags.operator && added == ExitCode::SUCCESS {
        true => ask(data, &["account operator", &flags.account.name, "on"]),
        false => Ok(added),
    }
}

/// `chinwag room remove ROOM`
pub(crate) fn room(flags: &RoomFlags) -> Result<ExitCode> {
    let RoomTask::Remove(named) = &flags.task;
    ask(&flags.data, &["room remove", one_word(&named.room)?])
}

fn with_password(data: &DataFlags, task: &str, flags: &PasswordFlags) -> Result<ExitCode> {
    let name = one_word(&flags.name)?;
    let config = data.config()?;
    // Nobody is asked for a password that is of no use.
    let tried = ask(data, &["account try", task, name])?;
    if tried != ExitCode::SUCCESS {
        return Ok(tried);
    }
    let letters_min = config.limits.password_letters_min;
    let password = password::read(flags.password_file.as_deref(), letters_min)?;
    if config.is_server_password(&password) {
        bail!("everybody on the server knows that password: it is the server's");
    }
    let hash = hash_password(&password)?;
    ask(data, &["account", task, name, &hash])
}

/// `chinwag ban WHO [TIME] [WHY]`
pub(crate) fn ban(flags: &BanFlags) -> Result<ExitCode> {
    let who = one_word(&flags.who)?;
    ask(&flags.data, &["ban", who, &flags.words.join(" ")])
}

/// `chinwag unban WHO`
pub(crate) fn unban(flags: &UnbanFlags) -> Result<ExitCode> {
    ask(&flags.data, &["unban", &listed(&flags.who)?])
}

/// What a list shows, which may be several words, or else one word.
fn listed(words: &[String]) -> Result<String> {
    let who = words.join(" ");
    if Mask::listed(&who).is_none() {
        one_word(&who)?;
    }
    Ok(who)
}

/// `chinwag mute NAME [TIME] [WHY]`
pub(crate) fn mute(flags: &MuteFlags) -> Result<ExitCode> {
    let name = one_word(&flags.name)?;
    ask(&flags.data, &["mute", name, &flags.words.join(" ")])
}

/// `chinwag unmute NAME`
pub(crate) fn unmute(flags: &UnmuteFlags) -> Result<ExitCode> {
    ask(&flags.data, &["unmute", &listed(&flags.name)?])
}

/// `chinwag kick NAME [WHY]`
pub(crate) fn kick(flags: &KickFlags) -> Result<ExitCode> {
    let name = one_word(&flags.name)?;
    ask(&flags.data, &["kick", name, &flags.why.join(" ")])
}

/// `chinwag say ROOM TEXT`
pub(crate) fn say(flags: &SayFlags) -> Result<ExitCode> {
    let room = one_word(&flags.room)?;
    ask(&flags.data, &["say", room, &flags.text.join(" ")])
}

/// `chinwag who`
pub(crate) fn who(flags: &ListFlags) -> Result<ExitCode> {
    ask(&flags.data, &["who"])
}

/// Asks the server, and prints its answer: on standard error if it refuses.
///
/// # Errors
/// A [`clap::Error`] if no server would understand the words.
fn ask(data: &DataFlags, words: &[&str]) -> Result<ExitCode> {
    let config = data.config()?;
    let limit = config.limits.line_bytes_max;
    if let Some(long) = words.iter().find(|word| word.len() > limit) {
        bail!("Too long: {} bytes, the limit is {limit}.", long.len());
    }
    // One line is one request.
    let line = words.join(" ").replace(['\n', '\r'], " ");
    let line = line.trim_end();
    match ShellAsk::read(line) {
        // That is for the server to say, as of all names that it does not give.
        Ok(_) | Err(ShellAskError::Reserved(_)) => {}
        Err(error) => return Err(usage::wrong(error).into()),
    }
    let ShellAnswer { lines, is_done } = ask_from_shell(&config, line)?;
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    match is_done {
        true => {
            io::stdout().write_all(text.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        false => {
            io::stderr().write_all(format!("chinwag: {text}").as_bytes())?;
            Ok(ExitCode::FAILURE)
        }
    }
}

fn list_accounts(data: &DataFlags) -> Result<ExitCode> {
    let accounts = data.open()?.accounts()?;
    let text: String = accounts.iter().map(told).collect();
    io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// `lee, leo (operator): password since 2026-11-21`
fn told(account: &Account) -> String {
    let names: Vec<&str> = account.all_names().map(|name| name.as_str()).collect();
    let operator = if account.operator { " (operator)" } else { "" };
    let credentials = account.credentials.iter().map(|credential| {
        let kind = match credential.kind {
            chinwag_core::CredentialKind::Password => "password",
            chinwag_core::CredentialKind::Certificate => "certificate",
        };
        match credential.since {
            Timestamp(0) => kind.to_owned(),
            since => format!("{kind} since {}", minute(since)),
        }
    });
    let credentials: Vec<String> = credentials.collect();
    format!(
        "{}{operator}: {}\n",
        names.join(", "),
        credentials.join(", ")
    )
}

/// `chinwag bans`
pub(crate) fn bans(flags: &ListFlags) -> Result<ExitCode> {
    let mut reader = flags.data.open()?;
    let (bans, mutes) = reader.restrictions()?;
    let accounts = reader.accounts()?;
    let accounts: Vec<Name> = accounts.into_iter().map(|account| account.name).collect();
    let now = Timestamp(jiff::Timestamp::now().as_millisecond());
    let mut text = String::new();
    for (what, list) in [("banned", bans), ("muted", mutes)] {
        for entry in list.iter().filter(|entry| entry.is_active(now)) {
            text += &format!("{}\n", shell::restriction(what, entry, &accounts));
        }
    }
    io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// `2026-11-21 14:03 UTC`, as the server tells the ends of bans.
fn minute(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

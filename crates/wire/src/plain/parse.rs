//! From a line to a request. The chat decides whether it is allowed and whom a name means: a line
//! means the same whatever the state.

pub(super) mod arguments;
pub(super) mod find;
pub(super) mod look;
pub(super) mod moving;
pub(super) mod operate;
pub(super) mod rooms;
pub(super) mod talk;
#[cfg(test)]
mod tests;
pub(super) mod you;

use chinwag_core::{Command, Name, Query, ResumeCode, Standing, StandingChange, Text};

use super::request::{Context, EchoedInput, LoginLine, ParseError, Request, RoomRequest};
use super::table::{COMMANDS, CommandSpec};
use crate::dialect::{Password, PasswordError};
use arguments::Arguments;

/// The result of a command's reader.
pub(super) type Read = Result<Request, ParseError>;
/// Reads the arguments of a command.
pub(super) type ReadArguments = fn(Arguments<'_>) -> Read;

/// The context of a refusal at a shell, where commands have no `/`.
pub(crate) const SHELL: &str = "chinwag";

/// A typed command counts as a slip of another up to this edit distance.
const SLIP_MAX: usize = 2;

/// Commands, and the words for them in IRC, Slack, Discord, games and ssh-chat. To one of a letter or
/// two, the nearest command is often another, which shows everybody what was for one.
const HABITS: [(&str, &[&str]); 18] = [
    (
        "msg",
        &[
            "m", "w", "pm", "whisper", "message", "privmsg", "query", "notice",
        ],
    ),
    ("reply", &["r", "re", "respond"]),
    ("me", &["action", "emote", "describe"]),
    ("rooms", &["ls", "channels", "chans"]),
    ("history", &["last", "lastlog", "scrollback"]),
    ("search", &["find", "grep"]),
    ("help", &["h", "?", "commands"]),
    ("join", &["j", "open", "rejoin", "cycle"]),
    ("room", &["mode", "channel"]),
    ("nick", &["name", "nickname"]),
    ("claim", &["register"]),
    ("login", &["identify", "signin", "ghost", "regain"]),
    ("away", &["afk", "brb", "status"]),
    ("ignore", &["block", "silence"]),
    ("unignore", &["unblock", "unsilence"]),
    ("quit", &["bye", "disconnect", "logoff"]),
    ("announce", &["wall", "wallops", "broadcast"]),
    // What most other words are undone by is no slip.
    ("lock off", &["unlock"]),
];

/// What follows the slash of a command; `//` begins text.
pub(super) fn command_in(line: &str) -> Option<&str> {
    line.strip_prefix('/')
        .filter(|command| !command.starts_with('/'))
}

/// Parses a line of a person who has logged in. Only a `/` in the first column begins a command: an
/// indented line is talk, as shown.
///
/// # Errors
/// The [`ParseError`] in it.
pub fn parse(line: &str) -> Result<Request, ParseError> {
    let Some(command) = command_in(line) else {
        return say(line.strip_prefix('/').unwrap_or(line));
    };
    let (name, rest) = split_word(command);
    match CommandSpec::find(name) {
        Some(spec) => (spec.read)(Arguments::new(spec, rest)),
        None if name.is_empty() => Err(ParseError::NoCommand),
        None => Err(ParseError::UnknownCommand {
            typed: EchoedInput::new(name),
            meant: meant(name),
        }),
    }
}

fn say(text: &str) -> Read {
    let text = Text::parse(text).ok_or(ParseError::Blank)?;
    Ok(Request::Say(text))
}

/// Parses a line at the name prompt; an empty one asks for a guest name.
///
/// # Errors
/// The [`ParseError`] in it.
pub fn parse_login(line: &str) -> Result<LoginLine, ParseError> {
    let line = line.trim();
    if line.is_empty() {
        return Ok(LoginLine::Name {
            name: None,
            password: None,
        });
    }
    // As a name it would be shown to everybody, who could then resume the session.
    let code = match split_word(line) {
        (word, rest) if word.eq_ignore_ascii_case("resume") => rest.trim(),
        _ => line,
    };
    if ResumeCode::is_printed(code) {
        return Ok(LoginLine::Resume(you::resume_code(code)?));
    }
    let Some(command) = line.strip_prefix('/') else {
        let (name, password) = name_and_password(line)?;
        let name = Some(name);
        return Ok(LoginLine::Name { name, password });
    };
    let (name, rest) = split_word(command);
    match CommandSpec::find(name).map(|spec| spec.name) {
        Some("resume") => Ok(LoginLine::Resume(you::resume_code(rest.trim())?)),
        Some("quit") => Ok(LoginLine::Quit),
        Some("help") => Ok(LoginLine::Help),
        Some("login") => log_in(rest),
        Some(command) => Err(ParseError::NeedsName(command)),
        None => Err(ParseError::BadName),
    }
}

/// Parses what follows `/login` at the name prompt, where nobody has another connection yet that
/// could stay beside it.
fn log_in(rest: &str) -> Result<LoginLine, ParseError> {
    let spec = CommandSpec::find("login").ok_or(ParseError::BadName)?;
    match you::login(Arguments::new(spec, rest)) {
        Ok(Request::LogInTo {
            name,
            password,
            beside: false,
        }) => {
            let name = Some(name);
            Ok(LoginLine::Name { name, password })
        }
        Ok(_) | Err(ParseError::Usage(_)) => Err(ParseError::BadName),
        Err(error) => Err(error),
    }
}

/// Parses a word at the prompt that nobody can have for a name.
pub(super) fn parse_prompted_word(line: &str) -> Option<LoginLine> {
    match line.trim().to_ascii_lowercase().as_str() {
        "help" | "?" => Some(LoginLine::Help),
        "quit" | "exit" => Some(LoginLine::Quit),
        _ => None,
    }
}

/// Splits off the first word.
fn split_word(text: &str) -> (&str, &str) {
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// Reads `NAME` or `NAME#PASSWORD`.
fn name_and_password(typed: &str) -> Result<(Name, Option<Password>), ParseError> {
    let (name, secret) = typed.split_once('#').unwrap_or((typed, ""));
    let name = arguments::name(name)?;
    let secret = match secret.trim() {
        "" => None,
        text => Some(password(text)?),
    };
    Ok((name, secret))
}

/// Reads a password.
fn password(text: &str) -> Result<Password, ParseError> {
    Password::parse(text).map_err(|error| match error {
        PasswordError::TooLong => ParseError::PasswordTooLong,
        PasswordError::NotText => ParseError::PasswordNotText,
    })
}

/// Words that alone stand for no text.
const NO_TEXT: [&str; 3] = ["-", "off", "clear"];

/// The text, if it is one: what is set with a command is taken away with one of a few words.
fn clear_or_set(text: Text) -> Option<Text> {
    let mut none = NO_TEXT.iter();
    (!none.any(|word| text.eq_ignore_ascii_case(word))).then_some(text)
}

/// The command that was probably meant, if a typo explains the word, or the habit of another chat.
fn meant(typed: &str) -> Option<&'static str> {
    let is_typed = |word: &&str| typed.eq_ignore_ascii_case(word);
    let habit = HABITS.iter().find(|(_, words)| words.iter().any(is_typed));
    if let Some((command, _)) = habit {
        return Some(command);
    }
    nearest(typed, COMMANDS.iter().flat_map(CommandSpec::words))
}

/// The word that the typed one is probably a typo of.
fn nearest(typed: &str, words: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let typed = typed.to_ascii_lowercase();
    let slips_max = SLIP_MAX.min(typed.len() / 2);
    let near = words.filter(|word| word.len().abs_diff(typed.len()) <= slips_max);
    let slips = near.map(|word| (strsim::osa_distance(&typed, word), word));
    slips
        .filter(|(slips, _)| *slips <= slips_max)
        .min()
        .map(|(_, word)| word)
}

impl Request {
    /// The context that a refusal of it needs.
    pub fn context(&self) -> Context {
        Context::Command(match self {
            Self::Say(_) | Self::Act(_) => return Context::Speech,
            Self::SetTopic(_) | Self::Topic => "topic",
            Self::Leave(_) => "leave",
            Self::Who(_) => "who",
            Self::Command(command) => return context_of_chat(command),
            Self::Query(query) => name_of_query(query),
            Self::Help(_) => "help",
            Self::History { .. } => "history",
            Self::Around(_) => "around",
            Self::Search(_) | Self::SearchMore => "search",
            Self::Register(_) | Self::Claim => "claim",
            Self::Forget(_) => "account",
            Self::LogInTo { .. } => "login",
            Self::Unclaim(_) => "unclaim",
            Self::ChangePassword { .. } => "passwd",
            Self::Rename { .. } => "nick",
            Self::Pref(change) => change.pref().command(),
            Self::Resume(_) => "resume",
            Self::Room(request) => name_of_room_request(request),
            Self::Delete(_) => "delete",
            Self::AuditLog(_) => "log",
            Self::Quit(_) => "quit",
        })
    }
}

fn context_of_chat(command: &Command) -> Context {
    Context::Command(match command {
        Command::PrivateMessage { .. } | Command::Reply(_) | Command::SayTo { .. } => {
            return Context::Speech;
        }
        Command::Join(_) | Command::JoinWith { .. } => "join",
        Command::Knock(_) => "knock",
        Command::Rename { .. } => "nick",
        Command::Register { .. } | Command::Group | Command::Certify { .. } => "claim",
        Command::Forget { .. } => "account",
        Command::LogInTo { .. } => "login",
        Command::LogOut => "logout",
        Command::StepDown => "deop",
        Command::Unclaim { .. } => "unclaim",
        Command::Away(_) => "away",
        Command::Back => "back",
        Command::Ignore { on: true, .. } => "ignore",
        Command::Ignore { on: false, .. } => "unignore",
        Command::Kick { .. } => "kick",
        Command::Mute { .. } => "mute",
        Command::Unmute(_) => "unmute",
        Command::RenameOther { .. } => "rename",
        Command::Ban { .. } => "ban",
        Command::Unban(_) => "unban",
        Command::Op(_) => "op",
        Command::Deop(_) => "deop",
        Command::Announce(_) => "announce",
        Command::SetMotd(_) => "motd",
        Command::Lock(_) => "lock",
        Command::EndAccount(_) | Command::EndRoom(_) => "remove",
        Command::Resume(_) => "resume",
        Command::Quit(_) => "quit",
        // Nobody types these.
        Command::LogIn { .. }
        | Command::Say { .. }
        | Command::Once { .. }
        | Command::SetTopic { .. }
        | Command::Leave { .. }
        | Command::ShowKept(_)
        | Command::EndShownNames
        | Command::SetRoom { .. }
        | Command::RenameRoom { .. }
        | Command::SayToRank { .. }
        | Command::Stand { .. }
        | Command::Eject { .. }
        | Command::Bar { .. }
        | Command::Unbar { .. }
        | Command::MuteIn { .. }
        | Command::UnmuteIn { .. }
        | Command::Delete { .. }
        | Command::SetMask { .. }
        | Command::Signal { .. }
        | Command::SetMarker { .. }
        | Command::SetIdent { .. }
        | Command::SetMetadata { .. }
        | Command::Tidy => "help",
        Command::AddAccount { .. } | Command::SetPassword { .. } | Command::SayFromShell { .. } => {
            SHELL
        }
    })
}

fn name_of_room_request(request: &RoomRequest) -> &'static str {
    match request {
        RoomRequest::Info(_) | RoomRequest::Set(_) | RoomRequest::Rename(_) => "room",
        RoomRequest::Stand { change, .. } => match change {
            StandingChange::Give(Standing::Invited) => "invite",
            StandingChange::Give(Standing::Voice) => "voice",
            StandingChange::Give(_) => "mod",
            StandingChange::Take(Standing::Invited) => "uninvite",
            StandingChange::Take(Standing::Voice) => "unvoice",
            StandingChange::Take(_) => "unmod",
        },
        RoomRequest::Eject { .. } => "eject",
        RoomRequest::Bar { .. } => "bar",
        RoomRequest::Unbar(_) => "unbar",
        RoomRequest::Bars => "bars",
        RoomRequest::Mute { .. } => "mute",
        RoomRequest::Unmute(_) => "unmute",
    }
}

fn name_of_query(query: &Query) -> &'static str {
    match query {
        Query::Whois(_) => "whois",
        Query::Rooms { .. } => "rooms",
        Query::Stats => "stats",
        Query::Ignores => "ignore",
        Query::Restrictions { .. } => "bans",
        Query::Log => "log",
        Query::Motd => "motd",
        Query::Account => "account",
        Query::Room(_) | Query::Conversation(_) => "history",
        // Nobody types these.
        Query::Greeting
        | Query::PasswordHash(_)
        | Query::Certified { .. }
        | Query::Who { .. }
        | Query::Names { .. }
        | Query::Topic(_)
        | Query::View(_)
        | Query::Marker(_)
        | Query::Everybody { .. }
        | Query::Counts
        | Query::Invitations
        | Query::Departed(_)
        | Query::Masks { .. }
        | Query::Fence
        | Query::Metadata(_)
        | Query::MetadataIn { .. }
        | Query::People(_)
        | Query::Online(_)
        | Query::RoomInfo(_)
        | Query::Bars(_) => "help",
    }
}

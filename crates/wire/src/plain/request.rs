//! Requests, and the errors in lines that are none. Data only: `parse` parses lines, `render` words
//! the answers.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

use chinwag_core::limits::NAME_BYTES_MAX;
use chinwag_core::{
    CertificatePrefix, Command, Duration, Listed, Mask, MaskError, Name, Query, ResumeCode,
    RoomName, RoomSetting, Seq, StandingChange, Text,
};

use super::table::{CommandSpec, Group};
use crate::dialect::{Password, Past};
use crate::prefs::{Prefs, TimeStyle};
use crate::zone::Moment;

/// The request in a line of a person who has logged in.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Speak in the current room.
    Say(Text),
    /// Act in the current room.
    Act(Text),
    /// Give the current room a topic, or none.
    SetTopic(Option<Text>),
    /// Leave a room, or the current one.
    Leave(Option<RoomName>),
    /// Who is in a room, or in the current one.
    Who(Option<RoomName>),
    /// The current room's topic.
    Topic,
    /// Something for the chat to decide.
    Command(Command),
    /// Something for the chat to answer.
    Query(Query),
    /// An explanation.
    Help(HelpTopic),
    /// Earlier messages.
    History {
        /// Of a room or private; those of the current room if `None`.
        of: Option<Past>,
        /// Which.
        back: Back,
        /// Topics and announcements too.
        notices: bool,
        /// With the reference of each message.
        ids: bool,
    },
    /// What was said before and after the match with this number of the last search.
    Around(usize),
    /// Messages with these words.
    Search(SearchRequest),
    /// Older ones than the last search has found.
    SearchMore,
    /// Register one's name with this password.
    Register(Password),
    /// Register one's name with the certificate of the connection, or group it to one's account.
    Claim,
    /// Remove a certificate from one's account.
    Forget(CertificatePrefix),
    /// Log in to an account under the current name.
    LogInTo {
        /// Whether to leave a session of that name alone.
        beside: bool,
        /// One of the account's names.
        name: Name,
        /// Its password, unless the connection has a certificate.
        password: Option<Password>,
    },
    /// Give up one's name, or the account if it is the account's own.
    Unclaim(Option<Password>),
    /// Change the password of one's account.
    ChangePassword {
        /// The password before.
        old: Password,
        /// The password from now on.
        new: Password,
    },
    /// Take another name.
    Rename {
        /// Which.
        name: Name,
        /// The password, if the name is registered.
        password: Option<Password>,
    },
    /// Change how one sees the chat, or ask how one does.
    Pref(PrefChange),
    /// Something about a room, which is the current one unless it names another.
    Room(RoomRequest),
    /// Delete a message.
    Delete(Seq),
    /// Take up a lost session.
    Resume(ResumeCode),
    /// This many of the newest entries of the audit log, or those before the last that were shown.
    AuditLog(Option<usize>),
    /// Leave the server, with the reason given.
    Quit(Option<Text>),
}

/// A request about a room.
#[derive(Clone, Debug, PartialEq)]
pub enum RoomRequest {
    /// What it is set to, and who governs it.
    Info(Option<RoomName>),
    /// Change a setting.
    Set(RoomSetting),
    /// Give it another name.
    Rename(RoomName),
    /// Give a person another standing. The name is as typed.
    Stand {
        /// The name, as typed.
        name: String,
        /// The change.
        change: StandingChange,
    },
    /// Put a person out of it.
    Eject {
        /// The name, as typed.
        name: String,
        /// The reason given.
        why: Option<Text>,
    },
    /// Bar people from it.
    Bar {
        /// The people it matches.
        mask: Mask,
        /// Whether a name covers its bearer's address too.
        cover_address: bool,
        /// The time it lasts.
        time: Option<Duration>,
        /// The reason given.
        why: Option<Text>,
    },
    /// Let people in again.
    Unbar(Listed),
    /// Its bars and mutes.
    Bars,
    /// Silence a person in it.
    Mute {
        /// The name, as typed.
        name: String,
        /// The time it lasts.
        time: Option<Duration>,
        /// The reason given.
        why: Option<Text>,
    },
    /// Lift a mute in it.
    Unmute(Name),
}

/// The request in a line at the name prompt.
#[derive(Clone, Debug, PartialEq)]
pub enum LoginLine {
    /// Log in under a name.
    Name {
        /// The name; any if `None`.
        name: Option<Name>,
        /// The password, if the name is registered.
        password: Option<Password>,
    },
    /// Take up a lost session.
    Resume(ResumeCode),
    /// The help for the prompt.
    Help,
    /// Leave.
    Quit,
}

/// The topic of `/help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpTopic {
    /// All commands at a glance.
    Overview,
    /// The commands of one group.
    Group(Group),
    /// One command.
    Command(&'static CommandSpec),
}

/// The range of `/history`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// The newest messages, this many, at least 1. The server may have a limit.
    Last(usize),
    /// Those of this time until now.
    For(Duration),
    /// Those from this moment on, in the reader's zone.
    From(Moment),
    /// The newest up to this moment.
    Until(Moment),
    /// Those from the first moment up to the second.
    Between(Moment, Moment),
    /// Those that follow where the last history ended.
    More,
}

/// What `/search` looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchRequest {
    /// All of these words, as typed: phrases are in quotation marks, and excluded words have a `-`
    /// before them. `None` if only the filters count.
    pub words: Option<Text>,
    /// Only messages of this person.
    pub from: Option<Name>,
    /// No messages of these people.
    pub not_from: Vec<Name>,
    /// Only messages in this room.
    pub room: Option<RoomName>,
    /// No messages in these rooms.
    pub not_in: Vec<RoomName>,
    /// Only messages before this moment, in the reader's zone.
    pub before: Option<Moment>,
    /// Only messages from this moment on.
    pub after: Option<Moment>,
}

/// A display setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pref {
    /// `/time`
    Time,
    /// `/tz`
    Zone,
    /// `/echo`
    Echo,
    /// `/quiet`
    Quiet,
    /// `/color`
    Color,
    /// `/bell`
    Bell,
}

impl Pref {
    /// The command that changes it.
    pub(super) fn command(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Zone => "tz",
            Self::Echo => "echo",
            Self::Quiet => "quiet",
            Self::Color => "color",
            Self::Bell => "bell",
        }
    }
}

/// A change of one [`Pref`], or a question about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrefChange {
    /// Leave it unchanged and show it.
    Show(Pref),
    /// `/time off|short|full`
    Time(TimeStyle),
    /// `/tz ZONE`: a zone of the IANA database in its canonical spelling, or the server's own.
    Zone(Option<Arc<str>>),
    /// `/echo on|off`
    Echo(bool),
    /// `/quiet on|off`
    Quiet(bool),
    /// `/color on|off`
    Color(bool),
    /// `/bell on|off`
    Bell(bool),
}

impl PrefChange {
    /// The setting: [`Renderer::pref`](super::render::Renderer::pref) confirms it.
    pub fn pref(&self) -> Pref {
        match self {
            Self::Show(pref) => *pref,
            Self::Time(_) => Pref::Time,
            Self::Zone(_) => Pref::Zone,
            Self::Echo(_) => Pref::Echo,
            Self::Quiet(_) => Pref::Quiet,
            Self::Color(_) => Pref::Color,
            Self::Bell(_) => Pref::Bell,
        }
    }

    /// The settings after the change; `None` if nothing changes.
    pub fn applied_to(self, prefs: &Prefs) -> Option<Prefs> {
        let mut prefs = prefs.clone();
        match self {
            Self::Show(_) => return None,
            Self::Time(time) => prefs.time = time,
            Self::Zone(zone) => prefs.zone = zone,
            Self::Echo(on) => prefs.echo = on,
            Self::Quiet(on) => prefs.hide_presence = on,
            Self::Color(on) => prefs.color = on,
            Self::Bell(on) => prefs.bell = on,
        }
        Some(prefs)
    }
}

/// The kind of a request, as far as a refusal has to name it. Small, because a session keeps one
/// for every line in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// Saying something: a refusal says that it was not sent.
    Speech,
    /// This command, without its `/`.
    Command(&'static str),
    /// Logging in, at the name prompt.
    Prompt,
}

/// A word that a person typed, made harmless and short enough to be shown back to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EchoedInput(String);

impl EchoedInput {
    /// Takes a word; what is too long for a name ends in `...`.
    pub(super) fn new(word: &str) -> Self {
        let short = &word[..word.floor_char_boundary(NAME_BYTES_MAX)];
        let mut shown: String =
            Text::parse(short).map_or_else(String::new, |text| text.deref().into());
        if short.len() < word.len() {
            shown.push_str("...");
        }
        Self(shown)
    }
}

impl fmt::Display for EchoedInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The error in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// The line is empty. It needs no answer, so it is rendered as nothing.
    Blank,
    /// A `/` without a command after it.
    NoCommand,
    /// There is no such command.
    UnknownCommand {
        /// The word after the `/`.
        typed: EchoedInput,
        /// The command probably meant.
        meant: Option<&'static str>,
    },
    /// There is no such help topic.
    UnknownTopic {
        /// The word, as typed.
        typed: EchoedInput,
        /// The command probably meant.
        meant: Option<&'static str>,
    },
    /// The command takes other arguments.
    Usage(&'static CommandSpec),
    /// A command, typed where a name is asked for.
    NeedsName(&'static str),
    /// Not the form of a name.
    BadName,
    /// A name that the server needs itself.
    ReservedName(EchoedInput),
    /// Not the form of a room's name.
    BadRoomName,
    /// Not the form of a room's password.
    BadRoomPassword,
    /// A value that a setting of a room does not accept.
    BadSetting {
        /// The setting.
        setting: &'static str,
        /// What it accepts.
        takes: &'static str,
    },
    /// No setting of a room.
    UnknownSetting {
        /// What was typed.
        typed: EchoedInput,
        /// The setting probably meant.
        meant: Option<&'static str>,
    },
    /// A room is named where the command acts in the one that the person talks in.
    Elsewhere {
        /// The command, as typed before other words.
        command: &'static str,
        /// The room.
        room: RoomName,
    },
    /// `off` where the reason of a ban, bar or mute stands: this command ends one.
    UndoneBy(&'static str),
    /// `list` or `off` where the name of a ban or bar stands.
    NoName {
        /// What was typed.
        typed: EchoedInput,
        /// `ban` or `bar`.
        command: &'static str,
    },
    /// Not the beginning of a certificate.
    BadCertificate,
    /// Not a length of time.
    BadTime(EchoedInput),
    /// A length of no time.
    NoTime(EchoedInput),
    /// A length of more than a century.
    TimeTooLong(EchoedInput),
    /// Not a number of lines, a length of time or a day.
    BadBack(EchoedInput),
    /// No lines, or a length of none.
    EmptyBack(EchoedInput),
    /// A history with nobody.
    WithWhom,
    /// No entries of the audit log.
    EmptyLog(EchoedInput),
    /// Neither a day nor a time of day.
    BadMoment(EchoedInput),
    /// No filter of a search.
    UnknownFilter {
        /// Its key, with the colon.
        key: EchoedInput,
        /// The word that contains it, to search for in quotation marks.
        word: EchoedInput,
    },
    /// The second filter of a kind.
    FilterTwice(EchoedInput),
    /// A search for words without any.
    NothingSought,
    /// Not the number of a match.
    BadMatch(EchoedInput),
    /// Not the reference of a message.
    BadMessage(EchoedInput),
    /// No zone of this name.
    BadZone {
        /// The word, as typed.
        typed: EchoedInput,
        /// The zone probably meant.
        meant: Option<String>,
    },
    /// Neither a name, an address nor a block, or not the block that it seems to be.
    BadMask(EchoedInput, MaskError),
    /// Not the form of a resume code.
    BadCode,
    /// A text that does not fit where it is shown.
    TooLong {
        /// Its length.
        bytes: usize,
        /// The greatest length.
        bytes_max: usize,
    },
    /// The password is longer than `PASSWORD_BYTES_MAX`.
    PasswordTooLong,
    /// The password has control characters.
    PasswordNotText,
}

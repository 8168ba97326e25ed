//! Parse errors in words, each with what would be right.

use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

use chinwag_core::MaskError;
use chinwag_core::limits::{PASSWORD_BYTES_MAX, ROOM_PASSWORD_BYTES_MAX};

use super::Renderer;
use crate::plain::Group;
use crate::plain::request::{EchoedInput, ParseError};

impl Renderer {
    /// Writes what is wrong with a line.
    pub fn parse_error(&self, out: &mut Vec<u8>, error: &ParseError) {
        if *error != ParseError::Blank {
            self.writer(out).alone(Sentence(error));
        }
    }

    /// Writes what is wrong with a line at the name prompt. Does not repeat the prompt: the caller
    /// knows whether there is another try.
    pub fn login_parse_error(&self, out: &mut Vec<u8>, error: &ParseError) {
        if *error != ParseError::Blank {
            self.writer(out).bare(Sentence(error));
        }
    }
}

struct Sentence<'a>(&'a ParseError);

impl Display for Sentence<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            ParseError::Blank => Ok(()),
            ParseError::NoCommand => f.write_str(
                "Type a command after the /. /help lists all. To say it, start with //.",
            ),
            ParseError::UnknownCommand { typed, meant } => {
                let meant = Meant(meant.as_ref(), "/");
                write!(
                    f,
                    "No command /{typed}.{meant} /help lists all. To say it, start with //."
                )
            }
            ParseError::UnknownTopic { typed, meant } => {
                let meant = Meant(meant.as_ref(), "/");
                write!(f, "No command /{typed}.{meant} /help lists all.")
            }
            ParseError::Usage(spec) => {
                write!(
                    f,
                    "Usage: {spec}. /help {} explains it.",
                    TopicOf(spec.name)
                )
            }
            ParseError::NeedsName(command) => {
                write!(f, "Type your name first. /{command} comes after it.")
            }
            ParseError::BadName => {
                f.write_str("A name is 1 to 32 letters, digits, - _ or . and starts with a letter.")
            }
            ParseError::ReservedName(name) => {
                write!(f, "\"{name}\" is reserved. Choose another.")
            }
            ParseError::BadRoomName => {
                f.write_str("A room name is 1 to 32 letters, digits, - _ or .")
            }
            error => about_values(f, error),
        }
    }
}

fn about_masks(f: &mut Formatter<'_>, typed: &EchoedInput, why: MaskError) -> fmt::Result {
    match why {
        MaskError::Nobody => write!(
            f,
            "\"{typed}\" is not a name, an address or a block. Write blocks as 192.0.2.0/24."
        ),
        MaskError::BothFamilies => write!(
            f,
            "\"{typed}\" holds IPv4 addresses too, which stand in ::ffff:0:0/96. Name a block of either: \
             0.0.0.0/0 is all of IPv4, and 2000::/3 of IPv6."
        ),
        MaskError::AllAddresses => write!(
            f,
            "\"{typed}\" is not one address but all. Leave the /0 out, or write 0.0.0.0/0."
        ),
    }
}

fn about_values(f: &mut Formatter<'_>, error: &ParseError) -> fmt::Result {
    match error {
        ParseError::BadSetting { setting, takes } => {
            write!(f, "/room {setting} takes {takes}.")
        }
        ParseError::UnknownSetting { typed, meant } => {
            let meant = Meant(meant.as_ref(), "");
            write!(f, "A room has no setting \"{typed}\".{meant} /help room lists all.")
        }
        ParseError::Elsewhere { command, room } => write!(
            f,
            "Type /{command} without {room}: it acts in the room that you talk in. /join {room} moves you there."
        ),
        ParseError::UndoneBy(command) => {
            write!(f, "\"off\" is not a reason. /{command} undoes it.")
        }
        ParseError::NoName { typed, command } => write!(
            f,
            "/{command}s lists them, /un{command} WHO ends one. /{command} name:{typed} is for a person of that name."
        ),
        ParseError::BadCertificate => f.write_str(
            "A certificate is named by its first digits, 4 at least: /account forget 3fa9c0. /account lists yours.",
        ),
        ParseError::BadMessage(typed) => write!(
            f,
            "\"{typed}\" is not the reference of a message. /history ids shows them."
        ),
        ParseError::BadRoomPassword => write!(
            f,
            "A room's password is one word of up to {ROOM_PASSWORD_BYTES_MAX} bytes. A room name has no blanks."
        ),
        ParseError::BadMask(typed, why) => about_masks(f, typed, *why),
        ParseError::BadCode => f.write_str("That code is not valid any more."),
        ParseError::TooLong { bytes, bytes_max } => {
            write!(f, "Too long: {bytes} bytes, the limit is {bytes_max}.")
        }
        ParseError::PasswordTooLong => {
            write!(f, "A password has at most {PASSWORD_BYTES_MAX} bytes.")
        }
        ParseError::PasswordNotText => f.write_str("A password has no control characters."),
        error => about_times(f, error),
    }
}

fn about_times(f: &mut Formatter<'_>, error: &ParseError) -> fmt::Result {
    match error {
        ParseError::BadTime(typed) => {
            write!(
                f,
                "\"{typed}\" is not a time. Write times as 90s, 10m, 2h, 7d or 1w."
            )
        }
        ParseError::NoTime(typed) => write!(
            f,
            "\"{typed}\" is no time at all. Write 1s or more, or no time: then it lasts until undone."
        ),
        ParseError::TimeTooLong(typed) => write!(
            f,
            "\"{typed}\" is more than 100 years. Write no time, and it lasts until undone."
        ),
        ParseError::BadBack(typed) => write!(
            f,
            "\"{typed}\" is not a number, a time or a day. Type /history 50, 2h, 2026-11-21, 14:00..15:30, more, #ROOM or with NAME."
        ),
        ParseError::EmptyBack(typed) => write!(
            f,
            "\"{typed}\" asks for nothing. Type /history 50, 2h, 2026-11-21, 14:00..15:30 or more."
        ),
        ParseError::WithWhom => f.write_str(
            "Type /history with NAME. A number or a time may follow: /history with gopher 2h.",
        ),
        ParseError::EmptyLog(typed) => {
            write!(
                f,
                "\"{typed}\" asks for nothing. Type /log 50 or /log more."
            )
        }
        ParseError::BadMoment(typed) => write!(
            f,
            "\"{typed}\" is not a day or a time. Those are written 2026-11-21, 2026-11-21 14:00, 14:00, yesterday or 2h."
        ),
        ParseError::BadZone { typed, meant } => {
            let meant = Meant(meant.as_ref(), "");
            write!(
                f,
                "No time zone \"{typed}\".{meant} Write zones as Europe/Berlin or UTC."
            )
        }
        error => about_search(f, error),
    }
}

fn about_search(f: &mut Formatter<'_>, error: &ParseError) -> fmt::Result {
    match error {
        ParseError::FilterTwice(key) => write!(f, "\"{key}\" is there twice. Give it once."),
        ParseError::UnknownFilter { key, word } => write!(
            f,
            "No filter \"{key}\". There are from:NAME in:#ROOM before:DATE after:DATE. To find the text, \
             quote it: \"{word}\"."
        ),
        ParseError::NothingSought => f.write_str(
            "There is no letter and no digit to look for. Type /search WORDS, \"A PHRASE\" or a filter such as \
             from:NAME.",
        ),
        ParseError::BadMatch(typed) => write!(
            f,
            "\"{typed}\" is not the number of a match. /search numbers what it finds."
        ),
        _ => Ok(()),
    }
}

/// ` Did you mean /join?`, if anything was.
struct Meant<'a, T>(Option<&'a T>, &'static str);

impl<T: Display> Display for Meant<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let sign = self.1;
        self.0
            .map_or(Ok(()), |meant| write!(f, " Did you mean {sign}{meant}?"))
    }
}

/// The topic to type after `/help` for a command: bare `op` and `rooms` are groups.
struct TopicOf(&'static str);

impl Display for TopicOf {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let sign = if Group::named(self.0).is_some() {
            "/"
        } else {
            ""
        };
        write!(f, "{sign}{}", self.0)
    }
}

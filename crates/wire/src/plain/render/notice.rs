//! Notices: what the server says to one connection that is neither an answer nor the chat's
//! refusal, and the farewell.

use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

use chinwag_core::limits::HISTORY_LINES_MAX;
use chinwag_core::{Duration, Name, QuitReason, RoomName};

use super::Renderer;
use super::moderation::Until;
use crate::dialect::Guesses;
use crate::plain::words::{Because, Count, Minute, lines};

/// A sentence from the server to one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The line has too many bytes.
    TooLong {
        /// How many.
        bytes: usize,
        /// The most.
        bytes_max: usize,
    },
    /// The line is not UTF-8.
    NotUtf8 {
        /// It looks like Windows-1252.
        is_windows_1252: bool,
    },
    /// The line is UTF-16.
    Utf16,
    /// Telnet mistook a part of a character for a key.
    Mangled,
    /// A script was refused the room that the line was meant for.
    Astray,
    /// More lines than allowed; the next is accepted after this time.
    SlowDown(Duration),
    /// The number of lines refused since.
    NotSent {
        /// This many more lines came too fast, after the one that was answered with
        /// [`SlowDown`](Self::SlowDown).
        lines: u64,
    },
    /// The reader was too far behind.
    Skipped {
        /// How many lines were left out.
        lines: u64,
    },
    /// The reader was too far behind, and the lines exist nowhere any more.
    Lost {
        /// How many.
        lines: u64,
    },
    /// Too many questions to the history, or passwords, are waiting.
    Busy,
    /// Too many wrong passwords: this one is checked after this time.
    PasswordWaits(Duration),
    /// The search has more words than allowed.
    SearchTooLong,
    /// The history cannot be read.
    NoHistory,
    /// There was no search yet.
    NoSearch,
    /// Everything that operators did was shown.
    NoOlderEntries,
    /// The last search has found everything.
    NoOlderMatches,
    /// The end of a range of the history is not after its start.
    BackwardRange,
    /// The last search has no match with this number.
    NoMatch {
        /// Which.
        number: usize,
    },
    /// Too many tries or too much time at the name prompt. The last line.
    NoName,
    /// The same at the prompt for the server's password. The last line.
    NoPassword,
    /// Another connection took up this session. The last line.
    Superseded,
    /// The server stops.
    Stopping,
}

/// `/history 312 shows them.` No history is longer than its limit, so the notice cannot promise
/// more.
struct HistoryHint(u64);

impl Display for HistoryHint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let shown = self.0.min(HISTORY_LINES_MAX as u64);
        let what = match self.0 {
            1 => "it",
            n if n > shown => "the newest",
            _ => "them",
        };
        write!(f, "/history {shown} shows {what}.")
    }
}

impl Renderer {
    /// `! You were behind: 312 lines of #dev skipped. /history 312 shows them.`
    pub fn skipped_in(&self, out: &mut Vec<u8>, skipped: u64, room: &RoomName) {
        let words = (lines(skipped), HistoryHint(skipped));
        let (lines, shown) = words;
        self.writer(out).alone(format_args!(
            "You were behind: {lines} of {room} skipped. {shown}"
        ));
    }

    /// Says it.
    pub fn notice(&self, out: &mut Vec<u8>, notice: Notice) {
        let writer = &mut self.writer(out);
        match notice {
            Notice::TooLong { .. } | Notice::NotUtf8 { .. } | Notice::Utf16 | Notice::Mangled => {
                writer.alone(format_args!("NOT sent: {}", Unread(notice)))
            }
            Notice::Astray => {
                writer.alone("NOT sent: the last /join was refused. /join lobby talks there.");
            }
            Notice::SlowDown(wait) => {
                let seconds = wait.as_millis().div_ceil(1_000).max(1);
                writer.alone(format_args!(
                    "Slow down: NOT sent. Try again in {seconds} s."
                ));
            }
            Notice::NotSent { lines: n } => {
                writer.alone(format_args!("{} NOT sent: too fast.", lines(n)));
            }
            Notice::Skipped { lines: n } => {
                writer.alone(format_args!(
                    "You were behind: {} skipped. {}",
                    lines(n),
                    HistoryHint(n)
                ));
            }
            Notice::Lost { lines: n } => {
                writer.alone(format_args!("You were behind: {} skipped.", lines(n)));
            }
            Notice::Busy => writer.alone("The server is busy. Try again in a moment."),
            Notice::PasswordWaits(wait) => {
                let seconds = wait.as_millis().div_ceil(1_000).max(1);
                writer.alone(format_args!(
                    "Many wrong guesses came from your address: yours is checked in {seconds} s."
                ));
            }
            Notice::SearchTooLong => {
                writer.alone("That is too much for one search: use at most 16 words or phrases.");
            }
            Notice::NoHistory => writer.alone("The server cannot read this part of the history."),
            Notice::NoSearch => writer.alone("Nothing was searched for yet. Type /search WORDS."),
            Notice::NoOlderEntries => writer.alone("The log has nothing older."),
            Notice::NoOlderMatches => writer.alone("The last search found no older messages."),
            Notice::BackwardRange => writer.alone("That range ends before it begins."),
            Notice::NoMatch { number } => writer.alone(format_args!(
                "There is no match {number}. /search numbers what it finds."
            )),
            Notice::NoName => writer.bare("No name chosen. Bye."),
            Notice::NoPassword => writer.bare("No password given. Bye."),
            Notice::Superseded => writer.alone("You signed in elsewhere."),
            Notice::Stopping => writer.alone("The server is stopping."),
        }
    }

    /// Tells the owner of a name that others tried to take it.
    pub fn guesses(&self, out: &mut Vec<u8>, guesses: &Guesses) {
        let Guesses {
            count,
            since,
            address,
        } = guesses;
        let passwords = Count(*count, "wrong password", "wrong passwords");
        let since = Minute(*since, &self.style.zone);
        self.writer(out).alone(format_args!(
            "{passwords} for this name since {since}, last from {address}."
        ));
    }

    /// `! "ann" is not registered: the password was not needed. /claim PASSWORD registers it.`
    pub fn password_not_needed(&self, out: &mut Vec<u8>, name: &Name) {
        self.writer(out).alone(format_args!(
            "\"{name}\" is not registered: the password was not needed. /claim PASSWORD registers it."
        ));
    }

    /// Tells a script that it has not joined, because its first line cannot be read.
    pub fn not_joined_unread(&self, out: &mut Vec<u8>, notice: Notice) {
        self.writer(out)
            .alone(format_args!("NOT joined: {}", Unread(notice)));
    }

    /// The last line for a person who leaves, after `lines_sent` lines of talk.
    pub fn farewell(&self, out: &mut Vec<u8>, name: &Name, why: &QuitReason, lines_sent: u64) {
        let writer = &mut self.writer(out);
        match why {
            QuitReason::Kicked { by, why } => {
                writer.alone(format_args!(
                    "You were kicked by {by}{}",
                    Because(why.as_deref())
                ));
            }
            QuitReason::Banned { until, why, .. } => {
                let (time, why) = (Until(*until), Because(why.as_deref()));
                writer.bare(format_args!("You are banned{time}{why}"));
            }
            QuitReason::TooSlow => writer.alone("Disconnected: your client stopped reading. Bye."),
            QuitReason::Restart => writer.alone("The server is stopping."),
            QuitReason::Quit(_)
            | QuitReason::Closed
            | QuitReason::Lost
            | QuitReason::TimedOut
            | QuitReason::TooFast => {
                writer.bare(format_args!("Bye, {name}. {} sent.", lines(lines_sent)));
            }
        }
    }
}

/// Why the server took a line neither as a message nor as a name.
struct Unread(Notice);

impl Display for Unread {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Notice::TooLong { bytes, bytes_max } => {
                write!(f, "{bytes} bytes, the limit is {bytes_max}.")
            }
            Notice::NotUtf8 {
                is_windows_1252: true,
            } => f.write_str("not valid UTF-8 (Windows-1252?)."),
            Notice::NotUtf8 { .. } => f.write_str("not valid UTF-8."),
            Notice::Utf16 => f.write_str("this is UTF-16. Send UTF-8."),
            _ => f.write_str("telnet mangled that; fixed now, please retype."),
        }
    }
}

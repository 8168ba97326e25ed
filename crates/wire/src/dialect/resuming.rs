//! What a client can be shown when it resumes a session of another connection.

use alloc::format;
use alloc::vec::Vec;

use chinwag_core::{Client, Event, PersonId, RoomName, Seq, Timestamp};

use super::{Dialect, Saved};
use crate::json;
use crate::plain;
use crate::prefs::Prefs;
use crate::zone::TimeZone;

/// How people see the chat who have chosen nothing.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// Their display settings.
    pub prefs: Prefs,
    /// The zone of those who have chosen none.
    pub zone: TimeZone,
}

impl Defaults {
    /// The lines that show a session what was done to its person, or in this room, for the next
    /// connection.
    pub fn deed(
        &self,
        (client, saved): (Client, Option<&Saved>),
        (event, me): (&Event, PersonId),
        room: Option<&RoomName>,
        now: Timestamp,
    ) -> Vec<u8> {
        let mut out = Vec::new();
        match client {
            Client::Json => json::put_deed(&mut out, event, room, me),
            Client::Nc | Client::Telnet => {
                let prefs = saved.map_or(&self.prefs, |saved| &saved.prefs);
                let crlf = client == Client::Telnet;
                let style = plain::Style::of(prefs, &self.zone, crlf);
                let mut renderer = plain::Renderer::new(style, now);
                renderer.deed(&mut out, event, room, me);
            }
            // IRC sessions are not resumed.
            Client::Irc => {}
        }
        out
    }
}

/// Whether a line shows a program this private message. Lines of other dialects do not say which
/// message they show.
pub fn is_private_message(line: &[u8], message: Seq) -> bool {
    let begin = format!("{{\"kind\":\"private\",\"seq\":{message},");
    line.starts_with(begin.as_bytes())
}

/// Whether a line, of a dialect whose sessions are resumed, shows a message or the day before one.
pub fn is_message(line: &[u8]) -> bool {
    match line.starts_with(b"{") {
        true => line.starts_with(b"{\"kind\":\"private\""),
        false => plain::is_message(line),
    }
}

impl Dialect {
    /// Whether another connection of the person can be shown the lines that were written to this
    /// one.
    pub fn is_shown_elsewhere(&self) -> bool {
        !matches!(self, Self::Irc(_))
    }

    /// Whether lines that were written to another connection of the person are of this dialect.
    pub fn reads(&self, lines: &[u8]) -> bool {
        // No line for people begins like an object, and those in IRC are shown nowhere else.
        match self {
            Self::Plain(_) => !lines.starts_with(b"{"),
            Self::Json(_) => lines.starts_with(b"{"),
            Self::Irc(_) => false,
        }
    }

    /// How many messages a client sees in these lines.
    pub fn messages_in(&self, lines: &[u8]) -> u64 {
        let lines = lines.split_inclusive(|&byte| byte == b'\n');
        let is_one = |line: &&[u8]| match self {
            Self::Plain(_) => plain::is_message(line),
            Self::Json(_) => json::is_message(line),
            Self::Irc(_) => true,
        };
        lines.filter(is_one).count() as u64
    }

    /// Whether the client can say on resuming up to which event it has read everything.
    pub fn resumes_by_number(&self) -> bool {
        matches!(self, Self::Json(_))
    }

    /// Whether these lines are events to such a client.
    pub fn proves(&self, lines: &[u8]) -> bool {
        self.resumes_by_number() && lines.starts_with(b"{\"kind\":")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_message_is_known_by_its_number() {
        let line = b"{\"kind\":\"private\",\"seq\":12,\"to\":\"ann\"}\n";
        assert!(is_private_message(line, Seq(12)));
        assert!(!is_private_message(line, Seq(1)));
        assert!(!is_private_message(
            b"{\"kind\":\"said\",\"seq\":12,}\n",
            Seq(12)
        ));
        assert!(!is_private_message(b"[14:03] bob to you: hi\n", Seq(12)));
    }

    #[test]
    fn a_program_counts_what_people_wrote() {
        for (kind, is_one) in [
            ("message", true),
            ("action", true),
            ("private", true),
            ("rank_message", true),
            ("messages", false),
            ("standing", false),
            ("topic", false),
        ] {
            let line = format!("{{\"kind\":\"{kind}\",\"seq\":12}}\n");
            assert_eq!(json::is_message(line.as_bytes()), is_one, "{kind}");
        }
        assert!(!json::is_message(b"{\"reply\":\"topic\"}\n"));
    }

    #[test]
    fn messages_are_told_from_other_lines_in_each_dialect() {
        let is_message = |line: &str| is_message(line.as_bytes());
        assert!(is_message("{\"kind\":\"private\",\"seq\":12}\n"));
        assert!(is_message("[14:03] bob -> you: hi\n"));
        assert!(is_message("--- Sun 22 Nov 2026 ---\n"));
        assert!(!is_message("{\"kind\":\"muted\",\"seq\":12}\n"));
        assert!(!is_message("! You are muted by lee.\n"));
    }
}

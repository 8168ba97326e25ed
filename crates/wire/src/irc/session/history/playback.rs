//! znc.in/playback: `PRIVMSG *playback :PLAY ROOMS [FROM [TO]]` shows what was said in the client's rooms
//! since it was last here, as CHATHISTORY does. Times are seconds since 1970 with a fraction.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::{Glob, Range, RoomName, RoomRef, Timestamp};

use super::{HistoryQuestion, LINES_MAX};
use crate::dialect::{Ask, Env, Past, Step};
use crate::irc::message::Message;
use crate::irc::session::{Question, Session};

/// The name that clients speak to.
const PLAYBACK: &str = "*playback";

/// Whether a name is that of the module of ZNC that plays what was said.
pub(in crate::irc::session) fn is_playback(target: &str) -> bool {
    target.eq_ignore_ascii_case(PLAYBACK)
}

impl Session {
    /// ZNC: another way to speak to `*playback`.
    pub(in crate::irc::session) fn znc(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let (target, text) = (message.param(0)?, message.param(1).unwrap_or_default());
        match is_playback(target) {
            true => self.playback(text, env, out),
            false => self.numeric(
                "401",
                format_args!("{target} :No such nick/channel"),
                env,
                out,
            ),
        }
        None
    }

    /// What is said to `*playback`.
    pub(in crate::irc::session) fn playback(
        &mut self,
        text: &str,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let mut words = text.split_ascii_whitespace();
        let command = words.next().unwrap_or_default().to_ascii_uppercase();
        let (rooms, from, to) = (words.next(), words.next(), words.next());
        let times = (seconds(from), to.map(|to| seconds(Some(to))));
        match (command.as_str(), rooms, times) {
            ("PLAY", Some(rooms), (Some(from), None)) => self.play(rooms, (from, None), env),
            ("PLAY", Some(rooms), (Some(from), Some(Some(to)))) => {
                self.play(rooms, (from, Some(to)), env);
            }
            // What was shown is no buffer of the client's own, so there is nothing to clear.
            ("CLEAR", Some(_), _) => {}
            _ => {
                let (server, nick) = (&env.settings.irc.server, self.nick());
                let words = "PLAY ROOMS [FROM [TO]], times in seconds since 1970";
                let line = format!(":{PLAYBACK}!playback@{server} NOTICE {nick} :{words}\r\n");
                out.extend_from_slice(line.as_bytes());
            }
        }
    }

    fn play(&mut self, rooms: &str, (from, to): (Timestamp, Option<Timestamp>), env: &Env<'_>) {
        let masks: Vec<Glob> = rooms.split(',').map(Glob::new).collect();
        let inside = self.rooms.iter().filter_map(|room| env.rooms.get(room));
        let is_played = |room: &&RoomName| {
            let name = format!("{room}");
            masks.iter().any(|mask| mask.matches(&name))
        };
        let played: Vec<RoomName> = inside.filter(is_played).cloned().collect();
        // What has the time of the last line that a client has, it has.
        let after = Timestamp(from.0.saturating_add(1));
        let range = match to {
            None if from == Timestamp(0) => Range::Last(LINES_MAX),
            None => Range::Since(after),
            Some(to) => Range::Between(after, Timestamp(to.0.saturating_add(1))),
        };
        for room in played {
            let (batch, target) = (self.next_batch(), format!("{room}"));
            let mut question = HistoryQuestion::new(batch, "PLAY", &target, LINES_MAX);
            question.wants_newest = to.is_none();
            let ask = Ask::History {
                of: Past::Room(RoomRef::Name(room)),
                range,
                detail: self.detail(),
                lines_max: LINES_MAX,
            };
            self.later(ask, Question::History(Box::new(question)));
        }
    }
}

/// A time in seconds since 1970, which may have a fraction; 1970 itself if there is none.
fn seconds(typed: Option<&str>) -> Option<Timestamp> {
    let Some(typed) = typed else {
        return Some(Timestamp(0));
    };
    let (whole, fraction) = typed.split_once('.').unwrap_or((typed, ""));
    let whole: u32 = whole.parse().ok()?;
    let mut digits: String = fraction.chars().take(3).collect();
    while digits.len() < 3 {
        digits.push('0');
    }
    let ms: u32 = digits.parse().ok()?;
    Some(Timestamp(i64::from(whole) * 1_000 + i64::from(ms)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: Option<i64>) {
        assert_eq!(seconds(Some(typed)), expected.map(Timestamp), "{typed}");
    }

    #[test]
    fn seconds_may_have_a_fraction() {
        check("0", Some(0));
        check("1795269720", Some(1_795_269_720_000));
        check("1795269720.5", Some(1_795_269_720_500));
        check("1795269720.1239", Some(1_795_269_720_123));
        check("1.", Some(1_000));
        for none in ["", "x", "1.x", "-1", "1e9", "9999999999999"] {
            check(none, None);
        }
    }
}

//! znc.in/playback: `PRIVMSG *playback :PLAY BUFFERS [FROM [TO]]` shows what was said since the
//! client was last here, like CHATHISTORY: in its rooms, and in private. Times are seconds since
//! 1970 with a fraction.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::{Glob, HistoryTarget, Range, RoomName, RoomRef, Timestamp};

use super::{HistoryQuestion, LINES_MAX};
use crate::dialect::{Ask, Env, Past, Step, Targets};
use crate::irc::message::{Message, shown};
use crate::irc::session::{Question, Session};

/// The name that clients address.
const PLAYBACK: &str = "*playback";

/// The most people whose private histories one PLAY shows: those who wrote last.
const PEOPLE_MAX: usize = 100;

/// The private histories to play, and their times.
#[derive(Clone, Debug)]
pub(in crate::irc::session) struct People {
    masks: Vec<Glob>,
    times: (Timestamp, Option<Timestamp>),
}

/// Whether a name is that of ZNC's playback module.
pub(in crate::irc::session) fn is_playback(target: &str) -> bool {
    target.eq_ignore_ascii_case(PLAYBACK)
}

impl Session {
    /// ZNC: another way to address `*playback`. ZNC takes what follows the name as one text, with
    /// or without a colon before it, and clients (The Lounge) send it without.
    pub(in crate::irc::session) fn znc(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let (target, text) = (message.param(0)?, message.rest(1).unwrap_or_default());
        match is_playback(target) {
            true => self.playback(&text, env, out),
            false => self.numeric(
                "401",
                format_args!("{} :No such nick/channel", shown(target)),
                env,
                out,
            ),
        }
        None
    }

    /// Handles a command to `*playback`.
    pub(in crate::irc::session) fn playback(
        &mut self,
        text: &str,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let mut words = text.split_ascii_whitespace();
        let command = words.next().unwrap_or_default().to_ascii_uppercase();
        let (buffers, from, to) = (words.next(), words.next(), words.next());
        let times = (seconds(from), to.map(|to| seconds(Some(to))));
        match (command.as_str(), buffers, times) {
            ("PLAY", Some(buffers), (Some(from), None)) => self.play(buffers, (from, None), env),
            ("PLAY", Some(buffers), (Some(from), Some(Some(to)))) => {
                self.play(buffers, (from, Some(to)), env);
            }
            // What was shown is no buffer of the client's own, so there is nothing to clear.
            ("CLEAR", Some(_), _) => {}
            _ => {
                let (server, nick) = (&env.settings.irc.server, self.nick());
                let words = "PLAY ROOM|NAME|* [FROM [TO]], times in seconds since 1970";
                let line = format!(":{PLAYBACK}!playback@{server} NOTICE {nick} :{words}\r\n");
                out.extend_from_slice(line.as_bytes());
            }
        }
    }

    fn play(&mut self, buffers: &str, times: (Timestamp, Option<Timestamp>), env: &Env<'_>) {
        self.stream_scope();
        let masks: Vec<Glob> = buffers.split(',').map(Glob::new).collect();
        let inside = self.rooms.iter().filter_map(|room| env.rooms.get(room));
        let is_played = |room: &&RoomName| {
            let name = format!("{room}");
            masks.iter().any(|mask| mask.matches(&name))
        };
        let rooms: Vec<RoomName> = inside.filter(is_played).cloned().collect();
        for room in rooms {
            let target = format!("{room}");
            self.play_one(&target, Past::Room(RoomRef::Name(room)), times);
        }
        let (many, people): (Vec<&str>, Vec<&str>) = buffers
            .split(',')
            .filter(|buffer| !buffer.is_empty() && !buffer.starts_with('#'))
            .partition(|buffer| buffer.contains(['*', '?']));
        for name in people.into_iter().take(PEOPLE_MAX) {
            self.play_one(name, Past::With(name.into()), times);
        }
        if many.is_empty() {
            return;
        }
        // Those with something newer; the newest, if there are too many.
        let ask = Ask::Targets(Targets {
            between: (Timestamp(i64::MAX), times.0),
            detail: self.detail(),
            targets_max: PEOPLE_MAX,
        });
        let masks = many.into_iter().map(Glob::new).collect();
        self.later(ask, Question::Play(Box::new(People { masks, times })));
    }

    /// Plays the private histories of people who match, out of all that the client has.
    pub(in crate::irc::session) fn play_people(
        &mut self,
        people: &People,
        targets: &[(HistoryTarget, Timestamp)],
    ) {
        for (target, _) in targets {
            let HistoryTarget::Person(name) = target else {
                continue;
            };
            if people.masks.iter().any(|mask| mask.matches(name.as_str())) {
                let past = Past::With(name.as_str().into());
                self.play_one(name.as_str(), past, people.times);
            }
        }
    }

    fn play_one(&mut self, target: &str, of: Past, times: (Timestamp, Option<Timestamp>)) {
        let (from, to) = times;
        // The client has everything of the same time as its last line.
        let after = Timestamp(from.0.saturating_add(1));
        let range = match to {
            None if from == Timestamp(0) => Range::Last(LINES_MAX),
            None => Range::Since(after),
            Some(to) => Range::Between(after, Timestamp(to.0.saturating_add(1))),
        };
        let batch = self.next_batch();
        let question = HistoryQuestion::new(batch, "PLAY", target, LINES_MAX);
        let ask = Ask::History {
            of,
            range,
            detail: self.detail(),
            lines_max: LINES_MAX,
        };
        self.later(ask, Question::History(Box::new(question)));
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

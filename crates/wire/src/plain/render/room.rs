//! What the log of a room shows: talk, and who comes and goes.

use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

use chinwag_core::{Event, Fact, Name, QuitReason, RoomName, Text};

use super::governed::Changed;
use super::talk::Saying;
use super::{LineWriter, Renderer};
use crate::plain::words::{AfterColon, people};

impl Renderer {
    /// An event as the log of `room` shows it; `current` if the reader talks there. Writes nothing
    /// for facts that no room shows.
    pub fn room_line(&mut self, out: &mut Vec<u8>, event: &Event, room: &RoomName, current: bool) {
        let room_if_needed = (!current).then_some(room);
        match &event.fact {
            Fact::Said {
                name, text, manner, ..
            } => {
                let saying = Saying {
                    name,
                    text,
                    manner: *manner,
                    room: room_if_needed,
                };
                self.said(out, event.at, &saying);
            }
            Fact::TopicSet { by, text, .. } => {
                topic(&mut self.writer(out), by, text.as_ref(), room_if_needed);
            }
            Fact::Deleted(deletion) => {
                let (by, inside) = (&deletion.by, InRoom(room_if_needed));
                self.writer(out)
                    .happened(format_args!("{by} deleted a message{inside}"));
            }
            fact => {
                if let Some(moved) = Moved::of(fact, room) {
                    self.writer(out).happened(moved);
                }
            }
        }
    }
}

fn topic(writer: &mut LineWriter<'_>, by: &Name, text: Option<&Text>, room: Option<&RoomName>) {
    let of_room = OfNamed(room);
    match text {
        Some(text) => writer.happened(format_args!("{by} set the topic{of_room}: {text}")),
        None => writer.happened(format_args!("{by} cleared the topic{of_room}")),
    }
}

/// ` of #dev`, if the room has to be named.
struct OfNamed<'a>(Option<&'a RoomName>);

impl Display for OfNamed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |room| write!(f, " of {room}"))
    }
}

/// ` in #dev`, if the room has to be named.
struct InRoom<'a>(Option<&'a RoomName>);

impl Display for InRoom<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |room| write!(f, " in {room}"))
    }
}

/// A movement ([`Fact::is_movement`]) in words.
pub struct Moved<'a> {
    fact: &'a Fact,
    room: &'a RoomName,
}

impl<'a> Moved<'a> {
    /// `None` if no line shows it.
    pub fn of(fact: &'a Fact, room: &'a RoomName) -> Option<Self> {
        let is_told = match fact {
            Fact::PresenceSummary { joined, left, .. } => joined + left > 0,
            _ => fact.is_movement(),
        };
        is_told.then_some(Self { fact, room })
    }
}

impl Display for Moved<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { fact, room } = *self;
        match fact {
            Fact::Joined { name, here, .. } => write!(f, "{name} joined {room} ({here} here)"),
            Fact::Left { name, .. } => write!(f, "{name} left {room}"),
            Fact::Quit(departed) => {
                let (name, why) = (&departed.name, Reason(&departed.why));
                write!(f, "{name} left {room} ({why})")
            }
            Fact::Returned(returned) => write!(f, "{} is back", returned.login.name),
            Fact::Renamed(renamed) => write!(f, "{} is now {}", renamed.old, renamed.new),
            Fact::RoomChanged(change) => Changed(change).fmt(f),
            Fact::RoomRenamed(renamed) => {
                let (by, old, new) = (&renamed.by, &renamed.old, &renamed.new);
                write!(f, "{by} renamed {old}: it is {new} from now on")
            }
            // A single person is named.
            Fact::PresenceSummary {
                joined,
                left,
                who: Some(name),
                why,
                here,
                ..
            } => match (joined, left, why) {
                (1, 0, _) => write!(f, "{name} joined {room} ({here} here)"),
                (0, 1, Some(why)) => write!(f, "{name} left {room} ({})", Reason(why)),
                _ => write!(f, "{name} left {room}"),
            },
            Fact::PresenceSummary {
                joined,
                left,
                why,
                here,
                ..
            } => crowd(f, *joined, *left, why.as_ref(), *here, room),
            _ => Ok(()),
        }
    }
}

fn crowd(
    f: &mut Formatter<'_>,
    joined: u32,
    left: u32,
    why: Option<&QuitReason>,
    here: u32,
    room: &RoomName,
) -> fmt::Result {
    match (joined, left, why) {
        (0, left, Some(why)) => {
            let (left, why) = (people(left), Reason(why));
            write!(f, "{left} left {room} ({why})")
        }
        (0, left, None) => write!(f, "{} left {room} ({here} here)", people(left)),
        (joined, 0, _) => write!(f, "{} joined {room} ({here} here)", people(joined)),
        (joined, left, _) => {
            let joined = people(joined);
            write!(f, "{joined} joined and {left} left {room} ({here} here)")
        }
    }
}

/// The reason of a leave, as the room reads it.
pub struct Reason<'a>(pub &'a QuitReason);

impl Display for Reason<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            QuitReason::Quit(why) => write!(f, "quit{}", AfterColon(why.as_ref())),
            QuitReason::Closed => f.write_str("connection closed"),
            QuitReason::Lost => f.write_str("connection lost"),
            QuitReason::TimedOut => f.write_str("timed out"),
            QuitReason::Kicked { by, why } => {
                write!(f, "kicked by {by}{}", AfterColon(why.as_deref()))
            }
            QuitReason::Banned { by, .. } => write!(f, "banned by {by}"),
            QuitReason::TooSlow => f.write_str("too slow"),
            QuitReason::TooFast => f.write_str("too fast"),
            QuitReason::Restart => f.write_str("server restart"),
        }
    }
}

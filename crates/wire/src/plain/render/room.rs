//! What the log of a room shows: talk, and who comes and goes.

use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

use chinwag_core::{Event, Fact, Name, QuitReason, RoomAct, RoomName, Text};

use super::governed::Changed;
use super::talk::Saying;
use super::{LineWriter, Renderer};
use crate::plain::words::{Why, people};

impl Renderer {
    /// One event as the log of `room` shows it; `current` if the reader talks there. Writes
    /// nothing for facts that no room sees.
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
            // It is for clients of IRC.
            Fact::RoomChanged(change) if matches!(change.act, RoomAct::Listed { .. }) => {}
            Fact::RoomChanged(change) => self.writer(out).happened(Changed(change)),
            Fact::Deleted(deletion) => {
                let (by, inside) = (&deletion.by, InRoom(room_if_needed));
                self.writer(out)
                    .happened(format_args!("{by} deleted a message{inside}"));
            }
            Fact::RoomRenamed(renamed) => {
                let (by, old, new) = (&renamed.by, &renamed.old, &renamed.new);
                self.writer(out)
                    .happened(format_args!("{by} renamed {old}: it is {new} from now on"));
            }
            fact => movement(&mut self.writer(out), fact, room),
        }
    }
}

fn topic(writer: &mut LineWriter<'_>, by: &Name, text: Option<&Text>, room: Option<&RoomName>) {
    let of_room = OfRoom(room);
    match text {
        Some(text) => writer.happened(format_args!("{by} set the topic{of_room}: {text}")),
        None => writer.happened(format_args!("{by} cleared the topic{of_room}")),
    }
}

/// ` of #dev`, where the room has to be told.
struct OfRoom<'a>(Option<&'a RoomName>);

impl Display for OfRoom<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |room| write!(f, " of {room}"))
    }
}

/// ` in #dev`, where the room has to be told.
struct InRoom<'a>(Option<&'a RoomName>);

impl Display for InRoom<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |room| write!(f, " in {room}"))
    }
}

fn movement(writer: &mut LineWriter<'_>, fact: &Fact, room: &RoomName) {
    match fact {
        Fact::Joined { name, here, .. } => {
            writer.happened(format_args!("{name} joined {room} ({here} here)"));
        }
        Fact::Left { name, .. } => writer.happened(format_args!("{name} left {room}")),
        Fact::Quit(departed) => {
            let (name, why) = (&departed.name, Reason(&departed.why));
            writer.happened(format_args!("{name} left {room} ({why})"));
        }
        Fact::Returned(returned) => {
            writer.happened(format_args!("{} is back", returned.login.name));
        }
        Fact::Renamed(renamed) => {
            writer.happened(format_args!("{} is now {}", renamed.old, renamed.new));
        }
        // One alone is told by name.
        Fact::PresenceSummary {
            joined,
            left,
            who: Some(name),
            why,
            here,
            ..
        } => match (joined, left, why) {
            (1, 0, _) => writer.happened(format_args!("{name} joined {room} ({here} here)")),
            (0, 1, Some(why)) => {
                writer.happened(format_args!("{name} left {room} ({})", Reason(why)))
            }
            _ => writer.happened(format_args!("{name} left {room}")),
        },
        Fact::PresenceSummary {
            joined,
            left,
            why,
            here,
            ..
        } => crowd(writer, (*joined, *left), why.as_ref(), *here, room),
        _ => {}
    }
}

fn crowd(
    writer: &mut LineWriter<'_>,
    (joined, left): (u32, u32),
    why: Option<&QuitReason>,
    here: u32,
    room: &RoomName,
) {
    match (joined, left, why) {
        (0, 0, _) => {}
        (0, left, Some(why)) => {
            let (left, why) = (people(left), Reason(why));
            writer.happened(format_args!("{left} left {room} ({why})"));
        }
        (0, left, None) => {
            writer.happened(format_args!("{} left {room} ({here} here)", people(left)));
        }
        (joined, 0, _) => {
            let joined = people(joined);
            writer.happened(format_args!("{joined} joined {room} ({here} here)"));
        }
        (joined, left, _) => {
            let joined = people(joined);
            writer.happened(format_args!(
                "{joined} joined and {left} left {room} ({here} here)"
            ));
        }
    }
}

/// The reason of a leave, as the room reads it.
struct Reason<'a>(&'a QuitReason);

impl Display for Reason<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            QuitReason::Quit(why) => write!(f, "quit{}", Why(why.as_ref())),
            QuitReason::Closed => f.write_str("connection closed"),
            QuitReason::Lost => f.write_str("connection lost"),
            QuitReason::TimedOut => f.write_str("timed out"),
            QuitReason::Kicked { by, why } => write!(f, "kicked by {by}{}", Why(why.as_deref())),
            QuitReason::Banned { by, .. } => write!(f, "banned by {by}"),
            QuitReason::TooSlow => f.write_str("too slow"),
            QuitReason::TooFast => f.write_str("too fast"),
            QuitReason::Restart => f.write_str("server restart"),
        }
    }
}

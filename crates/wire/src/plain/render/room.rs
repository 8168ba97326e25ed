//! What the log of a room shows: talk, and who comes and goes.

use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

use chinwag_core::{Departure, Event, Fact, Name, RoomName, Text};

use super::talk::Saying;
use super::{Page, Renderer};
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
                topic(&mut self.page(out), by, text.as_ref(), room_if_needed);
            }
            fact => movement(&mut self.page(out), fact, room),
        }
    }
}

fn topic(page: &mut Page<'_>, by: &Name, text: Option<&Text>, room: Option<&RoomName>) {
    let of_room = OfRoom(room);
    match text {
        Some(text) => page.happened(format_args!("{by} set the topic{of_room}: {text}")),
        None => page.happened(format_args!("{by} cleared the topic{of_room}")),
    }
}

/// ` of #dev`, where the room has to be told.
struct OfRoom<'a>(Option<&'a RoomName>);

impl Display for OfRoom<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |room| write!(f, " of {room}"))
    }
}

fn movement(page: &mut Page<'_>, fact: &Fact, room: &RoomName) {
    match fact {
        Fact::Joined { name, here, .. } => {
            page.happened(format_args!("{name} joined {room} ({here} here)"));
        }
        Fact::Left { name, .. } => page.happened(format_args!("{name} left {room}")),
        Fact::Departed(departed) => {
            let (name, why) = (&departed.name, Reason(&departed.why));
            page.happened(format_args!("{name} left {room} ({why})"));
        }
        Fact::Returned(returned) => {
            page.happened(format_args!("{} is back", returned.arrived.name));
        }
        Fact::Renamed(renamed) => {
            page.happened(format_args!("{} is now {}", renamed.old, renamed.new));
        }
        // One alone is told by name.
        Fact::Crowd {
            joined,
            left,
            who: Some(name),
            why,
            here,
            ..
        } => match (joined, left, why) {
            (1, 0, _) => page.happened(format_args!("{name} joined {room} ({here} here)")),
            (0, 1, Some(why)) => {
                page.happened(format_args!("{name} left {room} ({})", Reason(why)))
            }
            _ => page.happened(format_args!("{name} left {room}")),
        },
        Fact::Crowd {
            joined,
            left,
            why,
            here,
            ..
        } => crowd(page, (*joined, *left), why.as_ref(), *here, room),
        _ => {}
    }
}

fn crowd(
    page: &mut Page<'_>,
    (joined, left): (u32, u32),
    why: Option<&Departure>,
    here: u32,
    room: &RoomName,
) {
    match (joined, left, why) {
        (0, 0, _) => {}
        (0, left, Some(why)) => {
            let (left, why) = (people(left), Reason(why));
            page.happened(format_args!("{left} left {room} ({why})"));
        }
        (0, left, None) => {
            page.happened(format_args!("{} left {room} ({here} here)", people(left)));
        }
        (joined, 0, _) => {
            let joined = people(joined);
            page.happened(format_args!("{joined} joined {room} ({here} here)"));
        }
        (joined, left, _) => {
            let joined = people(joined);
            page.happened(format_args!(
                "{joined} joined and {left} left {room} ({here} here)"
            ));
        }
    }
}

/// Why somebody left, as the room is told.
struct Reason<'a>(&'a Departure);

impl Display for Reason<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Departure::Quit(why) => write!(f, "quit{}", Why(why.as_ref())),
            Departure::Closed => f.write_str("connection closed"),
            Departure::Lost => f.write_str("connection lost"),
            Departure::TimedOut => f.write_str("timed out"),
            Departure::Kicked { by, why } => write!(f, "kicked by {by}{}", Why(why.as_deref())),
            Departure::Banned { by, .. } => write!(f, "banned by {by}"),
            Departure::TooSlow => f.write_str("too slow"),
            Departure::Restart => f.write_str("server restart"),
        }
    }
}

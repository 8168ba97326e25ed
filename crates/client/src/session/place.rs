//! The room that the lines of a script are meant for: they go there, and nowhere else.
//!
//! A script does not look where it stands, and what it says may not be for everybody. So it stops where
//! the server puts it into another room, and does not go on there. It must not know how a line is sent. The decision that
//! shaped it: a line for another room than the lobby names it (`/msg #ops TEXT`), because the line that
//! is under way when the session is put out is read by the server after that. Out of the lobby nobody
//! can be put, so a line for the lobby needs no name, and no server has to understand that.

use super::Session;
use super::action::{Action, End, SessionOptions};
use super::phase::Phase;
use crate::heard::Heard;
use crate::note::Note;

/// Where everybody is who was told no room.
const LOBBY: &str = "lobby";

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Place {
    /// The room, without its `#`. None for a person, who sees where a line goes, and for a reader to
    /// whom every room is right.
    meant: Option<String>,
    /// How the session came out of a room, in the server's words.
    put_out: Option<String>,
    /// Why it is in another room than it should be.
    astray: Option<String>,
    /// The session has entered the room, and nothing tells yet that anybody was there before.
    seems_new: bool,
}

impl Place {
    pub(super) fn new(options: &SessionOptions) -> Self {
        let room = options.room.clone();
        let meant = match options.reads_only {
            true => room,
            false => Some(room.unwrap_or_else(|| LOBBY.to_owned())),
        };
        Self {
            meant: meant.filter(|_| !options.is_attended),
            ..Self::default()
        }
    }

    /// The room, if there is one that must be kept.
    pub(super) fn meant(&self) -> Option<&str> {
        self.meant.as_deref()
    }

    /// The room that a line has to name.
    pub(super) fn named(&self) -> Option<&str> {
        self.meant().filter(|room| !is_lobby(room))
    }

    /// Takes note of a line of the server. `is_wish` says that the session is about to go to another
    /// room because it was told to.
    pub(super) fn handle(&mut self, heard: &Heard<'_>, is_wish: bool) {
        let Some(meant) = &self.meant else {
            return;
        };
        match *heard {
            Heard::Place { room } if is_wish => {
                self.meant = Some(room.to_owned());
                self.astray = None;
            }
            Heard::Place { room } | Heard::TalksIn { room } if is_same(meant, room) => {
                self.astray = None;
            }
            Heard::Place { room } | Heard::TalksIn { room } => {
                let moved = format!("You talk in #{room} now, not in #{meant}.");
                self.astray = Some(self.put_out.take().unwrap_or(moved));
            }
            // Who comes back is told the room first.
            Heard::PutOut(words) if self.astray.is_some() => self.astray = Some(words.to_owned()),
            Heard::PutOut(words) => self.put_out = Some(words.to_owned()),
            Heard::RoomRenamed { from, to } if is_same(meant, from) => {
                self.meant = Some(to.to_owned());
            }
            _ => {}
        }
    }

    /// Finds out, from the lines of the first arrival, that the room may be one that nobody meant: to enter a room
    /// makes it, so a typo is no error. A room is known by people, messages or a topic.
    pub(super) fn handle_arrival(&mut self, heard: &Heard<'_>, plain: &str) -> Option<Note> {
        match heard {
            Heard::Place { room } => {
                let is_meant = self.named().is_some_and(|meant| is_same(meant, room));
                self.seems_new = is_meant && plain.ends_with(", alone.");
            }
            Heard::Now if std::mem::take(&mut self.seems_new) => {
                let room = self.named()?.to_owned();
                return Some(Note::MaybeNew { room });
            }
            Heard::Separator(_) | Heard::Other => self.seems_new = false,
            _ => {}
        }
        None
    }

    /// The script wanted to go to a room, and is not there or may not be.
    pub(super) fn handle_refused(&mut self, reason: &str) {
        if self.meant.is_some() {
            self.astray = Some(reason.to_owned());
        }
    }

    /// Why nothing more may be said, if that is so.
    pub(super) fn astray(&self) -> Option<&str> {
        self.astray.as_deref()
    }
}

impl Session {
    /// Whether the session goes to another room because it was told to.
    pub(super) fn is_moving(&self) -> bool {
        match &self.phase {
            Phase::Settling(settling, _) => settling.is_joining(),
            Phase::Live => self.talk.outgoing.is_moving(),
            _ => false,
        }
    }

    /// What is left is not said where it was not meant for.
    pub(super) fn stop_if_astray(&mut self) {
        if let Phase::Live | Phase::Settling(..) = self.phase
            && let Some(reason) = self.place.astray()
        {
            let end = End::Astray(reason.to_owned());
            self.ask_for(Action::Send("/quit".to_owned()));
            self.ask_for(Action::HangUp);
            self.end(end);
        }
    }
}

/// Whether it is the room that everybody can talk in.
pub(super) fn is_lobby(room: &str) -> bool {
    is_same(room, LOBBY)
}

pub(super) fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

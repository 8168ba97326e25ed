//! Taking over one's own session, on arrival or later. By NICK or by what NickServ calls GHOST the
//! client leaves its person for another person of the same account, and is in that person's rooms.
//! It is not welcomed a second time.
//!
//! A session that was another connection's alone comes with what that has missed. Only then does
//! the client ask for the topics and people of its rooms: pages of missed lines are an answer, and
//! a client has one at a time.

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::{Event, Fact, RoomId};

use super::moved::{Came, Moved};
use super::{Question, Session};
use crate::dialect::Env;
use crate::irc::line::{From, Tags, put};

/// A room that a client is in with its new person.
#[derive(Clone, Debug)]
pub(super) struct Entered {
    room: RoomId,
    /// The client was not in it before.
    is_new: bool,
    /// The client was shown lines that were missed there.
    has_missed: bool,
}

impl Session {
    /// Tells the client what it leaves, if anything. Returns the rooms that both persons are in.
    pub(super) fn leave_behind(
        &self,
        event: &Event,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Box<[RoomId]>> {
        let (login, rooms, was_lost) = match &event.fact {
            Fact::Returned(returned) => (&returned.login, &returned.rooms, returned.was_lost),
            Fact::Attached(attached) => (&attached.login, &attached.rooms, false),
            _ => return None,
        };
        self.here()?;
        let (kept, left): (Vec<RoomId>, Vec<RoomId>) =
            self.rooms.iter().partition(|room| rooms.contains(room));
        // Others see something else: that the person whom it leaves has gone.
        let moved = Moved::unseen(event);
        for room in left.iter().filter_map(|room| env.rooms.get(room)) {
            self.put_own_part(room, None, moved, out);
        }
        // The person whose place it takes was on its lists.
        if !was_lost && !kept.is_empty() {
            let from = From(&login.name, event.source.as_deref());
            Tags::of(event).put(out, self.caps);
            put(out, format_args!(":{from} QUIT :Taken over\r\n"));
        }
        self.put_own(
            &self.tags_at(moved),
            format_args!("NICK {}", login.name),
            out,
        );
        Some(kept.into())
    }

    /// The client has its person, and learns the rest with the answer to its command. `kept` are
    /// the rooms that it was in before, if it was anybody.
    pub(super) fn wait_for_rooms(&mut self, kept: Option<Box<[RoomId]>>) {
        self.pending.question = Some(Box::new(Question::TakenOver(kept, Came::new())));
    }

    /// What a client that has its person now was waiting for: the rooms that it was in before, if
    /// it was anybody, and those that it has entered.
    pub(super) fn take_arrival(&mut self) -> (Option<Box<[RoomId]>>, Came) {
        match self.take_question() {
            Some(Question::TakenOver(kept, came)) => (kept, came),
            Some(Question::LogIn(came)) => (None, came),
            _ => (None, Came::new()),
        }
    }

    /// Tells the client that it is in its rooms, except for those that it was in. What else there
    /// is to say of them comes later.
    pub(super) fn enter_all(
        &mut self,
        kept: &[RoomId],
        came: &[(RoomId, Moved)],
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Vec<Entered> {
        let mut entered = Vec::new();
        for &(room, moved) in came {
            // It may have left it meanwhile.
            if !self.rooms.contains(&room) {
                continue;
            }
            let is_new = !kept.contains(&room);
            if is_new {
                self.join_unasked(room, moved, env, out);
            }
            entered.push(Entered {
                room,
                is_new,
                has_missed: false,
            });
        }
        entered
    }

    /// Asks for what the client is told of rooms that it has entered, and for the people in those
    /// that it was in: they see it under another name.
    pub(super) fn ask_about_all(&mut self, entered: &[Entered], env: &Env<'_>) {
        for entered in entered {
            if entered.is_new {
                self.ask_about(entered.room, !entered.has_missed);
            } else if let Some(room) = env.rooms.get(&entered.room) {
                let (ask, question) = self.names_of_entered(room);
                self.later(ask, question);
            }
        }
    }

    /// The client has seen everything that the session has missed.
    pub(super) fn handle_caught_up(&mut self, env: &Env<'_>) {
        if let Some(Question::CatchingUp(entered)) = self.take_question() {
            self.ask_about_all(&entered, env);
        }
    }

    /// Notes that a room has missed lines. They are its newest.
    pub(super) fn note_missed_in(&mut self, room: RoomId) {
        if let Some(Question::CatchingUp(entered)) = self.pending.question.as_deref_mut() {
            let mut entered = entered.iter_mut();
            let found = entered.find(|entered| entered.room == room);
            found.into_iter().for_each(|found| found.has_missed = true);
        }
    }
}

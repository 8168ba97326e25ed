//! Taking over one's own name, by NICK or by what NickServ calls GHOST: the client leaves its
//! person for another person of the same account, and is in that person's rooms. It is not welcomed
//! a second time.

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::{Event, Fact, RoomId};

use super::{Question, Session};
use crate::dialect::Env;
use crate::irc::line::{From, put};

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
        for room in left.iter().filter_map(|room| env.rooms.get(room)) {
            self.put_own_part(room, None, out);
        }
        // The person whose place it takes was on its lists.
        if !was_lost && !kept.is_empty() {
            let from = From(&login.name, event.source.as_deref());
            put(out, format_args!(":{from} QUIT :Taken over\r\n"));
        }
        self.put_own(format_args!("NICK {}", login.name), out);
        Some(kept.into())
    }

    /// The client is the other person, and learns the rest with the answer to its command.
    pub(super) fn wait_for_rooms(&mut self, kept: Box<[RoomId]>) {
        self.pending.question = Some(Box::new(Question::TakenOver(kept)));
    }

    /// Tells the client that it is in more rooms, with their topics and past, and who is in those
    /// that it was in.
    pub(super) fn enter_others(&mut self, kept: &[RoomId], env: &Env<'_>, out: &mut Vec<u8>) {
        for id in self.rooms.clone() {
            if !kept.contains(&id) {
                self.enter_unasked(id, env, out);
            } else if let Some(room) = env.rooms.get(&id) {
                let (ask, question) = self.names_of_entered(room);
                self.later(ask, question);
            }
        }
    }

    /// Tells the client that it is in its rooms, except for those that it was in, and who else is.
    pub(super) fn enter_all(&mut self, kept: &[RoomId], env: &Env<'_>, out: &mut Vec<u8>) {
        for id in self.rooms.clone() {
            let Some(room) = env.rooms.get(&id) else {
                continue;
            };
            if !kept.contains(&id) {
                self.put_own_join(room, out);
            }
            let (ask, question) = self.names_of_entered(room);
            self.later(ask, question);
        }
    }
}

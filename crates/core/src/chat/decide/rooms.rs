//! Moving between rooms, and the end of empty ones.

use alloc::vec::Vec;

use crate::chat::state::TIDY_MAX;
use crate::chat::{Chat, Person};
use crate::command::{Outcome, RoomRef};
use crate::event::Fact;
use crate::ids::{LOBBY, PersonId, RoomId};
use crate::name::Name;
use crate::rejection::Rejection;
use crate::room_name::RoomName;
use crate::time::Timestamp;

impl Chat {
    pub(super) fn decide_join(
        &self,
        me: &Person,
        name: RoomName,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let known = self.rooms.named(&name);
        if let Some(room) = known.filter(|room| me.rooms.contains(room)) {
            return Ok(Outcome::Joined(room));
        }
        let rooms_max = self.settings.rooms_per_person_max;
        if me.rooms.len() >= rooms_max {
            return Err(Rejection::TooManyRooms { rooms_max });
        }
        let room = match known {
            Some(room) => room,
            None => self.decide_open(name, facts)?,
        };
        facts.push(self.joined(me.id, me.name.clone(), room));
        Ok(Outcome::Joined(room))
    }

    fn decide_open(&self, name: RoomName, facts: &mut Vec<Fact>) -> Result<RoomId, Rejection> {
        let rooms_max = self.settings.rooms_max;
        if self.rooms.len() >= rooms_max {
            return Err(Rejection::RoomsFull { rooms_max });
        }
        let room = self.rooms.next();
        facts.push(Fact::RoomOpened { room, name });
        Ok(room)
    }

    pub(super) fn joined(&self, person: PersonId, name: Name, room: RoomId) -> Fact {
        Fact::Joined {
            person,
            name,
            room,
            here: self.here(room) as u32 + 1,
        }
    }

    pub(super) fn decide_leave(
        &self,
        me: &Person,
        room: RoomRef,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let room = self.room_of(room)?;
        self.check_is_in(me, room)?;
        let is_last = me.rooms.len() == 1;
        if is_last && room == LOBBY {
            return Err(Rejection::OnlyLobby);
        }
        if is_last {
            // Everybody is in some room.
            facts.push(self.joined(me.id, me.name.clone(), LOBBY));
        }
        facts.push(Fact::Left {
            person: me.id,
            name: me.name.clone(),
            room,
        });
        Ok(Outcome::Left(room))
    }

    /// Checks that the person is in the room.
    pub(in crate::chat) fn check_is_in(&self, me: &Person, room: RoomId) -> Result<(), Rejection> {
        if me.rooms.contains(&room) {
            return Ok(());
        }
        Err(match self.room_name(room) {
            Some(name) => Rejection::NotInRoom(name.clone()),
            None => Rejection::RoomGone,
        })
    }

    /// The number of a room.
    ///
    /// # Errors
    /// [`Rejection::NoSuchRoom`], with the room probably meant, or [`Rejection::RoomGone`].
    pub(in crate::chat) fn room_of(&self, room: RoomRef) -> Result<RoomId, Rejection> {
        match room {
            RoomRef::Id(id) if self.rooms.contains(id) => Ok(id),
            RoomRef::Id(_) => Err(Rejection::RoomGone),
            RoomRef::Name(room) => self.rooms.named(&room).ok_or_else(|| {
                let meant = self.rooms.nearest(&room).cloned();
                Rejection::NoSuchRoom { room, meant }
            }),
        }
    }

    /// Closes some of the rooms that nobody would miss, and forgets some of what has run out.
    pub(super) fn decide_tidy(&self, now: Timestamp, facts: &mut Vec<Fact>) -> Outcome {
        let closable = self.rooms.closable();
        let more = closable.len() > TIDY_MAX;
        let closed: alloc::boxed::Box<[RoomId]> = closable.take(TIDY_MAX).collect();
        let has_expired = self.resumables.has_expired(now)
            || self.bans.has_expired(now)
            || self.mutes.has_expired(now);
        if has_expired || !closed.is_empty() {
            facts.push(Fact::Tidied { closed });
        }
        Outcome::Tidied { more }
    }
}

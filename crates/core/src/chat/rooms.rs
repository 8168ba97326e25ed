//! Moving between rooms, and the end of empty ones.

use alloc::vec::Vec;

use super::{Chat, Person};
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
        let known = self.room_called(&name);
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
        let room = RoomId(self.next_room);
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
        let room = self.own_room(me, room)?;
        let is_last = me.rooms.iter().all(|&other| other == room);
        if is_last && room == LOBBY {
            return Err(Rejection::OnlyLobby);
        }
        if is_last {
            // Nobody is nowhere.
            facts.push(self.joined(me.id, me.name.clone(), LOBBY));
        }
        facts.push(Fact::Left {
            person: me.id,
            name: me.name.clone(),
            room,
        });
        Ok(Outcome::Left(room))
    }

    pub(super) fn own_room(&self, me: &Person, room: RoomRef) -> Result<RoomId, Rejection> {
        let room = self.room_of(room)?;
        match (me.rooms.contains(&room), self.room_name(room)) {
            (true, _) => Ok(room),
            (false, Some(name)) => Err(Rejection::NotInRoom(name.clone())),
            (false, None) => Err(Rejection::RoomGone),
        }
    }

    /// The number of a room.
    ///
    /// # Errors
    /// [`Rejection::NoSuchRoom`] or [`Rejection::RoomGone`].
    pub(super) fn room_of(&self, room: RoomRef) -> Result<RoomId, Rejection> {
        match room {
            RoomRef::Name(name) => self.find_room(name),
            RoomRef::Id(id) if self.rooms.contains_key(&id) => Ok(id),
            RoomRef::Id(_) => Err(Rejection::RoomGone),
        }
    }

    /// The room of this name.
    ///
    /// # Errors
    /// [`Rejection::NoSuchRoom`], with the one that was probably meant.
    fn find_room(&self, room: RoomName) -> Result<RoomId, Rejection> {
        self.room_called(&room).ok_or_else(|| {
            let names = self.rooms.values().map(|room| &room.name);
            let meant = super::decide::closest(room.bare(), names, RoomName::bare).cloned();
            Rejection::NoSuchRoom { room, meant }
        })
    }

    pub(super) fn decide_tidy(&self, now: Timestamp, facts: &mut Vec<Fact>) {
        let idle = self.rooms.iter().filter(|(id, room)| {
            **id != LOBBY && room.members.is_empty() && room.topic.is_none() && !room.has_history
        });
        let mut closed: Vec<RoomId> = idle.map(|(id, _)| *id).collect();
        closed.sort_unstable();
        let restrictions = self.bans.iter().chain(&self.mutes);
        let run_out = self.resumables.iter().any(|parted| parted.until <= now)
            || restrictions
                .into_iter()
                .any(|restriction| !restriction.is_active(now));
        if run_out || !closed.is_empty() {
            facts.push(Fact::Tidied {
                closed: closed.into(),
            });
        }
    }
}

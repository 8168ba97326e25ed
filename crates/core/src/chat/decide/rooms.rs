//! Moving between rooms, and how rooms begin and end.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::ban::household_of;
use crate::chat::state::{Holder, Room, TIDY_MAX};
use crate::chat::{Chat, Person};
use crate::command::{Command, Outcome, RoomRef};
use crate::event::Fact;
use crate::ids::{LOBBY, PersonId, RoomId};
use crate::limits::ROOMS_ABANDONED_MAX;
use crate::metadata::MetadataOwner;
use crate::name::Name;
use crate::rejection::{Rejection, RoomRejection};
use crate::room::RoomPassword;
use crate::room_name::RoomName;
use crate::text::Text;
use crate::time::Timestamp;

impl Chat {
    /// Decides a person's entering or leaving a room.
    pub(super) fn decide_to_move(
        &self,
        me: &Person,
        command: Command,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        match command {
            Command::Join(room) => self.decide_join(me, room, None, now, facts),
            Command::JoinWith { room, password } => {
                self.decide_join(me, room, Some(password), now, facts)
            }
            Command::Leave { room, why } => self.decide_leave(me, room, why, facts),
            // No other command gets here.
            _ => Err(Rejection::NotHere),
        }
    }

    fn decide_join(
        &self,
        me: &Person,
        name: RoomName,
        password: Option<RoomPassword>,
        now: Timestamp,
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
        let found = known.and_then(|id| Some((id, self.rooms.get(id)?)));
        let room = match found {
            None => self.decide_open(me, name, now, facts)?,
            Some((id, room)) if room.is_abandoned(id) => self.decide_found(me, id, room, facts)?,
            Some((id, _)) => {
                self.check_may_enter(me, id, password.as_ref(), now)?;
                id
            }
        };
        facts.push(self.joined(me.id, me.name.clone(), room));
        Ok(Outcome::Joined(room))
    }

    /// Creates a room.
    fn decide_open(
        &self,
        me: &Person,
        name: RoomName,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<RoomId, Rejection> {
        self.check_look_of_room(me, &name, None)?;
        self.check_has_place(1)?;
        let mut servers = self.settings.read_only.iter();
        let is_servers = servers.any(|other| other.key() == name.key());
        if !is_servers {
            // Everybody reads the name of a room.
            self.check_may_be_heard(me, now)?;
            self.check_may_make(me, None)?;
        }
        let room = self.rooms.next();
        facts.push(Fact::RoomOpened { room, name });
        if !is_servers {
            facts.push(founded(me, room, false));
        }
        Ok(room)
    }

    /// Checks that one more room may take a place, and `more` rooms may exist in all.
    fn check_has_place(&self, more: usize) -> Result<(), Rejection> {
        let rooms_max = self.settings.rooms_max;
        let all_max = rooms_max.saturating_add(ROOMS_ABANDONED_MAX);
        let has_place = self.rooms.placed() < rooms_max && self.rooms.len() + more <= all_max;
        match has_place {
            true => Ok(()),
            false => Err(Rejection::RoomsFull { rooms_max }),
        }
    }

    /// Checks that the name of a new room is not similar to that of another room or of the
    /// server's, except for the room that has it already. Outsiders are not told the name of a
    /// hidden room.
    pub(super) fn check_look_of_room(
        &self,
        me: &Person,
        room: &RoomName,
        but: Option<RoomId>,
    ) -> Result<(), Rejection> {
        let found = self.rooms.look_alike(room, but);
        let known = found.filter(|id| self.knows(me, *id));
        let mut servers = self.settings.read_only.iter();
        let servers = servers.find(|other| other.key() != room.key() && other.looks_like(room));
        let other = known.and_then(|id| self.room_name(id)).or(servers);
        match found.is_some() || servers.is_some() {
            true => Err(Rejection::RoomLooksLike {
                room: room.clone(),
                other: other.cloned(),
            }),
            false => Ok(()),
        }
    }

    /// Checks that a room may get another name, which may be a new spelling of its own.
    pub(super) fn check_name_of_room(
        &self,
        me: &Person,
        id: RoomId,
        new: &RoomName,
    ) -> Result<(), Rejection> {
        let room = self.rooms.get(id).ok_or(Rejection::RoomGone)?;
        let other = self.rooms.named(new).filter(|other| *other != id);
        let is_known = other.is_some_and(|other| self.knows(me, other));
        let mut servers = self.settings.read_only.iter();
        let is_servers = servers.any(|other| other.key() == new.key());
        if is_known || is_servers || room.name.bare() == new.bare() {
            return Err(self.refusal(id, RoomRejection::NameTaken(new.clone())));
        }
        match self.rooms.look_alike(new, Some(id)) {
            None if room.name.key() == new.key() => Ok(()),
            _ => self.check_look_of_room(me, new, Some(id)),
        }
    }

    /// Founds an empty room without an owner anew. If it was private, only its name is kept.
    fn decide_found(
        &self,
        me: &Person,
        id: RoomId,
        room: &Room,
        facts: &mut Vec<Fact>,
    ) -> Result<RoomId, Rejection> {
        self.check_has_place(0)?;
        self.check_may_make(me, Some(id))?;
        let is_private = room
            .rules()
            .is_some_and(|rules| rules.settings.is_private());
        if !is_private {
            let owner = MetadataOwner::Room(id);
            let resets = room.rules().is_some() || self.metadata.of(&owner).is_some();
            facts.push(founded(me, id, resets));
            return Ok(id);
        }
        let (new, name) = (self.rooms.next(), room.name.clone());
        facts.push(Fact::RoomRetired { room: id });
        facts.push(Fact::RoomOpened { room: new, name });
        facts.push(founded(me, new, false));
        Ok(new)
    }

    /// Checks that nobody uses up the rooms for others.
    fn check_may_make(&self, me: &Person, known: Option<RoomId>) -> Result<(), Rejection> {
        let is_local = me.account.is_none() && household_of(me.session.address).is_none();
        if me.session.rank.operator || is_local {
            return Ok(());
        }
        let mut makers = Holder::all_of(me).into_iter();
        makers.try_for_each(|maker| self.check_may_make_for(&maker, known))
    }

    fn check_may_make_for(&self, maker: &Holder, known: Option<RoomId>) -> Result<(), Rejection> {
        let made = self.rooms.made_by(maker);
        let is_own = known.and_then(|id| self.rooms.get(id));
        let is_own = is_own.is_some_and(|room| room.is_made_by(maker));
        let all_max = self.settings.rooms_made_max;
        // Of few places nobody has more than half.
        let placed_max = all_max.min((self.settings.rooms_max / 2).max(1));
        let rooms_max = match made.placed >= placed_max {
            true => placed_max,
            false if made.all >= all_max && !is_own => all_max,
            false => return Ok(()),
        };
        Err(Rejection::TooManyRoomsMade { rooms_max })
    }

    pub(super) fn joined(&self, person: PersonId, name: Name, room: RoomId) -> Fact {
        Fact::Joined {
            person,
            name,
            room,
            here: self.here(room) as u32 + 1,
        }
    }

    fn decide_leave(
        &self,
        me: &Person,
        room: RoomRef,
        why: Option<Text>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let room = self.room_of(me, room)?;
        self.check_is_in(me, room)?;
        let is_last = me.rooms.len() == 1 && me.session.link.needs_room;
        if is_last && room == LOBBY {
            return Err(Rejection::OnlyLobby);
        }
        if is_last {
            facts.push(self.joined(me.id, me.name.clone(), LOBBY));
        }
        facts.push(Fact::Left {
            person: me.id,
            name: me.name.clone(),
            room,
            why,
            closed_by: None,
            account: me.account.clone(),
        });
        Ok(Outcome::Left(room))
    }

    /// Checks that the person is in the room.
    pub(in crate::chat) fn check_is_in(&self, me: &Person, room: RoomId) -> Result<(), Rejection> {
        if me.rooms.contains(&room) {
            return Ok(());
        }
        Err(
            match self.room_name(room).filter(|_| self.knows(me, room)) {
                Some(name) => Rejection::NotInRoom(name.clone()),
                None => Rejection::RoomGone,
            },
        )
    }

    /// Closes some rooms that nobody would miss, and forgets some entries that have expired.
    pub(super) fn decide_tidy(&self, now: Timestamp, facts: &mut Vec<Fact>) -> Outcome {
        let closable = self.rooms.closable();
        let more = closable.len() > TIDY_MAX;
        let closed: Box<[RoomId]> = closable.take(TIDY_MAX).collect();
        let has_expired = self.resumables.expired(now).is_some()
            || self.restricted.bans.has_expired(now)
            || self.restricted.mutes.has_expired(now);
        if has_expired || !closed.is_empty() {
            facts.push(Fact::Tidied { closed });
        }
        Outcome::Tidied { more }
    }
}

fn founded(me: &Person, room: RoomId, resets: bool) -> Fact {
    Fact::RoomFounded {
        room,
        person: me.id,
        owner: me.account.clone(),
        resets,
    }
}

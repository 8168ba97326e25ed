//! The state of the chat, and the two doors to it: [`Chat::decide`], which may refuse and changes
//! nothing, and [`Chat::apply`], which changes it and cannot fail.
//!
//! The state is what the events so far have made it, and nothing else: two chats to which the
//! same events were applied are equal. That is why whatever time or chance decides is written
//! into the facts, where replaying finds it.

mod apply;
mod arrive;
mod decide;
mod operate;
mod query;
mod registry;
mod rooms;
mod talk;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::HashMap;

use crate::answer::Topic;
use crate::ban::Restriction;
use crate::ids::{ConnId, LOBBY, PersonId, RoomId, Seq};
use crate::limits;
use crate::name::Name;
use crate::resume::ResumeCode;
use crate::room_name::RoomName;
use crate::text::Text;
use crate::time::{Duration, Timestamp};
use registry::Registry;

/// What an operator of the machine may choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// People at once.
    pub people_max: usize,
    /// Rooms at once.
    pub rooms_max: usize,
    /// Rooms that one person may be in.
    pub rooms_per_person_max: usize,
    /// Whether the first to arrive where there is no operator becomes one.
    pub first_operator: bool,
    /// Rooms where operators alone may speak.
    pub read_only: Vec<RoomName>,
    /// How long a lost session can be resumed.
    pub resume_time: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            people_max: limits::PEOPLE_MAX,
            rooms_max: limits::ROOMS_MAX,
            rooms_per_person_max: limits::ROOMS_PER_PERSON_MAX,
            first_operator: true,
            read_only: Vec::new(),
            resume_time: limits::RESUME_TIME,
        }
    }
}

/// What outlives a restart, as the store had it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The rooms that something was said in, or that have a topic.
    pub rooms: Vec<RoomSnapshot>,
    /// The registered names.
    pub registrations: Vec<Registration>,
    /// The bans.
    pub bans: Vec<Restriction>,
    /// The mutes.
    pub mutes: Vec<Restriction>,
    /// The message of the day.
    pub motd: Option<Text>,
    /// Whether only registered names may arrive.
    pub locked: bool,
}

/// A room of [`Snapshot`].
#[derive(Clone, Debug, PartialEq)]
pub struct RoomSnapshot {
    /// Its number.
    pub id: RoomId,
    /// Its name.
    pub name: RoomName,
    /// Its topic.
    pub topic: Option<Topic>,
}

/// A name that belongs to whoever knows its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The name.
    pub name: Name,
    /// The password's hash, in the PHC string format.
    pub password_hash: Arc<str>,
    /// Whether its bearer is a lasting operator.
    pub operator: bool,
}

/// What a decision may look at beside the state: the time, and numbers that nobody can foresee.
pub struct Env<'a> {
    /// The time.
    pub now: Timestamp,
    /// Sixty-four random bits at each call. Guest names and resume codes are made of them.
    pub roll: &'a mut dyn FnMut() -> u64,
}

/// Somebody who is here.
#[derive(Clone, Debug, PartialEq)]
struct Person {
    id: PersonId,
    conn: ConnId,
    name: Name,
    address: IpAddr,
    registered: bool,
    operator: bool,
    /// In the order in which it joined them. Never empty between two commands.
    rooms: Vec<RoomId>,
    arrived: Timestamp,
    spoke: Timestamp,
    said: u64,
    away: Option<Option<Text>>,
    /// The mute in force, whatever name the person has taken since.
    muted: Option<Box<Restriction>>,
    /// Who spoke to it alone last.
    last_teller: Option<PersonId>,
    ignores: Vec<Name>,
    code: ResumeCode,
}

/// Somebody whose connection was lost and who may come back.
#[derive(Clone, Debug, PartialEq)]
struct Resumable {
    person: Box<Person>,
    until: Timestamp,
    seen: Seq,
}

#[derive(Clone, Debug, PartialEq)]
struct Room {
    name: RoomName,
    /// In the order in which they came, but for the place that somebody who left gave to the last.
    members: Vec<PersonId>,
    topic: Option<Topic>,
    /// Whether something was said in it: then it stays when everybody leaves.
    has_history: bool,
}

/// The chat. Owned by one hub.
#[derive(Clone, Debug)]
pub struct Chat {
    settings: Settings,
    started: Timestamp,
    people: HashMap<PersonId, Box<Person>>,
    names: Registry<PersonId>,
    operators_here: usize,
    rooms: HashMap<RoomId, Room>,
    /// How many of them somebody is in.
    busy_rooms: usize,
    room_keys: HashMap<String, RoomId>,
    /// Oldest first.
    resumables: VecDeque<Resumable>,
    registrations: Registry<Arc<Registration>>,
    bans: Vec<Restriction>,
    mutes: Vec<Restriction>,
    motd: Option<Text>,
    locked: bool,
    said: u64,
    next_person: u64,
    next_room: u32,
}

impl Chat {
    /// A chat where nobody is, with what an earlier run has left.
    pub fn new(settings: Settings, snapshot: Snapshot, started: Timestamp) -> Self {
        let mut chat = Self {
            settings,
            started,
            people: HashMap::new(),
            names: Registry::default(),
            operators_here: 0,
            rooms: HashMap::new(),
            busy_rooms: 0,
            room_keys: HashMap::new(),
            resumables: VecDeque::new(),
            registrations: Registry::default(),
            bans: snapshot.bans,
            mutes: snapshot.mutes,
            motd: snapshot.motd,
            locked: snapshot.locked,
            said: 0,
            next_person: 1,
            next_room: LOBBY.0 + 1,
        };
        chat.open_room(LOBBY, RoomName::lobby());
        for room in snapshot.rooms {
            chat.open_room(room.id, room.name);
            if let Some(open) = chat.rooms.get_mut(&room.id) {
                open.topic = room.topic;
                open.has_history = true;
            }
        }
        for claim in snapshot.registrations {
            chat.registrations
                .insert(claim.name.clone(), Arc::new(claim));
        }
        chat
    }

    /// The name of a room.
    pub fn room_name(&self, room: RoomId) -> Option<&RoomName> {
        self.rooms.get(&room).map(|room| &room.name)
    }

    /// How many are in a room.
    pub fn here(&self, room: RoomId) -> usize {
        self.rooms.get(&room).map_or(0, |room| room.members.len())
    }

    /// How many people are on the server.
    pub fn people(&self) -> usize {
        self.people.len()
    }

    /// Everybody who is here, in no order.
    pub fn everybody(&self) -> impl Iterator<Item = PersonId> + '_ {
        self.people.keys().copied()
    }

    /// The rooms that a person is in; none if it is not here.
    pub fn rooms_of(&self, person: PersonId) -> &[RoomId] {
        self.people.get(&person).map_or(&[], |person| &person.rooms)
    }

    /// Follows other rules from now on. What the new rules would not have let come stays.
    pub fn configure(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Whether a person is connected.
    pub fn is_here(&self, person: PersonId) -> bool {
        self.people.contains_key(&person)
    }

    /// How long a lost session can be resumed.
    pub fn resume_time(&self) -> Duration {
        self.settings.resume_time
    }

    fn open_room(&mut self, id: RoomId, name: RoomName) {
        self.room_keys.insert(name.key(), id);
        self.next_room = self.next_room.max(id.0 + 1);
        let room = Room {
            name,
            members: Vec::new(),
            topic: None,
            has_history: false,
        };
        self.rooms.insert(id, room);
    }

    fn room_called(&self, name: &RoomName) -> Option<RoomId> {
        self.room_keys.get(&name.key()).copied()
    }
}

impl PartialEq for Chat {
    /// Whether both are in the same state. What one may be asked for in vain (`started`) does not
    /// count.
    fn eq(&self, other: &Self) -> bool {
        self.people == other.people
            && self.names == other.names
            && self.operators_here == other.operators_here
            && (&self.rooms, self.busy_rooms) == (&other.rooms, other.busy_rooms)
            && self.resumables == other.resumables
            && self.registrations == other.registrations
            && (&self.bans, &self.mutes) == (&other.bans, &other.mutes)
            && (&self.motd, self.locked) == (&other.motd, other.locked)
            && (self.next_person, self.next_room) == (other.next_person, other.next_room)
    }
}

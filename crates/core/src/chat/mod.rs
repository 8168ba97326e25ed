//! The state of the chat, and its two entry points: [`Chat::decide`], which may refuse and changes
//! nothing, and [`Chat::apply`], which changes the state and cannot fail.
//!
//! The state follows only from the events so far: two chats that were given the same events are
//! equal. So the facts record everything that time or chance decided, for a replay to find.
//!
//! The tables are in [`state`], the rules in [`decide`], the answers in [`query`].

mod apply;
mod decide;
mod irc;
mod kept;
mod metadata;
mod query;
mod settings;
mod state;
mod welcome;

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use ipnet::IpNet;

use crate::answer::Departed;
use crate::ban::household_of;
use crate::command::Caller;
use crate::event::{PrivateDeletion, PrivateMessage};
use crate::ids::{ConnId, LOBBY, PersonId, RoomId};
use crate::metadata::MetadataOwner;
use crate::name::Name;
use crate::room::{RoomSettings, Standing};
use crate::room_name::RoomName;
use crate::text::Text;
use crate::time::Timestamp;
use state::{
    AllMetadata, Holder, KickedSessions, People, Person, Registrations, RestrictionId,
    Restrictions, Resumables, RoomRules, Rooms, SentKeys,
};

pub use kept::{KeepsName, KeptConnection, KeptPrivate, KeptRights, KeptSession};
pub use settings::{FirstOperator, KeptRules, RoomSnapshot, ServerPassword, Settings, Snapshot};
pub use state::{Rank, RestrictionCursor, RoomCursor, Sender, Visit};

/// The time, and random numbers: everything besides the state that a decision depends on.
pub struct Inputs<'a> {
    /// The time.
    pub now: Timestamp,
    /// Returns 64 random bits for each call. Guest names and resume codes are made from them.
    pub roll: &'a mut dyn FnMut() -> u64,
}

/// Whom operators keep out of the server, or silence on all of it.
#[derive(Clone, Debug, PartialEq)]
struct Restricted {
    bans: Restrictions,
    mutes: Restrictions,
    /// Whether only registered names may arrive and speak.
    locked: bool,
}

/// The chat. The hub owns the only one.
#[derive(Clone, Debug)]
pub struct Chat {
    settings: Settings,
    started: Timestamp,
    people: People,
    rooms: Rooms,
    resumables: Resumables,
    kicked: KickedSessions,
    registrations: Registrations,
    metadata: AllMetadata,
    restricted: Restricted,
    sent_keys: SentKeys,
    /// People who have left, the newest last.
    departed: VecDeque<Departed>,
    motd: Option<Text>,
}

impl Chat {
    /// A chat without people, with the state that an earlier run left.
    pub fn new(settings: Settings, snapshot: Snapshot, started: Timestamp) -> Self {
        let mut chat = Self {
            settings,
            started,
            people: People::new(),
            rooms: Rooms::default(),
            resumables: Resumables::default(),
            kicked: KickedSessions::default(),
            registrations: Registrations::new(snapshot.accounts, snapshot.markers),
            metadata: AllMetadata::default(),
            restricted: Restricted {
                bans: Restrictions::new(snapshot.bans),
                mutes: Restrictions::new(snapshot.mutes),
                locked: snapshot.locked,
            },
            sent_keys: SentKeys::default(),
            departed: VecDeque::new(),
            motd: snapshot.motd,
        };
        for event in &snapshot.kept {
            chat.registrations.mail.keep(event, Vec::new());
        }
        for sent in &snapshot.sent_keys {
            chat.sent_keys.insert(sent);
        }
        chat.open_room(LOBBY, RoomName::lobby(), started);
        for room in snapshot.rooms {
            let created = room.created.unwrap_or(started);
            chat.open_room(room.id, room.name, created);
            chat.rooms.set_topic(room.id, room.topic, None);
            if room.has_history {
                chat.rooms.note_history(room.id);
            }
            chat.restore_rules(room.id, room.rules, started);
        }
        chat.rooms.set_next(snapshot.next_room);
        for (owner, change) in snapshot.metadata {
            let holders = chat.holders_of(&owner);
            chat.metadata.set(&owner, &[change], holders);
        }
        chat.note_registered_names();
        chat
    }

    /// Whose quota stored metadata counts against, if it is not known who set it.
    fn holders_of(&self, owner: &MetadataOwner) -> Vec<Holder> {
        match owner {
            MetadataOwner::Account(account) => Vec::from([Holder::account(account.name())]),
            MetadataOwner::Room(room) => {
                let room = self.rooms.get(*room);
                room.map_or_else(Vec::new, |room| room.makers().to_vec())
            }
            MetadataOwner::Guest(_) => Vec::new(),
        }
    }

    fn restore_rules(&mut self, id: RoomId, kept: KeptRules, now: Timestamp) {
        if kept == KeptRules::default() {
            return;
        }
        let mut standings = kept.standings.iter();
        let owner = standings.find(|(_, held)| held.standing == Standing::Owner);
        let maker = owner.map(|(name, _)| Holder::account(name));
        self.rooms.set_makers(id, maker.into_iter().collect());
        self.rooms.change_rules(id, |rules| {
            let moderated = rules.settings.moderated || kept.settings.moderated;
            rules.settings = RoomSettings {
                moderated,
                ..kept.settings
            };
            for (name, held) in &kept.standings {
                rules.set_account(name, Some(*held));
            }
            rules.masks = kept.masks;
            for bar in &kept.bars {
                rules.bars.put(bar, now, &[]);
            }
            for mute in &kept.mutes {
                rules.mutes.put(mute, now, &[]);
            }
        });
        let rules = self.rooms.rules(id);
        let accounts = rules.into_iter().flat_map(RoomRules::accounts_named);
        for account in accounts.collect::<Vec<_>>() {
            self.rooms.note_account(id, &account);
        }
    }

    /// A person, here or lost.
    fn person(&self, id: PersonId) -> Option<&Person> {
        let lost = || Some(&*self.resumables.get(id)?.person);
        self.people.get(id).or_else(lost)
    }

    /// The household of a person, here or lost; see [`household_of`](crate::household_of).
    pub fn household_of(&self, id: PersonId) -> Option<IpNet> {
        household_of(self.person(id)?.session.address)
    }

    /// When a room was made.
    pub fn room_created(&self, room: RoomId) -> Option<Timestamp> {
        self.rooms.get(room).map(|room| room.created)
    }

    /// The name of a room.
    pub fn room_name(&self, room: RoomId) -> Option<&RoomName> {
        self.rooms.get(room).map(|room| &room.name)
    }

    /// The names of all rooms, in no particular order.
    pub fn room_names(&self) -> impl Iterator<Item = (RoomId, &RoomName)> {
        self.rooms.iter().map(|(id, room)| (id, &room.name))
    }

    /// The number of people in a room.
    pub fn here(&self, room: RoomId) -> usize {
        self.rooms.get(room).map_or(0, |room| room.members.len())
    }

    /// The number of people on the server.
    pub fn people(&self) -> usize {
        self.people.len()
    }

    /// Everybody who is here, in no order.
    pub fn everybody(&self) -> impl Iterator<Item = PersonId> + '_ {
        self.people.ids()
    }

    /// The rooms that a person is in; none if they are not here.
    pub fn rooms_of(&self, person: PersonId) -> &[RoomId] {
        self.people.get(person).map_or(&[], |person| &person.rooms)
    }

    /// Whether a connection still speaks for a person.
    pub fn speaks_for(&self, person: PersonId, conn: ConnId) -> bool {
        let person = self.people.get(person);
        person.is_some_and(|person| person.is_on(conn))
    }

    /// The caller for a person, on their current connection.
    pub fn caller(&self, person: PersonId) -> Option<Caller> {
        let person = self.people.get(person)?;
        Some(Caller::Person {
            person: person.id,
            conn: person.session.conn,
            address: person.session.address,
            link: person.session.link,
        })
    }

    /// The mute in force for a person: the longest of those that match their name, account or any of
    /// their addresses, and of the one that has followed them from another.
    fn mute_of(&self, person: &Person, now: Timestamp) -> Option<RestrictionId> {
        if self.restricted.mutes.is_empty() {
            return None;
        }
        let (mutes, account) = (&self.restricted.mutes, person.account.as_ref());
        let on = |name| {
            let rank = || self.registrations.appointed(account?);
            let on = |address| self.restriction_on(mutes, Some(name), address, rank, now);
            let all = person.addresses().map(on);
            all.fold(None, |longest, mute| mutes.longer(longest, mute, now))
        };
        let followed = mutes.longer(person.mute(), account.and_then(on), now);
        mutes.longer(followed, on(&person.name), now)
    }

    /// Adopts other settings. People and rooms beyond the new limits stay.
    pub fn configure(&mut self, settings: Settings) {
        // The administrators were shown the code when the server started.
        let settings = Settings {
            operator_code: self.settings.operator_code,
            cloak_key: self.settings.cloak_key,
            ..settings
        };
        let before = core::mem::replace(&mut self.settings, settings);
        let named = |names: &[RoomName], name: &RoomName| {
            let mut names = names.iter();
            names.any(|other| other.key() == name.key())
        };
        for name in &before.read_only {
            if !named(&self.settings.read_only, name) {
                self.rooms.set_servers(name, false);
            }
        }
        for name in &self.settings.read_only {
            if !named(&before.read_only, name) {
                self.rooms.set_servers(name, true);
            }
        }
    }

    /// The account that owns a room, if one does.
    pub fn room_owner(&self, room: RoomId) -> Option<&Name> {
        self.rooms.rules(room)?.owner()
    }

    /// Whether a person who is here may know that a room exists.
    pub fn knows_room(&self, person: PersonId, room: RoomId) -> bool {
        let person = self.people.get(person);
        person.is_some_and(|person| self.knows(person, room))
    }

    /// The room of a name.
    pub fn room_called(&self, name: &RoomName) -> Option<RoomId> {
        self.rooms.named(name)
    }

    /// The number of the next room. No room has had it, nor a greater one.
    pub fn next_room(&self) -> RoomId {
        self.rooms.next()
    }

    /// The connection that a person is on.
    pub fn conn_of(&self, person: PersonId) -> Option<ConnId> {
        self.people.get(person).map(|person| person.session.conn)
    }

    /// Whether something is kept for the account that a person is logged in to.
    pub fn has_kept(&self, person: PersonId) -> bool {
        let person = self.people.get(person);
        let account = person.and_then(|person| person.account.as_ref());
        account.is_some_and(|account| self.has_mail(account))
    }

    /// Whether something is kept for an account.
    pub fn has_mail(&self, account: &Name) -> bool {
        self.registrations.mail.has(account)
    }

    /// Whether a reply by the receiver of a private message would have gone to another person until
    /// now.
    pub fn is_of_another(&self, message: &PrivateMessage) -> bool {
        let to = self.people.get(message.to);
        let sender = to.and_then(|to| to.last_sender());
        sender.is_none_or(|sender| sender.person != Some(message.from))
    }

    /// The people who were in a room when their link was lost, and may come back.
    pub fn absent_from(&self, room: RoomId) -> impl Iterator<Item = PersonId> {
        self.rooms.absent_from(room)
    }

    /// Whether a person's link is lost and their session kept.
    pub fn is_lost(&self, person: PersonId) -> bool {
        self.resumables.get(person).is_some()
    }

    /// The person whose link is lost and for whom a name is kept.
    pub fn keeper_of(&self, name: &Name, now: Timestamp) -> Option<PersonId> {
        Some(self.resumables.named(name, now)?.person.id)
    }

    /// People whose link is lost and who may not have seen a private message that was sent to them.
    pub fn lost_receivers(&self, deletion: &PrivateDeletion) -> Vec<PersonId> {
        let named = self.resumables.all_named(&deletion.to_name);
        let mut lost: Vec<PersonId> = named.map(|lost| lost.person.id).collect();
        if let Some(account) = &deletion.to_account {
            lost.extend(self.resumables.logged_in_to(account));
        }
        lost
    }

    /// Whether a person is connected.
    pub fn is_here(&self, person: PersonId) -> bool {
        self.people.get(person).is_some()
    }

    /// The time that a lost session can be resumed.
    pub fn resume_time(&self) -> crate::Duration {
        self.settings.resume_time
    }

    fn open_room(&mut self, id: RoomId, name: RoomName, at: Timestamp) {
        let key = name.key();
        let mut read_only = self.settings.read_only.iter();
        let is_servers = read_only.any(|named| named.key() == key);
        self.rooms.open(id, name, is_servers, at);
        if is_servers {
            self.rooms
                .change_rules(id, |rules| rules.settings.moderated = true);
        }
    }

    /// Asserts that all indexes agree with the tables, and the tables with one another. Takes time
    /// that grows with everything: for tests.
    #[doc(hidden)]
    pub fn check_invariants(&self) {
        self.people.check();
        self.rooms.check();
        self.rooms
            .check_absent(|id| Some(&self.resumables.get(id)?.person.rooms));
        self.resumables.check();
        self.registrations.mail.check();
        self.metadata.check();
        for owner in self.metadata.owners() {
            let has_owner = match owner {
                MetadataOwner::Account(key) => self.registrations.get(key.name()).is_some(),
                MetadataOwner::Guest(id) => self.is_here(*id),
                MetadataOwner::Room(id) => self.rooms.contains(*id),
            };
            assert!(has_owner, "{owner:?}");
        }
        self.restricted.bans.check();
        self.restricted.mutes.check();
        let mut memberships = 0;
        for person in self.people.ids().filter_map(|id| self.people.get(id)) {
            for room in &person.rooms {
                let room = self.rooms.get(*room).expect("a room that somebody is in");
                assert!(room.members.contains(&person.id));
            }
            memberships += person.rooms.len();
        }
        assert_eq!(self.rooms.memberships(), memberships);
    }

    /// The cheap part of [`check_invariants`](Self::check_invariants), after every event.
    #[cfg(debug_assertions)]
    fn are_counts_consistent(&self) -> bool {
        self.people.are_counts_consistent()
            && self.rooms.are_counts_consistent()
            && self.resumables.are_counts_consistent()
            && self.restricted.bans.are_counts_consistent()
            && self.restricted.mutes.are_counts_consistent()
    }
}

impl PartialEq for Chat {
    /// Compares everything that events make; `settings` and `started` are not part of it.
    fn eq(&self, other: &Self) -> bool {
        self.people == other.people
            && self.rooms == other.rooms
            && self.resumables == other.resumables
            && self.registrations == other.registrations
            && self.metadata == other.metadata
            && self.restricted == other.restricted
            && self.sent_keys == other.sent_keys
            && self.motd == other.motd
    }
}

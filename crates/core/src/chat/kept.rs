//! Sessions as they outlive a restart: lost ones, and those that were still connected.
//!
//! The resume codes are not part of this, since the store keeps only their hashes: the chat gives a
//! restored session a new code, and the hub knows which one the person was shown.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::state::{
    Activity, Rank, Resumable, RoomRestrictions, RoomRules, Sender, Session, Visit,
};
use super::{Chat, Person};
use crate::ban::Mask;
use crate::event::{Event, Fact};
use crate::ids::{ConnId, LOBBY, PersonId, RoomId, Seq};
use crate::ignore::Ignored;
use crate::link::{Client, Link};
use crate::name::Name;
use crate::past_name::PastName;
use crate::resume::ResumeCode;
use crate::room::{Held, Standing};
use crate::room_name::RoomName;
use crate::text::Text;
use crate::time::Timestamp;

/// A session, without its code.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptSession {
    /// The name that the person goes by.
    pub name: Name,
    /// The names that are the person's own, including the current one if it still is.
    pub names: Vec<PastName>,
    /// The account they are logged in to, and when it was created, if known: the name may belong to
    /// another account by then.
    pub account: Option<(Name, Option<Timestamp>)>,
    /// What it is connected by.
    pub connection: KeptConnection,
    /// Its rooms, in the order of joining.
    pub rooms: Vec<RoomId>,
    /// What it may do, and may not.
    pub rights: KeptRights,
    /// Whom they ignore.
    pub ignores: Vec<Ignored>,
    /// Whether they are away, and the reason if they gave one.
    pub away: Option<Option<Text>>,
    /// What they have said so far; `None` if unknown.
    pub visit: Option<Visit>,
    /// Until when the session can be resumed; `None` while it is connected.
    pub until: Option<Timestamp>,
    /// What they were told in private.
    pub private: KeptPrivate,
}

/// A person's rights and restrictions for the visit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptRights {
    /// Its rights on the server.
    pub rank: Rank,
    /// Whether the person is an operator without the account's right: a guest, for the visit, or as the first to
    /// arrive.
    pub operates_without_account: bool,
    /// Their standings in rooms: some of their own rooms, and others that invited them.
    pub standings: Vec<(RoomId, Held)>,
    /// Those of their own rooms that they have created as a guest.
    pub founded: Vec<RoomId>,
    /// The mask of the mute that has followed them from another name or address.
    pub muted: Option<Mask>,
    /// The masks of the bars of rooms that follow them.
    pub barred: Vec<(RoomId, Mask)>,
    /// The same for mutes.
    pub muted_in: Vec<(RoomId, Mask)>,
    /// From whom their name is kept while they are not here.
    pub keeps_name: KeepsName,
}

/// From whom the name of a session is kept after a restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeepsName {
    /// From nobody: a script comes back by its name, from wherever it runs.
    #[default]
    No,
    /// From other households: the restart cuts the session off.
    Elsewhere,
    /// From everybody: the link was lost before the restart, as people may have been told.
    Everywhere,
}

/// The connection of a session; the last one if its link is lost.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptConnection {
    /// Where it comes from.
    pub address: IpAddr,
    /// What it speaks.
    pub client: Client,
    /// Whether the session can be resumed after its link is lost; IRC sessions cannot.
    pub is_resumable: bool,
    /// Whether its client always shows a room.
    pub needs_room: bool,
    /// Whether a script is behind it.
    pub is_script: bool,
}

/// The private messages of a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptPrivate {
    /// Messages that came since its link was lost, oldest first, except those that are kept for its
    /// account.
    pub messages: Vec<Event>,
    /// How many others came and were dropped to make space.
    pub omitted: u64,
    /// Who has sent the last message.
    pub last_sender: Option<Sender>,
}

impl Chat {
    /// A person's session, connected or lost.
    pub fn kept_session(&self, id: PersonId) -> Option<KeptSession> {
        let person = self.person(id)?;
        let lost = self.resumables.get(id);
        let session = &person.session;
        let since = self.account_of(person).map(|account| account.since);
        Some(KeptSession {
            name: person.name.clone(),
            names: names_of(person, lost),
            account: person.account.clone().map(|name| (name, since)),
            connection: KeptConnection {
                address: session.address,
                client: session.link.client,
                is_resumable: session.link.client.resumes(),
                needs_room: session.link.needs_room,
                is_script: session.is_script,
            },
            rooms: person.rooms.to_vec(),
            rights: self.rights_of(person, lost),
            ignores: person.ignores().to_vec(),
            away: person.away().cloned(),
            visit: Some(person.open_visit()),
            until: lost.map(|lost| lost.until),
            private: KeptPrivate {
                messages: lost.map_or_else(Vec::new, |lost| lost.kept.clone()),
                omitted: lost.map_or(0, |lost| lost.omitted),
                last_sender: person.last_sender().cloned(),
            },
        })
    }

    fn rights_of(&self, person: &Person, lost: Option<&Resumable>) -> KeptRights {
        let held = |room| match lost {
            Some(lost) => lost.standing_in(room),
            None => self.rooms.rules(room)?.of_guest(person.id),
        };
        let rooms = person.rooms.iter();
        let standings = rooms.filter_map(|room| Some((*room, held(*room)?)));
        let invited = self.invitations_of(person);
        let invited = invited.map(|room| (room, Standing::Invited.into()));
        let founder = |room: &RoomId| self.rooms.rules(*room).and_then(RoomRules::founder);
        let founded = person.rooms.iter().copied();
        let founded = founded.filter(|room| founder(room) == Some(person.id));
        let mute = person.mute().and_then(|id| self.restricted.mutes.get(id));
        KeptRights {
            rank: person.session.rank,
            operates_without_account: self.is_operator_for_visit(person),
            standings: standings.chain(invited).collect(),
            founded: founded.collect(),
            muted: mute.map(|mute| mute.mask.clone()),
            barred: self.lists_following(person, |rules| &rules.bars),
            muted_in: self.lists_following(person, |rules| &rules.mutes),
            keeps_name: match lost {
                Some(lost) if lost.keeps_name => KeepsName::Everywhere,
                Some(lost) if lost.keeps_name_at_home => KeepsName::Elsewhere,
                None if !person.session.is_script => KeepsName::Elsewhere,
                _ => KeepsName::No,
            },
        }
    }

    /// The masks of one of the lists of each room that follow a person.
    fn lists_following(
        &self,
        person: &Person,
        list: impl Fn(&RoomRules) -> &RoomRestrictions,
    ) -> Vec<(RoomId, Mask)> {
        let rooms = person.listed().iter();
        let rooms = rooms.filter_map(|room| Some((*room, self.rooms.rules(*room)?)));
        let all = rooms.flat_map(|(room, rules)| {
            let all = list(rules).all_following(person.id);
            all.map(move |restriction| (room, restriction.mask.clone()))
        });
        all.collect()
    }

    /// Lets bars and mutes follow a person again.
    fn follow_again(&mut self, person: &mut Person, rights: &KeptRights) {
        let id = person.id;
        for (room, _) in rights.barred.iter().chain(&rights.muted_in) {
            person.note_listed(*room);
        }
        for (room, mask) in &rights.barred {
            self.change_lists(*room, |rules| rules.bars.follow(id, mask));
        }
        for (room, mask) in &rights.muted_in {
            self.change_lists(*room, |rules| rules.mutes.follow(id, mask));
        }
    }

    /// Changes the lists of a room that has any.
    fn change_lists(&mut self, room: RoomId, change: impl FnOnce(&mut RoomRules)) {
        if self.rooms.rules(room).is_some() {
            self.rooms.change_rules(room, change);
        }
    }

    /// The rooms that a guest is invited to.
    fn invitations_of(&self, person: &Person) -> impl Iterator<Item = RoomId> {
        let is_invited = |room: &RoomId| {
            let rules = self.rooms.rules(*room);
            let held = rules.and_then(|rules| rules.of_guest(person.id));
            held.is_some_and(|held| held.standing == Standing::Invited)
        };
        person.invited().iter().copied().filter(is_invited)
    }

    /// Restores the invitations of a person of an earlier run.
    fn invite_again(&mut self, person: &mut Person, rooms: impl Iterator<Item = RoomId>) {
        for room in rooms {
            let is_there = self.rooms.contains(room);
            if is_there && !person.rooms.contains(&room) {
                let invited = Some(Standing::Invited.into());
                self.rooms
                    .change_rules(room, |rules| rules.set_guest(person.id, invited));
                person.note_invited(room);
            }
        }
    }

    /// All names of a person that are their own, connected or lost.
    pub fn names_of(&self, id: PersonId) -> Vec<PastName> {
        let person = self.person(id);
        person.map_or_else(Vec::new, |person| names_of(person, self.resumables.get(id)))
    }

    /// The code of a session, connected or lost.
    pub fn code_of(&self, id: PersonId) -> Option<ResumeCode> {
        Some(self.person(id)?.session.code)
    }

    /// Makes sure that nobody gets a number that a person of an earlier run had.
    pub fn number_people_after(&mut self, id: PersonId) {
        self.people.next = self.people.next.max(id.0 + 1);
    }

    /// Opens again a room of an earlier run of which nothing was stored, for the sessions that come
    /// back to it. Returns whether it is open: its name may be another's by now, or look like one.
    pub fn reopen_room(&mut self, id: RoomId, name: &RoomName, now: Timestamp) -> bool {
        if self.rooms.look_alike(name, None).is_none() && !self.rooms.contains(id) {
            self.open_room(id, name.clone(), now);
        }
        self.rooms.contains(id)
    }

    /// Closes the rooms that nobody would miss, when the sessions of an earlier run are restored:
    /// nothing was said in them, and nobody comes back to them.
    pub fn close_deserted(&mut self) -> Box<[RoomId]> {
        let closed: Box<[RoomId]> = self.rooms.closable().collect();
        closed.iter().for_each(|room| self.close_room(*room));
        closed
    }

    /// Restores a session of an earlier run, under a code that nobody has, and with the number that
    /// its person had, if known. Operator rights that were taken meanwhile are gone. The name of a
    /// session that the restart has cut off is kept from everybody but its household: people who come
    /// back without their code must not find themselves locked out.
    pub fn restore(
        &mut self,
        id: Option<PersonId>,
        kept: KeptSession,
        until: Timestamp,
        seen: Seq,
        code: ResumeCode,
    ) -> PersonId {
        // A session that was resumed just before a kill may have two rows.
        let id = id.filter(|id| self.resumables.get(*id).is_none());
        let id = id.unwrap_or(PersonId(self.people.next));
        self.number_people_after(id);
        let mut person = self.person_of(id, &kept, code, until, seen);
        let mut rooms = kept.rooms;
        rooms.retain(|room| self.rooms.contains(*room));
        if rooms.is_empty() {
            rooms.push(LOBBY);
        }
        self.follow_again(&mut person, &kept.rights);
        let standings = kept.rights.standings.into_iter();
        let (standings, others): (Vec<_>, Vec<_>) =
            standings.partition(|(room, _)| rooms.contains(room));
        for room in kept.rights.founded {
            self.rooms
                .change_rules(room, |rules| rules.restore_founder(id));
        }
        person.rooms = rooms.into();
        let invited = others.into_iter();
        let invited = invited.filter(|(_, held)| held.standing == Standing::Invited);
        self.invite_again(&mut person, invited.map(|(room, _)| room));
        let owns_name = self.owns(person.account.as_ref(), &person.name);
        let keeps_name = kept.rights.keeps_name;
        let mut messages = kept.private.messages;
        for event in &mut messages {
            if let Fact::PrivateMessage(message) = &mut event.fact {
                message.to = id;
            }
        }
        self.keep_lost(Resumable {
            person: Box::new(person),
            until,
            seen,
            keeps_name: keeps_name == KeepsName::Everywhere,
            owns_name,
            is_restored: true,
            keeps_name_at_home: keeps_name == KeepsName::Elsewhere,
            kept: messages,
            omitted: kept.private.omitted,
            standings,
        });
        id
    }

    /// The person of a session of an earlier run, in no room yet, with those of their rights that
    /// still hold.
    fn person_of(
        &self,
        id: PersonId,
        kept: &KeptSession,
        code: ResumeCode,
        until: Timestamp,
        seen: Seq,
    ) -> Person {
        let account = kept.account.as_ref().and_then(|(name, since)| {
            let account = self.registrations.get(name)?;
            let is_same = since.is_none_or(|since| since == account.since);
            is_same.then_some(account)
        });
        let rank = kept.rights.rank;
        // What an account gave may have been taken since. Of what was given for the visit, or to the first to
        // arrive, nothing but the session knows.
        let lasts =
            kept.rights.operates_without_account || account.is_some_and(|account| account.operator);
        let session = Session {
            conn: ConnId(0),
            link: Link {
                client: kept.connection.client,
                ..Link::default()
            },
            address: kept.connection.address,
            code,
            rank: Rank {
                operator: rank.operator && lasts,
                ..rank
            },
            is_script: kept.connection.is_script,
        };
        // What was said under the name meanwhile may be somebody else's, unless nobody else could have it.
        let (borne, past): (Vec<_>, Vec<_>) =
            kept.names.iter().cloned().partition(PastName::is_borne);
        let named = borne.first().map_or(seen, |borne| borne.since);
        let mut activity = Activity::from(until, named);
        activity.visit = kept.visit.unwrap_or(activity.visit);
        let (name, account) = (
            kept.name.clone(),
            account.map(|account| account.name.clone()),
        );
        let mut person = Person::new(id, name, account, session, activity);
        person.set_past_names(past);
        person.set_away(kept.away.clone());
        let muted = kept.rights.muted.as_ref();
        person.set_mute(muted.and_then(|mask| self.restricted.mutes.with_mask(mask)));
        for who in &kept.ignores {
            person.set_ignored(who.clone(), true);
        }
        if let Some(sender) = kept.private.last_sender.clone() {
            let is_of_earlier_run = true;
            person.set_last_sender(Sender {
                is_of_earlier_run,
                ..sender
            });
        }
        person
    }
}

/// The names that belong to a person. One that is no longer kept for them does not.
fn names_of(person: &Person, lost: Option<&Resumable>) -> Vec<PastName> {
    let until = match lost {
        Some(lost) if !lost.keeps_name => lost.seen,
        _ => PastName::NOW,
    };
    let current = PastName {
        name: person.name.clone(),
        since: person.activity.named,
        until,
    };
    let is_any = current.since < current.until;
    let past = person.past_names().iter().cloned();
    past.chain(is_any.then_some(current)).collect()
}

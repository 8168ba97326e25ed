//! Sessions as they outlive a restart: those that are lost, and those that were still connected.
//!
//! Codes do not belong to it, since the store keeps only their hashes: a session that is
//! restored gets a code of its own, and the keeper knows which one was shown to the person.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::state::{Activity, Ignored, Rank, Resumable, Room, Sender, Session};
use super::{Chat, Person};
use crate::event::Event;
use crate::ids::{ConnId, LOBBY, PersonId, RoomId, Seq};
use crate::link::Link;
use crate::name::Name;
use crate::resume::ResumeCode;
use crate::room::{Held, Standing};
use crate::time::Timestamp;

/// A session, without its code.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptSession {
    /// The name that the person goes by.
    pub name: Name,
    /// The account that it is logged in to, and when that came into being, if it is known: the name may be
    /// that of another by the time.
    pub account: Option<(Name, Option<Timestamp>)>,
    /// Whether it can be taken up after its link is lost: clients of IRC cannot.
    pub is_resumable: bool,
    /// Whether its client always shows a room.
    pub needs_room: bool,
    /// Its rooms, in the order of joining, and what it is in each for the visit.
    pub rooms: Vec<(RoomId, Option<Held>)>,
    /// The rooms that it is invited to for the visit and has not entered.
    pub invited: Vec<RoomId>,
    /// The names that it ignores, and the people behind them.
    pub ignores: Vec<(Name, Option<PersonId>)>,
    /// The address that it was at.
    pub address: IpAddr,
    /// Whether it is an operator, and whether that ends with the visit.
    pub operator: (bool, bool),
    /// Whether it is a script.
    pub is_script: bool,
    /// When the person came, when it last said something, and how many lines it has said; `None` if that
    /// is not known.
    pub visit: Option<(Timestamp, Timestamp, u64)>,
    /// Until when it can be resumed; `None` while it is connected.
    pub until: Option<Timestamp>,
    /// Private messages that came since it was lost, oldest first, but for those that are kept for its account.
    pub kept: Vec<Event>,
    /// Who has sent the last private message.
    pub last_sender: Option<Sender>,
}

impl Chat {
    /// A person's session, connected or lost.
    pub fn kept_session(&self, id: PersonId) -> Option<KeptSession> {
        let lost = self.resumables.get(id);
        let person = self.people.get(id).or(lost.map(|lost| &*lost.person))?;
        let Rank {
            operator,
            for_visit,
        } = person.session.rank;
        let held = |room| match lost {
            Some(lost) => lost.standing_in(room),
            None => self.rooms.get(room)?.rules()?.of_guest(id),
        };
        let rooms = person.rooms.iter();
        let since = self.account_of(person).map(|account| account.since);
        let ignores = person.ignores().iter();
        let ignores = ignores.map(|ignored| (ignored.name.clone(), ignored.person));
        Some(KeptSession {
            name: person.name.clone(),
            account: person.account.clone().map(|name| (name, since)),
            is_resumable: person.session.link.client.resumes(),
            needs_room: person.session.link.needs_room,
            rooms: rooms.map(|room| (*room, held(*room))).collect(),
            invited: self.invitations_of(person).collect(),
            ignores: ignores.collect(),
            address: person.session.address,
            operator: (operator, for_visit),
            is_script: person.session.is_script,
            visit: Some(person.activity.visit()),
            until: lost.map(|lost| lost.until),
            kept: lost.map_or_else(Vec::new, |lost| lost.kept.clone()),
            last_sender: person.last_sender().cloned(),
        })
    }

    /// The rooms that a guest is invited to.
    fn invitations_of(&self, person: &Person) -> impl Iterator<Item = RoomId> {
        let is_invited = |room: &RoomId| {
            let rules = self.rooms.get(*room).and_then(Room::rules);
            let held = rules.and_then(|rules| rules.of_guest(person.id));
            held.is_some_and(|held| held.standing == Standing::Invited)
        };
        person.invited().iter().copied().filter(is_invited)
    }

    /// Gives a person of an earlier run its invitations again.
    fn invite_again(&mut self, person: &mut Person, rooms: &[RoomId]) {
        for &room in rooms {
            let has_rules = self.rooms.get(room).and_then(Room::rules).is_some();
            if has_rules && !person.rooms.contains(&room) {
                let invited = Some(Standing::Invited.into());
                self.rooms
                    .change_rules(room, |rules| rules.set_guest(person.id, invited));
                person.note_invited(room);
            }
        }
    }

    /// The code of a session, connected or lost.
    pub fn code_of(&self, id: PersonId) -> Option<ResumeCode> {
        let lost = || Some(&*self.resumables.get(id)?.person);
        let person = self.people.get(id).or_else(lost)?;
        Some(person.session.code)
    }

    /// Gives nobody from now on a number that a person of an earlier run had.
    pub fn number_people_after(&mut self, id: PersonId) {
        self.people.next = self.people.next.max(id.0 + 1);
    }

    /// Puts back a session of an earlier run, under a code that nobody has, and with the number that its
    /// person had, if that is known. What an operator lost meanwhile is lost to the session as well. Nobody is
    /// kept from its name: a restart cuts everybody off at once, and those who come back without their code
    /// must not find the door shut.
    pub fn restore(
        &mut self,
        (id, kept): (Option<PersonId>, KeptSession),
        until: Timestamp,
        seen: Seq,
        code: ResumeCode,
    ) -> PersonId {
        // Of one that was resumed just before a kill there may be two rows.
        let id = id.filter(|id| self.resumables.get(*id).is_none());
        let id = id.unwrap_or(PersonId(self.people.next));
        self.number_people_after(id);
        let account = kept.account.and_then(|(name, since)| {
            let account = self.registrations.get(&name)?;
            since
                .is_none_or(|since| since == account.since)
                .then_some(account)
        });
        let lasting = account.is_some_and(|account| account.operator);
        let account = account.map(|account| account.name.clone());
        let (operator, for_visit) = kept.operator;
        let mut rooms = kept.rooms;
        rooms.retain(|(room, _)| self.rooms.contains(*room));
        if rooms.is_empty() {
            rooms.push((LOBBY, None));
        }
        let standings = rooms.iter();
        let standings = standings.filter_map(|(room, held)| Some((*room, (*held)?)));
        let standings = standings.collect();
        let ignores = kept.ignores.into_iter();
        let ignores = ignores.map(|(name, person)| Ignored { name, person });
        let session = Session {
            conn: ConnId(0),
            link: Link::default(),
            address: kept.address,
            code,
            rank: Rank {
                operator: operator && (for_visit || lasting),
                for_visit,
            },
            is_script: kept.is_script,
        };
        let who = (id, kept.name, account);
        // What was said under a name meanwhile may be another's.
        let activity = Activity::restored(kept.visit, until, seen);
        let mut person = Person::new(who, session, activity);
        person.rooms = rooms.iter().map(|(room, _)| *room).collect();
        ignores.for_each(|ignored| person.set_ignored(ignored, true));
        self.invite_again(&mut person, &kept.invited);
        if let Some(sender) = kept.last_sender {
            let is_of_earlier_run = true;
            person.set_last_sender(Sender {
                is_of_earlier_run,
                ..sender
            });
        }
        let to = id;
        let kept_messages = kept.kept.into_iter().map(|mut event| {
            if let crate::event::Fact::PrivateMessage(message) = &mut event.fact {
                message.to = to;
            }
            event
        });
        let kept_messages = kept_messages.collect();
        self.keep_lost(Resumable {
            person: Box::new(person),
            until,
            seen,
            keeps_name: false,
            is_restored: true,
            kept: kept_messages,
            standings,
        });
        id
    }
}

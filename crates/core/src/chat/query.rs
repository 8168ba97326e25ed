//! Answers: what there is to know, for whoever may know it.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::{Chat, Person};
use crate::answer::{Answer, Profile, RoomLine, RoomSummary, Welcome, WhoLine};
use crate::command::{Caller, Query, RoomRef};
use crate::ids::{PersonId, RoomId};
use crate::limits::{ROOM_LINES_MAX, WHO_LINES_MAX};
use crate::rejection::Rejection;
use crate::room_name::RoomName;
use crate::time::Timestamp;

/// Names that an arriving person is told before the rest are counted.
const COMPANY_NAMES_MAX: usize = 5;

impl Chat {
    /// Answers a query. Changes nothing.
    ///
    /// # Errors
    /// A [`Rejection`] says why there is no answer.
    pub fn answer(
        &self,
        caller: Caller,
        query: Query,
        now: Timestamp,
    ) -> Result<Answer, Rejection> {
        match (caller, query) {
            (Caller::Anonymous { address, .. }, Query::Greeting) => {
                self.check_not_banned(None, address, now)?;
                self.check_room_for_one_more()?;
                Ok(Answer::Greeting {
                    people: self.people.len(),
                    rooms: self.busy_rooms,
                })
            }
            (_, Query::PasswordHash(name)) => {
                let claim = self.registrations.get(&name);
                Ok(Answer::PasswordHash(
                    claim.map(|claim| claim.password_hash.clone()),
                ))
            }
            (_, query) => self.answer_to(self.asker(caller)?, query, now),
        }
    }

    fn answer_to(&self, me: &Person, query: Query, now: Timestamp) -> Result<Answer, Rejection> {
        Ok(match query {
            Query::Who(room) => self.who(self.room_of(room)?, now),
            Query::Whois(name) => {
                Answer::Whois(Box::new(self.profile(self.find(&name)?, me.operator, now)))
            }
            Query::Rooms => self.room_list(me),
            Query::Topic(room) => {
                let id = self.room_of(room)?;
                let room = self.rooms.get(&id);
                Answer::Topic {
                    room: self.name_of(id),
                    topic: room.and_then(|room| room.topic.clone()),
                }
            }
            Query::Room(room) => {
                let id = self.room_of(room)?;
                let room = self.name_of(id);
                Answer::RoomId(id, room)
            }
            Query::Stats => Answer::Stats {
                own: Box::new(self.profile(me, true, now)),
                people: self.people.len(),
                rooms: self.busy_rooms,
                said: self.said,
                started: self.started,
            },
            Query::Ignores => Answer::Ignores(me.ignores.clone()),
            Query::Restrictions => {
                self.check_operator(me)?;
                let (bans, mutes) = (self.bans.iter(), self.mutes.iter());
                Answer::Restrictions {
                    bans: bans.filter(|ban| ban.is_active(now)).cloned().collect(),
                    mutes: mutes.filter(|mute| mute.is_active(now)).cloned().collect(),
                }
            }
            Query::Log => {
                self.check_operator(me)?;
                Answer::Log
            }
            Query::View(room) => {
                let room = self.own_room(me, RoomRef::Id(room))?;
                let summary = self.room_summary(me.id, room);
                Answer::Room(summary.ok_or(Rejection::RoomGone)?)
            }
            Query::Motd => Answer::Motd(self.motd.clone()),
            Query::Greeting | Query::PasswordHash(_) => return Err(Rejection::NotHere),
        })
    }

    fn name_of(&self, room: RoomId) -> RoomName {
        self.room_name(room)
            .cloned()
            .unwrap_or_else(RoomName::lobby)
    }

    fn who(&self, id: RoomId, now: Timestamp) -> Answer {
        let members = self.rooms.get(&id).map_or(&[][..], |room| &room.members);
        let first = members.iter().take(WHO_LINES_MAX);
        let people = first.filter_map(|id| self.people.get(id));
        Answer::Who {
            room: self.name_of(id),
            people: people.map(|person| who_line(person, now)).collect(),
            more: members.len().saturating_sub(WHO_LINES_MAX),
        }
    }

    fn profile(&self, person: &Person, with_address: bool, now: Timestamp) -> Profile {
        Profile {
            line: who_line(person, now),
            rooms: person
                .rooms
                .iter()
                .map(|&room| self.name_of(room))
                .collect(),
            since: person.arrived,
            said: person.said,
            muted: person
                .muted
                .as_ref()
                .is_some_and(|mute| mute.is_active(now)),
            address: with_address.then_some(person.address),
        }
    }

    fn room_list(&self, me: &Person) -> Answer {
        let mut rooms: Vec<_> = self.rooms.iter().collect();
        rooms.sort_unstable_by_key(|(id, room)| (Reverse(room.members.len()), **id));
        let more = rooms.len().saturating_sub(ROOM_LINES_MAX);
        rooms.truncate(ROOM_LINES_MAX);
        let line = |(id, room): (&RoomId, &super::Room)| RoomLine {
            room: room.name.clone(),
            here: room.members.len(),
            joined: me.rooms.contains(id),
            topic: room.topic.as_ref().map(|topic| topic.text.clone()),
        };
        Answer::Rooms {
            rooms: rooms.into_iter().map(line).collect(),
            more,
        }
    }

    /// A room and who else is there; `None` if the room or the person is gone.
    pub fn room_summary(&self, person: PersonId, id: RoomId) -> Option<RoomSummary> {
        let room = self.rooms.get(&id)?;
        let others = room.members.iter().filter(|&&id| id != person);
        let names = others
            .filter_map(|id| self.people.get(id))
            .map(|p| p.name.clone());
        let others: Box<[_]> = names.take(COMPANY_NAMES_MAX).collect();
        Some(RoomSummary {
            room: room.name.clone(),
            id,
            more: (room.members.len() - 1).saturating_sub(others.len()),
            others,
            topic: room.topic.clone(),
        })
    }

    /// What somebody is told on arrival; `None` if the person is gone.
    pub fn welcome(&self, person: PersonId) -> Option<Welcome> {
        let me = self.people.get(&person)?;
        let claim = self.registrations.get(&me.name);
        let lasting = claim.is_some_and(|claim| claim.operator);
        Some(Welcome {
            person,
            name: me.name.clone(),
            room: self.room_summary(person, *me.rooms.last()?)?,
            resume: (me.code, self.settings.resume_time),
            first_operator: me.operator && !lasting,
            motd: self.motd.clone(),
        })
    }
}

fn who_line(person: &Person, now: Timestamp) -> WhoLine {
    WhoLine {
        name: person.name.clone(),
        operator: person.operator,
        registered: person.registered,
        away: person.away.clone(),
        silent: now.since(person.spoke),
    }
}

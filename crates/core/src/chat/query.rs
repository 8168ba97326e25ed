//! Answers to queries. Long ones come in pages, so that no question holds up the hub and no reader
//! that stalls costs more than a page.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Bound;

use super::state::List;
use super::{Chat, Person, RestrictionCursor, RoomCursor};
use crate::answer::{Answer, MemberCursor, Profile, RoomLine, RoomSummary, Welcome, WhoLine};
use crate::ban::Restriction;
use crate::command::{Caller, Query, RoomRef};
use crate::ids::{PersonId, RoomId};
use crate::limits::{RESTRICTION_LINES_MAX, WHO_LINES_MAX};
use crate::name::Name;
use crate::rejection::Rejection;
use crate::room_name::RoomName;
use crate::time::Timestamp;

/// Names of others that a summary of a room gives before it counts the rest.
const SUMMARY_NAMES_MAX: usize = 5;

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
                self.check_has_space()?;
                Ok(Answer::Greeting {
                    people: self.people.len(),
                    rooms: self.rooms.busy(),
                })
            }
            (_, Query::PasswordHash(name)) => {
                let registration = self.registrations.get(&name);
                let hash = registration.map(|registration| registration.password_hash.clone());
                Ok(Answer::PasswordHash(hash))
            }
            (_, query) => self.answer_to(self.asker(caller)?, query, now),
        }
    }

    fn answer_to(&self, me: &Person, query: Query, now: Timestamp) -> Result<Answer, Rejection> {
        Ok(match query {
            Query::Who { room, after } => self.who(self.room_of(room)?, after, now),
            Query::Whois(name) => {
                let person = self.find(me, &name)?;
                Answer::Whois(Box::new(self.profile(
                    person,
                    me.session.rank.operator,
                    now,
                )))
            }
            Query::Rooms { after } => self.room_list(me, after),
            Query::Topic(room) => {
                let id = self.room_of(room)?;
                let room = self.rooms.get(id);
                Answer::Topic {
                    room: self.name_of(id),
                    topic: room.and_then(|room| room.topic.clone()),
                }
            }
            Query::Room(room) => {
                let id = self.room_of(room)?;
                Answer::RoomId(id, self.name_of(id))
            }
            Query::Stats => Answer::Stats {
                own: Box::new(self.profile(me, true, now)),
                people: self.people.len(),
                rooms: self.rooms.busy(),
                said: self.said,
                started: self.started,
            },
            Query::Ignores => Answer::Ignores(names_ignored(me)),
            Query::Restrictions { after } => {
                self.check_operator(me)?;
                self.restrictions(after, now)
            }
            Query::Log => {
                self.check_operator(me)?;
                Answer::Log
            }
            Query::View(room) => {
                let room = self.room_of(RoomRef::Id(room))?;
                self.check_is_in(me, room)?;
                let summary = self.room_summary(me.id, room);
                Answer::Room(summary.ok_or(Rejection::RoomGone)?)
            }
            Query::Motd => Answer::Motd(self.motd.clone()),
            Query::Greeting | Query::PasswordHash(_) => return Err(Rejection::NotHere),
        })
    }

    fn name_of(&self, room: RoomId) -> RoomName {
        let name = self.room_name(room);
        name.cloned().unwrap_or_else(RoomName::lobby)
    }

    fn who(&self, id: RoomId, after: Option<MemberCursor>, now: Timestamp) -> Answer {
        let room = self.rooms.get(id);
        let start = after.map_or(Bound::Unbounded, |cursor| Bound::Excluded(cursor.after));
        let rest = room.map(|room| room.members.range((start, Bound::Unbounded)));
        let mut rest = rest.into_iter().flatten();
        let page: Vec<PersonId> = rest.by_ref().take(WHO_LINES_MAX).copied().collect();
        let listed = after.map_or(0, |cursor| cursor.listed) + page.len();
        let has_more = rest.next().is_some();
        let last = page.last().filter(|_| has_more);
        let people = page.iter().filter_map(|id| self.people.get(*id));
        Answer::Who {
            room: self.name_of(id),
            people: people.map(|person| who_line(person, now)).collect(),
            more: match has_more {
                true => self.here(id).saturating_sub(listed).max(1),
                false => 0,
            },
            next: last.map(|&after| MemberCursor { after, listed }),
        }
    }

    fn profile(&self, person: &Person, with_address: bool, now: Timestamp) -> Profile {
        let rooms = person.rooms.iter();
        Profile {
            line: who_line(person, now),
            rooms: rooms.map(|&room| self.name_of(room)).collect(),
            since: person.activity.since,
            said: person.activity.said,
            muted: self.mute_of(person, now).is_some(),
            address: with_address.then_some(person.session.address),
        }
    }

    fn room_list(&self, me: &Person, after: Option<RoomCursor>) -> Answer {
        let page = self.rooms.page(after);
        let lines = page.rooms.iter().map(|(id, room)| RoomLine {
            room: room.name.clone(),
            here: room.members.len(),
            joined: me.rooms.contains(id),
            topic: room.topic.as_ref().map(|topic| topic.text.clone()),
        });
        Answer::Rooms {
            rooms: lines.collect(),
            more: page.more,
            next: page.next,
        }
    }

    /// A page of the bans and then the mutes. It looks at so many entries and leaves out those that
    /// have run out, so it may be short.
    fn restrictions(&self, after: Option<RestrictionCursor>, now: Timestamp) -> Answer {
        let (bans, mutes) = match after.map(|cursor| (cursor.list, cursor.after)) {
            None => (Some(None), None),
            Some((List::Bans, after)) => (Some(Some(after)), None),
            Some((List::Mutes, after)) => (None, Some(after)),
        };
        let bans = bans.into_iter().flat_map(|after| self.bans.after(after));
        let mutes = self.mutes.after(mutes);
        let bans = bans.map(|(id, ban)| (List::Bans, id, ban));
        let mut rest = bans.chain(mutes.map(|(id, mute)| (List::Mutes, id, mute)));
        let page: Vec<_> = rest.by_ref().take(RESTRICTION_LINES_MAX).collect();
        let last = page.last().filter(|_| rest.next().is_some());
        let active = |list: List| -> Vec<Restriction> {
            let page = page
                .iter()
                .filter(|(of, _, entry)| *of == list && entry.is_active(now));
            page.map(|(.., entry)| Restriction::clone(entry)).collect()
        };
        Answer::Restrictions {
            counts: (self.bans.len(), self.mutes.len()),
            bans: active(List::Bans),
            mutes: active(List::Mutes),
            next: last.map(|&(list, after, _)| RestrictionCursor { list, after }),
        }
    }

    /// A room and the others in it; `None` if the room is gone.
    pub fn room_summary(&self, person: PersonId, id: RoomId) -> Option<RoomSummary> {
        let room = self.rooms.get(id)?;
        let others = room.members.iter().filter(|&&id| id != person);
        let others = others.filter_map(|id| self.people.get(*id));
        let names = others.map(|other| other.name.clone());
        let others: Box<[_]> = names.take(SUMMARY_NAMES_MAX).collect();
        let is_inside = room.members.contains(&person);
        let number = room.members.len() - usize::from(is_inside);
        Some(RoomSummary {
            room: room.name.clone(),
            id,
            more: number.saturating_sub(others.len()),
            others,
            topic: room.topic.clone(),
        })
    }

    /// The welcome to a person who has arrived and talks in this room, or in the one it has entered
    /// last; `None` if it is gone.
    pub fn welcome(&self, person: PersonId, current: Option<RoomId>) -> Option<Welcome> {
        let me = self.people.get(person)?;
        let current = current.filter(|room| me.rooms.contains(room));
        let current = current.or(me.rooms.last().copied())?;
        let others = me.rooms.iter().filter(|room| **room != current);
        let names = others.filter_map(|room| self.room_name(*room).cloned());
        let lasting = self.registrations.is_operator(&me.name);
        Some(Welcome {
            person,
            name: me.name.clone(),
            room: self.room_summary(person, current)?,
            also: names.collect(),
            resume: (me.session.code, self.settings.resume_time),
            first_operator: me.session.rank.operator && !lasting,
            registered: me.session.rank.registered,
            motd: self.motd.clone(),
        })
    }
}

fn names_ignored(me: &Person) -> Vec<Name> {
    let ignores = me.ignores.iter();
    ignores.map(|ignored| ignored.name.clone()).collect()
}

fn who_line(person: &Person, now: Timestamp) -> WhoLine {
    WhoLine {
        link: person.session.link,
        name: person.name.clone(),
        operator: person.session.rank.operator,
        registered: person.session.rank.registered,
        away: person.away.as_deref().cloned(),
        silent: now.since(person.activity.spoke),
    }
}

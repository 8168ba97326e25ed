//! Answers to queries. Long answers come in pages, so that no question holds up the hub and no
//! stalled reader costs more than a page.

mod restrictions;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Bound;

use super::state::{Room, RoomRules};
use super::{Chat, Person, RoomCursor};
use crate::answer::{
    AccountProfile, Answer, Conversation, Login, MemberCursor, Profile, RoomInfo, RoomLine, WhoLine,
};
use crate::command::{Caller, Proof, RoomRef};
use crate::ids::{LOBBY, PersonId, RoomId};
use crate::limits::{
    EVERYBODY_LINES_MAX, INVITATIONS_SHOWN_MAX, STANDINGS_SHOWN_MAX, WHO_LINES_MAX,
};
use crate::link::{Client, Link};
use crate::name::Name;
use crate::query::Query;
use crate::rejection::Rejection;
use crate::room::{Held, RoomSettings, Standing};
use crate::room_name::RoomName;
use crate::time::Timestamp;

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
                self.check_may_prove(address, now)?;
                self.check_has_space()?;
                Ok(Answer::Greeting {
                    people: self.people.len(),
                    rooms: self.rooms.busy(),
                })
            }
            (_, Query::PasswordHash(name)) => {
                let account = self.registrations.get(&name);
                let found =
                    account.map(|account| (account.name.clone(), account.password_hash().cloned()));
                Ok(Answer::PasswordHash(found))
            }
            (_, Query::Certified { certificate, name }) => {
                let account = match &name {
                    Some(name) => self.registrations.get(name),
                    None => self.registrations.certified_by(&certificate),
                };
                let proof = Proof(certificate);
                let account = account.filter(|account| account.is_proven_by(&proof));
                let found = account.map(|account| account.name.clone());
                Ok(Answer::Certified(found))
            }
            (Caller::Shell, Query::Everybody { after }) => Ok(self.everybody_page(after, now)),
            (_, query) => self.answer_to(self.asker(caller)?, query, now),
        }
    }

    fn answer_to(&self, me: &Person, query: Query, now: Timestamp) -> Result<Answer, Rejection> {
        Ok(match query {
            Query::Who { room, after } => self.who(me, self.room_of(me, room)?, after, now),
            Query::Whois(name) => self.whois(me, &name, now)?,
            Query::Rooms { after } => self.room_list(me, after, now),
            Query::Topic(room) => self.topic(me, self.room_of(me, room)?, now)?,
            Query::Room(room) => {
                let id = self.room_of(me, room)?;
                self.check_may_read(me, id, now)?;
                Answer::RoomId(id, self.name_of(id))
            }
            Query::Conversation(with) => Answer::Conversation(self.conversation(me, &with, now)?),
            Query::Marker(target) => {
                let at = self.marker(me, &target, now);
                Answer::Marker(self.as_known(me, target, now), at)
            }
            Query::Stats => self.stats(me, now),
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
                let room = self.room_of(me, RoomRef::Id(room))?;
                self.check_is_in(me, room)?;
                let summary = self.room_summary(me.id, room);
                Answer::Room(summary.ok_or(Rejection::RoomGone)?)
            }
            Query::Motd => Answer::Motd(self.motd.clone()),
            Query::RoomInfo(room) => self.room_info(me, self.room_of(me, room)?, now),
            Query::Bars(room) => {
                let id = self.room_of(me, room)?;
                self.check_moderates(me, id)?;
                self.bars_of(me, id, now)
            }
            Query::Account => self.account(me)?,
            query => return self.answer_to_client(me, query, now),
        })
    }

    fn whois(&self, me: &Person, name: &str, now: Timestamp) -> Result<Answer, Rejection> {
        let person = self.find(me, name);
        let person = person.or_else(|nobody| self.whois_away(me, name, now, nobody))?;
        let with_address = me.session.rank.operator;
        let profile = self.profile(person, Some(me), with_address, now);
        Ok(Answer::Whois(Box::new(profile)))
    }

    /// Who is meant by a name that nobody has: the last to log in to its account. IRC asks for a nick, and its clients
    /// would take the answer for another's.
    fn whois_away(
        &self,
        me: &Person,
        name: &str,
        now: Timestamp,
        nobody: Rejection,
    ) -> Result<&Person, Rejection> {
        let Some(name) = Name::known(name) else {
            return Err(nobody);
        };
        let lost = self.resumables.reachable(&name, now);
        let owner = self.registrations.get(&name);
        let by_account = owner.filter(|_| me.session.link.client != Client::Irc);
        let by_account = by_account.map(|owner| &owner.name);
        let here = by_account.and_then(|account| self.people.logged_in_to(account).last());
        let lost = lost.or_else(|| self.resumables.newest_of(by_account?, now));
        match (here, lost, owner) {
            (Some(person), ..) => Ok(person),
            (None, Some(lost), _) => Err(Rejection::LinkLost(lost.person.name.clone())),
            // The prompt tells everybody as much.
            (None, None, Some(_)) => Err(Rejection::Absent(name)),
            (None, None, None) => Err(nobody),
        }
    }

    fn topic(&self, me: &Person, id: RoomId, now: Timestamp) -> Result<Answer, Rejection> {
        self.check_may_read(me, id, now)?;
        let room = self.rooms.get(id);
        Ok(Answer::Topic {
            room: self.name_of(id),
            topic: room.and_then(|room| self.topic_for(me, room).cloned()),
        })
    }

    fn stats(&self, me: &Person, now: Timestamp) -> Answer {
        Answer::Stats {
            own: Box::new(self.profile(me, Some(me), true, now)),
            people: self.people.len(),
            rooms: self.rooms.busy(),
            said: self.rooms.said,
            started: self.started,
        }
    }

    /// What IRC clients ask, which know more of the chat than people do.
    fn answer_to_client(
        &self,
        me: &Person,
        query: Query,
        now: Timestamp,
    ) -> Result<Answer, Rejection> {
        Ok(match query {
            Query::Names { room, after } => self.names(me, self.room_of(me, room)?, after),
            Query::Masks { room, kind } => self.masks_of(me, self.room_of(me, room)?, kind, now)?,
            Query::Departed(name) => self.departed(&name),
            Query::Counts => Answer::Counts(self.counts()),
            Query::Invitations => Answer::Invitations(self.invitations(me)),
            Query::Fence => Answer::Fence,
            Query::People(query) => self.people_page(me, *query, now),
            Query::Online(names) => self.online(&names, now),
            Query::Metadata(target) => self.metadata_of(me, target, now)?,
            Query::MetadataIn { room, after } => self.metadata_in(me, room, after, now)?,
            // No other query gets here from a person who has logged in.
            _ => return Err(Rejection::NotHere),
        })
    }

    /// The rooms that a person is invited to, for good or for the visit, and is not in.
    fn invitations(&self, me: &Person) -> Vec<RoomName> {
        let lasting = me.account.iter();
        let lasting = lasting.flat_map(|account| self.rooms.of_account(account));
        let mut rooms: Vec<RoomId> = lasting.chain(me.invited().iter().copied()).collect();
        rooms.sort_unstable();
        rooms.dedup();
        let is_invited = |room: &RoomId| {
            !me.rooms.contains(room) && self.standing(me, *room) == Some(Standing::Invited)
        };
        let invited = rooms.into_iter().rev().filter(is_invited);
        let newest = invited.take(INVITATIONS_SHOWN_MAX);
        let names = newest.filter_map(|room| self.room_name(room).cloned());
        names.collect()
    }

    fn conversation(
        &self,
        me: &Person,
        with: &str,
        now: Timestamp,
    ) -> Result<Conversation, Rejection> {
        let account = me.account.as_ref().ok_or(Rejection::NotLoggedIn)?;
        let name = match Name::known(with) {
            Some(name) => name,
            None => self.find(me, with)?.name.clone(),
        };
        Ok(Conversation {
            account: account.clone(),
            nobody: self.nobody_for(me, &name, now),
            with: self.account_meant(&name, now).cloned().unwrap_or(name),
        })
    }

    /// The account that a name means: the one that owns it, or the one that its bearer, who is here
    /// or may come back, is logged in to.
    pub(super) fn account_meant(&self, name: &Name, now: Timestamp) -> Option<&Name> {
        match self.registrations.get(name) {
            Some(owner) => Some(&owner.name),
            None => self.bearer_of(name, now)?.account.as_ref(),
        }
    }

    pub(super) fn name_of(&self, room: RoomId) -> RoomName {
        let name = self.room_name(room);
        name.cloned().unwrap_or_else(RoomName::lobby)
    }

    fn who(&self, me: &Person, id: RoomId, after: Option<MemberCursor>, now: Timestamp) -> Answer {
        let (page, next) = self.members_page(id, after);
        let lines = page.into_iter().map(|person| WhoLine {
            held: self.shown(person, id),
            ..self.line_for(me, person, now)
        });
        let more = |next: MemberCursor| self.here(id).saturating_sub(next.listed).max(1);
        Answer::Who {
            room: self.name_of(id),
            hidden: self.rooms.get(id).is_some_and(Room::is_hidden),
            people: lines.collect(),
            more: next.map_or(0, more),
            next,
        }
    }

    /// The same for a client that wants only names: a thousand that reconnect at once all ask for
    /// those of a large room. Only those inside and operators are shown who is invisible (user mode
    /// `i`, RFC 2812, 3.2.5).
    fn names(&self, me: &Person, id: RoomId, after: Option<MemberCursor>) -> Answer {
        let (page, next) = self.members_page(id, after);
        let sees_all = me.rooms.contains(&id) || me.session.rank.operator;
        let is_shown = |person: &&Person| sees_all || !person.is_invisible();
        let member = |person: &Person| (person.name.clone(), self.shown(person, id));
        Answer::Names {
            room: self.name_of(id),
            hidden: self.rooms.get(id).is_some_and(Room::is_hidden),
            members: page.into_iter().filter(is_shown).map(member).collect(),
            next,
        }
    }

    /// A page of the people in a room, and where the next page begins.
    fn members_page(
        &self,
        id: RoomId,
        after: Option<MemberCursor>,
    ) -> (Vec<&Person>, Option<MemberCursor>) {
        let room = self.rooms.get(id);
        let start = after.map_or(Bound::Unbounded, |cursor| Bound::Excluded(cursor.after));
        let rest = room.map(|room| room.members.starting(start.as_ref()));
        let mut rest = rest.into_iter().flatten();
        let page: Vec<PersonId> = rest.by_ref().take(WHO_LINES_MAX).copied().collect();
        let listed = after.map_or(0, |cursor| cursor.listed) + page.len();
        let last = page.last().filter(|_| rest.next().is_some());
        let next = last.map(|&after| MemberCursor { after, listed });
        let people = page.iter().filter_map(|id| self.people.get(*id));
        (people.collect(), next)
    }

    /// A person's standing in a room, as far as everybody there sees it.
    fn shown(&self, person: &Person, room: RoomId) -> Option<Held> {
        let held = self.held(person, room);
        held.filter(|held| held.standing > Standing::Invited)
    }

    /// A person's profile as another may see it: without hidden rooms that the other does not know
    /// of.
    fn profile(
        &self,
        person: &Person,
        asker: Option<&Person>,
        with_address: bool,
        now: Timestamp,
    ) -> Profile {
        let rooms = person.rooms.iter().copied();
        let known = rooms.filter(|room| asker.is_none_or(|asker| self.knows(asker, *room)));
        let knows_all =
            asker.is_none_or(|asker| asker.session.rank.operator || asker.id == person.id);
        let visit = match knows_all {
            true => person.activity.visit,
            false => person.open_visit(),
        };
        let line = match asker {
            Some(asker) => self.line_for(asker, person, now),
            None => who_line(person, now),
        };
        Profile {
            held: known.clone().map(|room| self.shown(person, room)).collect(),
            line: WhoLine {
                silent: now.since(visit.spoke),
                ..line
            },
            rooms: known.map(|room| self.name_of(room)).collect(),
            since: person.activity.visit.since,
            said: visit.said,
            muted: self.mute_of(person, now).is_some(),
            metadata: self.metadata_of_person(person),
            links: each_once(person.links()),
            addresses: match with_address {
                true => each_once(person.addresses().map(|address| address.to_canonical())),
                false => Box::default(),
            },
        }
    }

    /// A person in a list for this reader.
    fn line_for(&self, reader: &Person, person: &Person, now: Timestamp) -> WhoLine {
        let line = match reader.session.link.client {
            Client::Irc => self.irc_line(person, now),
            _ => who_line(person, now),
        };
        let away = person.away_told(reader);
        WhoLine { away, ..line }
    }

    fn everybody_page(&self, after: Option<Name>, now: Timestamp) -> Answer {
        let mut people = self.people.after(after.as_ref());
        let page: Vec<&Person> = people.by_ref().take(EVERYBODY_LINES_MAX).collect();
        let last = page.last().filter(|_| people.next().is_some());
        let profiles = page
            .iter()
            .map(|person| self.profile(person, None, true, now));
        Answer::Everybody {
            people: profiles.collect(),
            next: last.map(|last| last.name.clone()),
        }
    }

    fn account(&self, me: &Person) -> Result<Answer, Rejection> {
        let account = self.account_of(me).ok_or(Rejection::NotLoggedIn)?;
        let logins = self.people.logged_in_to(&account.name);
        let logins = logins.flat_map(|person| {
            let first = (person.session.address, person.activity.visit.since);
            let others = person.others().iter();
            let others = others.map(|other| (other.address, other.since));
            let connections = core::iter::once(first).chain(others);
            connections.map(|(address, since)| Login {
                name: person.name.clone(),
                address,
                since,
                own: person.id == me.id,
            })
        });
        Ok(Answer::Account(Box::new(AccountProfile {
            account: account.clone(),
            logins: logins.collect(),
        })))
    }

    /// A page of the rooms. Hidden rooms that the asker is in come before the first.
    fn room_list(&self, me: &Person, after: Option<RoomCursor>, now: Timestamp) -> Answer {
        let page = self.rooms.page(after);
        let own = me.rooms.iter().filter(|_| after.is_none());
        let own = own.filter_map(|id| Some((*id, self.rooms.get(*id)?)));
        let hidden = own.filter(|(_, room)| room.is_hidden());
        let listed = hidden.chain(page.rooms.iter().copied());
        let may_read = |id| self.check_may_read(me, id, now).is_ok();
        let lines = listed.map(|(id, room)| RoomLine {
            room: room.name.clone(),
            here: room.members.len(),
            joined: me.rooms.contains(&id),
            topic: self
                .topic_for(me, room)
                .filter(|_| may_read(id))
                .map(|topic| topic.text.clone()),
            topic_at: room.topic.as_ref().map(|topic| topic.at),
            created: room.created,
        });
        Answer::Rooms {
            rooms: lines.collect(),
            more: page.more,
            next: page.next,
        }
    }

    /// A room's settings, and who governs it.
    fn room_info(&self, me: &Person, id: RoomId, now: Timestamp) -> Answer {
        let moderates = self.moderates(me, id);
        let room = self.rooms.get(id);
        let rules = room.and_then(Room::rules);
        let mut settings = rules.map_or_else(RoomSettings::default, |rules| rules.settings.clone());
        let has_password = settings.password.is_some();
        settings.password = settings.password.filter(|_| moderates);
        let accounts = rules.into_iter().flat_map(RoomRules::accounts);
        let accounts = accounts.map(|(name, held)| (name.clone(), held.standing));
        let guests = rules.into_iter().flat_map(RoomRules::guests);
        let guests =
            guests.filter_map(|(id, s)| Some((self.people.get(id)?.name.clone(), s.standing)));
        let is_told = |(_, s): &(Name, Standing)| moderates || *s > Standing::Invited;
        let mut standings: Vec<_> = accounts.chain(guests).filter(is_told).collect();
        standings.sort_by_key(|(_, standing)| core::cmp::Reverse(*standing));
        let more = standings.len().saturating_sub(STANDINGS_SHOWN_MAX);
        standings.truncate(STANDINGS_SHOWN_MAX);
        Answer::RoomInfo(Box::new(RoomInfo {
            room: self.name_of(id),
            settings,
            has_password,
            is_servers: id == LOBBY || room.is_some_and(|room| room.is_servers),
            standing: self.standing(me, id),
            standings: standings.into(),
            more,
            listed: rules
                .filter(|_| moderates)
                .map_or(0, |rules| rules.listed(now)),
            here: self.here(id),
            created: room.map_or(self.started, |room| room.created),
        }))
    }
}

fn names_ignored(me: &Person) -> Vec<Name> {
    let ignores = me.ignores().iter();
    ignores.map(|ignored| ignored.name.clone()).collect()
}

fn each_once<T: PartialEq>(all: impl Iterator<Item = T>) -> Box<[T]> {
    // Nearly everybody has one connection.
    let mut known = Vec::with_capacity(1);
    for one in all {
        if !known.contains(&one) {
            known.push(one);
        }
    }
    known.into()
}

pub(super) fn who_line(person: &Person, now: Timestamp) -> WhoLine {
    WhoLine {
        link: Link {
            is_encrypted: person.is_encrypted(),
            ..person.session.link
        },
        name: person.name.clone(),
        operator: person.session.rank.operator,
        account: person.account.clone(),
        away: person.away().cloned(),
        silent: now.since(person.open_visit().spoke),
        held: None,
        source: None,
    }
}

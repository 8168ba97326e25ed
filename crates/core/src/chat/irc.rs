//! What IRC needs from the chat: the source of an event, people by mask, and which of a list of
//! names are here.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::state::IrcPerson;
use super::{Chat, Person};
use crate::answer::{Answer, Counts, Departed, WhoLine};
use crate::event::{Fact, LoggedIn, Signal};
use crate::ids::{ConnId, PersonId, RoomId};
use crate::limits::{DEPARTED_MAX, ONLINE_NAMES_MAX, PEOPLE_SCANNED_MAX};
use crate::mask::{Glob, MaskKind, Matched, RoomMask};
use crate::name::Name;
use crate::query::PeopleQuery;
use crate::rejection::Rejection;
use crate::source::{Flags, Source, user_of};
use crate::time::Timestamp;

fn line_of(person: &Person, source: Source, now: Timestamp) -> WhoLine {
    WhoLine {
        source: Some(Arc::new(source)),
        ..super::query::who_line(person, now)
    }
}

/// `nick!user@host`.
fn written(person: &Person, source: &Source) -> String {
    alloc::format!("{}!{}@{}", person.name, source.user, source.host)
}

/// Why a person is away, as IRC shows it.
fn away_of(person: &Person) -> Option<Box<str>> {
    let why = person.away()?.as_deref();
    Some(why.unwrap_or(Source::AWAY).into())
}

impl Chat {
    /// The author of a fact that is about to be shown, and the connection on which they acted;
    /// `None` while no reader uses IRC.
    pub fn source_of(&self, fact: &Fact, conn: Option<ConnId>) -> Option<Arc<Source>> {
        let login = match fact {
            Fact::LoggedIn(login) => Some(&**login),
            Fact::Returned(returned) => Some(&returned.login),
            _ => None,
        };
        // An IRC client learns its own source from its login.
        let is_irc = login.is_some_and(|login| login.ident.is_some());
        if !is_irc && !self.people.has_irc() {
            return None;
        }
        if let Some(login) = login {
            let source = self.source_of_login(login);
            return Some(Arc::new(Source { conn, ..source }));
        }
        let by_number = fact.author().and_then(|author| self.people.get(author));
        let by_name = || self.people.named(fact.author_name()?);
        let author = by_number.or_else(by_name)?;
        let source = self.source(author);
        Some(Arc::new(Source { conn, ..source }))
    }

    /// A person as IRC shows them. The host is the same with and without an account, so that
    /// nobody's changes during a visit.
    pub(super) fn source(&self, person: &Person) -> Source {
        let session = &person.session;
        let irc = person.irc();
        let user = irc.map_or_else(|| user_of(session.link.client), |irc| irc.ident.user());
        let real = irc.and_then(|irc| irc.ident.real.as_deref());
        Source {
            conn: None,
            user: alloc::format!("~{user}").into(),
            host: self.settings.cloak_key.host(session.address),
            real: real.unwrap_or(person.name.as_str()).into(),
            account: person.account.clone(),
            flags: irc.map(|irc| irc.flags).unwrap_or_default(),
            operator: session.rank.operator,
            away: away_of(person),
        }
    }

    fn source_of_login(&self, login: &LoggedIn) -> Source {
        let ident = login.ident.as_deref();
        let user = ident.map_or_else(|| user_of(login.link.client), |ident| ident.user());
        let real = ident.and_then(|ident| ident.real.as_deref());
        Source {
            conn: None,
            user: alloc::format!("~{user}").into(),
            host: self.settings.cloak_key.host(login.address),
            real: real.unwrap_or(login.name.as_str()).into(),
            account: login.account.clone(),
            flags: Flags::default(),
            operator: login.operator,
            // Who returns may have been away all the time.
            away: (self.people.get(login.person))
                .or_else(|| Some(&*self.resumables.get(login.person)?.person))
                .and_then(away_of),
        }
    }

    /// The text that an IRC mask is compared with: `nick!user@host`.
    pub(super) fn masked(&self, person: &Person) -> String {
        written(person, &self.source(person))
    }

    /// A page of the people who match. Invisible people who share no room with the asker are shown
    /// only to operators, or if the mask is their full name.
    pub(super) fn people_page(&self, me: &Person, query: PeopleQuery, now: Timestamp) -> Answer {
        let PeopleQuery {
            mask,
            operators,
            after,
        } = query;
        let literal = mask.as_ref().and_then(Glob::literal);
        if let Some(name) = literal.and_then(Name::known) {
            let found = self.people.named(&name);
            let found = found.filter(|person| !operators || person.session.rank.operator);
            return Answer::People {
                people: found
                    .map(|found| self.irc_line(found, now))
                    .into_iter()
                    .collect(),
                next: None,
            };
        }
        let mut rest = self.people.after(after.as_ref());
        let (mut people, mut last) = (Vec::new(), None);
        for person in rest.by_ref().take(PEOPLE_SCANNED_MAX) {
            let is_wanted = !operators || person.session.rank.operator;
            let is_wanted = is_wanted && self.is_visible(me, person);
            let source = is_wanted.then(|| self.masked_source(person, mask.as_ref()));
            people.extend(source.flatten().map(|source| line_of(person, source, now)));
            last = Some(person.name.clone());
        }
        let next = last.filter(|_| rest.next().is_some());
        Answer::People { people, next }
    }

    fn is_visible(&self, me: &Person, person: &Person) -> bool {
        let is_invisible = |irc: &IrcPerson| irc.flags.invisible;
        let hides = person.irc().is_some_and(is_invisible);
        !hides
            || me.session.rank.operator
            || me.id == person.id
            || person.rooms.iter().any(|room| me.rooms.contains(room))
    }

    /// The source of a person, if the mask matches one of the parts that IRC's WHO looks at: name,
    /// user, host or real name.
    fn masked_source(&self, person: &Person, mask: Option<&Glob>) -> Option<Source> {
        let source = self.source(person);
        let matches = |mask: &Glob| {
            let whole = || written(person, &source);
            let mut parts = [&source.user, &source.host, &source.real].into_iter();
            mask.matches_folded(person.name.folded())
                || parts.any(|part| mask.matches(part))
                || mask.matches(&whole())
        };
        mask.is_none_or(matches).then_some(source)
    }

    /// A person in a list, with their source.
    pub(super) fn irc_line(&self, person: &Person, now: Timestamp) -> WhoLine {
        line_of(person, self.source(person), now)
    }

    pub(super) fn apply_signal(&mut self, signal: &Signal, at: Timestamp) {
        self.note_speech_in(signal.from, signal.room, at);
        if let Some(room) = signal.room.filter(|_| signal.is_stored()) {
            self.rooms.note_history(room);
        }
    }

    /// The masks of a room, including its bars or mutes. Everybody inside may read them, as on
    /// other networks.
    pub(super) fn masks_of(
        &self,
        me: &Person,
        id: RoomId,
        kind: MaskKind,
        now: Timestamp,
    ) -> Result<Answer, Rejection> {
        if !me.session.rank.operator {
            self.check_is_in(me, id)?;
        }
        let rules = self.rooms.rules(id);
        let masks = rules.into_iter().flat_map(|rules| &rules.masks);
        let mut masks: Vec<RoomMask> = masks.filter(|mask| mask.kind == kind).cloned().collect();
        let list = rules.and_then(|rules| rules.restrictions(kind));
        for restriction in list.into_iter().flat_map(|list| list.active(now)) {
            let matched = Matched::of(&restriction.mask);
            let is_secret = restriction.mask.name.is_none() && !me.session.rank.operator;
            if is_secret || masks.iter().any(|mask| mask.matched == matched) {
                continue;
            }
            masks.push(RoomMask {
                kind,
                matched,
                by: restriction.by.clone(),
                at: restriction.at,
            });
        }
        Ok(Answer::Masks {
            room: self.name_of(id),
            masks,
        })
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            people: self.people.len(),
            people_seen_max: self.people.seen_max(),
            invisible: self.people.invisible(),
            operators: self.people.operators().len(),
            rooms: self.rooms.busy(),
        }
    }

    /// Remembers a person who is about to leave, or to give up their name.
    pub(super) fn note_departed(&mut self, id: PersonId, at: Timestamp) {
        let Some(person) = self.people.get(id) else {
            return;
        };
        let departed = Departed {
            name: person.name.clone(),
            source: Arc::new(self.source(person)),
            address: person.session.address,
            at,
        };
        if self.departed.len() == DEPARTED_MAX {
            self.departed.pop_front();
        }
        self.departed.push_back(departed);
    }

    /// Those who have borne a name, the newest first.
    pub(super) fn departed(&self, typed: &str) -> Answer {
        let name = Name::known(typed);
        let is_it = |known: &&Departed| name.as_ref().is_some_and(|n| n.same_as(&known.name));
        let found = self.departed.iter().rev().filter(is_it);
        Answer::Departed(found.cloned().collect())
    }

    /// Where a person came from who has borne a name, the last one.
    pub(super) fn departed_from(&self, name: &Name) -> Option<IpAddr> {
        let mut departed = self.departed.iter().rev();
        let last = departed.find(|known| known.name.same_as(name))?;
        Some(last.address)
    }

    /// Those of some names that are here.
    pub(super) fn online(&self, names: &[String], now: Timestamp) -> Answer {
        debug_assert!(names.len() <= ONLINE_NAMES_MAX);
        let known = names.iter().map(|name| {
            let person = Name::known(name).and_then(|name| self.people.named(&name));
            person.map(|person| self.irc_line(person, now))
        });
        Answer::Online(known.collect())
    }
}

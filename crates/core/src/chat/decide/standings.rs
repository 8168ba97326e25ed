//! Changes of rank that no moderator made: a person brings ranks along when entering a room, and
//! logging in or out gives and takes them. No other fact tells others of these.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::account::AccountSet;
use crate::chat::{Chat, Person};
use crate::event::{Fact, Renamed, Returned, RoomAct, RoomChange, StandingCause, StandingShown};
use crate::ids::{PersonId, RoomId};
use crate::name::Name;
use crate::room::Held;

impl Chat {
    /// Appends the standings that come or go with a decision, while there are readers who keep
    /// lists of them.
    pub(super) fn follow_with_standings(&self, facts: &mut Vec<Fact>, from: usize) {
        if !self.people.has_irc() {
            return;
        }
        let mut more = Vec::new();
        for (at, fact) in facts.iter().enumerate().skip(from) {
            let earlier = &facts[from..at];
            match fact {
                Fact::Joined {
                    person, name, room, ..
                } => more.extend(self.brought(*person, name, *room, earlier)),
                Fact::Returned(returned) if returned.was_lost => {
                    self.brought_back(returned, &mut more)
                }
                Fact::AccountSet(set) => self.given_by_account(set, &mut more),
                Fact::Renamed(renamed) => {
                    let before = self.account_after(renamed.person, earlier);
                    self.given_by_name(renamed, before, &mut more);
                }
                Fact::RoomChanged(change) => self.given_to_account(change, &mut more),
                _ => {}
            }
        }
        for shown in &mut more {
            if let Some(name) = name_after(shown.person, &facts[from..]) {
                shown.name = name.clone();
            }
        }
        let more = more.into_iter();
        facts.extend(more.map(|shown| Fact::StandingShown(Box::new(shown))));
    }

    /// The standing of a person in a room that they enter.
    fn brought(
        &self,
        id: PersonId,
        name: &Name,
        room: RoomId,
        earlier: &[Fact],
    ) -> Option<StandingShown> {
        // There is nobody to see it.
        if self.here(room) == 0 {
            return None;
        }
        let held = self.held_as(id, self.account_after(id, earlier), room);
        shown(id, name, room, None, held, StandingCause::Entry)
    }

    /// The standings of a person in the rooms that they come back to.
    fn brought_back(&self, returned: &Returned, more: &mut Vec<StandingShown>) {
        let login = &returned.login;
        let kept = self.resumables.get(login.person);
        for &room in &returned.rooms {
            let rules = self.rooms.rules(room);
            let has_founded = rules.is_some_and(|rules| rules.founder() == Some(login.person));
            let kept = kept.filter(|_| has_founded || !returned.ends_visit);
            let kept = kept.and_then(|lost| lost.standing_in(room));
            let lasting = self.held_as(login.person, login.account.as_ref(), room);
            let held = lasting.max(kept);
            more.extend(shown(
                login.person,
                &login.name,
                room,
                None,
                held,
                StandingCause::Return,
            ));
        }
    }

    /// The standings that a person loses in their rooms by coming on another connection with a
    /// proof of their account. These are shown before the person comes in.
    pub(super) fn ended_with_visit<'a>(
        &'a self,
        person: &'a Person,
    ) -> impl Iterator<Item = Fact> + 'a {
        let rooms = person.rooms.iter().filter(|_| self.people.has_irc());
        let ended = rooms.filter_map(|&room| {
            let rules = self.rooms.rules(room)?;
            let account = person.account.as_ref();
            let lasting = account.and_then(|account| rules.of_account(account));
            let before = self.held(person, room);
            let after = lasting.max(rules.of_founder(person.id)).min(before);
            let (id, name) = (person.id, &person.name);
            shown(id, name, room, before, after, StandingCause::Account)
        });
        ended.map(|shown| Fact::StandingShown(Box::new(shown)))
    }

    fn given_by_account(&self, set: &AccountSet, more: &mut Vec<StandingShown>) {
        let (before, after) = (set.before.as_ref(), set.account.as_ref());
        more.extend(self.between_accounts(set.person, &set.name, before, after, &set.rooms));
    }

    fn given_by_name(
        &self,
        renamed: &Renamed,
        before: Option<&Name>,
        more: &mut Vec<StandingShown>,
    ) {
        let (id, rooms, after) = (renamed.person, &renamed.rooms, renamed.account.as_ref());
        more.extend(self.between_accounts(id, &renamed.new, before, after, rooms));
    }

    /// How what a person is differs under two accounts.
    fn between_accounts<'a>(
        &'a self,
        id: PersonId,
        name: &'a Name,
        before: Option<&'a Name>,
        after: Option<&'a Name>,
        rooms: &'a [RoomId],
    ) -> impl Iterator<Item = StandingShown> + 'a {
        rooms.iter().filter_map(move |&room| {
            let of = |account| self.held_as(id, account, room);
            shown(
                id,
                name,
                room,
                of(before),
                of(after),
                StandingCause::Account,
            )
        })
    }

    /// Everybody who is logged in to an account has its standing; the change names one of them.
    fn given_to_account(&self, change: &RoomChange, more: &mut Vec<StandingShown>) {
        let (account, (before, after)) = match &change.act {
            RoomAct::Stand {
                account: Some(account),
                before,
                standing,
                ..
            } => (account, (*before, *standing)),
            RoomAct::Eject {
                account: Some(account),
                ..
            } => {
                let rules = self.rooms.get(change.room).and_then(|room| room.rules());
                (
                    account,
                    (rules.and_then(|rules| rules.of_account(account)), None),
                )
            }
            _ => return,
        };
        let is_other = |person: &&Person| {
            Some(person.id) != change.target && person.rooms.contains(&change.room)
        };
        let others = self.people.logged_in_to(account).filter(is_other);
        more.extend(others.filter_map(|other| {
            let own = self.held_as(other.id, None, change.room);
            shown(
                other.id,
                &other.name,
                change.room,
                before.max(own),
                after.max(own),
                StandingCause::Account,
            )
        }));
    }
}

/// The name that a person will have once these facts are true, if they change it.
fn name_after(id: PersonId, facts: &[Fact]) -> Option<&Name> {
    facts.iter().rev().find_map(|fact| match fact {
        Fact::Renamed(renamed) if renamed.person == id => Some(&renamed.new),
        _ => None,
    })
}

/// What is shown, if others saw another rank or do not see the person yet.
fn shown(
    person: PersonId,
    name: &Name,
    room: RoomId,
    before: Option<Held>,
    held: Option<Held>,
    with: StandingCause,
) -> Option<StandingShown> {
    let rank =
        |held: Option<Held>| held.map_or((false, false), |held| (held.governs(), held.has_voice()));
    let is_told = rank(before) != rank(held) || with == StandingCause::Return;
    is_told.then(|| StandingShown {
        room,
        person,
        name: name.clone(),
        before,
        held,
        with,
    })
}

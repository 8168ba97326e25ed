//! Resuming a session: a lost one, or one whose loss has not been noticed.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::heard::without_words;
use super::{Origin, attach, quit};
use crate::account::Account;
use crate::answer::LeftOut;
use crate::chat::state::{Rank, Resumable};
use crate::chat::{Chat, Inputs, Person};
use crate::command::{Outcome, Proof};
use crate::event::{Fact, LoggedIn, QuitReason, Returned};
use crate::ids::{LOBBY, PersonId, RoomId};
use crate::name::Name;
use crate::past_name::PastName;
use crate::rejection::Rejection;
use crate::resume::ResumeCode;
use crate::time::Timestamp;

/// A session that can be resumed.
pub(super) struct Found<'a> {
    person: &'a Person,
    /// The lost session; `None` while it still has a connection.
    lost: Option<&'a Resumable>,
    /// The code after the given one, if the session has it already.
    next_code: Option<ResumeCode>,
    /// The name to resume it under, if its own is taken.
    other_name: Option<Name>,
}

impl<'a> Found<'a> {
    fn connected(person: &'a Person) -> Self {
        Self {
            person,
            lost: None,
            next_code: None,
            other_name: None,
        }
    }

    fn lost(lost: &'a Resumable) -> Self {
        Self {
            lost: Some(lost),
            ..Self::connected(&lost.person)
        }
    }
}

impl Chat {
    pub(super) fn decide_resume(
        &self,
        origin: Origin,
        me: Option<&Person>,
        code: ResumeCode,
        inputs: &mut Inputs<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let found = self.session_of(code, inputs.now);
        let mut found = found.map_err(|why| match self.makes_operator(code, inputs.now) {
            true => Rejection::OperatorCode,
            false => why,
        })?;
        let person = found.person;
        if me.is_some_and(|me| me.id == person.id) {
            return Err(Rejection::Oneself);
        }
        if me.is_some_and(|me| !me.others().is_empty()) {
            return Err(Rejection::CodeNotValid);
        }
        self.check_owner_not_banned(person, &origin, inputs.now)?;
        if found.lost.is_some() {
            if me.is_none() {
                self.check_has_space()?;
            }
            found.other_name = self.other_name_for(person, me.map(|me| me.id), inputs.now)?;
        }
        // A code does not say who sends it, so a script's session goes on as a script's.
        let origin = Origin {
            is_script: origin.is_script || person.session.is_script,
            ..origin
        };
        // A person who came in under a temporary name to resume leaves that behind.
        facts.extend(me.map(|me| quit(me, QuitReason::Quit(None))));
        let rank = person.session.rank;
        Ok(self.give_back(&found, rank, false, origin, inputs, facts))
    }

    /// The session of the owner of a registered name, with the rank that logging in gives: that of
    /// the name, without what was given for a visit.
    pub(super) fn own_session(
        &self,
        name: &Name,
        proof: &Proof,
        now: Timestamp,
    ) -> Option<(Found<'_>, Rank)> {
        let account = self.registrations.get(name)?;
        match account.is_proven_by(proof) {
            true => self.session_of_owner(name, account, now),
            false => None,
        }
    }

    /// The session on another connection that the owner of a registered name means: with a proof,
    /// or if already logged in to the account.
    pub(super) fn other_session(
        &self,
        me: &Person,
        name: &Name,
        proof: Option<&Proof>,
        now: Timestamp,
    ) -> Option<(Found<'_>, Rank)> {
        let account = self.registrations.get(name)?;
        let is_own = me.account.as_ref() == Some(&account.name)
            || proof.is_some_and(|proof| account.is_proven_by(proof));
        let found = is_own.then(|| self.session_of_owner(name, account, now))?;
        found.filter(|(found, _)| found.person.id != me.id)
    }

    fn session_of_owner(
        &self,
        name: &Name,
        account: &Account,
        now: Timestamp,
    ) -> Option<(Found<'_>, Rank)> {
        // Who became the operator by arriving first was given nothing for a visit.
        let rank_of = |person: &Person| Rank {
            operator: account.operator
                || (person.is_logged_in_to(&account.name)
                    && self.is_operator_for_visit(person)
                    && !self.is_operator_on_loan(person)),
            for_visit: false,
        };
        if let Some(person) = self.people.named(name) {
            return Some((Found::connected(person), rank_of(person)));
        }
        let lost = self.resumables.owned(name, now)?;
        let is_own = lost.person.account.as_ref() == Some(&account.name);
        is_own.then(|| (Found::lost(lost), rank_of(&lost.person)))
    }

    /// Gives the owner of a registered name the session, in whatever state its connection is. If
    /// they ask under a temporary name, that name is given up.
    pub(super) fn take_up(
        &self,
        (found, rank): &(Found<'_>, Rank),
        origin: Origin,
        me: Option<&Person>,
        inputs: &mut Inputs<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        if me.is_some_and(|me| !me.others().is_empty()) {
            // Its other connections would be left without a person.
            let name = found.person.name.clone();
            let free = self.free_name_like(&name, inputs.now);
            return Err(Rejection::NameTaken { name, free });
        }
        if let Some(me) = me
            && found.lost.is_none()
            && attach::shares_connections(&origin, found.person)
        {
            let mut attached = Vec::new();
            let outcome = self.decide_attach(found.person, origin, inputs.now, &mut attached)?;
            facts.push(quit(me, QuitReason::Quit(None)));
            facts.append(&mut attached);
            return Ok(outcome);
        }
        if found.lost.is_some() && me.is_none() {
            self.check_has_space()?;
        }
        self.check_owner_not_banned(found.person, &origin, inputs.now)?;
        facts.extend(me.map(|me| quit(me, QuitReason::Quit(None))));
        Ok(self.give_back(found, *rank, true, origin, inputs, facts))
    }

    /// A code is good once: the session gets another.
    fn give_back(
        &self,
        found: &Found<'_>,
        rank: Rank,
        ends_visit: bool,
        origin: Origin,
        inputs: &mut Inputs<'_>,
        facts: &mut Vec<Fact>,
    ) -> Outcome {
        let Found {
            person,
            lost,
            next_code,
            ref other_name,
        } = *found;
        let name = other_name.as_ref().unwrap_or(&person.name);
        let code = next_code.unwrap_or_else(|| self.new_code(inputs));
        let seen = lost.map(|lost| lost.seen);
        let ident = self.ident_heard(&origin, [Some(name), person.account.as_ref()], inputs.now);
        let ident = match self.mute_of(person, inputs.now) {
            Some(_) => ident.map(|_| without_words()),
            None => ident,
        };
        let (rooms, left_out) = self.rooms_still_open(person, &origin, inputs.now);
        facts.extend(attach::without_others(person));
        if lost.is_none() && ends_visit {
            facts.extend(self.ended_with_visit(person));
        }
        if lost.is_none() {
            self.show_moves(person, &rooms, facts);
        }
        facts.push(Fact::Returned(Box::new(Returned {
            login: LoggedIn {
                person: person.id,
                conn: origin.conn,
                address: origin.address,
                link: origin.link,
                name: name.clone(),
                account: person.account.clone(),
                operator: rank.operator,
                code,
                is_script: origin.is_script,
                ident,
            },
            rooms,
            left_out,
            names: names_of(person, lost, name),
            name_before: (!name.same_as(&person.name)).then(|| person.name.clone()),
            ignores: person.ignores().into(),
            seen: seen.unwrap_or_default(),
            last_conn: person.session.conn,
            was_lost: lost.is_some(),
            kept: self.kept_for(person, lost),
            omitted: lost.map_or(0, |lost| lost.omitted),
            ends_visit,
        })));
        Outcome::Resumed {
            person: person.id,
            seen,
        }
    }

    fn session_of(&self, code: ResumeCode, now: Timestamp) -> Result<Found<'_>, Rejection> {
        if let Some(person) = self.people.with_code(code) {
            return Ok(Found::connected(person));
        }
        let lost = self.resumables.with_code(code);
        let lost = lost.filter(|lost| now < lost.until);
        let lost = lost.ok_or_else(|| self.kicked.refusal(code, now))?;
        Ok(Found {
            next_code: Some(lost.person.session.code).filter(|current| *current != code),
            ..Found::lost(lost)
        })
    }

    /// Checks that no ban keeps a person out, by name or by account.
    pub(super) fn check_owner_not_banned(
        &self,
        person: &Person,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let account = person.account.as_ref();
        let mut names = core::iter::once(&person.name).chain(account);
        names.try_for_each(|name| self.check_not_banned(Some(name), account, origin.address, now))
    }

    /// The name under which a lost person is resumed, if somebody else has their own by now: it was
    /// not kept, or its owner took it with the password. If it was not kept, a similar name takes
    /// it as well.
    fn other_name_for(
        &self,
        lost: &Person,
        own: Option<PersonId>,
        now: Timestamp,
    ) -> Result<Option<Name>, Rejection> {
        let kept = self.resumables.named(&lost.name, now);
        let is_kept = kept.is_some_and(|kept| kept.person.id == lost.id);
        let looks_like = !is_kept && self.check_look(lost.name.clone(), own, now).is_err();
        let bearer = self.people.named(&lost.name);
        let owner = self.registrations.get(&lost.name);
        let is_others = owner.is_some_and(|owner| lost.account.as_ref() != Some(&owner.name));
        // Its time was up when somebody took a similar name, and then the clock was set back.
        let is_taken = bearer.is_some_and(|bearer| Some(bearer.id) != own)
            || self.people.look_alike(&lost.name, own).is_some();
        if !looks_like && !is_others && !is_taken {
            return Ok(None);
        }
        let other = self.free_name_like(&lost.name, now);
        match self.is_free(&other, now) {
            true => Ok(Some(other)),
            false => Err(Rejection::CodeNotValid),
        }
    }

    /// The rooms that a person enters again, and those that keep them or their kind of connection
    /// out. Rooms that have ended are in neither list.
    fn rooms_still_open(
        &self,
        person: &Person,
        origin: &Origin,
        now: Timestamp,
    ) -> (Box<[RoomId]>, Box<[LeftOut]>) {
        let (address, link) = (origin.address, origin.link);
        let (mut open, mut left_out) = (Vec::new(), Vec::new());
        for &room in &person.rooms {
            match self.check_may_stay(person, room, address, link, now) {
                Ok(()) => open.push(room),
                Err(why) => {
                    let name = self.room_name(room).cloned();
                    left_out.extend(name.map(|room| LeftOut { room, why }));
                }
            }
        }
        if open.is_empty() && link.needs_room {
            open.push(LOBBY);
        }
        (open.into(), left_out.into())
    }

    /// Shows others, who never saw the person leave, how they come to be in these rooms.
    fn show_moves(&self, person: &Person, rooms: &[RoomId], facts: &mut Vec<Fact>) {
        for &room in rooms.iter().filter(|room| !person.rooms.contains(room)) {
            // The temporary person may have been there.
            let leaves =
                |fact: &&Fact| matches!(fact, Fact::Quit(_)) && fact.rooms().contains(&room);
            let leaving = facts.iter().filter(leaves).count();
            facts.push(Fact::Joined {
                person: person.id,
                name: person.name.clone(),
                room,
                here: (self.here(room) + 1 - leaving) as u32,
            });
        }
        let gone = person.rooms.iter().filter(|room| !rooms.contains(room));
        facts.extend(gone.map(|&room| Fact::Left {
            person: person.id,
            name: person.name.clone(),
            room,
            why: None,
            closed_by: None,
            account: person.account.clone(),
        }));
    }
}

/// The names that a person has borne, if there are several. A name that was not kept may have been
/// borne by others since.
fn names_of(person: &Person, lost: Option<&Resumable>, name: &Name) -> Box<[PastName]> {
    let goes_on = lost.is_none_or(|lost| lost.keeps_name) && name.same_as(&person.name);
    let until = match (goes_on, lost) {
        (false, Some(lost)) => lost.seen,
        _ => PastName::NOW,
    };
    let last = PastName {
        name: person.name.clone(),
        since: person.activity.named,
        until,
    };
    let past = person.past_names().iter().cloned().chain([last]);
    let past: Box<[PastName]> = past.filter(|past| past.since < past.until).collect();
    match past.iter().all(|past| past.name.same_as(name)) {
        true => Box::default(),
        false => past,
    }
}

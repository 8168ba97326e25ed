//! What the hub keeps of sessions besides what the chat knows: the choices of their dialects and,
//! if the link is lost, what the peer of the last connection has not received.
//!
//! Only the shard of the last connection knows that, and it may still be writing when another
//! connection resumes the session. So the hub answers a resume after that shard has reported the
//! final state, which it does as soon as it hears of the resume.

use std::collections::VecDeque;
use std::sync::Arc;

use chinwag_core::{
    Caller, ConnId, Duration, Event, Fact, Holdings, LeftOut, Name, PersonId, Returned, Seq,
    Timestamp,
};
use chinwag_feed::Unacknowledged;
use chinwag_store::PastPerson;
use chinwag_wire::dialect::{Saved, is_private_message};
use hashbrown::{HashMap, HashSet};
use ipnet::IpNet;

use super::deeds::Deeds;
use super::draft::DraftBody;
use super::record::KeptRoom;
use super::request::Requester;
use super::{Arrived, Hub, ReplyBody, Resumed};
use crate::limits::UNSEEN_BYTES_MAX;

/// How long a resume waits for a shard. None takes that long.
pub(super) const WAIT_MAX: Duration = Duration::from_secs(5);

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct LostSessions {
    saved: HashMap<PersonId, Arc<Saved>>,
    /// People who came in with their account and were given its settings. People who log in later
    /// have not seen those, and do not change them.
    owners: HashSet<PersonId>,
    unseen: HashMap<PersonId, Unseen>,
    /// Bytes of private lines in `unseen`, by household, so that nobody who cuts links displaces
    /// the lines of others.
    bytes: Holdings<PersonId, IpNet>,
    /// People who have lost their connection, with the end of their session, in that order.
    expiring: VecDeque<(Timestamp, PersonId)>,
    /// Those who are resuming, by the connection before.
    waiting: HashMap<ConnId, Waiting>,
    pub(super) deeds: Deeds,
    /// Rooms that they were in and that were closed since.
    ended: HashMap<PersonId, Vec<KeptRoom>>,
}

/// What a connection's peer has not got.
#[derive(Debug)]
struct Unseen {
    conn: ConnId,
    /// The household whose quota it counts against, if there is such a bound.
    household: Option<IpNet>,
    lines: Unacknowledged,
    /// Private messages that came while the link was lost and that a short connection could not
    /// show.
    kept: Vec<Event>,
    /// Rooms that the person left without being told.
    left_out: Vec<LeftOut>,
    is_final: bool,
}

/// A session that is being resumed.
#[derive(Debug)]
struct Waiting {
    requester: Requester,
    person: PersonId,
    /// Everything up to this event was shown, unless the shard knows better.
    seen: Seq,
    /// The newest event that the session does not see live.
    until: Seq,
    since: Timestamp,
    kept: Vec<Event>,
    /// How many others came and were dropped to make space.
    omitted: u64,
    left_out: Vec<LeftOut>,
    /// The name that they have no longer.
    name_before: Option<Name>,
}

impl LostSessions {
    /// Notes that a person has left; the session can be resumed until `until`, if at all.
    pub(super) fn handle_quit(&mut self, person: PersonId, until: Option<Timestamp>) {
        match until {
            Some(until) => self.expiring.push_back((until, person)),
            None => self.forget(person),
        }
    }

    fn forget(&mut self, person: PersonId) {
        self.saved.remove(&person);
        self.owners.remove(&person);
        self.ended.remove(&person);
        self.deeds.forget(person);
        self.take_unseen(person);
    }

    /// Notes that a room was closed in which a person was when their link was lost.
    pub(super) fn note_ended(&mut self, person: PersonId, room: KeptRoom) {
        self.ended.entry(person).or_default().push(room);
    }

    /// The rooms that were closed since a person's link was lost.
    pub(super) fn ended(&self, person: PersonId) -> &[KeptRoom] {
        self.ended.get(&person).map_or(&[], Vec::as_slice)
    }

    /// The same, when the person is back.
    pub(super) fn take_ended(&mut self, person: PersonId) -> Vec<KeptRoom> {
        self.ended.remove(&person).unwrap_or_default()
    }

    fn take_unseen(&mut self, person: PersonId) -> Option<Unseen> {
        self.bytes.remove(&person);
        self.unseen.remove(&person)
    }

    /// Keeps what a peer has not received. Private lines without space count as skipped.
    fn put_unseen(&mut self, person: PersonId, mut unseen: Unseen) {
        self.take_unseen(person);
        let household = Vec::from_iter(unseen.household);
        fit(&mut unseen.lines, &household, &self.bytes);
        self.bytes
            .put(person, household, unseen.lines.private_bytes());
        self.unseen.insert(person, unseen);
    }

    /// Keeps more that the peer has not received, if there is space.
    fn add_unseen(&mut self, person: PersonId, mut more: Unacknowledged) {
        let Some(unseen) = self.unseen.get_mut(&person) else {
            return;
        };
        let household = Vec::from_iter(unseen.household);
        fit(&mut more, &household, &self.bytes);
        unseen.lines.private.extend(more.private);
        unseen.lines.unproven.extend(more.unproven);
        unseen.lines.lost.extend(&more.lost);
        unseen.lines.skipped += more.skipped;
        self.bytes
            .put(person, household, unseen.lines.private_bytes());
    }

    /// Lets another connection wait in place of one that was not answered, if there is one.
    fn replace_waiting(&mut self, before: ConnId, now: &Waiting) -> bool {
        let mut waiting = self.waiting.values_mut();
        let Some(waiting) = waiting.find(|waiting| waiting.is_on(before)) else {
            return false;
        };
        (waiting.requester, waiting.until) = (now.requester, now.until);
        waiting.kept.extend(now.kept.iter().cloned());
        waiting.omitted += now.omitted;
        waiting.left_out.extend(now.left_out.iter().cloned());
        true
    }

    /// Whether a person's choices are those of their account.
    pub(super) fn is_owner(&self, person: PersonId) -> bool {
        self.owners.contains(&person)
    }

    /// Notes that a person has come in with their account, or has logged in or out since.
    pub(super) fn set_owner(&mut self, person: PersonId, is_owner: bool) {
        match is_owner {
            true => drop(self.owners.insert(person)),
            false => drop(self.owners.remove(&person)),
        }
    }

    /// What the dialect of a person wants kept.
    pub(super) fn saved(&self, person: PersonId) -> Option<&Saved> {
        self.saved.get(&person).map(|saved| &**saved)
    }

    /// What the peer of a person's last connection has not received, as far as known.
    pub(super) fn unseen(&self, person: PersonId) -> Option<&Unacknowledged> {
        self.unseen.get(&person).map(|unseen| &unseen.lines)
    }

    /// Private messages that a person's last connection was too short for.
    pub(super) fn kept(&self, person: PersonId) -> &[Event] {
        let unseen = self.unseen.get(&person);
        unseen.map_or(&[], |unseen| &unseen.kept)
    }

    /// Deletes a private message that these people may not have been shown.
    pub(super) fn delete(&mut self, message: Seq, receivers: &[PersonId]) {
        for person in receivers {
            if let Some(unseen) = self.unseen.get_mut(person) {
                unseen.kept.retain(|event| event.seq != message);
                let is_it = |line: &[u8]| is_private_message(line, message);
                unseen.lines.forget_lines(is_it);
                let household = self.bytes.remove(person);
                self.bytes
                    .put(*person, household, unseen.lines.private_bytes());
            }
        }
        for waiting in self.waiting.values_mut() {
            waiting.kept.retain(|event| event.seq != message);
        }
    }

    /// Puts back the choices of a person's earlier visit.
    pub(super) fn restore_saved(&mut self, person: PersonId, saved: Saved) {
        self.saved.insert(person, Arc::new(saved));
    }

    /// Puts back a session of an earlier run.
    pub(super) fn restore(
        &mut self,
        person: PersonId,
        household: Option<IpNet>,
        saved: Option<Saved>,
        lines: Unacknowledged,
        until: Timestamp,
    ) {
        self.saved
            .extend(saved.map(|saved| (person, Arc::new(saved))));
        let unseen = Unseen {
            conn: ConnId(0),
            household,
            lines,
            kept: Vec::new(),
            left_out: Vec::new(),
            is_final: true,
        };
        self.put_unseen(person, unseen);
        let later = |(other, _): &(Timestamp, PersonId)| *other > until;
        let place = self.expiring.iter().position(later);
        let place = place.unwrap_or(self.expiring.len());
        self.expiring.insert(place, (until, person));
    }

    /// Forgets everything about sessions that can no longer be resumed.
    fn expire(&mut self, now: Timestamp, is_here: impl Fn(PersonId) -> bool) {
        while let Some((until, person)) = self.expiring.front().copied()
            && until <= now
        {
            self.expiring.pop_front();
            let waits_again = self.expiring.iter().any(|(_, other)| *other == person);
            if !waits_again && !is_here(person) {
                self.forget(person);
            }
        }
    }
}

/// Drops private lines for which a household has no space, and counts them.
fn fit(lines: &mut Unacknowledged, household: &[IpNet], held: &Holdings<PersonId, IpNet>) {
    if !held.have_space(household, lines.private_bytes(), UNSEEN_BYTES_MAX) {
        lines.drop_private();
    }
}

impl Hub {
    /// Keeps a dialect's choices with a person. A guest who has chosen nothing and talks in the
    /// room that they entered last needs no entry: most people are like that.
    pub(super) fn save(&mut self, caller: Caller, saved: Arc<Saved>, is_default: bool) {
        if let Caller::Person { person, conn, .. } = caller
            && self.chat.speaks_for(person, conn)
        {
            let last = self.chat.rooms_of(person).last();
            let says_nothing = is_default && saved.current() == last.copied();
            let before = self.lost.saved(person);
            let (has_chosen, is_known) = (before.is_some(), before == Some(&*saved));
            if says_nothing && !self.lost.is_owner(person) {
                self.lost.saved.remove(&person);
            } else {
                self.lost.saved.insert(person, saved);
            }
            if is_known {
                return self.survivors.handle_change(person);
            }
            self.note_kept(person);
            if has_chosen || !says_nothing {
                self.survivors.handle_told_if_known(person);
            }
        }
    }

    /// Keeps what a connection's peer has not received, or answers the connection that waits for
    /// it.
    pub(super) fn note_unseen(&mut self, caller: Caller, lines: Unacknowledged, is_final: bool) {
        let Caller::Person { person, conn, .. } = caller else {
            return;
        };
        if let Some(waiting) = is_final.then(|| self.lost.waiting.remove(&conn)).flatten() {
            return self.answer_resumed(waiting, Some(lines));
        }
        let known = self.lost.unseen.get(&person);
        let known = known.filter(|known| known.conn == conn);
        let is_theirs = known.is_some();
        if known.is_some_and(|known| known.is_final) {
            // The connection was lost before it was shown what its person had missed; that is all
            // there is.
            self.lost.add_unseen(person, lines);
            return self.survivors.handle_change(person);
        }
        // While it waits to be shown something it knows less than the report will.
        let waits = self
            .lost
            .waiting
            .values()
            .any(|waiting| waiting.is_on(conn));
        if (is_theirs || self.chat.speaks_for(person, conn)) && !waits {
            let unseen = Unseen {
                conn,
                household: self.chat.household_of(person),
                lines,
                kept: Vec::new(),
                left_out: Vec::new(),
                is_final,
            };
            self.lost.put_unseen(person, unseen);
            self.survivors.handle_change(person);
        }
    }

    /// Answers a resume as soon as it is known what to show.
    pub(super) fn resume(&mut self, requester: Requester, person: PersonId, seen: Option<Seq>) {
        let until = self.numbers.last();
        let gone = std::mem::take(&mut self.turn.left_out);
        let Some((since, returned)) = self.last_return() else {
            return;
        };
        let kept_out = returned.left_out.iter().cloned();
        let waiting = Waiting {
            requester,
            person,
            seen: seen.unwrap_or(until),
            until,
            since,
            kept: returned.kept.to_vec(),
            omitted: returned.omitted,
            left_out: kept_out.chain(gone).collect(),
            name_before: returned.name_before.clone(),
        };
        let last_conn = returned.last_conn;
        if self.lost.replace_waiting(last_conn, &waiting) {
            return;
        }
        match self.lost.take_unseen(person) {
            Some(unseen) if unseen.is_final => {
                let kept = unseen.kept.into_iter().chain(waiting.kept).collect();
                let left_out = unseen.left_out.into_iter().chain(waiting.left_out);
                let waiting = Waiting {
                    kept,
                    left_out: left_out.collect(),
                    ..waiting
                };
                self.answer_resumed(waiting, Some(unseen.lines));
            }
            _ => drop(self.lost.waiting.insert(last_conn, waiting)),
        }
    }

    /// The newest return of this turn.
    fn last_return(&self) -> Option<(Timestamp, &Returned)> {
        let mut events = self.turn.events.iter().rev();
        events.find_map(|event| match &event.fact {
            Fact::Returned(returned) => Some((event.at, &**returned)),
            _ => None,
        })
    }

    fn answer_resumed(&mut self, waiting: Waiting, unseen: Option<Unacknowledged>) {
        let Waiting {
            requester,
            person,
            seen,
            until,
            kept,
            omitted,
            left_out,
            name_before,
            ..
        } = waiting;
        let mut unseen = unseen.unwrap_or_default();
        unseen.skipped += omitted;
        unseen.lost.add(until, omitted);
        let rooms = self.chat.rooms_of(person).iter();
        let after = |room| unseen.rooms.iter().find(|(other, _)| *other == room);
        let rooms = rooms.map(|&room| (room, after(room).map_or(seen, |(_, after)| *after)));
        unseen.rooms = rooms.collect();
        let Some(conn) = requester.conn() else {
            return;
        };
        if !self.chat.speaks_for(person, conn) {
            // The connection is lost again: the next one is shown this.
            let unseen = Unseen {
                conn,
                household: self.chat.household_of(person),
                lines: unseen,
                kept,
                left_out,
                is_final: true,
            };
            return self.lost.put_unseen(person, unseen);
        }
        let deeds = self.lost.deeds.take(person, self.chat.rooms_of(person));
        let kept = kept.into_iter().chain(deeds.map(|deed| (*deed).clone()));
        let kept = kept.collect();
        let is_looked_up = unseen.stored.is_some() || !unseen.private.is_empty();
        let stored = is_looked_up.then(|| self.past_person(person));
        let resumed = Resumed {
            stored: stored.flatten(),
            unseen,
            until,
            kept,
            own: self.chat.names_of(person).into(),
            back: self.chat.welcome_back(person, name_before),
            arrived: Arrived {
                saved: self.saved_now(person),
                left_out,
            },
        };
        let body = ReplyBody::Resumed(resumed.into());
        self.reply(requester, DraftBody::Ready(body));
    }

    /// A person with all their names, for the store to find their private messages.
    fn past_person(&self, person: PersonId) -> Option<PastPerson> {
        let session = self.chat.kept_session(person)?;
        Some(PastPerson {
            person,
            account: session.account.map(|(account, _)| account),
            names: session.names.into(),
        })
    }

    /// What a person has chosen. The room that they talked in may have gone.
    pub(super) fn saved_now(&self, person: PersonId) -> Option<Saved> {
        let saved = self.lost.saved(person)?.clone();
        let rooms = self.chat.rooms_of(person);
        let current = saved.current().filter(|room| rooms.contains(room));
        Some(saved.with_current(current))
    }

    /// Forgets what can no longer be resumed, and answers those who have waited too long.
    pub(super) fn tidy_lost(&mut self, now: Timestamp, age: Timestamp) {
        let chat = &self.chat;
        self.lost.expire(age, |person| chat.is_here(person));
        self.lost.deeds.expire(age - chat.resume_time());
        let waits_long = |_: &ConnId, waiting: &mut Waiting| waiting.since + WAIT_MAX <= now;
        let late: Vec<_> = self.lost.waiting.extract_if(waits_long).collect();
        for (_, waiting) in late {
            self.answer_resumed(waiting, None);
        }
    }
}

impl Waiting {
    fn is_on(&self, conn: ConnId) -> bool {
        self.requester.conn() == Some(conn)
    }
}

#[cfg(test)]
mod tests {
    use chinwag_core::Link;
    use chinwag_feed::PlacedLines;

    use super::*;

    fn private(bytes: usize) -> Unacknowledged {
        Unacknowledged {
            private: vec![(Seq(1), vec![b'\n'; bytes].into())],
            ..Unacknowledged::default()
        }
    }

    fn event(seq: u64) -> Event {
        Event {
            seq: Seq(seq),
            at: Timestamp(0),
            fact: Fact::Tidied { closed: [].into() },
            source: None,
        }
    }

    fn kept_bytes(lost: &LostSessions, person: u64) -> usize {
        let unseen = lost.unseen(PersonId(person));
        unseen.map_or(0, Unacknowledged::private_bytes)
    }

    #[test]
    fn what_all_lost_sessions_have_not_received_is_bounded() {
        let mut lost = LostSessions::default();
        let mut put = |person, bytes| {
            lost.restore(PersonId(person), None, None, private(bytes), Timestamp(9));
            (1..4)
                .map(|person| kept_bytes(&lost, person))
                .sum::<usize>()
        };
        assert_eq!(put(1, UNSEEN_BYTES_MAX / 2), UNSEEN_BYTES_MAX / 2);
        assert_eq!(put(2, UNSEEN_BYTES_MAX / 2), UNSEEN_BYTES_MAX);
        assert_eq!(put(3, 2), UNSEEN_BYTES_MAX, "there is no more room");
        // What a session had before makes room for what it has now.
        assert_eq!(put(1, 5), UNSEEN_BYTES_MAX / 2 + 5);
        assert_eq!(put(3, 3), UNSEEN_BYTES_MAX / 2 + 8);
        lost.restore(
            PersonId(4),
            None,
            None,
            private(UNSEEN_BYTES_MAX),
            Timestamp(9),
        );
        let skipped = lost.unseen(PersonId(4)).map(|unseen| unseen.skipped);
        assert_eq!(skipped, Some(UNSEEN_BYTES_MAX as u64), "they are counted");
    }

    #[test]
    fn the_sessions_of_one_address_have_a_part_of_it() {
        let mut lost = LostSessions::default();
        let household =
            |address: &str| chinwag_core::household_of(address.parse().expect("an address"));
        let part = UNSEEN_BYTES_MAX / chinwag_core::limits::SHARE_PART;
        let mut put = |person, address, bytes| {
            let household = household(address);
            lost.restore(
                PersonId(person),
                household,
                None,
                private(bytes),
                Timestamp(9),
            );
            kept_bytes(&lost, person)
        };
        assert_eq!(put(1, "192.0.2.1", part / 2), part / 2);
        assert_eq!(put(2, "192.0.2.1", part / 2), 0);
        assert_eq!(put(3, "192.0.2.2", part / 2), part / 2);
        // What a session had before makes room for what it has now.
        assert_eq!(put(1, "192.0.2.1", 1), 1);
        assert_eq!(put(2, "192.0.2.1", part / 2), part / 2);
    }

    #[test]
    fn a_private_message_that_is_deleted_is_not_kept_for_those_who_come_back() {
        let mut lost = LostSessions::default();
        let line = |seq: u64| format!("{{\"kind\":\"private\",\"seq\":{seq},\"text\":\"x\"}}\n");
        let lines = [line(5), line(6)].concat().into_bytes();
        let unseen = Unacknowledged {
            private: vec![(Seq(4), lines.into())],
            ..Unacknowledged::default()
        };
        lost.restore(PersonId(1), None, None, unseen, Timestamp(9));
        // What its connection was too short for, and another, which waits.
        let events = || vec![event(4), event(5), event(6)];
        lost.unseen.get_mut(&PersonId(1)).expect("a session").kept = events();
        let waits = Waiting {
            kept: events(),
            ..waiting(7, 20, 0)
        };
        lost.waiting.insert(ConnId(5), waits);
        lost.delete(Seq(5), &[PersonId(1), PersonId(2)]);
        let unseen = lost.unseen(PersonId(1)).expect("a session");
        assert_eq!(&*unseen.private[0].1, line(6).as_bytes());
        assert_eq!(lost.bytes.bytes_of(&PersonId(1)), line(6).len());
        for kept in [lost.kept(PersonId(1)), &lost.waiting[&ConnId(5)].kept] {
            let left: Vec<u64> = kept.iter().map(|event| event.seq.0).collect();
            assert_eq!(left, [4, 6]);
        }
    }

    #[test]
    fn what_another_short_connection_has_not_received_is_added() {
        let mut lost = LostSessions::default();
        let lines = |seq: u64, text: &str| (Seq(seq), text.as_bytes().into());
        let unseen = |seq, skipped| {
            let mut unseen = Unacknowledged {
                private: vec![lines(seq, "private\n")],
                unproven: vec![lines(seq, "unproven\n")],
                skipped,
                ..Unacknowledged::default()
            };
            unseen.lost.add(Seq(seq), 1);
            unseen
        };
        lost.restore(PersonId(1), None, None, unseen(1, 2), Timestamp(9));
        lost.add_unseen(PersonId(1), unseen(2, 3));
        let now = lost.unseen(PersonId(1)).expect("a session");
        let places = |lines: &[PlacedLines]| lines.iter().map(|(at, _)| at.0).collect::<Vec<_>>();
        assert_eq!(places(&now.private), [1, 2]);
        assert_eq!(places(&now.unproven), [1, 2]);
        assert_eq!(now.lost.places().count(), 2);
        assert_eq!(now.skipped, 5);
        assert_eq!(lost.bytes.bytes_of(&PersonId(1)), now.private_bytes());
        // For which there is no space.
        lost.add_unseen(PersonId(1), private(UNSEEN_BYTES_MAX));
        let now = lost.unseen(PersonId(1)).expect("a session");
        assert_eq!(places(&now.private), [1, 2]);
        assert_eq!(now.skipped, 5 + UNSEEN_BYTES_MAX as u64);
    }

    #[test]
    fn sessions_are_forgotten_in_their_time() {
        let mut lost = LostSessions::default();
        for (person, until) in [(1, 20), (2, 10), (3, 15)] {
            lost.restore(PersonId(person), None, None, private(1), Timestamp(until));
        }
        let mut after = |now, here: &[u64]| {
            lost.expire(Timestamp(now), |person| here.contains(&person.0));
            let is_known = |person: &u64| lost.unseen(PersonId(*person)).is_some();
            (1..5).filter(is_known).collect::<Vec<u64>>()
        };
        assert_eq!(after(9, &[]), [1, 2, 3]);
        assert_eq!(after(10, &[]), [1, 3]);
        assert_eq!(after(15, &[3]), [1, 3], "it has come back");
        assert_eq!(after(99, &[]), [3]);
        // It is gone again, and was so twice.
        lost.handle_quit(PersonId(3), Some(Timestamp(100)));
        lost.handle_quit(PersonId(3), Some(Timestamp(200)));
        lost.expire(Timestamp(100), |_| false);
        assert_eq!(kept_bytes(&lost, 3), 1);
        lost.handle_quit(PersonId(3), None);
        assert_eq!(kept_bytes(&lost, 3), 0);
        assert_eq!(lost.bytes.bytes_of(&PersonId(3)), 0);
    }

    fn waiting(conn: u64, until: u64, omitted: u64) -> Waiting {
        let caller = Caller::Anonymous {
            conn: ConnId(conn),
            address: [192, 0, 2, 1].into(),
            link: Link::default(),
        };
        Waiting {
            requester: Requester::unanswered(caller),
            person: PersonId(1),
            seen: Seq(1),
            until: Seq(until),
            since: Timestamp(0),
            kept: Vec::new(),
            omitted,
            left_out: Vec::new(),
            name_before: None,
        }
    }

    #[test]
    fn who_resumes_what_is_still_being_resumed_waits_in_its_place() {
        let mut lost = LostSessions::default();
        lost.waiting.insert(ConnId(5), waiting(7, 20, 3));
        assert!(
            !lost.replace_waiting(ConnId(5), &waiting(9, 30, 4)),
            "that one is gone"
        );
        assert!(lost.replace_waiting(ConnId(7), &waiting(9, 30, 4)));
        let now = &lost.waiting[&ConnId(5)];
        assert!(now.is_on(ConnId(9)) && !now.is_on(ConnId(7)));
        assert_eq!((now.until, now.seen, now.omitted), (Seq(30), Seq(1), 7));
    }
}

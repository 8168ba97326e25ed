//! What outlives a restart of sessions: the codes that resume them and their state, and the choices
//! of registered names.
//!
//! The hub notes what has changed and writes it once a second in one transaction, some sessions at
//! a time; a session that comes and goes within that second is never written. What somebody is told
//! is kept or set is written before they are told, all of a turn together: what an account gets back
//! (rooms, ignores, settings), what a guest has set, the rooms that a guest has made, entered and
//! left, messages and names that are kept for a lost session. A crowd that arrives sets nothing, and
//! of one that moves a turn writes some.
//!
//! A server that is stopped writes exactly how far each session has come. After a kill, the
//! sessions that were connected are known by their last row, and by the *mark*: the place up to
//! which the peers of a shard had acknowledged everything when that was last written. A few have a
//! place of their own in their row: those far behind the others, and those who have just come back
//! and may not have received what they missed. What is shown from there on may be a repeat; nothing
//! is lost that the store has: room messages, and private messages except those between guests.
//!
//! The store has the hashes of codes, prefixed by the numbers of the people, so that the rows of a
//! crowd are written next to each other. With bare hashes each row would change a page of its own,
//! which costs six kilobytes of the log. A restored session has another code inside the chat.

mod marks;
mod restored;
mod rights;
mod unwritten;
mod writing;

use blake2::Blake2bMac512;
use blake2::digest::{KeyInit, Mac};
use chinwag_core::{
    AccountChange, AccountChanged, Command, Duration, Event, Fact, LoggedIn, Name, PersonId,
    Rejection, ResumeCode, Returned, RoomId, Seq, Timestamp,
};
use chinwag_store::SessionChanges;
use chinwag_wire::dialect::Saved;
use hashbrown::HashSet;

use super::Hub;
use super::record::{KeptRoom, Record};
use crate::limits::SESSION_ROWS_MAX;
use crate::shard::shard_of;
use marks::Marks;
pub(super) use marks::Reached;
use restored::Restored;
use unwritten::{Unwritten, WRITTEN};

/// The end of the hash of a resume code.
type Hash = [u8; 24];

/// The key of a session's row: the number of its person, then the hash. An earlier version had the
/// whole hash there, which ends in the same bytes.
pub(super) type RowKey = [u8; 32];

/// Bytes of a person's number.
const NUMBER_BYTES: usize = 8;

/// How many ended sessions may wait for the deletion of their rows. There are only more while the
/// store fails; their codes then stay valid for a few minutes.
const ENDED_MAX: usize = 1 << 16;

/// The time between two looks for expired rows.
const SWEEP_TIME: Duration = Duration::from_secs(60);

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Survivors {
    unwritten: Unwritten,
    /// Sessions to write with this turn: somebody is told in it what they have to know after a kill.
    kept: Vec<PersonId>,
    /// People whose choices for their account are not written yet; they are with this turn, unless the
    /// store fails. Of several people of one account the last to choose counts, not the last to leave.
    chosen: HashSet<PersonId>,
    /// What to write next: the choices of people who are gone, ended sessions, and closed rooms
    /// that may have left rows. If there are too many rooms to note, the next start finds the rest.
    pending: SessionChanges,
    /// Kept messages of accounts that were shown, for the store to forget.
    pub(super) shown: Vec<(Name, Seq)>,
    /// Sessions that ended with a crowd: their rows are deleted once a second, some at a time.
    ended_in_crowd: Vec<RowKey>,
    restored: Restored,
    /// The number of the next room, as last written.
    next_room: RoomId,
    marks: Marks,
    fails: bool,
    /// When expired rows were last deleted.
    swept: Timestamp,
}

/// The hash of a code. A code has forty bits: a thief of the store can find one by trying them all,
/// in the minutes in which it is valid.
fn hash_of(code: ResumeCode) -> Hash {
    let mut mac = Blake2bMac512::new_from_slice(b"chinwag resume code").expect("a short key");
    mac.update(code.to_string().as_bytes());
    let whole = mac.finalize().into_bytes();
    *whole[NUMBER_BYTES..].first_chunk().expect("64 bytes")
}

/// The key of the row of a session that was not restored.
fn key_of(person: PersonId, code: ResumeCode) -> RowKey {
    let mut key = RowKey::default();
    key[..NUMBER_BYTES].copy_from_slice(&person.0.to_be_bytes());
    key[NUMBER_BYTES..].copy_from_slice(&hash_of(code));
    key
}

/// The hash at the end of a key.
fn hash_in(key: &RowKey) -> Hash {
    *key.last_chunk().expect("a key is longer than a hash")
}

impl Survivors {
    /// Notes that the peers of a shard, except for those in `behind`, have acknowledged everything
    /// up to an event.
    pub(super) fn handle_acknowledged(
        &mut self,
        shard: usize,
        up_to: Seq,
        behind: &[(PersonId, Seq)],
    ) {
        for person in self.marks.handle_acknowledged(shard, up_to, behind) {
            self.unwritten.add(person);
        }
    }

    /// Notes that a session has to be written.
    pub(super) fn handle_change(&mut self, person: PersonId) {
        self.unwritten.add(person);
    }

    /// Notes that a session of an earlier run is back, under another code than its person knows.
    pub(super) fn handle_restored(&mut self, person: PersonId, key: RowKey, code: ResumeCode) {
        self.restored.insert(person, key, code);
        self.unwritten.begin(person, WRITTEN);
    }

    /// Notes that a session has to be written with this turn.
    pub(super) fn handle_told(&mut self, person: PersonId) {
        self.unwritten.add(person);
        self.kept.push(person);
    }

    /// The same for a session that has a row. One that has none yet is not known after a kill anyway, so
    /// that it can wait.
    pub(super) fn handle_told_if_known(&mut self, person: PersonId) {
        self.unwritten.add(person);
        if self.unwritten.since(person) == Some(WRITTEN) {
            self.kept.push(person);
        }
    }

    /// The same for what a crowd does at once: only some are written with the turn, the others once a
    /// second, as they came.
    fn handle_told_in_crowd(&mut self, person: PersonId) {
        match self.has_space_in_turn() {
            true => self.handle_told_if_known(person),
            false => self.unwritten.add(person),
        }
    }

    /// Notes that a link is lost: what comes from now on its peer has not seen.
    fn handle_lost(&mut self, person: PersonId) {
        self.marks.remove(person);
        self.handle_told_in_crowd(person);
    }

    /// Notes that a person with a row has left for good: their name is free, and must be after a kill.
    fn handle_gone(&mut self, person: PersonId, key: RowKey) {
        if self.has_space_in_turn() {
            self.kept.push(person);
            self.end(key);
        } else if self.ended_in_crowd.len() < ENDED_MAX {
            self.ended_in_crowd.push(key);
        }
    }

    /// Whether this turn may write one more session of a crowd.
    fn has_space_in_turn(&self) -> bool {
        self.kept.len() < SESSION_ROWS_MAX
    }

    fn end(&mut self, key: RowKey) {
        if self.pending.ended.len() < ENDED_MAX {
            self.pending.ended.push(key);
        }
    }

    /// Lets some of the ended sessions of a crowd be deleted with what is written next.
    fn end_some(&mut self) {
        let some = SESSION_ROWS_MAX.saturating_sub(self.pending.ended.len());
        let rest = self.ended_in_crowd.len().saturating_sub(some);
        self.pending.ended.extend(self.ended_in_crowd.drain(rest..));
        // A crowd that leaves is here as a whole.
        self.ended_in_crowd.shrink_to(2 * rest);
    }

    /// Whether something waits for the next second.
    fn has_more(&self) -> bool {
        !self.unwritten.is_empty() || !self.ended_in_crowd.is_empty()
    }

    /// What an account has set, if that is not written yet.
    pub(super) fn unwritten_profile(&self, account: &Name) -> Option<&str> {
        let mut newest_first = self.pending.profiles.iter().rev();
        let (_, text) = newest_first.find(|(other, _)| other.same_as(account))?;
        Some(text)
    }
}

impl Hub {
    /// The command with the code inside the chat in place of the one that the person knows.
    pub(super) fn code_inside(&self, command: Command) -> Command {
        match command {
            Command::Resume(code) => Command::Resume(self.survivors.restored.code_inside(code)),
            command => command,
        }
    }

    fn row_key(&self, person: PersonId) -> Option<RowKey> {
        let restored = self.survivors.restored.row_of(person);
        restored.or_else(|| Some(key_of(person, self.chat.code_of(person)?)))
    }

    /// Notes an event that is about to become true.
    pub(super) fn note_change(&mut self, event: &Event) {
        match &event.fact {
            Fact::LoggedIn(login) => {
                self.lost.set_owner(login.person, login.account.is_some());
                self.survivors.unwritten.begin(login.person, event.seq);
                let (shard, reached) = (shard_of(login.conn), Reached::at(event.seq));
                self.survivors.marks.insert(login.person, shard, reached);
            }
            Fact::Returned(returned) => {
                self.note_mail_taken(returned.login.account.as_ref(), event.seq);
                self.note_reached(returned, event.seq);
                self.note_returned(&returned.login, event.seq);
                // The code that it was resumed with is valid once, and the person has been told the
                // next.
                self.survivors.kept.push(returned.login.person);
            }
            Fact::Quit(quit) if quit.is_resumable => self.survivors.handle_lost(quit.person),
            Fact::Quit(quit) => self.note_gone(quit.person),
            Fact::Joined { person, .. }
            | Fact::Left {
                person,
                closed_by: None,
                ..
            } => {
                self.note_kept(*person);
                self.survivors.handle_told_in_crowd(*person);
            }
            // Of a room that was removed a resume tells, if the row still has it.
            Fact::Left { person, .. }
            | Fact::IgnoreSet {
                person,
                since_before: true,
                ..
            } => self.note_kept(*person),
            Fact::IgnoreSet { person, .. } => {
                self.note_kept(*person);
                self.survivors.handle_told(*person);
            }
            Fact::AccountSet(set) => {
                if set.is_another() {
                    self.lost.set_owner(set.person, false);
                }
                // A code must not lead into an account that the session has left.
                self.survivors.handle_told(set.person);
            }
            // Without its row a guest's room would be gone, or a stranger its moderator.
            Fact::RoomFounded { person, .. } => self.survivors.handle_told(*person),
            Fact::RoomRetired { room } => self.note_retired(*room),
            // People who create rooms and leave them must not fill the disk.
            Fact::Tidied { closed } if self.survivors.pending.closed.len() < ENDED_MAX => {
                self.survivors.pending.closed.extend(closed);
            }
            Fact::AccountChanged(changed) => self.note_account_changed(changed),
            Fact::AwaySet { person, .. } => self.survivors.handle_told(*person),
            Fact::Renamed(renamed) => self.survivors.handle_told(renamed.person),
            _ => self.note_private(event),
        }
        self.note_rights(&event.fact);
        self.note_deeds(&event.fact);
    }

    /// Notes what a private message, or its end, changes for somebody whom it has not reached.
    fn note_private(&mut self, event: &Event) {
        match &event.fact {
            Fact::PrivateMessage(message) if self.chat.is_lost(message.to) => {
                self.survivors.handle_told(message.to);
            }
            Fact::PrivateMessage(message)
                if message.kept.is_some() || self.chat.is_of_another(message) =>
            {
                self.survivors.handle_change(message.to);
            }
            Fact::PrivateDeleted(deletion) => {
                let receivers = self.chat.lost_receivers(deletion);
                self.lost.delete(deletion.message, &receivers);
                let receivers = receivers.into_iter();
                receivers.for_each(|person| self.survivors.handle_told(person));
            }
            Fact::KeptShown(shown) => {
                self.note_mail_taken(Some(&shown.account), event.seq);
                self.survivors.handle_change(shown.person);
            }
            _ => {}
        }
    }

    fn note_account_changed(&mut self, changed: &AccountChanged) {
        let claimed = matches!(changed.change, AccountChange::Claimed { .. });
        if let Some(person) = changed.person.filter(|_| claimed) {
            self.lost.set_owner(person, true);
            self.note_kept(person);
        }
        for person in &changed.logins {
            match self.chat.is_lost(*person) {
                // It is told when it comes back, also if a shell on a stopped server did this.
                true => self.survivors.handle_told(*person),
                false => self.survivors.handle_change(*person),
            }
        }
        if matches!(changed.change, AccountChange::Removed) {
            self.note_account_ended(&changed.account);
        }
    }

    /// A person changes what it finds again.
    pub(super) fn note_kept(&mut self, person: PersonId) {
        self.survivors.handle_change(person);
        if self.lost.is_owner(person) {
            self.survivors.chosen.insert(person);
        }
    }

    /// Somebody is told that a name is kept: it must be after a kill too.
    pub(super) fn note_refusal(&mut self, rejection: &Rejection, now: Timestamp) {
        if let Rejection::NameKept { name, .. } = rejection
            && let Some(keeper) = self.chat.keeper_of(name, now)
            && self.survivors.unwritten.since(keeper).is_some()
        {
            self.survivors.kept.push(keeper);
        }
    }

    /// Whether a person has changed what their account finds again since it was written.
    pub(super) fn has_chosen(&self, person: PersonId) -> bool {
        self.lost.is_owner(person) && self.survivors.chosen.contains(&person)
    }

    /// A person was given what their account had stored, so there is nothing to write.
    pub(super) fn forget_restored(&mut self, person: PersonId) {
        self.survivors.chosen.remove(&person);
    }

    /// Writes the sessions that cannot wait for their second.
    pub(super) fn write_kept(&mut self) {
        let mut people = std::mem::take(&mut self.survivors.kept);
        people.extend(&self.survivors.chosen);
        if people.is_empty() {
            return;
        }
        people.sort_unstable();
        people.dedup();
        // Of a person who has left for good the row is deleted.
        let since = |person: PersonId| Some((person, self.survivors.unwritten.since(person)?));
        let people: Vec<_> = people.into_iter().filter_map(since).collect();
        self.write_these(&people);
    }

    /// People who were in a room when their link was lost are told that it has gone.
    fn note_retired(&mut self, room: RoomId) {
        let Some(name) = self.chat.room_name(room) else {
            return;
        };
        for person in self.chat.absent_from(room) {
            let (id, name) = (Some(room), name.clone());
            self.lost.note_ended(person, KeptRoom { id, name });
            self.survivors.handle_change(person);
        }
    }

    /// Drops what was not written yet of an account that has ended: the next to register its name
    /// gets none of it.
    fn note_account_ended(&mut self, account: &Name) {
        let profiles = &mut self.survivors.pending.profiles;
        profiles.retain(|(other, _)| !other.same_as(account));
    }

    /// Notes that a person is back: the server may be killed before they receive what they missed.
    fn note_reached(&mut self, returned: &Returned, seq: Seq) {
        let (person, conn) = (returned.login.person, returned.last_conn);
        let unseen = self.lost.unseen(person);
        let seen = match unseen.filter(|_| returned.was_lost) {
            Some(unseen) => unseen.first().min(returned.seen),
            // What the last connection did not receive is not known yet.
            None => self.survivors.marks.reached(person, shard_of(conn)),
        };
        let reached = Reached { seen, until: seq };
        let shard = shard_of(returned.login.conn);
        self.survivors.marks.insert(person, shard, reached);
    }

    fn note_returned(&mut self, login: &LoggedIn, seq: Seq) {
        let person = login.person;
        let account = login.account.as_ref();
        let is_own = account.is_some_and(|account| account.same_as(&login.name));
        if is_own && !self.lost.is_owner(person) {
            self.lost.set_owner(person, true);
            self.note_kept(person);
        }
        if let Some(key) = self.row_key(person) {
            self.survivors.end(key);
        }
        self.survivors.restored.remove(person);
        self.survivors.unwritten.begin(person, seq);
    }

    /// Notes that a person has left for good.
    fn note_gone(&mut self, person: PersonId) {
        self.survivors.marks.remove(person);
        let record = self.record(person);
        let is_resumable = record
            .as_ref()
            .is_some_and(|record| record.session.connection.is_resumable);
        if let Some(profile) = record.and_then(|record| self.profile_of(person, &record)) {
            self.survivors.pending.profiles.push(profile);
        }
        self.survivors.chosen.remove(&person);
        if !is_resumable {
            self.survivors.unwritten.remove(person);
            return;
        }
        let since = self.survivors.unwritten.remove(person);
        let was_written = since.is_none_or(|since| since == WRITTEN);
        if was_written && let Some(key) = self.row_key(person) {
            self.survivors.handle_gone(person, key);
        }
    }

    /// Everything known of a person's session; `None` if nobody will find it again.
    fn record(&self, person: PersonId) -> Option<Record> {
        let mut session = self.chat.kept_session(person)?;
        session
            .private
            .messages
            .extend_from_slice(self.lost.kept(person));
        session.private.messages.sort_by_key(|event| event.seq);
        if !session.connection.is_resumable && session.account.is_none() {
            return None;
        }
        let saved = self.lost.saved(person);
        let unseen = session.until.and_then(|_| self.lost.unseen(person));
        let kept_room = |room: RoomId| {
            Some(KeptRoom {
                id: Some(room),
                name: self.chat.room_name(room)?.clone(),
            })
        };
        let after = |room: RoomId| {
            let rooms = unseen.map(|unseen| &unseen.rooms)?;
            rooms
                .iter()
                .find(|(other, _)| *other == room)
                .map(|(_, after)| *after)
        };
        let rooms = session.rooms.iter();
        let rooms = rooms.filter_map(|&room| Some((kept_room(room)?, after(room))));
        let account = session.account.as_ref().map(|(account, _)| account);
        let is_own = |room: &RoomId| {
            let owner = self.chat.room_owner(*room);
            owner.is_some_and(|owner| account.is_some_and(|account| owner.same_as(account)))
        };
        let mut record = Record {
            id: Some(person),
            owned: session.rooms.iter().copied().filter(is_own).collect(),
            rooms: rooms.collect(),
            ended: self.lost.ended(person).to_vec(),
            current: saved.and_then(Saved::current).and_then(kept_room),
            settings: saved.map(Saved::to_text),
            unseen: unseen.cloned().unwrap_or_default(),
            shard: self.chat.conn_of(person).map_or(0, shard_of),
            reached: self.survivors.marks.of(person),
            session,
        };
        if record.session.until.is_some() {
            self.add_deeds(person, &mut record);
        }
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chinwag_core::{Caller, Proof, QuitReason, RoomName, RoomRef, RoomSetting};

    use super::super::request::{Body, Requester};
    use super::super::tests::{NOW, arrives, by, hub, logs_in, writes_to_bob};
    use super::*;

    fn bob() -> Name {
        Name::parse("bob").expect("a name")
    }

    fn proof() -> Option<Proof> {
        Some(Proof("hash".into()))
    }

    fn joins(hub: &mut Hub, person: PersonId, room: &str) {
        let room = RoomName::parse(room).expect("a room");
        by(hub, person, Body::Command(Command::Join(room)));
    }

    fn quits(hub: &mut Hub, person: PersonId, why: QuitReason) {
        by(hub, person, Body::Command(Command::Quit(why)));
    }

    /// Bob, who has registered.
    fn owner(hub: &mut Hub) -> PersonId {
        let bob = arrives(hub, 1, "bob");
        let register = Command::Register {
            password_hash: "hash".into(),
            proof: None,
        };
        by(hub, bob, Body::Command(register));
        hub.finish(NOW);
        bob
    }

    fn write_all(hub: &mut Hub) {
        hub.finish(NOW);
        while hub.write_sessions() {}
        assert!(hub.survivors.unwritten.is_empty());
    }

    /// A restart told what was done in the first second after the link was lost, and nothing later.
    #[test]
    fn what_is_done_in_the_room_of_a_lost_session_is_written() {
        let mut hub = hub();
        let [ann, bob] = [(1, "ann"), (2, "bob")].map(|(conn, name)| arrives(&mut hub, conn, name));
        for person in [ann, bob] {
            joins(&mut hub, person, "dev");
        }
        quits(&mut hub, bob, QuitReason::Lost);
        write_all(&mut hub);
        let room = RoomRef::Name(RoomName::parse("dev").expect("a room"));
        let settings = Box::new([RoomSetting::Closed(true)]);
        by(
            &mut hub,
            ann,
            Body::Command(Command::SetRoom { room, settings }),
        );
        hub.finish(NOW);
        assert!(hub.survivors.unwritten.since(bob).is_some());
    }

    /// A crowd that comes back after a restart would have its profiles written one by one.
    #[test]
    fn what_an_account_finds_again_is_not_written_again_for_that() {
        let mut hub = hub();
        let bob = owner(&mut hub);
        joins(&mut hub, bob, "dev");
        assert!(hub.survivors.chosen.contains(&bob));
        quits(&mut hub, bob, QuitReason::Quit(None));
        write_all(&mut hub);
        let again = logs_in(&mut hub, 2, "bob", None, proof());
        assert_eq!(hub.chat.rooms_of(again).len(), 2);
        assert!(hub.survivors.chosen.is_empty());
        joins(&mut hub, again, "ops");
        assert!(hub.survivors.chosen.contains(&again));
    }

    #[test]
    fn what_is_still_to_be_written_of_an_account_ends_with_it() {
        let mut hub = hub();
        let bob = owner(&mut hub);
        let beside = logs_in(&mut hub, 2, "bea", Some("bob"), proof());
        quits(&mut hub, bob, QuitReason::Quit(None));
        quits(&mut hub, beside, QuitReason::Lost);
        write_all(&mut hub);
        let profile = (self::bob(), "settings time=full".to_owned());
        hub.survivors.pending.profiles.push(profile);
        let end = Command::EndAccount(self::bob());
        hub.act_for_shell(end, NOW).expect("an end");
        assert_eq!(hub.survivors.unwritten_profile(&self::bob()), None);
        // Its row says whose it was, and was written with the turn.
        assert_eq!(hub.survivors.unwritten.since(beside), None);
    }

    #[test]
    fn an_account_finds_again_what_was_chosen_last() {
        for stops in [false, true] {
            let mut hub = hub();
            let bob = owner(&mut hub);
            let beside = logs_in(&mut hub, 2, "bea", Some("bob"), proof());
            write_all(&mut hub);
            joins(&mut hub, bob, "dev");
            write_all(&mut hub);
            by(&mut hub, beside, Body::Command(Command::Away(None)));
            match stops {
                true => hub.write_all_sessions(NOW),
                false => {
                    quits(&mut hub, bob, QuitReason::Quit(None));
                    quits(&mut hub, beside, QuitReason::Quit(None));
                    write_all(&mut hub);
                }
            }
            let profile = hub.store.profile(&self::bob()).expect("a store");
            assert!(profile.expect("a profile").contains("#dev"), "{stops}");
        }
    }

    #[test]
    fn a_client_without_settings_leaves_those_that_another_has_just_made() {
        let mut hub = hub();
        let bob = owner(&mut hub);
        let beside = logs_in(&mut hub, 2, "bea", Some("bob"), proof());
        write_all(&mut hub);
        let saved = Saved::from_text("time=full");
        by(&mut hub, bob, Body::Save(Arc::new(saved), false));
        quits(&mut hub, bob, QuitReason::Quit(None));
        joins(&mut hub, beside, "dev");
        hub.finish(NOW);
        let profile = hub.store.profile(&self::bob()).expect("a store");
        let profile = profile.expect("a profile");
        assert!(profile.contains("time=full") && profile.contains("#dev"));
    }

    #[test]
    fn the_rows_of_those_who_come_one_after_the_other_are_neighbours() {
        let key = |person, random| key_of(PersonId(person), ResumeCode::from_random(random));
        // Each of these hashes is smaller than the one before.
        let mut codes: Vec<u64> = (0..64).collect();
        codes.sort_unstable_by_key(|&random| {
            std::cmp::Reverse(hash_of(ResumeCode::from_random(random)))
        });
        let keys = (250..).zip(codes).map(|(person, code)| key(person, code));
        assert!(keys.is_sorted());
    }

    #[test]
    fn rows_to_be_deleted_are_bounded() {
        let mut survivors = Survivors::default();
        (0..=ENDED_MAX).for_each(|_| survivors.end(RowKey::default()));
        assert_eq!(survivors.pending.ended.len(), ENDED_MAX);
    }

    #[test]
    fn rooms_that_may_have_left_rows_are_noted_within_a_bound() {
        let mut hub = hub();
        let bob = arrives(&mut hub, 1, "bob");
        for (room, noted) in [("dev", 1), ("ops", ENDED_MAX)] {
            joins(&mut hub, bob, room);
            let leave = Command::Leave {
                room: RoomRef::Name(RoomName::parse(room).expect("a room")),
                why: None,
            };
            by(&mut hub, bob, Body::Command(leave));
            hub.take_command(Requester::unanswered(Caller::Server), Command::Tidy, NOW);
            assert_eq!(hub.survivors.pending.closed.len(), noted);
            hub.survivors.pending.closed.resize(ENDED_MAX, RoomId(9));
        }
    }

    /// A message to somebody who is here changes nothing that is kept, but for whom a reply goes to.
    #[test]
    fn who_talks_in_private_is_not_written_for_each_message() {
        let mut hub = hub();
        let bob = arrives(&mut hub, 1, "bob");
        let ann = arrives(&mut hub, 2, "ann");
        for is_another in [true, false] {
            write_all(&mut hub);
            writes_to_bob(&mut hub, ann);
            hub.finish(NOW);
            let is_changed = hub.survivors.unwritten.since(bob).is_some();
            assert_eq!(is_changed, is_another);
        }
    }

    #[test]
    fn a_row_of_an_earlier_version_is_found_by_its_code() {
        let code = ResumeCode::from_random(7);
        let mut mac = Blake2bMac512::new_from_slice(b"chinwag resume code").expect("a short key");
        mac.update(code.to_string().as_bytes());
        let row: RowKey = *mac.finalize().into_bytes().first_chunk().expect("64 bytes");
        assert_eq!(hash_in(&row), hash_of(code));
        assert_eq!(hash_in(&key_of(PersonId(3), code)), hash_of(code));
    }
}

//! Makes facts true. Nothing here can fail: a fact about a person who has left has no effect.
//!
//! Each fact takes time that grows only with its own change, never with the number of people or
//! rooms.

mod arriving;
mod following;
mod losing;
mod private;
mod shown_names;

use alloc::vec::Vec;

use super::state::{IrcPerson, Rank, Resumable, Room, RoomRules, Speech, TIDY_MAX, named_by};
use super::{Chat, Person};
use crate::account::{Account, AccountChange, AccountChanged, AccountSet, Credential};
use crate::answer::Topic;
use crate::event::{
    AuditEntry, Event, Fact, IdentSet, Knock, MetadataSet, ModAction, Quit, Renamed, RoomAct,
    RoomChange, Tenure,
};
use crate::ids::{PersonId, RoomId, Seq};
use crate::ignore::Ignored;
use crate::metadata::MetadataOwner;
use crate::name::Name;
use crate::read_marker::MarkerSet;
use crate::room::{Held, Standing};
use crate::text::Text;
use crate::time::Timestamp;

/// A person's standings in rooms for the visit.
type Standings = Vec<(RoomId, Held)>;

impl Chat {
    /// Makes an event's fact true.
    pub fn apply(&mut self, event: &Event) {
        let at = event.at;
        match &event.fact {
            Fact::RoomOpened { room, name } => self.open_room(*room, name.clone(), at),
            Fact::LoggedIn(login) => self.apply_logged_in(login, event),
            Fact::Returned(returned) => self.apply_returned(returned, event),
            Fact::Attached(attached) => self.apply_attached(&attached.login, at),
            Fact::Detached(detached) => self.people.detach(detached.person, detached.conn),
            Fact::Joined { person, room, .. } => self.apply_joined(*person, *room),
            Fact::Left { person, room, .. } => self.apply_left(*person, *room),
            Fact::Quit(quit) => self.apply_quit(quit, event.seq, at),
            Fact::Renamed(renamed) => self.apply_renamed(renamed, event),
            Fact::Said { person, room, .. } => self.apply_said(*person, *room, at),
            Fact::KeyUsed(used) => self.sent_keys.insert(&used.sent(event.seq)),
            Fact::PrivateMessage(message) => self.apply_private_message(message, event),
            Fact::MarkerSet(set) => self.apply_marker(set),
            Fact::TopicSet { room, person, .. } => {
                self.rooms.set_topic(*room, topic_of(event), *person);
            }
            Fact::AwaySet {
                person, away, why, ..
            } => self.apply_away_set(*person, *away, why.as_ref()),
            Fact::IgnoreSet {
                person, who, on, ..
            } => self.apply_ignore_set(*person, who, *on),
            Fact::MessageKept(message) => self.apply_message_kept(message, event),
            Fact::PrivateDeleted(deletion) => self.apply_private_deleted(deletion),
            Fact::KeptShown(shown) => self.apply_kept_shown(shown),
            Fact::AccountChanged(changed) => self.apply_account(changed, event.seq, at),
            Fact::AccountSet(set) => self.apply_account_set(set, at),
            Fact::Moderated(entry) => self.apply_moderated(entry, event),
            Fact::Tidied { closed } => self.apply_tidied(closed, at),
            Fact::RoomFounded {
                room,
                person,
                owner,
                ..
            } => self.apply_founded(*room, *person, owner.as_ref()),
            Fact::RoomRetired { room } => self.close_room(*room),
            Fact::RoomChanged(change) => self.apply_room_changed(change, at),
            Fact::RoomRenamed(renamed) => self.rooms.rename(renamed.room, &renamed.new),
            Fact::RankMessage(message) => {
                self.note_speech_in(message.from, Some(message.to.room), at);
            }
            Fact::Knocked(knock) => self.apply_knocked(knock, at),
            // The store keeps what was said.
            Fact::Deleted(_)
            | Fact::PresenceSummary { .. }
            | Fact::MetadataShown(_)
            | Fact::StandingShown(_) => {}
            Fact::Signal(signal) => self.apply_signal(signal, at),
            Fact::IdentSet(set) => self.apply_ident_set(set),
            Fact::MetadataSet(set) => self.apply_metadata_set(set),
        }
        self.note_taken_names(&event.fact);
        #[cfg(debug_assertions)]
        assert!(self.are_counts_consistent(), "{event:?}");
    }

    fn apply_away_set(&mut self, person: PersonId, away: bool, why: Option<&Text>) {
        let away = away.then(|| why.cloned());
        self.people.with(person, |p| p.set_away(away));
    }

    fn apply_ignore_set(&mut self, person: PersonId, who: &Ignored, on: bool) {
        let set = |p: &mut Person| p.set_ignored(who.clone(), on);
        self.people.with(person, set);
        self.resumables.with(person, set);
    }

    fn apply_knocked(&mut self, knock: &Knock, at: Timestamp) {
        let note = |rules: &mut RoomRules| rules.note_knock(knock.person, at);
        self.rooms.change_rules(knock.room, note);
    }

    /// Notes that somebody sent a private message.
    pub(super) fn note_private(&mut self, person: PersonId, at: Timestamp) {
        self.people
            .with(person, |p| p.note_speech(at, false, Speech::Private));
    }

    /// Notes that somebody said something that does not count as a line.
    pub(super) fn note_speech_in(&mut self, person: PersonId, room: Option<RoomId>, at: Timestamp) {
        let is_hidden = room.is_some_and(|room| self.is_hidden(room));
        self.people
            .with(person, |p| p.note_speech(at, is_hidden, Speech::NoLine));
    }

    fn is_hidden(&self, room: RoomId) -> bool {
        self.rooms.get(room).is_some_and(Room::is_hidden)
    }

    fn apply_joined(&mut self, person: PersonId, room: RoomId) {
        if self.people.get(person).is_some() {
            self.rooms.enter(room, person);
            self.people
                .with(person, |p| p.change_rooms(|rooms| rooms.push(room)));
        }
    }

    fn apply_left(&mut self, person: PersonId, room: RoomId) {
        let _ended = self.rooms.leave(room, person);
        self.people.with(person, |p| {
            p.change_rooms(|rooms| rooms.retain(|&other| other != room))
        });
    }

    fn apply_quit(&mut self, quit: &Quit, seen: Seq, at: Timestamp) {
        self.note_kicked(quit, at);
        self.note_departed(quit.person, at);
        self.metadata.forget(&MetadataOwner::Guest(quit.person));
        let Some((person, standings)) = self.take_out(quit.person) else {
            // The session was lost, and an operator has ended it.
            return drop(self.take_lost(quit.person));
        };
        // A script whose connection ends may have finished, and its next run takes the name again.
        // Its link may also have been lost, so its code stays valid.
        let keeps_name = !person.may_have_finished(&quit.why);
        if quit.is_resumable {
            let owns_name = self.owns(person.account.as_ref(), &person.name);
            self.make_space_for_lost();
            self.keep_lost(Resumable {
                person,
                until: at + self.settings.resume_time,
                seen,
                keeps_name,
                owns_name,
                is_restored: false,
                keeps_name_at_home: false,
                kept: Vec::new(),
                omitted: 0,
                standings,
            });
        }
    }

    fn apply_renamed(&mut self, renamed: &Renamed, event: &Event) {
        let Some(person) = self.people.get(renamed.person) else {
            return self.rename_lost(renamed, event);
        };
        let (mute, for_visit) = (
            self.mute_of(person, event.at),
            person.session.rank.for_visit,
        );
        let is_another = !renamed.new.same_as(&renamed.old);
        if is_another {
            self.note_departed(renamed.person, event.at);
        }
        self.people.with(renamed.person, |p| {
            p.set_mute(mute);
            if is_another {
                p.end_name(event.seq, event.seq);
            }
        });
        let rank = Rank {
            operator: renamed.operator,
            for_visit,
        };
        self.people
            .set_account(renamed.person, renamed.account.as_ref());
        self.people.set_rank(renamed.person, rank);
        self.people.rename(renamed.person, &renamed.new);
    }

    /// The mute in force follows a person who logs out, as it follows one who changes name.
    fn apply_account_set(&mut self, set: &AccountSet, at: Timestamp) {
        let Some(person) = self.people.get(set.person) else {
            return;
        };
        let (mute, for_visit) = (self.mute_of(person, at), person.session.rank.for_visit);
        self.people.with(set.person, |p| p.set_mute(mute));
        let rank = Rank {
            operator: set.operator,
            for_visit,
        };
        self.people.set_account(set.person, set.account.as_ref());
        self.people.set_rank(set.person, rank);
    }

    fn apply_account(&mut self, changed: &AccountChanged, seq: Seq, at: Timestamp) {
        let name = &changed.account;
        match &changed.change {
            AccountChange::Claimed {
                kind,
                secret,
                operator,
            } => {
                let mut account = Account::new(name.clone(), *kind, secret.clone(), at);
                if *operator {
                    account = account.appointed(seq);
                }
                self.registrations.insert(account);
                if let Some(person) = changed.person {
                    self.metadata.forget(&MetadataOwner::Guest(person));
                    self.people.set_account(person, Some(name));
                }
            }
            AccountChange::Credential { kind, secret } => {
                let credential = Credential {
                    kind: *kind,
                    secret: secret.clone(),
                    since: at,
                };
                self.registrations
                    .change(name, |account| account.put(credential));
            }
            AccountChange::CertificateRemoved(certificate) => {
                let remove = |account: &mut Account| account.remove_certificate(certificate);
                self.registrations.change(name, remove);
            }
            AccountChange::NameAdded(added) => {
                self.registrations
                    .change(name, |account| account.names.push(added.clone()));
            }
            AccountChange::NameRemoved(removed) => {
                let is_other = |other: &Name| !other.same_as(removed);
                self.registrations
                    .change(name, |account| account.names.retain(is_other));
            }
            AccountChange::Removed => {
                let was_operator = self.registrations.is_operator(name);
                self.registrations.end(name);
                self.rooms.end_account(name);
                self.metadata.forget(&MetadataOwner::account(name));
                self.resumables.end_account(name, was_operator);
            }
        }
    }

    fn apply_said(&mut self, person: PersonId, room: RoomId, at: Timestamp) {
        let is_hidden = self.is_hidden(room);
        self.rooms.said += u64::from(!is_hidden);
        self.rooms.note_history(room);
        self.people
            .with(person, |p| p.note_speech(at, is_hidden, Speech::Line));
    }

    fn apply_marker(&mut self, set: &MarkerSet) {
        let MarkerSet { key, at, .. } = set;
        let forgets = set.forgets.as_deref();
        match &set.account {
            Some(account) => self
                .registrations
                .markers
                .of_mut(account)
                .set(key, *at, forgets),
            None => self.people.with(set.person, |p| {
                p.change_read_markers(|own| own.set(key, *at, forgets))
            }),
        }
    }

    fn apply_moderated(&mut self, entry: &AuditEntry, event: &Event) {
        match &entry.act {
            // The facts that follow these make them true.
            ModAction::Kick { .. }
            | ModAction::Rename { .. }
            | ModAction::Announce(_)
            | ModAction::Delete { .. }
            | ModAction::InRoom { .. }
            | ModAction::AccountAdded(_)
            | ModAction::AccountPassword(_)
            | ModAction::AccountRemoved(_)
            | ModAction::RoomRemoved(_) => {}
            ModAction::Ban(ban) => self.restricted.bans.put(ban),
            ModAction::Unban(mask) => self.restricted.bans.lift(mask),
            ModAction::Mute(mute) => self.restricted.mutes.put(mute),
            ModAction::Unmute(mask) => self.restricted.mutes.lift(mask),
            ModAction::Op {
                name,
                tenure: Tenure::Lasting,
            } => self.set_operator(name, true, event),
            ModAction::Op { name, .. } => {
                let rank = Rank {
                    operator: true,
                    // Nobody in the chat gave out the server's code.
                    for_visit: entry.by != *name,
                };
                if let Some(target) = entry.target {
                    self.people.set_rank(target, rank);
                }
            }
            ModAction::Deop { name } => self.set_operator(name, false, event),
            ModAction::Motd(text) => self.motd = text.clone(),
            ModAction::Lock(on) => self.restricted.locked = *on,
        }
    }

    fn set_operator(&mut self, name: &Name, operator: bool, event: &Event) {
        let is_account = self.registrations.get(name).is_some();
        self.registrations.set_operator(name, operator, event.seq);
        // A person whose connection is lost comes back with the rank they have by then.
        if is_account {
            self.resumables.set_operator(name, operator);
        } else if self.people.named(name).is_none() {
            let lost = self.resumables.reachable(name, event.at);
            if let Some(lost) = lost.map(|lost| lost.person.id) {
                self.resumables.set_rank(lost, operator);
            }
        }
        let people: Vec<PersonId> = match is_account {
            true => self
                .people
                .logged_in_to(name)
                .map(|person| person.id)
                .collect(),
            false => self
                .people
                .named(name)
                .map(|person| person.id)
                .into_iter()
                .collect(),
        };
        let rank = Rank {
            operator,
            for_visit: false,
        };
        for person in people {
            self.people.set_rank(person, rank);
        }
    }

    fn apply_founded(&mut self, room: RoomId, person: PersonId, owner: Option<&Name>) {
        self.rooms.reset(room);
        self.metadata.forget(&MetadataOwner::Room(room));
        let makers = self.holders_of_person(person);
        self.rooms.set_makers(room, makers);
        self.rooms.change_rules(room, |rules| match owner {
            Some(owner) => rules.set_account(owner, Some(Held::owner(false))),
            None => rules.found(person),
        });
    }

    fn apply_room_changed(&mut self, change: &RoomChange, at: Timestamp) {
        let (room, target) = (change.room, change.target);
        match &change.act {
            RoomAct::Stand {
                account, standing, ..
            } => {
                self.apply_stand(room, account.as_ref(), target, *standing);
                if let (Some(gives), Some(told)) = (change.gives(), change.told) {
                    self.rooms
                        .change_rules(room, |rules| rules.note_told((told, gives), at));
                }
            }
            RoomAct::Own { voiced } => self.apply_own(room, &change.by, target, *voiced),
            RoomAct::Eject { account, .. } => {
                self.apply_stand(room, account.as_ref(), target, None);
                if let Some(target) = target {
                    self.apply_left(target, room);
                    self.leave_while_lost(target, room);
                }
            }
            act => {
                self.change_rules_by(room, act, at);
                if let RoomAct::Mask { mask, .. } = act
                    && let Some(account) = named_by(mask)
                {
                    self.rooms.note_account(room, &account);
                }
            }
        }
    }

    fn apply_stand(
        &mut self,
        room: RoomId,
        account: Option<&Name>,
        target: Option<PersonId>,
        standing: Option<Held>,
    ) {
        let for_visit = standing.filter(|_| account.is_none());
        // A person who may come back keeps their standing in the room until then.
        let lost = target.and_then(|target| self.resumables.get(target));
        let waits = lost.is_some_and(|lost| lost.person.rooms.contains(&room));
        self.rooms.change_rules(room, |rules| {
            if let Some(account) = account {
                rules.set_account(account, standing);
            }
            if let Some(target) = target {
                rules.set_guest(target, for_visit.filter(|_| !waits));
            }
        });
        if let Some(account) = account {
            self.rooms.note_account(room, account);
        }
        let Some(target) = target else { return };
        let waiting = for_visit.filter(|_| waits);
        self.resumables.set_standing(target, room, waiting);
        if for_visit.is_some_and(|held| held.standing == Standing::Invited) {
            self.people.with(target, |p| p.note_invited(room));
            self.resumables.with(target, |p| p.note_invited(room));
        }
    }

    fn apply_own(&mut self, room: RoomId, owner: &Name, target: Option<PersonId>, voiced: bool) {
        self.rooms.change_rules(room, |rules| {
            if let Some(target) = target {
                rules.set_guest(target, None);
            }
            rules.set_account(owner, Some(Held::owner(voiced)));
        });
        self.rooms.set_made_by(room, owner);
    }

    fn apply_ident_set(&mut self, set: &IdentSet) {
        let (ident, flags) = (set.ident.clone(), set.flags);
        self.people.with(set.person, |p| {
            p.set_irc(Some(IrcPerson { ident, flags }));
        });
    }

    fn apply_metadata_set(&mut self, set: &MetadataSet) {
        let holders = self.holders_of_person(set.by);
        self.metadata.set(&set.owner, &set.changes, holders);
    }

    pub(super) fn close_room(&mut self, room: RoomId) {
        self.rooms.close(room);
        self.metadata.forget(&MetadataOwner::Room(room));
    }

    fn apply_tidied(&mut self, closed: &[RoomId], at: Timestamp) {
        closed.iter().for_each(|room| self.close_room(*room));
        self.forget_expired(at);
        self.restricted.bans.expire(at, TIDY_MAX);
        self.restricted.mutes.expire(at, TIDY_MAX);
    }
}

/// The topic that an event sets, if any.
fn topic_of(event: &Event) -> Option<Topic> {
    let Fact::TopicSet {
        by, text, account, ..
    } = &event.fact
    else {
        return None;
    };
    Some(Topic {
        text: text.clone()?,
        by: by.clone(),
        account: account.clone(),
        at: event.at,
    })
}

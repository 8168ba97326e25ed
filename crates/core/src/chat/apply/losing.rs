//! Keeps and forgets lost sessions. While somebody may come back to a room it is not deserted: it
//! does not close, and no stranger becomes its founder.

use crate::chat::Chat;
use crate::chat::state::{Resumable, TIDY_MAX};
use crate::event::{Event, Quit, QuitReason, Renamed};
use crate::ids::{LOBBY, PersonId, RoomId};
use crate::name::Name;
use crate::time::Timestamp;

impl Chat {
    /// Keeps a lost session. The session of a script, which may have finished, keeps no room open.
    pub(in crate::chat) fn keep_lost(&mut self, lost: Resumable) {
        if lost.keeps_name || lost.is_restored {
            for room in rooms_of(&lost) {
                self.rooms.set_absent(room, lost.person.id, true);
            }
        }
        self.resumables.insert(lost);
    }

    /// Makes space for one more session.
    pub(super) fn make_space_for_lost(&mut self) {
        if self.resumables.len() >= self.settings.people_max
            && let Some(other) = self.resumables.to_forget()
        {
            self.take_lost(other);
        }
    }

    /// Notes a session that an operator ends, for who comes back to it.
    pub(super) fn note_kicked(&mut self, quit: &Quit, at: Timestamp) {
        let QuitReason::Kicked { by, why } = &quit.why else {
            return;
        };
        let until = at + self.settings.resume_time;
        let lost = self.resumables.get(quit.person).map(|lost| &*lost.person);
        if let Some(person) = self.people.get(quit.person).or(lost) {
            self.kicked.note(person, until, by, why.as_ref());
        }
    }

    pub(super) fn take_lost(&mut self, id: PersonId) -> Option<Resumable> {
        let lost = self.resumables.remove(id)?;
        for room in rooms_of(&lost) {
            self.rooms.set_absent(room, id, false);
        }
        Some(lost)
    }

    /// Removes a person whose link is lost from a room.
    pub(super) fn leave_while_lost(&mut self, id: PersonId, room: RoomId) {
        if self.resumables.get(id).is_some() {
            self.rooms.set_absent(room, id, false);
            self.resumables.with(id, |person| {
                person.change_rooms(|rooms| rooms.retain(|other| *other != room));
            });
        }
    }

    /// Renames a person whose link is lost and who will come back under the new name.
    pub(super) fn rename_lost(&mut self, renamed: &Renamed, event: &Event) {
        let Some(lost) = self.resumables.get(renamed.person) else {
            return;
        };
        let mute = self.mute_of(&lost.person, event.at);
        let owns_name = self.owns(renamed.account.as_ref(), &renamed.new);
        self.resumables.change(renamed.person, |lost| {
            let person = &mut *lost.person;
            person.set_mute(mute);
            if !renamed.new.same_as(&renamed.old) {
                let until = if lost.keeps_name {
                    event.seq
                } else {
                    lost.seen
                };
                person.end_name(until, event.seq);
            }
            person.name = renamed.new.clone();
            person.account = renamed.account.clone();
            person.session.rank.operator = renamed.operator;
            lost.owns_name = owns_name;
        });
    }

    /// Whether a name belongs to the account.
    pub(in crate::chat) fn owns(&self, account: Option<&Name>, name: &Name) -> bool {
        let owner = self.registrations.get(name);
        owner.is_some_and(|owner| account.is_some_and(|account| owner.name.same_as(account)))
    }

    /// Forgets some of the sessions whose time is up.
    pub(super) fn forget_expired(&mut self, now: Timestamp) {
        for _ in 0..TIDY_MAX {
            let Some(id) = self.resumables.expired(now) else {
                return;
            };
            self.take_lost(id);
        }
    }
}

/// The rooms that stay open for a person. The lobby always is.
fn rooms_of(lost: &Resumable) -> impl Iterator<Item = RoomId> {
    let rooms = lost.person.rooms.iter().copied();
    rooms.filter(|room| *room != LOBBY)
}

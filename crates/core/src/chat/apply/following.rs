//! Whom a bar or a mute of a room follows: the list of the room says so, and a person knows in which
//! rooms to look.

use alloc::vec::Vec;

use crate::ban::Mask;
use crate::chat::{Chat, Person};
use crate::event::{RoomAct, RoomChange};
use crate::ids::{PersonId, RoomId};
use crate::limits::FOLLOWED_MAX;
use crate::time::Timestamp;

impl Chat {
    /// Changes the rules of a room, and notes whom a bar or a mute follows from now on.
    pub(super) fn change_rules_by(&mut self, room: RoomId, act: &RoomAct, at: Timestamp) {
        let named = match act {
            RoomAct::Bar(entry) | RoomAct::Mute(entry) => self.named_by(&entry.mask, at),
            _ => Vec::new(),
        };
        self.rooms
            .change_rules(room, |rules| rules.change(act, at, &named));
        for id in named {
            let note = |person: &mut Person| person.note_listed(room);
            self.people.with(id, note);
            self.resumables.with(id, note);
        }
    }

    /// The people whom a restriction's mask names and matches, connected or not.
    fn named_by(&self, mask: &Mask, now: Timestamp) -> Vec<PersonId> {
        let Some(name) = &mask.name else {
            return Vec::new();
        };
        let lost = self.resumables.logged_in_to(name).into_iter();
        let lost = lost.filter_map(|id| Some(&*self.resumables.get(id)?.person));
        let people = self.bearer_of(name, now).into_iter();
        let people = people.chain(self.people.logged_in_to(name)).chain(lost);
        let is_meant = |person: &&Person| person.is_matched(mask, Some(name));
        let people = people.filter(is_meant).take(FOLLOWED_MAX);
        people.map(|person| person.id).collect()
    }

    /// The people whom the bars or mutes follow that a change sets or lifts, as long as they are
    /// there.
    pub fn followers(&self, change: &RoomChange) -> Vec<PersonId> {
        let Some(rules) = self.rooms.rules(change.room) else {
            return Vec::new();
        };
        let (list, mask) = match &change.act {
            RoomAct::Bar(bar) => (&rules.bars, &bar.mask),
            RoomAct::Unbar(mask) => (&rules.bars, mask),
            RoomAct::Mute(mute) => (&rules.mutes, &mute.mask),
            RoomAct::Unmute(mask) => (&rules.mutes, mask),
            _ => return Vec::new(),
        };
        list.followers(mask)
    }
}

//! Rights and restrictions of people that change: the rows of their sessions are written with the
//! turn.

use chinwag_core::{Event, Fact};

use super::super::Hub;

impl Hub {
    /// Notes who was given or lost a right: one that was taken must not come back with its session
    /// after a `kill -9`, and of the first to arrive, who has become the operator, only this row knows,
    /// without which the next to come would be the operator.
    pub(super) fn note_rights(&mut self, fact: &Fact) {
        let target = match fact {
            Fact::RoomChanged(change) => change.target,
            Fact::Moderated(entry) => entry.target,
            Fact::LoggedIn(login) if login.operator => Some(login.person),
            _ => None,
        };
        if let Some(person) = target {
            self.survivors.handle_told(person);
        }
    }

    /// A bar or a mute of a room follows people, or does so no longer, and will after a restart.
    pub(in crate::hub) fn note_followed(&mut self, event: &Event) {
        if let Fact::RoomChanged(change) = &event.fact {
            for person in self.chat.followers(change) {
                self.survivors.handle_told(person);
            }
        }
    }
}

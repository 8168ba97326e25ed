//! Lines for administrators, at a shell of the machine.

use alloc::vec::Vec;

use chinwag_core::{Event, Fact, Name, Profile, Restriction};

use super::Renderer;
use super::answer::{InForce, Joined, Present};

impl Renderer {
    /// What an operator sees of their own act.
    pub(crate) fn shell_event(&self, out: &mut Vec<u8>, event: &Event) {
        if let Fact::Moderated(entry) = &event.fact {
            self.writer(out).moderation_to_actor(entry, event.at);
        }
    }

    /// `banned: bob until 2026-11-22 10:00 UTC by lee: spam`
    pub(crate) fn shell_restriction(
        &self,
        out: &mut Vec<u8>,
        what: &str,
        restriction: &Restriction,
        accounts: &[Name],
    ) {
        let in_force = InForce(restriction, accounts);
        self.writer(out).bare(format_args!("{what}: {in_force}"));
    }

    /// `lee (operator, registered) in #lobby, #dev from 192.0.2.7, 192.0.2.8`
    pub(crate) fn shell_person(&self, out: &mut Vec<u8>, profile: &Profile) {
        let (person, rooms) = (Present(&profile.line), Joined(&profile.rooms));
        let addresses = Joined(&profile.addresses);
        self.writer(out)
            .bare(format_args!("{person} in {rooms} from {addresses}"));
    }
}

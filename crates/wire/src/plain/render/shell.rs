//! Lines for administrators, at a shell of the machine.

use alloc::vec::Vec;

use chinwag_core::{Event, Fact, Profile};

use super::Renderer;
use super::answer::{Joined, Present};

impl Renderer {
    /// What an operator sees of their own act.
    pub(crate) fn shell_event(&self, out: &mut Vec<u8>, event: &Event) {
        if let Fact::Moderated(entry) = &event.fact {
            self.writer(out).moderation_to_actor(entry, event.at);
        }
    }

    /// `lee (operator, registered) in #lobby, #dev from 192.0.2.7`
    pub(crate) fn shell_person(&self, out: &mut Vec<u8>, profile: &Profile) {
        let (person, rooms) = (Present(&profile.line), Joined(&profile.rooms));
        let writer = &mut self.writer(out);
        match profile.address {
            Some(address) => {
                let address = address.to_canonical();
                writer.bare(format_args!("{person} in {rooms} from {address}"));
            }
            None => writer.bare(format_args!("{person} in {rooms}")),
        }
    }
}

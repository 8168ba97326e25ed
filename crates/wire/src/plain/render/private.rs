//! What one person alone is told: private messages, and that what they asked for is done.

use alloc::vec::Vec;

use chinwag_core::{Act, Event, Fact, PersonId};

use super::{Page, Renderer};
use crate::plain::words::Because;

impl Renderer {
    /// One event as `reader` is told it in private: a private message, an operator's deed, an
    /// announcement, a confirmation.
    ///
    /// Writes nothing for events that are told to others, for `PrefsSet` (the session knows which
    /// setting was asked for and confirms it with [`pref`](Self::pref)) and for `Switched` (which
    /// [`company`](Self::company) confirms).
    pub fn private_line(&mut self, out: &mut Vec<u8>, event: &Event, reader: PersonId) {
        match &event.fact {
            Fact::Told(told) => {
                let from = (told.from != reader).then_some(&told.from_name);
                let to = (told.to != reader).then_some(&told.to_name);
                if from.is_none() || to.is_none() {
                    self.told(out, event.at, from, to, &told.text);
                }
            }
            Fact::Deed(deed) => {
                let page = &mut self.page(out);
                if let Act::Announce(text) = &deed.act {
                    page.alone(format_args!("{} announces: {text}", deed.by));
                } else if deed.target == Some(reader) {
                    page.deed_to_target(deed, event.at);
                } else if deed.actor == Some(reader) {
                    page.deed_to_actor(deed, event.at);
                }
            }
            fact => confirmation(&mut self.page(out), fact, reader),
        }
    }
}

fn confirmation(page: &mut Page<'_>, fact: &Fact, reader: PersonId) {
    match fact {
        Fact::AwaySet { person, away, why } if *person == reader => match away {
            true => page.alone(format_args!("You are away{}", Because(why.as_ref()))),
            false => page.alone("You are back."),
        },
        Fact::IgnoreSet { person, name, on } if *person == reader => match on {
            true => page.alone(format_args!(
                "You ignore {name} now. /unignore {name} ends it."
            )),
            false => page.alone(format_args!("You hear {name} again.")),
        },
        Fact::Claimed { person, name, .. } if *person == reader => page.alone(format_args!(
            "Your name is registered. Next time type {name}#PASSWORD at the prompt."
        )),
        _ => {}
    }
}

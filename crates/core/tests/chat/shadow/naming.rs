//! Who bore which name when, as the events tell it: by that a message is one's own, whatever one goes by now.

use chinwag_core::{Command, Event, Fact, FoundMessage, Name, PersonId, Seq};

use super::Shadow;

/// A person takes a name.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    at: Seq,
    person: PersonId,
    name: Name,
}

impl Taken {
    pub(super) fn in_event(event: &Event) -> Option<Self> {
        let (person, name) = match &event.fact {
            Fact::LoggedIn(login) => (login.person, &login.name),
            Fact::Returned(returned) => (returned.login.person, &returned.login.name),
            Fact::Renamed(renamed) => (renamed.person, &renamed.new),
            _ => return None,
        };
        let (at, name) = (event.seq, name.clone());
        Some(Self { at, person, name })
    }
}

impl Shadow {
    /// Whether a person was the last to take a name before a place, and had no other there.
    fn bore(&self, person: PersonId, name: &Name, place: Seq) -> bool {
        let before = || self.taken.iter().rev().filter(|taken| taken.at < place);
        let taker = before().find(|taken| taken.name.same_as(name));
        let own = before().find(|taken| taken.person == person);
        taker.is_some_and(|taker| taker.person == person)
            && own.is_some_and(|own| own.name.same_as(name))
    }

    /// Whether the message that a command deletes is this person's.
    pub(super) fn is_own_message(&self, command: &Command, person: PersonId) -> bool {
        let Command::Delete { message, found, .. } = command else {
            panic!("{command:?} deletes");
        };
        let (name, account) = match found {
            FoundMessage::InRoom { name, account, .. } => (name, account),
            FoundMessage::Private {
                from_name,
                accounts,
                ..
            } => (from_name, &accounts.from),
        };
        // The event that gave a name is no message; the store would have found none there.
        if self.taken.iter().any(|taken| taken.at == *message) {
            return true;
        }
        let own = self.people[&person].account.as_ref().zip(account.as_ref());
        own.is_some_and(|(own, of)| own.same_as(of)) || self.bore(person, name, *message)
    }
}

//! The people whom a person does not want to hear, as its session knows them: lines of rooms, and what is read of the
//! past, come without asking the chat.

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::{Event, Fact, Ignored};

/// Whether the words that a fact has beside what is told to everybody are of one of these people: then they are left out.
pub(crate) fn leave_out_aside(entries: &[Ignored], fact: &Fact) -> bool {
    fact.aside()
        .is_some_and(|voice| entries.iter().any(|entry| entry.covers(&voice)))
}

/// See the [module](self).
#[derive(Clone, Debug, Default)]
pub(crate) struct Ignores {
    /// Boxed, since few ignore anybody.
    list: Option<Box<List>>,
}

#[derive(Clone, Debug, Default)]
struct List {
    entries: Vec<Ignored>,
}

impl Ignores {
    /// Whom a person ignores by the fact that a session is its.
    pub(crate) fn by_login(fact: &Fact) -> Self {
        match fact {
            Fact::Returned(returned) => Self::of(returned.ignores.to_vec()),
            Fact::Attached(attached) => Self::of(attached.ignores.to_vec()),
            _ => Self::default(),
        }
    }

    fn of(entries: Vec<Ignored>) -> Self {
        let list = (!entries.is_empty()).then(|| Box::new(List { entries }));
        Self { list }
    }

    /// The entries.
    pub(crate) fn entries(&self) -> &[Ignored] {
        self.list.as_deref().map_or(&[], |list| &list.entries)
    }

    /// Takes over a change, if the fact is one.
    pub(crate) fn note(&mut self, fact: &Fact) {
        let Fact::IgnoreSet { who, on, .. } = fact else {
            return;
        };
        let mut entries = self.list.take().unwrap_or_default().entries;
        entries.retain(|other| !other.name.same_as(&who.name));
        entries.extend(on.then(|| who.clone()));
        *self = Self::of(entries);
    }

    /// Whether an event has the voice of somebody ignored.
    pub(crate) fn hides(&self, event: &Event) -> bool {
        let entries = self.entries();
        !entries.is_empty()
            && event
                .fact
                .voice()
                .is_some_and(|voice| entries.iter().any(|entry| entry.covers(&voice)))
    }
}

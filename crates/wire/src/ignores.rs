//! The people whom a person does not want to hear, as its session knows them: lines of rooms, and what is read of the
//! past, come without asking the chat.

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::{Event, Fact, Ignored, Name, Returned};

/// See the [module](self).
#[derive(Clone, Debug, Default)]
pub(crate) struct Ignores {
    /// Boxed, since few ignore anybody.
    lists: Option<Box<Lists>>,
}

#[derive(Clone, Debug, Default)]
struct Lists {
    entries: Vec<Ignored>,
    /// All names of these, and of their accounts.
    names: Vec<Name>,
}

impl Ignores {
    /// What a session that was taken up ignores.
    pub(crate) fn returned(returned: &Returned) -> Self {
        Self::of(returned.ignores.to_vec())
    }

    fn of(entries: Vec<Ignored>) -> Self {
        let names = entries.iter().flat_map(Ignored::names).cloned().collect();
        let lists = (!entries.is_empty()).then(|| Box::new(Lists { entries, names }));
        Self { lists }
    }

    /// The names, with those of accounts.
    pub(crate) fn names(&self) -> &[Name] {
        self.lists.as_deref().map_or(&[], |lists| &lists.names)
    }

    /// Takes over a change, if the fact is one.
    pub(crate) fn note(&mut self, fact: &Fact) {
        let Fact::IgnoreSet { who, on, .. } = fact else {
            return;
        };
        let lists = self.lists.take().unwrap_or_default();
        let mut entries = lists.entries;
        let listed = entries.extract_if(.., |other| other.name.same_as(&who.name));
        let people: Vec<_> = listed.filter_map(|listed| listed.person).collect();
        if *on {
            entries.push(who.clone());
        } else {
            // A session that was taken up knows a person by the name of that time as well.
            let is_other = |other: &Ignored| other.person.is_none_or(|id| !people.contains(&id));
            entries.retain(is_other);
        }
        *self = Self::of(entries);
    }

    /// Whether an event has the voice of somebody ignored.
    pub(crate) fn hides(&self, event: &Event) -> bool {
        let Some(lists) = self.lists.as_deref() else {
            return false;
        };
        let voice = event.fact.voice();
        voice.is_some_and(|voice| lists.entries.iter().any(|entry| entry.covers(&voice)))
    }
}

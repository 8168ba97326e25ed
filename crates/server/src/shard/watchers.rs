//! Which sessions want to be told when a name comes or goes, wherever its bearer is.
//!
//! Every shard sees every event, so the hub has no part in it. An event costs a look-up of its name, and
//! nothing at all while nobody watches.

use chinwag_core::{Event, Fact, Name};
use hashbrown::{HashMap, HashSet};

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Watchers {
    /// By the folded name.
    by_name: HashMap<Box<str>, HashSet<usize>>,
    /// The folded names that each watches.
    by_slot: HashMap<usize, Vec<Box<str>>>,
}

impl Watchers {
    /// A session watches just these names from now on.
    pub(crate) fn set(&mut self, slot: usize, names: &[Name]) {
        self.forget(slot);
        if names.is_empty() {
            return;
        }
        let folded = names.iter().map(|name| Box::from(name.folded()));
        let folded: Vec<Box<str>> = folded.collect();
        for name in &folded {
            self.by_name.entry(name.clone()).or_default().insert(slot);
        }
        self.by_slot.insert(slot, folded);
    }

    /// A session is gone.
    pub(crate) fn forget(&mut self, slot: usize) {
        for name in self.by_slot.remove(&slot).unwrap_or_default() {
            if let Some(slots) = self.by_name.get_mut(&name) {
                slots.remove(&slot);
                if slots.is_empty() {
                    self.by_name.remove(&name);
                }
            }
        }
    }

    /// The sessions that watch a name which an event is about, each once, in order.
    pub(crate) fn of(&self, event: &Event) -> Vec<usize> {
        if self.by_name.is_empty() {
            return Vec::new();
        }
        let names = names_of(&event.fact);
        let slots = names.into_iter().flatten();
        let slots = slots.filter_map(|name| self.by_name.get(name.folded()));
        let mut slots: Vec<usize> = slots.flatten().copied().collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }
}

fn names_of(fact: &Fact) -> [Option<&Name>; 2] {
    let name = match fact {
        Fact::LoggedIn(login) => &login.name,
        Fact::Returned(returned) => &returned.login.name,
        Fact::Quit(quit) => &quit.name,
        Fact::Renamed(renamed) => return [Some(&renamed.old), Some(&renamed.new)],
        Fact::AwaySet { name, .. } => name,
        Fact::AccountSet(set) => &set.name,
        Fact::AccountChanged(changed) if !changed.rooms.is_empty() => &changed.account,
        Fact::IdentSet(set) => &set.name,
        _ => return [None, None],
    };
    [Some(name), None]
}

#[cfg(test)]
mod tests {
    use chinwag_core::{PersonId, Quit, QuitReason, Seq, Timestamp};

    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    fn gone(text: &str) -> Event {
        Event {
            seq: Seq(1),
            at: Timestamp(0),
            fact: Fact::Quit(Box::new(Quit {
                person: PersonId(1),
                name: name(text),
                rooms: [].into(),
                why: QuitReason::Closed,
                is_resumable: false,
            })),
            source: None,
        }
    }

    #[test]
    fn who_watches_a_name_is_told_of_it_alone() {
        let mut watchers = Watchers::default();
        watchers.set(3, &[name("ann"), name("bob")]);
        watchers.set(1, &[name("Ann")]);
        assert_eq!(watchers.of(&gone("ANN")), [1, 3]);
        assert_eq!(watchers.of(&gone("bob")), [3]);
        watchers.set(3, &[name("cy")]);
        assert_eq!(watchers.of(&gone("ann")), [1]);
        watchers.forget(1);
        watchers.forget(3);
        assert!(watchers.of(&gone("ann")).is_empty());
        assert!(watchers.by_name.is_empty() && watchers.by_slot.is_empty());
    }
}

//! Which sessions want to know when a name comes or goes, wherever its bearer is, or when metadata
//! is shown under a key.
//!
//! Every shard sees every event, so the hub has no part in it. An event costs a look-up of its
//! name, or of each key, and nothing at all while nobody watches.

use std::hash::Hash;

use chinwag_core::{AccountChange, Event, Fact, MetadataKey, Name};
use chinwag_wire::dialect::Watched;
use hashbrown::{HashMap, HashSet};

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Watchers {
    /// By the folded name.
    by_name: HashMap<Box<str>, HashSet<usize>>,
    by_key: HashMap<MetadataKey, HashSet<usize>>,
    /// What each watches.
    by_slot: HashMap<usize, Watching>,
}

#[derive(Debug)]
struct Watching {
    /// Folded names.
    names: Box<[Box<str>]>,
    keys: Box<[MetadataKey]>,
}

impl Watchers {
    /// A session watches just this from now on.
    pub(crate) fn set(&mut self, slot: usize, watched: Watched<'_>) {
        self.forget(slot);
        let Watched { names, keys } = watched;
        if names.is_empty() && keys.is_empty() {
            return;
        }
        let watching = Watching {
            names: names.iter().map(|name| name.folded().into()).collect(),
            keys: keys.into(),
        };
        for name in &watching.names {
            self.by_name.entry(name.clone()).or_default().insert(slot);
        }
        for key in &watching.keys {
            self.by_key.entry(key.clone()).or_default().insert(slot);
        }
        self.by_slot.insert(slot, watching);
    }

    /// Forgets a session that is gone.
    pub(crate) fn forget(&mut self, slot: usize) {
        let Some(watching) = self.by_slot.remove(&slot) else {
            return;
        };
        for name in &watching.names {
            forget_one(&mut self.by_name, name, slot);
        }
        for key in &watching.keys {
            forget_one(&mut self.by_key, key, slot);
        }
    }

    /// The sessions that watch what an event is about, each once, in order.
    pub(crate) fn of(&self, event: &Event) -> Vec<usize> {
        if self.by_slot.is_empty() {
            return Vec::new();
        }
        let mut slots: Vec<usize> = match &event.fact {
            // A session that watches only the name has no use for it.
            Fact::MetadataShown(shown) => {
                let keys = shown.changes.iter();
                let slots = keys.filter_map(|(key, _)| self.by_key.get(key));
                slots.flatten().copied().collect()
            }
            fact => {
                let names = names_of(fact).into_iter().flatten();
                let slots = names.filter_map(|name| self.by_name.get(name.folded()));
                slots.flatten().copied().collect()
            }
        };
        slots.sort_unstable();
        slots.dedup();
        slots
    }
}

fn forget_one<K: Eq + Hash>(map: &mut HashMap<K, HashSet<usize>>, key: &K, slot: usize) {
    if let Some(slots) = map.get_mut(key) {
        slots.remove(&slot);
        if slots.is_empty() {
            map.remove(key);
        }
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
        // The account is created under the name that its person bears.
        Fact::AccountChanged(changed) => match changed.change {
            AccountChange::Claimed { .. } if changed.person.is_some() => &changed.account,
            _ => return [None, None],
        },
        Fact::IdentSet(set) => &set.name,
        _ => return [None, None],
    };
    [Some(name), None]
}

#[cfg(test)]
mod tests {
    use chinwag_core::{
        AccountChanged, AccountSet, CredentialKind, Flags, Ident, IdentSet, MetadataShown,
        MetadataSubject, PersonId, Quit, QuitReason, Renamed, Returned, RoomId, Seq, Timestamp,
    };

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
                account: None,
                rooms: [].into(),
                why: QuitReason::Closed,
                is_resumable: false,
            })),
            source: None,
        }
    }

    /// What is told of a person who bears a name.
    fn facts_of(text: &str) -> Vec<Fact> {
        let person = PersonId(1);
        let renamed = |old: &str, new: &str| {
            Fact::Renamed(Box::new(Renamed {
                person,
                old: name(old),
                since: Seq(0),
                new: name(new),
                rooms: [].into(),
                account: None,
                operator: false,
            }))
        };
        vec![
            Fact::Returned(Box::new(Returned::of_past(name(text), RoomId(0)))),
            renamed(text, "other"),
            renamed("other", text),
            Fact::AwaySet {
                person,
                name: name(text),
                away: true,
                why: None,
                rooms: [].into(),
            },
            Fact::AccountSet(Box::new(AccountSet {
                person,
                before: None,
                account: None,
                operator: false,
                name: name(text),
                rooms: [].into(),
            })),
            Fact::IdentSet(Box::new(IdentSet {
                person,
                name: name(text),
                ident: Ident::new("user", None),
                flags: Flags::default(),
                rooms: [].into(),
            })),
            claimed(text, Some(person)),
        ]
    }

    fn claimed(account: &str, person: Option<PersonId>) -> Fact {
        Fact::AccountChanged(Box::new(AccountChanged {
            account: name(account),
            change: AccountChange::Claimed {
                kind: CredentialKind::Password,
                secret: "hash".into(),
                operator: false,
            },
            person,
            logins: [].into(),
            rooms: [].into(),
        }))
    }

    fn key(text: &str) -> MetadataKey {
        MetadataKey::parse(text).expect("a key")
    }

    fn shown(by: &str, keys: &[&str]) -> Event {
        let fact = Fact::MetadataShown(Box::new(MetadataShown {
            by: PersonId(1),
            subject: MetadataSubject::Person(PersonId(1), name(by)),
            rooms: [].into(),
            changes: keys.iter().map(|text| (key(text), None)).collect(),
        }));
        Event { fact, ..gone(by) }
    }

    fn watch(watchers: &mut Watchers, slot: usize, names: &[&str], keys: &[&str]) {
        let names: Vec<Name> = names.iter().map(|text| name(text)).collect();
        let keys: Vec<MetadataKey> = keys.iter().map(|text| key(text)).collect();
        let (names, keys) = (&*names, &*keys);
        watchers.set(slot, Watched { names, keys });
    }

    #[test]
    fn who_watches_a_name_is_told_of_it_alone() {
        let mut watchers = Watchers::default();
        watch(&mut watchers, 3, &["ann", "bob"], &[]);
        watch(&mut watchers, 1, &["Ann"], &[]);
        assert_eq!(watchers.of(&gone("ANN")), [1, 3]);
        assert_eq!(watchers.of(&gone("bob")), [3]);
        watch(&mut watchers, 3, &["cy"], &[]);
        assert_eq!(watchers.of(&gone("ann")), [1]);
        watchers.forget(1);
        watchers.forget(3);
        assert!(watchers.of(&gone("ann")).is_empty());
        assert!(watchers.by_name.is_empty() && watchers.by_slot.is_empty());
    }

    #[test]
    fn who_watches_a_name_is_told_what_becomes_of_its_bearer() {
        let mut watchers = Watchers::default();
        watch(&mut watchers, 3, &["ann"], &[]);
        for fact in facts_of("ann") {
            let event = Event {
                fact,
                ..gone("any")
            };
            assert_eq!(watchers.of(&event), [3], "{:?}", event.fact);
        }
        for fact in facts_of("bob").into_iter().chain([claimed("ann", None)]) {
            let event = Event {
                fact,
                ..gone("any")
            };
            assert!(watchers.of(&event).is_empty(), "{:?}", event.fact);
        }
    }

    #[test]
    fn who_watches_a_key_is_told_of_it_once_whoever_has_it() {
        let mut watchers = Watchers::default();
        watch(&mut watchers, 2, &[], &["url", "avatar"]);
        watch(&mut watchers, 5, &["ann"], &["avatar"]);
        watch(&mut watchers, 7, &["ann"], &[]);
        assert_eq!(watchers.of(&shown("ann", &["avatar", "url"])), [2, 5]);
        assert_eq!(watchers.of(&shown("bob", &["url"])), [2]);
        assert!(watchers.of(&shown("ann", &["city"])).is_empty());
        watchers.forget(2);
        watchers.forget(5);
        watchers.forget(7);
        assert!(watchers.by_key.is_empty() && watchers.by_slot.is_empty());
    }
}

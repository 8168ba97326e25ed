//! Names in use, found by spelling or by look.
//!
//! An entry holds the name itself and no copies of its keys: with fifty thousand people the keys
//! would weigh more than the rest of a person.

use core::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::name::Name;

/// The most names of one look that may be in use: `host1` and `hostl` are two people, but four
/// thousand spellings of `l1l1l1l1l1l1` would make every search among them a long one.
const SAME_LOOK_MAX: usize = 8;

#[derive(Clone, Debug)]
struct Entry<T> {
    name: Name,
    owner: T,
}

impl<T> Entry<T> {
    fn look(&self, which: usize) -> &str {
        self.name.looks()[which]
    }
}

/// Owners of names.
#[derive(Clone, Debug)]
pub(super) struct Registry<T> {
    /// By the first look of the name, and by the second if that differs, as for few names.
    by_look: [HashTable<Entry<T>>; 2],
    hasher: DefaultHashBuilder,
}

impl<T> Default for Registry<T> {
    fn default() -> Self {
        Self {
            by_look: [const { HashTable::new() }; 2],
            hasher: DefaultHashBuilder::default(),
        }
    }
}

impl<T: Clone> Registry<T> {
    /// Gives a name an owner, who replaces any earlier one.
    pub(super) fn insert(&mut self, name: Name, owner: T) {
        self.remove(&name);
        let hasher = &self.hasher;
        let tables = self.by_look.iter_mut().enumerate();
        for (which, table) in tables.take(looks_of(&name)) {
            let (name, owner) = (name.clone(), owner.clone());
            let entry = Entry { name, owner };
            let hash = hasher.hash_one(entry.look(which));
            table.insert_unique(hash, entry, |entry| hasher.hash_one(entry.look(which)));
        }
    }

    /// Frees a name.
    pub(super) fn remove(&mut self, name: &Name) {
        // Another spelling of the same name may share one look and not the other.
        let Some(name) = self.entry(name).map(|entry| entry.name.clone()) else {
            return;
        };
        for (table, look) in self.by_look.iter_mut().zip(name.looks()) {
            let hash = self.hasher.hash_one(look);
            if let Ok(entry) = table.find_entry(hash, |entry| entry.name == name) {
                entry.remove();
            }
        }
    }

    /// The owner of exactly this name, in any case.
    pub(super) fn get(&self, name: &Name) -> Option<&T> {
        self.entry(name).map(|entry| &entry.owner)
    }

    /// The same with the spelling that it has.
    pub(super) fn entry_of(&self, name: &Name) -> Option<(&Name, &T)> {
        self.entry(name).map(|entry| (&entry.name, &entry.owner))
    }

    fn entry(&self, name: &Name) -> Option<&Entry<T>> {
        let mut alike = self.alike(name);
        alike.find(|entry| entry.name.same_as(name))
    }

    /// A name that looks like this one and has another owner than those in `except`. If too many
    /// names have this look, every new one looks like one of them.
    pub(super) fn look_alike(&self, name: &Name, except: impl Fn(&T) -> bool) -> Option<&Name> {
        self.look_alike_of(name, except, |other| other.looks_like(name))
    }

    /// A name that shares a look with this one, though a careful reader could tell them apart.
    pub(super) fn near_look_alike(&self, name: &Name) -> Option<&Name> {
        self.look_alike_of(name, |_| false, |_| true)
    }

    fn look_alike_of(
        &self,
        name: &Name,
        except: impl Fn(&T) -> bool,
        is_alike: impl Fn(&Name) -> bool,
    ) -> Option<&Name> {
        let is_other = |entry: &&Entry<T>| !entry.name.same_as(name) && !except(&entry.owner);
        let others = self.alike(name).filter(is_other);
        let mut sharing = 0;
        for entry in others {
            sharing += 1;
            if sharing >= SAME_LOOK_MAX || is_alike(&entry.name) {
                return Some(&entry.name);
            }
        }
        None
    }

    /// The owners of names that are this one, or share a look with it, and are `alike`. May yield
    /// one twice.
    pub(super) fn owners_alike(
        &self,
        name: &Name,
        is_alike: impl Fn(&Name) -> bool,
    ) -> impl Iterator<Item = &T> {
        let entries = self.alike(name);
        entries.filter_map(move |entry| is_alike(&entry.name).then_some(&entry.owner))
    }

    /// All names with their owners.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Name, &T)> {
        let all = self.by_look[0].iter();
        all.map(|entry| (&entry.name, &entry.owner))
    }

    /// The number of names.
    pub(super) fn len(&self) -> usize {
        self.by_look[0].len()
    }

    /// The entries that share a look with this name.
    fn alike<'a, 'n>(
        &'a self,
        name: &'n Name,
    ) -> impl Iterator<Item = &'a Entry<T>> + use<'a, 'n, T> {
        name.looks()
            .into_iter()
            .take(looks_of(name))
            .flat_map(move |look| {
                let hash = self.hasher.hash_one(look);
                let tables = self.by_look.iter().enumerate();
                tables.flat_map(move |(which, table)| {
                    let same_hash = table.iter_hash(hash);
                    same_hash.filter(move |entry| entry.look(which) == look)
                })
            })
    }
}

/// How many looks a name has: the second may equal the first.
fn looks_of(name: &Name) -> usize {
    let [first, second] = name.looks();
    if first == second { 1 } else { 2 }
}

impl<T: Clone + PartialEq> PartialEq for Registry<T> {
    fn eq(&self, other: &Self) -> bool {
        let found = |entry: &Entry<T>| other.get(&entry.name) == Some(&entry.owner);
        self.len() == other.len() && self.by_look[0].iter().all(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    #[test]
    fn names_are_found_by_case_and_by_look() {
        let mut registry = Registry::default();
        registry.insert(name("Alice"), 1);
        assert_eq!(registry.get(&name("aLICE")), Some(&1));
        assert_eq!(registry.get(&name("bob")), None);
        let alike = |text: &str| registry.look_alike(&name(text), |_| false);
        assert_eq!(alike("AIice").map(Name::as_str), Some("Alice"));
        assert_eq!(alike("alice"), None);
        assert_eq!(
            registry.look_alike(&name("AIice"), |owner| *owner == 1),
            None
        );
    }

    #[test]
    fn a_freed_name_is_gone_under_both_looks() {
        let mut registry = Registry::default();
        registry.insert(name("AIice"), 1);
        assert_eq!(registry.len(), 1);
        registry.remove(&name("aiice"));
        assert_eq!((registry.len(), registry.by_look[1].len()), (0, 0));
    }

    #[test]
    fn names_of_one_look_are_few() {
        let mut registry = Registry::default();
        let spelling = |n: u32| -> std::string::String {
            let letter = |bit: u32| if n >> bit & 1 == 0 { 'l' } else { '1' };
            core::iter::once('x').chain((0..8).map(letter)).collect()
        };
        let free = (0..256).take_while(|&n| {
            let name = name(&spelling(n));
            let is_free = registry.look_alike(&name, |_| false).is_none();
            registry.insert(name, n);
            is_free
        });
        assert_eq!(free.count(), SAME_LOOK_MAX);
    }
}

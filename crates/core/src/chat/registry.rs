//! Names in use, found by spelling or by look.
//!
//! An entry holds the name itself and no copy of its keys: with ten thousand people the keys would
//! weigh more than the rest of a person.

use core::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::name::Name;

#[derive(Clone, Debug)]
struct Entry<T> {
    name: Name,
    owner: T,
    /// Under which of the name's two looks it stands here.
    look: usize,
}

impl<T> Entry<T> {
    fn key(&self) -> &str {
        self.name.looks()[self.look]
    }
}

/// Owners of names.
#[derive(Clone, Debug)]
pub(super) struct Registry<T> {
    entries: HashTable<Entry<T>>,
    hasher: DefaultHashBuilder,
}

impl<T> Default for Registry<T> {
    fn default() -> Self {
        Self {
            entries: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }
}

impl<T: Clone> Registry<T> {
    /// Gives a name an owner, in place of the one it had.
    pub(super) fn insert(&mut self, name: Name, owner: T) {
        self.remove(&name);
        let [first, second] = name.looks();
        let looks = if first == second { 0..=0 } else { 0..=1 };
        for look in looks {
            let entry = Entry {
                name: name.clone(),
                owner: owner.clone(),
                look,
            };
            let hash = self.hasher.hash_one(entry.key());
            let hasher = &self.hasher;
            self.entries
                .insert_unique(hash, entry, |entry| hasher.hash_one(entry.key()));
        }
    }

    /// Frees a name.
    pub(super) fn remove(&mut self, name: &Name) {
        // Another spelling of the same name may have one look in common with it and one not.
        let Some(name) = self.entry(name).map(|entry| entry.name.clone()) else {
            return;
        };
        for look in name.looks() {
            let hash = self.hasher.hash_one(look);
            let is_it = |entry: &Entry<T>| entry.key() == look && entry.name == name;
            if let Ok(entry) = self.entries.find_entry(hash, is_it) {
                entry.remove();
            }
        }
    }

    /// The owner of exactly this name, in whatever case.
    pub(super) fn get(&self, name: &Name) -> Option<&T> {
        self.entry(name).map(|entry| &entry.owner)
    }

    fn entry(&self, name: &Name) -> Option<&Entry<T>> {
        let mut alike = self.alike(name);
        alike.find(|entry| entry.name.same_as(name))
    }

    /// The names that look like this one and are others.
    pub(super) fn look_alikes<'a, 'n>(
        &'a self,
        name: &'n Name,
    ) -> impl Iterator<Item = (&'a Name, &'a T)> + use<'a, 'n, T> {
        let is_other = |own: &Name| own.looks_like(name) && !own.same_as(name);
        let others = self.alike(name).filter(move |entry| is_other(&entry.name));
        others.map(|entry| (&entry.name, &entry.owner))
    }

    /// The owners, each once, in no order.
    pub(super) fn owners(&self) -> impl Iterator<Item = &T> {
        let first = self.entries.iter().filter(|entry| entry.look == 0);
        first.map(|entry| &entry.owner)
    }

    /// How many names there are.
    pub(super) fn len(&self) -> usize {
        self.owners().count()
    }

    /// Every entry that has a look in common with this name.
    fn alike<'a, 'n>(
        &'a self,
        name: &'n Name,
    ) -> impl Iterator<Item = &'a Entry<T>> + use<'a, 'n, T> {
        name.looks().into_iter().flat_map(move |look| {
            let same_hash = self.entries.iter_hash(self.hasher.hash_one(look));
            same_hash.filter(move |entry| entry.key() == look)
        })
    }
}

impl<T: Clone + PartialEq> PartialEq for Registry<T> {
    fn eq(&self, other: &Self) -> bool {
        let found = |entry: &Entry<T>| other.get(&entry.name) == Some(&entry.owner);
        self.entries.len() == other.entries.len() && self.entries.iter().all(found)
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
        let imitated = name("AIice");
        let (other, owner) = registry
            .look_alikes(&imitated)
            .next()
            .expect("a look-alike");
        assert_eq!((other.as_str(), owner), ("Alice", &1));
        assert!(registry.look_alikes(&name("alice")).next().is_none());
    }

    #[test]
    fn a_freed_name_is_gone_under_both_looks() {
        let mut registry = Registry::default();
        registry.insert(name("AIice"), 1);
        assert_eq!(registry.len(), 1);
        registry.remove(&name("aiice"));
        assert_eq!(registry.entries.len(), 0);
    }
}

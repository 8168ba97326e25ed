//! Lost sessions that can be resumed, found by number, name or code, and forgotten in time.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::Person;
use crate::ids::{PersonId, Seq};
use crate::name::{FoldedName, Name};
use crate::resume::ResumeCode;
use crate::time::Timestamp;

/// A person whose connection was lost and who may come back.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::chat) struct Resumable {
    pub(in crate::chat) person: Box<Person>,
    pub(in crate::chat) until: Timestamp,
    /// Everything up to this was shown.
    pub(in crate::chat) seen: Seq,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct Resumables {
    by_id: HashMap<PersonId, Resumable>,
    by_code: HashMap<ResumeCode, PersonId>,
    /// Several may have had the same name, one after the other.
    by_name: BTreeSet<(FoldedName, PersonId)>,
    /// The next to be forgotten comes first.
    by_end: BTreeSet<(Timestamp, Seq, PersonId)>,
}

impl Resumables {
    pub(in crate::chat) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(in crate::chat) fn with_code(&self, code: ResumeCode) -> Option<&Resumable> {
        self.by_id.get(self.by_code.get(&code)?)
    }

    pub(in crate::chat) fn insert(&mut self, resumable: Resumable) {
        let Resumable {
            person,
            until,
            seen,
        } = &resumable;
        self.by_code.insert(person.session.code, person.id);
        self.by_name
            .insert((FoldedName(person.name.clone()), person.id));
        self.by_end.insert((*until, *seen, person.id));
        self.by_id.insert(person.id, resumable);
    }

    pub(in crate::chat) fn remove(&mut self, id: PersonId) -> Option<Resumable> {
        let resumable = self.by_id.remove(&id)?;
        let Resumable {
            person,
            until,
            seen,
        } = &resumable;
        let code = person.session.code;
        if self.by_code.get(&code) == Some(&id) {
            self.by_code.remove(&code);
        }
        self.by_name.remove(&(FoldedName(person.name.clone()), id));
        self.by_end.remove(&(*until, *seen, id));
        Some(resumable)
    }

    /// Forgets the session that would be forgotten next.
    pub(in crate::chat) fn forget_first(&mut self) {
        if let Some(&(.., id)) = self.by_end.first() {
            self.remove(id);
        }
    }

    /// Forgets up to `max` sessions whose time is over.
    pub(in crate::chat) fn expire(&mut self, now: Timestamp, max: usize) {
        for _ in 0..max {
            if !self.has_expired(now) {
                return;
            }
            self.forget_first();
        }
    }

    pub(in crate::chat) fn has_expired(&self, now: Timestamp) -> bool {
        self.by_end.first().is_some_and(|(until, ..)| *until <= now)
    }

    /// Gives or takes operator rights from everybody who had this registered name.
    pub(in crate::chat) fn set_operator(&mut self, name: &Name, operator: bool) {
        let key = |id| (FoldedName(name.clone()), PersonId(id));
        let named = self.by_name.range(key(0)..=key(u64::MAX));
        let ids: Vec<PersonId> = named.map(|(_, id)| *id).collect();
        for id in ids {
            if let Some(lost) = self.by_id.get_mut(&id)
                && lost.person.session.rank.registered
            {
                lost.person.session.rank.operator = operator;
            }
        }
    }

    #[cfg(debug_assertions)]
    pub(in crate::chat) fn are_counts_consistent(&self) -> bool {
        let lost = self.by_id.len();
        self.by_code.len() <= lost && self.by_name.len() == lost && self.by_end.len() == lost
    }

    /// Checks that all indexes agree with the sessions.
    pub(in crate::chat) fn check(&self) {
        for (id, lost) in &self.by_id {
            assert_eq!(*id, lost.person.id);
            assert!(self.by_code.contains_key(&lost.person.session.code));
            let name = FoldedName(lost.person.name.clone());
            assert!(self.by_name.contains(&(name, *id)));
            assert!(self.by_end.contains(&(lost.until, lost.seen, *id)));
        }
        for (code, id) in &self.by_code {
            assert_eq!(self.by_id[id].person.session.code, *code);
        }
    }
}

//! The sessions of an earlier run that are back. Each has another code inside the chat than its
//! person knows, of which the store has only the hash.

use chinwag_core::{PersonId, ResumeCode};
use hashbrown::HashMap;

use super::{Hash, RowKey, hash_in, hash_of};

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Restored {
    /// The codes inside, by the hash of the code that the person knows.
    codes: HashMap<Hash, ResumeCode>,
    rows: HashMap<PersonId, RowKey>,
}

impl Restored {
    pub(super) fn insert(&mut self, person: PersonId, key: RowKey, code: ResumeCode) {
        self.codes.insert(hash_in(&key), code);
        self.rows.insert(person, key);
    }

    /// The code inside the chat for one that a person gives.
    pub(super) fn code_inside(&self, code: ResumeCode) -> ResumeCode {
        // A hash takes its time, and soon after a start nobody is left.
        if self.codes.is_empty() {
            return code;
        }
        let inside = self.codes.get(&hash_of(code));
        inside.copied().unwrap_or(code)
    }

    /// The key of the row of such a session.
    pub(super) fn row_of(&self, person: PersonId) -> Option<RowKey> {
        self.rows.get(&person).copied()
    }

    pub(super) fn remove(&mut self, person: PersonId) {
        if let Some(key) = self.rows.remove(&person) {
            self.codes.remove(&hash_in(&key));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::key_of;
    use super::*;

    #[test]
    fn a_session_that_has_come_back_has_the_code_that_its_person_is_told_then() {
        let [known, inside, other] = [1, 2, 3].map(ResumeCode::from_random);
        let person = PersonId(7);
        let mut restored = Restored::default();
        let key = key_of(person, known);
        restored.insert(person, key, inside);
        assert_eq!(restored.row_of(person), Some(key));
        assert_eq!(restored.code_inside(known), inside);
        assert_eq!(restored.code_inside(other), other);
        restored.remove(person);
        assert_eq!(restored.row_of(person), None);
        assert_eq!(restored.code_inside(known), known);
    }
}

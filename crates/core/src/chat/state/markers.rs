//! Read markers: of accounts, and of guests while they are here.

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::limits::READ_MARKERS_MAX;
use crate::name::{FoldedName, Name};
use crate::read_marker::StoredMarker;
use crate::time::Timestamp;

/// The read markers of one account or guest.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct ReadMarkers(Vec<(Box<str>, Timestamp)>);

impl ReadMarkers {
    pub(in crate::chat) fn get(&self, key: &str) -> Option<Timestamp> {
        let mut markers = self.0.iter();
        markers
            .find(|(known, _)| &**known == key)
            .map(|(_, at)| *at)
    }

    /// The key of the oldest marker, if it has to go for another.
    pub(in crate::chat) fn oldest_if_full(&self) -> Option<Box<str>> {
        let oldest = self.0.iter().min_by_key(|(_, at)| *at);
        let is_full = self.0.len() >= READ_MARKERS_MAX;
        oldest.filter(|_| is_full).map(|(key, _)| key.clone())
    }

    /// Sets a marker, which never moves back, and removes the one that had to go for it.
    pub(in crate::chat) fn set(&mut self, key: &str, at: Timestamp, forgets: Option<&str>) {
        self.0.retain(|(known, _)| Some(&**known) != forgets);
        match self.0.iter_mut().find(|(known, _)| &**known == key) {
            Some((_, known)) => *known = at.max(*known),
            None => self.0.push((key.into(), at)),
        }
    }
}

/// The read markers of all accounts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct AccountMarkers(HashMap<FoldedName, ReadMarkers>);

impl AccountMarkers {
    pub(in crate::chat) fn new(stored: Vec<StoredMarker>) -> Self {
        let mut markers = Self::default();
        for marker in stored {
            markers
                .of_mut(&marker.account)
                .set(&marker.key, marker.at, None);
        }
        markers
    }

    pub(in crate::chat) fn of(&self, account: &Name) -> Option<&ReadMarkers> {
        self.0.get(account.folded())
    }

    pub(in crate::chat) fn of_mut(&mut self, account: &Name) -> &mut ReadMarkers {
        self.0.entry(FoldedName(account.clone())).or_default()
    }

    /// Forgets those of an account that has ended.
    pub(in crate::chat) fn forget(&mut self, account: &Name) {
        self.0.remove(account.folded());
    }
}

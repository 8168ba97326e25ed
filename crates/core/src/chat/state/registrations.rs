//! Accounts, found by each of their names.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::registry::Registry;
use super::{AccountMarkers, Mail};
use crate::account::Account;
use crate::ids::Seq;
use crate::name::{FoldedName, Name};
use crate::read_marker::StoredMarker;

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct Registrations {
    by_name: Registry<Arc<Account>>,
    /// The names of the accounts that each certificate proves, in order.
    by_certificate: BTreeMap<Arc<str>, Vec<Name>>,
    /// The operators by rank, the highest first, since every arrival asks whether there is one.
    operators: BTreeSet<(Seq, FoldedName)>,
    /// What is kept for those who are away.
    pub(in crate::chat) mail: Mail,
    /// Up to where each has read.
    pub(in crate::chat) markers: AccountMarkers,
}

impl Registrations {
    pub(in crate::chat) fn new(accounts: Vec<Account>, markers: Vec<StoredMarker>) -> Self {
        let mut table = Self {
            markers: AccountMarkers::new(markers),
            ..Self::default()
        };
        for account in accounts {
            table.insert(account);
        }
        table
    }

    /// Adds an account, or replaces the one of that name.
    pub(in crate::chat) fn insert(&mut self, account: Account) {
        self.remove(&account.name);
        self.operators.extend(place_of(&account));
        let account = Arc::new(account);
        for name in account.all_names() {
            self.by_name.insert(name.clone(), account.clone());
        }
        for certificate in account.certificates() {
            let names = self.by_certificate.entry(certificate.clone()).or_default();
            let place = names.partition_point(|other| other.folded() < account.name.folded());
            names.insert(place, account.name.clone());
        }
    }

    /// Ends the account of this name, with everything that is kept for it.
    pub(in crate::chat) fn end(&mut self, name: &Name) {
        self.remove(name);
        self.mail.forget(name);
        self.markers.forget(name);
    }

    /// Removes the account that has this name.
    fn remove(&mut self, name: &Name) {
        let Some(account) = self.by_name.get(name).cloned() else {
            return;
        };
        if let Some(place) = place_of(&account) {
            self.operators.remove(&place);
        }
        for name in account.all_names() {
            self.by_name.remove(name);
        }
        for certificate in account.certificates() {
            let Some(names) = self.by_certificate.get_mut(certificate) else {
                continue;
            };
            names.retain(|name| *name != account.name);
            if names.is_empty() {
                self.by_certificate.remove(certificate);
            }
        }
    }

    /// The account that a name belongs to.
    pub(in crate::chat) fn get(&self, name: &Name) -> Option<&Account> {
        self.by_name.get(name).map(|account| &**account)
    }

    /// The account that a certificate proves; of several, the first by name.
    pub(in crate::chat) fn certified_by(&self, certificate: &str) -> Option<&Account> {
        let names = self.by_certificate.get(certificate)?;
        self.get(names.first()?)
    }

    /// Whether the name belongs to a lasting operator.
    pub(in crate::chat) fn is_operator(&self, name: &Name) -> bool {
        self.get(name).is_some_and(|account| account.operator)
    }

    pub(in crate::chat) fn has_operator(&self) -> bool {
        !self.operators.is_empty()
    }

    /// Whether there is a lasting operator beside the owner of an account.
    pub(in crate::chat) fn has_other_operator(&self, account: Option<&Name>) -> bool {
        let mut operators = self.operators.iter();
        operators.any(|(_, name)| account.is_none_or(|account| !name.0.same_as(account)))
    }

    /// The event that made the highest-ranking lasting operator one.
    pub(in crate::chat) fn first_appointed(&self) -> Option<Seq> {
        self.operators.first().map(|(appointed, _)| *appointed)
    }

    /// A registered name that looks like this one. A name that is registered itself only has to
    /// differ to a careful reader: otherwise another's registration would shut its owner out.
    pub(in crate::chat) fn look_alike(&self, name: &Name) -> Option<&Name> {
        match self.get(name) {
            Some(_) => self.by_name.look_alike(name, |_| false),
            None => self.by_name.near_look_alike(name),
        }
    }

    /// The number of names.
    pub(in crate::chat) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// The event that made the owner of the name a lasting operator, if they are one.
    pub(in crate::chat) fn appointed(&self, name: &Name) -> Option<Seq> {
        let account = self.get(name).filter(|account| account.operator);
        account.map(|account| account.appointed)
    }

    /// Makes the owner of a name a lasting operator, or no longer one. An operator keeps their
    /// place among the others.
    pub(in crate::chat) fn set_operator(&mut self, name: &Name, operator: bool, seq: Seq) {
        let appointed = self.appointed(name).unwrap_or(seq);
        self.change(name, |account| {
            (account.operator, account.appointed) = (operator, appointed);
        });
    }

    /// Changes the account that a name belongs to.
    pub(in crate::chat) fn change(&mut self, name: &Name, change: impl FnOnce(&mut Account)) {
        let Some(account) = self.get(name) else {
            return;
        };
        let mut account = account.clone();
        self.remove(name);
        change(&mut account);
        self.insert(account);
    }
}

/// An account's rank among those of operators, if it is one.
fn place_of(account: &Account) -> Option<(Seq, FoldedName)> {
    let place = || (account.appointed, FoldedName(account.name.clone()));
    account.operator.then(place)
}

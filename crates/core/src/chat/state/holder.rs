//! Whose quota something counts against.

use alloc::vec::Vec;

use ipnet::IpNet;

use super::Person;
use crate::ban::{household_of, subnet_of};
use crate::name::{FoldedName, Name};

/// An account, or the people from one address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::chat) enum Holder {
    Account(FoldedName),
    Address(IpNet),
}

impl Holder {
    pub(in crate::chat) fn account(name: &Name) -> Self {
        Self::Account(FoldedName(name.clone()))
    }

    /// Both holders of a person: the account, so that many addresses do not raise its quota, and
    /// the household, so that many accounts do not. For people from the machine itself only the
    /// account counts, if they are logged in to one.
    pub(in crate::chat) fn all_of(person: &Person) -> Vec<Self> {
        let account = person.account.as_ref().map(Self::account);
        let address = person.session.address;
        let address = match account {
            Some(_) => household_of(address),
            None => Some(subnet_of(address)),
        };
        account
            .into_iter()
            .chain(address.map(Self::Address))
            .collect()
    }
}

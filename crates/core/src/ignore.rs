//! Whom a person does not want to hear.
//!
//! An entry is a name with what it meant when it was added: the person, who stays ignored under any
//! other name, and the account, all of whose people are ignored, whatever their names and whenever
//! they come. A guest has no account, and counts as another person at the next visit.

use crate::ids::PersonId;
use crate::name::Name;

/// An entry of an ignore list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// The name that was given.
    pub name: Name,
    /// The person who bore it.
    pub person: Option<PersonId>,
    /// The account that the person was logged in to, or that owns the name.
    pub account: Option<Name>,
}

/// The author of some words, as far as the fact says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voice<'a> {
    /// The name.
    pub name: &'a Name,
    /// The person.
    pub person: Option<PersonId>,
    /// The account they were logged in to.
    pub account: Option<&'a Name>,
}

impl Ignored {
    /// An entry for a name that stands for no known person or account.
    pub fn of_name(name: Name) -> Self {
        Self {
            name,
            person: None,
            account: None,
        }
    }

    /// Whether it covers a name that neither a person nor an account has.
    pub fn is_nobody(&self) -> bool {
        self.person.is_none() && self.account.is_none()
    }

    /// The names that the entry covers; each also stands for the account that it belongs to.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        core::iter::once(&self.name).chain(&self.account)
    }

    /// Whether somebody is meant by it.
    pub fn covers(&self, voice: &Voice<'_>) -> bool {
        let is_named = |other: &Name| self.names().any(|name| name.same_as(other));
        is_named(voice.name)
            || voice.account.is_some_and(is_named)
            || voice.person.is_some() && voice.person == self.person
    }
}

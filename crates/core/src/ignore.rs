//! Whom a person does not want to hear.
//!
//! An entry is a name, with what it stood for when it was added: the person, who stays ignored under any other
//! name, and the account, all of whose people are ignored, whatever they are called and whenever they come. A guest
//! has no account, and counts as another person at the next visit.

use crate::ids::PersonId;
use crate::name::Name;

/// An entry of an ignore list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// The name that was given.
    pub name: Name,
    /// The person who bore it.
    pub person: Option<PersonId>,
    /// The account that the person was logged in to, or that the name belongs to.
    pub account: Option<Name>,
}

/// Whose words a fact has, as far as it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voice<'a> {
    /// The name.
    pub name: &'a Name,
    /// The person.
    pub person: Option<PersonId>,
    /// The account that it was logged in to.
    pub account: Option<&'a Name>,
}

impl Ignored {
    /// The entry of a name that nobody is known behind.
    pub fn of_name(name: Name) -> Self {
        Self {
            name,
            person: None,
            account: None,
        }
    }

    /// The names that are ignored by it: each stands for the account that it is the name of, too.
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

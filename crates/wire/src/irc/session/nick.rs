//! The name under which a client is to come in.
//!
//! Many clients whose name is taken only add to it, without end (`bob_`, `bob__`). Such a client comes in under
//! the name that the refusal says is free.

use alloc::string::String;

use chinwag_core::{Name, NameError};

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Nick {
    name: Option<Name>,
    /// The first name that was refused, as typed.
    refused: Option<String>,
    /// The client has only added to that name.
    takes_free: bool,
}

impl Nick {
    /// The name, if one was chosen.
    pub(super) fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    pub(super) fn set(&mut self, name: Name) {
        self.name = Some(name);
    }

    /// The name was refused.
    pub(super) fn forget(&mut self) {
        if let Some(name) = self.name.take() {
            self.refused.get_or_insert_with(|| name.as_str().into());
        }
    }

    /// Takes a name that is free in place of the refused one, if the client has only added to that. Once for each
    /// that it types.
    pub(super) fn take_free(&mut self, free: &Name) -> bool {
        let takes = core::mem::take(&mut self.takes_free);
        if takes {
            self.set(free.clone());
        }
        takes
    }

    /// Reads a name. What only adds to the one that was refused is made one: other servers accept more characters.
    pub(super) fn read(&mut self, typed: &str) -> Result<Name, NameError> {
        let refused = self.refused.as_deref();
        let added = refused.and_then(|name| typed.strip_prefix(name));
        self.takes_free = added.is_some_and(|added| !added.is_empty());
        let name = Name::parse(typed);
        if name.is_err() && self.refused.is_none() {
            self.refused = Some(typed.into());
        }
        match &self.refused {
            Some(refused) if self.takes_free && name.is_err() => {
                let letters = refused.trim_start_matches(|c: char| !c.is_alphabetic());
                let is_of_name = |c: &char| c.is_alphanumeric() || "-_.".contains(*c);
                let mut letters: String = letters.chars().filter(is_of_name).collect();
                if letters == *refused {
                    letters.push('_');
                }
                Name::parse(&letters)
            }
            _ => name,
        }
    }
}

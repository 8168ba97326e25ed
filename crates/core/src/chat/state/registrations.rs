//! Registered names.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::registry::Registry;
use crate::chat::Registration;
use crate::ids::Seq;
use crate::name::Name;

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::chat) struct Registrations {
    by_name: Registry<Arc<Registration>>,
    /// Counted, since every arrival asks whether there is an operator.
    operators: usize,
}

impl Registrations {
    pub(in crate::chat) fn new(registrations: Vec<Registration>) -> Self {
        let mut table = Self::default();
        for registration in registrations {
            table.insert(registration);
        }
        table
    }

    /// Registers a name, in place of the registration it had.
    pub(in crate::chat) fn insert(&mut self, registration: Registration) {
        self.operators -= usize::from(self.is_operator(&registration.name));
        self.operators += usize::from(registration.operator);
        self.by_name
            .insert(registration.name.clone(), Arc::new(registration));
    }

    pub(in crate::chat) fn get(&self, name: &Name) -> Option<&Registration> {
        self.by_name.get(name).map(|registration| &**registration)
    }

    /// Whether the bearer of the name is a lasting operator.
    pub(in crate::chat) fn is_operator(&self, name: &Name) -> bool {
        self.get(name)
            .is_some_and(|registration| registration.operator)
    }

    pub(in crate::chat) fn has_operator(&self) -> bool {
        self.operators > 0
    }

    pub(in crate::chat) fn look_alike(&self, name: &Name) -> Option<&Name> {
        self.by_name.look_alike(name, |_| false)
    }

    pub(in crate::chat) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// The event that made the bearer of the name a lasting operator, if it is one.
    pub(in crate::chat) fn appointed(&self, name: &Name) -> Option<Seq> {
        let registration = self.get(name).filter(|registration| registration.operator);
        registration.map(|registration| registration.appointed)
    }

    /// Makes the bearer of a registered name a lasting operator, or no longer one. One who is
    /// already keeps its place among them.
    pub(in crate::chat) fn set_operator(&mut self, name: &Name, operator: bool, seq: Seq) {
        if let Some(registration) = self.get(name) {
            let registration = Registration {
                operator,
                appointed: self.appointed(name).unwrap_or(seq),
                ..registration.clone()
            };
            self.insert(registration);
        }
    }
}

//! A reader's filter: whom it ignores, and whether it wants notices as well as messages.

use chinwag_core::Name;

use crate::block::{Message, Names};

/// A reader's choice among what a room's past holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// Names whose messages and topics are left out.
    pub not_from: &'a [Name],
    /// Whether pages include the topics that were set and the announcements. They count as no
    /// message anywhere.
    pub notices: bool,
}

impl Filter<'_> {
    /// Whether it passes every message.
    pub(crate) fn is_open(&self) -> bool {
        self.not_from.is_empty()
    }

    pub(crate) fn passes(&self, message: &Message<'_>, names: &mut Names) -> bool {
        // A name that cannot be read is damage, which is found where the event is made.
        self.is_open()
            || names
                .parse(message.name)
                .is_none_or(|name| self.hears(&name))
    }

    pub(crate) fn hears(&self, name: &Name) -> bool {
        !self.not_from.iter().any(|ignored| ignored.same_as(name))
    }
}

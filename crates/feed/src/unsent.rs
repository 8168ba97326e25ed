//! The rest of a line that a write did not take whole.

use alloc::boxed::Box;

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Unsent {
    /// In two boxes, since nearly nobody has one, and the length of none takes eight bytes as well.
    rest: Option<Box<Box<[u8]>>>,
}

impl Unsent {
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_none()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.rest.as_deref().map_or(&[], |rest| rest)
    }

    /// Keeps this in place of what it had.
    pub(crate) fn set(&mut self, rest: &[u8]) {
        self.rest = (!rest.is_empty()).then(|| Box::new(rest.into()));
    }

    /// So many bytes were written.
    pub(crate) fn take(&mut self, count: usize) {
        let rest: Box<[u8]> = self.bytes()[count..].into();
        self.rest = (!rest.is_empty()).then(|| Box::new(rest));
    }
}

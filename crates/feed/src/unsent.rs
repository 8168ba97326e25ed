//! What is written before anything else: the rest of a line that a write cut, and urgent bytes.

use alloc::boxed::Box;

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Unsent {
    /// Two boxes, since almost no session has a rest and the length of a slice takes eight bytes.
    rest: Option<Box<Box<[u8]>>>,
}

impl Unsent {
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_none()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.rest.as_deref().map_or(&[], |rest| rest)
    }

    /// Keeps `rest`, in place of any earlier one.
    pub(crate) fn set(&mut self, rest: &[u8]) {
        self.rest = (!rest.is_empty()).then(|| Box::new(rest.into()));
    }

    /// Adds bytes behind it.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let all = [self.bytes(), bytes].concat();
        self.set(&all);
    }

    /// Counts `count` bytes as written.
    pub(crate) fn take(&mut self, count: usize) {
        let rest: Box<[u8]> = self.bytes()[count..].into();
        self.rest = (!rest.is_empty()).then(|| Box::new(rest));
    }
}

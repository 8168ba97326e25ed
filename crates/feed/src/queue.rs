//! A queue whose items and lengths share one allocation, for data that a crowd needs on its way in
//! and an idle session does not.
//!
//! Memory goes back to the system only if nothing lasting lies among it, and allocators put blocks
//! of one size on the same pages. A session's own boxes have 32, 64, 128 and 256 bytes, as do the
//! buffers of a [`VecDeque`](alloc::collections::VecDeque); the blocks of this queue have sixteen
//! more.

use core::ops::{Deref, DerefMut};

use thin_vec::ThinVec;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Queue<T> {
    /// Taken items stay as empty slots until they are half of all.
    items: ThinVec<T>,
    /// The index of the first item that was not taken.
    front: u32,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            items: ThinVec::new(),
            front: 0,
        }
    }
}

impl<T: Default> Queue<T> {
    pub(crate) fn push_back(&mut self, item: T) {
        push(&mut self.items, item);
    }

    /// Takes the first item out.
    pub(crate) fn pop_front(&mut self) -> Option<T> {
        let first = core::mem::take(self.first_mut()?);
        self.front += 1;
        if self.front as usize * 2 >= self.items.len() {
            self.items.drain(..self.front as usize);
            self.front = 0;
        }
        Some(first)
    }
}

impl<T> Deref for Queue<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items[self.front as usize..]
    }
}

impl<T> DerefMut for Queue<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.items[self.front as usize..]
    }
}

/// Appends to a list of which each session that arrives has a few items: the list grows by little.
pub(crate) fn push<T>(items: &mut ThinVec<T>, item: T) {
    if items.len() == items.capacity() {
        items.reserve_exact(items.len() / 4 + 1);
    }
    items.push(item);
}

#[cfg(test)]
mod tests {
    use alloc::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// It is the queue of the standard library, in another shape.
        #[test]
        fn it_is_a_queue(pushes in prop::collection::vec(any::<bool>(), 0..200)) {
            let (mut queue, mut model) = (Queue::default(), VecDeque::new());
            for (number, is_push) in pushes.into_iter().enumerate() {
                if is_push {
                    queue.push_back(number);
                    model.push_back(number);
                } else {
                    prop_assert_eq!(queue.pop_front(), model.pop_front());
                }
                prop_assert_eq!(&*queue, &*model.make_contiguous());
            }
        }
    }
}

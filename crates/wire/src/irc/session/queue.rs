//! Requests to ask one after another.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use super::question::Question;
use crate::dialect::Ask;

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// Boxed, since an idle session asks nothing.
    #[expect(
        clippy::box_collection,
        reason = "24 bytes of each of ten thousand idle sessions"
    )]
    asks: Option<Box<VecDeque<(Ask, Question)>>>,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.asks.is_none()
    }

    pub(super) fn front(&self) -> Option<&(Ask, Question)> {
        self.asks.as_ref()?.front()
    }

    pub(super) fn push_front(&mut self, ask: Ask, answer_to: Question) {
        let asks = self.asks.get_or_insert_default();
        asks.push_front((ask, answer_to));
    }

    pub(super) fn push_back(&mut self, ask: Ask, answer_to: Question) {
        let asks = self.asks.get_or_insert_default();
        asks.push_back((ask, answer_to));
    }

    pub(super) fn pop_front(&mut self) -> Option<(Ask, Question)> {
        let next = self.asks.as_mut()?.pop_front();
        self.asks.take_if(|asks| asks.is_empty());
        next
    }

    /// Keeps only the requests for which `keeps` holds.
    pub(super) fn retain(&mut self, keeps: impl Fn(&Question) -> bool) {
        if let Some(asks) = &mut self.asks {
            asks.retain(|(_, question)| keeps(question));
        }
        self.asks.take_if(|asks| asks.is_empty());
    }

    pub(super) fn questions_mut(&mut self) -> impl Iterator<Item = &mut Question> {
        let asks = self.asks.iter_mut().flat_map(|asks| asks.iter_mut());
        asks.map(|(_, question)| question)
    }
}

//! When to try again after a lost link.
//!
//! It must not know how. The waits double, because a server that restarts is back within a second
//! and one that is down for an hour should not be knocked at a thousand times; each client waits a
//! little longer or shorter than the next, so that a thousand do not come in the same moment.

use std::time::{Duration, Instant};

const WAIT_MIN: Duration = Duration::from_millis(500);
const WAIT_MAX: Duration = Duration::from_secs(30);
/// A link that held for so long was a good one: the next loss is a new one.
const GOOD_LINK: Duration = Duration::from_secs(10);

/// The state of an outage.
#[derive(Debug)]
pub(crate) struct Retry {
    /// Give up after so much time without a link.
    give_up_after: Duration,
    /// 0 to 255.
    spread: u8,
    since: Option<Instant>,
    wait: Duration,
    linked_at: Option<Instant>,
}

impl Retry {
    pub(crate) fn new(give_up_after: Duration, spread: u8) -> Self {
        Self {
            give_up_after,
            spread,
            since: None,
            wait: WAIT_MIN,
            linked_at: None,
        }
    }

    /// The session is up (again).
    pub(crate) fn handle_linked(&mut self, now: Instant) {
        self.linked_at = Some(now);
    }

    /// The link was good for something: the next loss is a new one.
    pub(crate) fn handle_progress(&mut self) {
        (self.since, self.wait) = (None, WAIT_MIN);
    }

    /// The link is lost, or could not be had. Returns when to dial next; `None` to give up.
    pub(crate) fn handle_lost(&mut self, now: Instant) -> Option<Instant> {
        let linked_at = self.linked_at.take();
        if linked_at.is_some_and(|at| now.duration_since(at) >= GOOD_LINK) {
            self.handle_progress();
        }
        let since = *self.since.get_or_insert(now);
        let wait = self.wait + self.wait * u32::from(self.spread) / 1024;
        self.wait = (self.wait * 2).min(WAIT_MAX);
        // The last try is at the very end.
        let at = (now + wait.min(WAIT_MAX)).min(since + self.give_up_after);
        (at > now).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(retry: &mut Retry, mut now: Instant) -> Vec<u128> {
        std::iter::from_fn(|| {
            let at = retry.handle_lost(now)?;
            let wait = at.duration_since(now).as_millis();
            now = at;
            Some(wait)
        })
        .collect()
    }

    #[test]
    fn waits_double_until_it_gives_up() {
        let mut retry = Retry::new(Duration::from_secs(100), 0);
        let seen = waits(&mut retry, Instant::now());
        let doubled = [500, 1_000, 2_000, 4_000, 8_000, 16_000];
        assert_eq!(seen, [&doubled[..], &[30_000, 30_000, 8_500]].concat());
    }

    #[test]
    fn zero_never_tries() {
        assert_eq!(
            Retry::new(Duration::ZERO, 9).handle_lost(Instant::now()),
            None
        );
    }

    #[test]
    fn a_good_link_begins_anew_and_a_short_one_does_not() {
        let start = Instant::now();
        let mut retry = Retry::new(Duration::from_secs(5), 255);
        waits(&mut retry, start);
        retry.handle_linked(start);
        assert_eq!(retry.handle_lost(start + Duration::from_secs(9)), None);
        retry.handle_linked(start);
        assert!(retry.handle_lost(start + Duration::from_secs(19)).is_some());
    }
}

//! When a message may be sent: the open loop's schedule and the closed loop's windows.
//!
//! Both are functions of times and numbers that they are told. Neither may look at a clock or a
//! socket.
//!
//! An open loop sends at times that are fixed before it begins, whatever the server does, and a
//! latency counts from the time that a message was due: so a server that stops for a second cannot
//! hide that by stopping its measurer too. A closed loop sends as fast as the server delivers: a
//! sender's message counts as under way until the room's probe has heard it.

use crate::clock::Micros;

/// The times of an open loop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    start: Micros,
    /// Messages a second.
    rate: u32,
}

const SECOND: u128 = 1_000_000;

impl Schedule {
    pub(crate) fn new(start: Micros, rate: u32) -> Self {
        Self { start, rate }
    }

    /// When a message is due; the first has the number 0.
    pub(crate) fn due(&self, number: u64) -> Micros {
        self.start + (u128::from(number) * SECOND / u128::from(self.rate)) as Micros
    }

    /// How many are due at this time, all before it included.
    pub(crate) fn due_by(&self, now: Micros) -> u64 {
        let Some(gone) = now.checked_sub(self.start) else {
            return 0;
        };
        // The first number whose time lies behind now.
        ((u128::from(gone) + 1) * u128::from(self.rate)).div_ceil(SECOND) as u64
    }
}

/// How far one sender of a closed loop may go.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Window {
    /// The number that is sent next.
    sent: u32,
    /// The number that the probe waits for.
    seen: u32,
}

impl Window {
    /// The probe has heard this message.
    pub(crate) fn hear(&mut self, seq: u32) {
        self.seen = self.seen.max(seq + 1);
    }

    /// How many may be sent now, of `size` that may be under way.
    pub(crate) fn free(&self, size: u32) -> u32 {
        size.saturating_sub(self.sent.saturating_sub(self.seen))
    }

    /// The number of a message that is sent now.
    pub(crate) fn send(&mut self) -> u32 {
        self.sent += 1;
        self.sent - 1
    }

    /// Messages sent so far.
    pub(crate) fn sent(&self) -> u32 {
        self.sent
    }

    /// So many messages under way will not come: the server has refused them.
    pub(crate) fn give_up(&mut self, count: u32) {
        self.seen = self.seen.saturating_add(count).min(self.sent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_spreads_its_messages_evenly() {
        let schedule = Schedule::new(500, 4);
        let due: Vec<Micros> = (0..5).map(|number| schedule.due(number)).collect();
        assert_eq!(due, [500, 250_500, 500_500, 750_500, 1_000_500]);
    }

    #[test]
    fn what_is_due_agrees_with_when() {
        for rate in [1, 3, 7, 200, 999_983, 1_000_000, 4_000_000] {
            let schedule = Schedule::new(1_000, rate);
            for now in [0, 999, 1_000, 1_001, 1_500, 143_857, 143_858, 5_000_000] {
                let count = schedule.due_by(now);
                assert!(schedule.due(count) > now, "{rate}/s at {now}: {count}");
                assert!(
                    count == 0 || schedule.due(count - 1) <= now,
                    "{rate}/s at {now}: {count}"
                );
            }
        }
    }

    #[test]
    fn a_schedule_does_not_drift() {
        assert_eq!(Schedule::new(0, 3).due(3 * 86_400), 86_400_000_000);
    }

    /// A window with so many messages sent.
    fn after(sent: u32) -> Window {
        let mut window = Window::default();
        (0..sent).for_each(|seq| assert_eq!(window.send(), seq));
        window
    }

    #[test]
    fn a_window_opens_as_its_messages_are_heard() {
        let mut window = after(16);
        assert_eq!(window.free(16), 0);
        window.hear(0);
        assert_eq!(window.free(16), 1);
        // One that was left out is not under way any more, and coming late it frees nothing.
        window.hear(4);
        window.hear(2);
        assert_eq!(window.free(16), 5);
    }

    #[test]
    fn what_was_refused_is_not_under_way() {
        let mut window = after(3);
        window.give_up(2);
        assert_eq!((window.free(3), window.sent()), (2, 3));
        window.give_up(9);
        assert_eq!(window.free(3), 3);
    }
}

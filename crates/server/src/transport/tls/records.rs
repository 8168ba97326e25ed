//! Where records end in the sealed bytes and in the plain ones: from the sealed bytes that the
//! peer's system has acknowledged follow the plain bytes that the peer has.
//!
//! A record counts once it was acknowledged whole, since its peer opens it whole. Few ends are
//! kept: when there are many, those that were acknowledged go, and then every other one, so that
//! two records count as one.

/// Ends that are kept: some hundred bytes.
const ENDS_MAX: usize = 32;

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Records {
    /// Sealed bytes that the stream below has taken.
    taken: u64,
    /// Plain bytes that were sealed.
    plain: u64,
    /// Records that may not be acknowledged yet, oldest first.
    ends: Vec<End>,
    /// Plain bytes before the first of them.
    forgotten: u64,
}

#[derive(Clone, Copy, Debug)]
struct End {
    sealed: u64,
    plain: u64,
}

impl Records {
    /// The stream below has taken this many sealed bytes.
    pub(super) fn handle_taken(&mut self, bytes: usize) {
        self.taken += bytes as u64;
    }

    /// Notes that `plain` bytes were sealed, while `waiting` sealed bytes wait. Calls `below` only
    /// now and then.
    pub(super) fn handle_sealed(
        &mut self,
        plain: usize,
        waiting: usize,
        below: impl FnOnce() -> Option<u64>,
    ) {
        self.plain += plain as u64;
        if self.ends.len() >= ENDS_MAX {
            self.forget(below());
        }
        self.ends.push(End {
            sealed: self.taken + waiting as u64,
            plain: self.plain,
        });
    }

    fn forget(&mut self, below: Option<u64>) {
        // A stream that cannot tell is never asked again.
        let Some(below) = below else {
            return self.ends.clear();
        };
        let acknowledged = self.taken.saturating_sub(below);
        let old = self.ends.partition_point(|end| end.sealed <= acknowledged);
        if let Some(last) = self.ends.drain(..old).next_back() {
            self.forgotten = last.plain;
        }
        if self.ends.len() >= ENDS_MAX {
            let mut at = 0;
            self.ends.retain(|_| {
                at += 1;
                at % 2 == 0
            });
        }
    }

    /// Everything was acknowledged, so an idle session keeps nothing.
    pub(super) fn forget_all(&mut self) {
        self.ends = Vec::new();
        self.forgotten = self.plain;
    }

    /// The plain bytes of records that were not acknowledged whole, given the unacknowledged sealed
    /// bytes of the stream below.
    pub(super) fn unacknowledged(&self, below: u64) -> u64 {
        let acknowledged = self.taken.saturating_sub(below);
        let got = self.ends.iter().rev();
        let got = got
            .copied()
            .find(|end| end.sealed <= acknowledged)
            .map_or(self.forgotten, |end| end.plain);
        self.plain - got
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEAL: usize = 22;

    /// Seals so many plain bytes, all of which are taken.
    fn seal(records: &mut Records, plain: usize, below: u64) {
        records.handle_taken(plain + SEAL);
        records.handle_sealed(plain, 0, || Some(below));
    }

    #[test]
    fn a_record_counts_once_it_is_acknowledged_whole() {
        let mut records = Records::default();
        // A handshake comes before.
        records.handle_taken(1000);
        assert_eq!(records.unacknowledged(1000), 0);
        seal(&mut records, 10, 0);
        seal(&mut records, 20, 0);
        assert_eq!(records.unacknowledged(0), 0);
        assert_eq!(records.unacknowledged(1), 20);
        assert_eq!(records.unacknowledged(20 + SEAL as u64), 20);
        assert_eq!(records.unacknowledged(20 + SEAL as u64 + 1), 30);
    }

    #[test]
    fn an_idle_session_keeps_nothing_and_counts_on() {
        let mut records = Records::default();
        seal(&mut records, 10, 0);
        seal(&mut records, 20, 0);
        records.forget_all();
        assert_eq!(records.ends.capacity(), 0);
        assert_eq!(records.unacknowledged(0), 0);
        seal(&mut records, 30, 0);
        assert_eq!(records.unacknowledged(1), 30);
        assert_eq!(records.unacknowledged(0), 0);
    }

    #[test]
    fn what_waits_is_not_acknowledged() {
        let mut records = Records::default();
        records.handle_taken(5);
        records.handle_sealed(10, 27, || Some(5));
        assert_eq!(records.unacknowledged(0), 10);
        records.handle_taken(27);
        assert_eq!(records.unacknowledged(1), 10);
        assert_eq!(records.unacknowledged(0), 0);
    }

    #[test]
    fn few_ends_are_kept_and_none_counts_too_early() {
        for lag in [0, 100, 2_000, u64::MAX] {
            let mut records = Records::default();
            let mut exact: Vec<(u64, u64)> = vec![(0, 0)];
            for number in 0..1_000_u64 {
                let size = 1 + (number % 50) as usize;
                let (sealed, plain) = exact[exact.len() - 1];
                let taken = sealed + (size + SEAL) as u64;
                seal(&mut records, size, lag.min(taken));
                exact.push((taken, plain + size as u64));
                assert!(records.ends.len() <= ENDS_MAX);
                let below = lag.min(taken);
                let got = exact
                    .iter()
                    .rev()
                    .find(|(sealed, _)| *sealed <= taken - below);
                let least = records.plain - got.map_or(0, |(_, plain)| *plain);
                let told = records.unacknowledged(below);
                assert!(told >= least && told <= records.plain, "{told} {least}");
                if lag == 0 {
                    assert_eq!(told, 0);
                }
            }
        }
    }
}

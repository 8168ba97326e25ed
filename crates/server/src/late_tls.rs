//! Addresses of clients that begin TLS only after the greeting, and so in vain: HexChat waits for
//! 300 ms first. When one of them connects again the server listens longer before it greets.
//!
//! Everybody else is greeted at the usual time, and people who share such an address wait a quarter
//! of a second longer.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use chinwag_core::{Duration, Monotonic};

/// How long the server listens to such a client. For everybody this would be long.
const SNIFF_TIME: Duration = Duration::from_millis(500);
/// The time for which an address is remembered.
const MEMORY_TIME: Duration = Duration::from_hours(24);
/// How many addresses are remembered; further ones are ignored until one is forgotten.
const ADDRESSES_MAX: usize = 10_000;

/// See the [module](self). Shared by all shards.
#[derive(Clone, Debug, Default)]
pub(crate) struct LateTls {
    noted: Arc<Mutex<HashMap<IpAddr, Monotonic>>>,
}

impl LateTls {
    /// A client has begun TLS after the greeting.
    pub(crate) fn note(&self, address: IpAddr, now: Monotonic) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() >= ADDRESSES_MAX {
            noted.retain(|_, at| now.since(*at) < MEMORY_TIME);
        }
        if noted.len() < ADDRESSES_MAX {
            noted.insert(address, now);
        }
    }

    /// How long a client from an address may be silent before it is greeted, `usual` for most.
    pub(crate) fn sniff_time(&self, address: IpAddr, usual: Duration, now: Monotonic) -> Duration {
        let noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let is_late = noted
            .get(&address)
            .is_some_and(|at| now.since(*at) < MEMORY_TIME);
        if is_late {
            usual.max(SNIFF_TIME)
        } else {
            usual
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_late_is_listened_to_for_longer() {
        let [late, other] = ["192.0.2.1", "192.0.2.2"].map(|ip| ip.parse().expect("an address"));
        let (tls, usual) = (LateTls::default(), Duration::from_millis(250));
        let start = Monotonic(0);
        assert_eq!(tls.sniff_time(late, usual, start), usual);
        tls.note(late, start);
        assert_eq!(tls.sniff_time(late, usual, start), SNIFF_TIME);
        assert_eq!(tls.sniff_time(other, usual, start), usual);
        // The operator's own choice is not made shorter.
        let longer = Duration::from_secs(1);
        assert_eq!(tls.sniff_time(late, longer, start), longer);
        let next_day = start + MEMORY_TIME;
        assert_eq!(tls.sniff_time(late, usual, next_day), usual);
    }

    #[test]
    fn the_table_does_not_grow_for_ever() {
        let tls = LateTls::default();
        for n in 0..ADDRESSES_MAX as u32 + 1 {
            tls.note(IpAddr::V4(n.into()), Monotonic(0));
        }
        let last = IpAddr::V4((ADDRESSES_MAX as u32).into());
        let usual = Duration::from_millis(250);
        assert_eq!(tls.sniff_time(last, usual, Monotonic(0)), usual);
        let later = Monotonic(0) + MEMORY_TIME;
        tls.note(last, later);
        assert_eq!(tls.sniff_time(last, usual, later), SNIFF_TIME);
    }
}

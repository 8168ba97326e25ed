//! How the memory for private lines that lost connections have not got is divided: the sessions of one address have at
//! most a part of what is left free, so that nobody who cuts links takes the lines of others.

use chinwag_core::limits::SHARE_PART;
use hashbrown::HashMap;
use ipnet::IpNet;

use crate::limits::UNSEEN_BYTES_MAX;

/// The bytes that are kept. Those of sessions without a home count for all alone.
#[derive(Debug, Default)]
pub(super) struct UnseenBytes {
    all: usize,
    by_home: HashMap<IpNet, usize>,
}

impl UnseenBytes {
    /// Whether a session of this home may have so many bytes kept.
    pub(super) fn has_space(&self, home: Option<IpNet>, bytes: usize) -> bool {
        let free = UNSEEN_BYTES_MAX.saturating_sub(self.all);
        let own = home.map(|home| self.by_home.get(&home).copied().unwrap_or_default());
        match own {
            // Nothing takes no space.
            _ if bytes == 0 => true,
            Some(own) => own + bytes <= free / SHARE_PART,
            None => bytes <= free,
        }
    }

    #[cfg(test)]
    pub(super) fn all(&self) -> usize {
        self.all
    }

    pub(super) fn add(&mut self, home: Option<IpNet>, bytes: usize) {
        self.all += bytes;
        if let Some(home) = home.filter(|_| bytes > 0) {
            *self.by_home.entry(home).or_default() += bytes;
        }
    }

    pub(super) fn remove(&mut self, home: Option<IpNet>, bytes: usize) {
        self.all -= bytes;
        let Some(home) = home else {
            return;
        };
        if let Some(own) = self.by_home.get_mut(&home) {
            *own -= bytes;
            if *own == 0 {
                self.by_home.remove(&home);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chinwag_core::subnet_of;

    fn home(address: &str) -> Option<IpNet> {
        Some(subnet_of(address.parse().expect("an address")))
    }

    /// What each session may have to be told at most.
    const SESSION: usize = 256 << 10;

    fn fill(bytes: &mut UnseenBytes, home: Option<IpNet>) -> usize {
        let mut sessions = 0;
        while bytes.has_space(home, SESSION) {
            bytes.add(home, SESSION);
            sessions += 1;
        }
        sessions
    }

    #[test]
    fn no_address_takes_the_lines_of_others() {
        let mut bytes = UnseenBytes::default();
        let (one, other) = (home("192.0.2.1"), home("192.0.2.2"));
        let sessions = fill(&mut bytes, one);
        assert!(sessions * SESSION <= UNSEEN_BYTES_MAX / SHARE_PART);
        assert!(bytes.has_space(other, SESSION));
        assert!(fill(&mut bytes, other) > 0);
        assert!(bytes.has_space(None, SESSION));
        assert!(bytes.has_space(one, 0));
        // What was told is free again.
        for _ in 0..sessions {
            bytes.remove(one, SESSION);
        }
        assert!(!bytes.by_home.contains_key(&one.expect("a home")));
        assert!(bytes.has_space(one, SESSION));
        fill(&mut bytes, None);
        assert!(bytes.all <= UNSEEN_BYTES_MAX);
    }
}

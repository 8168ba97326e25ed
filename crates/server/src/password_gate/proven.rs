//! Passwords that were proven since the start, each as a keyed digest that only this process can
//! compute: neither their owners nor guesses at them cost a second hash.

use std::sync::Arc;

use blake2::Blake2bMac512;
use blake2::digest::{KeyInit, Mac};
use chinwag_wire::dialect::Password;
use hashbrown::HashMap;

use super::{Attempt, make_space};

type PasswordDigest = [u8; 64];

/// See the [module](self).
pub(super) struct Proven {
    key: [u8; 32],
    /// By the hash that the password was proven with.
    digests: HashMap<Arc<str>, PasswordDigest>,
}

impl Proven {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self {
            key,
            digests: HashMap::new(),
        }
    }

    /// Whether the password is the proven one; `None` if none was proven.
    pub(super) fn recall(&self, attempt: &Attempt) -> Option<bool> {
        let digest = self.digests.get(&attempt.hash)?;
        let mac = self.mac(&attempt.password)?;
        // In constant time.
        Some(mac.verify_slice(digest).is_ok())
    }

    pub(super) fn prove(&mut self, password: &Password, hash: Arc<str>) {
        if let Some(mac) = self.mac(password) {
            make_space(&mut self.digests, |_| true);
            self.digests
                .insert(hash, mac.finalize().into_bytes().into());
        }
    }

    fn mac(&self, password: &Password) -> Option<Blake2bMac512> {
        let mac = Blake2bMac512::new_from_slice(&self.key).ok()?;
        Some(mac.chain_update(password.reveal()))
    }
}

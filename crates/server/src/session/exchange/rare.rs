//! What few sessions have at a time: a proven password, the rest of a resumption. All of it in one
//! box, since ten thousand idle sessions have none of it.

use chinwag_core::Proof;
use chinwag_feed::PlacedLines;
use chinwag_wire::dialect::Guesses;

use super::Exchange;
use crate::session::unseen::Resumption;
use crate::spent::AccountBucket;

/// What few sessions have.
#[derive(Debug, Default)]
pub(super) struct Rare {
    /// What a resumed session is still to be shown.
    pub(super) missed: Option<Resumption>,
    /// Private lines that have come since.
    pub(super) deferred: Vec<PlacedLines>,
    /// Wrong passwords for the name, of which its owner will be told.
    guesses: Option<Guesses>,
    /// A password came with a name that is not registered.
    password_is_needless: bool,
    /// The password that was last proven on this connection. A session that was resumed by its code
    /// has none, and cannot change its account.
    proven: Option<Proof>,
    /// The password was only proven, so the request that needs it is next, and has waited.
    has_waited: bool,
    /// The bucket that all connections of the account share. People who are logged in have usually
    /// proven something, so this costs nobody else a box.
    account_bucket: Option<AccountBucket>,
}

impl Exchange {
    /// What a resumed session has yet to be shown, once known.
    pub(in crate::session) fn missed(&self) -> Option<&Resumption> {
        self.rare.as_deref()?.missed.as_ref()
    }

    pub(super) fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// The password that was last proven on this connection.
    pub(super) fn proven(&self) -> Option<&Proof> {
        self.rare.as_deref()?.proven.as_ref()
    }

    /// Keeps the proven password, or notes that none was proven.
    pub(super) fn set_proven(&mut self, proof: Option<Proof>) {
        if proof.is_some() || self.rare.is_some() {
            self.rare().proven = proof;
        }
    }

    /// Notes that a right password was proven for what the dialect asks next.
    pub(super) fn note_waited(&mut self) {
        self.rare().has_waited = true;
    }

    /// Whether the next password has waited already, for its proof. One for another account has
    /// not.
    pub(super) fn take_waited(&mut self, hash: &str) -> bool {
        let Some(rare) = self.rare.as_deref_mut() else {
            return false;
        };
        let has_waited = std::mem::take(&mut rare.has_waited);
        has_waited && rare.proven.as_ref().is_some_and(|proof| *proof.0 == *hash)
    }

    /// The bucket that all connections of the account share, if the person is logged in to one.
    pub(in crate::session) fn account_bucket(&self) -> Option<&AccountBucket> {
        self.rare.as_deref()?.account_bucket.as_ref()
    }

    pub(in crate::session) fn set_account_bucket(&mut self, bucket: Option<AccountBucket>) {
        if bucket.is_some() || self.rare.is_some() {
            self.rare().account_bucket = bucket;
        }
    }

    /// Keeps wrong passwords until their owner is told, who may have to prove it twice before.
    pub(super) fn set_guesses(&mut self, guesses: Option<Guesses>) {
        if guesses.is_some() {
            self.rare().guesses = guesses;
        }
    }

    pub(super) fn take_guesses(&mut self) -> Option<Guesses> {
        self.rare.as_deref_mut()?.guesses.take()
    }

    /// Private lines that wait until the session knows all that it missed.
    pub(in crate::session) fn deferred(&self) -> &[PlacedLines] {
        self.rare.as_deref().map_or(&[], |rare| &rare.deferred)
    }

    pub(super) fn take_deferred(&mut self) -> Vec<PlacedLines> {
        let rare = self.rare.as_deref_mut();
        rare.map_or_else(Vec::new, |rare| std::mem::take(&mut rare.deferred))
    }

    /// Notes that a password came with a name that is not registered, for a notice after the
    /// welcome.
    pub(super) fn note_needless_password(&mut self) {
        self.rare().password_is_needless = true;
    }

    pub(super) fn take_needless_password(&mut self) -> bool {
        let rare = self.rare.as_deref_mut();
        rare.is_some_and(|rare| std::mem::take(&mut rare.password_is_needless))
    }
}

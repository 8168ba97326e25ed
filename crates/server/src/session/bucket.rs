//! The session's flood-control bucket, and where it comes from and goes to: connecting again
//! refills nothing.
//!
//! The dialect owns the bucket, so that a line costs no lock. The bucket passes to the next
//! connection from the same address, and to the person's next connection, wherever that comes from.
//! An account has one for all its connections: each lends it to its dialect while that reads.

use chinwag_core::{Bucket, Event, Fact, Name, PersonId};

use super::Session;
use crate::shard::Shared;
use crate::spent::Whose;

impl Session {
    /// Lets the client spend tokens, from its account's bucket if it has one.
    pub(super) fn spend(&mut self, shared: &mut Shared, act: impl FnOnce(&mut Self, &mut Shared)) {
        let Some(account) = self.exchange.account_bucket().cloned() else {
            return act(self, shared);
        };
        let before = account.get();
        self.dialect.handle_bucket(before);
        act(self, shared);
        let rate = shared.config.limits.line_rate();
        account.take_as(before, self.dialect.bucket(), rate, shared.now);
    }

    /// Switches to the bucket of its account, if an event changes the account.
    pub(super) fn handle_account(&mut self, me: PersonId, event: &Event, shared: &Shared) {
        let Some(account) = account_in(event, me) else {
            return;
        };
        let (rate, bucket) = (shared.config.limits.line_rate(), self.dialect.bucket());
        let spent = &shared.entrance.spent;
        let account = account.map(|account| spent.of_account(account, bucket, rate, shared.now));
        self.exchange.set_account_bucket(account);
    }

    /// Leaves the bucket to the connection on which the person continues, or may continue.
    pub(super) fn leave_bucket_to(&self, person: PersonId, shared: &Shared) {
        self.leave_bucket(Whose::Person(person), shared);
    }

    /// Continues with the bucket that the person's last connection left. That of its account knows of it already.
    pub(super) fn inherit_bucket(&mut self, shared: &Shared) {
        let Some(person) = self.person else {
            return;
        };
        let (rate, now) = (shared.config.limits.line_rate(), shared.now);
        let left = shared.entrance.spent.take(Whose::Person(person), rate, now);
        let bucket = self.dialect.bucket().emptier(left, rate, now);
        self.dialect.handle_bucket(bucket);
    }

    /// Leaves the bucket to the next connection from the same address: nobody speaks here any more.
    pub(super) fn leave_bucket_to_address(&mut self, shared: &Shared) {
        self.leave_bucket(Whose::from(self.peer.address), shared);
        // It is left once.
        self.dialect.handle_bucket(Bucket::full(shared.now));
    }

    fn leave_bucket(&self, whose: Whose, shared: &Shared) {
        let (rate, bucket) = (shared.config.limits.line_rate(), self.dialect.bucket());
        shared.entrance.spent.put(whose, bucket, rate, shared.now);
    }
}

/// The account that a person is logged in to after an event, if the event changes it.
fn account_in(event: &Event, me: PersonId) -> Option<Option<&Name>> {
    let (person, account) = match &event.fact {
        // Who claims a name is logged in to it from then on; anybody else who changes an account already is.
        Fact::AccountChanged(changed) => {
            return (changed.person == Some(me)).then_some(Some(&changed.account));
        }
        Fact::LoggedIn(login) => (login.person, &login.account),
        Fact::Returned(returned) => (returned.login.person, &returned.login.account),
        Fact::Attached(attached) => (attached.login.person, &attached.login.account),
        Fact::Renamed(renamed) => (renamed.person, &renamed.account),
        Fact::AccountSet(set) => (set.person, &set.account),
        _ => return None,
    };
    (person == me).then_some(account.as_ref())
}

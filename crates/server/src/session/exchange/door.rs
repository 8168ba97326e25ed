//! What a connection may have to give before anything else: the server's password, or a gateway's
//! password for the client that the gateway speaks for.
//!
//! Whatever a dialect asks, nothing is done for a connection that has not given the password.
//! Guesses are slowed like those of resume codes.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use chinwag_core::{Monotonic, Rejection};
use chinwag_wire::dialect::{Gateway, Password, Tell, refuse_unencrypted};
use chinwag_wire::sniff::Protocol;

use super::{Continuation, Session};
use crate::password_gate::Secret;
use crate::session::Peer;
use crate::shard::Shared;

/// The keys to the door.
#[derive(Clone, Debug, Default)]
pub(crate) struct Door {
    /// The server's password, if it has one.
    pub(crate) password: Option<Password>,
    /// The password of gateways; without it none is believed.
    pub(crate) gateway_password: Option<Password>,
}

/// What was brought to the door.
#[derive(Clone, Debug)]
pub(super) enum DoorKey {
    Password(Password),
    Gateway(Box<Gateway>),
}

impl Door {
    /// Whether it is open without a password.
    pub(crate) fn is_open(&self) -> bool {
        self.password.is_none()
    }

    /// Whether it is the server's password.
    pub(super) fn is_password(&self, given: &Password) -> bool {
        is_same(self.password.as_ref(), given)
    }

    fn is_opened_by(&self, key: &DoorKey) -> bool {
        match key {
            DoorKey::Password(password) => self.is_password(password),
            DoorKey::Gateway(gateway) => is_same(self.gateway_password.as_ref(), &gateway.password),
        }
    }
}

/// Compares in a time that does not tell where two passwords of one length differ.
fn is_same(password: Option<&Password>, given: &Password) -> bool {
    password.is_some_and(|password| {
        let (password, given) = (password.reveal().as_bytes(), given.reveal().as_bytes());
        verify_slices_are_equal(password, given).is_ok()
    })
}

impl Session {
    /// Whether the server's password has to come first.
    pub(super) fn is_locked_out(&self, shared: &Shared) -> bool {
        !shared.config.door.is_open() && !self.has_entered && self.person.is_none()
    }

    /// Tries the server's password, which may have to wait before it is checked.
    pub(super) fn enter(&mut self, password: Password, shared: &mut Shared) {
        if shared.config.door.is_open() {
            return self.answer(Tell::Admitted, shared);
        }
        self.try_key(DoorKey::Password(password), shared);
    }

    /// Lets a gateway speak for a client. Ignores a request from any other address.
    pub(super) fn speak_for(&mut self, gateway: Option<Box<Gateway>>, shared: &mut Shared) {
        let is_gateway = shared.entrance.limiter.is_gateway(self.peer.address());
        self.log_refusal(match gateway {
            Some(gateway) if is_gateway => return self.try_key(DoorKey::Gateway(gateway), shared),
            None if is_gateway => "its WEBIRC line is malformed, or is not the first",
            _ => "it speaks for another, and is no gateway",
        });
        self.answer(Tell::Rejected(&Rejection::NeedsProof), shared);
    }

    fn try_key(&mut self, key: DoorKey, shared: &mut Shared) {
        let gate = &shared.workers.gate;
        let Some(wait) = gate.delay_of(Secret::Server, self.origin(), shared.now) else {
            return self.use_key(key, shared);
        };
        let until = shared.now + wait;
        self.exchange
            .put_off(Continuation::DelayedKey { key, until });
        self.tell(Tell::PasswordWaits(wait), shared);
    }

    /// Checks a key whose time has come.
    pub(super) fn use_key(&mut self, key: DoorKey, shared: &mut Shared) {
        if !shared.config.door.is_opened_by(&key) {
            return self.refuse_key(&key, shared);
        }
        match key {
            DoorKey::Password(_) => {
                self.has_entered = true;
                self.answer(Tell::Admitted, shared);
            }
            DoorKey::Gateway(gateway) => self.take_gateway(&gateway, shared),
        }
    }

    fn refuse_key(&mut self, key: &DoorKey, shared: &mut Shared) {
        let (whose, rejection) = match key {
            DoorKey::Password(_) => ("the server", Rejection::WrongServerPassword),
            DoorKey::Gateway(_) => ("a gateway", Rejection::NeedsProof),
        };
        let address = self.peer.address();
        // docs/operations.md has a filter for this line.
        tracing::info!("wrong password for \"{whose}\" from {address}");
        let gate = &shared.workers.gate;
        gate.note_wrong(Secret::Server, self.origin(), shared.now);
        self.answer(Tell::Rejected(&rejection), shared);
    }

    /// Turns the connection into the client's, with its limits.
    fn take_gateway(&mut self, gateway: &Gateway, shared: &mut Shared) {
        let address = gateway.address;
        tracing::debug!("{} speaks for {address}", self.peer.address());
        // Both parts of the way must be encrypted: otherwise somebody could listen on one.
        let was_encrypted = gateway.is_encrypted && self.transport.secured().is_some();
        self.peer = Peer::behind_gateway(address, was_encrypted);
        match shared.entrance.limiter.enter(address, shared.now) {
            Ok(permit) => self.permit = permit,
            Err(_) => return self.refuse_one_too_many(Protocol::Irc, shared),
        }
        if self.must_encrypt(shared) {
            self.log_refusal("not encrypted");
            return self.refuse(shared, |env, out| {
                refuse_unencrypted(Protocol::Irc, env, out)
            });
        }
        let rate = shared.config.limits.line_rate();
        let bucket = shared.entrance.spent.take(address.into(), rate, shared.now);
        self.dialect.handle_gateway(bucket, self.security());
        self.answer(Tell::Admitted, shared);
    }
}

impl Continuation {
    /// When a waiting secret is to be checked.
    pub(super) fn waits_until(&self) -> Option<Monotonic> {
        match self {
            Self::Delayed(delayed) => Some(delayed.until),
            Self::DelayedCode { until, .. } | Self::DelayedKey { until, .. } => Some(*until),
            _ => None,
        }
    }
}

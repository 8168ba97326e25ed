//! What this connection has proven of an account.
//!
//! A certificate is proven by the connection itself, for as long as it lasts; a password by the
//! client that gave it here. Only such a proof lets the connection change an account, so a session
//! that was resumed by its code cannot.

use std::sync::Arc;

use chinwag_core::{Command, Name, Proof, Query, Rejection};
use chinwag_wire::dialect::Tell;

use super::names::Hashed;
use super::{Continuation, Session};
use crate::hub::Body;
use crate::shard::Shared;

impl Session {
    /// The certificate that the client has proven to own.
    pub(super) fn certificate(&self) -> Option<Arc<str>> {
        // A gateway's certificate proves nothing about the client it speaks for.
        if self.peer.is_behind_gateway() {
            return None;
        }
        let certificate = self.transport.secured()?.client_certificate?;
        Some(certificate.to_string().into())
    }

    /// Whether the client shows a certificate that cannot be checked, and so counts as none.
    pub(super) fn shows_unknown_certificate(&self) -> bool {
        let secured = self.transport.secured();
        !self.peer.is_behind_gateway() && secured.is_some_and(|secured| secured.shows_unknown)
    }

    /// What this connection has proven of an account.
    pub(super) fn proof(&self) -> Option<Proof> {
        let proven = self.exchange.proven().cloned();
        proven.or_else(|| self.certificate().map(Proof))
    }

    /// Finds the account that the connection's certificate proves.
    pub(super) fn ask_certified(&mut self, name: Option<Name>, shared: &mut Shared) {
        match self.certificate() {
            Some(certificate) => {
                let query = Query::Certified { certificate, name };
                self.ask_hub(Body::Query(query), Continuation::Tell, shared);
            }
            None => self.answer(Tell::Rejected(&Rejection::NeedsProof), shared),
        }
    }

    pub(super) fn take_certified(&mut self, name: Option<Name>, shared: &mut Shared) {
        match name.zip(self.certificate().map(Proof)) {
            Some((name, proof)) => {
                self.exchange
                    .set_guesses(shared.workers.gate.take_guesses(&name));
                self.answer(Tell::Proven(&name, &proof), shared);
            }
            None => self.answer(Tell::Rejected(&Rejection::NeedsProof), shared),
        }
    }

    /// Has a password's hash registered.
    pub(super) fn take_hash(&mut self, hash: Arc<str>, hashed: Hashed, shared: &mut Shared) {
        let (command, then) = match hashed {
            Hashed::Own(proof) => {
                let then = Continuation::OwnPassword(Proof(hash.clone()));
                let register = Command::Register {
                    password_hash: hash,
                    proof,
                };
                (register, then)
            }
            Hashed::Early(name) => {
                let then = Continuation::Registered {
                    name: name.clone(),
                    proof: Proof(hash.clone()),
                };
                let add = Command::AddAccount {
                    name,
                    password_hash: hash,
                };
                (add, then)
            }
        };
        self.ask_hub(Body::Command(command), then, shared);
    }

    /// Registers or groups the name, with the connection's certificate if it has one.
    pub(super) fn claim(&mut self, shared: &mut Shared) {
        let command = match self.certificate() {
            Some(certificate) => Command::Certify {
                certificate,
                proof: self.proof(),
            },
            None => Command::Group,
        };
        self.ask_hub(Body::Command(command), Continuation::Tell, shared);
    }
}

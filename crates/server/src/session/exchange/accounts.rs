//! What this connection has proven of an account.
//!
//! A certificate is proven by the connection itself, for as long as it stands; a password by the client that
//! gave it here. An account is changed with a proof of it alone, so that a session that was taken up
//! by its code changes none.

use std::sync::Arc;

use chinwag_core::{Command, Proof};

use super::{Session, Step};
use crate::hub::Body;
use crate::shard::Shared;

impl Session {
    /// The certificate that the client has proven to own.
    pub(super) fn certificate(&self) -> Option<Arc<str>> {
        let certificate = self.transport.secured()?.client_certificate?;
        Some(certificate.to_string().into())
    }

    /// What this connection has proven of an account.
    pub(super) fn proof(&self) -> Option<Proof> {
        let proven = self.exchange.proven.clone();
        proven.or_else(|| self.certificate().map(Proof))
    }

    /// Registers or groups the name, by the certificate of the connection if it has one.
    pub(super) fn claim(&mut self, shared: &mut Shared) {
        let command = match self.certificate() {
            Some(certificate) => Command::Certify {
                certificate,
                proof: self.proof(),
            },
            None => Command::Group,
        };
        self.ask_hub(Body::Command(command), Step::Tell, shared);
    }
}

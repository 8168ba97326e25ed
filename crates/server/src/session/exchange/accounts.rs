//! Accounts: what is asked of one's own, and what this connection has proven of it.
//!
//! A certificate is proven by the connection itself, for as long as it stands; a password by the client that
//! gave it here. An account is changed with a proof of it alone, so that a session that was taken up
//! by its code changes none.

use std::sync::Arc;

use chinwag_core::{Command, Proof};
use chinwag_wire::dialect::Ask;

use super::names::Purpose;
use super::{Session, Step};
use crate::hub::Body;
use crate::shard::Shared;

impl Session {
    /// Does what the client asks for its account.
    pub(super) fn ask_account(&mut self, ask: Ask, shared: &mut Shared) {
        match ask {
            Ask::Register(password) if self.may_register(shared) => {
                let proof = self.certificate().map(Proof);
                self.ask_hash(password, proof, shared);
            }
            Ask::Claim => self.claim(shared),
            Ask::Forget(certificate) => {
                let proof = self.proof();
                let forget = Command::Forget { certificate, proof };
                self.ask_hub(Body::Command(forget), Step::Tell, shared);
            }
            Ask::LogInTo {
                name,
                password,
                beside,
            } => {
                let purpose = Purpose::LogInTo { beside };
                self.ask_name(Some(name), password, purpose, shared);
            }
            Ask::Unclaim { account, password } => {
                self.ask_name(Some(account), password, Purpose::Unclaim, shared);
            }
            Ask::ChangePassword { name, old, new } => {
                let purpose = Purpose::ChangePassword(new);
                self.ask_name(Some(name), Some(old), purpose, shared);
            }
            // It may not be registered now, as the client was told; and no other comes here.
            _ => {}
        }
    }

    /// The certificate that the client has proven to own.
    pub(super) fn certificate(&self) -> Option<Arc<str>> {
        let certificate = self.transport.secured()?.client_certificate?;
        Some(certificate.to_string().into())
    }

    /// What this connection has proven of an account.
    fn proof(&self) -> Option<Proof> {
        let proven = self.exchange.proven.clone();
        proven.or_else(|| self.certificate().map(Proof))
    }

    /// Registers or groups the name, by the certificate of the connection if it has one.
    fn claim(&mut self, shared: &mut Shared) {
        if !self.may_register(shared) {
            return;
        }
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

//! Certificates of TLS clients as credentials of accounts.
//!
//! The server has verified that the client holds the certificate's key. That alone gives no rights: as with a
//! password, changing an account needs a proof of it, so that a person who has learned a resume code cannot make
//! that access lasting by adding a certificate of their own.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::account::{Account, AccountChange, CertificatePrefix, CredentialKind};
use crate::chat::{Chat, Person};
use crate::command::{Outcome, Proof};
use crate::event::Fact;
use crate::limits::ACCOUNT_CERTIFICATES_MAX;
use crate::rejection::Rejection;
use crate::time::Timestamp;

impl Chat {
    pub(super) fn decide_certify(
        &self,
        me: &Person,
        certificate: Arc<str>,
        proof: Option<&Proof>,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let Some(own) = self.account_of(me) else {
            self.check_may_register(me)?;
            let kind = CredentialKind::Certificate;
            self.claim(me, kind, certificate, now, facts)?;
            return Ok(Outcome::Done);
        };
        let grouped = match own.owns(&me.name) {
            true => None,
            false => Some(self.decide_group(me)?),
        };
        let added = self.decide_add(me, own, certificate, proof)?;
        if grouped.is_none() && added.is_none() {
            return Err(Rejection::LoggedInAlready(own.name.clone()));
        }
        facts.extend(grouped.into_iter().chain(added));
        Ok(Outcome::Done)
    }

    /// Adds a certificate to an account; `None` if it has it already.
    fn decide_add(
        &self,
        me: &Person,
        own: &Account,
        certificate: Arc<str>,
        proof: Option<&Proof>,
    ) -> Result<Option<Fact>, Rejection> {
        if own.certificates().any(|known| *known == certificate) {
            return Ok(None);
        }
        check_proven(own, proof)?;
        if own.certificates().count() >= ACCOUNT_CERTIFICATES_MAX {
            return Err(Rejection::TooManyCertificates {
                certificates_max: ACCOUNT_CERTIFICATES_MAX,
            });
        }
        let change = AccountChange::Credential {
            kind: CredentialKind::Certificate,
            secret: certificate,
        };
        Ok(Some(self.account_changed(own, change, Some(me.id))))
    }

    pub(super) fn decide_forget(
        &self,
        me: &Person,
        certificate: &CertificatePrefix,
        proof: Option<&Proof>,
    ) -> Result<Fact, Rejection> {
        let own = self.account_of(me).ok_or(Rejection::NotLoggedIn)?;
        check_proven(own, proof)?;
        let certificates = own.certificates();
        let mut meant = certificates.filter(|known| known.starts_with(certificate.as_str()));
        let (Some(found), None) = (meant.next(), meant.next()) else {
            return Err(Rejection::NoSuchCertificate);
        };
        if own.credentials.len() == 1 {
            return Err(Rejection::LastCredential(own.name.clone()));
        }
        let change = AccountChange::CertificateRemoved(found.clone());
        Ok(self.account_changed(own, change, Some(me.id)))
    }
}

fn check_proven(own: &Account, proof: Option<&Proof>) -> Result<(), Rejection> {
    match proof.is_some_and(|proof| own.is_proven_by(proof)) {
        true => Ok(()),
        false => Err(Rejection::NotProven(own.name.clone())),
    }
}

//! Whether a server's certificate is the right one.
//!
//! A certificate of the host's name that the system trusts is right. Any other is right if it is the
//! one that is known; at the first meeting it becomes that, as with ssh. A certificate that an
//! authority of the system has issued, and that has run out or bears another name, is never taken.

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs as provider, verify_tls12_signature,
    verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::SingleCertAndKey;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use crate::ClientCertificate;
use crate::known_hosts::{Fingerprint, Known};

/// Which certificate is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// One by which the server is known, or one that the system trusts.
    Known(Known),
    /// The server has not been met.
    First,
    /// Whatever it is.
    Any,
}

/// What a certificate was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The right one; the server is known like this from now on.
    Right(Known),
    /// Not looked at.
    Unchecked,
    /// Neither the known one nor one that is trusted.
    Changed(Fingerprint),
    /// Issued by an authority, and wrong.
    Wrong(&'static str),
}

/// Checks the certificate of one connection.
#[derive(Debug)]
pub(crate) struct Checker {
    expected: Expected,
    /// None where the system has no authorities.
    system: Option<Arc<WebPkiServerVerifier>>,
    algorithms: WebPkiSupportedAlgorithms,
    verdict: Mutex<Option<Verdict>>,
}

impl Checker {
    /// A checker, and what to connect with; `shown` is this client's own certificate. The authorities of the system are read anew.
    ///
    /// # Errors
    ///
    /// If rustls does not take its own defaults.
    pub(crate) fn new(
        expected: Expected,
        shown: Option<&ClientCertificate>,
    ) -> Result<(Arc<Self>, Arc<ClientConfig>), Error> {
        let provider = Arc::new(provider::default_provider());
        let checker = Arc::new(Self {
            expected,
            system: system_authorities(&provider),
            algorithms: provider.signature_verification_algorithms,
            verdict: Mutex::new(None),
        });
        let builder = ClientConfig::builder_with_provider(provider);
        let config = builder
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(checker.clone());
        let config = match shown {
            Some(shown) => {
                let shown = SingleCertAndKey::from(shown.certified());
                config.with_client_cert_resolver(Arc::new(shown))
            }
            None => config.with_no_client_auth(),
        };
        Ok((checker, Arc::new(config)))
    }

    /// What was found, if the server has shown a certificate.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        *self.verdict.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn judge(&self, seen: Fingerprint, by_system: Result<(), Error>) -> Verdict {
        if self.expected == Expected::Any {
            return Verdict::Unchecked;
        }
        match (by_system, self.expected) {
            (Ok(()), _) => Verdict::Right(Known::Trusted),
            (_, Expected::Known(Known::By(known))) if known == seen => {
                Verdict::Right(Known::By(seen))
            }
            (_, Expected::Known(_)) => Verdict::Changed(seen),
            (Err(error), _) => match fault(&error) {
                Some(fault) => Verdict::Wrong(fault),
                None => Verdict::Right(Known::By(seen)),
            },
        }
    }
}

/// What is wrong with a certificate that an authority has issued.
fn fault(error: &Error) -> Option<&'static str> {
    let Error::InvalidCertificate(error) = error else {
        return None;
    };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            Some("it has run out")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Some("it is not valid yet")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Some("it is another host's")
        }
        CertificateError::Revoked => Some("it was revoked"),
        _ => None,
    }
}

fn system_authorities(provider: &Arc<CryptoProvider>) -> Option<Arc<WebPkiServerVerifier>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    verifier.build().ok()
}

impl ServerCertVerifier for Checker {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut seen = Fingerprint([0; 32]);
        seen.0
            .copy_from_slice(digest(&SHA256, certificate).as_ref());
        let by_system = match &self.system {
            Some(system) => system.verify_server_cert(certificate, chain, name, ocsp, now),
            None => Err(CertificateError::UnknownIssuer.into()),
        };
        let verdict = self.judge(seen, by_system.map(|_| ()));
        *self.verdict.lock().unwrap_or_else(PoisonError::into_inner) = Some(verdict);
        match verdict {
            Verdict::Right(_) | Verdict::Unchecked => Ok(ServerCertVerified::assertion()),
            Verdict::Changed(_) | Verdict::Wrong(_) => {
                Err(CertificateError::ApplicationVerificationFailure.into())
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEN: Fingerprint = Fingerprint([1; 32]);
    const OTHER: Fingerprint = Fingerprint([2; 32]);

    #[track_caller]
    fn check(expected: Expected, by_system: Result<(), CertificateError>, verdict: Verdict) {
        let (checker, _) = Checker::new(expected, None).unwrap();
        assert_eq!(checker.judge(SEEN, by_system.map_err(Error::from)), verdict);
    }

    #[test]
    fn a_stranger_is_known_from_the_first_meeting_on() {
        let right = Verdict::Right;
        check(Expected::First, Ok(()), right(Known::Trusted));
        let unknown = CertificateError::UnknownIssuer;
        check(Expected::First, Err(unknown), right(Known::By(SEEN)));
    }

    #[test]
    fn what_is_known_must_stay_so_or_be_trusted() {
        let known = |fingerprint| Expected::Known(Known::By(fingerprint));
        let unknown = || Err(CertificateError::UnknownIssuer);
        check(known(SEEN), unknown(), Verdict::Right(Known::By(SEEN)));
        check(known(OTHER), unknown(), Verdict::Changed(SEEN));
        check(known(OTHER), Ok(()), Verdict::Right(Known::Trusted));
        let trusted = Expected::Known(Known::Trusted);
        check(trusted, unknown(), Verdict::Changed(SEEN));
        check(
            trusted,
            Err(CertificateError::Expired),
            Verdict::Changed(SEEN),
        );
    }

    #[test]
    fn an_authoritys_word_for_another_host_is_no_stranger() {
        let wrong = Verdict::Wrong("it is another host's");
        check(
            Expected::First,
            Err(CertificateError::NotValidForName),
            wrong,
        );
        check(
            Expected::Any,
            Err(CertificateError::Expired),
            Verdict::Unchecked,
        );
    }
}

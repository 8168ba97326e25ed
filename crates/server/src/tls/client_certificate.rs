//! Certificates of clients. Anybody can make one; TLS proves that the client holds its key, and
//! nothing else in it is checked. So it is an identity without an authority, known by its SHA-256.
//!
//! A certificate is optional, so no kind of certificate may end a handshake. If the kind of its key
//! cannot be checked here (RSA of 1,024 bits, secp256k1) or the certificate cannot be parsed, the
//! signature passes unchecked and the certificate counts as none; both decisions look only at the
//! certificate, so that they agree. A wrong signature by any other key ends the handshake.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rsa::PublicEncryptingKey;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{AlgorithmIdentifier, CertificateDer, UnixTime, alg_id};
use rustls::server::ParsedCertificate;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

/// The SHA-256 of a certificate that a client has proven to own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientCertificate([u8; 32]);

impl ClientCertificate {
    /// That of a peer after the handshake; `None` if it could not be proven.
    pub(crate) fn proven(certificate: &CertificateDer<'_>) -> Option<Self> {
        let algorithms = super::provider().signature_verification_algorithms;
        is_provable(certificate, &algorithms).then(|| Self::of(certificate))
    }

    pub(crate) fn of(certificate: &CertificateDer<'_>) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, certificate).as_ref());
        Self(bytes)
    }
}

impl fmt::Display for ClientCertificate {
    /// As `openssl x509 -outform der | sha256sum` has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientCertificate({self})")
    }
}

/// Whether a signature by the key of a certificate can be checked, right or wrong.
fn is_provable(certificate: &CertificateDer<'_>, algorithms: &WebPkiSupportedAlgorithms) -> bool {
    let Ok(parsed) = ParsedCertificate::try_from(certificate) else {
        return false;
    };
    let key = parsed.subject_public_key_info();
    let is_of = |id: AlgorithmIdentifier| key.windows(id.len()).any(|part| part == id.as_ref());
    let mut known = algorithms.all.iter().map(|known| known.public_key_alg_id());
    // RSA alone comes in sizes, of which some are too small or too large to be accepted.
    let is_rsa_taken = || PublicEncryptingKey::from_der(&key).is_ok();
    known.any(is_of) && (!is_of(alg_id::RSA_ENCRYPTION) || is_rsa_taken())
}

/// Accepts any certificate, but only with proof that the client has its key.
#[derive(Debug)]
pub(super) struct AnyCertificate {
    algorithms: WebPkiSupportedAlgorithms,
}

impl AnyCertificate {
    pub(super) fn new(provider: &CryptoProvider) -> Self {
        Self {
            algorithms: provider.signature_verification_algorithms,
        }
    }

    /// Runs `verify` if the signature can be checked, and lets it pass if not.
    fn verify(
        &self,
        certificate: &CertificateDer<'_>,
        verify: impl FnOnce(&WebPkiSupportedAlgorithms) -> Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        match is_provable(certificate, &self.algorithms) {
            true => verify(&self.algorithms),
            false => Ok(HandshakeSignatureValid::assertion()),
        }
    }
}

impl ClientCertVerifier for AnyCertificate {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify(certificate, |algorithms| {
            verify_tls12_signature(message, certificate, signature, algorithms)
        })
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify(certificate, |algorithms| {
            verify_tls13_signature(message, certificate, signature, algorithms)
        })
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

//! The certificate that this client shows a server, with its key: it can prove an account in place of
//! a password.
//!
//! It must not know whom it is shown to. Nobody has to have signed it: the server goes by its
//! SHA-256.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs as provider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

/// What a client proves its account with, in place of a password. Clones are the same certificate.
#[derive(Debug, Clone)]
pub struct ClientCertificate(Arc<CertifiedKey>);

/// Why there is no certificate to show.
#[derive(Debug, thiserror::Error)]
pub enum ClientCertificateError {
    /// A file has no certificate, or no key, in PEM.
    #[error("cannot read {what} from {}: {}.", path.display(), why(source))]
    Unread {
        /// What should be in it.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: pem::Error,
    },
    /// The key is encrypted.
    #[error(
        "cannot use the key in {}: it is encrypted. \"openssl pkey -in {} -out FILE\" makes a copy that is not.",
        path.display(), path.display()
    )]
    Encrypted {
        /// The file of the key.
        path: PathBuf,
    },
    /// TLS does not take keys of this kind.
    #[error(
        "cannot use the key in {}: it is none of RSA (2048 to 8192 bits), ECDSA (P-256, P-384, P-521) or Ed25519.",
        path.display()
    )]
    Kind {
        /// The file of the key.
        path: PathBuf,
    },
    /// The key is another certificate's, or that is no certificate.
    #[error("cannot use the key in {} with the certificate: {}.", path.display(), unfit(source))]
    Unfit {
        /// The file of the key.
        path: PathBuf,
        /// What is wrong with it.
        source: rustls::Error,
    },
}

/// What is wrong with a file, in words for people.
fn why(error: &pem::Error) -> String {
    match error {
        pem::Error::NoItemsFound => "it has none in PEM form".to_owned(),
        pem::Error::Io(error) => error.to_string(),
        pem::Error::MissingSectionEnd { .. } => "it is cut off".to_owned(),
        _ => "it is malformed".to_owned(),
    }
}

/// Why the two do not go together.
fn unfit(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InconsistentKeys(_) => "it is the key of another".to_owned(),
        error => error.to_string(),
    }
}

/// Whether it is a PEM file whose key only a passphrase opens (RFC 5958, RFC 1421).
fn is_encrypted(pem: &[u8]) -> bool {
    let signs = ["BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED"];
    let text = String::from_utf8_lossy(pem);
    signs.iter().any(|sign| text.contains(sign))
}

impl ClientCertificate {
    /// Reads a certificate, with those that vouch for it behind it, and its key. Both files are in PEM.
    ///
    /// # Errors
    ///
    /// See [`ClientCertificateError`].
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, ClientCertificateError> {
        let unread = |what, path: &Path, source| ClientCertificateError::Unread {
            what,
            path: path.to_owned(),
            source,
        };
        let chain = CertificateDer::pem_file_iter(certificate);
        let chain: Result<Vec<_>, _> = chain.and_then(Iterator::collect);
        let chain = chain.and_then(|chain| match chain.is_empty() {
            true => Err(pem::Error::NoItemsFound),
            false => Ok(chain),
        });
        let chain = chain.map_err(|source| unread("a certificate", certificate, source))?;
        let path = || key.to_owned();
        let pem = fs::read(key);
        let pem = pem.map_err(|source| unread("a key", key, pem::Error::Io(source)))?;
        let secret = PrivateKeyDer::from_pem_slice(&pem);
        let secret = secret.map_err(|source| match is_encrypted(&pem) {
            true => ClientCertificateError::Encrypted { path: path() },
            false => unread("a key", key, source),
        })?;
        let provider = provider::default_provider();
        if provider::sign::any_supported_type(&secret).is_err() {
            return Err(ClientCertificateError::Kind { path: path() });
        }
        let certified = CertifiedKey::from_der(chain, secret, &provider);
        let certified = certified.map_err(|source| {
            let path = path();
            ClientCertificateError::Unfit { path, source }
        })?;
        Ok(Self(Arc::new(certified)))
    }

    pub(crate) fn certified(&self) -> Arc<CertifiedKey> {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_read_is_told_in_the_words_of_the_system() {
        let nowhere = Path::new("/nowhere/ann.pem");
        let error = ClientCertificate::read(nowhere, nowhere).expect_err("no file");
        let said = error.to_string();
        let expected = "cannot read a certificate from /nowhere/ann.pem: No such file";
        assert!(said.starts_with(expected), "{said}");
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_without_its_bytes() {
        for (pem, expected) in [
            ("hello\n", "it has none in PEM form"),
            ("-----BEGIN PRIVATE KEY-----\nMAAA\n", "it is cut off"),
            (
                "-----BEGIN PRIVATE KEY-----\n?\n-----END PRIVATE KEY-----\n",
                "it is malformed",
            ),
        ] {
            let error = PrivateKeyDer::from_pem_slice(pem.as_bytes()).expect_err("no key");
            assert_eq!(why(&error), expected);
        }
    }
}

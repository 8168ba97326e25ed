//! The server's certificate: one from files, which are read again when they change, or one that the
//! server makes for itself and keeps in its data folder.
//!
//! An unusable certificate never replaces a usable one: connections go on with the old.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use aws_lc_rs::digest::{SHA256, digest};
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::self_made;
use super::validity::warn_if_out_of_time;
use crate::config::Reading;

/// Where the certificate is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CertificateSource {
    /// Two PEM files: a chain that begins with the server's own certificate, and its key.
    Files { cert: PathBuf, key: PathBuf },
    /// A self-made certificate in this file, which is created if necessary.
    Own(PathBuf),
    /// A self-made certificate, never seen again after the end of the process.
    Memory,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file has not what it should.
    #[error("{} has no {what} in PEM form", path.display())]
    Missing {
        /// Which.
        path: PathBuf,
        /// What it lacks.
        what: &'static str,
    },
    /// The key is encrypted.
    #[error(
        "the key in {} is encrypted: \"openssl pkey -in {} -out FILE\" makes a copy that is not",
        path.display(), path.display()
    )]
    Encrypted {
        /// The file of the key.
        path: PathBuf,
    },
    /// TLS does not accept keys of this kind.
    #[error(
        "the key in {} is none of RSA (2048 to 8192 bits), ECDSA (P-256, P-384, P-521) or Ed25519",
        path.display()
    )]
    Kind {
        /// The file of the key.
        path: PathBuf,
    },
    /// The two do not belong together, or that is no certificate.
    #[error("the certificate in {} and the key in {} cannot be used: {}", cert.display(), key.display(), unfit(reason))]
    Pair {
        /// The file of the certificate.
        cert: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// What rustls says.
        reason: rustls::Error,
    },
    /// The server cannot make one for itself.
    #[error("no certificate can be made: {0}")]
    Make(rcgen::Error),
    /// It cannot keep it.
    #[error("the certificate cannot be written to {}: {source}", path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// The SHA-256 of the server's certificate, by which a client can recognise the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    fn of(certificate: &CertificateDer<'_>) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, certificate).as_ref());
        Self(bytes)
    }
}

impl fmt::Display for Fingerprint {
    /// As `openssl x509 -fingerprint -sha256` has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            let gap = if at == 0 { "" } else { ":" };
            write!(f, "{gap}{byte:02X}")?;
        }
        Ok(())
    }
}

/// The certificate in use, which can be replaced at any time.
#[derive(Debug)]
pub(crate) struct Certificates {
    current: RwLock<Arc<CertifiedKey>>,
    watched: Mutex<WatchedFiles>,
}

/// Files, and what was seen of them.
#[derive(Debug)]
struct WatchedFiles {
    source: CertificateSource,
    /// As they were when last read.
    read: Stamps,
    /// As they were at the last look.
    seen: Stamps,
}

/// What changes with a file: its place on the disk, size, and time in seconds and nanoseconds.
type Stamp = (u64, u64, i64, i64);
type Stamps = [Option<Stamp>; 2];

impl Certificates {
    /// Opens the certificate of this source; a self-made one is for `name`.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub(crate) fn open(source: CertificateSource, name: &str) -> Result<Self, CertificateError> {
        let stamps = source.stamps();
        let current = source.read_or_make(name, Reading::First)?;
        warn_if_out_of_time(&current);
        Ok(Self {
            current: RwLock::new(Arc::new(current)),
            watched: Mutex::new(WatchedFiles {
                source,
                read: stamps,
                seen: stamps,
            }),
        })
    }

    /// The certificate in use.
    pub(crate) fn current(&self) -> Arc<CertifiedKey> {
        let current = self.current.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its SHA-256.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        fingerprint(&self.current())
    }

    /// Reads the certificate from a source, which may be another one.
    ///
    /// # Errors
    /// [`CertificateError`]; then nothing changes.
    pub(crate) fn reload(
        &self,
        source: CertificateSource,
        name: &str,
    ) -> Result<(), CertificateError> {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        // A certificate in memory stays, or clients would be warned for nothing.
        if source == CertificateSource::Memory && watched.source == source {
            return Ok(());
        }
        let stamps = source.stamps();
        let new = source.read_or_make(name, Reading::Again)?;
        self.replace(new);
        *watched = WatchedFiles {
            source,
            read: stamps,
            seen: stamps,
        };
        Ok(())
    }

    /// Reads the files again if they have changed. They must be the same at two looks, since one is
    /// replaced after the other.
    pub(crate) fn look(&self) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = watched.source.stamps();
        let is_settled = stamps == watched.seen;
        watched.seen = stamps;
        if !is_settled || stamps == watched.read {
            return;
        }
        watched.read = stamps;
        let Some(files) = watched.source.files() else {
            return;
        };
        match read(files, Reading::Again) {
            Ok(new) => self.replace(new),
            Err(error) => tracing::error!("the old certificate stays in use: {error}"),
        }
    }

    fn replace(&self, new: CertifiedKey) {
        warn_if_out_of_time(&new);
        let sha256 = fingerprint(&new);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if fingerprint(&current) != sha256 {
            tracing::info!("the certificate is another one; its SHA-256 is {sha256}");
        }
        *current = Arc::new(new);
    }
}

fn fingerprint(certified: &CertifiedKey) -> Fingerprint {
    // A chain without a certificate is never read nor made.
    let end = certified.cert.first().map(Fingerprint::of);
    end.unwrap_or(Fingerprint([0; 32]))
}

impl CertificateSource {
    /// The SHA-256 of the existing certificate, if there is one.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub(crate) fn fingerprint(&self) -> Result<Option<Fingerprint>, CertificateError> {
        let missing = matches!(self, Self::Own(path) if !path.exists());
        let files = self.files().filter(|_| !missing);
        let found = files.map(|files| read(files, Reading::Again)).transpose()?;
        Ok(found.as_ref().map(fingerprint))
    }

    fn read_or_make(&self, name: &str, reading: Reading) -> Result<CertifiedKey, CertificateError> {
        if let Self::Own(path) = self
            && !path.exists()
        {
            self_made::write(path, &self_made::make(name)?)?;
        }
        match self.files() {
            Some(files) => read(files, reading),
            None => {
                let pem = self_made::make(name)?;
                let nowhere = Path::new("memory");
                parse((nowhere, pem.as_bytes()), (nowhere, pem.as_bytes()))
            }
        }
    }

    /// The files of the certificate and of its key, which may be one.
    fn files(&self) -> Option<[&Path; 2]> {
        match self {
            Self::Files { cert, key } => Some([cert, key]),
            Self::Own(path) => Some([path, path]),
            Self::Memory => None,
        }
    }

    fn stamps(&self) -> Stamps {
        let stamp = |path: &Path| {
            let data = fs::metadata(path).ok()?;
            Some((data.ino(), data.size(), data.mtime(), data.mtime_nsec()))
        };
        self.files().map_or([None; 2], |files| files.map(stamp))
    }
}

fn read([cert, key]: [&Path; 2], reading: Reading) -> Result<CertifiedKey, CertificateError> {
    let bytes = |path: &Path| {
        let bytes = reading.bytes(path);
        bytes.map_err(|source| CertificateError::Read {
            path: path.to_owned(),
            source,
        })
    };
    parse((cert, &bytes(cert)?), (key, &bytes(key)?))
}

fn parse(cert: (&Path, &[u8]), key: (&Path, &[u8])) -> Result<CertifiedKey, CertificateError> {
    let missing = |path: &Path, what| CertificateError::Missing {
        path: path.to_owned(),
        what,
    };
    let chain: Result<Vec<CertificateDer<'static>>, _> =
        CertificateDer::pem_slice_iter(cert.1).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    let chain = chain.ok_or_else(|| missing(cert.0, "certificate"))?;
    let path = || key.0.to_owned();
    let der = PrivateKeyDer::from_pem_slice(key.1).map_err(|_| match is_encrypted(key.1) {
        true => CertificateError::Encrypted { path: path() },
        false => missing(key.0, "private key"),
    })?;
    if any_supported_type(&der).is_err() {
        return Err(CertificateError::Kind { path: path() });
    }
    CertifiedKey::from_der(chain, der, &super::provider()).map_err(|reason| {
        CertificateError::Pair {
            cert: cert.0.to_owned(),
            key: key.0.to_owned(),
            reason,
        }
    })
}

/// Whether it is a PEM file whose key only a passphrase opens (RFC 5958, RFC 1421).
fn is_encrypted(pem: &[u8]) -> bool {
    let signs = ["BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED"];
    let text = String::from_utf8_lossy(pem);
    signs.iter().any(|sign| text.contains(sign))
}

/// Why the two do not go together.
fn unfit(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InconsistentKeys(_) => "the key is another certificate's".to_owned(),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("chinwag-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("a folder");
        folder
    }

    #[test]
    fn a_self_made_certificate_is_kept_and_is_nobody_elses_to_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("kept");
        let source = CertificateSource::Own(folder.join("tls.pem"));
        assert_eq!(source.fingerprint().expect("none is no error"), None);
        let first = Certificates::open(source.clone(), "chat.example.org").expect("one is made");
        let mode = fs::metadata(folder.join("tls.pem"))
            .expect("a file")
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        let again = Certificates::open(source.clone(), "another").expect("it is read");
        assert_eq!(first.fingerprint(), again.fingerprint());
        assert_eq!(
            source.fingerprint().expect("one"),
            Some(first.fingerprint())
        );
        fs::remove_dir_all(folder).expect("it is ours");
    }

    #[test]
    fn what_changes_is_read_when_it_has_settled_and_nothing_bad_replaces_it() {
        let folder = folder("watched");
        let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        let put = |path: &Path, pem: &str| fs::write(path, pem).expect("the folder is ours");
        let pems = ["a", "b"].map(|name| self_made::make(name).expect("one is made"));
        put(&cert, &pems[0]);
        put(&key, &pems[0]);
        let source = CertificateSource::Files {
            cert: cert.clone(),
            key: key.clone(),
        };
        let certificates = Certificates::open(source, "").expect("a pair");
        let first = certificates.fingerprint();
        put(&cert, &pems[1]);
        certificates.look();
        certificates.look();
        assert_eq!(certificates.fingerprint(), first, "that is no pair");
        put(&key, &format!("{}\n", pems[1]));
        certificates.look();
        assert_eq!(certificates.fingerprint(), first, "it may still change");
        certificates.look();
        assert_ne!(certificates.fingerprint(), first);
        fs::remove_dir_all(folder).expect("it is ours");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let pem = self_made::make("a").expect("one is made");
        let other = self_made::make("b").expect("one is made");
        let said = |cert: &str, key: &str| {
            let (cert, key) = (
                (Path::new("c"), cert.as_bytes()),
                (Path::new("k"), key.as_bytes()),
            );
            parse(cert, key).expect_err("it is wrong").to_string()
        };
        assert_eq!(said("", &pem), "c has no certificate in PEM form");
        assert_eq!(said(&pem, "x"), "k has no private key in PEM form");
        for encrypted in [
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIF\n-----END ENCRYPTED PRIVATE KEY-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nMIIF\n\
             -----END RSA PRIVATE KEY-----\n",
        ] {
            let said = said(&pem, encrypted);
            let expected = "the key in k is encrypted: \"openssl pkey -in k -out FILE\" makes a copy that is not";
            assert_eq!(said, expected);
        }
        let kind = said(
            &pem,
            "-----BEGIN PRIVATE KEY-----\nMAAA\n-----END PRIVATE KEY-----\n",
        );
        assert!(
            kind.starts_with("the key in k is none of RSA (2048"),
            "{kind}"
        );
        assert_eq!(
            said(&pem, &other),
            "the certificate in c and the key in k cannot be used: the key is another certificate's"
        );
    }
}

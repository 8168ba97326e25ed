//! The certificate that a server makes for itself, so that it speaks TLS without any configuration.
//!
//! It proves nothing about the server's name: a client that remembers it knows that it talks to the
//! same server as before. So it is made once and lasts.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};

use super::CertificateError;

/// How long it is valid, for clients that check that.
const VALIDITY: Duration = Duration::from_secs(10 * 365 * 86_400);
/// Clients whose clocks are behind accept it all the same.
const BACKDATED: Duration = Duration::from_secs(86_400);

/// A certificate for this name and its key, in PEM.
///
/// # Errors
/// [`CertificateError::Make`].
pub(super) fn make(name: &str) -> Result<String, CertificateError> {
    let names = [name, "localhost"].map(str::to_owned).into_iter();
    // A server's name may be one that no host can have.
    let names: Vec<String> = names.filter(|name| is_host(name)).collect();
    let mut params = CertificateParams::new(names).map_err(CertificateError::Make)?;
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "chinwag, self-made");
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = rcgen::date_time_ymd(1970, 1, 1) + since_epoch.unwrap_or_default();
    params.not_before = now - BACKDATED;
    params.not_after = now + VALIDITY;
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(CertificateError::Make)?;
    let certificate = params.self_signed(&key).map_err(CertificateError::Make)?;
    Ok(certificate.pem() + &key.serialize_pem())
}

fn is_host(name: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    !name.is_empty() && name.chars().all(is_allowed)
}

/// Writes it so that a reader finds all of it or nothing, and only its owner can read it.
///
/// # Errors
/// [`CertificateError::Write`].
pub(super) fn write(path: &Path, pem: &str) -> Result<(), CertificateError> {
    write_whole(path, pem).map_err(|source| CertificateError::Write {
        path: path.to_owned(),
        source,
    })
}

fn write_whole(path: &Path, pem: &str) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    // Others may be able to read one that a crash has left.
    let _ = fs::remove_file(&unfinished);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(pem.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}

//! Whether the server's certificate is within the time for which it was made.
//!
//! One that is not is served all the same: clients that know it go by its SHA-256, and an old certificate is
//! better than none. But an operator should learn of it before people do, so the log says it.

use std::fmt;
use std::time::Duration;

use chinwag_core::Timestamp;
use rustls::RootCertStore;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::pki_types::UnixTime;
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, Error};

use crate::clock::wall;

/// What is wrong with the time of a certificate.
#[derive(Debug, PartialEq, Eq)]
enum OutOfTime {
    Expired(UnixTime),
    NotYetValid(UnixTime),
}

/// Says in the log if clients that check the certificate do not take it now.
pub(super) fn warn_if_out_of_time(certified: &CertifiedKey) {
    if let Some(fault) = out_of_time(certified, wall()) {
        tracing::warn!("the certificate {fault}: clients that check it do not take it");
    }
}

/// `None` also for what cannot be parsed: clients may know it nevertheless.
fn out_of_time(certified: &CertifiedKey, now: Timestamp) -> Option<OutOfTime> {
    let own = ParsedCertificate::try_from(certified.cert.first()?).ok()?;
    let since_epoch = Duration::from_millis(u64::try_from(now.0).ok()?);
    let now = UnixTime::since_unix_epoch(since_epoch);
    let algorithms = super::provider().signature_verification_algorithms;
    // Nobody is trusted, so this fails in any case; the time is what it looks at first.
    let nobody = RootCertStore::empty();
    let checked =
        verify_server_cert_signed_by_trust_anchor(&own, &nobody, &[], now, algorithms.all);
    match checked {
        Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
            Some(OutOfTime::Expired(not_after))
        }
        Err(Error::InvalidCertificate(CertificateError::NotValidYetContext {
            not_before, ..
        })) => Some(OutOfTime::NotYetValid(not_before)),
        _ => None,
    }
}

impl fmt::Display for OutOfTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired(at) => write!(f, "expired at {}", minute(*at)),
            Self::NotYetValid(at) => write!(f, "is not valid before {}", minute(*at)),
        }
    }
}

/// `2026-11-21 14:03 UTC`
fn minute(at: UnixTime) -> String {
    let seconds = i64::try_from(at.as_secs()).unwrap_or(i64::MAX);
    let at = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX);
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::{CertificateSource, Certificates};
    use super::*;

    #[test]
    fn a_certificate_has_its_time() {
        let made = Certificates::open(CertificateSource::Memory, "a").expect("one is made");
        let now = wall();
        let days = |days: i64| Timestamp(now.0 + days * 86_400_000);
        let at = |now| out_of_time(&made.current(), now);
        assert_eq!(at(now), None);
        assert!(matches!(at(days(-2)), Some(OutOfTime::NotYetValid(_))));
        assert!(matches!(at(days(11 * 365)), Some(OutOfTime::Expired(_))));
    }

    #[test]
    fn the_log_says_when() {
        let at = UnixTime::since_unix_epoch(Duration::from_secs(1_795_270_980));
        assert_eq!(
            OutOfTime::Expired(at).to_string(),
            "expired at 2026-11-21 14:23 UTC"
        );
        assert_eq!(
            OutOfTime::NotYetValid(at).to_string(),
            "is not valid before 2026-11-21 14:23 UTC"
        );
    }
}

//! What TLS connections are made of: the certificate, the settings of rustls, and the identity of a
//! client.
//!
//! It must not know connections. The provider is named explicitly wherever rustls needs one
//! (`aws-lc-rs`), so that no other crate of the process can change it.

mod certificate;
mod client_certificate;
mod self_made;
mod validity;

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::ServerName;
use rustls::server::{NoServerSessionStorage, ParsedCertificate, ResolvesServerCert};

pub use certificate::{CertificateError, Fingerprint};
pub(crate) use certificate::{CertificateSource, Certificates};
use client_certificate::AnyCertificate;
pub(crate) use client_certificate::ClientCertificate;

/// What connections are made with. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Tls {
    asking: Arc<ServerConfig>,
    silent: Arc<ServerConfig>,
    certificates: Arc<Certificates>,
}

impl Tls {
    /// `certificates` supplies the certificate of each connection.
    ///
    /// # Errors
    /// If the provider has no random numbers.
    pub(crate) fn new(certificates: Arc<Certificates>) -> Result<Self, rustls::Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        // TLS sessions resume from what the client keeps, encrypted under a key that rotates: the
        // server keeps nothing for it.
        let ticketer = aws_lc_rs::Ticketer::new()?;
        let config = |asks: bool| -> Result<Arc<ServerConfig>, rustls::Error> {
            let builder = ServerConfig::builder_with_provider(provider.clone());
            let builder = builder.with_safe_default_protocol_versions()?;
            let builder = match asks {
                true => builder.with_client_cert_verifier(Arc::new(AnyCertificate::new(&provider))),
                false => builder.with_no_client_auth(),
            };
            let mut config = builder.with_cert_resolver(certificates.clone());
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.ticketer = ticketer.clone();
            // One is enough for a client with one connection.
            config.send_tls13_tickets = 1;
            Ok(Arc::new(config))
        };
        Ok(Self {
            asking: config(true)?,
            silent: config(false)?,
            certificates,
        })
    }

    /// For tests: with a certificate that nobody knows.
    #[cfg(test)]
    pub(crate) fn self_made(name: &str) -> Self {
        let certificates =
            Certificates::open(CertificateSource::Memory, name).expect("one is made");
        Self::new(Arc::new(certificates)).expect("random numbers")
    }

    /// The settings of a connection, which `asks` for a client certificate or does not.
    pub(crate) fn config(&self, asks: bool) -> Arc<ServerConfig> {
        match asks {
            true => self.asking.clone(),
            false => self.silent.clone(),
        }
    }
}

impl Tls {
    /// Whether the certificate is valid for this name of the server.
    pub(crate) fn is_for(&self, name: &str) -> bool {
        let certified = self.certificates.current();
        let parsed = certified.cert.first().map(ParsedCertificate::try_from);
        match (parsed, ServerName::try_from(name)) {
            (Some(Ok(certificate)), Ok(name)) => verify_server_name(&certificate, &name).is_ok(),
            _ => false,
        }
    }
}

fn provider() -> CryptoProvider {
    aws_lc_rs::default_provider()
}

impl ResolvesServerCert for Certificates {
    fn resolve(
        &self,
        _hello: rustls::server::ClientHello<'_>,
    ) -> Option<Arc<rustls::sign::CertifiedKey>> {
        Some(self.current())
    }
}

//! The server's end of TLS over a pipe in memory, for the fuzz targets and the tests here, which
//! send anything that a peer may send. It also makes clients that trust its certificate, and check
//! it.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WantsClientCert;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, SupportedProtocolVersion};

use super::super::{AnyStream, Stream};
use super::{TlsStream, broken};
use crate::tls::{CertificateSource, Certificates, Tls};

/// What connections in memory need: a certificate of their own.
#[derive(Debug)]
pub struct MemoryServer {
    tls: Tls,
    certificate: CertificateDer<'static>,
}

/// The server's end of one connection.
#[derive(Debug)]
pub struct MemoryTls {
    stream: TlsStream,
    pipe: Pipe,
}

#[derive(Clone, Debug, Default)]
struct Pipe(Arc<Mutex<Bytes>>);

#[derive(Debug, Default)]
struct Bytes {
    to_server: VecDeque<u8>,
    from_server: Vec<u8>,
}

impl Pipe {
    fn with<R>(&self, act: impl FnOnce(&mut Bytes) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Stream for Pipe {
    fn try_read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.with(
            |bytes| match io::Read::read(&mut bytes.to_server, buffer)? {
                0 => Err(io::ErrorKind::WouldBlock.into()),
                count => Ok(count),
            },
        )
    }

    fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|pipe| pipe.from_server.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn shut_down_write(&mut self) {}
}

impl MemoryServer {
    /// Makes the certificate.
    ///
    /// # Errors
    /// If that fails.
    pub fn new() -> io::Result<Self> {
        let certificates =
            Certificates::open(CertificateSource::Memory, "memory").map_err(io::Error::other)?;
        let certified = certificates.current();
        let certificate = certified.cert.first().ok_or_else(broken)?.clone();
        let tls = Tls::new(Arc::new(certificates)).map_err(io::Error::other)?;
        Ok(Self { tls, certificate })
    }

    /// The settings of a client that trusts only this server, which is called `memory`.
    ///
    /// # Errors
    /// If the provider does not know the version.
    pub fn client(
        &self,
        version: &'static SupportedProtocolVersion,
    ) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone())?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider);
        let builder = builder.with_protocol_versions(&[version])?;
        Ok(builder.with_root_certificates(roots))
    }

    /// The settings of its connections.
    #[cfg(test)]
    pub(crate) fn tls(&self) -> &Tls {
        &self.tls
    }

    /// Waits for the first bytes of a client.
    pub fn accept(&self) -> MemoryTls {
        let pipe = Pipe::default();
        MemoryTls {
            stream: TlsStream::new(
                AnyStream::Other(Box::new(pipe.clone())),
                Vec::new(),
                &self.tls,
            ),
            pipe,
        }
    }
}

impl MemoryTls {
    /// Takes what a peer sends, and returns the plain bytes in it.
    ///
    /// # Errors
    /// If the peer breaks the protocol, or has closed its side.
    pub fn receive(&mut self, sealed: &[u8]) -> io::Result<Vec<u8>> {
        self.pipe.with(|pipe| pipe.to_server.extend(sealed));
        let (mut buffer, mut plain) = (vec![0; 64 << 10], Vec::new());
        loop {
            match self.stream.try_read(&mut buffer) {
                Ok(0) => {
                    return if plain.is_empty() {
                        Err(broken())
                    } else {
                        Ok(plain)
                    };
                }
                Ok(count) => plain.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(plain),
                Err(_) if !plain.is_empty() => return Ok(plain),
                Err(error) => return Err(error),
            }
        }
    }

    /// Sends plain bytes.
    ///
    /// # Errors
    /// Before the handshake, or after the peer has broken the protocol.
    pub fn send(&mut self, plain: &[u8]) -> io::Result<usize> {
        self.stream.try_write(plain)
    }

    /// What went out to the peer since the last call.
    pub fn take_sealed(&mut self) -> Vec<u8> {
        self.pipe.with(|pipe| std::mem::take(&mut pipe.from_server))
    }
}

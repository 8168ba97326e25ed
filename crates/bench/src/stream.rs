//! One connection's bytes, in the clear or inside TLS.
//!
//! It must not know what is said. The certificate is not checked: a benchmark loads a server that its
//! user runs, and measures what encryption costs, not whom it keeps out.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use mio::net::TcpStream;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme};

/// See the [module](self).
#[derive(Debug)]
pub(crate) enum Stream {
    Clear(TcpStream),
    Tls(Box<Tls>),
}

#[derive(Debug)]
pub(crate) struct Tls {
    socket: TcpStream,
    session: ClientConnection,
}

/// How all connections of a run are made.
#[derive(Debug, Clone)]
pub(crate) struct Encryption {
    config: Option<Arc<ClientConfig>>,
    server: ServerName<'static>,
}

impl Encryption {
    /// # Errors
    ///
    /// If rustls does not take its own defaults.
    pub(crate) fn new(address: SocketAddr, is_on: bool) -> io::Result<Self> {
        let config = || {
            let provider = Arc::new(aws_lc_rs::default_provider());
            let builder = ClientConfig::builder_with_provider(provider);
            let builder = builder.with_safe_default_protocol_versions()?;
            let builder = builder.dangerous();
            let builder = builder.with_custom_certificate_verifier(Arc::new(Unchecked));
            Ok(Arc::new(builder.with_no_client_auth()))
        };
        let config = is_on.then(config).transpose();
        Ok(Self {
            config: config.map_err(|error: Error| io::Error::other(error))?,
            server: ServerName::IpAddress(address.ip().into()),
        })
    }

    /// A stream over a socket that is connected. A handshake goes on while it is read and written.
    pub(crate) fn wrap(&self, socket: TcpStream) -> io::Result<Stream> {
        let Some(config) = &self.config else {
            return Ok(Stream::Clear(socket));
        };
        let session = ClientConnection::new(config.clone(), self.server.clone());
        let session = session.map_err(io::Error::other)?;
        let mut stream = Stream::Tls(Box::new(Tls { socket, session }));
        stream.flush()?;
        Ok(stream)
    }
}

impl Stream {
    pub(crate) fn socket(&self) -> &TcpStream {
        match self {
            Self::Clear(socket) => socket,
            Self::Tls(tls) => &tls.socket,
        }
    }

    /// Whether a read that does not fill its buffer may have left something.
    pub(crate) fn leaves_more(&self) -> bool {
        matches!(self, Self::Tls(_))
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(socket) => socket.read(buffer),
            Self::Tls(tls) => tls.read(buffer),
        }
    }
}

impl Write for Stream {
    /// What is taken may wait until the next [`flush`](Write::flush).
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(socket) => socket.write(bytes),
            Self::Tls(tls) => {
                tls.write()?;
                let taken = tls.session.writer().write(bytes)?;
                tls.write()?;
                match taken {
                    0 => Err(io::ErrorKind::WouldBlock.into()),
                    taken => Ok(taken),
                }
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(_) => Ok(()),
            Self::Tls(tls) => tls.write(),
        }
    }
}

impl Tls {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.session.reader().read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return done,
            }
            if self.session.read_tls(&mut self.socket)? == 0 {
                return Ok(0);
            }
            let opened = self.session.process_new_packets();
            opened.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            self.write()?;
        }
    }

    /// Writes what is sealed, as far as the socket takes it.
    fn write(&mut self) -> io::Result<()> {
        while self.session.wants_write() {
            match self.session.write_tls(&mut self.socket) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                written => drop(written?),
            }
        }
        Ok(())
    }
}

/// Takes any certificate.
#[derive(Debug)]
struct Unchecked;

impl ServerCertVerifier for Unchecked {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let provider = aws_lc_rs::default_provider();
        provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

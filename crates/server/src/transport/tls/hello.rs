//! The first message of a TLS client, which chooses the configuration of its connection.
//!
//! The server asks for a client certificate only if the client offers no ALPN (RFC 7301): browsers
//! offer it, and would ask the person for a certificate.

use std::fmt;

use rustls::server::{Accepted, Acceptor, UnbufferedServerConnection};

use crate::tls::Tls;

/// Reads the message.
pub(super) struct Hello {
    acceptor: Acceptor,
    tls: Tls,
}

impl fmt::Debug for Hello {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hello(..)")
    }
}

impl Hello {
    pub(super) fn new(tls: &Tls) -> Self {
        Self {
            acceptor: Acceptor::default(),
            tls: tls.clone(),
        }
    }

    /// Looks at more bytes. Once the message is complete it returns a connection, which must be
    /// given all of them, and whether the peer has named the server by a name in its certificate.
    ///
    /// # Errors
    /// What to tell the peer.
    pub(super) fn read(
        &mut self,
        mut new: &[u8],
    ) -> Result<Option<(UnbufferedServerConnection, bool)>, Vec<u8>> {
        while !new.is_empty() {
            // The acceptor takes enough bytes at once to hold the message.
            let is_read = self.acceptor.read_tls(&mut new);
            let accepted = self.acceptor.accept().map_err(|(error, mut alert)| {
                tracing::debug!("a peer breaks TLS: {error}");
                let mut words = Vec::new();
                // Writing to memory does not fail.
                let _ = alert.write_all(&mut words);
                words
            })?;
            if let Some(accepted) = accepted {
                let hello = accepted.client_hello();
                let names_server = hello
                    .server_name()
                    .is_some_and(|name| self.tls.is_for(name));
                let connection = self.connection(&accepted)?;
                return Ok(Some((connection, names_server)));
            }
            if is_read.is_err() {
                return Err(Vec::new());
            }
        }
        Ok(None)
    }

    fn connection(&self, accepted: &Accepted) -> Result<UnbufferedServerConnection, Vec<u8>> {
        let asks = accepted.client_hello().alpn().is_none();
        UnbufferedServerConnection::new(self.tls.config(asks)).map_err(|error| {
            tracing::warn!("no TLS connection can be made: {error}");
            Vec::new()
        })
    }
}

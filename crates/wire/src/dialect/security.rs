//! What a dialect may know of the way to its client.

/// How far a connection is secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Security {
    /// It is encrypted, by the server's TLS or a proxy's.
    pub is_encrypted: bool,
    /// The client has named the server in its handshake (RFC 6066, section 3), by a name in its
    /// certificate: no other name may be bound to TLS (IRCv3, sts).
    pub names_server: bool,
    /// The client has proven to own a certificate.
    pub has_certificate: bool,
}

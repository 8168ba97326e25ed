//! How a person is connected, as `/who` and `/whois` tell it. The server and the dialect say so when
//! a connection logs in or resumes; nothing is decided by it.

/// How a person is connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// What the client speaks.
    pub client: Client,
    /// Whether it is encrypted, up to the server or to a proxy that the server trusts.
    pub is_encrypted: bool,
}

/// A kind of client, by what it speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Client {
    /// Lines of text, as nc sends them.
    #[default]
    Nc,
    /// Telnet (RFC 854) around them.
    Telnet,
}

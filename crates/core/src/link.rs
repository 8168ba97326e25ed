//! How a person is connected: as `/who` and `/whois` tell it, and as far as the rules of rooms look at
//! it. The server and the dialect say so with each request.

/// How a person is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// What the client speaks.
    pub client: Client,
    /// Whether it is encrypted, up to the server or to a proxy that the server trusts.
    pub is_encrypted: bool,
    /// Its client shows one room at a time and always one: the person is in `#lobby` while it is in
    /// no other.
    pub needs_room: bool,
    /// It comes from the machine itself, by whichever of its addresses.
    pub is_local: bool,
}

impl Default for Link {
    /// That of a bare TCP connection in the plain dialect.
    fn default() -> Self {
        Self {
            client: Client::default(),
            is_encrypted: false,
            needs_room: true,
            is_local: false,
        }
    }
}

/// A kind of client, by what it speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Client {
    /// Lines of text, as nc sends them.
    #[default]
    Nc,
    /// Telnet (RFC 854) around them.
    Telnet,
    /// JSON objects, one a line.
    Json,
    /// IRC (RFC 2812, IRCv3).
    Irc,
}

impl Client {
    /// Whether a client takes up a session again whose link was lost. Clients of IRC know no codes:
    /// they come back under their name, which must be free then.
    pub fn resumes(self) -> bool {
        self != Self::Irc
    }
}

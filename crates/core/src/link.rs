//! How a person is connected, as `/who` and `/whois` show it and as far as the rules of rooms
//! depend on it. The server and the dialect state it with each request.

/// How a person is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// What the client speaks.
    pub client: Client,
    /// Whether it is encrypted, up to the server or to a proxy that the server trusts.
    pub is_encrypted: bool,
    /// The client always shows exactly one room: the person is in `#lobby` while they are in no
    /// other.
    pub needs_room: bool,
    /// It comes from the machine itself, by any of its addresses; `false` if nobody knows.
    pub is_local: bool,
}

impl Default for Link {
    /// A bare TCP connection in the plain dialect.
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
    /// Whether a client resumes a lost session. IRC clients know no codes: they come back under
    /// their name, which must be free then.
    pub fn resumes(self) -> bool {
        self != Self::Irc
    }
}

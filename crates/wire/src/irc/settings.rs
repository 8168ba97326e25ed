//! What an operator chooses for clients of IRC.

use alloc::string::String;
use alloc::sync::Arc;

/// What an operator chooses for clients of IRC.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's name in IRC: one word.
    pub server: Arc<str>,
    /// The name of the network: one word.
    pub network: Arc<str>,
    /// Whether clients are in `#lobby` when they have come in, as others are.
    pub joins_lobby: bool,
    /// Whether a name may be registered before the client is in.
    pub registers_early: bool,
    /// For how many seconds clients should require TLS, if at all (IRCv3, strict transport
    /// security).
    pub sts_seconds: Option<u64>,
}

impl Settings {
    /// `server_name` may have several words.
    pub fn new(server_name: &str, network: &str, joins_lobby: bool) -> Self {
        Self {
            server: word(server_name).into(),
            network: word(network).into(),
            joins_lobby,
            registers_early: true,
            sts_seconds: None,
        }
    }

    /// The names that seem to be the server speaking: its own, the first part of that, by which
    /// people call it, and the network's.
    pub fn own_names(&self) -> impl Iterator<Item = &str> {
        let server = &*self.server;
        let host = server.split_once('.').map_or(server, |(host, _)| host);
        [server, host, &*self.network, "chinwag"].into_iter()
    }
}

/// A name without what ends a word, begins the last parameter, or separates the parts of a source.
fn word(name: &str) -> String {
    let is_plain = |c: &char| !c.is_whitespace() && !matches!(c, ':' | '!' | '@' | ',');
    let word: String = name.chars().filter(is_plain).collect();
    match word.is_empty() {
        true => "chinwag".into(),
        false => word,
    }
}

//! How far a connection has come.

use chinwag_core::Monotonic;
use chinwag_wire::sniff::Spoke;

use super::unseen::Lost;
use crate::limits::LINGER_BYTES_MAX;

/// See the [module](self).
#[derive(Debug)]
pub(super) enum Stage {
    /// It may speak any protocol: until then the server listens without a word.
    Sniffing { until: Monotonic, spoke: Spoke },
    /// It is one too many, and is listened to so long to be told that in its own language.
    TurnedAway { until: Monotonic },
    /// It comes through a proxy, which is to say by then whose it is. Behind that it is sniffed.
    Proxied { until: Monotonic },
    /// It speaks TLS, and is to be done with the handshake by then. Behind that it is sniffed again.
    Handshake { until: Monotonic, has_begun: bool },
    /// It was greeted like a person, and what it says first is sniffed too.
    Greeted,
    /// The dialect has the word.
    Open,
    /// It is closed as soon as everything is written.
    Leaving,
    /// Its person has left with its link, and it is closed when the peer has got everything.
    Lost(Box<Lost>),
    /// It was sent everything, the end included. What the peer still sends is thrown away, since
    /// closing at once would reset the connection and lose what is on the way to it. Of more bytes than are
    /// `left` none is read.
    Lingering { until: Monotonic, left: u32 },
    /// The shard is to drop it.
    Over,
}

impl Stage {
    /// Everything is sent, and the peer is given until then to close its side.
    pub(super) fn lingering(until: Monotonic) -> Self {
        let left = LINGER_BYTES_MAX;
        Self::Lingering { until, left }
    }
}

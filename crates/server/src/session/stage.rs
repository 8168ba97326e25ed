//! How far a connection has come.

use chinwag_core::Monotonic;
use chinwag_wire::sniff::Spoke;

use super::unseen::Lost;
use crate::limits::LINGER_BYTES_MAX;

/// See the [module](self).
#[derive(Debug)]
pub(super) enum Stage {
    /// It may speak any protocol: until then the server only listens.
    Sniffing { until: Monotonic, spoke: Spoke },
    /// It is one too many: the server listens until then, to refuse it in its own protocol.
    TurnedAway { until: Monotonic },
    /// It comes through a proxy, whose header is due by then. Afterwards it is sniffed.
    Proxied { until: Monotonic },
    /// It speaks TLS, and the handshake is due by then. Afterwards it is sniffed again.
    Handshake { until: Monotonic, has_begun: bool },
    /// It was greeted like a person, and its first bytes are sniffed too.
    Greeted,
    /// The dialect handles it.
    Open,
    /// It is closed as soon as everything is written.
    Leaving,
    /// Its person has left with the link; it is closed when the peer has everything.
    Lost(Box<Lost>),
    /// It was sent everything, including the goodbye. Input is discarded, since closing at once
    /// would reset the connection and lose what is on the way to it. At most `left` more bytes are
    /// read.
    Lingering { until: Monotonic, left: u32 },
    /// The shard should drop it.
    Over,
}

impl Stage {
    /// Everything is sent, and the peer has until then to close its side.
    pub(super) fn lingering(until: Monotonic) -> Self {
        let left = LINGER_BYTES_MAX;
        Self::Lingering { until, left }
    }
}

//! What comes before the first line: a proxy's header, and the TLS handshake. After each of them
//! the session is sniffed as if it had just been accepted.

use std::net::IpAddr;

use chinwag_core::Link;
use chinwag_wire::dialect::{Dialect, Env, Security, too_many_connections};
use chinwag_wire::proxy::{self, Head, Unread};
use chinwag_wire::sniff::{Protocol, Sniffed, Spoke, sniff};

use super::{Session, Stage};
use crate::limits::{HANDSHAKE_TIME, PROXY_HEAD_TIME, SNIFF_TIME};
use crate::shard::Shared;

/// How a connection begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// With its client's first bytes.
    Client,
    /// With the head of a proxy.
    Proxy,
    /// In vain: its address has too many.
    TurnedAway,
}

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    /// Its address; behind a proxy, the one that the proxy states.
    pub(super) address: IpAddr,
    /// It is this machine: it has a loopback address, or the one at which the server was reached.
    is_local: bool,
    /// A proxy or a gateway has removed TLS.
    was_encrypted: bool,
    /// A gateway speaks for it.
    is_behind_gateway: bool,
}

impl Peer {
    /// The peer of a connection from an address to one of this machine's.
    pub(crate) fn new(address: IpAddr, own: Option<IpAddr>) -> Self {
        let own = own.map(|own| own.to_canonical());
        Self {
            address,
            is_local: is_loopback(address) || own == Some(address.to_canonical()),
            was_encrypted: false,
            is_behind_gateway: false,
        }
    }

    /// A client for whom a gateway speaks.
    pub(super) fn behind_gateway(address: IpAddr, was_encrypted: bool) -> Self {
        Self {
            address,
            is_local: false,
            was_encrypted,
            is_behind_gateway: true,
        }
    }

    /// Whether a gateway speaks for it.
    pub(super) fn is_behind_gateway(&self) -> bool {
        self.is_behind_gateway
    }

    /// Its address.
    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }
}

impl Session {
    /// The first bytes are a proxy's.
    pub(crate) fn expect_head(&mut self, shared: &Shared) {
        let until = shared.now + PROXY_HEAD_TIME;
        self.stage = Stage::Proxied { until };
    }

    /// Refuses the client because its address has too many connections, in the protocol that it
    /// speaks.
    pub(crate) fn turn_away(&mut self, shared: &Shared) {
        // A configured longer wait would serve nobody here.
        let until = shared.now + shared.config.limits.sniff_time.min(SNIFF_TIME);
        self.stage = Stage::TurnedAway { until };
    }

    /// Takes bytes of a refused client.
    pub(super) fn handle_turned_away(&mut self, bytes: &[u8], shared: &mut Shared) {
        self.exchange.hold(bytes);
        if let Sniffed::Is(protocol) = sniff(self.exchange.held(), Spoke::First) {
            self.refuse_one_too_many(protocol, shared);
        }
    }

    pub(super) fn refuse_one_too_many(&mut self, protocol: Protocol, shared: &mut Shared) {
        self.refuse(shared, |_, out| too_many_connections(protocol, out));
    }

    /// Takes bytes of a trusted proxy.
    pub(super) fn handle_head(&mut self, bytes: &[u8], shared: &mut Shared) {
        self.exchange.hold(bytes);
        match proxy::read(self.exchange.held()) {
            Ok(None) => {}
            Ok(Some((head, length))) => {
                let held = self.exchange.take_held();
                self.take_head(head, shared);
                self.handle_bytes(&held[length..], shared);
            }
            Err(why) => {
                self.log_refusal(match why {
                    Unread::Missing => "it is a trusted proxy, and sends no PROXY header",
                    Unread::Malformed => "its PROXY header is malformed",
                    Unread::TooLong => "its PROXY header is too long",
                });
                self.refuse(shared, |_, out| out.extend_from_slice(why.words()));
            }
        }
    }

    /// Turns the connection into the one that the proxy speaks for, with its limits.
    fn take_head(&mut self, head: Head, shared: &mut Shared) {
        match head {
            // The proxy is known, and not who comes through it.
            Head::Local => self.peer.is_local = false,
            Head::Proxied {
                address,
                was_encrypted,
            } => {
                tracing::debug!("{} speaks for {address}", self.peer.address);
                self.peer = Peer {
                    address,
                    // Another machine's loopback is not this one's.
                    is_local: self.peer.is_local && is_loopback(address),
                    was_encrypted,
                    is_behind_gateway: false,
                };
                let rate = shared.config.limits.line_rate();
                let bucket = shared.entrance.spent.take(address.into(), rate, shared.now);
                self.dialect = Dialect::unknown(Spoke::First, bucket, &shared.env());
            }
        }
        match shared.entrance.limiter.enter(self.peer.address, shared.now) {
            Ok(permit) => {
                self.permit = permit;
                self.sniff_afresh(shared);
            }
            Err(_) => self.turn_away(shared),
        }
    }

    /// Begins a handshake with what was read so far.
    pub(super) fn shake_hands(&mut self, shared: &Shared) {
        let first = self.exchange.take_held();
        self.transport.secure(first, &shared.entrance.tls);
        let until = shared.now + HANDSHAKE_TIME;
        let has_begun = false;
        self.stage = Stage::Handshake { until, has_begun };
    }

    /// Whether this is no handshake, or one for which the round has time.
    pub(super) fn may_shake_hands(&mut self, shared: &mut Shared) -> bool {
        let Stage::Handshake { has_begun, .. } = &mut self.stage else {
            return true;
        };
        let may = shared.entrance.handshakes.take(*has_begun);
        *has_begun |= may;
        may
    }

    /// If the handshake is done, sniffs what comes next.
    pub(super) fn handle_secured(&mut self, shared: &Shared) {
        if let (Stage::Handshake { .. }, Some(secured)) = (&self.stage, self.transport.secured()) {
            let address = self.peer.address;
            if secured.shows_unknown {
                tracing::info!(
                    "{address} has a client certificate with a key that cannot be checked: not taken"
                );
            }
            if let Some(certificate) = secured.client_certificate {
                tracing::debug!("{address} has the client certificate {certificate}");
            }
            self.sniff_afresh(shared);
        }
    }

    fn sniff_afresh(&mut self, shared: &Shared) {
        let (until, spoke) = (shared.sniff_until(self.peer.address), Spoke::First);
        self.stage = Stage::Sniffing { until, spoke };
    }

    /// Logs that the client was refused.
    pub(super) fn log_refusal(&self, why: &str) {
        tracing::info!("refused {}: {why}", self.peer.address);
    }

    /// Turns the client away.
    pub(super) fn refuse(
        &mut self,
        shared: &mut Shared,
        write: impl FnOnce(&Env<'_>, &mut Vec<u8>),
    ) {
        let mut words = Vec::new();
        write(&shared.env(), &mut words);
        self.feed.handle_private(shared.newest, &words);
        self.close_when_written();
    }

    fn is_encrypted(&self) -> bool {
        let is_own = self.transport.secured().is_some() && !self.peer.is_behind_gateway;
        is_own || self.peer.was_encrypted
    }

    /// What the dialect may know of the way to its client.
    pub(super) fn security(&self) -> Security {
        let own = self.transport.secured();
        let own = own.filter(|_| !self.peer.is_behind_gateway);
        Security {
            is_encrypted: self.is_encrypted(),
            names_server: own.is_some_and(|secured| secured.names_server),
            has_certificate: own.is_some_and(|secured| secured.client_certificate.is_some()),
        }
    }

    /// Whether nobody on the way can listen.
    pub(super) fn is_sheltered(&self) -> bool {
        self.is_encrypted() || self.peer.is_local
    }

    /// Whether the client must encrypt and does not.
    pub(super) fn must_encrypt(&self, shared: &Shared) -> bool {
        shared.config.requires_tls && !self.is_sheltered()
    }

    /// How the person is connected, as others see it.
    pub(super) fn link(&self) -> Link {
        Link {
            client: self.dialect.client(),
            is_encrypted: self.is_encrypted(),
            needs_room: self.dialect.needs_room(),
            is_local: self.peer.is_local,
        }
    }
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_each_of_its_addresses() {
        let address = |text: &str| text.parse().expect("an address");
        let local = |peer: &str, own: &str| Peer::new(address(peer), Some(address(own))).is_local;
        assert!(local("192.0.2.7", "192.0.2.7"));
        assert!(local("192.0.2.7", "::ffff:192.0.2.7"));
        assert!(local("2001:db8::1", "2001:db8::1"));
        assert!(local("::ffff:127.0.0.2", "127.0.0.1"));
        assert!(!local("192.0.2.8", "192.0.2.7"));
        assert!(!Peer::new(address("192.0.2.7"), None).is_local);
    }
}

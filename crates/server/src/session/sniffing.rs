//! Finding out what a client speaks, from its first bytes or its silence, and handing it to a
//! dialect. [`sniff`](chinwag_wire::sniff) tells protocols apart.

use chinwag_wire::dialect::{Dialect, refuse_unencrypted};
use chinwag_wire::sniff::{
    Protocol, Sniffed, Spoke, after_telnet, is_telnet_alone, is_tls, sniff, sniff_packet,
    sniff_silent,
};

use super::{Session, Stage};
use crate::shard::Shared;
use crate::transport::Ready;

impl Session {
    /// Takes bytes of a client whose protocol is not known yet.
    pub(super) fn sniff(&mut self, bytes: &[u8], spoke: Spoke, shared: &mut Shared) {
        let is_first = spoke == Spoke::Greeted && !self.exchange.has_held();
        let at_once = sniff_packet(bytes).filter(|_| is_first);
        self.exchange.hold(bytes);
        let sniffed = match sniff(self.exchange.held(), spoke) {
            Sniffed::Is(protocol) => Some(protocol),
            Sniffed::NeedMore => at_once,
        };
        if let Some(protocol) = sniffed {
            self.open_as(protocol, spoke, shared);
        }
    }

    /// Looks at what the peer has sent, and greets it if that is nothing. The shard may not have
    /// read it yet, and a greeting must not cross a handshake.
    pub(super) fn end_sniffing(&mut self, shared: &mut Shared) {
        if matches!(
            self.stage,
            Stage::Sniffing { .. } | Stage::TurnedAway { .. }
        ) {
            let ready = Ready {
                readable: true,
                closed: false,
                dead: false,
                writable: false,
            };
            self.handle_ready(ready, shared);
            self.handle_input(shared);
            self.handle_sniff_timeout(shared);
        }
    }

    /// The peer's time to show its protocol is up. If it has sent nothing, it is greeted.
    pub(super) fn handle_sniff_timeout(&mut self, shared: &mut Shared) {
        let spoke = match self.stage {
            Stage::Sniffing { spoke, .. } => spoke,
            Stage::TurnedAway { .. } => {
                let protocol = sniff_silent(self.exchange.held(), Spoke::First);
                return self.refuse_one_too_many(protocol, shared);
            }
            _ => return,
        };
        let says_nothing = !self.exchange.has_held() || is_telnet_alone(self.exchange.held());
        if !says_nothing {
            self.open_as(sniff_silent(self.exchange.held(), spoke), spoke, shared);
        } else if self.must_encrypt(shared) {
            self.open_as(Protocol::Plain, spoke, shared);
        } else if spoke == Spoke::First {
            self.greet(shared);
        } else {
            self.stage = Stage::Greeted;
            self.handle_held(shared);
        }
    }

    fn greet(&mut self, shared: &mut Shared) {
        let bucket = self.dialect.bucket();
        self.dialect = Dialect::unknown(Spoke::Greeted, bucket, &shared.env());
        self.stage = Stage::Greeted;
        if self.exchange.has_held() {
            // Telnet options, which say how its lines end.
            self.handle_held(shared);
        }
        if matches!(self.stage, Stage::Greeted) {
            let is_exposed = !self.is_sheltered();
            self.drive(shared, |dialect, env, out| {
                dialect.handle_greet(is_exposed, env, out)
            });
            self.handle_held(shared);
        }
    }

    /// The protocol is known: its dialect takes over, beginning with what was read.
    fn open_as(&mut self, protocol: Protocol, spoke: Spoke, shared: &mut Shared) {
        // Inside TLS there is no other TLS.
        if protocol == Protocol::Tls && self.transport.secured().is_none() {
            match spoke {
                // Nothing may come before it.
                Spoke::First if is_tls(self.exchange.held()) => return self.shake_hands(shared),
                Spoke::First => {}
                Spoke::Greeted => {
                    let address = self.peer.address;
                    shared.entrance.late_tls.note(address, shared.now);
                }
            }
        }
        if self.must_encrypt(shared) {
            self.log_refusal("not encrypted");
            return self.refuse(shared, |env, out| refuse_unencrypted(protocol, env, out));
        }
        // Until it is known, a client has the plain dialect.
        if protocol != Protocol::Plain {
            let (bucket, security) = (self.dialect.bucket(), self.security());
            match Dialect::new(protocol, spoke, bucket, security, &shared.env()) {
                Some(dialect) => {
                    self.dialect = dialect;
                    self.drop_telnet();
                }
                // In the words of its protocol.
                None => {
                    self.log_refusal(why_not_served(protocol));
                    return self.refuse(shared, |_, out| out.extend(protocol.refusal()));
                }
            }
        }
        self.stage = Stage::Open;
        self.handle_held(shared);
    }

    /// Drops telnet options before the first line of a program, which has none of its own.
    fn drop_telnet(&mut self) {
        let line = after_telnet(self.exchange.held()).len();
        self.exchange.hold_last(line);
    }
}

/// Why a protocol leads nowhere, for the log.
fn why_not_served(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tls => "it begins TLS too late, or twice",
        Protocol::Http => "it speaks HTTP",
        Protocol::Ssh => "it speaks SSH",
        Protocol::Proxy => "it speaks for others, and is no trusted proxy",
        Protocol::Utf16 => "it speaks UTF-16",
        // The others are served.
        Protocol::Probe | Protocol::Plain | Protocol::Json | Protocol::Irc => {
            "it speaks what no chat speaks"
        }
    }
}

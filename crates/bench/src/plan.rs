//! What a run shall do.
//!
//! It must not connect to anything. A [`Plan`] that was checked can be carried out as it stands, so
//! nothing after it asks whether a number makes sense.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use crate::marker::{MARKER_BYTES, PAYLOAD_BYTES_MAX};
use crate::report::plural;
use crate::speech::Dialect;
use crate::{BenchError, Refusal};

/// One address has some 28,000 ports to connect from to one port of another
/// (`net.ipv4.ip_local_port_range`).
pub(crate) const CONNECTIONS_MAX: usize = 28_000;

/// With the longest source before it a message of IRC must fit into a line of 512 bytes.
pub(crate) const IRC_PAYLOAD_BYTES_MAX: usize = 400;

/// Who listens to visitors.
pub(crate) const RESIDENTS: usize = 20;

/// What the members of a run do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Workload {
    /// Some send, all listen.
    Talk(Talk),
    /// They come in and do nothing.
    Idle,
    /// So many at once come in, say a line and leave, while 20 others listen.
    Visits(usize),
}

/// How they talk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Talk {
    /// Of each room.
    pub senders: usize,
    /// When a message is sent.
    pub pace: Pace,
    /// Members of each room who stop reading after the first half.
    pub stalled: usize,
}

/// When a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// When fewer than so many of its sender are under way.
    Window(u32),
    /// So many a second in all, at times fixed in advance.
    Rate(u32),
}

/// What will be done. The command line fills it in; counts and times are at least 1.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The server.
    pub target: Target,
    /// What everybody does.
    pub workload: Workload,
    /// Who takes part.
    pub crowd: Crowd,
    /// How they are connected.
    pub client: Client,
    /// Bytes of what one message says.
    pub payload: usize,
    /// Measured.
    pub duration: Duration,
    /// Done before, and not measured.
    pub warmup: Duration,
    /// Handshakes under way at once.
    pub connecting: usize,
    /// Whether to wait for news without sleeping.
    pub spins: bool,
}

/// The server that is measured.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether it may be another machine, or have people on it.
    pub is_ours: bool,
    /// Whose processor time and memory shall be told.
    pub server_pid: Option<u32>,
}

/// Who takes part.
#[derive(Debug, Clone)]
pub struct Crowd {
    /// Members of each room.
    pub members: usize,
    /// How many rooms.
    pub rooms: usize,
    /// People besides, each alone in a room, who do nothing.
    pub alone: usize,
    /// Whether a single room may be the lobby, where what is said stays for those who come next.
    pub lobby: bool,
}

/// How the members are connected.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// What they speak.
    pub dialect: Dialect,
    /// In IRC: sets of capabilities, of which each member negotiates one; they take turns. Of each
    /// set the names, with blanks between them.
    pub caps: Vec<String>,
    /// Whether to encrypt.
    pub tls: bool,
}

/// Finds the address of a host.
///
/// # Errors
/// [`BenchError::Resolve`].
pub fn resolve(host: &str, port: u16) -> Result<SocketAddr, BenchError> {
    let missing = || std::io::Error::new(std::io::ErrorKind::NotFound, "it has none");
    let addresses = (host, port).to_socket_addrs();
    let first = addresses.and_then(|mut all| all.next().ok_or_else(missing));
    first.map_err(|source| BenchError::Resolve {
        host: host.to_owned(),
        source,
    })
}

impl Plan {
    /// Holds what is asked for against itself, and makes it complete.
    ///
    /// # Errors
    /// [`Refusal`]: the first thing that cannot be.
    pub fn check(mut self) -> Result<Self, Refusal> {
        if !self.target.address.ip().to_canonical().is_loopback() && !self.target.is_ours {
            return Err(Refusal::NotOurs(self.target.address));
        }
        if cfg!(not(target_os = "linux")) && self.target.server_pid.is_some() {
            return Err(Refusal::NoProc);
        }
        if let Workload::Visits(_) = self.workload {
            (self.crowd.members, self.crowd.rooms, self.crowd.alone) = (RESIDENTS, 1, 0);
        }
        if self.crowd.alone > 0 && self.crowd.rooms == 1 {
            return Err(Refusal::NotAlone);
        }
        let seated = self.crowd.members.saturating_mul(self.crowd.rooms);
        let connections = seated.saturating_add(self.crowd.alone);
        let connections = connections.saturating_add(self.visitors());
        if connections > CONNECTIONS_MAX {
            return Err(Refusal::TooManyConnections(connections));
        }
        if !(MARKER_BYTES..=PAYLOAD_BYTES_MAX).contains(&self.payload) {
            return Err(Refusal::BadPayload(self.payload));
        }
        let is_irc = self.client.dialect == Dialect::Irc;
        if is_irc && self.payload > IRC_PAYLOAD_BYTES_MAX {
            return Err(Refusal::LongForIrc(self.payload));
        }
        if !is_irc && !self.client.caps.is_empty() {
            return Err(Refusal::CapsWithoutIrc);
        }
        if let Workload::Talk(Talk {
            senders, stalled, ..
        }) = self.workload
        {
            let members = self.crowd.members;
            if senders >= members {
                return Err(Refusal::NobodyListens { members, senders });
            }
            if stalled >= members - senders {
                return Err(Refusal::TooManyStalled {
                    stalled,
                    members,
                    senders,
                });
            }
        }
        Ok(self)
    }

    fn visitors(&self) -> usize {
        match self.workload {
            Workload::Visits(visitors) => visitors,
            _ => 0,
        }
    }

    /// Whether everybody stays in the lobby. Those who say nothing leave nothing there.
    pub(crate) fn in_lobby(&self) -> bool {
        self.crowd.rooms == 1 && (self.crowd.lobby || self.workload == Workload::Idle)
    }

    /// Those who talk and listen. They are numbered first, room by room.
    pub(crate) fn talkers(&self) -> usize {
        self.crowd.rooms * self.crowd.members
    }

    /// All of them, those who are alone included.
    pub(crate) fn people(&self) -> usize {
        self.talkers() + self.crowd.alone
    }

    /// The room that somebody goes to.
    pub(crate) fn room(&self, member: usize) -> usize {
        match member.checked_sub(self.talkers()) {
            Some(alone) => self.crowd.rooms + alone,
            None => member / self.crowd.members,
        }
    }

    /// Whether this member will stop reading: in each room the last before the probe.
    pub(crate) fn is_to_stall(&self, member: usize) -> bool {
        let Workload::Talk(Talk { stalled, .. }) = self.workload else {
            return false;
        };
        if member >= self.talkers() {
            return false;
        }
        let from_the_end = self.crowd.members - member % self.crowd.members;
        (2..2 + stalled).contains(&from_the_end)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.duration.as_secs_f64();
        if let Workload::Visits(visitors) = self.workload {
            let visitors = plural(visitors as u64, "visitor");
            return write!(
                f,
                "{visitors} at a time, {RESIDENTS} residents, for {seconds} s"
            );
        }
        write!(f, "{} in ", plural(self.crowd.members as u64, "member"))?;
        match self.crowd.rooms {
            1 if self.in_lobby() => write!(f, "the lobby")?,
            1 => write!(f, "a room")?,
            rooms => write!(f, "each of {rooms} rooms, {} alone", self.crowd.alone)?,
        }
        if let Workload::Talk(Talk { senders, pace, .. }) = &self.workload {
            let payload = self.payload;
            write!(
                f,
                ", {} of {payload} bytes a message",
                plural(*senders as u64, "sender")
            )?;
            match pace {
                Pace::Window(window) => write!(f, ", {window} of each under way")?,
                Pace::Rate(rate) => write!(f, ", {rate} a second in all")?,
            }
        }
        write!(f, ", for {seconds} s")?;
        match (self.client.dialect, self.client.caps.len()) {
            (Dialect::Plain, _) => {}
            (Dialect::Json, _) => f.write_str(", in JSON")?,
            (Dialect::Irc, 0 | 1) => f.write_str(", in IRC")?,
            (Dialect::Irc, sets) => write!(f, ", in IRC with {sets} sets of capabilities")?,
        }
        f.write_str(if self.client.tls { ", inside TLS" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "127.0.0.1:8989";

    fn plan() -> Plan {
        Plan {
            target: Target {
                address: HERE.parse().unwrap(),
                is_ours: false,
                server_pid: None,
            },
            workload: Workload::Talk(Talk {
                senders: 4,
                pace: Pace::Window(16),
                stalled: 0,
            }),
            crowd: Crowd {
                members: 100,
                rooms: 1,
                alone: 0,
                lobby: false,
            },
            client: Client::default(),
            payload: 64,
            duration: Duration::from_secs(5),
            warmup: Duration::ZERO,
            connecting: 1000,
            spins: false,
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Plan), address: &str, wanted: Result<(), Refusal>) {
        let mut plan = plan();
        plan.target.address = address.parse().unwrap();
        change(&mut plan);
        assert_eq!(plan.check().map(|_| ()), wanted);
    }

    fn talk(senders: usize, pace: Pace, stalled: usize) -> Workload {
        Workload::Talk(Talk {
            senders,
            pace,
            stalled,
        })
    }

    #[test]
    fn only_this_machine_unless_told_otherwise() {
        let other = "192.0.2.1:8989";
        check(|_| {}, HERE, Ok(()));
        check(|_| {}, "[::1]:8989", Ok(()));
        check(|_| {}, "[::ffff:127.0.0.1]:8989", Ok(()));
        check(|_| {}, other, Err(Refusal::NotOurs(other.parse().unwrap())));
        check(|plan| plan.target.is_ours = true, other, Ok(()));
    }

    #[test]
    fn a_room_needs_somebody_who_listens() {
        let window = Pace::Window(1);
        let refused = Refusal::NobodyListens {
            members: 4,
            senders: 4,
        };
        check(|plan| plan.crowd.members = 4, HERE, Err(refused));
        check(|plan| plan.crowd.members = 5, HERE, Ok(()));
        check(|r| r.workload = talk(4, window, 95), HERE, Ok(()));
        let refused = Refusal::TooManyStalled {
            stalled: 96,
            members: 100,
            senders: 4,
        };
        check(|r| r.workload = talk(4, window, 96), HERE, Err(refused));
    }

    #[test]
    fn those_who_stall_sit_before_the_probe() {
        let mut plan = plan();
        plan.workload = talk(2, Pace::Window(1), 3);
        (plan.crowd.members, plan.crowd.rooms, plan.crowd.alone) = (7, 2, 9);
        let stalled: Vec<usize> = (0..plan.people())
            .filter(|m| plan.is_to_stall(*m))
            .collect();
        assert_eq!(stalled, [3, 4, 5, 10, 11, 12]);
    }

    #[test]
    fn a_member_alone_has_a_room_behind_the_others() {
        let mut plan = plan();
        (plan.crowd.members, plan.crowd.rooms, plan.crowd.alone) = (5, 2, 3);
        let rooms: Vec<usize> = (0..plan.people()).map(|m| plan.room(m)).collect();
        assert_eq!(rooms, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3, 4]);
        check(|r| r.crowd.alone = 1, HERE, Err(Refusal::NotAlone));
    }

    #[test]
    fn a_payload_holds_a_marker() {
        let bad = |payload| Err(Refusal::BadPayload(payload));
        check(|r| r.payload = MARKER_BYTES, HERE, Ok(()));
        check(
            |r| r.payload = MARKER_BYTES - 1,
            HERE,
            bad(MARKER_BYTES - 1),
        );
        check(|r| r.payload = 1 << 20, HERE, bad(1 << 20));
    }

    #[test]
    fn capabilities_are_of_irc_alone_and_its_lines_are_short() {
        let irc = |plan: &mut Plan| plan.client.dialect = Dialect::Irc;
        let caps = |plan: &mut Plan| plan.client.caps = vec!["batch".to_owned()];
        check(caps, HERE, Err(Refusal::CapsWithoutIrc));
        check(|plan| (irc(plan), caps(plan)).1, HERE, Ok(()));
        let long = |plan: &mut Plan| (irc(plan), plan.payload = 401).1;
        check(long, HERE, Err(Refusal::LongForIrc(401)));
    }

    #[test]
    fn there_are_ports_for_everybody() {
        check(|r| r.crowd.rooms = 280, HERE, Ok(()));
        check(
            |r| r.crowd.rooms = 281,
            HERE,
            Err(Refusal::TooManyConnections(28_100)),
        );
        check(
            |r| r.crowd.rooms = usize::MAX,
            HERE,
            Err(Refusal::TooManyConnections(usize::MAX)),
        );
        let visits = |plan: &mut Plan| plan.workload = Workload::Visits(27_981);
        check(visits, HERE, Err(Refusal::TooManyConnections(28_001)));
    }

    #[test]
    fn a_refusal_is_one_sentence_that_says_what_to_do() {
        let refusal = Refusal::NotOurs("192.0.2.1:8989".parse().unwrap()).to_string();
        assert_eq!(refusal.matches('.').count(), 4, "{refusal}");
        assert!(refusal.contains("--i-run-that-server"), "{refusal}");
    }
}

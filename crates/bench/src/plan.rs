//! What a run shall do: what was asked for, held against itself and made complete.
//!
//! It must not connect to anything. A [`Plan`] can be carried out as it stands, so nothing after it
//! asks whether a number makes sense.

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use crate::marker::{MARKER_BYTES, PAYLOAD_BYTES_MAX};
use crate::{BenchError, Refusal};

/// One address has some 28,000 ports to connect from to one port of another
/// (`net.ipv4.ip_local_port_range`).
pub(crate) const CONNECTIONS_MAX: usize = 28_000;

/// Who listens to visitors.
pub(crate) const RESIDENTS: usize = 20;

/// What is asked for, as it comes from the command line.
#[derive(Debug, Clone)]
pub struct Request {
    /// What everybody does.
    pub workload: Workload,
    /// Members of each room.
    pub members: usize,
    /// Rooms; one is the lobby.
    pub rooms: usize,
    /// People besides, each alone in a room, who do nothing.
    pub alone: usize,
    /// Bytes of what one message says.
    pub payload: usize,
    /// Measured.
    pub duration: Duration,
    /// Done before, and not measured.
    pub warmup: Duration,
    /// Handshakes under way at once.
    pub connecting: usize,
    /// Whose processor time and memory shall be told.
    pub server_pid: Option<u32>,
    /// Whether to wait for news without sleeping.
    pub spins: bool,
    /// Whether the target may be another machine.
    pub is_ours: bool,
}

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

/// What will be done.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) address: SocketAddr,
    pub(crate) workload: Workload,
    pub(crate) members: usize,
    pub(crate) rooms: usize,
    pub(crate) alone: usize,
    pub(crate) payload: usize,
    pub(crate) duration: Duration,
    pub(crate) warmup: Duration,
    pub(crate) connecting: usize,
    pub(crate) server_pid: Option<u32>,
    pub(crate) spins: bool,
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
    /// Holds what is asked for against itself.
    ///
    /// # Errors
    /// [`Refusal`]: the first thing that cannot be.
    pub fn new(request: Request, address: SocketAddr) -> Result<Self, Refusal> {
        let Request {
            workload,
            members,
            rooms,
            payload,
            ..
        } = request;
        if !address.ip().to_canonical().is_loopback() && !request.is_ours {
            return Err(Refusal::NotOurs(address));
        }
        if cfg!(not(target_os = "linux")) && request.server_pid.is_some() {
            return Err(Refusal::NoProc);
        }
        at_least_one("members", members)?;
        at_least_one("rooms", rooms)?;
        at_least_one("connecting", request.connecting)?;
        let (members, rooms, alone, visitors) = match workload {
            Workload::Visits(visitors) => (RESIDENTS, 1, 0, visitors),
            _ => (members, rooms, request.alone, 0),
        };
        if alone > 0 && rooms == 1 {
            return Err(Refusal::NotAlone);
        }
        let connections = members.saturating_mul(rooms).saturating_add(alone);
        let connections = connections.saturating_add(visitors);
        if connections > CONNECTIONS_MAX {
            return Err(Refusal::TooManyConnections(connections));
        }
        if !(MARKER_BYTES..=PAYLOAD_BYTES_MAX).contains(&payload) {
            return Err(Refusal::BadPayload(payload));
        }
        if request.duration.is_zero() {
            return Err(Refusal::NoTime);
        }
        check(&workload, members)?;
        Ok(Self {
            address,
            workload,
            members,
            rooms,
            alone,
            payload,
            duration: request.duration,
            warmup: request.warmup,
            connecting: request.connecting,
            server_pid: request.server_pid,
            spins: request.spins,
        })
    }
}

impl Plan {
    /// Those who talk and listen. They are numbered first, room by room.
    pub(crate) fn talkers(&self) -> usize {
        self.rooms * self.members
    }

    /// All of them, those who are alone included.
    pub(crate) fn people(&self) -> usize {
        self.talkers() + self.alone
    }

    /// The room that somebody goes to.
    pub(crate) fn room(&self, member: usize) -> usize {
        match member.checked_sub(self.talkers()) {
            Some(alone) => self.rooms + alone,
            None => member / self.members,
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
        let from_the_end = self.members - member % self.members;
        (2..2 + stalled).contains(&from_the_end)
    }
}

fn check(workload: &Workload, members: usize) -> Result<(), Refusal> {
    let Talk {
        senders,
        pace,
        stalled,
    } = *match workload {
        Workload::Talk(talk) => talk,
        Workload::Visits(visitors) => return at_least_one("visits", *visitors),
        Workload::Idle => return Ok(()),
    };
    at_least_one("senders", senders)?;
    match pace {
        Pace::Window(window) => at_least_one("window", window as usize)?,
        Pace::Rate(rate) => at_least_one("rate", rate as usize)?,
    }
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
    Ok(())
}

fn at_least_one(option: &'static str, number: usize) -> Result<(), Refusal> {
    match number {
        0 => Err(Refusal::Nothing(option)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "127.0.0.1:8989";

    fn request() -> Request {
        Request {
            workload: Workload::Talk(Talk {
                senders: 4,
                pace: Pace::Window(16),
                stalled: 0,
            }),
            members: 100,
            rooms: 1,
            alone: 0,
            payload: 64,
            duration: Duration::from_secs(5),
            warmup: Duration::ZERO,
            connecting: 1000,
            server_pid: None,
            spins: false,
            is_ours: false,
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Request), address: &str, wanted: Result<(), Refusal>) {
        let mut request = request();
        change(&mut request);
        let plan = Plan::new(request, address.parse().unwrap());
        assert_eq!(plan.map(|_| ()), wanted);
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
        check(|request| request.is_ours = true, other, Ok(()));
    }

    #[test]
    fn a_room_needs_somebody_who_listens() {
        let window = Pace::Window(1);
        let refused = Refusal::NobodyListens {
            members: 4,
            senders: 4,
        };
        check(|request| request.members = 4, HERE, Err(refused));
        check(|request| request.members = 5, HERE, Ok(()));
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
        let request = Request {
            workload: talk(2, Pace::Window(1), 3),
            members: 7,
            rooms: 2,
            alone: 9,
            ..request()
        };
        let plan = Plan::new(request, HERE.parse().unwrap()).unwrap();
        let stalled: Vec<usize> = (0..plan.people())
            .filter(|m| plan.is_to_stall(*m))
            .collect();
        assert_eq!(stalled, [3, 4, 5, 10, 11, 12]);
    }

    #[test]
    fn whoever_is_alone_has_a_room_behind_the_others() {
        let request = Request {
            members: 5,
            rooms: 2,
            alone: 3,
            ..request()
        };
        let plan = Plan::new(request, HERE.parse().unwrap()).unwrap();
        let rooms: Vec<usize> = (0..plan.people()).map(|m| plan.room(m)).collect();
        assert_eq!(rooms, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3, 4]);
        check(|r| r.alone = 1, HERE, Err(Refusal::NotAlone));
    }

    #[test]
    fn nothing_cannot_be_measured() {
        let nothing = |option| Err(Refusal::Nothing(option));
        check(|r| r.members = 0, HERE, nothing("members"));
        check(|r| r.rooms = 0, HERE, nothing("rooms"));
        check(|r| r.connecting = 0, HERE, nothing("connecting"));
        check(
            |r| r.workload = Workload::Visits(0),
            HERE,
            nothing("visits"),
        );
        let rate = Pace::Rate(0);
        check(|r| r.workload = talk(1, rate, 0), HERE, nothing("rate"));
        let window = Pace::Window(0);
        check(|r| r.workload = talk(1, window, 0), HERE, nothing("window"));
        check(|r| r.workload = talk(0, rate, 0), HERE, nothing("senders"));
        check(|r| r.duration = Duration::ZERO, HERE, Err(Refusal::NoTime));
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
    fn there_are_ports_for_everybody() {
        check(|r| r.rooms = 280, HERE, Ok(()));
        check(
            |r| r.rooms = 281,
            HERE,
            Err(Refusal::TooManyConnections(28_100)),
        );
        check(
            |r| r.rooms = usize::MAX,
            HERE,
            Err(Refusal::TooManyConnections(usize::MAX)),
        );
        let visits = |request: &mut Request| request.workload = Workload::Visits(27_981);
        check(visits, HERE, Err(Refusal::TooManyConnections(28_001)));
    }

    #[test]
    fn a_refusal_is_one_sentence_that_says_what_to_do() {
        let refusal = Refusal::NotOurs("192.0.2.1:8989".parse().unwrap()).to_string();
        assert_eq!(refusal.matches('.').count(), 4, "{refusal}");
        assert!(refusal.contains("--i-run-that-server"), "{refusal}");
    }
}

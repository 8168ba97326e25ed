//! What comes before and after the talking, whatever is said: making sure that everybody hears,
//! waiting for quiet, for the rest, and for everybody to leave.
//!
//! A server need not acknowledge that somebody is in a room: a *sync* is said again and again until
//! all have heard one.

use std::io;
use std::time::Duration;

use crate::BenchError;
use crate::clock::{Micros, micros};
use crate::hearing::Hearing;
use crate::marker::{Kind, Mark};
use crate::sockets::{Listens, Sockets};

/// How long one sync may take before the next is said, and all of them together.
const SYNC_EVERY: Duration = Duration::from_millis(250);
const SYNC_LIMIT: Duration = Duration::from_secs(30);

/// Nothing is announced any more when nothing was read for this long.
const QUIET: Duration = Duration::from_millis(200);
const QUIET_LIMIT: Duration = Duration::from_secs(5);

/// What has not come after this long without anything never will.
const REST: Duration = Duration::from_secs(3);
const REST_LIMIT: Duration = Duration::from_secs(60);

/// How long everybody may take to leave.
const LEAVING: Duration = Duration::from_secs(2);

/// How often a wait looks at the time.
const LOOK: Duration = Duration::from_millis(20);

/// Says syncs until every member has heard one, then waits for quiet. `speaker` tells which connection says the sync of a
/// room in a round: no two rounds the same, since a speaker need not hear itself.
pub(crate) fn sync(
    sockets: &mut Sockets,
    hearing: &mut Hearing,
    speaker: impl Fn(usize, usize) -> usize,
) -> Result<(), BenchError> {
    let deadline = sockets.clock.now() + micros(SYNC_LIMIT);
    let mut line = Vec::new();
    for round in 0.. {
        let now = sockets.clock.now();
        if now > deadline {
            return Err(deaf(hearing));
        }
        for room in hearing.deaf_rooms() {
            line.clear();
            let mark = Mark {
                room: room as u16,
                sender: 0,
                seq: round as u32,
                time: now as u32,
            };
            hearing.marker.write(&mut line, Kind::Sync, mark);
            line.push(b'\n');
            sockets.send(speaker(room, round), &line);
        }
        let next = now + micros(SYNC_EVERY);
        while hearing.deaf > 0 && sockets.clock.now() < next {
            sockets.poll(LOOK, hearing)?;
        }
        if hearing.deaf == 0 {
            break;
        }
    }
    Ok(quiet(sockets, hearing)?)
}

fn deaf(hearing: &Hearing) -> BenchError {
    let told = hearing.counts.first_refusal.clone();
    BenchError::Deaf {
        deaf: hearing.deaf,
        members: hearing.seats.len(),
        told: told.unwrap_or_else(|| "none.".to_owned()),
    }
}

/// Waits until nothing more comes of the arrivals, so that their announcements are not measured.
pub(crate) fn quiet(sockets: &mut Sockets, listener: &mut impl Listens) -> io::Result<()> {
    let start = sockets.clock.now();
    let mut quiet_since = start;
    let mut now = start;
    while now - quiet_since < micros(QUIET) && now - start < micros(QUIET_LIMIT) {
        let before = sockets.reads;
        sockets.poll(LOOK, listener)?;
        now = sockets.clock.now();
        if sockets.reads != before {
            quiet_since = now;
        }
    }
    Ok(())
}

/// Reads for this long.
pub(crate) fn stay(
    duration: Duration,
    sockets: &mut Sockets,
    listener: &mut impl Listens,
) -> io::Result<()> {
    let end = sockets.clock.now() + micros(duration);
    while sockets.clock.now() < end {
        sockets.poll(LOOK, listener)?;
    }
    Ok(())
}

/// Waits until everything that was sent has been heard, or nothing more comes.
pub(crate) fn rest(sockets: &mut Sockets, hearing: &mut Hearing) -> io::Result<()> {
    let start = sockets.clock.now();
    let mut heard = hearing.counts.heard;
    let mut moved = start;
    let mut now = start;
    let is_over = |now: Micros, moved| {
        now.saturating_sub(moved) > micros(REST) || now - start > micros(REST_LIMIT)
    };
    while !is_over(now, moved) && hearing.missing(false) + hearing.missing(true) > 0 {
        sockets.poll(LOOK, hearing)?;
        now = sockets.clock.now();
        if hearing.counts.heard != heard {
            heard = hearing.counts.heard;
            moved = now;
        }
    }
    Ok(())
}

/// Everybody leaves as people do. A server remembers a person whose connection breaks, and would be
/// left with thousands.
pub(crate) fn leave(sockets: &mut Sockets, connections: usize) -> io::Result<()> {
    (0..connections).for_each(|number| sockets.send(number, b"/quit\n"));
    let deadline = sockets.clock.now() + micros(LEAVING);
    while sockets.open() > 0 && sockets.clock.now() < deadline {
        sockets.poll(LOOK, &mut Nobody)?;
    }
    Ok(())
}

/// Reads, so that the server can write.
struct Nobody;

impl Listens for Nobody {
    fn line(&mut self, _from: usize, _line: &[u8], _now: Micros) {}

    fn closed(&mut self, _from: usize, _why: Option<io::Error>, _now: Micros) {}
}

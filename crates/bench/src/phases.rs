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
use crate::speech::Speech;

/// How long one sync may take before the next is said, and how many there may be: half a minute.
const SYNC_EVERY: Duration = Duration::from_millis(250);
const SYNCS_MAX: usize = 120;

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

/// Reads until it is over, or for so long.
pub(crate) fn wait<L: Listens>(
    sockets: &mut Sockets,
    listener: &mut L,
    limit: Duration,
    mut is_over: impl FnMut(&Sockets, &L) -> bool,
) -> io::Result<()> {
    let end = sockets.clock.now() + micros(limit);
    while !is_over(sockets, listener) && sockets.clock.now() < end {
        sockets.poll(LOOK, listener)?;
    }
    Ok(())
}

/// Says syncs until every member has heard one, then waits for quiet. `speaker` tells which connection
/// says the sync of a room in a round: no two rounds the same, since a speaker need not hear itself.
pub(crate) fn sync(
    sockets: &mut Sockets,
    hearing: &mut Hearing,
    speaker: impl Fn(usize, usize) -> usize,
) -> Result<(), BenchError> {
    for round in 0..SYNCS_MAX {
        for room in hearing.deaf_rooms() {
            let mark = Mark {
                room: room as u16,
                sender: 0,
                seq: round as u32,
                time: 0,
            };
            let mut line = Vec::new();
            hearing.ear.say(&mut line, Kind::Sync, mark);
            sockets.send(speaker(room, round), &line);
        }
        wait(sockets, hearing, SYNC_EVERY, |_, hearing| hearing.deaf == 0)?;
        if hearing.deaf == 0 {
            return Ok(quiet(sockets, hearing)?);
        }
    }
    let told = hearing.counts.first_refusal.as_deref().unwrap_or("none.");
    Err(BenchError::Deaf {
        deaf: hearing.deaf,
        members: hearing.seats.len(),
        told: told.to_owned(),
    })
}

/// Waits until nothing more comes of the arrivals, so that their announcements are not measured.
pub(crate) fn quiet(sockets: &mut Sockets, listener: &mut impl Listens) -> io::Result<()> {
    let mut last = (sockets.reads, sockets.clock.now());
    wait(sockets, listener, QUIET_LIMIT, |sockets, _| {
        let now = sockets.clock.now();
        if sockets.reads != last.0 {
            last = (sockets.reads, now);
        }
        now - last.1 > micros(QUIET)
    })
}

/// Waits until everything that was sent has been heard, or nothing more comes.
pub(crate) fn rest(sockets: &mut Sockets, hearing: &mut Hearing) -> io::Result<()> {
    let mut last = (hearing.counts.heard, sockets.clock.now());
    wait(sockets, hearing, REST_LIMIT, |sockets, hearing| {
        let now = sockets.clock.now();
        if hearing.counts.heard != last.0 {
            last = (hearing.counts.heard, now);
        }
        let is_all = hearing.missing(false) + hearing.missing(true) == 0;
        is_all || now - last.1 > micros(REST)
    })
}

/// Everybody leaves as people do. A server remembers a person whose connection breaks, and would be
/// left with thousands.
pub(crate) fn leave(sockets: &mut Sockets, speech: &Speech, connections: usize) -> io::Result<()> {
    (0..connections).for_each(|number| sockets.send(number, speech.farewell()));
    let mut idle = Idle::default();
    wait(sockets, &mut idle, LEAVING, |sockets, _| {
        sockets.open() == 0
    })
}

/// Those who read, so that the server can write, and do nothing.
#[derive(Debug, Default)]
pub(crate) struct Idle {
    pub(crate) closed: u64,
}

impl Listens for Idle {
    fn line(&mut self, _from: usize, _line: &[u8], _now: Micros) {}

    fn closed(&mut self, _from: usize, _why: Option<io::Error>, _now: Micros) {
        self.closed += 1;
    }
}

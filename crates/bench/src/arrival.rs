//! Coming in: so many connections at once, until everybody is in or was turned away.
//!
//! It must not know what the members will do. It sends the name before the server asks, as a script
//! does: a member who waits to be greeted measures how long the server waits for clients that speak
//! first.

use std::io;
use std::time::Duration;

use crate::BenchError;
use crate::clock::{Micros, micros};
use crate::meter::{Counters, Meter, Span};
use crate::names::Names;
use crate::plan::{Plan, Workload};
use crate::sockets::{Listens, Sockets};
use crate::speech::{Dialect, Speech};

/// After this long without anybody coming in, nobody else will.
const PATIENCE: Duration = Duration::from_secs(10);

/// How the arrival of many went.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) joined: usize,
    /// From the first connection to the last welcome.
    pub(crate) took: Micros,
    /// What one of those who are not in was told, or what became of its connection.
    pub(crate) told: Option<String>,
    /// How many were in when half of those wanted were, and how far everything was then.
    pub(crate) halfway: Option<(u64, Span)>,
}

/// Connects everybody of the plan, in the order of the rooms, with their names. Those who do nothing
/// may be fewer than wanted; others may not.
pub(crate) fn arrive(
    plan: &Plan,
    names: &Names,
    meter: &Meter,
    sockets: &mut Sockets,
) -> Result<Arrived, BenchError> {
    let wanted = plan.people();
    let start = sockets.clock.now();
    let mut hall = Hall::new(Speech::new(plan, names), wanted, start);
    for number in 0..wanted {
        while hall.under_way(number) >= plan.connecting && !hall.is_stuck(sockets.clock.now()) {
            wait(sockets, &mut hall, meter)?;
        }
        let address = plan.target.address;
        let connected = sockets.connect();
        connected.map_err(|source| BenchError::Connect { address, source })?;
        if plan.is_to_stall(number) {
            sockets.keep_little(number)?;
        }
        let introduction = introduction(plan, &hall.speech, names, number);
        sockets.send(number, introduction.as_bytes());
    }
    while hall.under_way(wanted) > 0 && !hall.is_stuck(sockets.clock.now()) {
        wait(sockets, &mut hall, meter)?;
    }
    let (joined, told) = (hall.joined, hall.reason());
    if joined == 0 || (joined < wanted && plan.workload != Workload::Idle) {
        let told = told.unwrap_or_default();
        return Err(BenchError::Arrive {
            joined,
            wanted,
            told,
        });
    }
    Ok(Arrived {
        joined,
        took: hall.last_joined.saturating_sub(start),
        told,
        halfway: hall.halfway,
    })
}

/// Waits for news.
fn wait(sockets: &mut Sockets, hall: &mut Hall, meter: &Meter) -> Result<(), BenchError> {
    sockets.poll(PATIENCE / 10, hall)?;
    if hall.halfway.is_none() && 2 * hall.joined >= hall.guests.len() {
        let reading = meter.read(sockets.clock.now(), Counters::default())?;
        hall.halfway = Some((hall.joined as u64, reading));
    }
    Ok(())
}

/// What somebody sends to come in.
pub(crate) fn introduction(plan: &Plan, speech: &Speech, names: &Names, number: usize) -> String {
    let name = names.person(number as u64);
    let room = if plan.crowd.rooms == 1 {
        0
    } else {
        plan.room(number)
    };
    let room = match (plan.in_lobby(), plan.client.dialect) {
        (false, _) => Some(names.room(room)),
        // A server may let clients of IRC be nowhere. Those who do nothing stay there.
        (true, Dialect::Irc) if plan.workload != Workload::Idle => Some("#lobby".to_owned()),
        (true, _) => None,
    };
    speech.introduction(number, &name, room.as_deref())
}

/// Those who are on their way in.
#[derive(Debug)]
struct Hall {
    speech: Speech,
    guests: Vec<Guest>,
    joined: usize,
    gone: usize,
    halfway: Option<(u64, Span)>,
    /// The first error of a connection.
    error: Option<io::Error>,
    /// When somebody last came in or went.
    moved: Micros,
    last_joined: Micros,
}

/// How far somebody has come.
#[derive(Debug, Clone)]
enum Guest {
    /// With what the server said last.
    Waits(String),
    IsIn,
    Went(String),
}

impl Hall {
    fn new(speech: Speech, wanted: usize, now: Micros) -> Self {
        Self {
            speech,
            guests: vec![Guest::Waits(String::new()); wanted],
            joined: 0,
            gone: 0,
            halfway: None,
            error: None,
            moved: now,
            last_joined: now,
        }
    }

    /// How many of those who have come so far are neither in nor gone.
    fn under_way(&self, come: usize) -> usize {
        come.saturating_sub(self.joined + self.gone)
    }

    fn is_stuck(&self, now: Micros) -> bool {
        now.saturating_sub(self.moved) > micros(PATIENCE)
    }

    /// What somebody was told who is not in.
    fn reason(&self) -> Option<String> {
        let told = |guest: &Guest| match guest {
            Guest::IsIn => None,
            Guest::Waits(told) | Guest::Went(told) => Some(told.clone()),
        };
        let all: Vec<String> = self.guests.iter().filter_map(told).collect();
        let said = all.iter().find(|told| !told.is_empty());
        let error = self.error.as_ref().map(|error| format!("{error}."));
        let first = said.cloned().or(error);
        (!all.is_empty()).then(|| first.unwrap_or_else(|| "nothing.".to_owned()))
    }
}

impl Listens for Hall {
    fn line(&mut self, from: usize, line: &[u8], now: Micros) {
        let Guest::Waits(told) = &mut self.guests[from] else {
            return;
        };
        if self.speech.is_welcome(line) {
            self.guests[from] = Guest::IsIn;
            self.joined += 1;
            self.last_joined = now;
            self.moved = now;
        } else if !line.is_empty() {
            *told = String::from_utf8_lossy(line).trim_end().to_owned();
            if self.speech.is_refusal(line) {
                self.guests[from] = Guest::Went(std::mem::take(told));
                self.gone += 1;
                self.moved = now;
            }
        }
    }

    fn closed(&mut self, from: usize, why: Option<io::Error>, now: Micros) {
        let told = match &mut self.guests[from] {
            Guest::Waits(told) => std::mem::take(told),
            Guest::IsIn => {
                self.joined -= 1;
                "the connection was closed again.".to_owned()
            }
            Guest::Went(_) => return,
        };
        self.guests[from] = Guest::Went(told);
        self.gone += 1;
        self.moved = now;
        self.error = self.error.take().or(why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hall(lines: &[(usize, &str)]) -> Hall {
        let mut hall = Hall::new(Speech::default(), 3, 0);
        for (from, line) in lines {
            hall.line(*from, line.as_bytes(), 5);
        }
        hall
    }

    #[test]
    fn the_welcome_lets_in_wherever_it_stands() {
        let hall = hall(&[
            (0, "Welcome to localhost: nobody here yet."),
            (1, "Welcome, ann. You are in #lobby, alone."),
            (2, "Enter your username: Welcome, bob."),
            (2, "Welcome, bob."),
        ]);
        assert_eq!(
            (hall.joined, hall.under_way(3), hall.last_joined),
            (2, 1, 5)
        );
    }

    #[test]
    fn who_is_turned_away_tells_why() {
        let mut hall = hall(&[(0, "Welcome, ann."), (1, "The server is full."), (1, "")]);
        hall.closed(1, None, 6);
        hall.closed(2, Some(io::ErrorKind::ConnectionReset.into()), 7);
        assert_eq!((hall.joined, hall.under_way(3), hall.moved), (1, 0, 7));
        assert_eq!(hall.reason().unwrap(), "The server is full.");
    }

    #[test]
    fn a_member_can_be_thrown_out_again() {
        let mut hall = hall(&[(0, "Welcome, a."), (1, "Welcome, b."), (2, "Welcome, c.")]);
        assert_eq!(hall.reason(), None);
        hall.closed(0, None, 6);
        assert_eq!((hall.joined, hall.under_way(3)), (2, 0));
        assert!(hall.reason().unwrap().contains("closed"));
    }
}

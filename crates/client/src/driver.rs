//! The session with its sockets: carries out what it asks for, and brings it what comes.
//!
//! It must not know what a line means, nor who reads or writes on this side. Every connection has a
//! number, so that the last words of a dead one are not taken for those of its successor.

use std::io;
use std::net::Shutdown;
use std::time::Instant;

use crate::connection::Connection;
use crate::error::plainly;
use crate::events::{Event, Events};
use crate::route::Route;
use crate::session::{Action, End, Session, SessionOptions};
use crate::{JoinError, Target};

/// A session and the connection it has at the moment.
#[derive(Debug)]
pub(crate) struct Driver {
    route: Route,
    pub(crate) session: Session,
    pub(crate) events: Events,
    connection: Option<Connection>,
    number: u64,
}

impl Driver {
    /// Takes an open connection.
    pub(crate) fn new(route: Route, connection: Connection, options: SessionOptions) -> Self {
        let mut driver = Self {
            route,
            session: Session::new(options, Instant::now()),
            events: Events::new(),
            connection: None,
            number: 0,
        };
        driver.take_connection(connection);
        driver
    }

    /// Carries out what concerns connections, and returns what does not: something to show, to tell,
    /// or the end.
    pub(crate) fn next_action(&mut self) -> Option<Action> {
        while let Some(action) = self.session.poll_action() {
            match action {
                Action::Dial => self.events.dial(&self.route),
                Action::Send(line) => self.send(&line),
                Action::CloseInput => self.shut_down(Shutdown::Write),
                Action::HangUp => self.hang_up(),
                Action::Show(_) | Action::Tell(_) | Action::End(_) => return Some(action),
            }
        }
        None
    }

    /// Waits for events, and returns those that do not concern connections.
    pub(crate) fn next_events(&mut self) -> Vec<Event> {
        let events = self.events.next_batch(self.session.poll_deadline());
        let mut others = Vec::new();
        for event in events {
            let now = Instant::now();
            match event {
                Event::Heard(number, bytes) if number == self.number => {
                    self.session.handle_bytes(&bytes, now);
                }
                Event::HungUp(number, error) if number == self.number => {
                    self.connection = None;
                    let reason = error.as_ref().map_or_else(closed, broken);
                    self.session.handle_closed(&reason, now);
                }
                Event::Heard(..) | Event::HungUp(..) => {}
                Event::Dialled(Ok(connection)) => {
                    self.take_connection(connection);
                    self.session.handle_connected(now);
                }
                Event::Dialled(Err(
                    error @ (JoinError::Changed { .. } | JoinError::Untrusted { .. }),
                )) => self.session.handle_another(error.on_return()),
                Event::Dialled(Err(error)) => {
                    self.session.handle_unreachable(&error.on_return(), now);
                }
                event => others.push(event),
            }
        }
        self.session.handle_time(Instant::now());
        others
    }

    /// What the end of the session means for the exit status.
    pub(crate) fn outcome(&self, end: End) -> Result<(), JoinError> {
        let target = self.target();
        let tally = self.session.tally();
        let (unsent, uncertain) = (tally.unsent(), tally.uncertain);
        match end {
            End::Left if unsent.lines == 0 && uncertain == 0 => Ok(()),
            End::Left => Err(JoinError::NotSent {
                target,
                lines: unsent.lines,
                uncertain,
            }),
            End::Refused(reason) => Err(JoinError::Refused { target, reason }),
            End::Removed(reason) => Err(JoinError::Removed {
                target,
                reason,
                unsent,
            }),
            End::Astray(reason) => Err(JoinError::Astray {
                target,
                reason,
                unsent,
            }),
            End::Unsaved(reason) => Err(JoinError::Unsaved {
                target,
                reason,
                unsent,
            }),
            End::Another(reason) => Err(JoinError::Another { reason, unsent }),
            End::Gone(reason) => Err(JoinError::Gone {
                target,
                reason,
                unsent,
            }),
        }
    }

    pub(crate) fn target(&self) -> Target {
        self.route.target().clone()
    }

    fn take_connection(&mut self, connection: Connection) {
        self.number += 1;
        match connection.try_clone() {
            Ok(reading) => {
                self.events.listen(self.number, reading);
                self.connection = Some(connection);
            }
            // Out of descriptors: as if the connection had broken at once.
            Err(error) => {
                let now = Instant::now();
                self.session.handle_connected(now);
                self.session.handle_closed(&broken(&error), now);
            }
        }
    }

    fn send(&mut self, line: &str) {
        let Some(connection) = &self.connection else {
            return;
        };
        // One write, so that a server that takes its first packet for its first line is not misled.
        if connection.send(format!("{line}\n").as_bytes()).is_err() {
            // The thread that reads tells that the connection is gone.
            self.shut_down(Shutdown::Both);
        }
    }

    fn shut_down(&self, how: Shutdown) {
        // It may be gone already, which the reading thread finds out by itself.
        if let Some(connection) = &self.connection {
            connection.shut_down(how);
        }
    }

    fn hang_up(&mut self) {
        self.shut_down(Shutdown::Both);
        self.connection = None;
        self.number += 1;
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It wakes the thread that still reads.
        self.shut_down(Shutdown::Both);
    }
}

fn closed() -> String {
    "the server closed the connection.".to_owned()
}

/// Why a connection broke, as a sentence.
fn broken(error: &io::Error) -> String {
    plainly(&format!("{error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_is_quoted_without_the_number_of_the_error() {
        let reset = io::Error::from_raw_os_error(rustix::io::Errno::CONNRESET.raw_os_error());
        assert_eq!(broken(&reset), "connection reset by peer.");
        let other = io::Error::other("The TLS record is bad");
        assert_eq!(broken(&other), "The TLS record is bad.");
    }
}

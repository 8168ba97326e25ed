//! The server that is loaded: one of our own, or one that is there already and must be empty.
//!
//! It must not know what is measured, nor which program it starts: the caller has the command, so
//! that this crate needs no other of ours.

use std::io::{BufRead, BufReader, Error, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::BenchError;

/// A server that greets later than this is not one. It waits a moment for clients that speak first.
const GREETING_TIME: Duration = Duration::from_secs(5);

/// A server of our own. It ends when this is dropped.
#[derive(Debug)]
pub struct OwnServer {
    child: Child,
    address: SocketAddr,
}

impl OwnServer {
    /// Starts it, and waits until it says where it listens.
    ///
    /// # Errors
    /// [`BenchError::Start`].
    pub fn start(command: &mut Command) -> Result<Self, BenchError> {
        let failed = |error: Error| BenchError::Start(error.to_string());
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let child = command.spawn().map_err(failed)?;
        let mut server = Self {
            child,
            address: ([127, 0, 0, 1], 0).into(),
        };
        let out = server.child.stdout.take().map(BufReader::new);
        let mut lines = out
            .into_iter()
            .flat_map(BufRead::lines)
            .map_while(Result::ok);
        let address = |line: String| line.rsplit(' ').next()?.parse().ok();
        let silent = || BenchError::Start("it ended before it listened.".to_owned());
        server.address = lines.find_map(address).ok_or_else(silent)?;
        Ok(server)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        // It keeps nothing, so there is nothing to end in order. An error means that it is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks a server how many people are there, by looking at its greeting, and leaves again.
pub(crate) fn must_be_empty(address: SocketAddr) -> Result<(), BenchError> {
    let connected = TcpStream::connect_timeout(&address, GREETING_TIME);
    let stream = connected.map_err(|source| BenchError::Connect { address, source })?;
    stream.set_read_timeout(Some(GREETING_TIME))?;
    let mut line = Vec::new();
    // The greeting's line, or a prompt that has no end of its own.
    for byte in BufReader::new(stream)
        .bytes()
        .map_while(Result::ok)
        .take(512)
    {
        line.push(byte);
        if byte == b'\n' || line.ends_with(b": ") && !line.starts_with(b"Welcome to ") {
            break;
        }
    }
    let greeting = String::from_utf8_lossy(&line).trim().to_owned();
    match greeting.is_empty() {
        true => Err(BenchError::NoGreeting(address)),
        false if people(&greeting) > 0 => Err(BenchError::PeoplePresent { address, greeting }),
        false => Ok(()),
    }
}

/// The number in `Welcome to chat.example.org: 3 people in 2 rooms.`
fn people(greeting: &str) -> u64 {
    let count = greeting.rsplit_once(": ").and_then(|(_, rest)| {
        let (number, what) = rest.split_once(' ')?;
        let number = number.replace(',', "").parse().ok()?;
        what.starts_with("pe").then_some(number)
    });
    count.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_tells_how_many_are_there() {
        for (greeting, count) in [
            ("Welcome to chat: 3 people in 2 rooms.", 3),
            ("Welcome to chat: 1 person in 1 room.", 1),
            ("Welcome to chat: 12,345 people in 2 rooms.", 12_345),
            ("Welcome to localhost: nobody here yet.", 0),
            ("Enter your username:", 0),
        ] {
            assert_eq!(people(greeting), count, "{greeting}");
        }
    }
}

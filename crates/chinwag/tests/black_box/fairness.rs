//! One client and everybody else: a peer that never stops sending holds up nobody, and TCP holds it
//! up.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;

use crate::harness::{Server, Setup};

/// Bytes that a flood may hand over while two others talk: what the kernel buffers on loopback, and
/// one read of the server's for each token. A server that reads on takes hundreds of times as much.
const FLOOD_BYTES_MAX: usize = 64 << 20;

/// A person who sends `y` and Enter as fast as the server takes it, like `yes | nc HOST PORT`.
struct Flood {
    stream: TcpStream,
    lines: Vec<u8>,
    sent: usize,
}

impl Flood {
    fn join(server: &Server, name: &str) -> Self {
        let mut stream = TcpStream::connect(server.address()).expect("a connection");
        stream
            .write_all(format!("{name}\n").as_bytes())
            .expect("a name that is taken");
        stream.set_nonblocking(true).expect("an option");
        Self {
            stream,
            lines: b"y\n".repeat(32 << 10),
            sent: 0,
        }
    }

    /// Sends what is taken now.
    fn pour(&mut self) {
        while self.sent < FLOOD_BYTES_MAX {
            match self.stream.write(&self.lines) {
                Ok(bytes) => self.sent += bytes,
                Err(e) if e.kind() == ErrorKind::WouldBlock => return,
                Err(e) => panic!("the flood was cut off: {e}"),
            }
        }
    }
}

#[test]
fn a_flood_holds_up_nobody_and_is_held_up_itself() {
    let server = Setup::new().limit("line_burst", "1000").start();
    let (mut ann, mut bob) = (server.join("ann"), server.join("bob"));
    let mut flood = Flood::join(&server, "flood");
    ann.expect("flood joined");
    for number in 0..200 {
        flood.pour();
        ann.send(&format!("number {number}"));
        bob.expect(&format!("ann: number {number}\n"));
    }
    // Somebody who comes in the middle of it is greeted like anybody.
    flood.pour();
    server.join("cy").send("made it");
    bob.expect("cy: made it\n");
    assert!(
        flood.sent < FLOOD_BYTES_MAX,
        "it was read faster than it may send"
    );
}

#[test]
fn a_flooded_server_stops_in_order() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let mut flood = Flood::join(&server, "flood");
    ann.expect("flood joined");
    flood.pour();
    let _setup = server.stop();
    assert!(ann.rest().ends_with("! The server is stopping.\n"));
}

#[test]
fn who_is_too_fast_is_told_the_number_without_asking() {
    let setup = Setup::new().without_operator();
    let server = setup.limit("line_burst", "20").start();
    let mut ann = server.join("ann");
    ann.write("one line\n".repeat(60).as_bytes());
    ann.expect("! Slow down: NOT sent. Try again in ");
    ann.expect("! 39 lines NOT sent: too fast.\n");
}

//! Lines on their way to the server.
//!
//! It must not hold anybody up: a server that takes nothing, as it does to slow a flood down, must
//! not freeze the screen of the person who pasted it. So a thread writes, from a bounded queue, and
//! a line that finds no room is given back to be shown as not sent.

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// How many lines wait for a server that takes nothing: more than anybody types, less than anybody
/// would paste.
const LINES_MAX: usize = 1000;

/// The sending half of the conversation, which ends with [`Outbox::close`].
#[derive(Debug)]
pub(crate) struct Outbox {
    lines: Option<SyncSender<String>>,
}

impl Outbox {
    /// Starts the thread that writes to the socket.
    pub(crate) fn new(socket: TcpStream) -> Self {
        let (sender, lines) = sync_channel(LINES_MAX);
        thread::spawn(move || write_lines(&socket, &lines));
        Self {
            lines: Some(sender),
        }
    }

    /// Sends a line, or returns false: the queue is full, or the connection is on its way down.
    pub(crate) fn send(&self, line: &str) -> bool {
        self.lines
            .as_ref()
            .is_some_and(|lines| lines.try_send(format!("{line}\n")).is_ok())
    }

    /// Half-closes the connection when everything before has been written.
    pub(crate) fn close(&mut self) {
        self.lines = None;
    }
}

fn write_lines(mut socket: &TcpStream, lines: &Receiver<String>) {
    for line in lines {
        // The thread that reads reports how the connection ended.
        if socket.write_all(line.as_bytes()).is_err() {
            return;
        }
    }
    // The connection may be gone already, which the reading thread finds out by itself.
    let _ = socket.shutdown(Shutdown::Write);
}

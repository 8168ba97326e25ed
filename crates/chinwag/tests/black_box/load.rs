//! Several who talk as fast as they can while several listen.

use std::collections::HashSet;
use std::io::Write;
use std::net::TcpStream;
use std::thread::{self, JoinHandle};

use crate::harness::{Client, Server, messages};

/// A conversation under way, until the server is gone.
pub(crate) struct Talk {
    threads: Vec<JoinHandle<Vec<String>>>,
}

impl Talk {
    /// Lets people in who talk, and others who only listen.
    pub(crate) fn start(server: &Server, round: usize, senders: usize, listeners: usize) -> Self {
        let quiet = (0..listeners).map(|n| server.join(&format!("listener{round}x{n}")));
        let mut clients: Vec<Client> = quiet.collect();
        let talkers = (0..senders).map(|n| server.join(&format!("sender{round}x{n}")));
        let talkers: Vec<Client> = talkers.collect();
        for (n, talker) in talkers.iter().enumerate() {
            let writer = talker.writer();
            let topic = format!("{round}-{n}");
            // It ends with the connection.
            thread::spawn(move || talk_on(writer, &topic));
        }
        clients.extend(talkers);
        let listen = |mut client: Client| thread::spawn(move || lines_of(&client.rest()));
        Self {
            threads: clients.into_iter().map(listen).collect(),
        }
    }

    /// What each of them was shown, once the server is gone.
    pub(crate) fn all_seen(self) -> Vec<Vec<String>> {
        let threads = self.threads.into_iter();
        threads
            .map(|thread| thread.join().expect("listening works"))
            .collect()
    }
}

fn talk_on(mut writer: TcpStream, topic: &str) {
    for n in 0_u64.. {
        // Some in one packet, as a program would send them.
        let lines: String = (0..10)
            .map(|k| format!("{topic}-{}\n", n * 10 + k))
            .collect();
        if writer.write_all(lines.as_bytes()).is_err() {
            return;
        }
    }
}

/// Waits until the client was shown so many lines.
pub(crate) fn hear(client: &mut Client, lines: u64) {
    (0..lines).for_each(|_| {
        client.expect("\n");
    });
}

/// The messages among the lines, without a last one that was cut off.
pub(crate) fn lines_of(text: &str) -> Vec<String> {
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    // What is replayed on arrival was said before.
    let new = whole
        .rsplit_once("--- now ---")
        .map_or(
            whole,
            |(before, after)| {
                if after.is_empty() { before } else { after }
            },
        );
    messages(new)
}

/// Fails unless everything shown is in the history exactly once and in the same order.
#[track_caller]
pub(crate) fn assert_kept(shown: &[String], history: &[String]) {
    let distinct: HashSet<&String> = history.iter().collect();
    assert_eq!(distinct.len(), history.len(), "something is kept twice");
    let mut rest = history.iter();
    for line in shown {
        assert!(
            rest.any(|kept| kept == line),
            "{line:?} was shown and is not kept, or not at its place"
        );
    }
}

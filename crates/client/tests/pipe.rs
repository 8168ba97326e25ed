//! Pipe mode over real sockets and with no clock, against servers that are a few lines of the test.

#![expect(
    clippy::unwrap_used,
    reason = "a failing step fails the test, in its helpers too"
)]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chinwag_client::{JoinError, JoinOptions, Target, Unsent, join, join_piped};

/// A connection as the server in the test sees it.
struct Peer {
    lines: BufReader<TcpStream>,
}

impl Peer {
    fn accept(listener: &TcpListener) -> Self {
        let lines = BufReader::new(listener.accept().unwrap().0);
        Self { lines }
    }

    /// The next line; empty at the end.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn say(&mut self, text: &str) {
        self.lines.get_mut().write_all(text.as_bytes()).unwrap();
    }

    /// Lets the client in, whatever it is called.
    fn welcome(&mut self) {
        assert_eq!(self.line(), "bot");
        self.say("Welcome, bot. You are in #lobby, alone.\n");
        assert_eq!(self.line(), "/echo on");
        self.say("! Echo is on: your own lines are shown to you too.\n");
    }
}

/// A server that handles connections with the given function.
fn serve<T: Send + 'static>(
    talk: impl FnOnce(TcpListener) -> T + Send + 'static,
) -> (JoinOptions, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = listener.local_addr().unwrap().to_string().parse().unwrap();
    let options = JoinOptions {
        name: Some("bot".parse().unwrap()),
        ..JoinOptions::new(target)
    };
    (options, thread::spawn(move || talk(listener)))
}

#[test]
fn a_line_goes_out_when_the_one_before_has_its_receipt() {
    let (options, server) = serve(|listener| {
        let mut peer = Peer::accept(&listener);
        peer.welcome();
        let mut heard = Vec::new();
        for _ in 0..2 {
            let line = peer.line();
            peer.say(&format!("[14:03] bot: {line}\n"));
            heard.push(line);
        }
        assert_eq!(peer.line(), "/quit");
        // The end comes only because the client half-closes.
        assert_eq!(peer.line(), "");
        peer.say("Bye, bot. 2 lines sent.\n");
        heard
    });
    let mut output = Vec::new();
    join_piped(&options, &b"hello\nno newline"[..], &mut output).unwrap();
    assert_eq!(server.join().unwrap(), ["hello", "no newline"]);
    assert_eq!(
        String::from_utf8(output).unwrap(),
        "Welcome, bot. You are in #lobby, alone.\nBye, bot. 2 lines sent.\n"
    );
}

#[test]
fn bytes_come_back_as_they_are() {
    let every_byte: Vec<u8> = (0..=255).collect();
    let mut sent = b"[14:03] ann: ".to_vec();
    sent.extend(every_byte);
    sent.push(b'\n');
    let expected = sent.clone();
    let (options, _server) = serve(move |listener| {
        let mut peer = Peer::accept(&listener);
        peer.welcome();
        peer.lines.get_mut().write_all(&sent).unwrap();
        peer.line();
    });
    let mut output = Vec::new();
    join_piped(&options, io::empty(), &mut output).unwrap();
    let at = output
        .windows(expected.len())
        .position(|part| part == expected);
    assert!(at.is_some(), "{output:?}");
}

#[test]
fn each_line_is_passed_on_at_once() {
    let (heard, hears) = mpsc::sync_channel(1);
    let (options, _server) = serve(move |listener| {
        let mut peer = Peer::accept(&listener);
        peer.welcome();
        loop {
            let line = peer.line();
            if line.is_empty() {
                return;
            }
            peer.say(&format!("[14:03] bot: {line}\n"));
            heard.send(line).unwrap();
        }
    });
    let (mut log, input) = UnixStream::pair().unwrap();
    let client = thread::spawn(move || join_piped(&options, input, io::sink()));
    for line in ["one", "two", "three"] {
        writeln!(log, "{line}").unwrap();
        // The next line is written only once this one has arrived.
        assert_eq!(hears.recv().unwrap(), line);
    }
    drop(log);
    client.join().unwrap().unwrap();
}

#[test]
fn a_server_that_goes_is_told_though_the_input_is_silent() {
    let (mut options, _server) = serve(|listener| Peer::accept(&listener).welcome());
    options.retry_for = Duration::ZERO;
    let (_silent, input) = UnixStream::pair().unwrap();
    let error = join_piped(&options, input, io::sink()).unwrap_err();
    assert!(
        matches!(error, JoinError::Gone { unsent, .. } if unsent == Unsent::default()),
        "{error}"
    );
    assert_eq!(
        error.to_string(),
        format!(
            "the connection to {} is gone: the server closed the connection.",
            options.target
        )
    );
}

#[test]
fn a_link_that_breaks_is_taken_up_and_the_line_under_way_goes_once() {
    let (options, server) = serve(|listener| {
        let mut peer = Peer::accept(&listener);
        peer.welcome();
        peer.say("If your link drops, reconnect and type /resume AAAA-BBBB within 10 minutes.\n");
        assert_eq!(peer.line(), "one");
        // It was taken; the receipt is lost with the link, and closing with bytes unread resets it.
        drop(peer);
        let mut peer = Peer::accept(&listener);
        assert_eq!(peer.line(), "/resume AAAA-BBBB");
        peer.say("Welcome back, bot. 1 message while you were away:\n[14:03] bot: one\n");
        assert_eq!(peer.line(), "/echo on");
        peer.say("! Echo is on: your own lines are shown to you too.\n");
        assert_eq!(peer.line(), "two");
        peer.say("[14:03] bot: two\n");
        assert_eq!(peer.line(), "/quit");
        assert_eq!(peer.line(), "");
    });
    join_piped(&options, &b"one\ntwo\n"[..], io::sink()).unwrap();
    server.join().unwrap();
}

#[test]
fn an_output_that_is_closed_ends_a_reader_quietly() {
    let (mut options, _server) = serve(|listener| {
        let mut peer = Peer::accept(&listener);
        peer.line();
        peer.say("Welcome, bot. You are in #lobby, alone.\n");
        // It stays open until the client goes.
        while !peer.line().is_empty() {}
    });
    options.follow = true;
    let (output, nobody) = UnixStream::pair().unwrap();
    drop(nobody);
    join_piped(&options, io::empty(), output).unwrap();
}

#[test]
fn a_sender_goes_on_though_nobody_reads() {
    let (options, server) = serve(|listener| {
        let mut peer = Peer::accept(&listener);
        peer.welcome();
        let line = peer.line();
        peer.say("[14:03] bot: hello\n");
        line
    });
    let (output, nobody) = UnixStream::pair().unwrap();
    drop(nobody);
    join_piped(&options, &b"hello\n"[..], output).unwrap();
    assert_eq!(server.join().unwrap(), "hello");
}

#[test]
fn an_input_that_fails_is_told_after_what_was_read_is_sent() {
    struct Broken(bool);
    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(io::Error::other("the disk is gone"));
            }
            buffer[..6].copy_from_slice(b"hello\n");
            Ok(6)
        }
    }
    let (options, server) = serve(|listener| {
        let mut peer = Peer::accept(&listener);
        peer.welcome();
        let line = peer.line();
        peer.say("[14:03] bot: hello\n");
        line
    });
    let error = join_piped(&options, Broken(false), io::sink()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "could not read the input for {}: the disk is gone.",
            options.target
        )
    );
    assert_eq!(server.join().unwrap(), "hello");
}

#[test]
fn nobody_listening_is_an_error_that_names_the_server() {
    // A port that was let go could be another test's.
    let target: Target = "127.0.0.1:1".parse().unwrap();
    let error = join(&JoinOptions::new(target.clone())).unwrap_err();
    assert!(matches!(error, JoinError::Connect { .. }), "{error}");
    assert!(
        error
            .to_string()
            .starts_with(&format!("could not connect to {target}: ")),
        "{error}"
    );
}

#[test]
fn the_input_is_read_only_as_far_as_the_buffer_reaches() {
    /// More lines than the buffer holds, and how many have been read.
    struct Log(Arc<AtomicUsize>);
    impl Read for Log {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.load(Ordering::SeqCst) == LINES {
                return Ok(0);
            }
            buffer[..LINE_BYTES].fill(b'x');
            buffer[LINE_BYTES - 1] = b'\n';
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(LINE_BYTES)
        }
    }
    const LINES: usize = 1500;
    const LINE_BYTES: usize = 2000;
    // What the client says it holds, and a line on its way on each side of the buffer.
    const LINES_HELD_MAX: usize = 1024 * 1024 / (LINE_BYTES - 1) + 2;
    let read = Arc::new(AtomicUsize::new(0));
    let log = Log(Arc::clone(&read));
    let (options, server) = serve(move |listener| {
        let mut peer = Peer::accept(&listener);
        peer.welcome();
        for sent in 0..LINES {
            assert!(peer.line().starts_with('x'));
            let held = read.load(Ordering::SeqCst) - sent;
            assert!(held <= LINES_HELD_MAX, "{held} lines");
            peer.say("[14:03] bot: x\n");
        }
    });
    join_piped(&options, log, io::sink()).unwrap();
    server.join().unwrap();
}

//! Pipe mode against a listener: what `nc -N` would do, done over real sockets and with no clock.

#![expect(
    clippy::unwrap_used,
    reason = "a failing step fails the test, in its helpers too"
)]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use chinwag_client::{Connection, JoinError, JoinOptions, Target, join, pipe};

/// A server that handles one connection with the given function.
fn serve<T: Send + 'static>(
    talk: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (Target, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = listener.local_addr().unwrap().to_string().parse().unwrap();
    (
        target,
        thread::spawn(move || talk(listener.accept().unwrap().0)),
    )
}

fn read_all(mut from: impl Read) -> String {
    let mut text = String::new();
    from.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn the_input_goes_out_and_the_answer_comes_back() {
    let (target, server) = serve(|mut stream| {
        // It returns only because the client half-closes.
        let heard = read_all(&stream);
        stream.write_all(b"Bye, bot. 1 line sent.\n").unwrap();
        heard
    });
    let connection = Connection::open(&target).unwrap();
    connection.send_line("bot#secret").unwrap();
    let mut output = Vec::new();
    pipe(&connection, &b"hello\nno newline"[..], &mut output).unwrap();
    assert_eq!(server.join().unwrap(), "bot#secret\nhello\nno newline");
    assert_eq!(output, b"Bye, bot. 1 line sent.\n");
}

#[test]
fn bytes_come_back_as_they_are() {
    let every_byte: Vec<u8> = (0..=255).collect();
    let sent = every_byte.clone();
    let (target, _server) = serve(move |mut stream| stream.write_all(&sent).unwrap());
    let mut output = Vec::new();
    pipe(
        &Connection::open(&target).unwrap(),
        io::empty(),
        &mut output,
    )
    .unwrap();
    assert_eq!(output, every_byte);
}

#[test]
fn each_line_is_passed_on_at_once() {
    let (heard, hears) = mpsc::sync_channel(1);
    let (target, _server) = serve(move |stream| {
        BufReader::new(stream)
            .lines()
            .for_each(|line| heard.send(line.unwrap()).unwrap());
    });
    let (mut log, input) = UnixStream::pair().unwrap();
    let client =
        thread::spawn(move || pipe(&Connection::open(&target).unwrap(), input, io::sink()));
    for line in ["one", "two", "three"] {
        writeln!(log, "{line}").unwrap();
        // The next line is written only once this one has arrived.
        assert_eq!(hears.recv().unwrap(), line);
    }
    drop(log);
    client.join().unwrap().unwrap();
}

#[test]
fn it_ends_when_the_server_closes_though_the_input_is_silent() {
    let (target, _server) = serve(|mut stream| stream.write_all(b"Bye.\n").unwrap());
    let (_silent, input) = UnixStream::pair().unwrap();
    let mut output = Vec::new();
    pipe(&Connection::open(&target).unwrap(), input, &mut output).unwrap();
    assert_eq!(output, b"Bye.\n");
}

#[test]
fn an_unfinished_line_is_flushed() {
    /// Gives on what has been flushed, and only that.
    struct Flushed(Vec<u8>, mpsc::SyncSender<Vec<u8>>);
    impl Write for Flushed {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            self.1
                .send(std::mem::take(&mut self.0))
                .map_err(io::Error::other)
        }
    }
    let (shown, shows) = mpsc::sync_channel(1);
    let (target, _server) = serve(move |mut stream| {
        stream.write_all(b"Enter your username: ").unwrap();
        // The server does not go on before the person sees its question.
        assert_eq!(shows.recv().unwrap(), b"Enter your username: ");
    });
    pipe(
        &Connection::open(&target).unwrap(),
        io::empty(),
        Flushed(Vec::new(), shown),
    )
    .unwrap();
}

#[test]
fn an_output_that_is_closed_ends_it_quietly() {
    let (target, _server) = serve(|mut stream| {
        stream.write_all(b"hello\n").unwrap();
        // It stays open until the client goes.
        read_all(&stream)
    });
    let (output, nobody) = UnixStream::pair().unwrap();
    drop(nobody);
    pipe(&Connection::open(&target).unwrap(), io::empty(), output).unwrap();
}

#[test]
fn an_input_that_fails_is_told_after_the_answer() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let (target, _server) = serve(|mut stream| {
        read_all(&stream);
        stream.write_all(b"Bye.\n").unwrap();
    });
    let mut output = Vec::new();
    let error = pipe(&Connection::open(&target).unwrap(), Broken, &mut output).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("could not read the input for {target}: the disk is gone.")
    );
    assert_eq!(output, b"Bye.\n");
}

#[test]
fn a_connection_that_breaks_is_an_error() {
    let (ready, is_ready) = mpsc::sync_channel::<()>(1);
    let (target, _server) = serve(move |stream| {
        is_ready.recv().unwrap();
        // Closing with bytes unread makes the kernel send RST.
        stream.peek(&mut [0]).unwrap();
        drop(stream);
    });
    let connection = Connection::open(&target).unwrap();
    connection.send_line("bot").unwrap();
    ready.send(()).unwrap();
    let (_silent, input) = UnixStream::pair().unwrap();
    let error = pipe(&connection, input, io::sink()).unwrap_err();
    assert!(matches!(error, JoinError::Lost { .. }), "{error}");
    assert!(
        error
            .to_string()
            .starts_with(&format!("the connection to {target} was lost: ")),
        "{error}"
    );
}

#[test]
fn nobody_listening_is_an_error_that_names_the_server() {
    let target: Target = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().to_string().parse().unwrap()
    };
    let error = join(&JoinOptions {
        target: target.clone(),
        name: None,
    })
    .unwrap_err();
    assert!(matches!(error, JoinError::Connect { .. }), "{error}");
    assert!(
        error
            .to_string()
            .starts_with(&format!("could not connect to {target}: ")),
        "{error}"
    );
}

#[test]
fn a_server_that_only_half_closes_is_done_too() {
    let (target, server) = serve(|stream| {
        stream.shutdown(Shutdown::Write).unwrap();
        read_all(&stream)
    });
    let connection = Connection::open(&target).unwrap();
    pipe(&connection, &b"hello\n"[..], io::sink()).unwrap();
    drop(connection);
    assert_eq!(server.join().unwrap(), "hello\n");
}

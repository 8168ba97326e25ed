//! Joining from a pipe or a file: `nc -N` with a name for its server's errors.
//!
//! It must not know what a line is: bytes go through as they come, whoever wrote them decides on
//! lines. The decision that shaped it: the server ends the conversation, not the input. So the
//! calling thread reads the socket, and the input has a thread of its own that is never joined,
//! since `tail -f` may stay silent for ever.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc;
use std::thread;

use crate::{Connection, JoinError};

/// How much is copied at once, in bytes: a socket hands over 64 KiB at most in one read by default.
const CHUNK_BYTES: usize = 64 * 1024;

/// Copies the input to the server and the server to the output until the server closes.
///
/// Whatever one read gives is passed on at once, in both directions. The end of the input closes
/// only the sending half of the connection, so the server can still answer. The thread that reads
/// the input may outlive the call.
///
/// # Errors
///
/// [`JoinError::Lost`]; [`JoinError::Output`], unless the output is merely closed, which ends the
/// call quietly; [`JoinError::Input`], after the server has answered what could be read.
pub fn pipe<I, O>(connection: &Connection, input: I, mut output: O) -> Result<(), JoinError>
where
    I: Read + Send + 'static,
    O: Write,
{
    let socket = connection.handle()?;
    let (failed, failure) = mpsc::sync_channel(1);
    thread::spawn(move || {
        if let Err(error) = send_all(input, &socket) {
            // Before the half-close, so that it is there when the server closes in answer. Nobody
            // may be listening any more; then nobody needs to know.
            let _ = failed.send(error);
        }
        // The connection may be gone already, which the reading thread finds out by itself.
        let _ = socket.shutdown(Shutdown::Write);
    });
    receive_all(connection, &mut output)?;
    match failure.try_recv() {
        Ok(source) => Err(connection.bad_input(source)),
        Err(_) => Ok(()),
    }
}

/// Returns the failure of the input; a failure of the socket merely ends it, for the other
/// direction reports that.
fn send_all(mut input: impl Read, mut socket: &TcpStream) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = read_some(&mut input, &mut chunk)?;
        if read == 0 || socket.write_all(&chunk[..read]).is_err() {
            return Ok(());
        }
    }
}

fn receive_all(connection: &Connection, output: &mut impl Write) -> Result<(), JoinError> {
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read =
            read_some(connection.stream(), &mut chunk).map_err(|source| connection.lost(source))?;
        if read == 0 {
            return Ok(());
        }
        // Standard output holds the end of an unfinished line back until it is flushed.
        if let Err(source) = output
            .write_all(&chunk[..read])
            .and_then(|()| output.flush())
        {
            return connection.output_ended(source);
        }
    }
}

fn read_some(mut from: impl Read, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

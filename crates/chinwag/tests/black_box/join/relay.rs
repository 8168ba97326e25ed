//! A link that can break: what comes in on one side goes out on the other, until it does not.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Where the relay leads to: nowhere while the server is away.
type Server = Arc<Mutex<Option<SocketAddr>>>;
/// Whether nothing comes back.
type Mute = Arc<AtomicBool>;

/// See the [module](self).
pub(super) struct Relay {
    address: SocketAddr,
    server: Server,
    mute: Mute,
}

impl Relay {
    /// The connections break after so many bytes, one after the other; those beyond the list do not.
    pub(super) fn start(server: SocketAddr, cuts: &[usize]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let server: Server = Arc::new(Mutex::new(Some(server)));
        let mute = Mute::default();
        let (target, cuts) = (Arc::clone(&server), cuts.to_vec());
        let muted = Arc::clone(&mute);
        thread::spawn(move || {
            let mut cuts = cuts.into_iter().enumerate();
            for client in listener.incoming().map_while(Result::ok) {
                let to = *target.lock().expect("nobody panicked");
                if let Some(server) = to.and_then(|to| TcpStream::connect(to).ok()) {
                    link(client, server, cuts.next(), &muted);
                }
            }
        });
        Self {
            address,
            server,
            mute,
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Connections are refused from now on.
    pub(super) fn lose_server(&self) {
        *self.server.lock().expect("nobody panicked") = None;
    }

    /// What the server says is lost from now on, while the link stands.
    pub(super) fn mute(&self, on: bool) {
        self.mute.store(on, Ordering::SeqCst);
    }

    pub(super) fn find_server(&self, server: SocketAddr) {
        *self.server.lock().expect("nobody panicked") = Some(server);
    }
}

/// Every third link breaks on the way to the server, the others on the way back.
fn link(client: TcpStream, server: TcpStream, cut: Option<(usize, usize)>, mute: &Mute) {
    let (number, bytes_max) = cut.unwrap_or((0, usize::MAX));
    let (up_max, down_max) = match number % 3 {
        2 => (bytes_max / 4, usize::MAX),
        _ => (usize::MAX, bytes_max),
    };
    let (from, to) = (clone(&client), clone(&server));
    let mute = Arc::clone(mute);
    thread::spawn(move || {
        let is_cut = match up_max {
            // Inside TLS there are no lines.
            usize::MAX => copy(&from, &to, up_max, &Mute::default()),
            _ => copy_lines(&from, &to, up_max),
        };
        end(&to, &from, is_cut);
    });
    thread::spawn(move || {
        let is_cut = copy(&server, &client, down_max, &mute);
        end(&client, &server, is_cut);
    });
}

fn end(to: &TcpStream, from: &TcpStream, is_cut: bool) {
    // An orderly end of one direction leaves the other alone.
    let _ = to.shutdown(Shutdown::Write);
    if is_cut {
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    }
}

/// Returns whether the limit was reached.
fn copy(mut from: &TcpStream, mut to: &TcpStream, mut bytes_max: usize, mute: &Mute) -> bool {
    let mut chunk = [0; 512];
    while bytes_max > 0 {
        let room = chunk.len().min(bytes_max);
        match from.read(&mut chunk[..room]) {
            Ok(read) if read > 0 && mute.load(Ordering::SeqCst) => {}
            Ok(read) if read > 0 && to.write_all(&chunk[..read]).is_ok() => bytes_max -= read,
            _ => return false,
        }
    }
    true
}

/// Likewise, and no line in part: a server takes the beginning of a line before an orderly end for a
/// whole one, as the contract says.
fn copy_lines(from: &TcpStream, mut to: &TcpStream, bytes_max: usize) -> bool {
    let mut passed = 0;
    let mut lines = BufReader::new(from);
    let mut line = Vec::new();
    loop {
        line.clear();
        match lines.read_until(b'\n', &mut line) {
            Ok(read) if read > 0 && passed + read > bytes_max => return true,
            Ok(read) if read > 0 && to.write_all(&line).is_ok() => passed += read,
            _ => return false,
        }
    }
}

fn clone(stream: &TcpStream) -> TcpStream {
    stream.try_clone().expect("a descriptor is free")
}

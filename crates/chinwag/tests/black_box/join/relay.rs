//! A link that can break: what comes in on one side goes out on the other, until it does not.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

/// Where the relay leads to: nowhere while the server is away.
type Server = Arc<Mutex<Option<SocketAddr>>>;

/// See the [module](self).
pub(super) struct Relay {
    address: SocketAddr,
    server: Server,
}

impl Relay {
    /// The connections break after so many bytes of the server's, one after the other; those beyond
    /// the list do not.
    pub(super) fn start(server: SocketAddr, cuts: &[usize]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let server: Server = Arc::new(Mutex::new(Some(server)));
        let (target, cuts) = (Arc::clone(&server), cuts.to_vec());
        thread::spawn(move || {
            let mut cuts = cuts.into_iter().enumerate();
            for client in listener.incoming().map_while(Result::ok) {
                let to = *target.lock().expect("nobody panicked");
                if let Some(server) = to.and_then(|to| TcpStream::connect(to).ok()) {
                    link(client, server, cuts.next());
                }
            }
        });
        Self { address, server }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Connections are refused from now on.
    pub(super) fn lose_server(&self) {
        *self.server.lock().expect("nobody panicked") = None;
    }

    pub(super) fn find_server(&self, server: SocketAddr) {
        *self.server.lock().expect("nobody panicked") = Some(server);
    }
}

fn link(client: TcpStream, server: TcpStream, cut: Option<(usize, usize)>) {
    let upstream = (clone(&client), clone(&server));
    thread::spawn(move || {
        copy(&upstream.0, &upstream.1, usize::MAX);
        let _ = upstream.1.shutdown(Shutdown::Write);
    });
    thread::spawn(move || {
        let (number, bytes_max) = cut.unwrap_or((0, usize::MAX));
        copy(&server, &client, bytes_max);
        let is_reset = cut.is_some() && number % 2 == 0;
        for stream in [&client, &server] {
            if is_reset {
                // Closed at once, with RST, whatever is still on its way.
                let _ = set_socket_linger(stream, Some(Duration::ZERO));
            }
            if cut.is_some() {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
        let _ = client.shutdown(Shutdown::Write);
    });
}

fn copy(mut from: &TcpStream, mut to: &TcpStream, mut bytes_max: usize) {
    let mut chunk = [0; 512];
    while bytes_max > 0 {
        let room = chunk.len().min(bytes_max);
        match from.read(&mut chunk[..room]) {
            Ok(read) if read > 0 && to.write_all(&chunk[..read]).is_ok() => bytes_max -= read,
            _ => return,
        }
    }
}

fn clone(stream: &TcpStream) -> TcpStream {
    stream.try_clone().expect("a descriptor is free")
}

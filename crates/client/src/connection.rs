//! One connection, in the clear or inside TLS, from which one thread reads while another writes.
//!
//! It must not know what is said, nor whom to trust. A thread that waits for the server holds no
//! lock, and one that waits until the server takes bytes holds none that reading needs: or else two
//! sides that wait for each other would wait for good.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::ClientConnection;

/// Sealed bytes that are read at once: less than what rustls takes before plain ones are taken out.
const SEALED_BYTES: usize = 8 * 1024;

/// See the [module](self). Clones are the same connection.
#[derive(Debug)]
pub(crate) struct Connection {
    socket: TcpStream,
    tls: Option<Arc<Tls>>,
}

#[derive(Debug)]
struct Tls {
    session: Mutex<ClientConnection>,
    /// Held while sealed bytes are written, so that they go out in the order they were sealed in.
    writing: Mutex<()>,
}

impl Connection {
    pub(crate) fn plain(socket: TcpStream) -> Self {
        Self { socket, tls: None }
    }

    /// `session` is done with its handshake.
    pub(crate) fn secured(socket: TcpStream, session: ClientConnection) -> Self {
        let tls = Tls {
            session: Mutex::new(session),
            writing: Mutex::new(()),
        };
        Self {
            socket,
            tls: Some(Arc::new(tls)),
        }
    }

    /// # Errors
    ///
    /// If there is no descriptor left.
    pub(crate) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self {
            socket: self.socket.try_clone()?,
            tls: self.tls.clone(),
        })
    }

    /// Writes everything.
    ///
    /// # Errors
    ///
    /// If the connection is gone, or takes nothing for too long.
    pub(crate) fn send(&self, bytes: &[u8]) -> io::Result<()> {
        match &self.tls {
            None => (&self.socket).write_all(bytes),
            Some(tls) => tls.send(&self.socket, |session| session.writer().write_all(bytes)),
        }
    }

    /// Ends what is sent, or everything. What is gone already needs no end.
    pub(crate) fn shut_down(&self, how: Shutdown) {
        if let (Some(tls), Shutdown::Write) = (&self.tls, how) {
            let close = |session: &mut ClientConnection| {
                session.send_close_notify();
                Ok(())
            };
            let _ = tls.send(&self.socket, close);
        }
        let _ = self.socket.shutdown(how);
    }
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &self.tls {
            None => self.socket.read(buffer),
            Some(tls) => tls.read(&self.socket, buffer),
        }
    }
}

impl Tls {
    fn session(&self) -> MutexGuard<'_, ClientConnection> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(
        &self,
        mut socket: &TcpStream,
        seal: impl FnOnce(&mut ClientConnection) -> io::Result<()>,
    ) -> io::Result<()> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sealed = Vec::new();
        {
            let mut session = self.session();
            seal(&mut session)?;
            while session.wants_write() {
                session.write_tls(&mut sealed)?;
            }
        }
        socket.write_all(&sealed)
    }

    fn read(&self, mut socket: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        let mut sealed = [0; SEALED_BYTES];
        loop {
            match self.session().reader().read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return done,
            }
            let count = socket.read(&mut sealed)?;
            if count == 0 {
                return Ok(0);
            }
            self.open(&sealed[..count])?;
            if self.session().wants_write() {
                self.send(socket, |_| Ok(()))?;
            }
        }
    }

    fn open(&self, mut sealed: &[u8]) -> io::Result<()> {
        let mut session = self.session();
        while !sealed.is_empty() {
            session.read_tls(&mut sealed)?;
            let opened = session.process_new_packets();
            opened.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        }
        Ok(())
    }
}

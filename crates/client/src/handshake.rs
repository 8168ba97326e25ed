//! TLS on one connection: what is made ready before it is opened, and what the server's first bytes say.
//!
//! It must not know whether the clear would do. The decision that shaped it: a server greets whom it
//! takes for a person, a quarter of a second after the connection is open, and takes no TLS behind that.
//! So everything that takes time comes before the connection. And only words are a sign that a server
//! speaks no TLS: silence, an alert or a connection that breaks is what one that speaks it does as well, and
//! what anybody in between can bring about.

use std::io::{self, Read};
use std::net::{IpAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{AlertDescription, ClientConnection};

use crate::certificate::{Checker, Expected, Verdict};
use crate::connection::Connection;
use crate::{ClientCertificate, JoinError, Target};

/// How long a server may take for its part of the handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait behind words for the alert of a server that speaks TLS too: it has taken note by then
/// that TLS comes late from here.
const WORDS_TIME: Duration = Duration::from_secs(1);
/// More than any greeting, in bytes.
const WORDS_BYTES_MAX: usize = 4096;
/// The types of the records that come first (RFC 8446, section 5.1). No text has these bytes.
const ALERT: u8 = 0x15;
const HANDSHAKE: u8 = 0x16;

/// Why there is no connection inside TLS.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no connection at all.
    Unreached(JoinError),
    /// The server has spoken in the clear: these words.
    NoTls(String),
    /// It has turned the connection away, by an alert.
    TurnedAway,
    Certificate(Verdict),
    Io(io::Error),
}

/// A handshake that is ready to begin.
pub(crate) struct Handshake {
    checker: Arc<Checker>,
    session: ClientConnection,
}

impl Handshake {
    /// One with a server of which this is expected, and which is shown this certificate.
    pub(crate) fn prepare(
        target: &Target,
        address: Option<IpAddr>,
        (expected, shown): (Expected, Option<&ClientCertificate>),
    ) -> io::Result<Self> {
        let (checker, config) = Checker::new(expected, shown).map_err(io::Error::other)?;
        let name = server_name(target, address)?;
        let session = ClientConnection::new(config, name).map_err(io::Error::other)?;
        Ok(Self { checker, session })
    }

    pub(crate) fn shake(mut self, socket: TcpStream) -> Result<(Connection, Verdict), Failure> {
        let shaken = shake_hands(&socket, &mut self.session);
        match (shaken, self.checker.verdict()) {
            (Ok(()), Some(verdict)) => Ok((Connection::secured(socket, self.session), verdict)),
            (_, Some(verdict @ (Verdict::Changed(_) | Verdict::Wrong(_)))) => {
                Err(Failure::Certificate(verdict))
            }
            (Ok(()), None) => Err(Failure::Io(io::Error::other("it showed no certificate"))),
            (Err(failure), _) => Err(failure),
        }
    }
}

fn shake_hands(mut socket: &TcpStream, session: &mut ClientConnection) -> Result<(), Failure> {
    let timeout = |time| socket.set_read_timeout(time).map_err(Failure::Io);
    timeout(Some(HANDSHAKE_TIMEOUT))?;
    while session.wants_write() {
        session.write_tls(&mut socket).map_err(Failure::Io)?;
    }
    let mut first = [0];
    match socket.peek(&mut first).map_err(plainly)? {
        0 => return Err(plainly(io::ErrorKind::UnexpectedEof.into())),
        _ if matches!(first[0], ALERT | HANDSHAKE) => {}
        _ => return Err(Failure::NoTls(words(socket))),
    }
    while session.is_handshaking() {
        session.complete_io(&mut socket).map_err(plainly)?;
    }
    timeout(None)
}

/// What went wrong, in words that the system does not have for it.
fn plainly(error: io::Error) -> Failure {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    let words = match (inner, error.kind()) {
        (Some(rustls::Error::AlertReceived(AlertDescription::AccessDenied)), _) => {
            return Failure::TurnedAway;
        }
        (_, io::ErrorKind::UnexpectedEof) => "it closed the connection",
        (_, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => "it does not answer",
        _ => return Failure::Io(error),
    };
    Failure::Io(io::Error::new(error.kind(), words))
}

/// What a server says in the clear, up to the alert with which it answers TLS that came late.
fn words(mut socket: &TcpStream) -> String {
    let until = Instant::now() + WORDS_TIME;
    let (mut heard, mut chunk) = (Vec::new(), [0; 512]);
    while heard.len() < WORDS_BYTES_MAX && !heard.contains(&ALERT) {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || socket.set_read_timeout(Some(left)).is_err() {
            break;
        }
        match socket.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(count) => heard.extend(&chunk[..count]),
        }
    }
    let end = heard.iter().position(|byte| *byte == ALERT);
    heard.truncate(end.unwrap_or(heard.len()));
    String::from_utf8_lossy(&heard).into_owned()
}

fn server_name(target: &Target, address: Option<IpAddr>) -> io::Result<ServerName<'static>> {
    // A zone (`%eth0`) is this machine's affair, and a name of other letters is no name to TLS.
    let host = target.host().split('%').next().unwrap_or_default();
    match (ServerName::try_from(host.to_owned()), address) {
        (Ok(name), _) => Ok(name),
        (Err(_), Some(address)) => Ok(ServerName::IpAddress(address.into())),
        (Err(error), None) => Err(io::Error::other(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// What a handshake makes of a server that answers with this.
    fn answered(words: &'static [u8]) -> Failure {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let _ = socket.read(&mut [0; 4096]);
            let _ = socket.write_all(words);
        });
        let target = address.to_string().parse().unwrap();
        let handshake = Handshake::prepare(&target, None, (Expected::First, None)).unwrap();
        let failure = handshake.shake(TcpStream::connect(address).unwrap());
        server.join().unwrap();
        failure.map(|_| ()).unwrap_err()
    }

    #[test]
    fn words_alone_are_a_sign_of_no_tls() {
        let late_alert = b"Welcome to chat\n\x15\x03\x03\x00\x02\x02\x46";
        for words in [&b"Welcome to chat\n"[..], late_alert] {
            let failure = answered(words);
            assert!(
                matches!(&failure, Failure::NoTls(words) if words == "Welcome to chat\n"),
                "{failure:?}"
            );
        }
        let cut = &[0x16, 0x03, 0x03, 0x00, 0x7a, 0x02];
        let version = &[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46];
        let handshake_failure = &[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28];
        for words in [&b""[..], cut, version, handshake_failure] {
            let failure = answered(words);
            assert!(matches!(failure, Failure::Io(_)), "{words:x?}: {failure:?}");
        }
        let denied = &[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x31];
        assert!(matches!(answered(denied), Failure::TurnedAway));
    }
}

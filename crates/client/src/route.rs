//! The way to a server: in the clear, or inside TLS with a certificate that is right.
//!
//! The first connection finds out which ([`Route::find`]); every further one of the same session goes
//! the same way, so that a lost link never comes back weaker than it was. Unless it is told, a client
//! tries TLS first, but not with a server on this machine. One that speaks none pays a connection that
//! it turns away, at the first meeting; a server that is known by its certificate is never joined in
//! the clear.

use std::io;
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use rustls::ClientConnection;
use rustls::pki_types::ServerName;

use crate::certificate::{Checker, Expected, Verdict};
use crate::connection::Connection;
use crate::dial::dial;
use crate::error::Changed;
use crate::known_hosts::{self, Known};
use crate::{ClientCertificate, JoinError, Target};

/// How long a server may take for its part of the handshake. One that says nothing at all for so long
/// speaks no TLS.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Whether to encrypt, and whom to trust.
#[derive(Debug, Clone, Default)]
pub struct TlsOptions {
    /// Never in the clear, not even at the first meeting. A certificate to be shown implies it.
    pub always: bool,
    /// The certificate that the server is shown, if it asks for one.
    pub certificate: Option<ClientCertificate>,
    /// Take any certificate.
    pub insecure: bool,
    /// The file of servers that are known; without one nothing is remembered.
    pub known_hosts: Option<PathBuf>,
}

/// See the [module](self).
#[derive(Debug, Clone)]
pub(crate) struct Route {
    target: Target,
    way: Way,
    certificate: Option<ClientCertificate>,
}

#[derive(Debug, Clone, Copy)]
enum Way {
    Clear,
    Tls(Expected),
}

/// Why there is no connection inside TLS.
enum Failure {
    /// The server speaks something else.
    NoTls,
    Certificate(Verdict),
    Io(io::Error),
}

impl Route {
    /// Connects for the first time. Returns the way to connect again, too, and what a person should
    /// know about it.
    ///
    /// # Errors
    ///
    /// See [`JoinError`].
    pub(crate) fn find(
        target: &Target,
        options: &TlsOptions,
    ) -> Result<(Self, Connection, Option<String>), JoinError> {
        if options.insecure {
            let route = Self::new(target, options, Way::Tls(Expected::Any));
            let connection = route.dial()?;
            let note = "--insecure: the certificate is not checked. The connection is encrypted, but \
                        the other end of it may be anybody.";
            return Ok((route, connection, Some(note.to_owned())));
        }
        let known = options.known_hosts.as_ref().map_or(Ok(None), |path| {
            known_hosts::look_up(path, target).map_err(|source| JoinError::KnownHosts {
                path: path.clone(),
                source,
            })
        })?;
        let socket = dial(target)?;
        let peer = socket.peer_addr();
        let is_near = peer.is_ok_and(|peer| peer.ip().to_canonical().is_loopback());
        let always = options.always || options.certificate.is_some();
        let (expected, may_be_clear) = match Attempt::of(known, always, is_near) {
            Attempt::Clear => {
                let route = Self::new(target, options, Way::Clear);
                return Ok((route, Connection::plain(socket), None));
            }
            Attempt::TlsFirst => (Expected::First, true),
            Attempt::TlsOnly(expected) => (expected, false),
        };
        match secure(socket, target, (expected, options.certificate.as_ref())) {
            Ok((connection, Verdict::Right(now))) => {
                let note = learn(target, options, known, now);
                let route = Self::new(target, options, Way::Tls(Expected::Known(now)));
                Ok((route, connection, note))
            }
            Err(Failure::NoTls) if may_be_clear => {
                let note = format!("{target} speaks no TLS: this connection is not encrypted.");
                let route = Self::new(target, options, Way::Clear);
                let connection = route.dial()?;
                Ok((route, connection, Some(note)))
            }
            Ok((_, verdict)) => Err(refusal(
                target,
                options,
                known,
                Failure::Certificate(verdict),
            )),
            Err(failure) => Err(refusal(target, options, known, failure)),
        }
    }

    fn new(target: &Target, options: &TlsOptions, way: Way) -> Self {
        Self {
            target: target.clone(),
            way,
            certificate: options.certificate.clone(),
        }
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Connects again.
    ///
    /// # Errors
    ///
    /// See [`JoinError`].
    pub(crate) fn dial(&self) -> Result<Connection, JoinError> {
        let socket = dial(&self.target)?;
        match self.way {
            Way::Clear => Ok(Connection::plain(socket)),
            Way::Tls(expected) => {
                let known = match expected {
                    Expected::Known(known) => Some(known),
                    Expected::First | Expected::Any => None,
                };
                let shown = self.certificate.as_ref();
                let secured = secure(socket, &self.target, (expected, shown));
                let secured = secured.map(|(connection, _)| connection);
                secured.map_err(|failure| {
                    refusal(&self.target, &TlsOptions::default(), known, failure)
                })
            }
        }
    }
}

/// What the first connection tries.
#[derive(Debug, PartialEq, Eq)]
enum Attempt {
    Clear,
    /// TLS, and if the server speaks none, the clear.
    TlsFirst,
    TlsOnly(Expected),
}

impl Attempt {
    /// `is_near` says that the server is on this machine, so that nobody is in between.
    fn of(known: Option<Known>, always: bool, is_near: bool) -> Self {
        match known {
            Some(known) => Self::TlsOnly(Expected::Known(known)),
            None if always => Self::TlsOnly(Expected::First),
            None if is_near => Self::Clear,
            None => Self::TlsFirst,
        }
    }
}

/// Remembers how a server is known now, and says what is new about it.
fn learn(
    target: &Target,
    options: &TlsOptions,
    known: Option<Known>,
    now: Known,
) -> Option<String> {
    if known == Some(now) {
        return None;
    }
    let mut note = match now {
        Known::By(fingerprint) => Some(format!(
            "{target} is met for the first time, and known from now on by its certificate:\n  SHA256 {fingerprint}\n\
             Its operator can say whether that is right (\"chinwag fingerprint\")."
        )),
        Known::Trusted if known.is_some() => Some(format!(
            "{target} has a certificate now that this system trusts."
        )),
        Known::Trusted => None,
    };
    let remembered = match &options.known_hosts {
        Some(path) => known_hosts::remember(path, target, now),
        None => Err(io::Error::new(
            io::ErrorKind::NotFound,
            "there is no home folder",
        )),
    };
    if let Err(error) = remembered {
        let lost = format!("{target} cannot be remembered: {error}.");
        note = Some(note.map_or(lost.clone(), |note| format!("{note}\n{lost}")));
    }
    note
}

fn refusal(
    target: &Target,
    options: &TlsOptions,
    known: Option<Known>,
    failure: Failure,
) -> JoinError {
    let target = target.clone();
    match failure {
        Failure::NoTls => JoinError::NoTls { target },
        Failure::Certificate(Verdict::Changed(seen)) => {
            let known = match known {
                Some(Known::By(fingerprint)) => Some(fingerprint),
                Some(Known::Trusted) | None => None,
            };
            let file = options.known_hosts.clone();
            JoinError::Changed(Box::new(Changed {
                target,
                known,
                seen,
                file,
            }))
        }
        Failure::Certificate(Verdict::Wrong(fault)) => JoinError::Untrusted { target, fault },
        Failure::Certificate(Verdict::Right(_) | Verdict::Unchecked) => JoinError::NoTls { target },
        Failure::Io(source) => JoinError::Connect { target, source },
    }
}

/// Shakes hands with a server of which this is expected, and which is shown this certificate.
fn secure(
    socket: TcpStream,
    target: &Target,
    (expected, shown): (Expected, Option<&ClientCertificate>),
) -> Result<(Connection, Verdict), Failure> {
    let broken = |error: rustls::Error| Failure::Io(io::Error::other(error));
    let (checker, config) = Checker::new(expected, shown).map_err(broken)?;
    let name = server_name(target, &socket).map_err(Failure::Io)?;
    let mut session = ClientConnection::new(config, name).map_err(broken)?;
    let shaken = shake_hands(&socket, &mut session);
    match (shaken, checker.verdict()) {
        (Ok(()), Some(verdict)) => Ok((Connection::secured(socket, session), verdict)),
        (_, Some(verdict @ (Verdict::Changed(_) | Verdict::Wrong(_)))) => {
            Err(Failure::Certificate(verdict))
        }
        (Ok(()), None) => Err(Failure::NoTls),
        (Err(failure), _) => Err(failure),
    }
}

fn shake_hands(mut socket: &TcpStream, session: &mut ClientConnection) -> Result<(), Failure> {
    let timeout = |time| socket.set_read_timeout(time).map_err(Failure::Io);
    timeout(Some(HANDSHAKE_TIMEOUT))?;
    while session.wants_write() {
        session.write_tls(&mut socket).map_err(Failure::Io)?;
    }
    if !is_answered_in_tls(socket) {
        return Err(Failure::NoTls);
    }
    while session.is_handshaking() {
        session.complete_io(&mut socket).map_err(Failure::Io)?;
    }
    timeout(None)
}

/// Whether the server's first byte is that of a handshake (RFC 8446, section 5.1). A server that
/// speaks no TLS answers in its own words, with an alert, or not at all.
fn is_answered_in_tls(socket: &TcpStream) -> bool {
    let mut first = [0];
    matches!(socket.peek(&mut first), Ok(1)) && first[0] == 0x16
}

fn server_name(target: &Target, socket: &TcpStream) -> io::Result<ServerName<'static>> {
    // A zone (`%eth0`) is this machine's affair, and a name of other letters is no name to TLS.
    let host = target.host().split('%').next().unwrap_or_default();
    match ServerName::try_from(host.to_owned()) {
        Ok(name) => Ok(name),
        Err(_) => Ok(ServerName::IpAddress(socket.peer_addr()?.ip().into())),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn who_is_known_is_never_joined_in_the_clear() {
        for (always, is_near) in [(false, false), (false, true), (true, false), (true, true)] {
            let only = Attempt::TlsOnly(Expected::Known(Known::Trusted));
            assert_eq!(Attempt::of(Some(Known::Trusted), always, is_near), only);
        }
        let first = Attempt::TlsOnly(Expected::First);
        assert_eq!(Attempt::of(None, true, true), first);
        assert_eq!(Attempt::of(None, false, true), Attempt::Clear);
        assert_eq!(Attempt::of(None, false, false), Attempt::TlsFirst);
    }

    /// What a handshake makes of a server that answers with this.
    fn answered(words: &'static [u8]) -> Failure {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let _ = socket.read(&mut [0; 4096]);
            let _ = socket.write_all(words);
        });
        let socket = TcpStream::connect(address).unwrap();
        let target = address.to_string().parse().unwrap();
        let failure = secure(socket, &target, (Expected::First, None))
            .map(|_| ())
            .unwrap_err();
        server.join().unwrap();
        failure
    }

    #[test]
    fn a_server_that_speaks_no_tls_is_told_from_one_that_fails() {
        let older_chinwag = &[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46];
        for words in [&b""[..], b"Welcome to chat\n", older_chinwag] {
            assert!(matches!(answered(words), Failure::NoTls), "{words:x?}");
        }
        let cut = &[0x16, 0x03, 0x03, 0x00, 0x7a, 0x02];
        assert!(matches!(answered(cut), Failure::Io(_)));
    }
}

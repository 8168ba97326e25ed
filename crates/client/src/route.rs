//! The way to a server: in the clear, or inside TLS with a certificate that is right.
//!
//! The first connection finds out which ([`Route::find`]); every further one of the same session goes
//! the same way, so that a lost link never comes back weaker than it was. Unless it is told, a client
//! tries TLS first, but not with a server on this machine. One that greets in the clear instead is tried
//! again, since it may not have waited for TLS long enough; then it is joined in the clear, but no password
//! is sent there, for somebody in between can make TLS fail. A server that is known by its certificate is
//! never joined in the clear.

use std::io;
use std::path::PathBuf;

use crate::certificate::{Expected, Verdict};
use crate::connection::Connection;
use crate::dial::{connect, dial, resolve};
use crate::error::Changed;
use crate::filter::spelled_out;
use crate::handshake::{Failure, Handshake};
use crate::heard::is_greeting;
use crate::known_hosts::{self, Known};
use crate::{ClientCertificate, JoinError, Target};

/// Whether to encrypt, and whom to trust.
#[derive(Debug, Clone, Default)]
pub struct TlsOptions {
    /// Never in the clear, not even at the first meeting. A certificate to be shown implies it, and so does
    /// a password.
    pub always: bool,
    /// In the clear, with passwords and all.
    pub never: bool,
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
    options: TlsOptions,
}

#[derive(Debug, Clone, Copy)]
enum Way {
    /// `is_meant` unless it is so only because the server seems to speak no TLS.
    Clear {
        is_meant: bool,
    },
    Tls(Expected),
}

/// A way, the connection that was found on it, and what a person should know about it.
type Found = (Route, Connection, Option<String>);

impl Route {
    /// Connects for the first time. `has_password` says that there is one to give.
    ///
    /// # Errors
    ///
    /// See [`JoinError`].
    pub(crate) fn find(
        target: &Target,
        options: &TlsOptions,
        has_password: bool,
    ) -> Result<Found, JoinError> {
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
        if options.never && known.is_some() {
            return Err(JoinError::Known {
                target: target.clone(),
                file: options.known_hosts.clone().unwrap_or_default(),
            });
        }
        let mut addresses = resolve(target)?.into_iter();
        let is_near = addresses.all(|address| address.ip().to_canonical().is_loopback());
        let attempt = match options.never {
            true => Attempt::Clear,
            false => {
                let always = options.always || options.certificate.is_some();
                Attempt::of(known, always, is_near)
            }
        };
        match attempt {
            Attempt::Clear => Self::clear(target, options, true),
            Attempt::TlsFirst => Self::tls(target, options, None, (true, has_password)),
            Attempt::TlsOnly => Self::tls(target, options, known, (false, has_password)),
        }
    }

    fn clear(target: &Target, options: &TlsOptions, is_meant: bool) -> Result<Found, JoinError> {
        let route = Self::new(target, options, Way::Clear { is_meant });
        let connection = route.dial()?;
        let note = format!("{target} speaks no TLS: this connection is not encrypted.");
        Ok((route, connection, (!is_meant).then_some(note)))
    }

    fn tls(
        target: &Target,
        options: &TlsOptions,
        known: Option<Known>,
        (may_be_clear, has_password): (bool, bool),
    ) -> Result<Found, JoinError> {
        let expected = known.map_or(Expected::First, Expected::Known);
        let refused = |failure| Err(refusal(target, options, known, failure));
        match secure(target, (expected, options.certificate.as_ref())) {
            Ok((connection, Verdict::Right(now))) => {
                let note = learn(target, options, known, now);
                let route = Self::new(target, options, Way::Tls(Expected::Known(now)));
                Ok((route, connection, note))
            }
            Err(Failure::NoTls(words)) if may_be_clear && is_greeting(&words) => match has_password
            {
                true => Err(JoinError::Exposed {
                    target: target.clone(),
                }),
                false => Self::clear(target, options, false),
            },
            Ok((_, verdict)) => refused(Failure::Certificate(verdict)),
            Err(failure) => refused(failure),
        }
    }

    fn new(target: &Target, options: &TlsOptions, way: Way) -> Self {
        Self {
            target: target.clone(),
            way,
            options: options.clone(),
        }
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Whether a password may go this way.
    pub(crate) fn takes_passwords(&self) -> bool {
        !matches!(self.way, Way::Clear { is_meant: false })
    }

    /// Connects again.
    ///
    /// # Errors
    ///
    /// See [`JoinError`].
    pub(crate) fn dial(&self) -> Result<Connection, JoinError> {
        match self.way {
            Way::Clear { .. } => dial(&self.target).map(Connection::plain),
            Way::Tls(expected) => {
                let known = match expected {
                    Expected::Known(known) => Some(known),
                    Expected::First | Expected::Any => None,
                };
                let shown = self.options.certificate.as_ref();
                let secured = secure(&self.target, (expected, shown));
                let secured = secured.map(|(connection, _)| connection);
                secured.map_err(|failure| refusal(&self.target, &self.options, known, failure))
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
    TlsOnly,
}

impl Attempt {
    /// `is_near` says that the server is on this machine, so that nobody is in between.
    fn of(known: Option<Known>, always: bool, is_near: bool) -> Self {
        match known {
            Some(_) => Self::TlsOnly,
            None if always => Self::TlsOnly,
            None if is_near => Self::Clear,
            None => Self::TlsFirst,
        }
    }
}

/// Connects inside TLS to a server of which this is expected, and which is shown this certificate. One that
/// has spoken in the clear is tried once more: it gives TLS from here more time then.
fn secure(
    target: &Target,
    way: (Expected, Option<&ClientCertificate>),
) -> Result<(Connection, Verdict), Failure> {
    let once = || {
        let addresses = resolve(target).map_err(Failure::Unreached)?;
        let address = addresses.first().map(|address| address.ip());
        let handshake = Handshake::prepare(target, address, way).map_err(Failure::Io)?;
        handshake.shake(connect(target, addresses).map_err(Failure::Unreached)?)
    };
    match once() {
        Err(Failure::NoTls(words)) => match once() {
            // It is gone meanwhile, and its words stand.
            Err(Failure::Unreached(_)) => Err(Failure::NoTls(words)),
            second => second,
        },
        first => first,
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
    let remembered = match &options.known_hosts {
        Some(path) => known_hosts::remember(path, target, now),
        None => Err(io::Error::new(
            io::ErrorKind::NotFound,
            "there is no home folder",
        )),
    };
    let from_now_on = match &remembered {
        Ok(()) => ", and known from now on by its certificate",
        Err(_) => "; its certificate is",
    };
    let note = match now {
        Known::By(fingerprint) => Some(format!(
            "{target} is met for the first time{from_now_on}:\n  SHA256 {fingerprint}\n\
             Its operator can say whether that is right (\"chinwag fingerprint\")."
        )),
        Known::Trusted if known.is_some() => Some(format!(
            "{target} has a certificate now that this system trusts."
        )),
        Known::Trusted => None,
    };
    let lost = remembered.err();
    let lost = lost.map(|error| format!("{target} cannot be remembered: {error}."));
    let notes: Vec<String> = note.into_iter().chain(lost).collect();
    (!notes.is_empty()).then(|| notes.join("\n"))
}

/// Enough of what a server has said instead of TLS.
const WORDS_CHARS_MAX: usize = 200;

fn refusal(
    target: &Target,
    options: &TlsOptions,
    known: Option<Known>,
    failure: Failure,
) -> JoinError {
    let target = target.clone();
    match failure {
        Failure::Unreached(error) => error,
        Failure::NoTls(words) if is_greeting(&words) => JoinError::NoTls { target },
        Failure::NoTls(words) => {
            let words = first_line(&words);
            JoinError::Unsealed { target, words }
        }
        Failure::TurnedAway => JoinError::TurnedAway { target },
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
        Failure::Io(source) => {
            let must = known.is_some() || options.always || options.certificate.is_some();
            JoinError::Handshake {
                target,
                may_be_clear: !must,
                source,
            }
        }
    }
}

/// The first line of what a server has said, with nothing that a terminal would obey.
fn first_line(words: &str) -> String {
    let line = words.lines().next().unwrap_or_default();
    let short: String = line.chars().take(WORDS_CHARS_MAX).collect();
    spelled_out(&short)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn who_cannot_be_remembered_is_not_said_to_be_known_from_now_on() {
        let target: Target = "host".parse().unwrap();
        let now = Known::Trusted;
        let options = TlsOptions::default();
        let told = learn(&target, &options, None, now).unwrap();
        let lost = "host:8989 cannot be remembered: there is no home folder.";
        assert_eq!(told, lost);
        let now = Known::By(crate::Fingerprint([0xab; 32]));
        let told = learn(&target, &options, None, now).unwrap();
        assert!(
            told.contains("; its certificate is:\n  SHA256 AB:"),
            "{told}"
        );
        assert!(told.ends_with(lost), "{told}");
    }

    #[test]
    fn who_is_known_is_never_joined_in_the_clear() {
        for (always, is_near) in [(false, false), (false, true), (true, false), (true, true)] {
            let known = Some(Known::Trusted);
            assert_eq!(Attempt::of(known, always, is_near), Attempt::TlsOnly);
        }
        assert_eq!(Attempt::of(None, true, true), Attempt::TlsOnly);
        assert_eq!(Attempt::of(None, false, true), Attempt::Clear);
        assert_eq!(Attempt::of(None, false, false), Attempt::TlsFirst);
    }

    /// What a first meeting makes of a server that says this to each connection, once it has heard
    /// something, and what that has heard.
    fn met(
        said: &'static [u8],
        known: Option<Known>,
        has_password: bool,
    ) -> (Result<Found, JoinError>, Vec<u8>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = listener.local_addr().unwrap().to_string().parse().unwrap();
        let server = thread::spawn(move || {
            let mut types = Vec::new();
            loop {
                let (mut socket, _) = listener.accept().unwrap();
                let mut heard = [0; 4096];
                match socket.read(&mut heard) {
                    Ok(0) | Err(_) => return types,
                    Ok(_) => types.push(heard[0]),
                }
                let _ = socket.write_all(said);
            }
        });
        let options = TlsOptions::default();
        let may_be_clear = known.is_none();
        let found = Route::tls(&target, &options, known, (may_be_clear, has_password));
        if let Ok((_, connection, _)) = &found {
            connection.shut_down(std::net::Shutdown::Both);
        } else {
            drop(dial(&target).unwrap());
        }
        (found, server.join().unwrap())
    }

    const GREETING: &[u8] = b"Welcome to chat: nobody here yet.\n";
    const TLS: u8 = 0x16;

    #[test]
    fn who_greets_is_asked_twice_and_then_joined_in_the_clear_without_a_password() {
        let (found, heard) = met(GREETING, None, false);
        let (route, _, note) = found.unwrap();
        assert!(
            note.unwrap()
                .ends_with("speaks no TLS: this connection is not encrypted.")
        );
        assert!(!route.takes_passwords());
        assert_eq!(heard, [TLS, TLS]);
        let (found, heard) = met(GREETING, None, true);
        assert!(matches!(found, Err(JoinError::Exposed { .. })));
        assert_eq!(heard, [TLS, TLS]);
        let (found, _) = met(GREETING, Some(Known::Trusted), false);
        assert!(matches!(found, Err(JoinError::NoTls { .. })));
    }

    #[test]
    fn an_alert_or_an_end_is_no_sign_of_no_tls() {
        for said in [&b""[..], b"\x15\x03\x03\x00\x02\x02\x28"] {
            for known in [None, Some(Known::Trusted)] {
                let (found, heard) = met(said, known, false);
                assert!(matches!(found, Err(JoinError::Handshake { .. })));
                assert_eq!(heard, [TLS]);
            }
        }
        let denied = b"\x15\x03\x03\x00\x02\x02\x31";
        let (found, _) = met(denied, Some(Known::Trusted), false);
        assert!(matches!(found, Err(JoinError::TurnedAway { .. })));
    }

    #[test]
    fn words_that_are_no_greeting_are_told_and_nothing_is_sent() {
        for known in [None, Some(Known::Trusted)] {
            let (found, heard) = met(b"Too \x1bmany.\nMore.\n", known, false);
            let words = found.map(|_| ()).unwrap_err().to_string();
            assert!(words.contains("\"Too \\x1bmany.\""), "{words}");
            assert_eq!(heard, [TLS, TLS]);
        }
    }
}

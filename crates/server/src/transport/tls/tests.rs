//! TLS against the client of rustls, over a pipe in memory that can be cut at any byte, takes as
//! little as it is told to, and shows what went over it.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex};

use chinwag_core::{Duration, Monotonic, QuitReason};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, Error, SupportedProtocolVersion};

use super::*;
use crate::transport::{Read, Ready, Transport};

/// Both directions of a connection.
#[derive(Debug, Default)]
struct Pipe {
    to_server: VecDeque<u8>,
    to_client: Vec<u8>,
    /// Bytes that are taken until somebody makes room.
    room: usize,
    fin: bool,
    is_shut: bool,
}

#[derive(Clone, Debug, Default)]
struct Shared(Arc<Mutex<Pipe>>);

impl Shared {
    fn with<R>(&self, act: impl FnOnce(&mut Pipe) -> R) -> R {
        act(&mut self.0.lock().expect("a pipe"))
    }
}

impl Stream for Shared {
    fn try_read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.with(|pipe| {
            let n = pipe.to_server.len().min(buffer.len());
            if n == 0 && !pipe.fin {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            for (place, byte) in buffer.iter_mut().zip(pipe.to_server.drain(..n)) {
                *place = byte;
            }
            Ok(n)
        })
    }

    fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|pipe| {
            let n = bytes.len().min(pipe.room);
            if n == 0 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            pipe.room -= n;
            pipe.to_client.extend_from_slice(&bytes[..n]);
            Ok(n)
        })
    }

    fn shut_down_write(&mut self) {
        self.with(|pipe| pipe.is_shut = true);
    }
}

/// Makes the certificate that all clients here trust.
static SERVER: LazyLock<MemoryServer> =
    LazyLock::new(|| MemoryServer::new().expect("a certificate"));

const NOW: Monotonic = Monotonic(7);
const PLENTY: usize = usize::MAX / 2;
const VERSIONS: [&SupportedProtocolVersion; 2] = [&rustls::version::TLS12, &rustls::version::TLS13];

/// A client and a server, and what is between them.
struct World {
    client: ClientConnection,
    server: Transport,
    pipe: Shared,
}

impl World {
    /// Before the handshake.
    fn new(config: ClientConfig) -> Self {
        let pipe = Shared::default();
        pipe.with(|pipe| pipe.room = PLENTY);
        let mut server = Transport::new(AnyStream::Other(Box::new(pipe.clone())));
        server.secure(Vec::new(), SERVER.tls());
        let name = ServerName::try_from("memory").expect("a name");
        Self {
            client: ClientConnection::new(Arc::new(config), name).expect("a client"),
            server,
            pipe,
        }
    }

    fn with_version(version: &'static SupportedProtocolVersion) -> Self {
        Self::new(client_config(version, None))
    }

    /// Behind the handshake, with all that follows it.
    fn secured(version: &'static SupportedProtocolVersion) -> Self {
        let mut world = Self::with_version(version);
        world.shake_hands(usize::MAX);
        world
    }

    /// Goes on until nobody has anything to say; the server reads so many bytes at a time.
    fn shake_hands(&mut self, chunk: usize) {
        for _ in 0..4 {
            assert_eq!(self.send(chunk), b"");
            self.receive().expect("a handshake");
        }
        assert!(!self.client.is_handshaking() && self.server.secured().is_some());
    }

    /// Has the server read what the client has to send, and returns the plain bytes.
    fn send(&mut self, chunk: usize) -> Vec<u8> {
        let mut sealed = Vec::new();
        while self.client.wants_write() {
            self.client.write_tls(&mut sealed).expect("memory");
        }
        let mut plain = Vec::new();
        for part in sealed.chunks(chunk) {
            self.pipe.with(|pipe| pipe.to_server.extend(part));
            plain.extend(self.read());
        }
        plain
    }

    /// Has the server read all that is there.
    fn read(&mut self) -> Vec<u8> {
        let ready = Ready {
            readable: true,
            closed: self.pipe.with(|pipe| pipe.fin),
            dead: false,
            writable: false,
        };
        self.server.handle_ready(ready, NOW);
        let (mut buffer, mut plain) = (vec![0; 64 << 10], Vec::new());
        while self.server.is_readable() {
            if let Read::Bytes(n) = self.server.read(&mut buffer, NOW) {
                plain.extend_from_slice(&buffer[..n]);
            }
        }
        plain
    }

    /// Has the client read what the server has sent, and returns the plain bytes.
    fn receive(&mut self) -> Result<Vec<u8>, Error> {
        let sealed = self.pipe.with(|pipe| std::mem::take(&mut pipe.to_client));
        let (mut rest, mut plain) = (&sealed[..], Vec::new());
        while !rest.is_empty() {
            self.client.read_tls(&mut rest).expect("memory");
            self.client.process_new_packets()?;
            // The end of it is `WouldBlock`.
            let _ = io::Read::read_to_end(&mut self.client.reader(), &mut plain);
        }
        Ok(plain)
    }

    fn say(&mut self, words: &[u8]) {
        io::Write::write_all(&mut self.client.writer(), words).expect("memory");
    }

    fn make_room(&mut self, room: usize) -> bool {
        self.pipe.with(|pipe| pipe.room = room);
        let ready = Ready {
            readable: false,
            closed: false,
            dead: false,
            writable: true,
        };
        self.server.handle_ready(ready, NOW)
    }
}

fn client_config(
    version: &'static SupportedProtocolVersion,
    own: Option<rustls::sign::CertifiedKey>,
) -> ClientConfig {
    let builder = SERVER.client(version).expect("a version");
    match own {
        None => builder.with_no_client_auth(),
        Some(own) => {
            builder.with_client_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(own)))
        }
    }
}

#[test]
fn bytes_go_both_ways_wherever_the_records_are_cut() {
    for version in VERSIONS {
        for chunk in [1, 7, usize::MAX] {
            let mut world = World::with_version(version);
            world.shake_hands(chunk);
            world.say(b"hello");
            world.say(b" there");
            assert_eq!(world.send(chunk), b"hello there");
            assert_eq!(world.server.write(b"general", NOW), 7);
            assert_eq!(world.receive().expect("records"), b"general");
        }
    }
}

#[test]
fn many_records_are_one_read() {
    let mut world = World::secured(&rustls::version::TLS13);
    let lines: Vec<u8> = (0..500)
        .flat_map(|n| format!("line {n}\n").into_bytes())
        .collect();
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        world.say(line);
    }
    assert_eq!(world.send(usize::MAX), lines);
    let long = vec![b'x'; 200_000];
    assert_eq!(world.server.write(&long, NOW), long.len());
    assert_eq!(world.receive().expect("records"), long);
}

/// Of thousands who come at once most wait for their first byte.
#[test]
fn memory_for_a_handshake_is_taken_when_it_begins() {
    let pipe = Shared::default();
    let below = AnyStream::Other(Box::new(pipe.clone()));
    let mut stream = TlsStream::new(below, Vec::new(), SERVER.tls());
    let mut read = |sent: &[u8]| {
        pipe.with(|pipe| pipe.to_server.extend(sent));
        let error = stream.try_read(&mut [0; 64]).expect_err("no plain bytes");
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        (
            matches!(stream.state, TlsState::New(_)),
            matches!(stream.state, TlsState::Hello(_)),
        )
    };
    assert_eq!(read(b""), (true, false));
    assert_eq!(read(b"\x16"), (false, true));
}

#[test]
fn what_was_read_before_the_handshake_belongs_to_it() {
    let mut world = World::with_version(&rustls::version::TLS13);
    let mut hello = Vec::new();
    world.client.write_tls(&mut hello).expect("memory");
    let pipe = world.pipe.clone();
    world.server = Transport::new(AnyStream::Other(Box::new(pipe)));
    world.server.secure(hello, SERVER.tls());
    assert_eq!(world.read(), b"");
    world.receive().expect("a handshake");
    world.shake_hands(usize::MAX);
}

#[test]
fn a_record_that_is_not_taken_whole_waits_and_nothing_is_lost_or_doubled() {
    let mut world = World::secured(&rustls::version::TLS13);
    let long: Vec<u8> = (0..50_000_u32).map(|n| n as u8).collect();
    world.pipe.with(|pipe| pipe.room = 100);
    let mut done = world.server.write(&long, NOW);
    assert!(
        done > 100 && done <= PLAIN_BYTES_MAX,
        "{done}: one record waits"
    );
    assert!(!world.server.takes_bytes() && !world.server.is_flushed());
    let stall_time = Duration::from_secs(30);
    assert_eq!(
        world.server.stall_deadline(stall_time),
        Some(NOW + stall_time)
    );
    assert!(!world.make_room(100), "the record is not out yet");
    assert!(!world.server.takes_bytes());
    let mut rounds = 0;
    while done < long.len() || !world.server.is_flushed() {
        world.make_room(1000);
        done += world.server.write(&long[done..], NOW);
        rounds += 1;
    }
    assert!(rounds >= 50, "{rounds}");
    assert_eq!(world.server.stall_deadline(stall_time), None);
    assert_eq!(world.receive().expect("records"), long);
}

#[test]
fn to_close_is_said_and_heard() {
    for version in VERSIONS {
        let mut world = World::secured(version);
        world.say(b"last");
        world.client.send_close_notify();
        assert_eq!(world.send(usize::MAX), b"last");
        assert!(world.server.has_ended());
        // What it has asked for is still answered.
        assert_eq!(world.server.write(b"bye", NOW), 3);
        world.server.shut_down_write();
        assert!(world.pipe.with(|pipe| pipe.is_shut));
        assert_eq!(world.receive().expect("records"), b"bye");
        let state = world.client.process_new_packets().expect("records");
        assert!(state.peer_has_closed());
    }
}

#[test]
fn a_client_that_just_goes_has_ended_too() {
    let mut world = World::secured(&rustls::version::TLS13);
    world.say(b"last");
    world.pipe.with(|pipe| pipe.fin = true);
    assert_eq!(world.send(usize::MAX), b"last");
    assert!(world.server.has_ended() && world.server.failure().is_none());
}

#[test]
fn garbage_ends_the_connection_behind_what_was_good() {
    for garbage in [&b"\x17\x03\x03\x00\x03abc"[..], b"hello\n", &[0xff; 70_000]] {
        let mut world = World::secured(&rustls::version::TLS13);
        world.say(b"good");
        let mut sealed = Vec::new();
        world.client.write_tls(&mut sealed).expect("memory");
        sealed.extend_from_slice(garbage);
        world.pipe.with(|pipe| pipe.to_server.extend(sealed));
        assert_eq!(world.read(), b"good");
        assert_eq!(world.server.failure(), Some(&QuitReason::Lost));
        let told = world.receive().expect_err("an alert");
        assert!(matches!(told, Error::AlertReceived(_)), "{told}");
    }
}

#[test]
fn a_hello_that_is_none_is_told_so() {
    let mut world = World::with_version(&rustls::version::TLS13);
    let hello = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00";
    world.pipe.with(|pipe| pipe.to_server.extend(hello));
    assert_eq!(world.read(), b"");
    assert_eq!(world.server.failure(), Some(&QuitReason::Lost));
    let told = world.pipe.with(|pipe| pipe.to_client.clone());
    assert!(told.starts_with(b"\x15\x03"), "{}", told.escape_ascii());
}

#[test]
fn a_hello_without_an_end_is_not_kept_for_ever() {
    let mut world = World::with_version(&rustls::version::TLS13);
    // One record after another of a message that is as long as can be.
    let mut record = b"\x16\x03\x01\x40\x00\x01\xff\xff\xff".to_vec();
    record.resize(5 + 0x4000, 0);
    for _ in 0..8 {
        world.pipe.with(|pipe| pipe.to_server.extend(&record));
        world.read();
        record.splice(5..9, [0; 4]);
    }
    assert!(world.server.failure().is_some());
}

#[test]
fn a_client_certificate_is_asked_for_where_no_alpn_is_offered() {
    let own = || {
        let certificates =
            crate::tls::Certificates::open(crate::tls::CertificateSource::Memory, "ann");
        let own = certificates.expect("one is made").current();
        let certificate = ClientCertificate::of(&own.cert[0]);
        (
            rustls::sign::CertifiedKey::new(own.cert.clone(), own.key.clone()),
            certificate,
        )
    };
    for version in VERSIONS {
        let (certified, certificate) = own();
        let mut world = World::new(client_config(version, Some(certified)));
        world.shake_hands(usize::MAX);
        let secured = world.server.secured().expect("a handshake");
        assert_eq!(secured.client_certificate, Some(certificate));
        let (certified, _) = own();
        let mut config = client_config(version, Some(certified));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut world = World::new(config);
        world.shake_hands(usize::MAX);
        let secured = world.server.secured().expect("a handshake");
        assert_eq!(secured.client_certificate, None);
    }
}

#[test]
fn keys_are_renewed_while_bytes_go_both_ways() {
    let mut world = World::secured(&rustls::version::TLS13);
    for round in 0..3 {
        world.client.refresh_traffic_keys().expect("TLS 1.3");
        let said = format!("round {round}");
        world.say(said.as_bytes());
        assert_eq!(world.send(3), said.as_bytes());
        assert_eq!(world.server.write(said.as_bytes(), NOW), said.len());
        assert_eq!(world.receive().expect("records"), said.as_bytes());
    }
}

//! The ceiling: the least work that sockets allow a chat server, as an anchor for measurements.
//!
//! `ceiling PORT` serves `chinwag bench` and nobody else. Whatever a client says is given to its whole
//! room, to itself too. There are no names, no commands but `/join ROOM` as the first line and
//! `/quit`, no history and no limits: what chinwag costs beyond this is what those cost.
//!
//! It must do nothing that a server of another design could do cheaper. One thread; edge-triggered
//! readiness; each room is one log of bytes and each client a cursor into it; the lines of a whole
//! round of events are written together, in as few writes as the sockets take. What everybody has
//! been written is forgotten at once, so a log stays small enough for the processor's cache.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use memchr::{memchr, memrchr};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use rustix::process::{Resource, getrlimit, setrlimit};

const EVENTS_MAX: usize = 1024;
const BUFFER_BYTES: usize = 256 * 1024;

/// A client that is further behind is dropped.
const LAG_BYTES_MAX: u64 = 16 << 20;

/// A log longer than this is cut where its slowest reader is.
const LOG_BYTES_MAX: usize = 4 << 20;

/// Clients have the numbers below.
const LISTENER: Token = Token(usize::MAX);

const LOBBY: usize = 0;
const PROMPT: &[u8] = b"Enter your username: ";

fn main() -> ExitCode {
    let port = std::env::args().nth(1).map(|port| port.parse());
    let Some(Ok(port)) = port else {
        let _ = writeln!(io::stderr(), "Usage: ceiling PORT");
        return ExitCode::from(2);
    };
    match serve(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "ceiling: {error}.");
            ExitCode::FAILURE
        }
    }
}

fn serve(port: u16) -> io::Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit)?;
    let mut ceiling = Ceiling::listen(port)?;
    let address = ceiling.listener.local_addr()?;
    writeln!(io::stdout(), "ceiling is listening on {address}")?;
    let mut events = Events::with_capacity(EVENTS_MAX);
    loop {
        ceiling.round(&mut events)?;
    }
}

struct Ceiling {
    poll: Poll,
    listener: TcpListener,
    clients: Vec<Option<Client>>,
    vacant: Vec<usize>,
    rooms: Vec<Room>,
    room_names: HashMap<Vec<u8>, usize>,
    /// Rooms where something was said in this round.
    told: Vec<usize>,
    buffer: Vec<u8>,
}

struct Client {
    stream: TcpStream,
    stage: Stage,
    /// An unfinished line.
    partial: Vec<u8>,
    room: usize,
    /// Its place among the members of the room.
    place: usize,
    cursor: u64,
    /// Whether the socket took everything that it was last given.
    is_writable: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The next line is its name.
    Arriving,
    /// The next line may say which room.
    Choosing,
    /// Every line is for the room.
    Talking,
}

#[derive(Default)]
struct Room {
    /// What somebody has not been written yet; the first byte is number `base` of all.
    log: Vec<u8>,
    base: u64,
    members: Vec<usize>,
    is_told: bool,
}

impl Room {
    fn end(&self) -> u64 {
        self.base + self.log.len() as u64
    }

    /// Forgets what lies before this, which everybody has.
    fn forget(&mut self, before: u64) {
        if before == self.end() {
            self.log.clear();
        } else if self.log.len() > LOG_BYTES_MAX {
            self.log.drain(..(before - self.base) as usize);
        } else {
            return;
        }
        self.base = before;
    }
}

impl Ceiling {
    fn listen(port: u16) -> io::Result<Self> {
        let mut listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        let poll = Poll::new()?;
        let registry = poll.registry();
        registry.register(&mut listener, LISTENER, Interest::READABLE)?;
        Ok(Self {
            poll,
            listener,
            clients: Vec::new(),
            vacant: Vec::new(),
            rooms: vec![Room::default()],
            room_names: HashMap::new(),
            told: Vec::new(),
            buffer: vec![0; BUFFER_BYTES],
        })
    }

    /// Takes in everything that has come, then writes what came of it.
    fn round(&mut self, events: &mut Events) -> io::Result<()> {
        match self.poll.poll(events, None) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        for event in &*events {
            if event.token() == LISTENER {
                self.accept()?;
                continue;
            }
            let client = event.token().0;
            if event.is_readable() || event.is_read_closed() || event.is_error() {
                self.read(client, event.is_read_closed() || event.is_error());
            }
            if event.is_writable() {
                self.go_on_writing(client);
            }
        }
        for room in std::mem::take(&mut self.told) {
            self.tell(room);
        }
        Ok(())
    }

    fn accept(&mut self) -> io::Result<()> {
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => self.admit(stream)?,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn admit(&mut self, mut stream: TcpStream) -> io::Result<()> {
        let client = self.vacant.pop().unwrap_or(self.clients.len());
        if client == self.clients.len() {
            self.clients.push(None);
        }
        stream.set_nodelay(true)?;
        let interest = Interest::READABLE | Interest::WRITABLE;
        let registry = self.poll.registry();
        registry.register(&mut stream, Token(client), interest)?;
        // A new socket has room for this; a broken one is told by reading it.
        let _ = stream.write(PROMPT);
        self.clients[client] = Some(Client {
            stream,
            stage: Stage::Arriving,
            partial: Vec::new(),
            room: LOBBY,
            place: 0,
            cursor: 0,
            is_writable: true,
        });
        Ok(())
    }

    fn read(&mut self, client: usize, to_the_end: bool) {
        let mut buffer = std::mem::take(&mut self.buffer);
        while let Some(reader) = &mut self.clients[client] {
            match reader.stream.read(&mut buffer) {
                Ok(0) => self.dismiss(client),
                Ok(count) => {
                    self.take_in(client, &buffer[..count]);
                    if count < buffer.len() && !to_the_end {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.dismiss(client),
            }
        }
        self.buffer = buffer;
    }

    fn take_in(&mut self, client: usize, mut bytes: &[u8]) {
        while let Some(speaker) = &mut self.clients[client] {
            if speaker.stage == Stage::Talking {
                return self.say(client, bytes);
            }
            let Some(end) = memchr(b'\n', bytes) else {
                return speaker.partial.extend_from_slice(bytes);
            };
            let mut line = std::mem::take(&mut speaker.partial);
            line.extend_from_slice(&bytes[..=end]);
            bytes = &bytes[end + 1..];
            self.arrive(client, &line);
        }
    }

    /// A client's first lines.
    fn arrive(&mut self, client: usize, line: &[u8]) {
        let Some(guest) = &mut self.clients[client] else {
            return;
        };
        if guest.stage == Stage::Arriving {
            guest.stage = Stage::Choosing;
            let welcome = [b"Welcome, ", line].concat();
            let _ = guest.stream.write(&welcome);
            return self.enter(client, LOBBY);
        }
        guest.stage = Stage::Talking;
        let Some(name) = line.strip_prefix(b"/join ") else {
            return self.say(client, line);
        };
        let new = self.rooms.len();
        let room = *self.room_names.entry(name.to_vec()).or_insert(new);
        if room == new {
            self.rooms.push(Room::default());
        }
        self.leave(client);
        self.enter(client, room);
    }

    /// Lines for the room. The last may be unfinished.
    fn say(&mut self, client: usize, bytes: &[u8]) {
        let Some(speaker) = &mut self.clients[client] else {
            return;
        };
        let Some(end) = memrchr(b'\n', bytes) else {
            return speaker.partial.extend_from_slice(bytes);
        };
        let (lines, partial) = bytes.split_at(end + 1);
        let room = &mut self.rooms[speaker.room];
        room.log.append(&mut speaker.partial);
        speaker.partial.extend_from_slice(partial);
        let last = lines.strip_suffix(b"/quit\n");
        room.log.extend_from_slice(last.unwrap_or(lines));
        if !room.is_told {
            room.is_told = true;
            self.told.push(speaker.room);
        }
        if last.is_some() {
            self.dismiss(client);
        }
    }

    fn enter(&mut self, client: usize, room: usize) {
        if let Some(member) = &mut self.clients[client] {
            let members = &mut self.rooms[room].members;
            (member.room, member.place) = (room, members.len());
            members.push(client);
            member.cursor = self.rooms[room].end();
        }
    }

    fn leave(&mut self, client: usize) {
        let Some(member) = self.clients[client].as_ref() else {
            return;
        };
        let (place, members) = (member.place, &mut self.rooms[member.room].members);
        members.swap_remove(place);
        if let Some(moved) = members.get(place)
            && let Some(moved) = &mut self.clients[*moved]
        {
            moved.place = place;
        }
    }

    fn dismiss(&mut self, client: usize) {
        let is_member = |client: &Client| client.stage != Stage::Arriving;
        if self.clients[client].as_ref().is_some_and(is_member) {
            self.leave(client);
        }
        self.clients[client] = None;
        self.vacant.push(client);
    }

    /// Writes the room's log to its members, as much as each takes.
    fn tell(&mut self, room: usize) {
        let mut slowest = self.rooms[room].end();
        let mut lost = Vec::new();
        for client in &self.rooms[room].members {
            let Some(member) = &mut self.clients[*client] else {
                continue;
            };
            member.write(&self.rooms[room]);
            if self.rooms[room].end() - member.cursor > LAG_BYTES_MAX {
                lost.push(*client);
            } else {
                slowest = slowest.min(member.cursor);
            }
        }
        lost.into_iter().for_each(|client| self.dismiss(client));
        let room = &mut self.rooms[room];
        room.is_told = false;
        room.forget(slowest);
    }

    fn go_on_writing(&mut self, client: usize) {
        if let Some(member) = &mut self.clients[client]
            && !member.is_writable
        {
            member.is_writable = true;
            member.write(&self.rooms[member.room]);
        }
    }
}

impl Client {
    fn write(&mut self, room: &Room) {
        while self.is_writable {
            let rest = &room.log[(self.cursor - room.base) as usize..];
            if rest.is_empty() {
                return;
            }
            match self.stream.write(rest) {
                Ok(count) => {
                    self.cursor += count as u64;
                    // A full socket says when it has room again.
                    self.is_writable = count == rest.len();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.is_writable = false,
            }
        }
    }
}

//! Conversations on virtual time: text files of what several people type and see, run through the
//! real hub, store, shard and dialect. Only sockets, clocks and threads are missing.
//!
//! A file is a list of steps; what each person then sees is checked, and `UPDATE=1` writes it anew.
//!
//! ```text
//! ann$            connects (and waits to be greeted; with a ! behind it, speaks at once)
//! ann$ 192.0.2.9  connects from another address than the rest
//! ann$! proxy     is a connection of a trusted proxy at 10.0.0.1
//! ann> hello      types a line (`\x1b` and the like are understood)
//! ann^            sends FIN
//! ann/            is reset
//! ann= 120        has room for so many bytes more: the rest is neither taken nor acknowledged
//! ann~            acknowledges nothing more of what it takes, or else all of it again
//! ann~ 20         acknowledges so many bytes of that
//! + 10m           time passes
//! ann| hello      sees a line; ann|_ for one without an end
//! ```
//!
//! A line that starts with `;` is a remark.

mod acknowledged;
mod encrypted;
mod hidden;
mod liveness;
mod lost_pages;
mod pages;
mod proving;
mod session;
mod shard;
mod socket;
mod spending;

use std::cell::RefCell;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard};

use chinwag_core::{ConnId, Duration, LOBBY, Monotonic, RoomName, Timestamp, parse_duration};
use chinwag_store::{Durability, Location, Store};

use crate::config::{Config, DEFAULT_PORT};
use crate::conn_limiter::ConnLimiter;
use crate::control::{HubConfig, ShardConfig};
use crate::hub::{Hub, Request, Ticket};
use crate::password_gate::PasswordGate;
use crate::session::{Opening, Peer};
use crate::shard::{Entrance, Shard, ShardTurn, Shared};
use crate::tls::Tls;
use crate::transport::{AnyStream, Transport};
use crate::worker::{Archive, Job, JobReply, JobResult, Unattended, Workers, work_on_password};
use socket::{MemorySocket, Pipe};

/// Sat 2026-11-21 14:02 UTC.
const START: Timestamp = Timestamp(1_795_269_720_000);

/// The steady time of the tests starts at the epoch, so that one number tells both.
fn steady(now: Timestamp) -> Monotonic {
    Monotonic(now.0 as u64)
}

fn wall(now: Monotonic) -> Timestamp {
    Timestamp(now.0 as i64)
}

/// A server without threads, and the people on it.
struct World {
    hub: Hub,
    shard: Shard,
    /// `None` if the history cannot be read.
    archive: Option<Archive>,
    jobs: Unattended,
    gate: PasswordGate,
    now: Timestamp,
    people: Vec<(String, MemorySocket, ConnId)>,
}

thread_local! {
    static ROLLS: RefCell<u64> = const { RefCell::new(0) };
}

/// Numbers that look random and are the same in every run.
fn roll() -> u64 {
    ROLLS.with_borrow_mut(|rolls| {
        *rolls += 1;
        rolls.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17)
    })
}

impl World {
    fn new(config: &str) -> Self {
        Self::with_tls(config, Tls::self_made("test"))
    }

    fn with_tls(config: &str, tls: Tls) -> Self {
        ROLLS.set(0);
        let mut config = Config::from_file(config).expect("a configuration");
        // People here come from other machines.
        config.server.first_operator = chinwag_core::FirstOperator::Anyone;
        let opened = Store::open(Location::Memory, Durability::Process, config.retention());
        let opened = opened.expect("a store");
        let reader = opened.store.reader().expect("a reader");
        let (workers, jobs) = Workers::unattended();
        let gate = workers.gate.clone();
        let names = [(LOBBY, RoomName::lobby())].into_iter().collect();
        let limits = &config.limits;
        let limiter = ConnLimiter::new(limits.connections_per_address_max, limits.connect_rate());
        limiter.trust(&config.proxy.trusted, &config.irc.gateways);
        let shared = Shared::new(
            ShardConfig::of(&config, DEFAULT_PORT),
            Entrance::new(tls, limiter),
            workers,
            names,
            START,
            steady(START),
        );
        let hub_config = HubConfig::of(&config);
        Self {
            hub: Hub::new(hub_config, opened, Arc::default(), START, roll),
            shard: Shard::new(0, shared),
            archive: Some(Archive::new(reader)),
            jobs,
            gate,
            now: START,
            people: Vec::new(),
        }
    }

    /// Runs everything until nothing is left to do.
    fn settle(&mut self) {
        for _ in 0..1_000 {
            (0..self.people.len()).for_each(|place| self.wake(place));
            self.shard.handle_input(steady(self.now));
            self.shard.write(|| false);
            let requests = self.shard.poll_requests();
            let jobs = self.jobs.take();
            let is_done = requests.is_none() && jobs.is_empty();
            for (conn, ticket, job) in jobs {
                self.work(conn, ticket, job);
            }
            let turn = self.decide(requests.into_iter().flatten());
            let is_quiet = turn.deliveries.is_empty();
            self.shard.deliver(turn, steady(self.now));
            self.shard.write(|| false);
            if is_done && is_quiet && !self.shard.has_input() {
                return;
            }
        }
        panic!("it never comes to rest");
    }

    /// Tells the shard what the socket of a connection is ready for.
    fn wake(&mut self, place: usize) {
        let (_, socket, conn) = &self.people[place];
        if let Some(slot) = self.shard.find(*conn) {
            self.shard.handle_ready(slot, socket.readiness());
        }
    }

    /// Has the hub decide requests in one turn.
    fn decide(&mut self, requests: impl Iterator<Item = Request>) -> ShardTurn {
        requests.for_each(|request| self.hub.take(request, self.now));
        let turn = self.hub.finish(self.now);
        ShardTurn {
            at: turn.at,
            deliveries: turn.deliveries.into(),
            replies: turn.replies,
        }
    }

    fn work(&mut self, conn: ConnId, ticket: Ticket, job: Job) {
        let result = match job {
            Job::Password(job) => work_on_password(job, &self.gate, self.now),
            Job::Archive(job) => match &mut self.archive {
                Some(archive) => archive.work(job),
                None => JobResult::Failed,
            },
        };
        self.shard.handle_job(JobReply {
            conn,
            ticket,
            result,
        });
    }

    fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        while self.now < end {
            let deadlines = [self.shard.deadline().map(wall), self.hub.deadline()];
            let next = deadlines.into_iter().flatten().min().unwrap_or(end);
            self.now = next.clamp(self.now + Duration::from_millis(1), end);
            self.shard.handle_timeouts(steady(self.now));
            self.hub.tidy(self.now, steady(self.now));
            self.settle();
        }
    }

    fn connect(&mut self, name: &str, how: &str) {
        let socket = MemorySocket::default();
        let waits = how != "!";
        let address = match how.trim_start_matches('!').trim() {
            "" => "192.0.2.1",
            "proxy" => "10.0.0.1",
            other => other,
        };
        let opening = match how.ends_with("proxy") {
            true => Opening::Proxy,
            false => Opening::Client,
        };
        let address = address.parse().expect("an address");
        let conn = self.shard.admit(
            Transport::new(AnyStream::Other(socket.server_end())),
            Peer::new(address, None),
            opening,
            None,
            steady(self.now),
        );
        self.people.retain(|(other, _, _)| other != name);
        self.people.push((name.to_owned(), socket, conn));
        if waits {
            self.pass(Duration::from_millis(250));
        }
    }

    fn pipe(&self, name: &str) -> MutexGuard<'_, Pipe> {
        let found = self.people.iter().find(|(other, _, _)| other == name);
        let (_, socket, _) = found.unwrap_or_else(|| panic!("{name} is not connected"));
        socket.0.lock().expect("a pipe")
    }

    fn step(&mut self, step: &str) {
        if let Some(span) = step.strip_prefix('+') {
            return self.pass(parse_duration(span.trim()).expect("a time"));
        }
        let end = step
            .find(['$', '>', '^', '/', '=', '~'])
            .unwrap_or_else(|| panic!("no step: {step}"));
        let (name, what) = step.split_at(end);
        match what.split_at(1) {
            ("$", rest) => self.connect(name, rest),
            (">", line) => {
                let mut bytes = unescape(line.strip_prefix(' ').unwrap_or(line));
                bytes.push(b'\n');
                self.pipe(name).to_server.extend(bytes);
            }
            ("^", _) => self.pipe(name).fin = true,
            ("=", bytes) => {
                self.pipe(name).room = Some(bytes.trim().parse().expect("a number"));
            }
            ("~", bytes) => {
                let mut pipe = self.pipe(name);
                pipe.unacknowledged = match (pipe.unacknowledged, bytes.trim()) {
                    (None, _) => Some(0),
                    (Some(_), "") => None,
                    (Some(held), bytes) => Some(held - bytes.parse::<usize>().expect("a number")),
                };
            }
            _ => self.pipe(name).reset = true,
        }
        self.settle();
    }

    /// What everybody was written since the last look.
    fn seen(&mut self, out: &mut String) {
        for (name, socket, _) in &self.people {
            let bytes = std::mem::take(&mut socket.0.lock().expect("a pipe").from_server);
            let text = String::from_utf8_lossy(&bytes)
                .replace('\r', "\\r")
                .replace('\x07', "\\x07");
            for line in text.split_inclusive('\n') {
                let written = match line.strip_suffix('\n') {
                    Some("") => writeln!(out, "{name}|"),
                    Some(line) => writeln!(out, "{name}| {line}"),
                    None => writeln!(out, "{name}|_ {}", line.trim_end()),
                };
                written.expect("strings take everything");
            }
            if std::mem::take(&mut socket.0.lock().expect("a pipe").closed) {
                writeln!(out, "{name}| (closed)").expect("strings take everything");
            }
        }
    }
}

/// The bytes that a line of a file stands for.
fn unescape(line: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = line;
    while let Some((before, escape)) = rest.split_once("\\x") {
        bytes.extend_from_slice(before.as_bytes());
        bytes.push(u8::from_str_radix(&escape[..2], 16).expect("two digits"));
        rest = &escape[2..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// Runs a file's steps and returns it with what was seen.
fn perform(text: &str) -> String {
    let config = text.lines().filter_map(|line| line.strip_prefix("= "));
    let mut world = World::new(&config.collect::<Vec<_>>().join("\n"));
    let mut out = String::new();
    for line in text.lines() {
        let is_seen = line
            .split_once('|')
            .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(char::is_alphanumeric));
        if is_seen {
            continue;
        }
        writeln!(out, "{line}").expect("strings take everything");
        if !(line.is_empty() || line.starts_with([';', '='])) {
            world.step(line);
            world.seen(&mut out);
        }
    }
    out
}

#[test]
fn people_see_what_the_transcripts_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let mut wrong = Vec::new();
    for file in files {
        let expected = std::fs::read_to_string(&file).expect("a file");
        let found = perform(&expected);
        if found == expected {
            continue;
        }
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, found).expect("a file that can be written");
        } else {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            wrong.push(format!("{name}:\n{}", first_difference(&expected, &found)));
        }
    }
    assert!(
        wrong.is_empty(),
        "UPDATE=1 writes what is seen now\n{}",
        wrong.join("\n")
    );
}

/// Every object that a program is told there is in the schema, and every command that is not refused
/// for its form.
#[test]
fn what_programs_say_and_are_told_is_in_the_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../../docs/protocol.schema.json");
    let schema = std::fs::read_to_string(path).expect("a schema");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler
        .add_resource("protocol", schema)
        .expect("a resource");
    let mut compile = |part: &str| {
        let place = format!("protocol#/$defs/{part}");
        compiler.compile(&place, &mut schemas).expect("a schema")
    };
    let (client, server) = (compile("client"), compile("server"));
    let (mut said, mut told) = (0, 0);
    for file in std::fs::read_dir(root.join("transcripts")).expect("a folder") {
        let text = std::fs::read_to_string(file.expect("an entry").path()).expect("a file");
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let Some((name, object)) = line.split_once([' ', '|', '>']) else {
                continue;
            };
            let object = object.trim_start();
            if !object.starts_with('{') {
                continue;
            }
            let answer = format!("{name}| {{\"refused\"");
            let is_refused = |line: &&&str| line.starts_with(&answer);
            let answer = lines[at + 1..].iter().find(is_refused);
            let is_refused = answer.is_some_and(|answer| answer.contains("\"column\""));
            let value = serde_json::from_str(object);
            match (value, line[name.len()..].starts_with('|')) {
                (value, true) => {
                    told += 1;
                    let value = value.expect("an object");
                    let valid = schemas.validate(&value, server);
                    assert!(valid.is_ok(), "{line}\n{}", valid.expect_err("not valid"));
                }
                (Ok(value), false) if !is_refused => {
                    said += 1;
                    let valid = schemas.validate(&value, client);
                    assert!(valid.is_ok(), "{line}\n{}", valid.expect_err("not valid"));
                }
                _ => {}
            }
        }
    }
    assert!(said > 30 && told > 60, "{said} commands, {told} objects");
}

fn first_difference(expected: &str, found: &str) -> String {
    let expected_lines = expected.lines().chain(std::iter::repeat("(end)"));
    let pairs = found
        .lines()
        .chain(["(end)"])
        .zip(expected_lines)
        .enumerate();
    let differs = |(_, (found, expected)): &(usize, (&str, &str))| found != expected;
    let first = pairs.into_iter().find(differs);
    first.map_or_else(String::new, |(line, (found, expected))| {
        format!(
            "line {}: seen     {found}\n         expected {expected}",
            line + 1
        )
    })
}

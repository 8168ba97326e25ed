//! Links that die, each in its way: what the peer's system had acknowledged is shown no more, and
//! everything else once, in rooms and in private.
//!
//! What a system has acknowledged and its program has not read is still in its queue, where a peek
//! finds it. The peer has a small queue and stops reading, so that the server's fills as well.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use rustix::net::{AddressFamily, SocketType, connect, socket, sockopt};

use crate::harness::{Client, Server, Setup, code_in};

/// More than the queues of both systems take together.
const LINES: usize = 2_000;
const PADDING: usize = 230;
const PRIVATE: usize = 40;

/// A peer of which every byte is known that its system has acknowledged.
struct Peer {
    stream: TcpStream,
    /// What it has read.
    seen: Vec<u8>,
}

impl Peer {
    fn connect(server: &Server) -> Self {
        let fd = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
        sockopt::set_socket_recv_buffer_size(&fd, 8 << 10).expect("a small queue");
        connect(&fd, &server.address()).expect("the server listens");
        let stream = TcpStream::from(fd);
        // A test that waits in vain fails.
        let patience = Some(std::time::Duration::from_secs(20));
        stream.set_read_timeout(patience).expect("a socket");
        Self {
            stream,
            seen: Vec::new(),
        }
    }

    fn send(&mut self, line: &str) {
        let line = format!("{line}\n");
        self.stream.write_all(line.as_bytes()).expect("it is there");
    }

    /// Reads until it has seen a text.
    #[track_caller]
    fn expect(&mut self, text: &str) -> String {
        let start = self.seen.len();
        let mut buffer = [0; 4096];
        loop {
            let seen = String::from_utf8_lossy(&self.seen[start..]).into_owned();
            if seen.contains(text) {
                return seen;
            }
            let n = self.stream.read(&mut buffer).unwrap_or(0);
            assert!(n > 0, "it ends without {text:?}: {seen}");
            self.seen.extend_from_slice(&buffer[..n]);
        }
    }

    /// Reads up to the end.
    fn read_on(&mut self) {
        let _ = self.stream.read_to_end(&mut self.seen);
    }

    /// Everything that its system has acknowledged, once that is as much as it takes.
    fn acknowledged(&self) -> Vec<u8> {
        let mut queue = vec![0; 1 << 20];
        let (mut length, mut looks) = (0, 0);
        while looks < 1_000 {
            let now = self.stream.peek(&mut queue).expect("something is there");
            looks = if now == length { looks + 1 } else { 0 };
            length = now;
            std::thread::yield_now();
        }
        [&self.seen[..], &queue[..length]].concat()
    }

    fn code(&self) -> String {
        let seen = String::from_utf8_lossy(&self.seen);
        code_in(&seen)
    }
}

/// Two who talk in two rooms and in private to one who is in both and does not listen.
struct Scene {
    server: Server,
    ann: Client,
    bob: Client,
    vic: Peer,
    code: String,
}

impl Scene {
    fn new(setup: Setup) -> Self {
        let server = setup.start();
        let mut ann = server.join("ann");
        let mut bob = server.join("bob");
        bob.ask("/join dev", "You are in #dev, alone.\n");
        let mut vic = Peer::connect(&server);
        vic.expect("Enter your username: ");
        vic.send("vic");
        vic.expect(" minutes.\n");
        let code = vic.code();
        vic.send("/join dev");
        vic.expect("You are in #dev with bob.\n");
        vic.send("mine");
        bob.expect("vic: mine\n");
        ann.ask("first", "");
        vic.expect("ann: first\n");
        Self {
            server,
            ann,
            bob,
            vic,
            code,
        }
    }

    /// Says everything; vic reads none of it, but may say something. Returns what ann saw at the end.
    fn talk(&mut self, vic_speaks: bool) -> String {
        let padding = "x".repeat(PADDING);
        let every = LINES / PRIVATE;
        for n in 0..LINES {
            self.ann.write(format!("r{n} {padding}\n").as_bytes());
            self.bob.write(format!("d{n} {padding}\n").as_bytes());
            if n.is_multiple_of(every) {
                self.ann
                    .write(format!("/msg vic p{}\n", n / every).as_bytes());
            }
            if vic_speaks && n == LINES / 2 {
                self.ann.sync();
                self.bob.sync();
                self.vic.send("mine too");
                self.bob.expect("vic: mine too\n");
            }
        }
        self.bob.sync();
        self.ann.sync()
    }

    /// Takes the session up on another connection, and counts what the two were shown.
    #[track_caller]
    fn resume(mut self, old: &[u8]) {
        let mut new = self.server.connect();
        new.expect("Enter your username: ");
        let welcome = new.ask(&format!("/resume {}", self.code), " while you were away:\n");
        let told = welcome.rsplit_once(" messages while").expect("a number").0;
        let told = told.rsplit(' ').next().expect("a number");
        new.expect(" minutes.\n");
        let missed = new.ask("/whois nobody", "! Nobody called \"nobody\".\n");
        self.ann.write(b"last\n");
        new.expect("ann: last\n");
        let missed = missed.lines().filter(|line| line.starts_with('['));
        let missed: Vec<&str> = missed.collect();
        assert_eq!(told, missed.len().to_string(), "the number is true");
        assert!(
            !missed.iter().any(|line| line.contains("mine")),
            "{missed:?}"
        );
        let old = String::from_utf8_lossy(old);
        let old = old
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'));
        let (old, new) = (count(old), count(missed.iter().copied()));
        for (word, lines) in [("r", LINES), ("d", LINES), ("p", PRIVATE)] {
            for n in 0..lines {
                let line = format!("{word}{n}");
                let shown = (old.get(&line).copied(), new.get(&line).copied());
                assert!(
                    matches!(shown, (Some(1), None) | (None, Some(1))),
                    "{line}: {shown:?}"
                );
            }
        }
        assert!(
            old.len() > 5 && new.len() > 5,
            "{} and {}",
            old.len(),
            new.len()
        );
    }
}

/// How often each numbered line is there.
fn count<'a>(lines: impl Iterator<Item = &'a str>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in lines {
        let text = line.rsplit_once(": ").map_or("", |(_, text)| text);
        let word = text.split_whitespace().next().unwrap_or_default();
        if word.starts_with(['r', 'd', 'p']) {
            *counts.entry(word.to_owned()).or_default() += 1;
        }
    }
    counts
}

#[test]
fn a_reset_loses_nothing_and_repeats_nothing() {
    // Under load the system drops packets: where it drops the reset, the server learns of it by its next probe.
    let mut scene = Scene::new(Setup::new().limit("stall_time", "10m"));
    scene.talk(true);
    let old = scene.vic.acknowledged();
    // An end with bytes that were not read is a reset.
    drop(std::mem::replace(
        &mut scene.vic,
        Peer::connect(&scene.server),
    ));
    scene.ann.expect("* vic left #lobby (connection lost)\n");
    scene.resume(&old);
}

#[test]
fn a_peer_that_ends_its_input_and_reads_on_is_shown_nothing_twice() {
    let mut scene = Scene::new(Setup::new().limit("linger_time", "1m"));
    scene.talk(true);
    scene
        .vic
        .stream
        .shutdown(Shutdown::Write)
        .expect("it is there");
    scene.ann.expect("* vic left #lobby (connection closed)\n");
    scene.vic.read_on();
    let old = std::mem::take(&mut scene.vic.seen);
    scene.resume(&old);
}

#[test]
fn a_session_that_is_taken_over_alive_goes_on_where_its_peer_was() {
    let mut scene = Scene::new(Setup::new());
    scene.talk(true);
    let old = scene.vic.acknowledged();
    scene.resume(&old);
}

#[test]
fn a_peer_that_is_silent_with_full_queues_loses_nothing() {
    let mut scene = Scene::new(Setup::new().limit("stall_time", "1s"));
    let left = "* vic left #lobby (too slow)\n";
    // On a slow machine vic was that before all was said.
    if !scene.talk(false).contains(left) {
        scene.ann.expect(left);
    }
    let old = scene.vic.acknowledged();
    scene.resume(&old);
}

/// A kill takes what the server knew of acknowledgements with it, and nothing that stands in a history: what the
/// peer has got in the last seconds may be shown again, once, and what it has not got is.
#[test]
fn a_kill_loses_neither_what_was_said_in_rooms_nor_what_accounts_were_told() {
    let mut scene = Scene::new(Setup::new());
    scene.ann.ask("/claim of ann", "Your name is registered.");
    scene.vic.send("/claim of vic");
    scene.vic.expect("Your name is registered.");
    scene.talk(false);
    let padding = "x".repeat(PADDING);
    for n in PRIVATE..PRIVATE + 100 {
        scene
            .ann
            .write(format!("/msg vic p{n} {padding}\n").as_bytes());
    }
    scene.ann.sync();
    let old = scene.vic.acknowledged();
    let server = scene.server.kill().start();
    let mut new = server.connect();
    new.expect("Enter your username: ");
    new.ask(
        &format!("/resume {}", scene.code),
        "Welcome back, vic. The server crashed. ",
    );
    let missed = new.ask("/whois nobody", "! Nobody called \"nobody\".\n");
    let missed = missed.lines().filter(|line| line.starts_with('['));
    let missed: Vec<&str> = missed.collect();
    let old = String::from_utf8_lossy(&old);
    let (old, new) = (count(old.lines()), count(missed.iter().copied()));
    for (word, lines) in [("r", LINES), ("d", LINES), ("p", PRIVATE + 100)] {
        for n in 0..lines {
            let line = format!("{word}{n}");
            let shown = (old.get(&line), new.get(&line));
            assert!(shown != (None, None), "{line} is lost");
            assert!(shown.1.is_none_or(|times| *times == 1), "{line}: {shown:?}");
        }
    }
    let numbers = missed.iter().filter_map(|line| {
        let (_, number) = line.split_once("ann -> you: p")?;
        number.split(' ').next()?.parse::<usize>().ok()
    });
    assert!(numbers.is_sorted());
}

#[test]
fn a_session_that_is_taken_over_alive_and_has_read_all_has_missed_nothing() {
    let mut scene = Scene::new(Setup::new());
    for n in 0..20 {
        scene.ann.write(format!("r{n}\n").as_bytes());
    }
    scene.ann.write(b"/msg vic p0\n");
    scene.vic.expect("ann -> you: p0\n");
    // What is said back carries the acknowledgement.
    scene.vic.send("mine again");
    scene.bob.expect("vic: mine again\n");
    let mut new = scene.server.connect();
    new.expect("Enter your username: ");
    let resume = format!("/resume {}", scene.code);
    new.ask(&resume, "Welcome back, vic. You missed nothing.\n");
}

/// The number of a notice, whatever the room.
fn skipped_in(line: &str) -> Option<usize> {
    let rest = line.strip_prefix("! You were behind: ")?;
    let number = rest.split(' ').next()?.parse().ok()?;
    let what = if number == 1 { "it" } else { "them" };
    let shows = format!("skipped. /history {number} shows {what}.");
    assert!(rest.ends_with(&shows), "{line}");
    Some(number)
}

#[test]
fn the_command_that_a_notice_names_shows_just_what_was_skipped() {
    let setup = Setup::new()
        .limit("room_log_bytes", "131072")
        .limit("history_lines", "1000");
    let mut scene = Scene::new(setup.patient());
    let padding = "x".repeat(PADDING);
    for n in 0..1_300 {
        scene.ann.write(format!("r{n} {padding}\n").as_bytes());
        if n < 1_100 {
            scene.bob.write(format!("d{n} {padding}\n").as_bytes());
        }
    }
    scene.ann.sync();
    scene.bob.sync();
    // Behind the last of either.
    scene.ann.write(b"that is all\n");
    let seen = scene.vic.expect("ann: that is all\n");
    let shown = count(seen.lines().filter(|line| line.starts_with('[')));
    let notices: Vec<_> = seen.lines().filter_map(skipped_in).collect();
    assert!(notices.len() >= 2, "at least one for each room");
    let mut told = String::new();
    for (at, number) in notices.iter().enumerate() {
        scene.vic.send(&format!("/history {number}"));
        scene.vic.send(&format!("/whois nobody-{at}"));
        let page = scene
            .vic
            .expect(&format!("! Nobody called \"nobody-{at}\"."));
        let head = format!("--- last {number} of {number} messages");
        assert!(page.contains(&head), "{page}");
        told += &page;
    }
    let told = count(told.lines().filter(|line| line.starts_with('[')));
    for (word, lines) in [("r", 1_300), ("d", 1_100)] {
        for n in 0..lines {
            let line = format!("{word}{n}");
            let times = (shown.get(&line).copied(), told.get(&line).copied());
            assert!(
                matches!(times, (Some(1), None) | (None, Some(1))),
                "{line}: {times:?}"
            );
        }
    }
    let skipped: usize = notices.iter().sum();
    assert_eq!(told.len(), skipped);
}

/// What was missed is read by a worker, and others talk on meanwhile.
#[test]
fn what_is_said_while_a_session_is_taken_up_comes_behind_what_it_missed() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let mut vic = server.connect();
    vic.send("vic");
    let mut code = code_in(&vic.expect(" minutes.\n"));
    for round in 0..5 {
        drop(vic);
        ann.expect("* vic left #lobby (");
        let lines: Vec<String> = (0..20).map(|n| format!("{round}/{n}")).collect();
        let (missed, live) = lines.split_at(10);
        missed.iter().for_each(|line| ann.send(line));
        ann.sync();
        vic = server.connect();
        vic.expect("Enter your username: ");
        vic.send(&format!("/resume {code}"));
        live.iter().for_each(|line| ann.send(line));
        let seen = vic.expect(&format!("ann: {round}/19\n"));
        assert!(seen.starts_with("Welcome back, vic. "), "{seen}");
        let told = seen.lines().filter_map(|line| line.split_once("] ann: "));
        assert!(told.map(|(_, text)| text).eq(lines.iter()), "{seen}");
        code = code_in(&seen);
    }
    server.stop();
}

/// What bash does with `> /dev/tcp/HOST/PORT`: the answers find nobody, and the server's next write fails.
#[test]
fn a_script_that_closes_without_reading_its_answers_has_said_everything() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    ann.ask("/join ops", "You are in #ops, alone.\n");
    for (script, said) in [
        ("sh\n/join ops\n/away\nup at nc\n", "sh: up at nc\n"),
        (
            "NICK irk\r\nUSER a 0 * :a\r\nJOIN #ops\r\nPRIVMSG #ops :up in IRC\r\nQUIT\r\n",
            "irk: up in IRC\n",
        ),
        (
            "{\"hello\":{\"name\":\"jb\"}}\n{\"join\":{\"room\":\"#ops\"}}\n\
             {\"say\":{\"room\":\"#ops\",\"text\":\"up in JSON\"}}\n",
            "jb: up in JSON\n",
        ),
    ] {
        let mut stream = TcpStream::connect(server.address()).expect("the server listens");
        stream.write_all(script.as_bytes()).expect("sent");
        drop(stream);
        ann.expect(said);
    }
    server.stop();
}

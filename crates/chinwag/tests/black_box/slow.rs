//! Readers who do not read: they lose lines and are told how many, or are let go; nobody else
//! notices.

use crate::harness::{Client, Server, Setup};

/// Long enough that a hundred thousand are more than the kernel keeps for a socket.
const PADDING: usize = 230;
const BATCH: usize = 1_000;

/// Two who talk in turns and lose nothing: each batch is only begun when the other has all of the
/// one before.
struct Talkers {
    pair: [Client; 2],
    said: usize,
}

impl Talkers {
    fn new(server: &Server) -> Self {
        Self {
            pair: ["ann", "bob"].map(|name| server.join(name)),
            said: 0,
        }
    }

    /// One says so many lines, the other must hear them all. Returns whatever else it heard.
    #[track_caller]
    fn say(&mut self, lines: usize) -> Vec<String> {
        let padding = "x".repeat(PADDING);
        let range = self.said..self.said + lines;
        self.said = range.end;
        self.pair.reverse();
        let [speaker, hearer] = &mut self.pair;
        let text: String = range.clone().map(|n| format!("{n} {padding}\n")).collect();
        speaker.write(text.as_bytes());
        let mut else_heard = Vec::new();
        for n in range {
            loop {
                let line = hearer.ear.line().expect("the server goes on");
                if number_of(&line) == Some(n) {
                    break;
                }
                assert_eq!(number_of(&line), None, "{n} is missing");
                assert!(!line.starts_with("! "), "{line}");
                else_heard.push(line);
            }
        }
        else_heard
    }
}

/// The number that somebody said.
fn number_of(line: &str) -> Option<usize> {
    let (_, said) = line.split_once("] ")?;
    let (_, text) = said.split_once(": ")?;
    text.split(' ').next()?.parse().ok()
}

/// `! You were behind: 312 lines skipped. /history 312 shows them.`
fn skipped_in(line: &str) -> Option<usize> {
    let rest = line.strip_prefix("! You were behind: ")?;
    let number = rest.split(' ').next()?.parse().ok()?;
    let noun = if number == 1 { "line" } else { "lines" };
    // A history has a thousand lines at most.
    let shows = match number {
        1 => "1 shows it".to_owned(),
        2..=1000 => format!("{number} shows them"),
        _ => "1000 shows the newest".to_owned(),
    };
    assert_eq!(rest, format!("{number} {noun} skipped. /history {shows}."));
    Some(number)
}

#[test]
fn a_stalled_reader_is_told_how_many_lines_it_missed() {
    let server = Setup::new().patient().start();
    let mut talkers = Talkers::new(&server);
    let mut stalled = server.join("stalled");
    stalled.sync();
    for client in &mut talkers.pair {
        client.sync();
    }
    for _ in 0..100 {
        let else_heard = talkers.say(BATCH);
        assert_eq!(else_heard, [""; 0], "nobody comes or goes");
    }
    // It reads again. What it has not seen by the end it was told that it had missed.
    let (mut received, mut skipped, mut last) = (0, 0, None);
    while last != Some(talkers.said - 1) {
        let line = stalled.ear.line().expect("it is still here");
        match (number_of(&line), skipped_in(&line)) {
            (Some(n), _) => {
                assert_eq!(
                    n,
                    received + skipped,
                    "each line once, in order, or skipped"
                );
                received += 1;
                last = Some(n);
            }
            (None, Some(lines)) => skipped += lines,
            (None, None) => panic!("{line}"),
        }
    }
    assert_eq!(received + skipped, talkers.said);
    assert!(
        skipped > 0,
        "the test has to send more than the kernel takes"
    );
    println!("{received} received, {skipped} skipped");
    // Its session is as good as any.
    stalled.send("back again");
    talkers.pair[0].expect("stalled: back again\n");
}

/// Each history is 4 MB, and each reader asks for three.
#[test]
fn long_answers_cost_a_stalled_reader_a_page() {
    const LINES: usize = 1_000;
    const STALLED: u64 = 30;
    let server = Setup::new().patient().limit("line_burst", "10000").start();
    let mut ann = server.join("ann");
    let padding = "x".repeat(4_000);
    for number in 0..LINES {
        ann.send(&format!("{number} {padding}"));
    }
    ann.sync();
    let names = (0..STALLED).map(|number| format!("stalled{number}"));
    let mut stalled: Vec<Client> = names.map(|name| server.join(&name)).collect();
    let before = server.peak_memory();
    for client in &mut stalled {
        client.write(b"/history 1000\n/history 1000\n/history 1000\n");
    }
    // Who comes last is told everything, while the others still read nothing.
    let mut reader = server.join("reader");
    reader.ask("/history 1000", &format!("{} {padding}\n", LINES - 1));
    let grown = server.peak_grown_since(before);
    assert!(grown < 256 * STALLED, "{grown} kB");
    let last = format!("{} {padding}\n", LINES - 1);
    for mut client in stalled {
        (0..3).for_each(|_| drop(client.expect(&last)));
    }
}

#[test]
fn a_reader_that_takes_nothing_is_closed_and_a_quiet_one_is_not() {
    let server = Setup::new().limit("stall_time", "1s").start();
    let mut quiet = server.join("quiet");
    let mut talkers = Talkers::new(&server);
    let mut stalled = server.join("stalled");
    let listening = std::thread::spawn(move || quiet.expect("the end\n"));
    let gone = "* stalled left #lobby (too slow)";
    // Up to a hundred, so that a server that never lets go fails.
    let mut said = (0..100).flat_map(|_| talkers.say(BATCH));
    if !said.any(|line| line == gone) {
        drop(said);
        talkers.pair[0].expect(gone);
    }
    let told = stalled.rest();
    assert!(!told.contains("the end"), "it is gone");
    talkers.pair[0].ask("/who", "--- 3 people in #lobby ---\n");
    talkers.pair[1].send("the end");
    listening.join().expect("the quiet one is still here");
}

#[test]
fn a_huge_line_costs_no_memory_and_is_refused() {
    const MEGABYTES: usize = 100;
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let mut bob = server.join("bob");
    ann.sync();
    let before = server.peak_memory();
    let chunk = vec![b'x'; 1 << 20];
    for _ in 0..MEGABYTES {
        ann.write(&chunk);
    }
    // Others talk while it comes.
    bob.send("still here");
    ann.expect("bob: still here\n");
    ann.write(b"\n");
    let bytes = MEGABYTES << 20;
    ann.expect(&format!("! NOT sent: {bytes} bytes, the limit is 4096.\n"));
    let grown = server.peak_grown_since(before);
    assert!(grown < 16 << 10, "{grown} kB more than before");
    ann.send("short");
    let seen = bob.expect("ann: short\n");
    assert!(!seen.contains('x'), "{seen}");
}

#[test]
fn lines_up_to_the_limit_pass_whole() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let mut bob = server.join("bob");
    let longest = "ö".repeat(2048);
    ann.send(&longest);
    bob.expect(&format!("ann: {longest}\n"));
    ann.ask(
        &format!("{longest}x"),
        "! NOT sent: 4097 bytes, the limit is 4096.\n",
    );
    ann.write(b"not \xe9 UTF-8\n");
    ann.expect("! NOT sent: not valid UTF-8 (Windows-1252?).\n");
    ann.send("end");
    let seen = bob.expect("ann: end\n");
    assert_eq!(crate::harness::messages(&seen), ["ann: end"]);
}

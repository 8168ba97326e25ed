//! Runs a target on the inputs of its corpus, then on others that are made of them.
//!
//! proptest chooses and shrinks; what is ours is how an input is made: one of the corpus, with pieces
//! put in that the parsers have an eye for. It does not see which code an input reaches; that is what
//! the dictionary and the corpus make up for.

use std::fmt;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};

/// Inputs between two looks at the clock, and of a run that has no time to spend.
const INPUTS: u32 = 2_000;

/// Bytes of an input. Longer ones find little more in the same time.
const BYTES_MAX: usize = 1024;

/// What the parsers have an eye for.
#[rustfmt::skip]
const DICTIONARY: &[&str] = &[
    "\n", "\r\n", "\r\0", "\r", "\0", " ", "\t", "#", "/", "//", "-", ":", ".", "%", "\x1b[2J",
    "\x1b]0;", "\u{7f}", "\u{9b}31m", "\u{85}", "\u{202e}", "\u{2028}", "\u{2066}", "\u{200f}",
    "\u{feff}", "\u{200d}", "\u{301}", "\u{130}", "\u{df}", "\u{1c5}", "\u{3c2}", "\u{430}",
    "\u{fb01}", "\u{ff21}", "\u{1e9e}", "\u{345}", "\u{5d0}", "\u{660}", "\u{1f600}", "lee", "ann",
    "guest-7f3a", "you", "/msg ", "/me ", "/join #", "/nick ", "/ban ", "/mute ", "/kick ",
    "/search ", "from:", "in:#", "before:", "/history ", "2026-11-21", "/resume ", "K7Q2-9MXP",
    "/tz ", "Europe/Berlin", "/help ", "/claim ", "/log ", "10m", "2h", "36500d", "99999999999999",
    "name:", "192.0.2.7", "/24", "2001:db8::/32", "::ffff:127.0.0.1", "GET / HTTP/1.1", "SSH-2.0-",
    "CAP LS", "NICK ",
];

/// The same, where it is no text: telnet, TLS and the halves of characters.
#[rustfmt::skip]
const RAW: &[&[u8]] = &[
    b"\xff", b"\xff\xff", b"\xff\xf4", b"\xff\xf4\xff\xfd\x06", b"\xff\xfc\x06", b"\xff\xfd\x00",
    b"\xff\xfb\x1f", b"\xff\xfa\x1f\0\x50\0\x18\xff\xf0", b"\xff\xfa", b"\xff\xf0", b"\xe3",
    b"\x83", b"\xf0\x9f", b"\xc3", b"\x16\x03\x01", b"PROXY TCP4 192.0.2.7 10.0.0.1 1 2\r\n",
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c",
];

/// An input, shown as it could be written into a test.
#[derive(Clone)]
struct Input(Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// Holds `check` against the inputs of a target, for the seconds of `CHINWAG_FUZZ_SECONDS` or a fixed
/// number of times. It fails by panicking, with the smallest input that fails; put that into the
/// corpus.
pub(crate) fn run(target: &str, check: impl Fn(&[u8])) {
    let mut corpus = read_corpus(target);
    corpus.iter().for_each(|input| check(input));
    corpus.push(Vec::new());
    let seconds = std::env::var("CHINWAG_FUZZ_SECONDS").ok();
    let time = seconds.map(|text| Duration::from_secs(text.parse().expect("a number of seconds")));
    let config = Config {
        cases: INPUTS,
        failure_persistence: None,
        ..Config::default()
    };
    // A test does the same every time; with a time to spend it hunts for new inputs.
    let mut seeds = match time {
        Some(_) => TestRunner::default(),
        None => TestRunner::deterministic(),
    };
    let (inputs, start) = (inputs(corpus), Instant::now());
    for round in 1_u64.. {
        let mut runner = TestRunner::new_with_rng(config.clone(), seeds.new_rng());
        let outcome = runner.run(&inputs, |Input(bytes)| {
            check(&bytes);
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{target}: {error}");
        }
        if time.is_none_or(|time| start.elapsed() >= time) {
            println!("{target}: {} inputs", round * u64::from(INPUTS));
            return;
        }
    }
}

fn read_corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    // Folders have no order of their own, and an input is to mean the same everywhere.
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read(path).expect("a file"))
        .collect()
}

fn inputs(corpus: Vec<Vec<u8>>) -> impl Strategy<Value = Input> {
    let words = DICTIONARY.iter().map(|word| word.as_bytes().to_vec());
    let words: Vec<Vec<u8>> = words.chain(RAW.iter().map(|raw| raw.to_vec())).collect();
    let slice = |(input, from, to): (Vec<u8>, Index, Index)| {
        let (from, to) = (from.index(input.len() + 1), to.index(input.len() + 1));
        input[from.min(to)..from.max(to)].to_vec()
    };
    let piece = prop_oneof![
        3 => select(words.clone()),
        // Much of the same, up to the limits and beyond.
        1 => (select(words), 0..140_usize).prop_map(|(word, times)| word.repeat(times)),
        2 => vec(any::<u8>(), 0..32),
        1 => (select(corpus.clone()), any::<Index>(), any::<Index>()).prop_map(slice),
    ];
    let edits = vec((any::<Index>(), 0..8_usize, piece), 0..6);
    (select(corpus), edits).prop_map(|(mut input, edits)| {
        for (place, removed, piece) in edits {
            let from = place.index(input.len() + 1);
            let to = input.len().min(from + removed.saturating_sub(3));
            input.splice(from..to, piece);
        }
        input.truncate(BYTES_MAX);
        Input(input)
    })
}

#[test]
#[should_panic(expected = "minimal failing input")]
fn an_input_that_fails_is_found_and_shown() {
    run("code", |bytes| assert!(bytes.len() < 30));
}

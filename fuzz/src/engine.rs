//! Runs a target on inputs and more inputs.

use std::any::Any;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::dice::Dice;

/// Inputs of a run that nobody gave a time: enough to see that the target works.
const INPUTS: u64 = 5_000;

/// Bytes of an input. Longer ones find little more in the same time.
const BYTES_MAX: usize = 1024;

/// Mutations that are laid over one another.
const MUTATIONS_MAX: usize = 6;

/// What the parsers have an eye for.
const DICTIONARY: &[&str] = &[
    "\n",
    "\r\n",
    "\r\0",
    "\r",
    "\0",
    " ",
    "\t",
    "#",
    "/",
    "//",
    "-",
    ":",
    ".",
    "%",
    "\x1b[2J",
    "\x1b]0;",
    "\u{7f}",
    "\u{9b}31m",
    "\u{85}",
    "\u{202e}",
    "\u{2028}",
    "\u{2066}",
    "\u{200f}",
    "\u{feff}",
    "\u{200d}",
    "\u{301}",
    "\u{130}",
    "\u{df}",
    "\u{1c5}",
    "\u{3c2}",
    "\u{430}",
    "\u{fb01}",
    "\u{ff21}",
    "\u{1e9e}",
    "\u{345}",
    "\u{5d0}",
    "\u{660}",
    "\u{1f600}",
    "lee",
    "ann",
    "guest-7f3a",
    "you",
    "/msg ",
    "/me ",
    "/join #",
    "/nick ",
    "/ban ",
    "/mute ",
    "/kick ",
    "/search ",
    "from:",
    "in:#",
    "before:",
    "/history ",
    "2026-11-21",
    "/resume ",
    "K7Q2-9MXP",
    "/tz ",
    "Europe/Berlin",
    "/help ",
    "/claim ",
    "/log ",
    "10m",
    "2h",
    "36500d",
    "99999999999999",
    "name:",
    "192.0.2.7",
    "/24",
    "2001:db8::/32",
    "::ffff:127.0.0.1",
    "GET / HTTP/1.1",
    "SSH-2.0-",
    "CAP LS",
    "NICK ",
];

/// The same, where it is no text: telnet, TLS and the halves of characters.
const RAW: &[&[u8]] = &[
    b"\xff",
    b"\xff\xff",
    b"\xff\xf4",
    b"\xff\xf4\xff\xfd\x06",
    b"\xff\xfc\x06",
    b"\xff\xfd\x00",
    b"\xff\xfb\x1f",
    b"\xff\xfa\x1f\0\x50\0\x18\xff\xf0",
    b"\xff\xfa",
    b"\xff\xf0",
    b"\xe3",
    b"\x83",
    b"\xf0\x9f",
    b"\xc3",
    b"\x16\x03\x01",
];

/// Holds `check` against the inputs of a target. It fails by panicking.
pub(crate) fn run(target: &str, check: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    let mut corpus = read_corpus(&folder);
    for input in &corpus {
        hold(input, &folder, &check);
    }
    corpus.push(Vec::new());
    let seed = variable("CHINWAG_FUZZ_SEED");
    let time = variable("CHINWAG_FUZZ_SECONDS").map(Duration::from_secs);
    // Without a time it is a test like any other, which does the same every time.
    let seed =
        seed.unwrap_or_else(|| time.map_or(1, |_| RandomState::new().build_hasher().finish()));
    println!("{target}: CHINWAG_FUZZ_SEED={seed}");
    let mut dice = Dice::from_seed(seed);
    let start = Instant::now();
    let mut inputs = 0;
    while time.map_or(inputs < INPUTS, |time| start.elapsed() < time) {
        hold(&next(&corpus, &mut dice), &folder, &check);
        inputs += 1;
    }
    println!("{target}: {inputs} inputs in {:.1?}", start.elapsed());
}

fn variable(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name}={value} is not a number")),
    )
}

fn read_corpus(folder: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    // Folders have no order of their own, and a seed is to mean the same everywhere.
    paths.sort();
    let read = |path: &PathBuf| fs::read(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    paths.iter().map(read).collect()
}

fn hold(input: &[u8], folder: &Path, check: &impl Fn(&[u8])) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(input))) {
        keep(input, folder, panic);
    }
}

/// Keeps an input that failed, and fails.
fn keep(input: &[u8], folder: &Path, panic: Box<dyn Any + Send>) -> ! {
    let sum = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    let path = folder.join(format!("failed-{sum:016x}"));
    println!("failing input: b\"{}\"", input.escape_ascii());
    match fs::write(&path, input) {
        Ok(()) => println!("kept as {}", path.display()),
        Err(error) => println!("cannot be kept: {}: {error}", path.display()),
    }
    resume_unwind(panic)
}

fn next(corpus: &[Vec<u8>], dice: &mut Dice<'_>) -> Vec<u8> {
    let mut input = dice.pick(corpus).clone();
    for _ in 0..=dice.below(MUTATIONS_MAX) {
        mutate(&mut input, corpus, dice);
    }
    input.truncate(BYTES_MAX);
    input
}

fn mutate(input: &mut Vec<u8>, corpus: &[Vec<u8>], dice: &mut Dice<'_>) {
    let (from, to) = range(input, dice);
    match dice.below(9) {
        0 if !input.is_empty() => {
            let place = dice.below(input.len());
            input[place] ^= 1 << dice.below(8);
        }
        1 if !input.is_empty() => {
            let place = dice.below(input.len());
            input[place] = dice.byte();
        }
        2 => drop(input.drain(from..to)),
        3 => {
            let piece = input[from..to].to_vec();
            insert(input, &piece, dice);
        }
        4 => {
            let other = dice.pick(corpus);
            let (from, to) = range(other, dice);
            insert(input, &other[from..to], dice);
        }
        5 => {
            let bytes: Vec<u8> = (0..dice.below(8)).map(|_| dice.byte()).collect();
            insert(input, &bytes, dice);
        }
        6 => {
            // Much of the same, up to the limits and beyond.
            let piece = dice.pick(DICTIONARY).repeat(dice.below(140));
            insert(input, piece.as_bytes(), dice);
        }
        7 => {
            let piece: &&[u8] = dice.pick(RAW);
            insert(input, piece, dice);
        }
        _ => insert(input, dice.pick(DICTIONARY).as_bytes(), dice),
    }
}

fn range(input: &[u8], dice: &mut Dice<'_>) -> (usize, usize) {
    let (a, b) = (dice.below(input.len() + 1), dice.below(input.len() + 1));
    (a.min(b), a.max(b))
}

fn insert(input: &mut Vec<u8>, piece: &[u8], dice: &mut Dice<'_>) {
    let place = dice.below(input.len() + 1);
    input.splice(place..place, piece.iter().copied());
}

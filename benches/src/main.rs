//! What the inner pieces cost, one by one. `cargo bench` times them; `cargo xtask instructions`
//! counts their instructions under callgrind and holds them against `benches/instructions.txt`.
//!
//! Neither tells what the server as a whole can do: sockets, threads and the kernel are not here.
//! A time depends on the machine and what else it does, so nothing is ever judged by it. A count
//! of instructions is nearly the same every time, so it can say no to a change; but it knows
//! nothing of caches, waiting and the disk.
//!
//! One program does both, so that they cannot measure different things. To add a piece, put a row
//! into the list of its file, or a file with a list into [`LISTS`] and its function below.

#![allow(
    clippy::print_stdout,
    reason = "cargo xtask instructions reads what this prints"
)]

mod chat;
mod commit;
mod fixture;
mod lines;
mod piece;
mod reading;
mod render;
mod requests;
mod room_log;

use std::process::ExitCode;

use divan::Bencher;
use divan::counter::ItemsCount;

use crate::piece::{Counting, Piece};

/// All pieces, in the order in which a line of chat meets them.
const LISTS: &[&[Piece]] = &[
    lines::PIECES,
    requests::PIECES,
    chat::PIECES,
    commit::IN_MEMORY,
    commit::TO_FILES,
    render::PIECES,
    room_log::PIECES,
    reading::IN_MEMORY,
    reading::FROM_FILES,
    reading::WITHOUT_INDEX,
    reading::BEHIND_THE_CHAT,
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["rounds"] => {
            list();
            ExitCode::SUCCESS
        }
        ["repeat", name, rounds] => repeat(name, rounds),
        _ => {
            divan::main();
            fixture::remove_folders();
            ExitCode::SUCCESS
        }
    }
}

fn pieces() -> impl Iterator<Item = &'static Piece> {
    LISTS.iter().copied().flatten()
}

/// A line for each piece: its name, and the number of rounds or why it is not counted, with tabs
/// between them.
fn list() {
    for Piece { name, counting, .. } in pieces() {
        match counting {
            Counting::Rounds(rounds) => println!("{name}\t{rounds}"),
            Counting::LeftOut(why) => println!("{name}\t-\t{why}"),
        }
    }
}

/// Sets a piece up and runs it so many times: two such runs differ by their iterations alone.
fn repeat(name: &str, rounds: &str) -> ExitCode {
    let piece = pieces().find(|piece| piece.name == name);
    let (Some(piece), Ok(rounds)) = (piece, rounds.parse::<u32>()) else {
        return ExitCode::from(2);
    };
    let mut work = (piece.set_up)();
    for _ in 0..rounds {
        work();
    }
    ExitCode::SUCCESS
}

fn time(bencher: Bencher<'_, '_>, piece: &Piece) {
    let mut work = (piece.set_up)();
    // divan takes the first call as the measure of how many go into a sample, and that one finds
    // everything cold.
    work();
    match piece.items {
        1 => bencher.bench_local(work),
        items => bencher.counter(ItemsCount::new(items)).bench_local(work),
    }
}

#[divan::bench(args = lines::PIECES)]
fn lines(bencher: Bencher<'_, '_>, piece: &Piece) {
    time(bencher, piece);
}

#[divan::bench(args = requests::PIECES)]
fn requests(bencher: Bencher<'_, '_>, piece: &Piece) {
    time(bencher, piece);
}

#[divan::bench(args = chat::PIECES)]
fn chat(bencher: Bencher<'_, '_>, piece: &Piece) {
    time(bencher, piece);
}

#[divan::bench(args = render::PIECES)]
fn render(bencher: Bencher<'_, '_>, piece: &Piece) {
    time(bencher, piece);
}

#[divan::bench(args = room_log::PIECES)]
fn room_log(bencher: Bencher<'_, '_>, piece: &Piece) {
    time(bencher, piece);
}

// The slowest commits are what people notice: enough samples to see some.
#[divan::bench(args = commit::IN_MEMORY, sample_count = 1000)]
fn commit_in_memory(bencher: Bencher<'_, '_>, piece: &Piece) {
    time(bencher, piece);
}

#[divan::bench(args = commit::TO_FILES, sample_count = 1000)]
fn commit_to_files(bencher: Bencher<'_, '_>, piece: &Piece) {
    time(bencher, piece);
}

#[divan::bench(args = reading::IN_MEMORY)]
fn reading_in_memory(bencher: Bencher<'_, '_>, piece: &Piece) {
    time(bencher, piece);
}

#[divan::bench(args = reading::FROM_FILES)]
fn reading_from_files(bencher: Bencher<'_, '_>, piece: &Piece) {
    time(bencher, piece);
}

// One of them takes half a second.
#[divan::bench(args = reading::WITHOUT_INDEX, sample_count = 5)]
fn searching_without_index(bencher: Bencher<'_, '_>, piece: &Piece) {
    time(bencher, piece);
}

// Each uses up a part of the store, which has enough for a few hundred.
#[divan::bench(args = reading::BEHIND_THE_CHAT, sample_count = 200, sample_size = 1)]
fn behind_the_chat(bencher: Bencher<'_, '_>, piece: &Piece) {
    time(bencher, piece);
}

//! What the inner pieces cost, one by one. `cargo bench` times them; `cargo xtask instructions`
//! counts their instructions under callgrind and holds them against `benches/instructions.txt`.
//!
//! Neither tells what the server as a whole can do: sockets, threads and the kernel are not here.
//! A time depends on the machine and what else it does, so nothing is ever judged by it. A count
//! of instructions is nearly the same every time, so it can say no to a change; but it knows
//! nothing of caches, waiting and the disk.
//!
//! One program does both, so that they cannot measure different things. To add a piece, put a row
//! into the list of its file, or a file with a list into [`lists`].

#![allow(
    clippy::print_stdout,
    reason = "cargo xtask instructions reads what this prints"
)]

mod chat;
mod client;
mod commit;
mod feed;
mod fixture;
mod full_server;
mod lines;
mod piece;
mod reading;
mod render;
mod requests;

use std::process::ExitCode;

use divan::Bencher;
use divan::counter::ItemsCount;

use crate::piece::Piece;

/// All lists of pieces, in the order in which a line of chat meets them, and a benchmark of each.
macro_rules! lists {
    ($($name:ident($($option:tt)*) = $list:expr;)*) => {
        const LISTS: &[&[Piece]] = &[$($list),*];

        $(
            #[divan::bench(args = $list, $($option)*)]
            fn $name(bencher: Bencher<'_, '_>, piece: &Piece) {
                time(bencher, piece);
            }
        )*
    };
}

lists! {
    lines() = lines::PIECES;
    requests() = requests::PIECES;
    chat() = chat::PIECES;
    // The slowest commits are what people notice: enough samples to see some.
    commit_in_memory(sample_count = 1000) = commit::IN_MEMORY;
    commit_to_files(sample_count = 1000) = commit::TO_FILES;
    render() = render::PIECES;
    feed() = feed::PIECES;
    reading_in_memory() = reading::IN_MEMORY;
    reading_from_files() = reading::FROM_FILES;
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        // For xtask: a line for each piece that is counted.
        ["rounds"] => {
            let counted = pieces().filter_map(|piece| Some((piece.name, piece.rounds?)));
            counted.for_each(|(name, rounds)| println!("{name}\t{rounds}"));
        }
        // Likewise, of the pieces that `full-server` does one after the other.
        ["full-server", "rounds"] => {
            full_server::list().for_each(|(name, rounds)| println!("{name}\t{rounds}"));
        }
        ["full-server"] => full_server::run(),
        ["repeat", name, rounds] => return repeat(name, rounds),
        _ => {
            divan::main();
            fixture::remove_folders();
        }
    }
    ExitCode::SUCCESS
}

fn pieces() -> impl Iterator<Item = &'static Piece> {
    LISTS.iter().copied().flatten()
}

/// Sets a piece up and runs it so many times: two such runs differ by their iterations alone.
fn repeat(name: &str, rounds: &str) -> ExitCode {
    let piece = pieces().find(|piece| piece.name == name);
    let (Some(piece), Ok(rounds)) = (piece, rounds.parse::<u32>()) else {
        return ExitCode::from(2);
    };
    let mut work = (piece.set_up)();
    (0..rounds).for_each(|_| work());
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

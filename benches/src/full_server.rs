//! What each kind of request costs where fifty thousand people are in as many rooms: the hub is
//! one thread, so whatever scans everything stops everybody.
//!
//! Under callgrind it takes longer to fill the server than to count all pieces: they are counted in
//! one run of the program, which calls [`boundary`] between them.

use std::hint::black_box;

// Its `check` is for core's own tests.
#[expect(dead_code, reason = "the benchmarks only count")]
#[path = "../../crates/core/tests/full_server/fixture/mod.rs"]
mod fixture;

use fixture::{FullServer, pieces};

/// People, and rooms.
const PEOPLE: u64 = 50_000;
/// Bans, mutes and registered names.
const RESTRICTIONS: usize = 10_000;
/// Times that each piece is done between two boundaries.
const ROUNDS: u32 = 20;

/// The names of all pieces, in the order in which [`run`] does them, and how often.
pub(crate) fn list() -> impl Iterator<Item = (&'static str, u32)> {
    pieces().map(|piece| (piece.name, ROUNDS))
}

/// Fills a server and does all pieces, with a boundary before each and one behind the last.
pub(crate) fn run() {
    let mut server = FullServer::new(PEOPLE, RESTRICTIONS);
    // The first time, tables grow that then stay.
    pieces().for_each(|piece| (piece.work)(&mut server));
    for piece in pieces() {
        boundary(piece.name);
        (0..ROUNDS).for_each(|_| (piece.work)(&mut server));
    }
    boundary("");
}

/// Callgrind is told this function's name, and writes down what it has counted when it is called.
#[inline(never)]
fn boundary(name: &str) {
    black_box(name);
}

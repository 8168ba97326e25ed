//! The pieces that the benchmarks count, at a size that a test can afford: each must do its work,
//! and leave a server whose indexes agree.

mod fixture;

use std::collections::BTreeSet;

use fixture::{FullServer, pieces};

#[test]
fn pieces_have_names_of_their_own() {
    let names: BTreeSet<&str> = pieces().map(|piece| piece.name).collect();
    assert_eq!(names.len(), pieces().count());
}

#[test]
fn every_piece_can_be_repeated() {
    let mut server = FullServer::new(1_000, 190);
    for piece in pieces() {
        for _ in 0..3 {
            (piece.work)(&mut server);
            server.check();
        }
    }
}

//! The pieces that the benchmarks count, at a size that a test can afford: each must do its work,
//! and leave a server whose indexes agree.

mod fixture;

use fixture::{FullServer, PIECES};

#[test]
fn pieces_have_names_of_their_own() {
    let names: std::collections::BTreeSet<&str> = PIECES.iter().map(|piece| piece.name).collect();
    assert_eq!(names.len(), PIECES.len());
}

#[test]
fn every_piece_can_be_repeated() {
    let mut server = FullServer::new(1_000, 190);
    for piece in PIECES {
        for _ in 0..3 {
            (piece.work)(&mut server);
            server.check();
        }
    }
}

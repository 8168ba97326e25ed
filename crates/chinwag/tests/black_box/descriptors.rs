//! The server runs out of descriptors, and goes on when some are free again.

use crate::harness::{Client, Setup};

/// Enough for the server itself and a few connections.
const DESCRIPTORS: u32 = 64;

#[test]
fn those_who_are_in_go_on_and_others_wait_until_one_is_free() {
    let setup = Setup::new()
        .descriptors(DESCRIPTORS)
        .limit("arrival_time", "1h");
    let mut server = setup.start();
    let mut ann = server.join("ann");
    let mut bob = server.join("bob");
    let mut crowd: Vec<Client> = (0..DESCRIPTORS).map(|_| server.connect()).collect();
    server.log.until("cannot accept connections");

    ann.send("it is full");
    bob.expect("ann: it is full\n");
    bob.ask("/history", "ann: it is full\n--- now ---\n");
    bob.search("full", "ann: it is full\n");
    // The last of the queue gets in once enough of those before it are gone.
    let mut last = crowd.pop().expect("there is a crowd");
    drop(crowd);
    last.come_in("cy");
    ann.expect("* cy joined #lobby (3 here)\n");
    last.send("made it");
    ann.expect("cy: made it\n");
    server.join("dee");
    let setup = server.stop();
    let server = setup.start();
    server.join("eve").ask("/history", "cy: made it\n");
}

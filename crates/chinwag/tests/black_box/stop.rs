//! Stopping: everybody is told, what was shown is kept, and the status is 0.

use rustix::process::Signal;

use crate::harness::{Dice, Setup};
use crate::load::{self, Talk};

#[test]
fn either_signal_tells_everybody_and_ends_well() {
    for signal in [Signal::TERM, Signal::INT] {
        let server = Setup::new().start();
        let mut ann = server.join("ann");
        let mut bob = server.join("bob");
        let mut visitor = server.connect();
        visitor.expect("Enter your username: ");
        ann.send("last words");
        bob.expect("ann: last words\n");
        server.signal(signal);
        let setup = server.end();
        for client in [&mut ann, &mut bob] {
            let last = client.rest();
            assert!(last.ends_with("! The server is stopping.\n"), "{last}");
        }
        visitor.rest();
        let server = setup.start();
        server.join("cy").ask("/history", "ann: last words\n");
    }
}

#[test]
fn what_was_shown_before_it_stopped_under_load_is_kept() {
    let mut dice = Dice::new();
    let setup = Setup::new()
        .without_operator()
        .limit("history_lines", "10000000");
    let server = setup.start();
    let talk = Talk::start(&server, 0, 3, 3);
    let mut witness = server.join("witness");
    load::hear(&mut witness, dice.between(100, 4_000));
    let setup = server.stop();
    let told = witness.rest();
    assert!(told.ends_with("! The server is stopping.\n"), "{told}");
    let mut shown = talk.all_seen();
    shown.push(load::lines_of(witness.screen()));

    let server = setup.start();
    let mut reader = server.join("reader");
    reader.sync();
    reader.send("/history 1d");
    let history = load::lines_of(&reader.expect("--- now ---\n"));
    for shown in &shown {
        load::assert_kept(shown, &history);
    }
}

#[test]
fn a_signal_right_after_the_start_ends_well_too() {
    // A supervisor may stop the server as soon as it says that it listens.
    let mut setup = Setup::new();
    for _ in 0..20 {
        setup = setup.start().stop();
    }
}

#[test]
fn a_second_server_can_take_the_place_at_once() {
    let server = Setup::new().start();
    let address = server.address().to_string();
    let _ann = server.join("ann");
    let setup = server.stop();
    // The flag is given twice, so that the old address is listened on too.
    let server = setup.arguments(&["--listen", &address]).start();
    assert_eq!(server.addresses[1].to_string(), address);
    server.join("ann");
}

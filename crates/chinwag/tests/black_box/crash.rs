//! `kill -9` at random moments under load. Whatever anybody was shown is in the history afterwards,
//! exactly once and in the same order.

use crate::harness::{Client, Dice, Server, Setup};
use crate::load::{self, Talk};

const ROUNDS: usize = 5;
const SENDERS: usize = 3;
const LISTENERS: usize = 3;

#[test]
fn what_was_shown_survives_a_kill_at_any_moment() {
    let mut dice = Dice::new();
    let mut setup = Setup::new()
        .without_operator()
        .limit("history_lines", "10000000");
    let mut before = Vec::new();
    for round in 0..ROUNDS {
        let server = setup.start();
        assert_eq!(
            history(&server, 2 * round),
            before,
            "round {round}: what was kept stays"
        );
        let talk = Talk::start(&server, round, SENDERS, LISTENERS);
        let mut witness = server.join(&format!("witness{round}"));
        load::hear(&mut witness, dice.between(1, 4_000));
        setup = server.kill();
        let mut shown = talk.all_seen();
        witness.rest();
        shown.push(load::lines_of(witness.screen()));

        let server = setup.start();
        before = history(&server, 2 * round + 1);
        println!("round {round}: {} were kept", before.len());
        for shown in &shown {
            load::assert_kept(shown, &before);
        }
        setup = server.kill();
    }
}

/// All that was ever said, to somebody who has not been there before: a name that was there at the
/// kill may be kept.
fn history(server: &Server, number: usize) -> Vec<String> {
    let mut reader: Client = server.connect();
    reader.expect("Enter your username: ");
    reader.send(&format!("reader{number}"));
    reader.sync();
    reader.send("/history 1d");
    let (history, which) = reader.expect_any(&["--- now ---\n", "! Nothing was said"]);
    match which {
        0 => load::lines_of(&history),
        _ => Vec::new(),
    }
}

#[test]
fn a_message_that_was_left_for_an_account_survives_a_kill() {
    let setup = Setup::new();
    let server = setup.start();
    let mut ann = server.join("ann");
    ann.ask("/claim correct horse", "Your name is registered.");
    let mut bob = server.join("bob");
    bob.ask("/claim battery staple", "Your name is registered.");
    bob.ask("/quit", "Bye, bob.");
    ann.ask("/msg bob lunch?", "! bob is not here; kept until bob is.\n");
    let server = server.kill().start();
    // The kill may have come before it was written that bob quit: then it is told with the session.
    let mut bob = server.connect();
    bob.expect("Enter your username: ");
    bob.ask("bob#battery staple", "] ann -> you: lunch?\n");
    bob.ask("/quit", "Bye, bob.");
    let server = server.stop().start();
    let mut bob = server.join("bob#battery staple");
    bob.ask("/who", "bob (registered, nc)\n");
    assert!(!bob.screen().contains("lunch?"));
}

//! The contract's "Two people" block, and a third who listens: over bare sockets, through nc, and
//! through telnet at a terminal. Each screen is compared as a whole, with what was typed on it.

use crate::harness::{Client, Server, Setup, masked};

/// Whatever the three use to connect.
struct Means {
    connect: fn(&Server) -> Client,
    /// What bob does at last, and what the others see of it.
    hang_up: fn(&mut Client),
    reason: &'static str,
}

const ALICE: &str = "\
Welcome to localhost: nobody here yet.
Type a line to talk, /help for help, /quit to leave.
Enter your username: alice
Welcome, alice. You are in #lobby, alone.
--- now ---
anyone?
* bob joined #lobby (2 here)
* cy joined #lobby (3 here)
[--:--] bob: hi alice
/me waves
[--:--] * alice waves
[--:--] bob -> you: lunch?
/nick al
* alice is now al
* bob left #lobby (REASON)
/quit
Bye, al. 2 lines sent.
";

const BOB: &str = "\
Welcome to localhost: 1 person in 1 room.
Type a line to talk, /help for help, /quit to leave.
Enter your username: alice
\"alice\" is here already. Try another, such as alice2.
Enter your username: bob
Welcome, bob. You are in #lobby with alice.
--- last 1 of 1 messages; /history for more, /search to find ---
[--:--] alice: anyone?
--- now ---
* cy joined #lobby (3 here)
hi alice
[--:--] * alice waves
/msg alice lunch?
[--:--] you -> alice: lunch?
* alice is now al
";

const CY: &str = "\
Welcome to localhost: 2 people in 1 room.
Type a line to talk, /help for help, /quit to leave.
Enter your username: cy
Welcome, cy. You are in #lobby with alice and bob.
--- last 1 of 1 messages; /history for more, /search to find ---
[--:--] alice: anyone?
--- now ---
[--:--] bob: hi alice
[--:--] * alice waves
* alice is now al
* bob left #lobby (REASON)
* al left #lobby (quit)
";

#[test]
fn three_people_over_bare_sockets() {
    check(&Means {
        connect: Server::connect,
        hang_up: Client::shut,
        reason: "connection closed",
    });
}

#[test]
fn three_people_through_nc() {
    check(&Means {
        connect: |server| Client::nc(server.address(), &[]),
        hang_up: Client::interrupt,
        reason: "connection closed",
    });
}

#[test]
fn three_people_through_telnet() {
    check(&Means {
        connect: |server| Client::telnet(server.address()),
        // ^C, which telnet turns into an interrupt of its own: a /quit.
        hang_up: |bob| bob.write(b"\x03"),
        reason: "quit",
    });
}

#[track_caller]
fn check(means: &Means) {
    let server = Setup::new().without_operator().start();
    let mut alice = (means.connect)(&server);
    alice.come_in("alice");
    alice.expect("--- now ---\n");
    alice.send("anyone?");
    alice.sync();
    let mut bob = (means.connect)(&server);
    bob.expect("Enter your username: ");
    bob.ask("alice", "such as alice2.");
    bob.come_in("bob");
    bob.expect("--- now ---\n");
    alice.expect("* bob joined #lobby (2 here)\n");
    let mut cy = (means.connect)(&server);
    cy.come_in("cy");
    cy.expect("--- now ---\n");
    all_see([&mut alice, &mut bob], "* cy joined #lobby (3 here)\n");
    talk([&mut alice, &mut bob, &mut cy]);

    let bob_screen = screen(&bob, means);
    (means.hang_up)(&mut bob);
    let left = format!("* bob left #lobby ({})\n", means.reason);
    all_see([&mut alice, &mut cy], &left);
    alice.ask("/quit", "Bye, al. 2 lines sent.\n");
    cy.expect("* al left #lobby (quit)\n");
    for (screen, expected) in [
        (screen(&alice, means), ALICE),
        (bob_screen, BOB),
        (screen(&cy, means), CY),
    ] {
        assert_eq!(screen, expected);
    }
    let _ = server.stop();
}

fn talk([alice, bob, cy]: [&mut Client; 3]) {
    bob.send("hi alice");
    all_see([&mut *alice, &mut *cy], "bob: hi alice\n");
    alice.send("/me waves");
    all_see([&mut *alice, &mut *bob, &mut *cy], "* alice waves\n");
    bob.send("/msg alice lunch?");
    alice.expect("bob -> you: lunch?\n");
    bob.expect("you -> alice: lunch?\n");
    alice.send("/nick al");
    all_see([alice, bob, cy], "* alice is now al\n");
}

#[track_caller]
fn all_see<const N: usize>(clients: [&mut Client; N], text: &str) {
    for client in clients {
        client.expect(text);
    }
}

fn screen(client: &Client, means: &Means) -> String {
    let reason = format!("* bob left #lobby ({})", means.reason);
    masked(client.screen()).replace(&reason, "* bob left #lobby (REASON)")
}

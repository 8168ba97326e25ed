//! The table "Arriving" on the wire, case by case.

use crate::harness::{Client, Server, Setup, messages};

const PROMPT: &str = "Enter your username: ";

fn visitor(server: &Server) -> Client {
    let mut visitor = server.connect();
    visitor.expect(PROMPT);
    visitor
}

/// Types a name that must be refused with this sentence, and the prompt again.
#[track_caller]
fn refused(visitor: &mut Client, typed: &str, sentence: &str) {
    let answer = visitor.ask(typed, PROMPT);
    assert_eq!(answer, format!("{sentence}\n{PROMPT}"));
}

#[test]
fn names_that_cannot_be_had() {
    let server = Setup::new().limit("name_tries", "100").start();
    let mut lee = server.join("lee");
    let mut reg = server.join("reg");
    reg.ask("/claim secret", "Your name is registered.");
    reg.ask("/quit", "Bye, reg.");
    lee.expect("* reg left #lobby");
    let bad = "A name is 1 to 32 letters, digits, - _ or . and starts with a letter.";
    let registered = "\"reg\" is registered. If it is yours, type reg#password; or choose another.";
    let mut visitor = visitor(&server);
    for (typed, sentence) in [
        ("lee", "\"lee\" is here already. Try another, such as lee2."),
        ("LEE", "\"LEE\" is here already. Try another, such as LEE2."),
        ("Iee", "\"Iee\" looks like \"lee\". Choose another."),
        ("1ee", bad),
        ("a b", bad),
        ("#lee", bad),
        (&"x".repeat(33), bad),
        ("/nonsense", bad),
        ("reg", registered),
        (
            "Reg",
            "\"Reg\" is registered. If it is yours, type Reg#password; or choose another.",
        ),
        (
            "reg#wrong",
            "That is not the password of reg. Type reg#password again, with the right one; or choose another name.",
        ),
        ("/resume AAAA-AAAA", "That code is not valid any more."),
        ("/resume nonsense", "That code is not valid any more."),
    ] {
        refused(&mut visitor, typed, sentence);
    }
    visitor.ask("reg#secret", "Welcome, reg. You are in #lobby with lee.\n");
}

#[test]
fn enter_alone_is_a_guest() {
    let server = Setup::new().start();
    let guests = (0..20).map(|_| {
        let mut guest = visitor(&server);
        let welcome = guest.ask("", ". You are in #lobby");
        let name = welcome.strip_prefix("Welcome, guest-").expect("a guest");
        (guest, name.split('.').next().unwrap_or_default().to_owned())
    });
    let guests: Vec<_> = guests.collect();
    let mut names: Vec<_> = guests.iter().map(|(_, name)| name).collect();
    assert!(
        names.iter().all(|name| name.chars().count() == 4),
        "{names:?}"
    );
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 20);
}

#[test]
fn the_prompt_does_not_wait_for_ever() {
    let gone = "No name chosen. Bye.\n";
    let server = Setup::new().start();
    let mut visitor = visitor(&server);
    for _ in 0..4 {
        visitor.ask("not a name", PROMPT);
    }
    visitor.send("not a name");
    assert!(visitor.rest().ends_with(gone), "five failures");

    let server = Setup::new().limit("arrival_time", "1ms").start();
    assert!(server.connect().rest().ends_with(gone), "time");

    let server = Setup::new().limit("arrival_bytes", "64").start();
    let mut visitor = server.connect();
    visitor.expect(PROMPT);
    visitor.write(&[b'x'; 65]);
    assert!(visitor.rest().ends_with(gone), "bytes");
}

#[test]
fn a_full_server_says_so() {
    let server = Setup::new().limit("people", "2").start();
    let mut pair = [server.join("ann"), server.join("bob")];
    let mut third = server.connect();
    third.send("cy");
    let told = third.rest();
    assert!(
        told.ends_with("The server is full (2 people). Try again later.\n"),
        "{told}"
    );
    pair[1].ask("/quit", "Bye, bob. 0 lines sent.\n");
    pair[0].expect("* bob left #lobby (quit)\n");
    server.join("cy");
}

#[test]
fn the_banned_are_told_until_when() {
    let server = Setup::new().start();
    let mut lee = server.join("lee");
    let mut bob = server.join("bob");
    lee.ask("/ban name:bob 1d spam", "! bob is banned until ");
    let told = bob.rest();
    let (_, told) = told.rsplit_once("You are banned until ").expect("why");
    assert!(told.ends_with(" UTC: spam.\n") && told.len() == "2026-11-22 10:00 UTC: spam.\n".len());
    lee.expect("* bob left #lobby (banned by lee)\n");
    let mut again = visitor(&server);
    again.send("bob");
    assert_eq!(again.rest(), format!("You are banned until {told}"));
    lee.ask("/unban name:bob", "! bob is no longer banned.\n");
    server.join("bob");
}

#[test]
fn the_company_is_named_up_to_five() {
    let server = Setup::new().start();
    let mut clients: Vec<Client> = Vec::new();
    let mut come = |name: &str, company: &str| {
        let mut client = visitor(&server);
        client.ask(
            name,
            &format!("Welcome, {name}. You are in #lobby{company}.\n"),
        );
        clients.push(client);
    };
    come("ann", ", alone");
    come("bob", " with ann");
    come("cy", " with ann and bob");
    come("dee", " with ann, bob and cy");
    come("eve", " with ann, bob, cy and dee");
    come("fay", " with ann, bob, cy, dee and eve");
    come("gus", " with ann, bob, cy, dee, eve and 1 more");
    server
        .connect()
        .expect("Welcome to localhost: 7 people in 1 room.\n");
}

#[test]
fn a_lost_session_is_taken_up_with_its_code() {
    let server = Setup::new().start();
    let mut lee = server.join("lee");
    let mut megumin = server.join("megumin");
    let code = megumin.code();
    megumin.ask("/join dev", "You are in #dev, alone.\n");
    megumin.ask("/join lobby", "You are in #lobby with lee.\n");
    drop(megumin);
    lee.expect("* megumin left #lobby (connection ");
    for line in ["one", "two"] {
        lee.send(line);
    }
    lee.sync();
    let mut megumin = visitor(&server);
    megumin.send(&format!("/resume {}", code.to_lowercase()));
    megumin.expect("Welcome back, megumin. 2 messages while you were away:\n");
    assert_eq!(
        messages(&megumin.expect("lee: two\n")),
        ["lee: one", "lee: two"]
    );
    lee.expect("* megumin is back\n");
    megumin.ask("/who dev", "--- 1 person in #dev ---\n");
    drop(server);
}

#[test]
fn a_session_is_taken_up_while_the_old_connection_is_still_open() {
    let server = Setup::new().start();
    let mut lee = server.join("lee");
    let mut old = server.join("megumin");
    let code = old.code();
    let mut new = visitor(&server);
    new.ask(&format!("/resume {code}"), "Welcome back, megumin.");
    let told = old.rest();
    assert!(told.contains("! You signed in elsewhere.\n"), "{told}");
    new.send("here I am");
    let seen = lee.expect("megumin: here I am\n");
    assert!(!seen.contains("megumin left"), "{seen}");
    // A code is good for its session alone, and not after /quit.
    let (quit, mut thief) = (new.ask("/quit", "Bye, megumin."), visitor(&server));
    assert!(
        quit.ends_with("Bye, megumin.\n") || quit.ends_with("Bye, megumin."),
        "{quit}"
    );
    thief.ask(
        &format!("/resume {code}"),
        "That code is not valid any more.\n",
    );
}

#[test]
fn a_lock_keeps_strangers_out() {
    let server = Setup::new().start();
    let mut lee = server.join("lee");
    let mut reg = server.join("reg");
    reg.ask("/claim secret", "Your name is registered.");
    let mut guest = server.join("guest1");
    lee.ask("/lock", "! Locked: ");
    guest.ask(
        "hello",
        "! NOT sent: only registered names may speak at the moment.\n",
    );
    reg.send("hello");
    lee.expect("reg: hello\n");
    let stranger = "Only registered names may come in at the moment. Try again later.";
    refused(&mut visitor(&server), "stranger", stranger);
    lee.ask("/lock off", "! Unlocked: ");
    guest.send("hello");
    lee.expect("guest1: hello\n");
}

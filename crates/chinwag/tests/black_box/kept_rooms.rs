//! What is remembered of a room or an account is of that one, and of no other that has its name by now.

use crate::harness::{Client, Server, Setup};

/// A server with lee, who arrived first and operates it.
fn with_operator() -> (Server, Client) {
    let server = Setup::new().start();
    let lee = server.join("lee");
    (server, lee)
}

#[track_caller]
fn sign_in(server: &Server, name_and_password: &str) -> (Client, String) {
    let mut client = server.connect();
    client.expect("Enter your username: ");
    client.send(name_and_password);
    let welcome = client.expect("--- now ---\n") + &client.sync();
    (client, welcome)
}

/// Takes a lost session up again. What it is shown comes last.
#[track_caller]
fn resume(server: &Server, code: &str) -> (Client, String) {
    let mut back = server.connect();
    back.expect("Enter your username: ");
    back.send(&format!("/resume {code}"));
    let welcome = back.expect("Welcome back, ") + &back.sync();
    (back, welcome)
}

const ANOTHER: &str =
    "! You are no longer in #dev. It has ended, and #dev is another room: /join #dev\n";

#[test]
fn an_account_does_not_come_into_a_strangers_room_of_the_same_name() {
    let (server, mut lee) = with_operator();
    let mut ann = server.join("ann");
    ann.ask("/claim correct horse", "Your name is registered.");
    for room in ["dev", "ops"] {
        ann.ask(&format!("/join {room}"), "alone.");
        ann.send("here I am");
    }
    ann.ask("/quit", "Bye, ann.");
    lee.ask("/join #ops", "You are in #ops, alone.");
    lee.ask("/room name #build", "#build");
    lee.ask("/remove #dev", "#dev");
    let mut bob = server.join("bob");
    bob.ask("/join dev", "You are in #dev, alone.");
    // The room that was renamed is the same; the other only has the name.
    let visit = |server: &Server| {
        let (mut ann, welcome) = sign_in(server, "ann#correct horse");
        assert!(welcome.contains(ANOTHER), "{welcome}");
        assert!(welcome.contains("You are in #build"), "{welcome}");
        ann.ask("/quit", "Bye, ann.");
    };
    visit(&server);
    let heard = bob.ask("/who", "--- 1 person in #dev ---\n");
    assert!(!heard.contains("joined #dev"), "{heard}");
    bob.send("nobody else is here");
    bob.sync();
    // She is told once: what she was in last is what she finds next time.
    let server = server.stop().start();
    let (_ann, welcome) = sign_in(&server, "ann#correct horse");
    assert!(!welcome.contains("#dev"), "{welcome}");
    assert!(welcome.contains("You are in #build"), "{welcome}");
    server.stop();
}

#[test]
fn a_lost_session_does_not_come_into_a_strangers_private_room_after_a_restart() {
    let (server, mut lee) = with_operator();
    let mut gus = server.join("gus");
    gus.ask("/join dev", "alone.");
    let code = gus.code();
    drop(gus);
    lee.expect("* gus left #lobby (connection ");
    lee.ask("/remove #dev", "#dev");
    let mut bob = server.join("bob");
    bob.ask("/claim open sesame", "Your name is registered.");
    bob.ask("/join dev", "You are in #dev, alone.");
    bob.ask("/room closed on", "closed");
    bob.send("a secret");
    bob.sync();
    let server = server.stop().start();
    let (mut gus, _) = resume(&server, &code);
    gus.ask("/who #dev", "--- 0 people in #dev ---\n");
    gus.send("/history #dev");
    let seen = gus.sync();
    assert!(!seen.contains("secret"), "{seen}");
    server.stop();
}

#[test]
fn a_quiet_room_waits_for_a_person_whose_link_is_lost() {
    let (server, mut lee) = with_operator();
    let mut gus = server.join("gus");
    gus.ask("/join dev", "alone.");
    gus.ask("/room closed on", "closed");
    let code = gus.code();
    drop(gus);
    lee.expect("* gus left #lobby (connection ");
    // The rooms that nobody would miss are closed each second: one that was left for good is, and tells when.
    let mut bob = server.join("bob");
    bob.ask("/join gone", "alone.");
    bob.ask("/leave", "You are in #lobby");
    while bob.ask("/rooms", "#lobby").contains("#gone") {}
    bob.ask("/join dev", "! #dev is closed");
    let (mut gus, told) = resume(&server, &code);
    assert!(!told.contains("no longer in"), "{told}");
    gus.ask("/who #dev", "@gus");
    server.stop();
}

#[test]
fn a_guest_who_moderates_a_room_does_so_after_a_restart() {
    let server = Setup::new().start();
    let mut gus = server.join("gus");
    gus.ask("/join dev", "alone.");
    gus.ask("/room closed on", "closed");
    gus.send("a secret");
    gus.sync();
    let code = gus.code();
    let server = server.stop().start();
    let mut bob = server.join("bob");
    let (mut gus, _) = resume(&server, &code);
    gus.ask("/who #dev", "@gus");
    gus.ask("/invite bob", "bob");
    bob.ask("/join dev", "gus: a secret\n");
    server.stop();
}

#[test]
fn a_standing_that_was_taken_does_not_come_back_after_a_kill() {
    let (server, mut lee) = with_operator();
    let mut gus = server.join("gus");
    gus.ask("/join dev", "alone.");
    gus.send("here I am");
    let code = gus.code();
    lee.ask("/join dev", "with gus");
    lee.ask("/unmod gus", "took gus's moderator rights");
    let server = server.kill().start();
    let (mut gus, _) = resume(&server, &code);
    gus.ask("/room closed on", "! ");
    let people = gus.ask("/who #dev", "--- 1 person in #dev ---\n") + &gus.sync();
    assert!(
        people.contains("gus") && !people.contains("@gus"),
        "{people}"
    );
    server.stop();
}

const REMOVED: &str = "! You are no longer in #dev. That room has been closed.\n";

#[test]
fn a_room_that_was_removed_is_not_made_again_by_those_who_were_in_it() {
    let (server, mut lee) = with_operator();
    let mut ann = server.join("ann");
    ann.ask("/claim correct horse", "Your name is registered.");
    ann.ask("/join dev", "alone.");
    let mut gus = server.join("gus");
    gus.ask("/join dev", "with ann");
    gus.send("here I am");
    let code = gus.code();
    ann.ask("/quit", "Bye, ann.");
    drop(gus);
    lee.expect("* gus left #lobby (connection ");
    lee.ask("/remove #dev", "#dev");
    let (mut ann, told) = sign_in(&server, "ann#correct horse");
    assert!(told.contains(REMOVED), "{told}");
    ann.ask("/quit", "Bye, ann.");
    // It is told after a restart as well.
    let server = server.stop().start();
    let (mut gus, told) = resume(&server, &code);
    assert!(told.contains(REMOVED), "{told}");
    gus.send("/rooms");
    let rooms = gus.sync();
    assert!(!rooms.contains("#dev"), "{rooms}");
    server.stop();
}

#[test]
fn a_quiet_room_that_was_removed_is_not_opened_by_a_restart() {
    let (mut server, mut lee) = with_operator();
    let mut gus = server.join("gus");
    gus.ask("/join dev", "alone.");
    let code = gus.code();
    drop(gus);
    lee.expect("* gus left #lobby (connection ");
    lee.ask("/remove #dev", "#dev");
    lee.sync();
    for _ in 0..2 {
        server = server.stop().start();
    }
    let (mut gus, told) = resume(&server, &code);
    assert!(told.contains(REMOVED), "{told}");
    gus.ask("/join dev", "You are in #dev, alone.");
    server.stop();
}

#[test]
fn people_of_a_quiet_room_are_together_again_after_a_restart() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let mut bea = server.join("bea");
    ann.ask("/join dev", "alone.");
    bea.ask("/join dev", "You are in #dev with ann.");
    let codes = [ann.code(), bea.code()];
    let server = server.stop().start();
    let mut cy = server.join("cy");
    cy.ask("/join dev", "You are in #dev, alone.");
    cy.ask("/room closed on", "! /room needs moderator rights in #dev.");
    let (mut ann, _) = resume(&server, &codes[0]);
    let (mut bea, told) = resume(&server, &codes[1]);
    assert!(!told.contains("no longer in"), "{told}");
    bea.ask("/who #dev", "--- 3 people in #dev ---\n");
    ann.ask("/who #dev", "--- 3 people in #dev ---\n");
    server.stop();
}

/// Nothing was said in it, so it is there for its people alone.
#[test]
fn a_quiet_room_of_guests_keeps_what_is_set_in_it_over_a_restart() {
    let (mut server, mut lee) = with_operator();
    let mut gus = server.join("gus");
    let mut hal = server.join("hal");
    gus.ask("/join dev", "alone.");
    gus.ask("/room password open-sesame", "password");
    gus.ask("/room hidden on", "hid #dev");
    gus.ask("/bar eve", "barred from #dev");
    hal.ask("/join #dev open-sesame", "You are in #dev with gus.");
    let codes = [gus.code(), hal.code()];
    lee.sync();
    for _ in 0..2 {
        server = server.stop().start();
    }
    let (mut hal, _) = resume(&server, &codes[1]);
    let mut eve = server.join("eve");
    eve.send("/rooms");
    let rooms = eve.sync();
    assert!(!rooms.contains("#dev"), "{rooms}");
    eve.ask("/join #dev open-sesame", "! ");
    let mut cy = server.join("cy");
    cy.ask("/join dev", "! #dev needs a password");
    hal.ask(
        "/room hidden off",
        "! /room needs moderator rights in #dev.",
    );
    let (mut gus, _) = resume(&server, &codes[0]);
    let people = gus.ask("/who #dev", "--- 2 people in #dev ---\n") + &gus.sync();
    assert!(people.contains("@gus"), "{people}");
    gus.ask("/bars", "eve");
    // What ends with its people has ended: it is anybody's now.
    for guest in [&mut gus, &mut hal] {
        guest.ask("/quit", "Bye, ");
    }
    cy.ask("/join dev", "You are in #dev, alone.");
    cy.ask("/room closed on", "closed");
    server.stop();
}

#[test]
fn nobody_gets_a_right_by_coming_back_first_to_a_quiet_room() {
    let server = Setup::new().start();
    let mut mo = server.join("mo");
    let mut nat = server.join("nat");
    let mut ann = server.join("ann");
    ann.ask("/claim correct horse", "Your name is registered.");
    mo.ask("/join dev", "alone.");
    nat.ask("/join dev", "with mo");
    ann.ask("/join dev", "with mo and nat");
    mo.ask("/mod nat", "made nat a moderator");
    mo.ask("/unmod nat", "took nat's moderator rights");
    mo.ask("/mod ann", "made ann a moderator");
    let codes = [mo.code(), nat.code(), ann.code()];
    let server = server.stop().start();
    let (mut nat, _) = resume(&server, &codes[1]);
    nat.ask("/room closed on", "! /room needs moderator rights in #dev.");
    let (mut ann, _) = resume(&server, &codes[2]);
    let room = ann.ask("/room", "moderators") + &ann.sync();
    assert!(!room.contains("owner"), "{room}");
    let (mut mo, _) = resume(&server, &codes[0]);
    mo.ask("/room closed on", "closed");
    // The room is still the one that mo has made.
    mo.ask("/claim open sesame", "#dev is yours, under this name.");
    server.stop();
}

#[test]
fn an_account_makes_a_room_again_that_it_owned_and_no_other() {
    let (server, mut lee) = with_operator();
    let mut gus = server.join("gus");
    let mut ann = server.join("ann");
    ann.ask("/claim correct horse", "Your name is registered.");
    gus.ask("/join dev", "alone.");
    ann.ask("/join dev", "with gus");
    ann.ask("/join ops", "You are in #ops, alone.");
    ann.ask("/quit", "Bye, ann.");
    gus.ask("/quit", "Bye, gus.");
    let are_open = |lee: &mut Client| {
        let rooms = lee.ask("/rooms", "#lobby") + &lee.sync();
        rooms.contains("#dev") || rooms.contains("#ops")
    };
    while are_open(&mut lee) {}
    let (mut ann, told) = sign_in(&server, "ann#correct horse");
    assert!(told.contains(REMOVED), "{told}");
    ann.ask("/who #dev", "! No room #dev");
    ann.ask("/room", "owner: ann");
    // It has another number now, and is hers all the same.
    ann.send("here I am");
    ann.ask("/quit", "Bye, ann.");
    let (_ann, told) = sign_in(&server, "ann#correct horse");
    assert!(!told.contains("no longer in"), "{told}");
    assert!(told.contains("#ops"), "{told}");
    server.stop();
}

/// To outsiders a hidden room does not exist.
#[test]
fn who_comes_back_is_not_told_of_a_hidden_room_that_has_the_name_now() {
    let (server, mut lee) = with_operator();
    let gus = {
        let mut gus = server.join("gus");
        gus.ask("/join dev", "alone.");
        gus
    };
    let code = gus.code();
    drop(gus);
    lee.expect("* gus left #lobby (connection ");
    lee.ask("/remove #dev", "#dev");
    lee.ask("/join dev", "You are in #dev, alone.");
    lee.ask("/room hidden on", "hid #dev");
    let (mut gus, told) = resume(&server, &code);
    assert!(told.contains(REMOVED), "{told}");
    gus.ask("/who #dev", "! No room #dev");
    server.stop();
}

#[test]
fn a_session_of_an_account_that_has_ended_is_not_logged_in_to_the_next_of_its_name() {
    let (server, _lee) = with_operator();
    let mut mal = server.join("mal");
    mal.ask("/claim correct horse", "Your name is registered.");
    let mut other = server.join("guest-of-mal");
    other.ask("/login beside mal correct horse", "logged in");
    let code = other.code();
    drop(other);
    mal.expect("* guest-of-mal left #lobby (connection ");
    mal.ask("/unclaim correct horse", "free");
    mal.ask("/quit", "Bye, mal.");
    let mut victim = server.join("mal");
    victim.ask("/claim open sesame", "Your name is registered.");
    victim.ask("/quit", "Bye, mal.");
    let server = server.stop().start();
    let (mut back, _) = resume(&server, &code);
    back.ask("/account", "! ");
    back.send("/whois guest-of-mal");
    let whois = back.sync();
    assert!(!whois.contains("account mal"), "{whois}");
    server.stop();
}

#[test]
fn a_right_that_was_taken_while_the_link_was_lost_is_not_there_after_a_restart() {
    let (server, mut lee) = with_operator();
    let gus = server.join("gus");
    lee.ask("/op gus", "gus");
    let code = gus.code();
    drop(gus);
    lee.expect("* gus left #lobby (connection ");
    lee.ask("/deop gus", "gus");
    lee.sync();
    let server = server.stop().start();
    let (mut gus, _) = resume(&server, &code);
    gus.ask("/bans", "! /bans needs operator rights in #lobby.");
    server.stop();
}

/// What an account finds again is there as soon as it is told that it is so, whatever becomes of the process.
#[test]
fn what_an_account_changes_outlives_a_kill_at_once() {
    let (server, mut lee) = with_operator();
    lee.ask("/join dev", "You are in #dev, alone.");
    lee.ask("/claim correct horse", "! Your name is registered.");
    let mut setup = server.kill();
    for (does, answer, finds) in [
        ("/join ops", "You are in #ops, alone.", [true, true]),
        ("/leave dev", "You ", [false, true]),
        ("/ignore troll", "! You ignore troll now.", [false, true]),
        ("/time full", "! ", [false, true]),
    ] {
        let server = setup.start();
        let (mut lee, _) = sign_in(&server, "lee#correct horse");
        lee.ask(does, answer);
        // Settings are the session's own affair before they are the hub's.
        if does.starts_with("/time") {
            lee.sync();
        }
        let server = server.kill().start();
        let (mut lee, _) = sign_in(&server, "lee#correct horse");
        let rooms = lee.ask("/whois lee", "  connected by ");
        let found = ["#dev", "#ops"].map(|room| rooms.contains(room));
        assert_eq!(found, finds, "{does}: {rooms}");
        setup = server.kill();
    }
    let server = setup.start();
    let (mut lee, _) = sign_in(&server, "lee#correct horse");
    lee.ask("/ignore", "troll");
    lee.ask("/me waves", "[20");
    server.stop();
}

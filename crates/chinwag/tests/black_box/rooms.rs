//! Rooms with rules of their own, and messages that are deleted.

use crate::harness::{Client, Server, Setup};

/// A private room in five lines.
fn make_room(server: &Server) -> Client {
    let mut ann = server.join("ann");
    ann.ask("/claim correct horse", "Your name is registered.");
    ann.ask("/join #team", "You are in #team, alone.\n");
    ann.ask("/room closed", "* ann closed #team: ");
    ann.ask("/room hidden", "* ann hid #team from those outside\n");
    ann
}

#[test]
fn a_private_room_takes_five_lines() {
    let server = Setup::new().without_operator().start();
    let mut ann = make_room(&server);
    let (mut bob, mut eve) = (server.join("bob"), server.join("eve"));
    ann.ask("/invite bob", "! bob is invited to #team, once: ");
    bob.expect("! ann invites you to #team: /join #team\n");
    bob.ask("/join #team", "You are in #team with ann.\n");
    ann.expect("* bob joined #team (2 here)\n");
    ann.send("the code is swordfish");
    bob.expect("ann: the code is swordfish\n");

    // Every way to the past, and to the room.
    eve.ask(
        "/join #team",
        "! #team is closed: only those who are invited may enter.\n",
    );
    eve.ask("/search swordfish in:#team", "! No room #team.");
    eve.ask("/who #team", "! No room #team.");
    eve.ask("/room #team", "! No room #team.");
    eve.ask("/msg #team hello", "! No room #team. /rooms lists all.\n");
    eve.send("/search from:ann");
    eve.send("/search swordfish");
    eve.send("/rooms");
    eve.send("/whois ann");
    let seen = eve.sync();
    assert!(
        !seen.contains("#team") && !seen.contains("the code"),
        "{seen}"
    );
    bob.search("swordfish", "the code is swordfish");
}

/// The owner of a registered name, whose session may have survived.
fn sign_in(server: &Server, name_and_password: &str) -> Client {
    let mut client = server.connect();
    client.expect("Enter your username: ");
    client.send(name_and_password);
    client.expect("Welcome");
    client.sync();
    client
}

#[test]
fn a_room_survives_a_kill_with_its_rules() {
    let server = Setup::new().without_operator().start();
    let mut ann = make_room(&server);
    let mut bob = server.join("bob");
    bob.ask("/claim a staple", "Your name is registered.");
    ann.ask("/mod bob", "* ann made bob a moderator of #team\n");
    ann.ask("/bar troll 1d spam", "! troll is barred from #team until ");
    ann.send("the code is swordfish");
    ann.sync();
    let server = server.kill().start();

    let mut eve = server.join("eve");
    eve.ask(
        "/join #team",
        "! #team is closed: only those who are invited may enter.\n",
    );
    eve.send("/search swordfish");
    eve.send("/rooms");
    let seen = eve.sync();
    assert!(
        !seen.contains("#team") && !seen.contains("the code"),
        "{seen}"
    );
    let mut bob = sign_in(&server, "bob#a staple");
    bob.ask("/join #team", "You are in #team");
    bob.ask("/history", "ann: the code is swordfish\n");
    bob.ask("/bars", "  barred: troll since ");
    let mut troll = server.join("troll");
    troll.ask("/join #team", "! You are barred from #team until ");
    let mut ann = sign_in(&server, "ann#correct horse");
    ann.ask("/join #team", "You are in #team");
    ann.ask("/room", "  you own it: /help rooms\n");
}

#[test]
fn an_abandoned_private_room_shows_its_past_to_nobody() {
    let server = Setup::new().without_operator().start();
    let mut guest = server.join("guest");
    guest.ask("/join #team", "You are in #team, alone.\n");
    guest.ask("/room password sesame", "* guest gave #team a password\n");
    guest.send("the code is swordfish");
    guest.sync();
    let mut eve = server.join("eve");
    eve.ask("/join #team", "! #team needs a password: ");
    eve.ask(
        "/join #team simsalabim",
        "! That is not the password of #team.\n",
    );
    guest.ask("/quit", "Bye, guest. 1 line sent.\n");
    let finds_nothing = |server: &Server, who: &str| {
        let mut stranger = server.join(who);
        stranger.ask("/join #team", "You are in #team");
        stranger.send("/history");
        stranger.send("/search swordfish");
        stranger.send("/search swordfish in:#team");
        let seen = stranger.sync();
        assert!(!seen.contains("the code"), "{seen}");
        stranger.ask("/room", "  open to everybody\n");
    };
    finds_nothing(&server, "one");
    finds_nothing(&server.kill().start(), "two");
}

/// The reference of the message with these words.
fn reference(client: &mut Client, words: &str) -> String {
    client.sync();
    client.send("/history ids");
    let shown = client.sync();
    let line = shown.lines().find(|line| line.contains(words));
    let line = line.unwrap_or_else(|| panic!("no {words} in {shown}"));
    let (reference, _) = line[1..].split_once(": ").expect("a reference");
    reference.to_owned()
}

#[test]
fn a_deleted_message_is_gone_from_history_and_search_for_good() {
    let server = Setup::new().start();
    let mut op = server.join("op");
    op.ask("/claim correct horse", "Your name is registered.");
    let (mut ann, mut bob) = (server.join("ann"), server.join("bob"));
    ann.send("the password is hunter2");
    bob.expect("ann: the password is hunter2\n");
    bob.search("hunter2", "ann: the password is hunter2");
    bob.send("of bob");
    ann.expect("bob: of bob\n");
    let of_bob = reference(&mut op, "of bob");
    let reference = reference(&mut ann, "hunter2");
    bob.ask(
        &format!("/delete {reference}"),
        "! That is not your message, and /delete needs operator rights in #lobby to delete other people's.\n",
    );
    ann.ask(&format!("/delete {reference}"), "* ann deleted a message\n");
    bob.expect("* ann deleted a message\n");
    ann.ask(
        &format!("/delete {reference}"),
        "! There is no such message here.",
    );
    op.ask(&format!("/delete {of_bob}"), "* op deleted a message\n");
    let gone = |server: &Server, who: &str| {
        let mut reader = server.join(who);
        reader.send("/history");
        reader.send("/search hunter2");
        reader.send("/search from:ann");
        let seen = reader.sync();
        assert!(
            !seen.contains("hunter2 ") && !seen.contains("the password"),
            "{seen}"
        );
        assert!(seen.contains("* ann deleted a message\n"), "{seen}");
    };
    gone(&server, "one");
    let server = server.kill().start();
    gone(&server, "two");
    let mut op = sign_in(&server, "op#correct horse");
    let log = op.ask("/log", "op deleted a message of bob in #lobby\n");
    assert!(!log.contains("ann deleted"), "{log}");
    let setup = server.stop();
    for file in std::fs::read_dir(setup.data()).expect("a folder") {
        let path = file.expect("a file").path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        let has_word = bytes.windows(7).any(|part| part == b"hunter2");
        // The index has the words of messages, not what was said.
        assert!(
            !has_word || path.ends_with("search.db"),
            "{}",
            path.display()
        );
    }
}

/// More than the sockets hold, so that most of it is still to be fetched when bob is put out.
#[test]
fn a_history_under_way_ends_when_its_reader_is_put_out() {
    let server = Setup::new().without_operator().start();
    let mut ann = make_room(&server);
    let padding = "x".repeat(3_900);
    for n in 0..1_000 {
        ann.send(&format!("secret {n} {padding}"));
    }
    ann.sync();
    let mut bob = server.join("bob");
    ann.ask("/invite bob", "! bob is invited to #team, once: ");
    bob.ask("/join #team", "You are in #team with ann.\n");
    bob.sync();
    bob.send("/history 1000");
    // The first page is on its way.
    bob.expect("secret 0 ");
    ann.ask("/eject bob", "* bob was ejected from #team by ann\n");
    ann.send("only for the team");
    ann.sync();
    let shown = bob.sync();
    let secrets = shown.matches(" ann: secret ").count();
    assert!((1..900).contains(&secrets), "{secrets} of 1000");
    assert!(shown.contains("! #team is closed") || shown.contains("! There is no such room."));
    assert!(!shown.contains("only for the team"));
}

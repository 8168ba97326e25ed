//! What comes back after a restart: everything that was said or decided for good.

use crate::harness::{Server, Setup, masked, messages};

/// The first person, who is the operator.
fn fill(server: &Server) {
    let mut lee = server.join("lee");
    lee.ask("/claim correct horse", "Your name is registered.");
    let mut bob = server.join("bob");
    let mut troll = server.join("troll");
    for n in 1..=30 {
        bob.send(&format!("message {n}"));
    }
    bob.ask("/claim a staple", "Your name is registered.");
    bob.send("/me waves");
    bob.ask("/join #dev", "You are in #dev, alone.");
    bob.send("/topic Ship it");
    bob.expect("* bob set the topic: Ship it\n");
    bob.send("build is green");
    bob.sync();
    lee.ask("/op bob", "! bob is an operator now.\n");
    lee.ask(
        "/mute troll 2h noise",
        "! troll is muted for 2 hours: noise.",
    );
    troll.expect("! You are muted by lee for 2 hours: noise.\n");
    lee.ask("/mute quiet", "Nobody called");
    lee.ask("/ban name:mallory 1d spam", "! mallory is banned until ");
    lee.ask("/ban 192.0.2.0/24", "! 192.0.2.0/24 is banned.\n");
    lee.ask("/motd Be kind.", "! The message of the day is set.\n");
    lee.ask(
        "/announce restart at noon",
        "! lee announces: restart at noon\n",
    );
    lee.ask(
        "/topic Friday release",
        "* lee set the topic: Friday release\n",
    );
    lee.ask("/lock", "! Locked: ");
    // So that the next visit is a new one.
    troll.ask("/quit", "Bye, troll.");
    bob.ask("/quit", "Bye, bob.");
    lee.ask("/quit", "Bye, lee.");
}

#[test]
fn everything_decided_comes_back() {
    let server = Setup::new().start();
    fill(&server);
    let server = server.stop().start();

    let mut stranger = server.connect();
    stranger.expect("Enter your username: ");
    stranger.ask(
        "stranger",
        "Only registered names may come in at the moment.",
    );
    let mut thief = server.connect();
    thief.expect("Enter your username: ");
    thief.ask(
        "bob",
        "\"bob\" is registered. If it is yours, type bob#password; or choose another.\n",
    );
    thief.ask("bob#wrong", "Enter your username: ");

    let mut lee = server.connect();
    let welcome = lee.come_in("lee#correct horse");
    assert!(
        welcome.contains("Message of the day: Be kind.\n"),
        "{welcome}"
    );
    assert!(
        welcome.contains("Topic: Friday release (lee, just now)\n"),
        "{welcome}"
    );
    lee.ask("/lock off", "! Unlocked: ");
    let mut mallory = server.connect();
    mallory.expect("Enter your username: ");
    mallory.ask("mallory", "You are banned until ");
    assert!(mallory.rest().ends_with(" UTC: spam.\n"));
    let mut troll = server.join("troll");
    troll.ask("hello?", "! NOT sent: you are muted for ");

    let mut bob = server.connect();
    bob.come_in("bob#a staple");
    bob.ask("/unmute troll", "! troll may speak again.\n");
    let rooms = bob.ask("/rooms", "#dev");
    let rooms = rooms + &bob.expect("\n");
    assert!(
        rooms.contains("#dev (1 person, you too): Ship it"),
        "{rooms}"
    );
    let log = lee.ask("/log", "unmuted troll");
    for audit_entry in [
        "lee made bob an operator\n",
        "lee muted troll from 127.0.0.1 for 2 hours: noise\n",
        "lee banned mallory for 1 day: spam\n",
        "lee banned 192.0.2.0/24\n",
        "lee set the message of the day: Be kind.\n",
        "lee announced: restart at noon\n",
        "lee locked the server\n",
    ] {
        assert!(log.contains(audit_entry), "{audit_entry}: {log}");
    }
    let bans = lee.ask("/bans", "lee: spam\n");
    assert!(bans.contains("--- 2 bans, 0 mutes ---"), "{bans}");
}

#[test]
fn everything_said_comes_back_in_order() {
    let server = Setup::new().start();
    fill(&server);
    let server = server.stop().start();
    let mut lee = server.connect();
    lee.expect("Enter your username: ");
    lee.send("lee#correct horse");
    let replayed = lee.expect("--- now ---\n");
    let head = "--- last 20 of 31 messages; /history for more, /search to find ---\n";
    assert!(replayed.contains(head), "{replayed}");
    assert_eq!(messages(&replayed).len(), 20);
    lee.send("/history 100");
    let history = lee.expect("--- now ---\n");
    assert!(
        history.contains("--- last 31 of 31 messages ---\n"),
        "{history}"
    );
    let mut said: Vec<_> = (1..=30).map(|n| format!("bob: message {n}")).collect();
    said.push("* bob waves".into());
    assert_eq!(messages(&history), said);

    lee.ask("/join dev", "You are in #dev, alone.\n");
    let dev = masked(&lee.expect("--- now ---\n"));
    assert!(dev.contains("Topic: Ship it (bob, just now)\n"), "{dev}");
    assert!(
        dev.ends_with("[--:--] bob: build is green\n--- now ---\n"),
        "{dev}"
    );
    lee.search("green", "1 message with \"green\"");
    lee.expect("#dev bob: build is green\n");
}

#[test]
fn the_files_hold_no_password_and_are_nobody_elses() {
    use std::os::unix::fs::MetadataExt;
    let server = Setup::new().start();
    fill(&server);
    let setup = server.stop();
    let mut kept = Vec::new();
    for entry in std::fs::read_dir(setup.data()).expect("it is there") {
        let path = entry.expect("it is there").path();
        let mode = path.metadata().expect("it is there").mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
        kept.extend(std::fs::read(path).expect("it is ours"));
    }
    let has = |text: &str| kept.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has("$argon2id$"));
    assert!(!has("correct horse") && !has("a staple"));
}

#[test]
fn memory_keeps_nothing() {
    let setup = Setup::bare().arguments(&["--memory", "--listen", "127.0.0.1:0"]);
    let server = setup.start();
    let mut ann = server.join("ann");
    ann.send("hello");
    ann.sync();
    let setup = server.stop();
    let left = std::fs::read_dir(setup.home())
        .expect("it is there")
        .count();
    assert_eq!(left, 0, "files in {}", setup.home().display());
    let server = setup.start();
    let mut ann = server.join("ann");
    ann.ask("/history", "! Nothing was said in #lobby yet.\n");
}

#[test]
fn an_owner_is_told_of_guesses_though_the_server_was_restarted() {
    let server = Setup::new().start();
    let mut lee = server.join("lee");
    lee.ask("/claim correct horse", "Your name is registered.");
    let mut guest = server.join("guest");
    for _ in 0..2 {
        guest.ask("/nick lee#guess", "That is not the password of lee.");
    }
    lee.send("/quit");
    let server = server.stop().start();
    let mut lee = server.join("lee#correct horse");
    lee.expect("! 2 wrong passwords for this name since ");
    lee.expect(", last from 127.0.0.1.\n");
    lee.send("/quit");
    let server = server.stop().start();
    let mut lee = server.join("lee#correct horse");
    assert!(!lee.sync().contains("wrong password"), "told once");
}

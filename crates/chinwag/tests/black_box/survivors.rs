//! Sessions and settings across a restart of the server, orderly and by `kill -9`.

use crate::harness::{Client, Server, Setup, code_in};
use crate::proxy::ncat;

/// Two people in two rooms, of whom one has chosen much.
fn fill(server: &Server) -> (Client, Client) {
    let mut ann = server.join("ann");
    let mut bea = server.join("bea");
    bea.ask("/join dev", "You are in #dev, alone.\n");
    bea.ask("/time full", "! ");
    bea.ask("/ignore cy", "! You ignore cy now.");
    ann.send("before");
    bea.expect("#lobby ann: before\n");
    bea.sync();
    (ann, bea)
}

fn resume(server: &Server, code: &str) -> Client {
    let mut back = server.connect();
    back.expect("Enter your username: ");
    back.send(&format!("/resume {code}"));
    back
}

#[test]
fn a_code_outlives_an_orderly_restart_and_what_it_shows_is_exact() {
    let server = Setup::new().start();
    let (mut ann, bea) = fill(&server);
    let (code, second) = (bea.code(), ann.code());
    ann.sync();
    let server = server.stop().start();
    let mut ann = resume(&server, &second);
    ann.expect("Welcome back, ann. You missed nothing.\n");
    ann.send("after");
    ann.ask("/msg bea psst", "bea's link is lost; kept for ");
    ann.sync();
    let mut bea = resume(&server, &code);
    bea.expect("Welcome back, bea. 2 messages while you were away:\n");
    bea.expect(" minutes.\n");
    bea.expect("You are in #dev.\n");
    let told = bea.expect("ann -> you: psst\n");
    assert!(
        told.contains(":") && told.starts_with("[20"),
        "with full times: {told}"
    );
    assert!(told.contains("] #lobby ann: after\n"), "{told}");
    bea.ask("/who", "--- 1 person in #dev ---\n");
    bea.ask("/ignore", "cy");
    // The code was good once.
    resume(&server, &code).expect("That code is not valid any more.\n");
    drop(server);
}

#[test]
fn a_lost_session_outlives_a_restart_with_what_was_kept_for_it() {
    let server = Setup::new().start();
    let (mut ann, bea) = fill(&server);
    let code = bea.code();
    drop(bea);
    ann.expect("* bea left #lobby (connection ");
    ann.send("after");
    ann.ask("/msg bea psst", "bea's link is lost; kept for ");
    ann.sync();
    let server = server.stop().start();
    let mut bea = resume(&server, &code);
    bea.expect("Welcome back, bea. 2 messages while you were away:\n");
    bea.expect(" minutes.\n");
    let told = bea.expect("ann -> you: psst\n");
    assert!(told.contains("#lobby ann: after\n"), "{told}");
    let mut taker = server.connect();
    taker.expect("Enter your username: ");
    taker.ask("bea", "\"bea\" is here already.");
}

/// From the address of one whom the restart has cut off the name alone is enough.
#[test]
fn a_session_whose_name_was_taken_after_a_restart_comes_back_under_another() {
    let server = Setup::new().start();
    let (_ann, bea) = fill(&server);
    let code = bea.code();
    let server = server.stop().start();
    let mut stranger = server.join("bea");
    stranger.send("after");
    stranger.sync();
    let mut bea = resume(&server, &code);
    bea.expect("Welcome back, bea2. 1 message while you were away:\n");
    bea.expect("! Somebody has the name bea, or one that looks like it: you are bea2.\n");
    bea.expect("#lobby bea: after\n");
    bea.send("hello");
    bea.ask("/who #dev", "bea2 (");
    stranger.expect("* bea2 is back\n");
}

/// As people were told when the link was lost: its own address makes no difference.
#[test]
fn a_name_of_a_lost_link_is_kept_over_a_restart_and_a_kill_as_without() {
    let server = Setup::new().start();
    let (mut ann, bea) = fill(&server);
    let code = bea.code();
    drop(bea);
    ann.expect("* bea left #lobby (connection ");
    let mut server = server;
    for is_killed in [false, true, false] {
        let setup = match is_killed {
            true => server.kill(),
            false => server.stop(),
        };
        server = setup.start();
        let mut taker = server.connect();
        taker.expect("Enter your username: ");
        taker.ask("bea", "\"bea\" is kept for its owner for ");
        taker.ask("b\u{435}a", "\" looks like \"bea\". Choose another.");
        taker.ask("dan", "Welcome, dan.");
        taker.ask("/nick bea", "\"bea\" is kept for its owner for ");
        taker.ask("/msg bea psst", "! bea's link is lost; kept for ");
        taker.ask("/quit", "Bye, dan.");
    }
    let mut bea = resume(&server, &code);
    bea.expect("Welcome back, bea. 3 messages while you were away:\n");
    bea.expect("dan -> you: psst\n");
}

/// A stranger from elsewhere is not let in under the name; one from the person's own address may be the person.
#[test]
fn a_name_is_kept_over_a_restart_and_a_kill() {
    let server = Setup::new().start();
    let (_ann, mut bea) = fill(&server);
    bea.sync();
    let code = bea.code();
    let mut server = server.stop().start();
    for restart in 0..3 {
        let mut stranger = ncat("127.0.0.2", server.address(), &[]);
        stranger.expect("Enter your username: ");
        stranger.ask("bea", "\"bea\" is kept for its owner for ");
        stranger.ask("Bea", "\"Bea\" is kept for its owner for ");
        // With a Cyrillic letter.
        stranger.ask("b\u{435}a", "\" looks like \"bea\". Choose another.");
        stranger.ask("ann2", "Welcome, ann2.");
        stranger.ask("/nick bea", "is kept for its owner for ");
        stranger.ask("/nick b\u{435}a", "\" looks like \"bea\". Choose another.");
        stranger.ask("/quit", "Bye, ann2.");
        server = match restart {
            0 => server.stop().start(),
            1 => server.kill().start(),
            _ => break,
        };
    }
    resume(&server, &code).expect("Welcome back, bea.");
}

/// It comes back by its name, from wherever it runs.
#[test]
fn a_name_of_a_script_is_not_kept_over_a_restart() {
    let server = Setup::new().limit("sniff_time", "5m").start();
    let mut bot = server.connect();
    bot.send("bot");
    bot.expect("--- now ---\n");
    let server = server.stop().start();
    let mut again = ncat("127.0.0.2", server.address(), &[]);
    again.send("bot");
    again.expect("Welcome, bot.");
}

#[test]
fn an_ignore_follows_a_person_over_a_restart() {
    let server = Setup::new().start();
    let (mut ann, mut bea) = fill(&server);
    let mut cy = server.join("cy");
    ann.ask("/ignore cy", "! You ignore cy now.");
    cy.ask("/nick cyril", "cyril");
    let codes = [ann.code(), cy.code()];
    bea.sync();
    let server = server.stop().start();
    // The other way round too: she is back before the other is, who then takes one more name.
    let mut ann = resume(&server, &codes[0]);
    ann.expect("Welcome back, ann.");
    let mut cyril = resume(&server, &codes[1]);
    cyril.expect("Welcome back, cyril.");
    cyril.send("said as cyril");
    cyril.ask("/nick zed", "zed");
    cyril.send("said as zed");
    cyril.ask("/msg ann psst", "psst");
    let seen = ann.sync();
    assert!(
        !seen.contains("said as") && !seen.contains("psst"),
        "{seen}"
    );
    server.stop();
}

#[test]
fn a_guest_deletes_what_it_said_before_a_restart_and_under_another_name() {
    let server = Setup::new().start();
    let (mut ann, mut bea) = fill(&server);
    for (says, then) in [("first", "/nick bea2"), ("second", "/nick bea3")] {
        bea.ask(&format!("/msg #lobby {says}"), "! Sent to #lobby.");
        bea.ask(then, " is now ");
    }
    let code = bea.code();
    ann.sync();
    let server = server.stop().start();
    let mut ann = server.join("ann");
    let mut other = server.join("bea");
    other.send("third");
    ann.expect("bea: third");
    let mut bea = resume(&server, &code);
    bea.expect("Welcome back, bea3.");
    bea.send("/join lobby");
    bea.sync();
    bea.send("/history ids 3");
    let shown = bea.expect("third\n");
    let refs = shown.lines().filter(|line| line.contains("bea"));
    let refs: Vec<&str> = refs
        .filter_map(|line| line.strip_prefix('[')?.split_once(':').map(|(id, _)| id))
        .collect();
    let [first, second, third] = refs[..] else {
        panic!("{shown}");
    };
    bea.ask(&format!("/delete {third}"), "! That is not your message");
    for mine in [first, second] {
        bea.ask(&format!("/delete {mine}"), "* bea3 deleted a message\n");
    }
    server.stop();
}

/// Sessions are written once a second: the code of a session that has lasted longer is good. What is
/// shown may be a repeat, but nothing is missing.
#[test]
fn a_code_outlives_a_kill_and_nothing_is_lost() {
    let mut setup = Setup::new();
    let mut lines = 50;
    loop {
        let server = setup.start();
        let (mut ann, mut bea) = fill(&server);
        let mut seen = 0;
        for n in 0..lines {
            ann.send(&format!("line {n}"));
            if n < lines - 5 {
                bea.expect(&format!("ann: line {n}\n"));
                seen = n + 1;
            }
        }
        ann.sync();
        let code = bea.code();
        setup = server.kill();
        let server = setup.start();
        let mut back = resume(&server, &code);
        let (_, which) = back.expect_any(&["Welcome back, bea.", "not valid"]);
        if which == 0 {
            let told = bea.rest() + &back.sync();
            for n in seen..lines {
                assert!(told.contains(&format!("ann: line {n}\n")), "{n}: {told}");
            }
            return;
        }
        // It was too fast.
        setup = server.kill();
        lines *= 2;
    }
}

/// What the peer had read a moment before a kill the server may not know, and says so; the number is true.
#[test]
fn a_line_that_may_have_been_read_before_a_kill_is_told_as_such() {
    let server = Setup::new().start();
    let (ann, bea) = fill(&server);
    let codes = [ann.code(), bea.code()];
    let server = server.stop().start();
    // From here on their rows are written.
    let [mut ann, mut bea] = codes.map(|code| resume(&server, &code));
    ann.expect("--- now ---\n");
    let code = code_in(&bea.expect(" minutes.\n"));
    for n in 0..3 {
        ann.send(&format!("line {n}"));
        bea.expect(&format!("ann: line {n}\n"));
    }
    let server = server.kill().start();
    let mut dan = server.join("dan");
    dan.send("after");
    dan.sync();
    let mut bea = resume(&server, &code);
    let told = bea.expect("--- now ---\n");
    let again = told.matches("ann: line ").count();
    let welcome = match again {
        // The machine was so slow that all of it was acknowledged and saved.
        0 => "1 message while you were away:".to_owned(),
        1 => "The server crashed. 2 messages, of which you may have seen the first:".to_owned(),
        _ => {
            let all = again + 1;
            format!(
                "The server crashed. {all} messages, of which you may have seen the first {again}:"
            )
        }
    };
    assert!(
        told.contains(&format!("Welcome back, bea. {welcome}\n")),
        "{told}"
    );
    assert_eq!(told.matches("dan: after\n").count(), 1, "{told}");
}

/// A program takes up its session. Returns the reply and all behind it up to a line of another person's.
fn resume_program(server: &Server, resume: &str) -> (Client, String) {
    let mut program = server.connect();
    program.send(&format!("{{\"resume\":{{{resume}}}}}"));
    let told = program.expect("\"text\":\"after\"}\n");
    (program, told)
}

/// The value of a key, up to a comma or a brace.
fn value_of<'a>(told: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = told.split_once(&format!("\"{key}\":"))?;
    rest.split([',', '}']).next()
}

#[test]
fn a_program_is_told_after_a_kill_how_much_it_may_have_read_unless_it_says_so() {
    for says in [false, true] {
        let server = Setup::new().limit("sniff_time", "5m").start();
        let mut bot = server.connect();
        bot.send("{\"hello\":{\"name\":\"bot\"}}");
        let mut ann = server.connect();
        ann.send("ann");
        ann.expect("--- now ---\n");
        ann.send("after");
        let told = bot.expect("\"text\":\"after\"}\n");
        let code = value_of(&told, "code").expect("a code").to_owned();
        let server = server.stop().start();
        // From here on its row is written.
        let mut ann = server.connect();
        ann.send("ann");
        ann.expect("--- now ---\n");
        let mut bot = server.connect();
        bot.send(&format!("{{\"resume\":{{\"code\":{code}}}}}"));
        let code = bot.expect("\"rooms\"") + &bot.expect("}\n");
        let code = value_of(&code, "code").expect("a code").to_owned();
        ann.send("before");
        let seq = bot.expect("\"text\":\"before\"}\n");
        let (_, seq) = seq.rsplit_once("\"seq\":").expect("a number");
        let seq = seq.split(',').next().expect("a number");
        let server = server.kill().start();
        let mut dan = server.connect();
        dan.send("dan");
        dan.expect("--- now ---\n");
        dan.send("after");
        dan.sync();
        let after = format!(",\"after\":{seq}");
        let resume = format!("\"code\":{code}{}", if says { &*after } else { "" });
        let (_bot, told) = resume_program(&server, &resume);
        let again = told.matches("\"text\":\"before\"}").count();
        let doubted = value_of(&told, "doubted").map(str::to_owned);
        match says {
            true => assert_eq!((again, doubted), (0, None), "{told}"),
            false => assert_eq!(doubted, Some(again.to_string()), "{told}"),
        }
        let all = (again + 1).to_string();
        assert_eq!(value_of(&told, "missed"), Some(&*all), "{told}");
    }
}

/// Of private messages between guests the store knows nothing.
#[test]
fn who_missed_nothing_before_a_kill_is_told_no_more_than_is_known() {
    for (claims, expected) in [
        (
            false,
            "Welcome back, bea. You missed nothing in your rooms.\n",
        ),
        (true, "Welcome back, bea. You missed nothing.\n"),
    ] {
        let server = Setup::new().start();
        let mut bea = server.join("bea");
        if claims {
            bea.ask("/claim of bea", "Your name is registered.");
        }
        let code = bea.code();
        let server = server.stop().start();
        let mut bea = resume(&server, &code);
        let code = code_in(&bea.expect(" minutes.\n"));
        let server = server.kill().start();
        resume(&server, &code).expect(expected);
    }
}

/// Takes up a session by the password, without its code, and returns what is told.
fn sign_in(server: &Server, name: &str) -> (Client, String) {
    let mut client = server.connect();
    client.expect("Enter your username: ");
    client.send(&format!("{name}#of {name}"));
    let told = client.sync();
    assert!(told.contains(&format!("Welcome back, {name}.")), "{told}");
    (client, told)
}

/// Two people with accounts, of whom one has lost its link and has been written to; and the code of that session.
fn write_to_lost(server: &Server) -> String {
    let [mut ann, mut bea] = ["ann", "bea"].map(|name| {
        let mut client = server.join(name);
        let claim = format!("/claim of {name}");
        client.ask(&claim, "Your name is registered.");
        client
    });
    bea.ask("/msg ann first", "you -> ann: first");
    ann.expect("bea -> you: first");
    let code = bea.code();
    drop(bea);
    ann.expect("* bea left #lobby (connection ");
    for words in ["one", "two"] {
        ann.ask(
            &format!("/msg bea {words}"),
            "! bea's link is lost; kept for ",
        );
        ann.send(&format!("public {words}"));
    }
    ann.sync();
    code
}

fn check_told_once(told: &str) {
    for words in ["one", "two"] {
        let line = format!("ann -> you: {words}\n");
        assert_eq!(told.matches(&line).count(), 1, "{told}");
    }
}

#[test]
fn a_message_between_accounts_outlives_a_kill_and_is_told_once() {
    let server = Setup::new().start();
    write_to_lost(&server);
    let server = server.kill().start();
    let (bea, told) = sign_in(&server, "bea");
    check_told_once(&told);
    drop(bea);
    let server = server.stop().start();
    let (_, told) = sign_in(&server, "bea");
    assert!(!told.contains("ann -> you: "), "{told}");
}

#[test]
fn a_message_between_accounts_is_in_its_place_after_a_restart_and_is_answered() {
    let server = Setup::new().start();
    let code = write_to_lost(&server);
    let server = server.stop().start();
    let (mut ann, told) = sign_in(&server, "ann");
    assert!(!told.contains("first"), "{told}");
    let mut bea = resume(&server, &code);
    bea.expect("Welcome back, bea. 4 messages while you were away:\n");
    let told = bea.sync();
    check_told_once(&told);
    let places = ["you: one", "public one", "you: two", "public two"];
    let places = places.map(|words| told.find(words));
    assert!(places.is_sorted(), "{told}");
    bea.ask("/reply yes", "you -> ann: yes");
    ann.expect("bea -> you: yes");
    let (_, told) = sign_in(&server.stop().start(), "bea");
    assert!(!told.contains("ann -> you: "), "{told}");
}

/// A guest's invitation is of its session: it comes back with that, after a lost link and a restart.
#[test]
fn an_invitation_that_was_not_used_comes_back_with_its_session() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    ann.ask("/claim of ann", "Your name is registered.");
    ann.ask("/join team", "You are in #team, alone.\n");
    ann.ask("/room closed", "* ann closed #team: ");
    let mut bob = server.join("bob");
    ann.ask("/invite bob", "! bob is invited to #team, once: ");
    bob.expect("! ann invites you to #team: /join #team\n");
    let code = bob.code();
    drop(bob);
    ann.expect("* bob left #lobby (connection ");
    let server = server.stop().start();
    let mut bob = resume(&server, &code);
    bob.expect("Welcome back, bob.");
    bob.ask("/join team", "You are in #team");
    bob.ask("/leave team", "#lobby");
    bob.ask("/join team", "#team is closed");
}

#[test]
fn a_registered_name_finds_its_settings_rooms_and_ignores_at_the_next_visit() {
    let server = Setup::new().start();
    let mut lee = server.join("lee");
    lee.ask("/claim correct horse", "Your name is registered.");
    lee.ask("/tz Asia/Tokyo", "! ");
    lee.ask("/time full", "! ");
    lee.ask("/join dev", "You are in #dev, alone.\n");
    lee.ask("/ignore cy", "! You ignore cy now.");
    lee.ask("/quit", "Bye, lee.");
    let visit = |server: &Server| {
        let mut lee = server.connect();
        lee.expect("Enter your username: ");
        let welcome = lee.ask("lee#correct horse", "--- now ---\n");
        assert!(
            welcome.contains("Welcome, lee. You are in #dev, alone.\n"),
            "{welcome}"
        );
        assert!(welcome.contains("You are also in #lobby.\n"), "{welcome}");
        assert!(!welcome.contains("You ignore"), "{welcome}");
        lee.ask("/ignore", "cy");
        lee.ask("/time", "full");
        lee.ask("/tz", "Asia/Tokyo");
        lee.ask("/quit", "Bye, lee.");
    };
    visit(&server);
    let server = server.stop().start();
    visit(&server);
    // A stranger of that name gets nothing.
    let mut stranger = server.connect();
    stranger.expect("Enter your username: ");
    stranger.ask("lee", "\"lee\" is registered.");
}

/// The password takes over what the code would: there are not two of one person.
#[test]
fn a_password_takes_up_the_session_of_its_name_after_a_restart_too() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    ann.ask("/claim of ann", "Your name is registered.");
    let mut bea = server.join("bea");
    ann.ask("/join dev", "You are in #dev, alone.");
    let code = ann.code();
    let server = server.stop().start();
    // From elsewhere, too.
    let mut ann = ncat("127.0.0.2", server.address(), &[]);
    ann.expect("Enter your username: ");
    ann.ask("ann#of ann", "Welcome back, ann. You missed nothing.\n");
    ann.expect("You are in #dev.\n");
    ann.sync();
    bea = resume(&server, &bea.code());
    bea.ask("/who", "--- 2 people in #lobby ---\n");
    resume(&server, &code).expect("That code is not valid any more.\n");
}

/// An account may have several people: the password means the one who bears the name, before a restart and after it.
#[test]
fn a_session_of_an_account_under_another_name_is_taken_up_by_its_code() {
    let server = Setup::new().start();
    let mut owner = server.join("bob");
    owner.ask("/claim of bob", "Your name is registered.");
    owner.ask("/quit", "Bye, bob.");
    let mut guest = server.join("guest");
    guest.ask("/login beside bob of bob", "You are logged in to bob");
    let code = guest.code();
    drop(guest);
    let check = |server: &Server| {
        let mut beside = server.connect();
        beside.expect("Enter your username: ");
        beside.ask("bob#of bob", "Welcome, bob.");
        beside.ask("/quit", "Bye, bob.");
    };
    check(&server);
    let server = server.stop().start();
    check(&server);
    let mut guest = resume(&server, &code);
    guest.expect("Welcome back, guest.");
    guest.ask("/account", "bob");
}

/// A code is good once, also if the server is killed as soon as it was used; the next is good from the moment that
/// it is told.
#[test]
fn the_next_code_is_good_and_the_last_is_spent_after_a_kill_at_once() {
    let server = Setup::new().start();
    let vic = server.join("vic");
    let first = vic.code();
    let server = server.stop().start();
    let second = code_in(&resume(&server, &first).expect(" minutes.\n"));
    let server = server.kill().start();
    resume(&server, &first).expect("That code is not valid");
    let third = code_in(&resume(&server, &second).expect(" minutes.\n"));
    assert_ne!(second, third);
}

#[test]
fn a_logout_stands_after_a_kill_at_once() {
    let server = Setup::new().start();
    let mut vera = server.join("vera");
    vera.ask("/claim correct horse", "Your name is registered.");
    let server = server.stop().start();
    let mut vera = server.connect();
    vera.expect("Enter your username: ");
    let code = code_in(&vera.ask("vera#correct horse", " minutes.\n"));
    vera.ask("/logout", "You are logged out of vera.");
    let server = server.kill().start();
    let mut back = resume(&server, &code);
    back.ask("/account", "ou are not logged in");
}

/// What one is shown of one's own session is the same after a restart as before.
#[test]
fn a_session_goes_on_after_a_restart_as_it_was() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let mut bea = server.join("bea");
    for words in ["one", "two", "three"] {
        bea.send(words);
    }
    bea.ask("/away gone fishing", "! You are away: gone fishing.");
    // The mute is of a name that she bears no longer.
    ann.ask("/mute bea", "! bea is muted");
    ann.ask("/rename bea rob", "! bea was renamed to rob.");
    let code = bea.code();
    bea.sync();
    let server = server.stop().start();
    let mut ann = server.join("ann");
    let mut bea = resume(&server, &code);
    bea.expect("Welcome back, rob.");
    ann.expect("* rob is back\n");
    ann.ask("/whois rob", "gone fishing");
    bea.send("hello");
    bea.expect("! NOT sent: you are muted.");
    bea.ask("/quit", "Bye, rob. 3 lines sent.\n");
}

/// A restart takes no rights that a lost link would not take, and gives none away.
#[test]
fn the_first_operator_is_one_after_a_kill_too() {
    let server = Setup::new().start();
    let mut lee = server.join("lee");
    lee.expect("* You are the operator here");
    let code = lee.code();
    let server = server.kill().start();
    let mut other = server.join("other");
    other.ask("/lock", "! /lock needs operator rights in #lobby.\n");
    let mut lee = resume(&server, &code);
    let code = code_in(&lee.expect(" minutes.\n"));
    lee.ask("/lock", "! Locked: ");
    lee.ask("/lock off", "! Unlocked: ");
    lee.ask(
        "/deop lee",
        "! You are no longer an operator, and nobody is: ",
    );
    let server = server.kill().start();
    let mut lee = resume(&server, &code);
    lee.expect("Welcome back, lee.");
    lee.ask("/lock", "! /lock needs operator rights in #lobby.\n");
    server.join("next").ask("/lock", "! Locked: ");
}

/// The rows of sessions are written once a second; what somebody was told is kept does not wait for that.
#[test]
fn what_was_told_to_be_kept_for_a_guest_outlives_a_kill_at_once() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let bea = server.join("bea");
    let code = bea.code();
    drop(bea);
    ann.expect("* bea left #lobby (connection ");
    ann.ask("/msg bea psst", "! bea's link is lost; kept for ");
    let server = server.kill().start();
    let mut bea = resume(&server, &code);
    bea.expect("Welcome back, bea.");
    bea.expect("ann -> you: psst\n");
}

#[test]
fn a_name_that_was_told_to_be_kept_is_so_after_a_kill_at_once() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let bea = server.join("bea");
    let code = bea.code();
    drop(bea);
    ann.expect("* bea left #lobby (connection ");
    ann.ask("/nick bea", "\"bea\" is kept for its owner for ");
    let server = server.kill().start();
    let mut taker = server.connect();
    taker.expect("Enter your username: ");
    taker.ask("bea", "\"bea\" is kept for its owner for ");
    resume(&server, &code).expect("Welcome back, bea.");
}

#[test]
fn what_a_guest_has_set_outlives_a_kill_at_once() {
    let server = Setup::new().start();
    // The first is the operator.
    let _ann = server.join("ann");
    let mut bea = server.join("bea");
    let code = bea.code();
    bea.ask("/join dev", "You are in #dev, alone.\n");
    bea.ask("/room moderated", "#dev");
    let server = server.kill().start();
    let mut cy = server.join("cy");
    cy.ask("/join dev", "You are in #dev");
    cy.send("psst");
    cy.expect("! NOT sent: #dev is read-only");
    let mut bea = resume(&server, &code);
    let code = code_in(&bea.expect(" minutes.\n"));
    bea.ask("/who #dev", "@bea");
    for (command, answer) in [
        ("/time full", "! Messages are shown with a full time.\n"),
        ("/ignore cy", "! You ignore cy now."),
        ("/away gone fishing", "! You are away: gone fishing."),
        ("/nick rob", "* bea is now rob\n"),
    ] {
        bea.ask(command, answer);
    }
    let server = server.kill().start();
    let mut rob = resume(&server, &code);
    rob.expect("Welcome back, rob.");
    rob.ask("/ignore", "cy");
    rob.ask("/whois rob", "gone fishing");
    rob.ask("/time", "! Messages are shown with a full time.\n");
}

#[test]
fn a_guest_is_in_the_rooms_that_it_entered_and_in_none_that_it_left_after_a_kill_at_once() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    ann.ask("/join ops", "You are in #ops, alone.\n");
    let mut bea = server.join("bea");
    bea.ask("/join dev", "You are in #dev, alone.\n");
    ann.ask("/join dev", "You are in #dev");
    let codes = [ann.code(), bea.code()];
    let server = server.stop().start();
    // From here on both have rows.
    let [_ann, mut bea] = codes.map(|code| resume(&server, &code));
    let code = code_in(&bea.expect("You are in #dev.\n"));
    bea.ask("/leave dev", "You are in #lobby");
    let server = server.kill().start();
    let mut bea = resume(&server, &code);
    let code = code_in(&bea.expect("You are in #lobby.\n"));
    bea.ask("/leave dev", "! You are not in #dev");
    bea.ask("/join ops", "You are in #ops");
    let server = server.kill().start();
    resume(&server, &code).expect("You are in #ops.\n");
}

#[test]
fn the_name_of_a_guest_that_has_quit_is_free_after_a_kill_at_once() {
    let server = Setup::new().start();
    let code = server.join("bea").code();
    let server = server.stop().start();
    // From here on it has a row.
    let mut bea = resume(&server, &code);
    let code = code_in(&bea.expect(" minutes.\n"));
    bea.ask("/quit", "Bye, bea.");
    let server = server.kill().start();
    let mut taker = ncat("127.0.0.2", server.address(), &[]);
    taker.expect("Enter your username: ");
    taker.ask("bea", "Welcome, bea.");
    resume(&server, &code).expect("That code is not valid");
}

/// Each is told when it is written, of an account and of a guest, also one that goes back to what it was.
#[test]
fn a_setting_outlives_a_kill_at_once() {
    let server = Setup::new().start();
    let mut bea = server.join("bea");
    bea.ask("/claim of bea", "Your name is registered.");
    let mut codes = [bea.code(), server.join("guest").code()];
    // From here on both have rows.
    let mut server = server.stop().start();
    for (command, answer) in [
        ("/time full", "! Messages are shown with a full time.\n"),
        ("/tz Asia/Tokyo", "! Times use the zone Asia/Tokyo.\n"),
        ("/echo on", "! Echo is on: "),
        ("/bell on", "! Bell is on: "),
        ("/quiet on", "! Quiet is on: "),
        ("/time short", "! Messages are shown with a short time.\n"),
        ("/tz -", "! Times use the server's zone"),
        ("/echo off", "! Echo is off: "),
        ("/bell off", "! Bell is off.\n"),
        ("/quiet off", "! Quiet is off: "),
    ] {
        let mut people = codes.map(|code| resume(&server, &code));
        codes = people.each_mut().map(|person| {
            let code = code_in(&person.expect(" minutes.\n"));
            person.expect("--- now ---\n");
            person.ask(command, answer);
            code
        });
        server = server.kill().start();
        let (word, _) = command.split_once(' ').expect("a command");
        let mut people = codes.map(|code| resume(&server, &code));
        codes = people.each_mut().map(|person| {
            let code = code_in(&person.expect(" minutes.\n"));
            person.expect("--- now ---\n");
            person.ask(word, answer);
            code
        });
    }
}

/// A terminal shows what was typed there, whatever its person was called then.
#[test]
fn what_one_said_under_another_name_is_not_shown_to_oneself_after_a_kill() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let code = server.join("bea").code();
    ann.expect("* bea left #lobby (connection ");
    // From here on she has a row.
    let mut bea = resume(&server, &code);
    let code = code_in(&bea.expect(" minutes.\n"));
    bea.sync();
    ann.send("first");
    bea.expect("ann: first\n");
    bea.send("said as bea");
    bea.ask("/nick rob", "* bea is now rob\n");
    bea.send("said as rob");
    ann.expect("rob: said as rob\n");
    ann.send("last");
    ann.sync();
    let server = server.kill().start();
    let mut rob = resume(&server, &code);
    rob.expect("Welcome back, rob.");
    let told = rob.expect("--- now ---\n");
    assert!(!told.contains("said as"), "{told}");
}

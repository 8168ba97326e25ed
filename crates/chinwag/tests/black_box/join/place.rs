//! What a pipe says goes to the room that it is meant for, or nowhere.

use std::io::Write;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

use super::relay::Relay;
use super::{check_status, end, join, run, setup, start};
use crate::harness::{Client, Ear, Server, Setup, messages};

/// A moderator in a room of its own.
fn moderator(server: &Server, room: &str) -> Client {
    let mut lee = server.connect();
    lee.send("lee");
    lee.expect("Welcome, lee.");
    lee.ask(
        &format!("/join {room}"),
        &format!("You are in {room}, alone.\n"),
    );
    lee
}

#[test]
fn who_is_put_out_of_the_room_says_nothing_in_the_lobby() {
    let server = setup().start();
    let mut listener = super::listener(&server);
    let mut lee = moderator(&server, "#u");
    let mut app = start(&server, &["--name", "app", "--room", "u"]);
    let mut pipe = app.stdin.take().expect("it is piped");
    writeln!(pipe, "o1").expect("it reads");
    lee.expect("app: o1\n");
    lee.ask("/eject app", "app was ejected from #u by lee");
    // It may have stopped already.
    let _ = writeln!(pipe, "secret");
    let output = app.wait_with_output().expect("it is our child");
    check_status(&output, 5, "You were ejected from #u by lee.");
    let heard = listener.sync();
    assert!(messages(&heard).is_empty(), "{heard}");
}

#[test]
fn who_is_put_out_while_the_link_is_lost_says_nothing_elsewhere() {
    let server = setup().start();
    let mut listener = super::listener(&server);
    let mut lee = moderator(&server, "#u");
    let relay = Relay::start(server.address(), &[900]);
    let mut command = join(
        &relay.address().to_string(),
        &["--name", "app", "--room", "u", "--no-history"],
    );
    let mut app = command.spawn().expect("the program is built");
    let mut pipe = app.stdin.take().expect("it is piped");
    writeln!(pipe, "o1").expect("it reads");
    lee.expect("app: o1\n");
    relay.lose_server();
    // The link breaks behind so many bytes.
    for _ in 0..4 {
        lee.send(&"x".repeat(300));
    }
    lee.expect("* app left #u (connection");
    lee.ask("/bar name:app", "app is barred from #u");
    // Until it knows that the link is lost, a line could be on its way.
    let mut told = Ear::new(app.stderr.take().expect("it is piped"));
    let lost = told.until("the link is lost");
    writeln!(pipe, "secret").expect("it reads");
    relay.find_server(server.address());
    let words = lost + &told.rest();
    let mut output = app.wait_with_output().expect("it is our child");
    output.stderr = words.clone().into_bytes();
    check_status(&output, 5, "You are no longer in #u");
    assert!(words.contains("1 line NOT sent."), "{words}");
    let heard = listener.sync();
    assert!(messages(&heard).is_empty(), "{heard}");
}

#[test]
fn a_refused_command_is_told_and_a_refused_room_is_the_end() {
    let server = setup().start();
    let mut listener = super::listener(&server);
    let mut lee = moderator(&server, "#priv");
    lee.ask("/room closed", "closed #priv");
    let arguments = ["--name", "bot", "--commands"];
    let output = run(&server, &arguments, b"/join #priv\nsecret\n");
    check_status(&output, 5, "NOT done: #priv is closed.");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains("NOT sent."), "{words}");
    let output = run(&server, &["--name", "app", "--room", "priv"], b"secret\n");
    check_status(&output, 4, "#priv is closed.");
    listener.expect("* app left #lobby (quit)");
    for line in ["/msg nobody hi", "/nick lee", "/nosuch", "/login lee wrong"] {
        let input = format!("{line}\nand on\n");
        let output = run(&server, &arguments, input.as_bytes());
        check_status(&output, 7, "NOT done: ");
        listener.expect("bot: and on\n");
    }
    let output = run(
        &server,
        &arguments,
        b"/who\n/join #open\nhere\n/leave\nthere\n",
    );
    check_status(&output, 0, "");
    let heard = listener.expect("bot: there\n");
    assert!(
        !heard.contains("secret") && !heard.contains("bot: here"),
        "{heard}"
    );
}

#[test]
fn a_name_is_free_behind_a_link_that_was_lost() {
    let server = setup().start();
    let mut listener = super::listener(&server);
    let relay = Relay::start(server.address(), &[600]);
    let mut command = join(&relay.address().to_string(), &["--name", "app"]);
    let app = command.spawn().expect("the program is built");
    let lines = "a line of some length\n".repeat(30);
    check_status(&end(app, lines.as_bytes()), 0, "the link is back.");
    listener.expect("* app left #lobby (quit)");
    let output = run(&server, &["--name", "app"], b"again\n");
    check_status(&output, 0, "");
}

/// A pipe that comes in by the password takes up what a terminal has lost, and shows it once.
#[test]
fn what_an_account_has_missed_is_shown_once() {
    let setup: Setup = setup();
    let file = setup.file("password", "open sesame\n");
    let server = setup.start();
    let mut bob = super::listener(&server);
    let mut ann = server.connect();
    ann.send("ann");
    ann.expect("Welcome, ann.");
    ann.ask("/claim open sesame", "Your name is registered.");
    for room in ["ops", "lobby"] {
        ann.ask(&format!("/join {room}"), &format!("You are in #{room}"));
        ann.sync();
        bob.ask(&format!("/join {room}"), &format!("You are in #{room}"));
    }
    for arguments in [&["--name", "ann"][..], &["--name", "ann", "--room", "ops"]] {
        set_socket_linger(ann.writer(), Some(Duration::ZERO)).expect("it is a socket");
        drop(ann);
        bob.expect("* ann left #");
        bob.expect("(connection lost)\n");
        bob.ask("/msg #ops in ops", "! Sent to #ops.");
        bob.ask("/msg #lobby in the lobby", "");
        bob.sync();
        let arguments = [arguments, &["--password-file", &file]].concat();
        let output = run(&server, &arguments, b"hi\n");
        let seen = String::from_utf8_lossy(&output.stdout);
        assert!(seen.contains(" messages while you were away:"), "{seen}");
        for text in ["in ops", "in the lobby"] {
            assert_eq!(seen.matches(text).count(), 1, "{text}: {seen}");
        }
        ann = server.connect();
        ann.send("ann#open sesame");
        ann.expect("Welcome, ann. You are in #");
        ann.ask("/join ops", "You are in #ops");
        ann.ask("/join lobby", "You are in #lobby");
        ann.sync();
    }
}

#[test]
fn a_script_that_resumes_by_hand_keeps_no_name() {
    let server = setup().start();
    let mut listener = super::listener(&server);
    let mut bot = server.connect();
    bot.send("bot");
    bot.expect("within 10 minutes.");
    let code = bot.code();
    let mut again = server.connect();
    again.send(&format!("/resume {code}"));
    again.expect("Welcome back, bot.");
    again.shut();
    again.rest();
    listener.expect("* bot left #lobby (connection closed)");
    let mut next = server.connect();
    next.send("bot");
    next.expect("Welcome, bot.");
}

#[test]
fn a_password_that_was_not_needed_is_told() {
    let setup: Setup = setup();
    let file = setup.file("password", "correct horse\n");
    let server = setup.start();
    let arguments = ["--name", "ann", "--password-file", &file];
    let output = run(&server, &arguments, b"hi\n");
    check_status(
        &output,
        0,
        "\"ann\" is not registered: the password was not needed.",
    );
    let seen = String::from_utf8_lossy(&output.stdout);
    assert!(!seen.contains("not needed"), "{seen}");
}

/// To enter a room makes it, so that a typo is no error.
#[test]
fn who_makes_a_room_is_told() {
    let server = setup().start();
    let check = |room, said| {
        let output = run(&server, &["--name", "app", "--room", room], b"hi\n");
        check_status(&output, 0, said);
    };
    check(
        "typo",
        "chinwag: #typo may be a new room: nobody else is in it.\n",
    );
    let lee = moderator(&server, "#u");
    check("u", "");
    drop(lee);
    server.stop();
}

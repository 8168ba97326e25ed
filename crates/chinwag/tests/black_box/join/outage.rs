//! `chinwag join` and a server that is killed while nobody knows what it has taken: each line is said
//! once and shown once, from a pipe and at a terminal.

use std::io::Write;

use super::relay::Relay;
use super::{check_status, join, listener, setup};
use crate::harness::{CHINWAG, Client, Ear, Server, Setup, Terminal, messages};

/// What somebody has said, as the history has it.
fn said(server: &Server, name: &str) -> Vec<String> {
    let mut reader = server.connect();
    reader.send("reader");
    reader.expect("--- now ---\n");
    reader.send("/history 50");
    let history = reader.sync();
    let mine = format!("{name}: ");
    let texts = messages(&history).into_iter();
    texts
        .filter_map(|said| Some(said.strip_prefix(&mine)?.to_owned()))
        .collect()
}

/// The server takes a line and is killed before the sender can have heard of it. Returns the next one.
fn kill_behind(line: &str, server: Server, relay: &Relay, listener: &mut Client) -> Server {
    listener.expect(&format!("app: {line}\n"));
    relay.lose_server();
    let server = server.kill().start();
    relay.mute(false);
    server
}

#[test]
fn a_line_whose_receipt_is_lost_with_the_server_is_said_once() {
    let server = setup().start();
    let mut bob = listener(&server);
    let relay = Relay::start(server.address(), &[]);
    let mut command = join(&relay.address().to_string(), &["--name", "app"]);
    let mut app = command.spawn().expect("the program is built");
    let mut pipe = app.stdin.take().expect("it is piped");
    // The same words twice: one of them must not be taken for the other.
    writeln!(pipe, "tick").expect("it reads");
    bob.expect("app: tick\n");
    writeln!(pipe, "known").expect("it reads");
    bob.expect("app: known\n");
    // What comes to the sender now comes behind its receipts.
    bob.send("go on");
    let mut shown = Ear::new(app.stdout.take().expect("it is piped"));
    shown.until("listener: go on\n");
    relay.mute(true);
    writeln!(pipe, "tick").expect("it reads");
    let server = kill_behind("tick", server, &relay, &mut bob);
    writeln!(pipe, "while it was away").expect("it reads");
    relay.find_server(server.address());
    drop(pipe);
    shown.until("Bye, app. 4 lines sent.\n");
    let output = app.wait_with_output().expect("it is our child");
    check_status(&output, 0, "the link is lost");
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(words.matches("the link is lost").count(), 1, "{words}");
    assert_eq!(
        said(&server, "app"),
        ["tick", "known", "tick", "while it was away"],
        "{words}"
    );
}

#[test]
fn a_terminal_shows_and_says_each_line_once_over_a_kill() {
    let server = Setup::new().start();
    let mut bob = server.join("listener");
    let relay = Relay::start(server.address(), &[]);
    let arguments = ["join", &relay.address().to_string(), "--name", "app"];
    let mut app = Terminal::run(CHINWAG, &arguments);
    app.shows("Welcome, app.");
    app.types("here I am\r");
    bob.expect("app: here I am\n");
    // It comes behind the receipt, so that the client waits for nothing when no more comes.
    bob.send("hello app");
    app.shows("listener: hello app");
    relay.mute(true);
    app.types("in doubt\r");
    let server = kill_behind("in doubt", server, &relay, &mut bob);
    app.shows("the link is lost");
    app.types("typed meanwhile\r");
    relay.find_server(server.address());
    let mut bob = server.join("bob");
    bob.expect("app: typed meanwhile\n");
    bob.send("welcome back");
    app.shows("bob: welcome back");
    let screen = app.contents();
    for once in ["hello app", "welcome back", "the link is lost"] {
        assert_eq!(screen.matches(once).count(), 1, "{once}: {screen}");
    }
    let mine = ["here I am", "in doubt", "typed meanwhile"];
    assert_eq!(said(&server, "app"), mine);
}

#[test]
fn what_others_said_into_a_dead_link_is_shown_once() {
    let server = setup().start();
    let mut bob = listener(&server);
    let relay = Relay::start(server.address(), &[]);
    let mut command = join(
        &relay.address().to_string(),
        &["--name", "eye", "--follow", "--no-history"],
    );
    let mut app = command.spawn().expect("the program is built");
    bob.expect("* eye joined");
    let mut shown = Ear::new(app.stdout.take().expect("it is piped"));
    let mut seen = String::new();
    for word in ["before", "ready"] {
        bob.send(word);
        seen += &shown.until(&format!("listener: {word}\n"));
    }
    relay.lose_server();
    let server = server.kill().start();
    let mut bob = listener(&server);
    bob.send("after");
    bob.sync();
    relay.find_server(server.address());
    seen += &shown.until("listener: after\n");
    bob.send("at last");
    seen += &shown.until("listener: at last\n");
    app.kill().expect("it runs");
    app.wait().expect("it is our child");
    let count = |text: &str| seen.matches(text).count();
    for word in ["before", "ready", "after", "at last"] {
        assert_eq!(count(&format!("listener: {word}")), 1, "{seen}");
    }
    server.stop();
}

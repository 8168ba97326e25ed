//! The clients that people have, irssi and WeeChat, at terminals of their own with empty homes. What their
//! screens show is theirs, so a test looks for what must be there, and how often.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{arrive, register, setup};
use crate::harness::{Client, Server, Terminal};

/// A client and how it is driven.
pub(super) struct Program {
    name: &'static str,
    /// Its person.
    nick: &'static str,
    start: fn(&Server, &Path) -> Terminal,
    /// Shows the room, once the client is in it.
    show_room: fn(&mut Terminal),
}

pub(super) const IRSSI: Program = Program {
    name: "irssi",
    nick: "ivy",
    start: |server, home| {
        let home = format!("--home={}", home.display());
        let port = server.address().port().to_string();
        let arguments = ["--connect=127.0.0.1", "--port", &port, "--nick=ivy", &home];
        Terminal::tall("irssi", &arguments)
    },
    show_room: |screen| {
        // Something has happened in its second window.
        screen.shows("Act: 2");
        screen.types("\x1b2");
        screen.shows("2:127/#lobby");
    },
};

pub(super) const WEECHAT: Program = Program {
    name: "weechat",
    nick: "wendy",
    start: |server, home| {
        let home = home.to_string_lossy();
        let port = server.address().port();
        // It encrypts by itself from version 4 on; before that there is no such option. What it has
        // logged itself it would show beside what the server shows, and lines that come at once would be a paste.
        let commands = format!(
            "/set logger.look.backlog 0; /set weechat.look.paste_max_lines -1; /server add chat 127.0.0.1/{port} -nicks=wendy; \
             /set irc.server.chat.tls off; /connect chat"
        );
        Terminal::tall("weechat", &["--dir", &home, "--run-command", &commands])
    },
    show_room: |screen| {
        screen.shows("#lobby");
        screen.types("/buffer #lobby\r");
        screen.shows("2:#lobby");
    },
};

#[test]
fn irssi_talks_and_comes_back() {
    check(&IRSSI);
}

#[test]
fn weechat_talks_and_comes_back() {
    check(&WEECHAT);
}

#[track_caller]
fn check(program: &Program) {
    if is_left_out(program) {
        return;
    }
    let server = setup().start();
    let mut nc = Client::nc(server.address(), &[]);
    arrive(&mut nc, "netcat");
    // Says nothing, so that only a list of names shows it.
    let mut lurker = server.connect();
    arrive(&mut lurker, "lurker");
    nc.send("said before");
    let home = tempfile::tempdir().expect("there is a place for temporary files");

    let mut screen = come(program, &server, home.path(), &mut nc);
    screen.shows("said before");
    screen.shows("lurker");
    screen.types("hello from there\r");
    nc.expect(&format!("{}: hello from there\n", program.nick));
    nc.send("hello from nc");
    screen.shows("hello from nc");
    let lines = ["said before", "hello from there", "hello from nc"];
    shown_once(&screen, &lines);

    screen.types("/quit so long\r");
    let left = format!("* {} left #lobby (quit: so long)\n", program.nick);
    nc.expect(&left);
    screen.wait();
    nc.send("said meanwhile");
    let mut screen = come(program, &server, home.path(), &mut nc);
    nc.send("said afterwards");
    screen.shows("said afterwards");
    shown_once(&screen, &lines);
    shown_once(&screen, &["said meanwhile", "said afterwards"]);
    server.stop();
}

/// WeeChat shows what it has on its screen already once more when it reconnects by itself, unless it says that it
/// asks for what it has missed.
#[test]
fn weechat_that_asks_for_the_past_reconnects_without_a_doubled_line() {
    if is_left_out(&WEECHAT) {
        return;
    }
    let server = setup().start();
    let mut nc = Client::nc(server.address(), &[]);
    arrive(&mut nc, "netcat");
    nc.send("said before");
    let home = tempfile::tempdir().expect("there is a place for temporary files");
    let port = server.address().port();
    let commands = format!(
        "/set logger.look.backlog 0; /set weechat.look.paste_max_lines -1; \
         /server add chat 127.0.0.1/{port} -nicks=wendy; /set irc.server.chat.tls off; \
         /set irc.server.chat.capabilities \"server-time,znc.in/playback\"; /connect chat"
    );
    let home = home.path().to_string_lossy();
    let mut screen = Terminal::tall("weechat", &["--dir", &home, "--run-command", &commands]);
    nc.expect("* wendy joined #lobby (");
    (WEECHAT.show_room)(&mut screen);
    screen.types("/msg *playback PLAY * 0\r");
    screen.shows("said before");
    screen.types("hello from there\r");
    nc.expect("wendy: hello from there\n");
    screen.types("/reconnect chat\r");
    nc.expect("* wendy left #lobby (");
    nc.expect("* wendy joined #lobby (");
    nc.send("said afterwards");
    screen.shows("said afterwards");
    shown_once(&screen, &["said before", "hello from there"]);
    server.stop();
}

/// People who enter a room at once, and leave it.
const CROWD: usize = 200;

/// Its list of names has nobody too many and nobody too few.
#[test]
fn irssi_logs_in_inside_tls_and_knows_a_crowd_that_comes_and_goes() {
    if is_left_out(&IRSSI) {
        return;
    }
    let server = setup().start();
    let mut nc = Client::nc(server.address(), &[]);
    arrive(&mut nc, "ivy");
    nc.ask("/claim open sesame", "Your name is registered.");
    nc.ask("/quit", "Bye, ivy.");
    let home = tempfile::tempdir().expect("there is a place for temporary files");
    let port = server.address().port();
    let config = format!(
        "servers = ({{ address = \"127.0.0.1\"; chatnet = \"chat\"; port = \"{port}\";\n\
         use_tls = \"yes\"; tls_verify = \"no\"; autoconnect = \"yes\"; }});\n\
         chatnets = {{ chat = {{ type = \"IRC\"; nick = \"ivy\"; sasl_mechanism = \"PLAIN\";\n\
         sasl_username = \"ivy\"; sasl_password = \"open sesame\"; }}; }};\n\
         settings = {{ core = {{ nick = \"ivy\"; user_name = \"ivy\"; }}; }};\n"
    );
    std::fs::write(home.path().join("config"), config).expect("the folder is ours");
    let folder = format!("--home={}", home.path().display());
    let mut screen = Terminal::tall("irssi", &[&folder]);
    screen.shows("SASL authentication succeeded");
    screen.shows("Act: 2");
    screen.types("\x1b2");
    screen.shows("2:chat/#lobby");
    let mut lurker = server.connect();
    register(&mut lurker, "lurker", "");
    let whois = lurker.ask("WHOIS ivy\r", " 318 lurker ivy ");
    assert!(whois.contains(" 330 lurker ivy ivy :"), "{whois}");
    assert!(whois.contains(" 671 lurker ivy :"), "{whois}");

    screen.types("/join #crowd\r");
    lurker.ask("JOIN #crowd\r", " 366 lurker #crowd ");
    let mut crowd: Vec<Client> = (0..CROWD)
        .map(|number| {
            let mut client = server.connect();
            register(&mut client, &format!("u{number}x"), "");
            client.write(b"JOIN #crowd\r\n");
            client
        })
        .collect();
    for client in &mut crowd {
        client.expect(" #crowd :End of");
    }
    counts(&mut screen, &mut lurker, CROWD + 2);
    for client in &mut crowd[1..] {
        client.write(b"PART #crowd\r\n");
    }
    for client in &mut crowd[1..] {
        client.expect(" PART #crowd");
    }
    counts(&mut screen, &mut lurker, 3);
    server.stop();
}

/// The client has so many people in its list, once it has read everything until now.
#[track_caller]
fn counts(screen: &mut Terminal, lurker: &mut Client, people: usize) {
    let fence = format!("that makes {people}");
    lurker.send(&format!("PRIVMSG #crowd :{fence}\r"));
    screen.shows(&fence);
    screen.types("/names -count\r");
    screen.shows(&format!("Total of {people} nicks"));
}

/// Whether the client cannot be tried here, which is said.
pub(super) fn is_left_out(program: &Program) -> bool {
    let name = program.name;
    let mut command = Command::new(name);
    let said = command.arg("--version").stdout(Stdio::null()).status();
    let is_there = said.is_ok_and(|status| status.success());
    if !is_there {
        eprintln!("LEFT OUT: {name} is not installed; `cargo xtask test` installs it.");
    }
    !is_there
}

/// Starts the client, and has it show the room.
#[track_caller]
pub(super) fn come(program: &Program, server: &Server, home: &Path, nc: &mut Client) -> Terminal {
    let mut screen = (program.start)(server, home);
    nc.expect(&format!("* {} joined #lobby (", program.nick));
    nc.expect(" here)\n");
    (program.show_room)(&mut screen);
    screen
}

#[track_caller]
fn shown_once(screen: &Terminal, texts: &[&str]) {
    let seen = screen.contents();
    for text in texts {
        assert_eq!(seen.matches(text).count(), 1, "{text}:\n{seen}");
    }
}

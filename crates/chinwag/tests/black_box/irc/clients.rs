//! The clients that people have, irssi and WeeChat, at terminals of their own with empty homes. What their
//! screens show is theirs, so a test looks for what must be there, and how often.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{arrive, setup};
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
        // logged itself it would show beside what the server shows.
        let commands = format!(
            "/set logger.look.backlog 0; /server add chat 127.0.0.1/{port} -nicks=wendy; \
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

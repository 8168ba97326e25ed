//! Clients that mean harm: text that a terminal would obey, on every path, and bytes at random. The
//! harness checks all that anybody is written, here as everywhere.

use crate::harness::{Dice, Server, Setup};

/// What must not get through, with how a harmless part of it is shown.
const POISONS: [(&str, &str); 8] = [
    ("\x1b]0;pwned\x07", "\\x1b]0;pwned\\x07"),
    ("\x1b[2J\x1b[H", "\\x1b[2J\\x1b[H"),
    ("\u{9b}31m", "31m"),
    ("\u{85}\u{90}", ""),
    ("\u{202e}desrever\u{202c}", "desrever"),
    ("\u{2066}isolated\u{2069}", "isolated"),
    ("bell\x07 back\x08 del\x7f", "bell\\x07 back\\x08 del\\x7f"),
    ("nul\0 vt\x0b ff\x0c", "nul\\x00 vt\\x0b ff\\x0c"),
];

/// Every line that takes words, with the words to be put in.
const LINES: [&str; 38] = [
    "P",
    "//P",
    "/me P",
    "/msg bob P",
    "/reply P",
    "/msg P hello",
    "/whois P",
    "/who P",
    "/history P",
    "/search P",
    "/search from:P word",
    "/search in:P word",
    "/search before:P word",
    "/topic P",
    "/join P",
    "/leave P",
    "/nick P",
    "/nick ann#P",
    "/claim P",
    "/away P",
    "/ignore P",
    "/unignore P",
    "/time P",
    "/tz P",
    "/resume P",
    "/help P",
    "/P",
    "/jo\u{202e}in P",
    "/kick P why",
    "/mute troll 1h P",
    "/mute troll P",
    "/unmute P",
    "/ban name:mallory 1h P",
    "/ban P",
    "/unban P",
    "/op P",
    "/announce P",
    "/motd P",
];

fn look_at_everything(server: &Server, name: &str) {
    let mut reader = server.join(name);
    for line in [
        "/history",
        "/log 200",
        "/bans",
        "/rooms",
        "/topic",
        "/motd",
        "/who",
        "/whois bob",
        "/whois ann",
        "/search pwned",
        "/search isolated",
        "/stats",
        "/ignore",
        "/log",
    ] {
        reader.send(line);
    }
    reader.sync();
    // A lost link would keep the name.
    reader.ask("/quit", "Bye");
    reader.rest();
}

#[test]
fn nothing_that_a_terminal_obeys_gets_through_on_any_path() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let mut bob = server.join("bob");
    let mut troll = server.join("troll");
    bob.ask("/msg ann so that there is a reply to write", "you -> ann");
    for (poison, _) in POISONS {
        for line in LINES {
            ann.send(&line.replace('P', poison));
        }
        ann.sync();
        let seen = bob.sync();
        assert!(seen.contains("] ann: "), "{seen}");
        ann.ask("/kick troll \x1b[2J\u{202e}why", "! troll was kicked");
        troll.rest();
        troll = server.join("troll");
        for line in ["/away ", "/topic ", "/quit "] {
            troll.send(&format!("{line}{poison}"));
        }
        look_at_everything(&server, "witness");
        // The end of the connection comes behind the telling.
        troll.rest();
        bob.sync();
        troll = server.join("troll");
    }
    ann.ask("/op bob", "! bob is an operator now");
    drop((ann, troll));
    look_at_everything(&server, "witness");
    let server = server.stop().start();
    look_at_everything(&server, "witness");
}

#[test]
fn control_characters_are_shown_as_what_they_are() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let mut bob = server.join("bob");
    for (poison, shown) in POISONS {
        ann.send(&format!("<{poison}>"));
        let line = bob.expect(">\n");
        assert!(line.contains(shown), "{poison:?}: {line:?}");
    }
    ann.send("tab\there");
    bob.expect("ann: tab\there\n");
}

#[test]
fn nothing_gets_through_at_the_name_prompt() {
    let server = Setup::new()
        .limit("name_tries", "100")
        .limit("arrival_bytes", "65536")
        .start();
    let mut visitor = server.connect();
    for (poison, _) in POISONS {
        for line in ["P", "aP", "/resume P", "/P"] {
            visitor.expect("Enter your username: ");
            visitor.send(&line.replace('P', poison));
        }
    }
    visitor.expect("Enter your username: ");
    visitor.send("plain");
    visitor.expect("Welcome, plain.");
}

#[test]
fn nobody_can_forge_a_line_of_the_server() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let mut bob = server.join("bob");
    bob.sync();
    ann.send("a\r* lee joined #lobby (9 here)\u{2028}! lee announces: x\u{85}--- now ---");
    ann.send("end");
    let seen = bob.expect("ann: end\n");
    for line in seen
        .lines()
        .filter(|line| line.contains("lee") || line.contains("now"))
    {
        assert!(line.starts_with('[') && line.contains("ann: "), "{line:?}");
    }
}

#[test]
fn random_bytes_harm_nobody() {
    let mut dice = Dice::new();
    let server = Setup::new().limit("name_tries", "100").start();
    let mut bob = server.join("bob");
    for n in 0..30 {
        let mut monkey = server.connect();
        if n % 2 == 0 {
            monkey.come_in(&format!("monkey{n}"));
        }
        let bytes: Vec<u8> = (0..1 << 15).map(|_| dice.roll() as u8).collect();
        // Mostly text, the other times, so that more of it is understood.
        let plain = |byte: &u8| byte.is_ascii() || byte.is_multiple_of(16);
        let bytes = match n % 3 {
            0 => bytes,
            _ => bytes.into_iter().filter(plain).collect(),
        };
        let mut writer = monkey.writer();
        // It may be thrown out at any point.
        let typing = std::thread::spawn(move || std::io::Write::write_all(&mut writer, &bytes));
        let _ = typing.join().expect("it ends");
        monkey.shut();
        monkey.rest();
    }
    bob.sync();
    let mut ann = server.join("ann");
    ann.send("all is well");
    bob.expect("ann: all is well\n");
    look_at_everything(&server, "witness");
    let _ = server.stop();
}

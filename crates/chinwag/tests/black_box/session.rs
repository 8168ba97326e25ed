//! Every command and alias, and every row of the table "Lines" that a wire is enough for, in a few
//! long sessions. `lee` is the operator.

use crate::harness::{Client, Server, Setup, masked};

struct Three {
    server: Server,
    lee: Client,
    ann: Client,
    bob: Client,
}

fn three() -> Three {
    let setup = Setup::new().variable("CHINWAG_ROOMS_READ_ONLY", "#news");
    let server = setup.start();
    let [lee, ann, bob] = ["lee", "ann", "bob"].map(|name| server.join(name));
    let mut three = Three {
        server,
        lee,
        ann,
        bob,
    };
    for client in [&mut three.lee, &mut three.ann, &mut three.bob] {
        client.sync();
    }
    three
}

/// Types the line; what comes back must be the answer, as a whole, times masked.
#[track_caller]
fn says(client: &mut Client, typed: &str, answer: &str) {
    client.send(typed);
    assert_eq!(masked(&client.sync()), answer, "{typed}");
}

/// What the client has been shown in the meantime, as a whole.
#[track_caller]
fn shown(client: &mut Client, lines: &str) {
    assert_eq!(masked(&client.sync()), lines);
}

#[test]
fn talking() {
    let Three {
        mut ann,
        mut bob,
        server,
        lee: _lee,
    } = three();
    says(&mut ann, "hello", "");
    shown(&mut bob, "[--:--] ann: hello\n");
    says(&mut ann, "//shrug", "");
    shown(&mut bob, "[--:--] ann: /shrug\n");
    says(&mut ann, "/me waves", "[--:--] * ann waves\n");
    shown(&mut bob, "[--:--] * ann waves\n");
    for command in ["/msg", "/dm", "/tell", "/MSG"] {
        says(
            &mut ann,
            &format!("{command} bob psst"),
            "[--:--] you -> bob: psst\n",
        );
        shown(&mut bob, "[--:--] ann -> you: psst\n");
    }
    says(&mut bob, "/reply yes?", "[--:--] you -> ann: yes?\n");
    shown(&mut ann, "[--:--] bob -> you: yes?\n");
    says(
        &mut ann,
        "/msg bbo x",
        "! Nobody called \"bbo\". Did you mean bob?\n",
    );
    let unknown =
        "! No command /jion. Did you mean /join? /help lists all. To say it, start with //.\n";
    says(&mut ann, "/jion", unknown);
    says(
        &mut ann,
        "/echo on",
        "! Echo is on: your own lines are shown to you too.\n",
    );
    says(&mut ann, "once more", "[--:--] ann: once more\n");
    shown(&mut bob, "[--:--] ann: once more\n");
    says(&mut ann, "   ", "");
    shown(&mut bob, "");
    drop(server);
}

#[test]
fn moving_between_rooms() {
    let Three {
        mut ann,
        mut bob,
        server,
        lee: _lee,
    } = three();
    says(
        &mut ann,
        "/join #dev",
        "You are in #dev, alone.\n--- now ---\n",
    );
    says(
        &mut bob,
        "/cd dev",
        "You are in #dev with ann.\n--- now ---\n",
    );
    shown(&mut ann, "* bob joined #dev (2 here)\n");
    says(
        &mut ann,
        "/join lobby",
        "You are in #lobby with lee and bob.\n--- now ---\n",
    );
    says(&mut bob, "build is green", "");
    shown(&mut ann, "[--:--] #dev bob: build is green\n");
    says(&mut bob, "/topic Ship it", "* bob set the topic: Ship it\n");
    shown(&mut ann, "* bob set the topic of #dev: Ship it\n");
    for command in ["/leave", "/part"] {
        says(
            &mut bob,
            command,
            "You are in #lobby with lee and ann.\n--- now ---\n",
        );
        shown(&mut ann, "* bob left #dev\n");
        bob.send("/join dev");
        bob.expect("Topic: Ship it (bob, just now)\n");
        bob.sync();
        ann.expect("* bob joined #dev (2 here)\n");
    }
    says(&mut ann, "/leave dev", "! You left #dev.\n");
    says(
        &mut ann,
        "/join news",
        "You are in #news, alone.\n--- now ---\n",
    );
    says(&mut ann, "extra", "! NOT sent: #news is read-only.\n");
    says(&mut ann, "/leave #dev", "! You are not in #dev.\n");
    drop(server);
}

#[test]
fn looking() {
    let Three {
        mut ann,
        mut lee,
        server,
        bob: _bob,
    } = three();
    ann.send("good morning");
    let who = "--- 3 people in #lobby ---\n  lee (operator, nc)\n  ann (nc)\n  bob (nc)\n";
    for command in [
        "/who",
        "/users",
        "/names",
        "/list",
        "/who #lobby",
        "/who lobby",
    ] {
        says(&mut ann, command, who);
    }
    says(
        &mut ann,
        "/rooms",
        "--- 1 room ---\n  #lobby (3 people, you too)\n",
    );
    says(
        &mut ann,
        "/topic",
        "! #lobby has no topic. /topic TEXT sets one.\n",
    );
    says(&mut ann, "/topic Friday", "* ann set the topic: Friday\n");
    says(
        &mut ann,
        "/topic",
        "! Topic of #lobby: Friday (ann, just now)\n",
    );
    let history = "--- last 1 of 1 messages ---\n[--:--] ann: good morning\n--- now ---\n";
    says(&mut ann, "/history", history);
    says(&mut ann, "/history 5", history);
    let recent = history.replace("last 1 of 1 messages", "1 message of the last 2 hours");
    says(&mut ann, "/history 2h", &recent);
    let since = ann.ask("/history 2026-01-01", "--- now ---\n");
    assert!(
        since.starts_with("--- 1 message since Thu 1 Jan 2026 ---\n"),
        "{since}"
    );
    assert!(since.contains("ann: good morning\n"), "{since}");
    let head = "--- 1 message with \"morning\" from ann in #lobby ---\n";
    ann.search("morning from:ann in:#lobby", head);
    ann.expect("#lobby ann: good morning\n--- now ---\n");
    let address = lee.ask("/whois ann", "from 127.0.0.1\n");
    assert!(
        address.contains("--- ann ---\n  name not registered\n  here since "),
        "{address}"
    );
    assert!(address.contains(", 1 line said, silent for "), "{address}");
    let discreet = {
        ann.send("/whois lee");
        ann.sync()
    };
    assert!(
        discreet.contains("operator") && !discreet.contains("127.0.0.1"),
        "{discreet}"
    );
    drop(server);
}

#[test]
fn the_most_that_one_history_shows_is_a_setting() {
    let server = Setup::new().limit("history_lines", "1500").start();
    let mut ann = server.join("ann");
    for n in 0..2000 {
        ann.send(&format!("line {n}"));
    }
    ann.sync();
    ann.ask(
        "/history 1200",
        "--- last 1200 of 2000 messages; /history more ---\n",
    );
    ann.ask(
        "/history 1800",
        "--- last 1500 of 2000 messages; /history more ---\n",
    );
    let server = server.stop().limit("history_lines", "10").start();
    server.join("ann").ask(
        "/history 50",
        "--- last 10 of 2000 messages; /history more ---\n",
    );
}

#[test]
fn being_oneself() {
    let Three {
        mut ann,
        mut bob,
        server,
        lee: _lee,
    } = three();
    says(&mut ann, "/nick annie", "* ann is now annie\n");
    shown(&mut bob, "* ann is now annie\n");
    says(
        &mut ann,
        "/nick bob",
        "! \"bob\" is here already. Try another, such as bob2.\n",
    );
    let registered = "! Your name is registered. Next time type annie#PASSWORD at the prompt.\n";
    says(&mut ann, "/claim secret", registered);
    says(&mut ann, "/away lunch", "! You are away: lunch.\n");
    bob.ask("/who", "annie (registered, nc, away: lunch)\n");
    bob.sync();
    says(&mut ann, "/back", "! You are back.\n");
    says(&mut bob, "/ignore", "! You ignore nobody.\n");
    says(
        &mut bob,
        "/ignore annie",
        "! You ignore annie now. /unignore annie ends it.\n",
    );
    says(&mut ann, "unheard", "");
    says(
        &mut ann,
        "/msg bob unheard",
        "[--:--] you -> bob: unheard\n",
    );
    shown(&mut bob, "");
    says(&mut bob, "/ignore", "! You ignore annie.\n");
    says(&mut bob, "/unignore annie", "! You hear annie again.\n");
    says(&mut ann, "heard", "");
    shown(&mut bob, "[--:--] annie: heard\n");
    drop(server);
}

#[test]
fn the_way_of_seeing() {
    let Three {
        mut ann,
        mut bob,
        server,
        lee: _lee,
    } = three();
    ann.ask("/time off", "! Messages are shown without a time.\n");
    says(&mut bob, "one", "");
    shown(&mut ann, "[bob] one\n");
    says(&mut bob, "/me two", "[--:--] * bob two\n");
    shown(&mut ann, "[* bob two]\n");
    ann.ask("/time full", "! Messages are shown with a full time.\n");
    says(&mut bob, "three", "");
    let full = ann.sync();
    assert!(
        full.starts_with("[20") && full.ends_with("] bob: three\n") && full.len() == 33,
        "{full}"
    );
    ann.ask("/time short", "! Messages are shown with a short time.\n");
    ann.ask("/tz Europe/Berlin", "! Times use the zone Europe/Berlin.\n");
    ann.ask(
        "/tz Europe/Belrin",
        "! No time zone \"Europe/Belrin\". Did you mean Europe/Berlin?",
    );
    ann.ask("/tz -", "! Times use the server's zone");
    ann.ask(
        "/echo on",
        "! Echo is on: your own lines are shown to you too.\n",
    );
    says(&mut ann, "four", "[--:--] ann: four\n");
    ann.ask(
        "/echo off",
        "! Echo is off: your own lines are not shown to you again.\n",
    );
    says(&mut ann, "five", "");
    ann.ask("/quiet on", "! Quiet is on: joins and leaves are hidden.\n");
    ann.ask("/color off", "! Color is off.\n");
    ann.ask("/bell off", "! Bell is off.\n");
    let stats = ann.ask("/stats", "--- the server ---\n");
    assert!(stats.contains("--- you, ann ---\n"), "{stats}");
    drop(server);
}

#[test]
fn operating() {
    let Three {
        mut lee,
        mut ann,
        mut bob,
        server,
    } = three();
    for command in [
        "kick", "mute", "unmute", "ban", "unban", "op", "deop", "announce",
    ] {
        let refusal = format!("! /{command} needs operator rights in #lobby.\n");
        says(&mut ann, &format!("/{command} bob"), &refusal);
    }
    for command in ["bans", "lock", "log", "motd text"] {
        let name = command.split(' ').next().unwrap_or_default();
        let refusal = format!("! /{name} needs operator rights in #lobby.\n");
        says(&mut ann, &format!("/{command}"), &refusal);
    }
    says(
        &mut lee,
        "/mute bob 10m spam",
        "! bob is muted for 10 minutes: spam. You come from 127.0.0.1 too, so only bob from there is muted: /lock keeps \
         new names out.\n",
    );
    shown(&mut bob, "! You are muted by lee for 10 minutes: spam.\n");
    says(
        &mut bob,
        "buy",
        "! NOT sent: you are muted for 10 more minutes.\n",
    );
    bob.ask("/join dev", "! Not done: you are muted for ");
    bob.ask("buy", "! NOT sent: you are muted for ");
    says(&mut lee, "/unmute bob", "! bob may speak again.\n");
    bob.expect("! You may speak again: lee unmuted you.\n");
    says(
        &mut lee,
        "/mute bob",
        "! bob is muted. You come from 127.0.0.1 too, so only bob from there is muted: /lock keeps new names out.\n",
    );
    bob.ask("buy", "! NOT sent: you are muted.\n");
    says(&mut lee, "/unmute bob", "! bob may speak again.\n");
    says(
        &mut lee,
        "/announce restart at noon",
        "! lee announces: restart at noon\n",
    );
    bob.expect("! lee announces: restart at noon\n");
    shown(&mut ann, "! lee announces: restart at noon\n");
    let op = "! ann is an operator now, until they leave: the name is not registered.\n";
    says(&mut lee, "/op ann", op);
    shown(&mut ann, "! lee made you an operator: /help op.\n");
    says(&mut lee, "/deop ann", "! ann is no longer an operator.\n");
    shown(&mut ann, "! lee removed your operator rights.\n");
    let ban = "/ban 192.0.2.0/24 7d";
    lee.ask(ban, "! 192.0.2.0/24 is banned until ");
    lee.expect(" UTC.\n");
    says(
        &mut lee,
        "/unban 192.0.2.0/24",
        "! 192.0.2.0/24 is no longer banned.\n",
    );
    says(&mut lee, "/bans", "! Nobody is banned or muted.\n");
    says(
        &mut lee,
        "/motd Be kind.",
        "! The message of the day is set.\n",
    );
    says(&mut ann, "/motd", "! Message of the day: Be kind.\n");
    lee.ask("/log", "lee set the message of the day: Be kind.\n");
    drop(server);
}

/// Lets somebody leave and checks what the room is told. A server for each: more than three who
/// come and go within five seconds may be told as one line.
#[track_caller]
fn leaves(leave: impl FnOnce(&mut Client, Client), told: &str) {
    let server = Setup::new().start();
    let mut lee = server.join("lee");
    let ann = server.join("ann");
    lee.expect("* ann joined #lobby (2 here)\n");
    leave(&mut lee, ann);
    lee.expect(told);
}

#[test]
fn leaving() {
    let says = |line: &'static str, bye: &'static str| {
        move |_: &mut Client, mut ann: Client| {
            ann.ask(line, bye);
            assert_eq!(ann.rest(), "");
        }
    };
    leaves(
        says("/quit", "Bye, ann. 0 lines sent.\n"),
        "* ann left #lobby (quit)\n",
    );
    leaves(
        says("/exit", "Bye, ann. 0 lines sent.\n"),
        "* ann left #lobby (quit)\n",
    );
    leaves(
        says("/quit lunch", "Bye, ann. 0 lines sent.\n"),
        "* ann left #lobby (quit: lunch)\n",
    );
    leaves(
        |_, mut ann| ann.shut(),
        "* ann left #lobby (connection closed)\n",
    );
    // A socket that is closed with bytes unread resets the connection.
    let reset = |lee: &mut Client, mut ann: Client| {
        ann.sync();
        lee.send("for ann to leave unread");
        lee.sync();
        ann.writer().peek(&mut [0]).expect("the line has come");
        drop(ann);
    };
    leaves(reset, "* ann left #lobby (connection lost)\n");
    let kick = |lee: &mut Client, mut ann: Client| {
        lee.ask("/kick ann spam", "! ann was kicked: spam.\n");
        assert!(ann.rest().ends_with("! You were kicked by lee: spam.\n"));
    };
    leaves(kick, "* ann left #lobby (kicked by lee: spam)\n");
}

#[test]
fn help_lists_and_explains() {
    let Three {
        mut ann,
        server,
        lee: _lee,
        bob: _bob,
    } = three();
    ann.send("/help");
    let help = ann.sync();
    for word in [
        "/me ACTION",
        "(/dm /tell)",
        "(/users /names /list)",
        "/quit [WHY]",
        "/log [N]",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
    ann.ask("/help op", "--- Operators ---\n");
    ann.ask(
        "/help history",
        "--- /history [N | 2h | DATE [HH:MM] | A..B | more] ---\n",
    );
    ann.ask("/help /cd", "--- /join #ROOM ---\n");
    ann.ask(
        "/help jion",
        "! No command /jion. Did you mean /join? /help lists all.\n",
    );
    drop(server);
}

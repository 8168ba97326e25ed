//! What others do to one whose link is lost: it holds, and is told with the session, whatever becomes of the server.

use crate::harness::{Client, Server, Setup};

fn resume(server: &Server, code: &str, answer: &str) -> (Client, String) {
    let mut back = server.connect();
    back.expect("Enter your username: ");
    back.send(&format!("/resume {code}"));
    let told = back.expect(answer);
    let told = told + &back.sync();
    (back, told)
}

/// An operator, and one who is in two rooms with it and loses its link; and that one's code.
fn lose(server: &Server) -> (Client, String) {
    let mut ann = server.join("ann");
    let mut bea = server.join("bea");
    for room in ["dev", "ops"] {
        ann.ask(&format!("/join {room}"), "alone.\n");
        bea.ask(&format!("/join {room}"), "with ann.\n");
    }
    ann.ask("/claim of ann", "Your name is registered.");
    let code = bea.code();
    drop(bea);
    ann.expect("* bea left #lobby (connection ");
    (ann, code)
}

fn act(ann: &mut Client) {
    for (command, answer) in [
        (
            "/eject bea so loud",
            "* bea was ejected from #ops by ann: so loud\n",
        ),
        ("/join dev", "You are in #dev"),
        ("/mod bea", "* ann made bea a moderator of #dev\n"),
        ("/unmod bea", "* ann took bea's moderator rights in #dev\n"),
        ("/mute bea 1h spam", "! bea is muted for 1 hour: spam."),
        ("/topic Ship it", "* ann set the topic: Ship it\n"),
        ("/announce at noon", "! ann announces: at noon\n"),
        (
            "/room name devel",
            "* ann renamed #dev: it is #devel from now on\n",
        ),
    ] {
        ann.ask(command, answer);
    }
    // Who is muted is written at once, and so is what came before.
    ann.ask("/mute bea 2h", "! bea is muted for 2 hours.");
}

#[track_caller]
fn check(told: &str) {
    let lines = [
        "! You were ejected from #ops by ann: so loud.\n",
        "* ann made bea a moderator of #dev\n",
        "* ann took bea's moderator rights in #dev\n",
        "! You are muted by ann for 1 hour: spam.\n",
        "* ann set the topic",
        "! ann announces: at noon\n",
        "* ann renamed #dev: it is #devel from now on\n",
        "! You are muted by ann for 2 hours.\n",
    ];
    let places = lines.map(|line| told.find(line));
    let missing: Vec<_> = lines
        .iter()
        .zip(&places)
        .filter(|(_, at)| at.is_none())
        .collect();
    assert!(missing.is_empty(), "{missing:?}: {told}");
    assert!(places.is_sorted(), "{told}");
    for line in lines {
        assert_eq!(told.matches(line).count(), 1, "{line}: {told}");
    }
}

#[test]
fn what_was_done_while_a_link_was_lost_is_told_with_the_session() {
    let server = Setup::new().start();
    let (mut ann, code) = lose(&server);
    act(&mut ann);
    let (mut bea, told) = resume(&server, &code, "Welcome back, bea. While you were away:\n");
    check(&told);
    bea.send("hello");
    bea.expect("! NOT sent: you are muted for ");
    bea.ask("/who #ops", "--- 1 person in #ops ---\n");
}

#[test]
fn what_was_done_while_a_link_was_lost_is_told_after_a_restart() {
    for is_killed in [false, true] {
        let server = Setup::new().start();
        let (mut ann, code) = lose(&server);
        act(&mut ann);
        let setup = if is_killed {
            server.kill()
        } else {
            server.stop()
        };
        let server = setup.start();
        let (mut bea, told) = resume(&server, &code, "Welcome back, bea. While you were away:\n");
        check(&told);
        bea.send("hello");
        bea.expect("! NOT sent: you are muted for ");
    }
}

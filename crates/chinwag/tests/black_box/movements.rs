//! Who came, went or changed is in the past after every end of the server.

use crate::harness::{Client, Server, Setup};

/// The past of a room, without its times.
fn past(client: &mut Client) -> Vec<String> {
    client.sync();
    client.send("/history all 99");
    let past = client.expect("--- now ---\n");
    let lines = past.lines().filter(|line| line.starts_with(['*', '[']));
    let without_time = |line: &str| match line.strip_prefix("* ") {
        Some(happened) => happened.split_once(' ').map(|(_, what)| what.to_owned()),
        None => line.split_once("] ").map(|(_, what)| what.to_owned()),
    };
    lines.filter_map(without_time).collect()
}

fn reader(server: &Server) -> Client {
    let mut reader = server.join("reader");
    reader.sync();
    reader
}

#[test]
fn a_server_that_is_stopped_has_written_who_went_last() {
    let setup = Setup::new().without_operator();
    let server = setup.start();
    let mut ann = server.join("ann");
    let mut bob = server.join("bob");
    bob.ask("/nick rob", "* bob is now rob\n");
    bob.ask("/quit lunch", "Bye, rob.");
    ann.expect("* rob left #lobby (quit: lunch)\n");
    // Nobody has said anything since, and perhaps no second has passed.
    let server = server.stop().start();
    let past = past(&mut reader(&server));
    let expected = [
        "ann joined #lobby (1 here)",
        "bob joined #lobby (2 here)",
        "bob is now rob",
        "rob left #lobby (quit: lunch)",
    ];
    assert_eq!(past[..expected.len()], expected, "{past:?}");
}

#[test]
fn a_server_that_is_killed_has_written_what_is_before_a_message_and_a_second_old() {
    let setup = Setup::new().without_operator();
    let server = setup.start();
    let mut ann = server.join("ann");
    let bob = server.join("bob");
    ann.expect("* bob joined #lobby (2 here)\n");
    ann.send("hello");
    // It is saved when it is answered, and what came before it with it.
    ann.sync();
    let server = server.kill().start();
    drop(bob);
    let mut reader = reader(&server);
    let expected = [
        "ann joined #lobby (1 here)",
        "bob joined #lobby (2 here)",
        "ann: hello",
    ];
    assert_eq!(past(&mut reader)[..3], expected);
    // What nobody has said anything behind is there in a second.
    let joined = "reader joined #lobby (1 here)";
    while !past(&mut reader).iter().any(|line| line == joined) {}
    let server = server.kill().start();
    let mut other = server.join("other");
    let past = past(&mut other);
    assert_eq!(past[..3], expected);
    assert_eq!(past[3], joined, "{past:?}");
}

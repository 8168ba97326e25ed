//! Flood control: a paste passes, more is refused and that is said once; operators have four times
//! as much.

use crate::harness::{Client, Server, Setup, messages};

/// Tokens come back so slowly that none does while the test runs.
fn server() -> Server {
    let setup = Setup::new().limit("line_burst", "20");
    setup.limit("lines_per_second", "0.001").start()
}

/// Pastes so many lines and hangs up. Returns what came back.
fn paste(client: &mut Client, lines: usize) -> String {
    let text: String = (1..=lines).map(|n| format!("line {n}\n")).collect();
    client.write(text.as_bytes());
    client.shut();
    client.rest()
}

fn assert_passed(seen: &str, name: &str, lines: usize) {
    let expected: Vec<_> = (1..=lines).map(|n| format!("{name}: line {n}")).collect();
    assert_eq!(messages(seen), expected);
}

#[test]
fn a_paste_within_the_burst_passes() {
    let server = server();
    let mut listener = server.join("listener");
    let mut ann = server.join("ann");
    let told = paste(&mut ann, 20);
    assert!(told.ends_with("Bye, ann. 20 lines sent.\n"), "{told}");
    assert!(!told.contains("Slow down"), "{told}");
    assert_passed(&listener.expect("* ann left"), "ann", 20);
}

#[test]
fn a_script_enters_its_room_and_pastes_as_much() {
    let server = server();
    let mut listener = server.join("listener");
    listener.send("/join #dev");
    listener.expect("--- now ---");
    let mut ann = server.connect();
    ann.write(b"ann\n/quiet on\n/join #dev\n");
    let told = paste(&mut ann, 20);
    assert!(told.ends_with("Bye, ann. 20 lines sent.\n"), "{told}");
    assert_passed(&listener.expect("* ann left"), "ann", 20);
}

#[test]
fn beyond_it_lines_are_refused_once_with_words_and_then_by_number() {
    let server = server();
    let mut listener = server.join("listener");
    let mut ann = server.join("ann");
    let told = paste(&mut ann, 30);
    assert_eq!(
        told.matches("! Slow down: NOT sent. Try again in ").count(),
        1,
        "{told}"
    );
    let end = "! 9 lines NOT sent: too fast.\nBye, ann. 20 lines sent.\n";
    assert!(told.ends_with(end), "{told}");
    assert_passed(&listener.expect("* ann left"), "ann", 20);
}

#[test]
fn it_is_as_configured_unless_told_otherwise() {
    let server = Setup::new().limit("line_burst", "20").start();
    let mut listener = server.join("listener");
    let mut ann = server.join("ann");
    let told = paste(&mut ann, 21);
    // The burst is spent: one more would be there in half a second.
    assert!(
        told.contains("! Slow down: NOT sent. Try again in 1 s.\n"),
        "{told}"
    );
    assert_passed(&listener.expect("* ann left"), "ann", 20);
}

#[test]
fn operators_have_four_times_as_much() {
    let server = server();
    // The first to arrive.
    let mut operator = server.join("lee");
    let mut listener = server.join("listener");
    let told = paste(&mut operator, 81);
    assert_eq!(told.matches("! Slow down: ").count(), 1, "{told}");
    assert_passed(&listener.expect("* lee left"), "lee", 80);
}

#[test]
fn commands_and_refused_lines_count_too() {
    let server = server();
    let _listener = server.join("listener");
    let mut ann = server.join("ann");
    let lines = [
        b"/nonsense\nnot \xe9 UTF-8\n",
        [b'x'; 5000].as_slice(),
        b"\n",
    ];
    // The first ten commands are free.
    ann.write("/free\n".repeat(10).as_bytes());
    ann.write(&lines.concat().repeat(10));
    ann.shut();
    let told = ann.rest();
    for (answer, count) in [
        ("! No command /free.", 10),
        ("! No command /nonsense.", 7),
        ("! NOT sent: not valid UTF-8 (Windows-1252?).\n", 7),
        ("! NOT sent: 5000 bytes, the limit is 4096.\n", 6),
        ("! Slow down: NOT sent. ", 1),
        ("! 9 lines NOT sent: too fast.\n", 1),
    ] {
        assert_eq!(told.matches(answer).count(), count, "{answer}: {told}");
    }
}

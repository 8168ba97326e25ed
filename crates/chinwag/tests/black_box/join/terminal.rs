//! `chinwag join` at a keyboard: the real program on a real terminal.

use std::os::unix::process::ExitStatusExt;

use rustix::process::Signal;

use super::numbers;
use crate::harness::{CHINWAG, Server, Setup, Terminal, messages};

/// Ctrl-C as the terminal sends it to a program that reads keys.
const CTRL_C: &str = "\x03";

fn at_terminal(server: &Server) -> Terminal {
    let address = server.address().to_string();
    let mut terminal = Terminal::run(CHINWAG, &["join", &address]);
    terminal.shows("Enter your username:");
    terminal.types("ann\r");
    terminal.shows("Welcome, ann. You are in #lobby with bob.");
    terminal
}

#[test]
fn a_draft_is_cleared_and_a_line_arrives() {
    let server = Setup::new().start();
    let mut bob = server.join("bob");
    let mut ann = at_terminal(&server);
    ann.types("half a thou");
    ann.shows("half a thou");
    ann.types(CTRL_C);
    ann.types("hello bob\r");
    let heard = bob.expect("ann: hello bob\n");
    assert_eq!(messages(&heard), ["ann: hello bob"]);
    bob.send("hello ann");
    ann.shows("bob: hello ann");
    ann.types(CTRL_C);
    assert!(ann.wait().success(), "{}", ann.contents());
    bob.expect("* ann left #lobby (quit)");
}

#[test]
fn a_signal_leaves_the_terminal_in_order() {
    for signal in [Signal::INT, Signal::TERM] {
        let server = Setup::new().start();
        let _bob = server.join("bob");
        let mut ann = at_terminal(&server);
        assert!(!ann.echoes() && ann.marks_pastes());
        ann.signal(signal);
        assert_eq!(ann.wait().signal(), Some(signal.as_raw()));
        assert!(ann.echoes() && !ann.marks_pastes(), "{signal:?}");
    }
}

#[test]
fn a_paste_is_asked_about_and_arrives_whole() {
    let server = Setup::new().start();
    let mut bob = server.join("bob");
    let mut ann = at_terminal(&server);
    let (text, lines) = numbers(60);
    ann.types(&format!("\x1b[200~{text}\x1b[201~"));
    ann.shows("line 60");
    ann.types("\r");
    ann.shows("Send 60 lines? y/n");
    assert!(messages(&bob.sync()).is_empty());
    ann.types("y");
    let heard = bob.expect("ann: line 60\n");
    let lines: Vec<String> = lines.iter().map(|line| format!("ann: {line}")).collect();
    assert_eq!(messages(&heard), lines);
}

#[test]
fn the_bell_rings_and_is_not_printed() {
    let server = Setup::new().start();
    let mut bob = server.join("bob");
    let mut ann = at_terminal(&server);
    ann.types("/bell on\r");
    ann.shows("Bell is on");
    bob.send("nobody in particular");
    bob.send("are you there, ann?");
    ann.shows("are you there, ann?");
    ann.rings(1);
    bob.ask("/msg ann psst", "you -> ann: psst");
    ann.shows("bob -> you: psst");
    ann.rings(2);
    assert!(!ann.contents().contains("x07"), "{}", ann.contents());
}

#[test]
fn the_password_of_a_registered_name_is_asked_for_and_seen_by_nobody() {
    let server = Setup::new().start();
    let mut owner = server.join("ann");
    owner.ask("/claim open sesame", "! Your name is registered.");
    // A link that is lost would be taken up again, with other words.
    owner.ask("/quit", "Bye, ann.");
    let mut bob = server.join("bob");
    let address = server.address().to_string();
    let mut terminal = Terminal::run(CHINWAG, &["join", &address, "--name", "ann"]);
    terminal.shows("Password for ann:");
    // What is typed while the server looks at the first is no name, and is not said.
    terminal.types("simsim\ropen sesame\r");
    terminal.shows("is dropped.");
    terminal.shows("That is not the password of ann.\nPassword for ann:");
    terminal.types("open sesame\r/msg bob sesame\r");
    terminal.shows("Welcome, ann.");
    // Neither is in what the arrows bring back.
    terminal.types("\x1b[A/quit\r");
    terminal.shows("Bye, ann.");
    let shown = terminal.contents();
    assert!(
        !shown.contains("sesame") && !shown.contains("simsim"),
        "{shown}"
    );
    bob.expect("* ann left #lobby");
    let heard = bob.screen();
    assert!(!heard.contains("sesame"), "{heard}");
}

/// The number before these words, in the row that ends with them.
fn number_before(shown: &str, words: &str) -> usize {
    let row = shown.lines().rev().find_map(|row| row.strip_suffix(words));
    let number = row.and_then(|row| row.strip_prefix("chinwag: ")?.parse().ok());
    number.unwrap_or_else(|| panic!("{words:?} in {shown}"))
}

#[test]
fn what_is_dropped_of_a_paste_and_what_went_through_are_the_whole_of_it() {
    let setup = Setup::new().limit("line_burst", "10");
    let server = setup.limit("lines_per_second", "1").start();
    let _bob = server.join("bob");
    let mut ann = at_terminal(&server);
    let (text, _) = numbers(60);
    ann.types(&format!("\x1b[200~{text}\x1b[201~\r"));
    ann.shows("Send 60 lines? y/n");
    ann.types("y");
    ann.shows("3/60 sent>");
    ann.types(CTRL_C);
    ann.shows(" lines were not sent, and are dropped.");
    ann.shows("/60 sent.\n");
    let shown = ann.contents();
    let dropped = number_before(&shown, " lines were not sent, and are dropped.");
    assert_eq!(dropped + number_before(&shown, "/60 sent."), 60, "{shown}");
}

#[test]
fn what_a_paste_has_behind_a_farewell_is_counted() {
    let server = Setup::new().start();
    let mut bob = server.join("bob");
    let mut ann = at_terminal(&server);
    ann.types("\x1b[200~one\r/quit\rtwo\r\rthree\x1b[201~\r");
    ann.shows(" did not take 2 lines.");
    assert_eq!(ann.wait().code(), Some(7), "{}", ann.contents());
    let heard = bob.expect("* ann left #lobby (quit)");
    assert_eq!(messages(&heard), ["ann: one"]);
}

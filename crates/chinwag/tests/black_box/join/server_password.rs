//! `chinwag join` on a server with a password of its own.

use super::{check_status, end, join, run};
use crate::harness::{CHINWAG, Setup, Terminal};

const VARIABLE: &str = "CHINWAG_SERVER_PASSWORD";

#[test]
fn a_script_takes_the_password_from_a_file_or_the_environment() {
    let setup = Setup::new();
    let file = setup.file("server-password", "open sesame\n");
    let server = setup
        .variable("CHINWAG_SERVER_PASSWORD_FILE", &file)
        .start();
    let mut bob = server.connect();
    bob.ask("open sesame\nbob", "Welcome, bob.");
    let refused = run(&server, &["--name", "ann"], b"1\n");
    check_status(&refused, 4, "password");
    let arguments = ["--name", "ann", "--server-password-file", &file];
    check_status(&run(&server, &arguments, b"2\n"), 0, "");
    bob.expect("ann: 2\n");
    let mut command = join(&server.address().to_string(), &["--name", "eve"]);
    let child = command.env(VARIABLE, "open sesame").spawn();
    check_status(&end(child.expect("the program is built"), b"3\n"), 0, "");
    bob.expect("eve: 3\n");
    let child = command.env(VARIABLE, "sesame").spawn();
    let wrong = end(child.expect("the program is built"), b"4\n");
    check_status(&wrong, 4, "That is not the password of this server.");
    assert!(!bob.sync().contains("sesame"));
}

#[test]
fn an_empty_variable_is_no_password() {
    let server = Setup::new().start();
    let mut command = join(&server.address().to_string(), &["--name", "ann"]);
    let command = command.env(VARIABLE, "").env("CHINWAG_PASSWORD", "");
    let child = command.spawn().expect("the program is built");
    check_status(&end(child, b"1\n"), 0, "");
}

#[test]
fn a_person_types_it_and_nobody_sees_it() {
    let server = Setup::new().variable(VARIABLE, "open sesame").start();
    let address = server.address().to_string();
    let mut terminal = Terminal::run(CHINWAG, &["join", &address]);
    terminal.shows("Server password:");
    terminal.types("open\r");
    // What is typed before the prompt stands there again would be seen.
    terminal.shows("That is not the password of this server.\nServer password:");
    terminal.types("open sesame\r");
    terminal.shows("Enter your username:");
    terminal.types("ann\r");
    terminal.shows("Welcome, ann.");
    assert!(
        !terminal.contents().contains("sesame"),
        "{}",
        terminal.contents()
    );
    terminal.types("/quit\r");
    terminal.shows("Bye, ann.");
}

//! SIGHUP: the configuration is read again, and nothing ends.

use rustix::process::Signal;

use crate::harness::{Server, Setup};

const START: &str = "[server]\nname = \"before\"\n[limits]\nline_bytes = 100\n";

/// A server with this file, and where the file is.
fn started(text: &str) -> (Server, String) {
    let setup = Setup::bare().arguments(&["--memory", "--listen", "127.0.0.1:0"]);
    let file = setup.file("chinwag.toml", text);
    let server = setup.arguments(&["--config", &file]).start();
    (server, file)
}

/// Has the configuration read again, and returns what the log says of it.
#[track_caller]
fn hang_up(server: &mut Server) -> String {
    server.signal(Signal::HUP);
    loop {
        let line = server.log.line().expect("the server goes on");
        if line.contains("SIGHUP") {
            return line;
        }
    }
}

#[track_caller]
fn greets_as(server: &Server, name: &str) {
    let greeting = server.connect().expect("Enter your username: ");
    assert!(
        greeting.contains(&format!("Welcome to {name}: ")),
        "{greeting}"
    );
}

#[test]
fn what_can_change_changes_for_those_who_are_here_too() {
    let (mut server, file) = started(START);
    greets_as(&server, "before");
    let mut ann = server.join("ann");
    let long = "x".repeat(101);
    ann.ask(&long, "the limit is 100");
    let changed = "[server]\nname = \"after\"\n[limits]\nline_bytes = 200\npeople = 2\n\
        [rooms]\nread_only = [\"#news\"]\n[log]\nlevel = \"debug\"\n";
    std::fs::write(&file, changed).expect("the file is ours");
    let said = hang_up(&mut server);
    let keys = "changed: server.name, rooms.read_only, limits.people, limits.line_bytes, log.level";
    assert!(said.contains(keys), "{said}");
    // The shards and the hub take it up in their order of work; both have when this is answered.
    greets_as(&server, "after");
    ann.sync();
    ann.ask("/echo on", "! Echo is on");
    ann.ask(&long, &format!("ann: {long}\n"));
    let mut bob = server.join("bob");
    server.connect().expect("The server is full");
    bob.ask("/join #news", "#news");
    bob.ask("hello", "#news is read-only.");
    server.stop();
}

#[test]
fn a_level_that_hides_the_change_hides_nothing_of_this_one() {
    let (mut server, file) = started(START);
    for (level, sees) in [
        ("error", "changed: log.level"),
        ("info", "changed: log.level"),
    ] {
        let text = format!("{START}[log]\nlevel = \"{level}\"\n");
        std::fs::write(&file, text).expect("the file is ours");
        let said = hang_up(&mut server);
        assert!(said.contains(sees), "{level}: {said}");
    }
    server.stop();
}

#[test]
fn what_cannot_change_is_named_and_kept() {
    let (mut server, file) = started(START);
    let changed = "[server]\nname = \"after\"\nthreads = 7\ndurability = \"power\"\n\
        [limits]\nline_bytes = 100\n";
    std::fs::write(&file, changed).expect("the file is ours");
    let said = hang_up(&mut server);
    let kept = "these take effect at the next start: server.durability, server.threads";
    assert!(said.contains(kept), "{said}");
    let said = server.log.line().expect("the server goes on");
    assert!(said.contains("changed: server.name"), "{said}");
    greets_as(&server, "after");
    server.stop();
}

#[test]
fn a_wrong_file_changes_nothing_and_says_why() {
    let (mut server, file) = started(START);
    for (text, words) in [
        (
            "[server]\nname = \"after\"\nnmae = \"x\"",
            "line 3: there is no key server.nmae",
        ),
        (
            "[server]\nname = \"after\"\n[limits]\npeople = many",
            "limits.people must be a whole number from",
        ),
        (
            "[server]\nname = \"after\"\n[log]\nlevel = \"loud\"",
            "log.level must be error, warn, info",
        ),
        ("[server]\nname = \"after", "line 2: "),
    ] {
        std::fs::write(&file, text).expect("the file is ours");
        let said = hang_up(&mut server);
        assert!(said.contains("nothing has changed"), "{said}");
        assert!(said.contains(words) && said.contains(&file), "{said}");
    }
    std::fs::remove_file(&file).expect("the file is ours");
    let said = hang_up(&mut server);
    assert!(
        said.contains("nothing has changed") && said.contains(&file),
        "{said}"
    );
    greets_as(&server, "before");
    std::fs::write(&file, START).expect("the folder is ours");
    let said = hang_up(&mut server);
    assert!(said.contains("read again, nothing has changed"), "{said}");
    server.stop();
}

#[test]
fn a_certificate_that_cannot_be_read_changes_nothing_either() {
    let (mut server, file) = started(START);
    let wrong = "[server]\nname = \"after\"\n[tls]\ncert = \"/nowhere\"\nkey = \"/nowhere\"\n";
    std::fs::write(&file, wrong).expect("the file is ours");
    let said = hang_up(&mut server);
    assert!(
        said.contains("nothing has changed: /nowhere cannot be read"),
        "{said}"
    );
    greets_as(&server, "before");
    std::fs::write(&file, START).expect("the file is ours");
    let said = hang_up(&mut server);
    assert!(said.contains("read again, nothing has changed"), "{said}");
    server.stop();
}

/// It would read as empty, or hold the server up until somebody writes to it.
#[test]
fn a_pipe_is_not_read_again() {
    let (mut server, file) = started(START);
    std::fs::remove_file(&file).expect("the file is ours");
    let made = std::process::Command::new("mkfifo").arg(&file).status();
    assert!(made.expect("mkfifo is there").success());
    let said = hang_up(&mut server);
    assert!(
        said.contains("nothing has changed: ") && said.contains("second time"),
        "{said}"
    );
    greets_as(&server, "before");
    server.stop();
}

#[test]
fn without_a_file_it_goes_on_too() {
    let mut server = Setup::new().start();
    let said = hang_up(&mut server);
    assert!(said.contains("no configuration file"), "{said}");
    server.join("ann").ask("/who", "1 person");
    server.stop();
}

#[test]
fn a_file_that_is_gone_is_told_in_the_words_of_the_start() {
    let (mut server, file) = started(START);
    std::fs::remove_file(&file).expect("the file is ours");
    let said = hang_up(&mut server);
    assert!(said.contains("no such file or directory"), "{said}");
    assert!(!said.contains("os error"), "{said}");
    server.stop();
}

#[test]
fn a_signal_that_means_nothing_here_ends_nothing() {
    let (mut server, _) = started(START);
    for signal in [Signal::USR1, Signal::USR2] {
        server.signal(signal);
        server.log.until("SIGUSR1 and SIGUSR2 do nothing");
    }
    server.join("ann");
}

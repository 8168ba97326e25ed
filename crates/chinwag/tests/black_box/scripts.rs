//! Shell scripts and pipes: clients that speak first, and hang up when they have said it.

use std::process::Command;

use crate::harness::{Client, Server, Setup, messages};

/// A server that would wait for ever for a client to speak first, so that one that does is not
/// greeted, however slow the machine is.
fn patient_server() -> Server {
    Setup::new().limit("sniff_time", "5m").start()
}

/// Runs a script with the server's address in `$1` and `$2`.
fn run(server: &Server, script: &str) -> String {
    let address = server.address();
    let mut shell = Command::new("sh");
    shell.args([
        "-c",
        script,
        "sh",
        &address.ip().to_string(),
        &address.port().to_string(),
    ]);
    let output = shell.output().expect("there is a shell");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("the server writes UTF-8")
}

fn listener(server: &Server) -> Client {
    let mut listener = server.connect();
    listener.send("listener");
    listener.expect("Welcome, listener.");
    listener
}

#[test]
fn a_script_that_speaks_first() {
    let server = patient_server();
    let mut listener = listener(&server);
    let seen = run(&server, "printf 'bot\\nhello\\n' | nc -N $1 $2");
    listener.expect_all(&[
        "* bot joined #lobby (2 here)\n",
        "bot: hello\n",
        "* bot left #lobby (connection closed)\n",
    ]);
    assert!(
        seen.starts_with("Welcome, bot. You are in #lobby with listener.\n"),
        "{seen}"
    );
    assert!(seen.ends_with("Bye, bot. 1 line sent.\n"), "{seen}");
}

/// It has waited for the prompt, or its link is slow: what follows a name that it cannot have is no name either.
#[test]
fn a_late_script_whose_name_is_refused_says_nothing() {
    let server = Setup::new().limit("sniff_time", "0s").start();
    let mut bob = server.join("bob");
    for name in ["bob", "1bob"] {
        let mut script = server.connect();
        script.expect("Enter your username: ");
        script.write(format!("{name}\ndone\nbackup finished\n").as_bytes());
        let told = script.rest();
        assert!(told.ends_with("NOT joined, nothing was sent.\n"), "{told}");
    }
    // Who waits for the answer is asked again.
    let mut ann = server.connect();
    ann.expect("Enter your username: ");
    ann.ask("bob", "Enter your username: ");
    ann.ask("ann", "--- now ---\n");
    assert!(
        !bob.expect("* ann joined #lobby (2 here)\n")
            .contains("done")
    );
    server.stop();
}

#[test]
fn a_script_that_asks_for_help_takes_no_name() {
    let server = patient_server();
    let mut listener = listener(&server);
    let seen = run(&server, "printf '/help\\nhi\\nyo\\n' | nc -N $1 $2");
    assert!(seen.starts_with("Type the name others will see"), "{seen}");
    listener.ask("/who", "--- 1 person in #lobby ---\n");
}

#[test]
fn a_last_line_without_an_end_counts() {
    let server = patient_server();
    let mut listener = listener(&server);
    run(&server, "printf 'bot\\nfirst\\nlast' | nc -N $1 $2");
    let seen = listener.expect("* bot left #lobby (connection closed)\n");
    assert_eq!(messages(&seen), ["bot: first", "bot: last"]);
}

#[test]
fn a_name_alone_counts_without_an_end() {
    let server = patient_server();
    let mut listener = listener(&server);
    run(&server, "printf 'bot' | nc -N $1 $2");
    listener.expect("* bot joined #lobby (2 here)\n");
    listener.expect("* bot left #lobby (connection closed)\n");
}

#[test]
fn what_was_queued_before_the_end_is_finished() {
    let server = patient_server();
    let mut listener = listener(&server);
    let script = "{ echo bot; seq 1 5000; echo '/me is done'; } | nc -N $1 $2";
    let seen = run(&server, script);
    assert!(seen.ends_with("Bye, bot. 5001 lines sent.\n"), "{seen}");
    let heard = listener.expect("* bot left #lobby (connection closed)\n");
    let said = messages(&heard);
    let expected = (1..=5000).map(|n| format!("bot: {n}"));
    assert!(said.iter().take(5000).cloned().eq(expected));
    assert_eq!(said[5000..], ["* bot is done"]);
}

#[test]
fn answers_come_behind_the_end_of_the_input() {
    let server = patient_server();
    let seen = run(
        &server,
        "printf 'bot\\nmark\\n/history 1\\n/who' | nc -N $1 $2",
    );
    let history = "--- last 1 of 1 messages ---\n[";
    assert!(seen.contains(history), "{seen}");
    assert!(
        seen.contains("bot: mark\n--- now ---\n--- 1 person in #lobby ---\n"),
        "{seen}"
    );
    assert!(
        seen.ends_with("Bye, bot. 2 lines sent.\n") || seen.ends_with("Bye, bot. 1 line sent.\n")
    );
}

#[test]
fn a_script_that_may_not_enter_its_room_says_nothing_elsewhere() {
    let server = patient_server();
    let mut listener = listener(&server);
    listener.ask("/join #team", "You are in #team, alone.");
    listener.ask("/room closed", "closed");
    listener.ask("/join lobby", "You are in #lobby");
    let lines = r"bot\n/join #team\nsecret\n/me leaks\n/join #\nmore\n/join lobby\nhello\n";
    let seen = run(&server, &format!("printf '{lines}' | nc -N $1 $2"));
    let refused = "! NOT sent: the last /join was refused. /join lobby talks there.\n";
    assert_eq!(seen.matches(refused).count(), 3, "{seen}");
    assert!(seen.ends_with("Bye, bot. 1 line sent.\n"), "{seen}");
    let heard = listener.expect("* bot left #lobby (connection closed)\n");
    let is_heard = |text: &&str| heard.contains(*text);
    assert!(!["secret", "leaks", "more"].iter().any(is_heard), "{heard}");
    assert!(heard.contains("bot: hello\n"), "{heard}");
}

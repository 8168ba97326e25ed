//! What those who run a server do to it from a shell, while it runs and while it does not.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::harness::*;

/// The exit status, and what was said on both outputs.
struct Said {
    status: i32,
    out: String,
    err: String,
}

fn chinwag(setup: &Setup, password: &str, arguments: &[&str]) -> Said {
    chinwag_given(setup, format!("{password}\n").as_bytes(), arguments)
}

fn chinwag_given(setup: &Setup, password: &[u8], arguments: &[&str]) -> Said {
    use std::io::Write;
    let mut child = Command::new(CHINWAG)
        .args(arguments)
        .args(["--data", &setup.data().to_string_lossy()])
        .env("TZ", "UTC")
        .env_remove("CHINWAG_CONFIG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program is built");
    let mut input = child.stdin.take().expect("it is piped");
    // A program that needs no password may be gone already.
    let _ = input.write_all(password);
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    Said {
        status: output.status.code().expect("no signal"),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

#[track_caller]
fn done(setup: &Setup, arguments: &[&str], out: &str) {
    let said = chinwag(setup, "correct horse", arguments);
    assert_eq!(said.status, 0, "{arguments:?}: {}", said.err);
    // Times differ.
    match out.strip_suffix("...") {
        Some(begin) => assert!(said.out.starts_with(begin), "{arguments:?}: {}", said.out),
        None => assert_eq!(said.out, out, "{arguments:?}"),
    }
}

#[track_caller]
fn refused(setup: &Setup, arguments: &[&str], err: &str) {
    let said = chinwag(setup, "correct horse", arguments);
    assert_eq!(said.status, 1, "{arguments:?}");
    assert!(said.err.contains(err), "{arguments:?}: {}", said.err);
}

#[test]
fn a_running_server_is_managed_from_a_shell() {
    let setup = Setup::new().without_operator();
    let server = setup.start();
    let mode = fs::metadata(setup.data().join("shell.sock"))
        .expect("a socket")
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    done(&setup, &["who"], "");
    done(&setup, &["account", "add", "lee"], "lee is registered.\n");
    done(
        &setup,
        &["account", "operator", "lee"],
        "lee is an operator now.\n",
    );
    refused(
        &setup,
        &["account", "operator", "lee"],
        "lee is already an operator.",
    );
    refused(
        &setup,
        &["account", "add", "LEE"],
        "\"LEE\" is registered.\n",
    );
    refused(&setup, &["account", "add", "sysadmin"], "is reserved");
    refused(
        &setup,
        &["say", "#lobby", "lee#s3cret"],
        "looks like a password",
    );
    let mut lee = server.join("lee#correct horse");
    let mut bob = server.join("bob");
    lee.expect("* bob joined #lobby (2 here)\n");
    done(
        &setup,
        &["who"],
        "bob (nc) in #lobby from 127.0.0.1\nlee (operator, registered, nc) in #lobby from 127.0.0.1\n",
    );
    done(&setup, &["say", "#lobby", "restart", "at noon"], "");
    bob.expect("] shell: restart at noon\n");
    let other = chinwag(&setup, "battery staple", &["account", "passwd", "lee"]);
    assert_eq!(
        (other.status, &*other.out),
        (0, "The password of lee is changed.\n")
    );
    lee.expect("! The password of lee is changed by those who run the server.\n");
    done(
        &setup,
        &["account", "list"],
        "lee (operator): password since ...",
    );
    done(
        &setup,
        &["kick", "bob", "too", "loud"],
        "bob was kicked: too loud.\n",
    );
    bob.expect("by shell: too loud");
    done(
        &setup,
        &["ban", "bob", "2h", "spam"],
        "bob is banned until ...",
    );
}

#[test]
fn the_data_folder_stands_before_the_task_or_behind_it() {
    let setup = Setup::new().start().stop();
    let data = setup.data();
    let data = data.to_string_lossy();
    for (arguments, status) in [
        (&["account", "--data", &data, "list"][..], 0),
        (&["account", "list", "--data", &data], 0),
        (&["room", "--data", &data, "remove", "nosuch"], 1),
    ] {
        let output = Command::new(CHINWAG).args(arguments).output();
        let output = output.expect("the program is built");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
        assert_eq!(said.contains("No room #nosuch."), status == 1, "{said}");
    }
}

#[test]
fn mutes_and_bans_of_addresses_are_told_in_full() {
    let setup = Setup::new().without_operator();
    let server = setup.start();
    let mut ann = server.join("ann");
    let mut eve = server.join("eve");
    done(
        &setup,
        &["mute", "eve", "10m"],
        "eve is muted for 10 minutes. 1 other comes from 127.0.0.1, so only eve from there is muted.\n",
    );
    done(&setup, &["bans"], "muted: eve from 127.0.0.1 since ...");
    let shown = ["unmute", "eve", "from", "127.0.0.1"];
    done(&setup, &shown, "eve may speak again.\n");
    done(
        &setup,
        &["ban", "127.0.0.0/8"],
        "127.0.0.0/8 is banned. 2 people are put out.\n",
    );
    eve.expect("banned");
    ann.expect("banned");
}

#[test]
fn an_account_that_nobody_has_is_refused() {
    let setup = Setup::new().without_operator();
    let _server = setup.start();
    refused(
        &setup,
        &["account", "operator", "nobody"],
        "No account \"nobody\".",
    );
    refused(
        &setup,
        &["account", "passwd", "nobody"],
        "\"nobody\" is not registered.",
    );
}

#[test]
fn a_stopped_server_is_managed_all_the_same() {
    let setup = Setup::new().without_operator();
    // The first account can be there before the server was, and a folder that was mistyped is told.
    let folder = setup.data().display().to_string();
    let first = format!(
        "lee is registered.\nNo server was started with {folder} yet: the folder is new.\n"
    );
    done(&setup, &["account", "add", "lee"], &first);
    done(&setup, &["account", "add", "ann"], "ann is registered.\n");
    done(
        &setup,
        &["account", "operator", "lee"],
        "lee is an operator now.\n",
    );
    done(
        &setup,
        &["ban", "10.0.0.0/8", "spam"],
        "10.0.0.0/8 is banned: spam.\n",
    );
    done(&setup, &["bans"], "banned: 10.0.0.0/8 since ...");
    done(
        &setup,
        &["unban", "10.0.0.0/8"],
        "10.0.0.0/8 is no longer banned.\n",
    );
    done(&setup, &["ban", "ann"], "ann is banned.\n");
    done(&setup, &["bans"], "banned: account ann since ...");
    done(
        &setup,
        &["unban", "account", "ann"],
        "ann is no longer banned.\n",
    );
    refused(&setup, &["who"], "no server runs with the data folder");
    refused(
        &setup,
        &["say", "#lobby", "hello"],
        "no server runs with the data folder",
    );
    let server = setup.start();
    let mut lee = server.join("lee#correct horse");
    lee.ask("/log", "shell banned 10.0.0.0/8: spam\n");
    lee.ask("/account", "  operator\n");
    done(
        &setup,
        &["account", "remove", "lee"],
        "The account lee has ended, and its names are free.\n",
    );
    lee.expect("! The account lee has ended, and its names are free.\n");
    lee.expect("! You are logged out of lee.\n");
    lee.ask("/log", "! /log needs operator rights in #lobby.\n");
}

#[test]
fn where_no_server_has_its_data_nothing_is_done_and_no_folder_made() {
    let setup = Setup::new().without_operator();
    let folder = setup.data();
    let was_there = folder.exists();
    for arguments in [
        &["ban", "mallory", "1d", "spam"][..],
        &["unban", "mallory"],
        &["account", "passwd", "lee"],
        &["account", "operator", "lee"],
        &["account", "remove", "lee"],
        &["room", "remove", "spam"],
        &["bans"],
    ] {
        refused(&setup, arguments, "there is no database ");
    }
    assert_eq!(folder.exists(), was_there);
    assert!(!folder.join("messages.db").exists());
}

#[test]
fn what_is_too_long_is_refused_whole() {
    let setup = Setup::new().without_operator();
    let server = setup.start();
    let mut bob = server.join("bob");
    let (fits, long) = ("x".repeat(4096), "x".repeat(9000));
    let words = "chinwag: Too long: 9000 bytes, the limit is 4096.\n";
    refused(&setup, &["say", "lobby", &long], words);
    refused(&setup, &["kick", "bob", &long], words);
    refused(&setup, &["say", "lobby", &fits[..1], &fits], "4098 bytes");
    done(&setup, &["say", "lobby", &fits], "");
    let heard = bob.expect(&format!("shell: {fits}\n"));
    assert_eq!(messages(&heard).len(), 1, "{heard}");
}

/// A shell that dies in the middle of its line has asked for nothing.
#[test]
fn a_request_without_an_end_is_not_done() {
    use std::io::{Read, Write};
    use std::net::Shutdown;
    use std::os::unix::net::UnixStream;
    let setup = Setup::new().without_operator();
    let server = setup.start();
    let mut bob = server.join("bob");
    let mut socket = UnixStream::connect(setup.data().join("shell.sock")).expect("a socket");
    socket.write_all(b"ban bob").expect("it is read");
    socket.shutdown(Shutdown::Write).expect("it is ours");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer");
    assert!(answer.ends_with("refused\n"), "{answer}");
    bob.ask("/who", "bob (nc)\n");
    done(&setup, &["bans"], "");
}

#[test]
fn the_fingerprint_is_that_of_the_server_that_runs() {
    let setup = Setup::new().without_operator();
    setup.start().stop();
    let own = chinwag(&setup, "", &["fingerprint"]).out;
    let elsewhere = Setup::new().without_operator();
    elsewhere.start().stop();
    let other = elsewhere.data().join("tls.pem").display().to_string();
    let with_files = setup
        .variable("CHINWAG_TLS_CERT", &other)
        .variable("CHINWAG_TLS_KEY", &other);
    let server = with_files.start();
    let shown = chinwag(&with_files, "", &["fingerprint"]).out;
    assert_ne!(shown, own);
    server.stop();
    // The next one without them has the folder's again.
    assert_eq!(chinwag(&with_files, "", &["fingerprint"]).out, own);
}

#[test]
fn a_path_that_is_too_long_for_a_socket_is_told() {
    let setup = Setup::new().without_operator();
    let folder = setup.data().join("x".repeat(100));
    let data = folder.display().to_string();
    let long = Setup::bare().arguments(&["--listen", "127.0.0.1:0", "--data", &data]);
    let _server = long.start();
    let output = Command::new(CHINWAG)
        .args(["who", "--data", &data])
        .output()
        .expect("the program is built");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("is too long for a socket"), "{said}");
}

#[test]
fn a_socket_that_was_left_behind_is_no_obstacle() {
    let setup = Setup::new().without_operator();
    setup.start().kill();
    assert!(setup.data().join("shell.sock").exists());
    done(&setup, &["account", "add", "lee"], "lee is registered.\n");
    let server = setup.start();
    done(&setup, &["who"], "");
    drop(server);
    // Nor is a folder, or another program's socket, that stands where the next one is made.
    fs::create_dir_all(setup.data().join("shell.sock.new")).expect("a folder");
    let _other = UnixListener::bind(setup.data().join("shell.sock.new/shell.sock"));
    let _server = setup.start();
    done(&setup, &["who"], "");
}

#[test]
fn a_shell_that_says_nothing_holds_up_no_person() {
    use std::os::unix::net::UnixStream;
    let setup = Setup::new();
    let server = setup.start();
    let socket = setup.data().join("shell.sock");
    let _silent: Vec<_> = (0..50).map(|_| UnixStream::connect(&socket)).collect();
    let mut lee = server.join("lee");
    lee.ask("/who", "lee (operator, nc)\n");
}

#[test]
fn an_operator_removes_what_others_have_filled() {
    let setup = Setup::new();
    let server = setup.start();
    let mut lee = server.join("lee");
    let mut bob = server.join("bob");
    bob.ask("/claim correct horse", "Your name is registered.");
    bob.ask("/join spam", "You are in #spam, alone.");
    bob.send("buy pills");
    bob.ask(
        "/remove #spam",
        "! /remove needs operator rights in #spam.\n",
    );
    lee.ask(
        "/remove #spam",
        "! #spam is removed, and its name is free.\n",
    );
    bob.expect("! #spam was removed by lee.\n! You talk in #lobby now.\n");
    bob.ask("/search pills", "Nothing found");
    lee.ask(
        "/remove bob",
        "! The account bob has ended, and its names are free.\n",
    );
    bob.expect("! You are logged out of bob.\n");
    lee.ask("/log 2", "ended the account bob");
    bob.ask("/join junk", "You are in #junk, alone.");
    bob.send("junk");
    bob.sync();
    done(
        &setup,
        &["room", "remove", "junk"],
        "#junk is removed, and its name is free.\n",
    );
    bob.expect("! #junk was removed by shell.\n");
    drop(server);
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_password() {
    let setup = Setup::new().without_operator();
    let server = setup.start();
    let marked = "\u{feff}correct horse\r\n";
    let come_and_go = || {
        let mut lee = server.join("lee#correct horse");
        lee.ask("/quit", "Bye, lee.");
        lee.rest();
    };
    let file = setup.file("marked", marked);
    let add = ["account", "add", "lee"];
    assert_eq!(chinwag_given(&setup, marked.as_bytes(), &add).status, 0);
    come_and_go();
    let passwd = ["account", "passwd", "lee", "--password-file", &file];
    assert_eq!(chinwag(&setup, "", &passwd).status, 0);
    come_and_go();
    let latin = chinwag_given(&setup, b"gr\xfcn und blau\n", &["account", "add", "ann"]);
    assert_eq!(latin.status, 1);
    assert_eq!(
        latin.err,
        "chinwag: the password is not UTF-8 text; write it in UTF-8\n"
    );
}

#[test]
fn a_lost_session_is_ended_from_a_shell() {
    let setup = Setup::new().without_operator();
    let server = setup.start();
    let mut lee = server.join("lee");
    let mut dee = server.join("dee");
    lee.expect("* dee joined");
    // With bytes unread it is a reset.
    lee.send("unread");
    lee.sync();
    dee.shut();
    dee.rest();
    lee.expect("* dee left #lobby");
    refused(&setup, &["account", "add", "dee"], "\"dee\" is kept for");
    let ended = "dee's link was lost already; the session is ended.\n";
    done(&setup, &["kick", "dee"], ended);
    done(&setup, &["account", "add", "dee"], "dee is registered.\n");
    server.join("dee#correct horse");
}

#[test]
fn an_account_is_an_operator_s_though_a_guest_of_its_name_is_lost() {
    let setup = Setup::new().without_operator();
    let server = setup.start();
    // The name of a link that was lost before would be kept from the shell, too.
    let _bob = server.join("bob");
    server.stop();
    let added = chinwag(&setup, "correct horse", &["account", "add", "bob"]);
    assert_eq!(added.status, 0, "{}", added.err);
    done(
        &setup,
        &["account", "operator", "bob"],
        "bob is an operator now.\n",
    );
}

#[test]
fn a_password_is_hidden_also_behind_a_stop() {
    let setup = Setup::new().without_operator();
    let _server = setup.start();
    let data = setup.data().display().to_string();
    let mut terminal = Terminal::run(CHINWAG, &["account", "add", "lee", "--data", &data]);
    terminal.shows("Password:");
    terminal.signal(Signal::TSTP);
    terminal.is_stopped();
    assert!(terminal.echoes());
    terminal.signal(Signal::CONT);
    while terminal.echoes() {
        std::thread::yield_now();
    }
    terminal.types("open sesame\n");
    terminal.shows("Again:");
    terminal.types("open sesame\n");
    terminal.shows("lee is registered.");
    assert!(terminal.wait().success());
    let shown = terminal.contents();
    assert!(!shown.contains("sesame"), "{shown}");
    assert!(terminal.echoes());
}

#[test]
fn nobody_is_asked_for_a_password_in_vain() {
    let setup = Setup::new().without_operator();
    let server = setup.start();
    let _ann = server.join("ann");
    let data = setup.data().display().to_string();
    for (task, name, why) in [
        ("add", "ann", "\"ann\" is here already."),
        ("add", "admin", "\"admin\" is reserved."),
        ("passwd", "bob", "\"bob\" is not registered."),
    ] {
        let mut terminal = Terminal::run(CHINWAG, &["account", task, name, "--data", &data]);
        terminal.shows(why);
        assert_eq!(terminal.wait().code(), Some(1));
        assert!(!terminal.contents().contains("Password"));
    }
}

#[test]
fn a_word_that_is_none_is_refused() {
    let setup = Setup::new().without_operator();
    let _server = setup.start();
    for (task, arguments, words) in [
        ("ban", &["bad name"][..], "\"bad name\" is not one word"),
        ("unban", &["bad name"], "is not one word"),
        (
            "ban",
            &["zed", "-5m"],
            "\"-5m\" is not a time. Write times as",
        ),
        (
            "mute",
            &["zed", "-5m"],
            "\"-5m\" is not a time. Write times as",
        ),
        (
            "ban",
            &["zed", "2x"],
            "\"2x\" is not a time. Write times as",
        ),
        (
            "ban",
            &["192.0.2.0/33"],
            "is not a name, an address or a block",
        ),
        ("account add", &["7zed"], "A name is 1 to 32"),
        ("say", &["#lobby", " "], "There is nothing to say."),
        (
            "say",
            &["lobby", "-hi"],
            "\"-hi\" begins as a flag does. Write -- before such a text: chinwag say ... -- TEXT",
        ),
        ("say", &["lobby", "it", "is", "-x"], "\"-x\" begins as"),
        ("kick", &["bob", "-hush"], "chinwag kick ... -- WHY"),
        ("mute", &["bob", "10m", "-spam-"], "chinwag mute ... -- WHY"),
        ("backup", &["-"], "a backup is a file"),
    ] {
        let arguments = [&task.split(' ').collect::<Vec<_>>(), arguments].concat();
        let said = chinwag(&setup, "", &arguments);
        assert_eq!(said.status, 2, "{arguments:?}");
        assert!(said.err.contains(words), "{arguments:?}: {}", said.err);
        let usage = format!("Usage: chinwag {task} [OPTIONS] ");
        assert!(said.err.contains(&usage), "{arguments:?}: {}", said.err);
        assert!(!said.err.contains("unexpected"), "{}", said.err);
    }
    let no_text = OsStr::from_bytes(b"\xff");
    for arguments in [
        &[no_text][..],
        &[OsStr::new("ban"), no_text, OsStr::new("-5m")],
    ] {
        let output = Command::new(CHINWAG).args(arguments).output();
        let output = output.expect("the program is built");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("Usage: chinwag"), "{said}");
    }
    done(&setup, &["bans"], "");
}

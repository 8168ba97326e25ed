//! `chinwag join` in scripts: what arrives, what the status says, and what a broken link costs.

mod outage;
mod place;
mod relay;
mod server_password;
mod terminal;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use relay::Relay;

use crate::harness::{CHINWAG, Client, Ear, NOBODY, Server, Setup, messages};

/// A server that would wait for ever for a client to speak first, so that one that does is not
/// greeted, however slow the machine is.
fn setup() -> Setup {
    Setup::new().limit("sniff_time", "5m")
}

fn listener(server: &Server) -> Client {
    let mut listener = server.connect();
    listener.send("listener");
    listener.expect("Welcome, listener.");
    listener
}

/// `chinwag join ARGUMENTS`, with the server's address as the first.
fn join(address: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(CHINWAG);
    command.arg("join").arg(address).args(arguments);
    command.env_remove("CHINWAG_PASSWORD");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn start(server: &Server, arguments: &[&str]) -> Child {
    let address = server.address().to_string();
    join(&address, arguments)
        .spawn()
        .expect("the program is built")
}

/// Gives it the input and waits for its end.
fn end(mut child: Child, input: &[u8]) -> Output {
    let mut pipe = child.stdin.take().expect("it is piped");
    // Who is refused reads nothing.
    let _ = pipe.write_all(input);
    drop(pipe);
    child.wait_with_output().expect("it is our child")
}

/// Runs it with the input.
fn run(server: &Server, arguments: &[&str], input: &[u8]) -> Output {
    end(start(server, arguments), input)
}

#[track_caller]
fn check_status(output: &Output, status: i32, said: &str) {
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{words}");
    assert!(words.contains(said), "{words}");
    assert_eq!(words.is_empty(), said.is_empty(), "{words}");
}

/// What the listener has heard of somebody, until they leave.
#[track_caller]
fn heard_until_gone(listener: &mut Client, name: &str) -> Vec<String> {
    let heard = listener.expect(&format!("* {name} left #lobby"));
    let mine = format!("{name}: ");
    let texts = messages(&heard).into_iter();
    texts
        .filter_map(|said| Some(said.strip_prefix(&mine)?.to_owned()))
        .collect()
}

fn numbers(count: usize) -> (String, Vec<String>) {
    let lines: Vec<String> = (1..=count).map(|n| format!("line {n}")).collect();
    (lines.join("\n"), lines)
}

#[test]
fn lines_arrive_and_the_status_says_so() {
    let server = setup().start();
    let mut listener = listener(&server);
    let output = run(&server, &["--name", "app"], b"disk is full\n\nstill");
    check_status(&output, 0, "");
    assert_eq!(
        heard_until_gone(&mut listener, "app"),
        ["disk is full", "still"]
    );
    let seen = String::from_utf8_lossy(&output.stdout);
    assert!(
        seen.starts_with("Welcome, app. You are in #lobby with listener.\n"),
        "{seen}"
    );
    assert!(seen.ends_with("Bye, app. 2 lines sent.\n"), "{seen}");
    assert!(!seen.contains("Echo"), "{seen}");
}

#[test]
fn a_pipe_is_literal() {
    let server = setup().start();
    let mut listener = listener(&server);
    let input = b"/var/log/a rotated\n/quit x\n//last\n";
    check_status(&run(&server, &["--name", "app"], input), 0, "");
    let heard = heard_until_gone(&mut listener, "app");
    assert_eq!(heard, ["/var/log/a rotated", "/quit x", "//last"]);
}

#[test]
fn commands_are_for_those_who_ask_for_them() {
    let server = setup().start();
    let mut listener = listener(&server);
    let input = b"//text\n/me acts\n/quit lunch\nnever\n";
    let output = run(&server, &["--name", "app", "--commands"], input);
    let heard = listener.expect("* app left #lobby (quit: lunch)\n");
    assert_eq!(messages(&heard), ["app: /text", "* app acts"]);
    assert_eq!(
        output.status.code(),
        Some(7),
        "a line came after the farewell"
    );
}

/// The first operator is a person. A pipe that waits for the greeting, as one without a name does, looks like one.
#[test]
fn a_pipe_does_not_become_the_operator_of_a_server_that_has_none() {
    let server = Setup::new().limit("sniff_time", "0s").start();
    let mut reader = Command::new(CHINWAG);
    reader.arg("join").arg(server.address().to_string());
    let mut reader = Client::through(reader.arg("--follow"));
    reader.expect("--- now ---\n");
    check_status(&run(&server, &[], b"done\n"), 0, "");
    reader.expect(": done\n");
    let mut ann = server.connect();
    ann.expect("Enter your username: ");
    ann.send("ann");
    ann.expect("* You are the operator here: /help op.\n");
    assert!(!reader.screen().contains("operator"));
    server.stop();
}

#[test]
fn a_long_trace_waits_its_turn() {
    let server = setup()
        .limit("line_burst", "20")
        .limit("lines_per_second", "50")
        .start();
    // The operator may send more; the listener takes that.
    let mut listener = listener(&server);
    let (input, lines) = numbers(60);
    check_status(&run(&server, &["--name", "app"], input.as_bytes()), 0, "");
    assert_eq!(heard_until_gone(&mut listener, "app"), lines);
}

#[test]
fn a_name_that_is_taken_is_the_end() {
    let server = setup().start();
    let mut listener = listener(&server);
    let output = run(&server, &["--name", "listener"], b"hi\n");
    check_status(&output, 4, "\"listener\" is here already.");
    assert!(output.stdout.is_empty(), "{output:?}");
    let heard = listener.sync();
    assert!(messages(&heard).is_empty(), "{heard}");
}

#[test]
fn a_registered_name_takes_its_password_from_a_file_or_the_environment() {
    let server = setup().start();
    let setup = setup();
    let mut lee = server.connect();
    lee.send("lee");
    lee.ask("/claim correct horse", "Your name is registered.");
    lee.ask("/quit", "Bye, lee.");
    lee.rest();
    let file = setup.file("password", "correct horse\n");
    check_status(
        &run(&server, &["--name", "lee"], b"1"),
        4,
        "\"lee\" is registered.",
    );
    check_status(
        &run(&server, &["--name", "lee", "--password-file", &file], b"2"),
        0,
        "",
    );
    let mut command = join(&server.address().to_string(), &["--name", "lee"]);
    let child = command.env("CHINWAG_PASSWORD", "correct horse").spawn();
    check_status(&end(child.expect("the program is built"), b"3"), 0, "");
    let output = run(&server, &["--name", "lee#correct"], b"");
    check_status(&output, 2, "never on the command line");
}

#[test]
fn the_operators_word_is_final() {
    // The operator waits for the prompt; the client speaks before it.
    let server = Setup::new().limit("sniff_time", "3s").start();
    let mut operator = server.join("listener");
    let mut app = start(&server, &["--name", "app"]);
    operator.expect("* app joined #lobby");
    operator.ask(
        "/kick app noise",
        "* app left #lobby (kicked by listener: noise)",
    );
    // Its input is still open: the end is the operator's.
    let input = app.stdin.take();
    let output = app.wait_with_output().expect("it is our child");
    check_status(&output, 5, "You were kicked by listener: noise.");
    drop(input);
    operator.ask("/ban name:app 1d spam", "is banned");
    let output = run(&server, &["--name", "app"], b"hi\n");
    check_status(&output, 4, "You are banned");
}

#[test]
fn what_is_refused_is_told_line_by_line() {
    let server = setup().start();
    let mut listener = listener(&server);
    let long = "x".repeat(5000);
    let input = format!("one\n{long}\ntwo\n");
    let output = run(&server, &["--name", "app"], input.as_bytes());
    check_status(&output, 7, "NOT sent: 5000 bytes, the limit is 4096. \"xxx");
    assert_eq!(heard_until_gone(&mut listener, "app"), ["one", "two"]);
}

#[test]
fn a_server_that_goes_and_one_that_never_was() {
    let server = setup().start();
    let mut listener = listener(&server);
    let mut app = start(&server, &["--name", "app", "--retry-for", "0"]);
    listener.expect("* app joined #lobby");
    let address = server.address();
    let _ = server.kill();
    // Its input is still open: an end of it could be read first, and nothing would be lost.
    let input = app.stdin.take();
    let output = app.wait_with_output().expect("it is our child");
    let words = format!("the connection to {address} is gone: ");
    check_status(&output, 6, &words);
    drop(input);
    let (host, port) = NOBODY.split_once(':').expect("a host and a port");
    let output = join(host, &[port]).output().expect("the program is built");
    let words = format!("could not connect to {NOBODY}: connection refused.");
    check_status(&output, 3, &words);
    assert!(output.stdout.is_empty(), "{output:?}");
}

#[test]
fn a_room_of_its_own() {
    let server = setup().start();
    let mut listener = listener(&server);
    listener.ask("/join ops", "You are in #ops, alone.\n");
    let app = start(&server, &["--name", "app", "--room", "ops", "--no-history"]);
    listener.expect_all(&["* app joined #ops", "* app left #lobby"]);
    check_status(&end(app, b"deployed\n"), 0, "");
    listener.expect("] app: deployed\n");
}

#[test]
fn a_reader_needs_no_input_and_no_past() {
    // The operator waits for the prompt; the client speaks before it.
    let server = Setup::new().limit("sniff_time", "3s").start();
    let mut listener = server.join("listener");
    listener.send("old");
    let mut command = join(&server.address().to_string(), &["--follow", "--no-history"]);
    command.args(["--name", "eye", "--retry-for", "0"]);
    let eye = command
        .stdin(Stdio::null())
        .spawn()
        .expect("the program is built");
    listener.expect("* eye joined #lobby");
    listener.send("new");
    listener.sync();
    listener.ask("/kick eye", "eye");
    let output = eye.wait_with_output().expect("it is our child");
    let seen = String::from_utf8_lossy(&output.stdout);
    assert_eq!(messages(&seen), ["listener: new"], "{seen}");
    assert_eq!(output.status.code(), Some(5));
}

#[test]
fn a_reader_whose_output_nobody_reads_leaves_at_once() {
    let server = setup().start();
    let mut listener = listener(&server);
    let mut command = join(
        &server.address().to_string(),
        &["--follow", "--name", "eye"],
    );
    let mut eye = command
        .stdin(Stdio::null())
        .spawn()
        .expect("the program is built");
    listener.expect("* eye joined #lobby");
    // As `head` does when it has had enough. Nobody says anything behind it.
    drop(eye.stdout.take());
    listener.expect("* eye left");
    let status = eye.wait().expect("it is our child");
    assert_eq!(status.code(), Some(0));
}

#[test]
fn what_programs_write_becomes_text() {
    let server = setup().start();
    let mut listener = listener(&server);
    let mut says = |arguments: &[&str], input: &[u8], expected: &[&str]| {
        let output = run(&server, &[&["--name", "app"], arguments].concat(), input);
        assert_eq!(
            heard_until_gone(&mut listener, "app"),
            expected,
            "{output:?}"
        );
        output
    };
    let utf16: Vec<u8> = "\u{feff}größer\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    says(&[], b"\xef\xbb\xbfhello\r\n", &["hello"]);
    says(&[], &utf16, &["größer"]);
    says(&[], b"\x1b[1;31mFailed\x1b[0m: 3\n", &["Failed: 3"]);
    says(&[], b" 10%\r 55%\r100%\n", &["100%"]);
    says(&["--raw"], b"\x1b[31mred\n", &["\\x1b[31mred"]);
    says(&["--encoding", "windows-1252"], b"gr\xfcn\n", &["grün"]);
    let output = says(&[], b"gr\xfcn\non\n", &["on"]);
    check_status(&output, 7, "line 1 NOT sent: it is not UTF-8.");
}

#[test]
fn a_link_that_breaks_anywhere_costs_nothing() {
    let server = setup().start();
    let mut listener = listener(&server);
    // In the welcome, in a line, in its receipt, in what was missed.
    let cuts: Vec<usize> = (0..7).map(|n| 40 + n * 97 % 700).collect();
    let relay = Relay::start(server.address(), &cuts);
    let mut command = join(&relay.address().to_string(), &["--name", "app"]);
    let app = command.spawn().expect("the program is built");
    let (input, lines) = numbers(100);
    let output = end(app, input.as_bytes());
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{words}");
    listener.send("done");
    let arguments = ["--name", "asker", "--commands", "--no-history"];
    let output = run(&server, &arguments, b"/history 1000\n");
    let history = String::from_utf8_lossy(&output.stdout);
    let said = messages(&history);
    let said = said.iter().filter_map(|line| line.strip_prefix("app: "));
    assert!(
        said.eq(lines.iter().map(String::as_str)),
        "{history}\n{words}"
    );
    drop(listener);
}

#[test]
fn a_restart_costs_nothing() {
    let server = setup().start();
    let mut listener = listener(&server);
    let relay = Relay::start(server.address(), &[]);
    let mut command = join(&relay.address().to_string(), &["--name", "app"]);
    let mut app = command.spawn().expect("the program is built");
    let mut pipe = app.stdin.take().expect("it is piped");
    writeln!(pipe, "before").expect("it reads");
    listener.expect("app: before\n");
    relay.lose_server();
    let server = server.kill().start();
    writeln!(pipe, "while it was away").expect("it reads");
    relay.find_server(server.address());
    drop(pipe);
    let output = app.wait_with_output().expect("it is our child");
    check_status(&output, 0, "the link is lost");
    let mut listener = self::listener(&server);
    let seen = listener.ask("/history 10", "--- now ---\n");
    let said: Vec<String> = messages(&seen)
        .into_iter()
        .filter(|said| said.starts_with("app"))
        .collect();
    assert!(
        said.ends_with(&["app: before".into(), "app: while it was away".into()]),
        "{seen}"
    );
}

/// `chinwag join` of somebody who knows the servers in this folder, and trusts these authorities.
fn join_knowing(server: &Server, folder: &Path, arguments: &[&str]) -> Command {
    knowing(join(&server.address().to_string(), arguments), folder)
}

fn knowing(mut command: Command, folder: &Path) -> Command {
    command.env("XDG_DATA_HOME", folder);
    command.env("SSL_CERT_FILE", folder.join("authorities.pem"));
    command.env_remove("SSL_CERT_DIR");
    command
}

fn known_hosts(folder: &Path) -> String {
    fs::read_to_string(folder.join("chinwag/known_hosts")).expect("something is known")
}

#[test]
fn a_server_is_met_once_and_then_known_by_its_certificate() {
    let (server, home) = (setup().start(), tempfile::tempdir().expect("a folder"));
    let folder = home.path();
    let run = |arguments: &[&str]| {
        let joined = join_knowing(&server, folder, arguments).spawn();
        end(joined.expect("the program is built"), b"one\ntwo\n")
    };
    let mut listener = listener(&server);
    let output = run(&["--tls", "--name", "app"]);
    check_status(
        &output,
        0,
        "is met for the first time, and known from now on",
    );
    assert_eq!(heard_until_gone(&mut listener, "app"), ["one", "two"]);
    let seen = String::from_utf8_lossy(&output.stdout);
    assert!(seen.ends_with("Bye, app. 2 lines sent.\n"), "{seen}");
    let known = known_hosts(folder);
    assert!(
        known.starts_with(&format!("{} SHA256 ", server.address())),
        "{known}"
    );
    let told = String::from_utf8_lossy(&output.stderr);
    let fingerprint = known.trim().rsplit(' ').next().expect("a line");
    assert!(told.contains(fingerprint), "{told}");
    // Without --tls too, though it is on this machine, and without a word.
    check_status(&run(&["--name", "app2"]), 0, "");
    let mut ann = server.connect();
    ann.send("ann");
    ann.expect("Welcome, ann.");
    let joined = join_knowing(&server, folder, &["--name", "app3", "--follow"]).spawn();
    let mut follower = joined.expect("the program is built");
    ann.expect("* app3 joined");
    ann.ask("/whois app3", "  connected by nc, TLS\n");
    follower.kill().expect("it runs");
    follower.wait().expect("it is our child");
    server.stop();
}

#[test]
fn a_certificate_that_has_changed_is_refused_and_nothing_is_sent() {
    let (server, home) = (setup().start(), tempfile::tempdir().expect("a folder"));
    let folder = home.path();
    let mut listener = listener(&server);
    let other = "AB:".repeat(31) + "CD";
    let run = |known: &str, arguments: &[&str]| {
        fs::create_dir_all(folder.join("chinwag")).expect("the folder is ours");
        let line = format!("{} {known}\n", server.address());
        fs::write(folder.join("chinwag/known_hosts"), line).expect("the folder is ours");
        let joined = join_knowing(&server, folder, arguments).spawn();
        end(joined.expect("the program is built"), b"secret\n")
    };
    let output = run(&format!("SHA256 {other}"), &["--name", "app"]);
    check_status(
        &output,
        8,
        "has changed. Either its operator has made a new one, or",
    );
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains(&format!("It was SHA256 {other}.")), "{told}");
    assert!(
        told.contains("delete the line of") && told.contains("known_hosts"),
        "{told}"
    );
    assert!(known_hosts(folder).contains(&other), "it is not forgotten");
    let output = run("trusted", &["--name", "app"]);
    check_status(&output, 8, "It was one that this system trusts.");
    check_status(
        &run("by heart", &["--name", "app"]),
        1,
        "nobody knows what \"by heart\" means",
    );
    // In the clear it is not joined either.
    let output = run("trusted", &["--name", "app", "--no-tls"]);
    check_status(
        &output,
        8,
        "is known by its certificate, and is not joined in the clear",
    );
    // Who wants it all the same says so.
    let output = run(
        &format!("SHA256 {other}"),
        &["--name", "app4", "--insecure"],
    );
    check_status(&output, 0, "--insecure: the certificate is not checked.");
    let heard = listener.expect("* app4 left #lobby");
    assert!(
        !heard.contains("app:") && heard.contains("app4: secret\n"),
        "{heard}"
    );
    server.stop();
}

/// So it is where a lost link leads to another server, and the lines that it would have had are counted.
#[test]
fn a_lost_link_that_leads_to_another_server_is_the_end() {
    let (server, home) = (setup().start(), tempfile::tempdir().expect("a folder"));
    let relay = Relay::start(server.address(), &[]);
    let mut listener = listener(&server);
    let command = join(&relay.address().to_string(), &["--tls", "--name", "app"]);
    let app = knowing(command, home.path()).spawn();
    let mut app = app.expect("the program is built");
    let mut pipe = app.stdin.take().expect("it is piped");
    writeln!(pipe, "one").expect("it reads");
    listener.expect("app: one\n");
    listener.send("heard");
    let mut shown = Ear::new(app.stdout.take().expect("it is piped"));
    shown.until("listener: heard\n");
    relay.lose_server();
    server.stop();
    writeln!(pipe, "two").expect("it reads");
    let other = setup().start();
    relay.find_server(other.address());
    let output = app.wait_with_output().expect("it is our child");
    check_status(&output, 8, "the link is lost");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("has changed. Either its operator"), "{told}");
    let file = home.path().join("chinwag/known_hosts");
    assert!(told.contains(&*file.to_string_lossy()), "{told}");
    assert!(told.ends_with(" 1 line NOT sent.\n"), "{told}");
}

#[test]
fn a_server_that_is_known_is_not_joined_in_the_clear() {
    let home = tempfile::tempdir().expect("a folder");
    let plain = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = plain.local_addr().expect("it has an address");
    let heard = thread::spawn(move || {
        let (mut stream, _) = plain.accept().expect("somebody comes");
        let mut heard = vec![0; 4096];
        let count = stream.read(&mut heard).expect("something is said");
        let _ = stream.write_all(b"Welcome to chat: nobody here yet.\n");
        heard.truncate(count);
        heard
    });
    let mut command = join(&address.to_string(), &["--tls", "--name", "app"]);
    command.env("XDG_DATA_HOME", home.path());
    let output = end(command.spawn().expect("the program is built"), b"secret\n");
    check_status(&output, 8, "does not speak TLS, and it must");
    let heard = heard.join().expect("it was heard");
    assert!(heard.starts_with(b"\x16\x03"), "{}", heard.escape_ascii());
}

#[test]
fn a_certificate_that_the_system_trusts_needs_no_introduction() {
    let setup = setup();
    let home = setup.home().to_path_buf();
    let script = "set -e; cd \"$0\"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
            -subj /CN=authority -keyout ca.key -out authorities.pem
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
            -subj /CN=chat -keyout key.pem -out chat.csr
        printf 'subjectAltName=IP:%s' \"$1\" > names
        openssl x509 -req -in chat.csr -CA authorities.pem -CAkey ca.key -days 2 \
            -extfile names -out cert.pem";
    for (name, status, said) in [
        ("127.0.0.1", 0, ""),
        ("192.0.2.1", 8, "it is another host's"),
    ] {
        let made = Command::new("sh")
            .args(["-c", script])
            .arg(&home)
            .arg(name)
            .output();
        let made = made.expect("a shell");
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let path = |file| home.join(file).to_string_lossy().into_owned();
        let setup = setup
            .clone()
            .variable("CHINWAG_TLS_CERT", &path("cert.pem"));
        let server = setup.variable("CHINWAG_TLS_KEY", &path("key.pem")).start();
        let joined = join_knowing(&server, &home, &["--tls", "--name", "app"]).spawn();
        let output = end(joined.expect("the program is built"), b"hello\n");
        check_status(&output, status, said);
        if status == 0 {
            assert_eq!(
                known_hosts(&home),
                format!("{} trusted\n", server.address())
            );
        }
        server.stop();
    }
}

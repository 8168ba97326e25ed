//! TLS on the same port, with the programs that people have: ncat, openssl and Python's ssl.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::harness::{CHINWAG, Client, Server, Setup, messages};

/// A server that would wait for ever for a client to speak first: a handshake is not overtaken by
/// the greeting, however slow the machine is.
fn setup() -> Setup {
    Setup::new().limit("sniff_time", "5m")
}

/// Comes in as a script does.
fn arrive(client: &mut Client, name: &str) {
    client.send(name);
    client.expect(&format!("Welcome, {name}."));
}

/// ncat, as the greeting tells people to type it.
fn ncat(address: SocketAddr, options: &[&str]) -> Client {
    let mut ncat = Command::new("ncat");
    ncat.arg("--ssl").args(options).stderr(Stdio::null());
    ncat.arg(address.ip().to_string());
    Client::through(ncat.arg(address.port().to_string()))
}

fn openssl(address: SocketAddr, options: &[&str]) -> Client {
    let mut openssl = Command::new("openssl");
    openssl.args(["s_client", "-quiet", "-connect", &address.to_string()]);
    Client::through(openssl.args(options).stderr(Stdio::null()))
}

/// Runs a program and returns all that it says.
#[track_caller]
fn output(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output();
    let output = output.expect("`cargo xtask test` installs it");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

/// The SHA-256 of the certificate that the server shows, as openssl has it.
fn fingerprint(address: SocketAddr) -> String {
    let script = format!(
        "openssl s_client -connect {address} </dev/null 2>/dev/null \
         | openssl x509 -noout -fingerprint -sha256"
    );
    let said = output(Command::new("sh").args(["-c", &script]));
    let (_, fingerprint) = said.trim().split_once('=').expect("a fingerprint");
    fingerprint.to_owned()
}

#[test]
fn people_inside_and_outside_talk_and_see_how_the_others_came() {
    let server = setup().start();
    let mut ann = server.connect();
    arrive(&mut ann, "ann");
    let mut bob = ncat(server.address(), &[]);
    arrive(&mut bob, "bob");
    let mut cat = openssl(server.address(), &["-tls1_2"]);
    arrive(&mut cat, "cat");
    let mut dan = openssl(server.address(), &["-tls1_3"]);
    arrive(&mut dan, "dan");
    ann.expect("* dan joined");
    for (client, name) in [(&mut bob, "bob"), (&mut cat, "cat"), (&mut dan, "dan")] {
        client.send(&format!("hello from {name}"));
        ann.expect(&format!("{name}: hello from {name}\n"));
    }
    ann.send("hello all");
    for client in [&mut bob, &mut cat, &mut dan] {
        client.expect("ann: hello all\n");
    }
    ann.send("/who");
    let people = ann.expect("  dan (nc, TLS)\n");
    assert!(people.contains("  ann (nc)\n"), "{people}");
    assert!(people.contains("  bob (nc, TLS)\n"), "{people}");
    bob.ask("/whois cat", "  connected by nc, TLS\n");
    server.stop();
}

#[test]
fn a_script_inside_is_heard_to_its_last_line_and_told_its_end() {
    let server = setup().start();
    let mut ann = server.connect();
    arrive(&mut ann, "ann");
    let address = server.address();
    let (ip, port) = (address.ip(), address.port());
    let script = format!("printf 'bot\\none\\ntwo' | ncat --ssl {ip} {port}");
    let said = output(Command::new("sh").args(["-c", &script]));
    assert!(said.ends_with("Bye, bot. 2 lines sent.\n"), "{said}");
    let heard = ann.expect("* bot left #lobby");
    assert_eq!(messages(&heard), ["bot: one", "bot: two"]);
    server.stop();
}

/// Connects twice with each version; the second time with the session of the first. Says what it
/// saw, and ends each connection in the way that `ssl` has for it.
const PYTHON: &str = r#"
import socket, ssl, sys
host, port = sys.argv[1], int(sys.argv[2])
for version in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    session = None
    for name in 'first', 'second':
        plain = socket.create_connection((host, port))
        with context.wrap_socket(plain, session=session, server_hostname=host) as tls:
            lines = tls.makefile('rw')
            lines.write(name + '\n/quit\n')
            lines.flush()
            last = lines.read().splitlines()[-1]
            print(tls.version(), 'again' if tls.session_reused else 'anew', last)
            session = tls.session
            tls.unwrap().close()
"#;

#[test]
fn a_client_takes_its_session_up_again_and_both_sides_close() {
    let server = setup().start();
    let address = server.address();
    let mut python = Command::new("python3");
    python.args(["-c", PYTHON, &address.ip().to_string()]);
    let said = output(python.arg(address.port().to_string()));
    let expected = "\
        TLSv1.2 anew Bye, first. 0 lines sent.\n\
        TLSv1.2 again Bye, second. 0 lines sent.\n\
        TLSv1.3 anew Bye, first. 0 lines sent.\n\
        TLSv1.3 again Bye, second. 0 lines sent.\n";
    assert_eq!(said, expected);
    server.stop();
}

#[test]
fn a_peer_that_reads_nothing_for_a_while_gets_every_line_once_and_in_order() {
    let setup = setup().patient();
    let server = setup.limit("room_log_bytes", "64000000").start();
    let mut slow = openssl(server.address(), &[]);
    arrive(&mut slow, "slow");
    let mut talker = server.connect();
    arrive(&mut talker, "talker");
    slow.expect("* talker joined");
    slow.signal(Signal::STOP);
    let fill = "x".repeat(4000);
    // More than the kernel takes for a peer that reads nothing.
    for number in 0..4000 {
        talker.write(format!("{number} {fill}\n").as_bytes());
    }
    talker.sync();
    slow.signal(Signal::CONT);
    for number in 0..4000 {
        slow.expect(&format!("talker: {number} {fill}\n"));
    }
    slow.send("still here");
    talker.expect("slow: still here\n");
    server.stop();
}

#[test]
fn handshakes_that_never_end_and_those_that_fail_cost_nobody_the_chat() {
    let server = setup().start();
    let mut ann = server.connect();
    arrive(&mut ann, "ann");
    let begun: Vec<TcpStream> = (0..200)
        .map(|number: u32| {
            let mut stream = TcpStream::connect(server.address()).expect("the server listens");
            let words: &[u8] = match number % 2 {
                0 => b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                _ => b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
            };
            stream.write_all(words).expect("a socket takes that much");
            stream
        })
        .collect();
    let mut bob = ncat(server.address(), &[]);
    arrive(&mut bob, "bob");
    bob.send("hello");
    ann.expect("bob: hello\n");
    // The server gives them up one after another.
    for mut stream in begun {
        let mut told = Vec::new();
        // A reset is an end, too.
        let _ = stream.read_to_end(&mut told);
        assert!(
            told.is_empty() || told.starts_with(b"\x15\x03"),
            "{told:x?}"
        );
    }
    ann.sync();
    server.stop();
}

#[test]
fn the_fingerprint_is_told_at_the_start_and_later_and_stays() {
    let server = setup().start();
    let shown = fingerprint(server.address());
    let setup = server.stop();
    let data = setup.data();
    let mut told = Command::new(CHINWAG);
    told.args(["fingerprint", "--data", &data.to_string_lossy()]);
    assert_eq!(output(&mut told), format!("SHA256 {shown}\n"));
    let server = setup.start();
    assert_eq!(fingerprint(server.address()), shown);
    server.stop();
    let mut none = Command::new(CHINWAG);
    none.args(["fingerprint", "--data", "/nonexistent"]);
    let none = none.output().expect("the program is built");
    let said = String::from_utf8_lossy(&none.stderr).into_owned();
    assert!(
        !none.status.success() && said.contains("there is no certificate in /nonexistent yet"),
        "{said}"
    );
}

/// Makes a certificate and its key as a person would.
fn make(setup: &Setup, name: &str) -> (String, String) {
    let path = |end: &str| setup.home().join(format!("{name}.{end}"));
    let (cert, key) = (path("crt"), path("key"));
    let mut openssl = Command::new("openssl");
    openssl.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ]);
    openssl.args(["-nodes", "-days", "2", "-subj", "/CN=localhost"]);
    output(openssl.arg("-out").arg(&cert).arg("-keyout").arg(&key));
    let text = |path| std::fs::read_to_string(path).expect("openssl has written it");
    (text(cert), text(key))
}

/// Waits until the log says this.
#[track_caller]
fn logged(server: &mut Server, words: &str) -> String {
    loop {
        let line = server.log.line().expect("the server goes on");
        if line.contains(words) {
            return line;
        }
    }
}

#[test]
fn a_certificate_of_ones_own_is_read_again_and_a_wrong_pair_changes_nothing() {
    let setup = setup();
    let (first, second) = (make(&setup, "first"), make(&setup, "second"));
    let (cert, key) = (
        setup.file("cert.pem", &first.0),
        setup.file("key.pem", &first.1),
    );
    let variables = [("CHINWAG_TLS_CERT", &cert), ("CHINWAG_TLS_KEY", &key)];
    let setup = variables
        .iter()
        .fold(setup, |setup, (name, value)| setup.variable(name, value));
    let mut server = setup.start();
    let shown = fingerprint(server.address());
    let mut ann = ncat(server.address(), &[]);
    arrive(&mut ann, "ann");
    // Half of a pair, seen by itself and at SIGHUP.
    setup.file("cert.pem", &second.0);
    let said = logged(&mut server, "the old certificate stays in use");
    assert!(said.contains("cert.pem and the key in "), "{said}");
    server.signal(Signal::HUP);
    logged(&mut server, "SIGHUP: the old certificate stays in use");
    assert_eq!(fingerprint(server.address()), shown);
    // Now the other half.
    setup.file("key.pem", &second.1);
    logged(&mut server, "the certificate is another one");
    let new = fingerprint(server.address());
    assert_ne!(new, shown);
    ann.sync();
    // SIGHUP does not wait for anything.
    setup.file("cert.pem", &first.0);
    setup.file("key.pem", &first.1);
    server.signal(Signal::HUP);
    logged(&mut server, "the certificate is another one");
    assert_eq!(fingerprint(server.address()), shown);
    server.stop();
    setup.file("key.pem", "no key\n");
    let failure = setup.fail();
    assert!(
        failure
            .said
            .contains("key.pem has no private key in PEM form"),
        "{}",
        failure.said
    );
}

/// People go by its SHA-256, so it is served; its operator should know nevertheless.
#[test]
fn a_certificate_out_of_its_time_is_served_and_told() {
    let setup = setup();
    let script = "set -e; cd \"$0\"; touch index.txt
        printf '[ca]\\ndefault_ca=own\\n[own]\\ndatabase=index.txt\\nnew_certs_dir=.\\nserial=serial\\n' > ca.conf
        printf 'default_md=sha256\\npolicy=any\\nx509_extensions=v3\\n[any]\\ncommonName=supplied\\n' >> ca.conf
        printf '[v3]\\nbasicConstraints=CA:FALSE\\n' >> ca.conf
        openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \\
            -keyout key.pem -out old.csr
        openssl ca -batch -config ca.conf -create_serial -selfsign -keyfile key.pem -in old.csr -notext \\
            -startdate 20250101120000Z -enddate 20260101120000Z -out cert.pem";
    output(Command::new("sh").args(["-c", script]).arg(setup.home()));
    let path = |name: &str| setup.home().join(name).to_string_lossy().into_owned();
    let setup = setup
        .clone()
        .variable("CHINWAG_TLS_CERT", &path("cert.pem"));
    let mut server = setup.variable("CHINWAG_TLS_KEY", &path("key.pem")).start();
    let words = "the certificate expired at 2026-01-01 12:00 UTC";
    logged(&mut server, words);
    server.signal(Signal::HUP);
    logged(&mut server, words);
    arrive(&mut ncat(server.address(), &[]), "ann");
    server.stop();
}

#[test]
fn a_key_of_no_use_is_told_with_what_helps() {
    let setup = setup();
    let (cert, _) = make(&setup, "good");
    let cert = setup.file("cert.pem", &cert);
    for (arguments, words) in [
        (
            &["-aes256", "-pass", "pass:x", "-algorithm", "ed25519"][..],
            " is encrypted: \"openssl pkey -in ",
        ),
        (
            &["-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:1024"],
            " is none of RSA (2048 to 8192 bits), ",
        ),
        (
            &["-algorithm", "ed25519"],
            "cannot be used: the key is another certificate's",
        ),
    ] {
        let key = setup.home().join("bad.key");
        output(
            Command::new("openssl")
                .arg("genpkey")
                .args(arguments)
                .arg("-out")
                .arg(&key),
        );
        let setup = setup.clone().variable("CHINWAG_TLS_CERT", &cert);
        let failure = setup
            .variable("CHINWAG_TLS_KEY", &key.to_string_lossy())
            .fail();
        assert!(failure.said.contains(words), "{}", failure.said);
    }
}

#[test]
fn a_certificate_without_its_key_is_no_configuration() {
    let failure = Setup::new()
        .variable("CHINWAG_TLS_CERT", "/tmp/x.pem")
        .fail();
    let said = "tls.cert and tls.key must both name a file, or neither";
    assert!(failure.said.contains(said), "{}", failure.said);
}

#[test]
fn a_client_certificate_is_taken_note_of() {
    let setup = setup().arguments(&["--log", "debug"]);
    make(&setup, "ann");
    let path = |end: &str| {
        setup
            .home()
            .join(format!("ann.{end}"))
            .to_string_lossy()
            .into_owned()
    };
    let (cert, key) = (path("crt"), path("key"));
    let script = format!("openssl x509 -outform der -in {cert} | sha256sum | cut -d' ' -f1");
    let sha256 = output(Command::new("sh").args(["-c", &script]));
    let mut server = setup.start();
    let mut ann = openssl(server.address(), &["-cert", &cert, "-key", &key]);
    arrive(&mut ann, "ann");
    let said = logged(&mut server, "has the client certificate");
    assert!(said.contains(sha256.trim()), "{said}");
    server.stop();
}

#[test]
fn who_takes_a_session_over_in_the_clear_is_told_of_the_room_that_it_is_out_of() {
    let server = setup().start();
    let mut ann = ncat(server.address(), &[]);
    arrive(&mut ann, "ann");
    ann.ask("/claim correct horse", "Your name is registered.");
    ann.ask("/join ops", "alone.");
    ann.ask("/room encrypted", "encrypted connections");
    let mut bob = ncat(server.address(), &[]);
    arrive(&mut bob, "bob");
    bob.ask("/join ops", "You are in #ops with ann.");
    let mut clear = server.connect();
    clear.send("ann#correct horse");
    clear.expect("Welcome back, ann.");
    clear.expect(
        "! You are no longer in #ops. #ops is for encrypted connections, and yours is not.\n",
    );
    ann.expect("! You signed in elsewhere.");
    // Others do not take her for being there.
    bob.expect("* ann left #ops\n");
    bob.ask("/who", "--- 1 person in #ops ---\n");
    server.stop();
}

/// As HexChat does, which begins 300 ms after it has connected.
#[test]
fn who_begins_tls_behind_the_greeting_is_listened_to_for_longer_the_next_time() {
    let server = Setup::new().limit("sniff_time", "0s").start();
    let mut late = TcpStream::connect(server.address()).expect("connected");
    let mut greeting = Vec::new();
    while !greeting.ends_with(b"username: ") {
        let mut byte = [0];
        late.read_exact(&mut byte).expect("a greeting");
        greeting.push(byte[0]);
    }
    let hello = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3];
    late.write_all(&hello).expect("sent");
    late.read_to_end(&mut greeting).expect("turned away");
    let mut ann = openssl(server.address(), &[]);
    arrive(&mut ann, "ann");
    ann.ask("/whois ann", "  connected by nc, TLS\n");
    server.stop();
}

//! Certificates of clients as what proves an account, with the openssl that people have.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::harness::{CHINWAG, Client, Server, Setup};

fn setup() -> Setup {
    Setup::new().limit("sniff_time", "5m")
}

/// A key and a certificate that nobody has signed.
struct Identity {
    folder: tempfile::TempDir,
    subject: &'static str,
}

impl Identity {
    fn new(subject: &'static str) -> Self {
        Self::with_key(subject, &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
    }

    fn with_key(subject: &'static str, kind: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let identity = Self { folder, subject };
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-newkey"]).args(kind);
        openssl.args(["-nodes", "-days", "2", "-utf8"]);
        openssl.args(["-subj", identity.subject]);
        openssl.arg("-keyout").arg(identity.key());
        openssl.arg("-out").arg(identity.certificate());
        let made = openssl.stderr(Stdio::null()).status();
        assert!(made.expect("there is an openssl").success());
        identity
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// The SHA-256 of the certificate, as openssl has it.
    fn sha256(&self) -> String {
        let mut openssl = Command::new("openssl");
        openssl.args(["x509", "-noout", "-fingerprint", "-sha256", "-in"]);
        let said = openssl.arg(self.certificate()).output().expect("openssl");
        let said = String::from_utf8(said.stdout).expect("UTF-8");
        let (_, digits) = said.trim().split_once('=').expect("a fingerprint");
        digits.replace(':', "").to_lowercase()
    }

    fn connect(&self, server: &Server, options: &[&str]) -> Client {
        let mut openssl = Command::new("openssl");
        openssl.args(["s_client", "-quiet", "-connect"]);
        openssl.arg(server.address().to_string()).args(options);
        openssl.arg("-cert").arg(self.certificate());
        openssl.arg("-key").arg(self.key());
        Client::through(openssl.stderr(Stdio::null()))
    }
}

/// Comes in under a name that is nobody's yet.
fn arrive(client: &mut Client, name: &str) {
    client.send(name);
    client.expect(&format!("Welcome, {name}."));
}

#[test]
fn a_certificate_makes_an_account_and_takes_over_without_a_password() {
    let server = setup().start();
    let own = Identity::new("/CN=ann");
    let mut ann = own.connect(&server, &["-tls1_3"]);
    arrive(&mut ann, "ann");
    ann.ask("/claim", "Next time type ann at the prompt.");
    let listed = format!("  certificate {} since ", own.sha256());
    ann.ask("/account", &listed);
    // Nobody else comes in under that name, with a certificate or without.
    let mut bob = server.connect();
    bob.ask("ann", "NOT joined");
    let other = Identity::new("/CN=ann");
    let mut thief = other.connect(&server, &[]);
    thief.ask("ann", "NOT joined");
    let mut again = own.connect(&server, &["-tls1_2"]);
    again.ask("ann", "Welcome back, ann.");
    ann.expect("! You signed in elsewhere.");
    server.stop();
}

#[test]
fn a_program_says_hello_without_a_password() {
    let server = setup().start();
    let own = Identity::new("/CN=deploy");
    let mut bot = own.connect(&server, &[]);
    bot.ask(
        "{\"hello\":{\"name\":\"deploy\"},\"id\":1}",
        "\"registered\":false",
    );
    bot.ask("{\"claim\":{},\"id\":2}", "{\"ack\":\"claim\",\"id\":2");
    bot.ask("{\"quit\":{}}", "\"closed\"");
    let server = server.stop().start();
    let mut bot = own.connect(&server, &[]);
    bot.ask("{\"hello\":{\"name\":\"deploy\"}}", "\"registered\":true");
    bot.ask("{\"account\":{}}", &own.sha256());
    server.stop();
}

#[test]
fn a_client_of_irc_proves_its_account_by_a_certificate() {
    let server = setup().start();
    let own = Identity::new("/CN=ann");
    let mut ann = own.connect(&server, &["-tls1_3"]);
    arrive(&mut ann, "ann");
    ann.ask("/claim", "Next time type ann at the prompt.");
    ann.ask("/quit", "Bye, ann.");
    let mut irc = own.connect(&server, &["-tls1_3"]);
    irc.ask("CAP LS 302\r", " sasl=PLAIN,EXTERNAL ");
    irc.ask("CAP REQ sasl\r", " ACK ");
    irc.ask("AUTHENTICATE EXTERNAL\r", "AUTHENTICATE +\r\n");
    irc.ask("AUTHENTICATE +\r", " 900 * * ann :");
    irc.expect(" 903 ");
    irc.send("NICK annie\r\nUSER a 0 * :Ann\r\nCAP END\r");
    irc.expect(" 422 ");
    irc.ask("WHOIS annie\r", " 330 annie annie ann :");
    // Beside a client that is in already, and not as another than it proves.
    irc.ask("AUTHENTICATE EXTERNAL\r", "AUTHENTICATE +\r\n");
    irc.ask("AUTHENTICATE Ym9i\r", " 904 ");
    irc.ask("AUTHENTICATE EXTERNAL\r", "AUTHENTICATE +\r\n");
    irc.ask("AUTHENTICATE YW5u\r", " 903 ");
    // Another certificate proves nothing, and without one there is nothing to offer.
    let other = Identity::new("/CN=ann");
    let mut thief = other.connect(&server, &[]);
    thief.send("CAP REQ sasl\r\nNICK ann\r\nAUTHENTICATE EXTERNAL\r");
    thief.expect("AUTHENTICATE +\r\n");
    thief.ask("AUTHENTICATE +\r", " 904 ");
    let mut open = server.connect();
    open.ask("CAP LS 302\r", " sasl=PLAIN ");
    open.send("CAP REQ sasl\r\nAUTHENTICATE EXTERNAL\r");
    open.expect(" 908 * PLAIN :");
    server.stop();
}

#[test]
fn a_code_that_was_read_does_not_become_a_certificate() {
    let server = setup().start();
    let own = Identity::new("/CN=ann");
    let mut ann = own.connect(&server, &[]);
    ann.send("ann");
    let welcome = ann.expect(" within 10 minutes.");
    let (_, code) = welcome.split_once("/resume ").expect("a code");
    let code = code.split_once(' ').expect("more words").0.to_owned();
    ann.ask("/claim correct horse", "Your name is registered.");
    let other = Identity::new("/CN=mallory");
    let mut thief = other.connect(&server, &[]);
    thief.ask(&format!("/resume {code}"), "Welcome back, ann.");
    thief.ask("/claim", "! This session was taken up by its code.");
    thief.ask("/claim another password", "/passwd OLD NEW");
    // The owner proves it, and adds its own.
    let mut ann = own.connect(&server, &[]);
    ann.ask("ann#correct horse", "Welcome back, ann.");
    ann.ask(
        "/claim",
        "Your certificate proves from now on that ann is yours.",
    );
    ann.ask(
        "/account forget abcd",
        "None of your certificates begins so",
    );
    let digits = own.sha256()[..12].to_owned();
    ann.ask(
        &format!("/account forget {digits}"),
        "ann forgets the certificate",
    );
    let mut again = own.connect(&server, &[]);
    again.ask("ann", "NOT joined");
    server.stop();
}

#[test]
fn a_password_that_was_refused_unproves_nothing() {
    let server = setup().start();
    let own = Identity::new("/CN=ann");
    let mut ann = own.connect(&server, &[]);
    ann.send("ann");
    ann.expect("--- now ---");
    ann.ask("/claim correct horse", "Your name is registered.");
    ann.ask("/claim another password", "/passwd OLD NEW");
    ann.ask(
        "/claim",
        "Your certificate proves from now on that ann is yours.",
    );
    server.stop();
}

/// Joins with `chinwag join`, and says this. Returns the exit status and all that was written.
fn join(server: &Server, identity: Option<&Identity>, said: &str) -> (Option<i32>, String) {
    let address = server.address();
    let mut join = Command::new(CHINWAG);
    join.args([
        "join",
        &address.ip().to_string(),
        &address.port().to_string(),
    ]);
    join.args([
        "--name",
        "ann",
        "--insecure",
        "--commands",
        "--retry-for",
        "0",
    ]);
    if let Some(identity) = identity {
        join.arg("--cert").arg(identity.certificate());
        join.arg("--key").arg(identity.key());
    }
    let (stdin, stdout) = (Stdio::piped(), Stdio::piped());
    let spawned = join
        .stdin(stdin)
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn();
    let mut child = spawned.expect("it is built");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A client that cannot begin may have ended already; its status tells.
    let _ = stdin.write_all(said.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let written = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8(written).expect("UTF-8"),
    )
}

#[test]
fn chinwag_join_shows_a_certificate() {
    let server = setup().start();
    let mut op = server.connect();
    arrive(&mut op, "op");
    let own = Identity::new("/CN=ann");
    let (status, said) = join(&server, Some(&own), "/claim\n");
    assert!(said.contains("Next time type ann"), "{said}");
    assert_eq!(status, Some(0), "{said}");
    let (status, said) = join(&server, None, "hello\n");
    assert_eq!(status, Some(4), "{said}");
    let (status, said) = join(&server, Some(&own), "hello\n");
    assert_eq!(status, Some(0), "{said}");
    op.expect("ann: hello\n");
    server.stop();
}

#[test]
fn a_certificate_that_cannot_be_shown_is_told_before_anything_is_sent() {
    let server = setup().start();
    let (own, other) = (Identity::new("/CN=ann"), Identity::new("/CN=bob"));
    std::fs::copy(other.key(), own.key()).expect("copied");
    let (status, said) = join(&server, Some(&own), "hello\n");
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("it is the key of another."), "{said}");
    for (arguments, words) in [
        (
            &["-aes256", "-pass", "pass:x", "-algorithm", "ed25519"][..],
            "it is encrypted. \"openssl pkey -in ",
        ),
        (
            &["-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:1024"],
            "it is none of RSA (2048 to 8192 bits), ",
        ),
    ] {
        let mut openssl = Command::new("openssl");
        openssl
            .arg("genpkey")
            .args(arguments)
            .arg("-out")
            .arg(own.key());
        let made = openssl.stderr(Stdio::null()).status();
        assert!(made.expect("there is an openssl").success());
        let (status, said) = join(&server, Some(&own), "hello\n");
        assert_eq!(status, Some(1), "{said}");
        assert!(
            said.contains("cannot use the key in") && said.contains(words),
            "{said}"
        );
    }
    std::fs::write(own.key(), "no key").expect("written");
    let (status, said) = join(&server, Some(&own), "hello\n");
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("cannot read a key from"), "{said}");
    server.stop();
}

#[test]
fn whatever_name_a_certificate_has_it_is_its_digest_that_counts() {
    let server = setup().start();
    let strange = Identity::new("/CN=\u{202e}\u{1b}[31m' OR 1=1 --/O=op, admin");
    let mut ann = strange.connect(&server, &[]);
    arrive(&mut ann, "ann");
    ann.ask("/claim", "Next time type ann at the prompt.");
    let said = ann.ask("/account", "certificate ");
    assert!(!said.contains("OR 1=1"), "{said}");
    server.stop();
}

/// A certificate is asked of nobody, so one that cannot be checked costs nobody the connection.
#[test]
fn a_certificate_of_an_unknown_kind_is_as_good_as_none() {
    let server = setup().start();
    for (name, kind) in [
        ("small", &["rsa:1024"][..]),
        ("curve", &["ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"]),
        ("edwards", &["ed448"]),
    ] {
        let identity = Identity::with_key("/CN=unknown", kind);
        for version in ["2", "3"] {
            let (name, version) = (format!("{name}{version}"), format!("-tls1_{version}"));
            let weak = ["-cipher", "DEFAULT@SECLEVEL=0", &version];
            let mut client = identity.connect(&server, &weak);
            arrive(&mut client, &name);
            client.ask("/claim", "A name needs a password: /claim PASSWORD.");
            // For another kind, openssl has no signature of TLS 1.3, and shows none.
            if name.starts_with("small") {
                client.expect(" Your certificate counts as none: ");
            }
        }
    }
    server.stop();
}

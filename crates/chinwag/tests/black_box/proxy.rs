//! Behind a proxy: whose a connection is says the proxy, if it is trusted. With heads written by hand,
//! and with haproxy in front, which passes TLS through.

use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};

use crate::harness::{Client, Server, Setup};

/// Believes this very address; connections from another of the machine are nobody's. Its operator is
/// `ann#secret`.
fn setup() -> Setup {
    let setup = Setup::new();
    let server = setup.start();
    let mut ann = server.join("ann");
    ann.ask("/claim secret", "Your name is registered.");
    ann.ask("/quit", "Bye, ann.");
    server.stop();
    let setup = setup.limit("sniff_time", "5m");
    setup.variable("CHINWAG_PROXY_TRUSTED", "127.0.0.1")
}

/// The operator, who comes past the proxy.
fn operator(server: &Server) -> Client {
    let mut ann = ncat("127.0.0.2", server.address(), &[]);
    ann.send("ann#secret");
    ann.expect("Welcome, ann.");
    ann
}

/// ncat from another address of this machine.
pub(crate) fn ncat(from: &str, to: SocketAddr, options: &[&str]) -> Client {
    let mut ncat = Command::new("ncat");
    ncat.args(["-s", from]).args(options).stderr(Stdio::null());
    ncat.arg(to.ip().to_string());
    Client::through(ncat.arg(to.port().to_string()))
}

/// Comes in through the proxy that the test plays.
fn proxied(server: &Server, head: &[u8], name: &str) -> Client {
    let mut client = server.connect();
    client.write(head);
    client.send(name);
    client.expect(&format!("Welcome, {name}."));
    client
}

fn v2(address: [u8; 4]) -> Vec<u8> {
    let [a, b, c, d] = address;
    let signature = b"\r\n\r\n\0\r\nQUIT\n";
    [
        &signature[..],
        &[0x21, 0x11, 0, 12, a, b, c, d, 10, 0, 0, 1, 1, 1, 2, 2],
    ]
    .concat()
}

#[test]
fn limits_bans_and_whois_go_by_the_address_behind_the_proxy() {
    let server = setup().limit("connections_per_address", "2").start();
    let mut ann = operator(&server);
    let mut bob = proxied(&server, b"PROXY TCP4 192.0.2.7 10.0.0.1 1 2\r\n", "bob");
    let _cat = proxied(&server, &v2([192, 0, 2, 7]), "cat");
    ann.ask("/whois bob", "  from 192.0.2.7\n");
    ann.ask("/whois cat", "  from 192.0.2.7\n");
    // Two connections are as many as one address may have; another address is none of that.
    let mut third = server.connect();
    third.write(&v2([192, 0, 2, 7]));
    third.expect("Too many connections from your address.");
    // Each is told so in its own language, and loses nothing of it though more was on the way.
    let words = "Too many connections from your address. Try again later.";
    let refused = "{\"refused\":null,\"code\":\"too_many_connections\",\"text\":";
    for (first, answer) in [
        ("eve\n", format!("{words}\n")),
        (
            "NICK eve\r\nUSER e 0 * :e\r\n",
            format!("ERROR :{words}\r\n"),
        ),
        (
            "{\"hello\":{\"name\":\"eve\"}}\n{\"rooms\":{}}\n",
            format!("{refused}\"{words}\"}}\n"),
        ),
    ] {
        let mut third = server.connect();
        third.write(&[&v2([192, 0, 2, 7]), first.as_bytes()].concat());
        assert_eq!(third.rest(), answer);
    }
    let _dan = proxied(&server, &v2([192, 0, 2, 8]), "dan");
    bob.send("/quit");
    bob.rest();
    ann.ask("/ban 192.0.2.9 1h", "banned");
    let mut banned = server.connect();
    banned.write(&v2([192, 0, 2, 9]));
    banned.send("eve");
    banned.expect("You are banned");
    server.stop();
}

#[test]
fn nobody_else_is_believed() {
    let setup = setup().variable("CHINWAG_IRC_GATEWAYS", "127.0.0.3");
    let setup = setup.variable("CHINWAG_IRC_GATEWAY_PASSWORD", "letmein");
    let mut server = setup.start();
    let mut gateway = ncat("127.0.0.3", server.address(), &[]);
    gateway.send("WEBIRC letmein kiwi host.example nowhere\r");
    gateway.expect("WEBIRC PASSWORD GATEWAY HOST ADDRESS comes first");
    let mut liar = ncat("127.0.0.2", server.address(), &[]);
    liar.send("PROXY TCP4 192.0.2.7 10.0.0.1 1 2\r");
    liar.expect("The PROXY protocol is not accepted here.");
    // And a trusted proxy that sends no head is told what is wrong.
    let mut mute = server.connect();
    mute.send("bob");
    mute.expect("NOT joined: this comes through a proxy, which has to send a PROXY header first.");
    let mut wrong = server.connect();
    wrong.send("PROXY TCP4 somewhere\r");
    wrong.expect("its PROXY header is malformed.");
    // Who has set the proxy or the gateway up wrongly finds it in the log.
    server.signal(rustix::process::Signal::TERM);
    let log = server.log.rest();
    for why in [
        "127.0.0.1: it is a trusted proxy, and sends no PROXY header",
        "127.0.0.1: its PROXY header is malformed",
        "127.0.0.3: its WEBIRC line is malformed, or is not the first",
    ] {
        assert!(log.contains(&format!("refused {why}\n")), "{log}");
    }
}

#[test]
fn where_encryption_is_required_the_clear_is_for_this_machine_alone() {
    let setup = setup().variable("CHINWAG_TLS_REQUIRED", "true");
    let server = setup.start();
    let port = server.address().port();
    let mut far = server.connect();
    far.write(&v2([192, 0, 2, 7]));
    far.send("bob");
    let how = format!(
        "! NOT joined: this server takes encrypted connections only. Encrypted: ncat --ssl localhost {port}\n"
    );
    assert_eq!(far.rest(), how);
    let mut near = ncat("127.0.0.2", server.address(), &[]);
    near.send("near");
    near.expect("Welcome, near.");
    // The proxy can have taken TLS off, if it says so (PP2_TYPE_SSL, PP2_CLIENT_SSL).
    let mut head = v2([192, 0, 2, 7]);
    head[15] = 12 + 8;
    head.extend([0x20, 0, 5, 1, 0, 0, 0, 0]);
    let mut cat = proxied(&server, &head, "cat");
    cat.ask("/whois cat", "  connected by nc, TLS\n");
    server.stop();
}

/// haproxy, which ends with the test.
struct Haproxy(Child);

impl Drop for Haproxy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts haproxy in front of the server. It inherits its listener as descriptor 0: a port that it bound by its
/// number could have become another test's.
fn haproxy(setup: &Setup, server: SocketAddr, how: &str) -> (Haproxy, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let front = listener.local_addr().expect("it is bound");
    let config = setup.file(
        "haproxy.cfg",
        &format!(
            "defaults\n mode tcp\n timeout connect 5s\n timeout client 5m\n timeout server 5m\n\
             listen chat\n bind fd@0\n server chinwag {server} {how} check inter 20ms\n"
        ),
    );
    let mut haproxy = Command::new("haproxy");
    haproxy.args(["-db", "-f", &config]);
    haproxy.stdin(OwnedFd::from(listener));
    let child = haproxy.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let child = child.expect("`cargo xtask test` installs it");
    (Haproxy(child), front)
}

#[test]
fn haproxy_in_front_passes_tls_through_and_its_checks_leave_no_trace() {
    for how in ["send-proxy", "send-proxy-v2"] {
        let setup = setup();
        let mut server = setup.start();
        let (_haproxy, front) = haproxy(&setup, server.address(), how);
        let mut ann = operator(&server);
        let mut bob = ncat("127.0.0.3", front, &["--ssl"]);
        bob.send("bob");
        bob.expect("Welcome, bob.");
        let profile = ann.ask("/whois bob", "  from 127.0.0.3\n");
        assert!(profile.contains("  connected by nc, TLS\n"), "{profile}");
        let mut cat = ncat("127.0.0.4", front, &[]);
        cat.send("cat");
        cat.expect("Welcome, cat.");
        ann.ask("/whois cat", "  from 127.0.0.4\n");
        cat.send("hello from behind");
        bob.expect("cat: hello from behind\n");
        // By now there were checks; what is logged is the three people and nothing else.
        server.signal(rustix::process::Signal::TERM);
        let log = server.log.rest();
        let about: Vec<&str> = log
            .lines()
            .filter(|line| line.contains("127.0.0."))
            .collect();
        assert_eq!(about.len(), 3, "{log}");
        assert!(!log.contains("WARN") && !log.contains("ERROR"), "{log}");
    }
}

#[test]
fn whom_a_proxy_does_not_know_is_nobody_on_this_machine() {
    let server = Setup::new()
        .variable("CHINWAG_PROXY_TRUSTED", "127.0.0.1")
        .start();
    let arrive = |head: &[u8], name: &str| {
        let mut client = server.connect();
        client.write(head);
        client.expect("Enter your username: ");
        client.send(name);
        let welcome = client.expect("--- now ---");
        (welcome.contains("You are the operator here"), client)
    };
    let mut local = v2([0; 4]);
    local[12] = 0x20;
    let mut unspecified = v2([0; 4]);
    unspecified[13] = 0;
    let unknown = b"PROXY UNKNOWN\r\n".to_vec();
    for (head, name) in [(unknown, "ann"), (local, "bob"), (unspecified, "cy")] {
        assert!(!arrive(&head, name).0, "{name}");
    }
    assert!(
        arrive(&v2([127, 0, 0, 1]), "dee").0,
        "the proxy knows that it is this machine"
    );
}

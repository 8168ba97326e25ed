//! Connections inside TLS, and what the certificates of their clients prove.

use std::io::{Read, Write};
use std::sync::{Arc, LazyLock};

use rustls::pki_types::ServerName;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConnection, version};

use super::World;
use super::lost_pages::code_in;
use crate::tls::{CertificateSource, Certificates};
use crate::transport::MemoryServer;

/// Makes the certificate that all clients here trust.
static SERVER: LazyLock<MemoryServer> =
    LazyLock::new(|| MemoryServer::new().expect("a certificate"));

/// A certificate that nobody has signed, and its key.
struct Identity(Arc<CertifiedKey>);

impl Identity {
    fn new() -> Self {
        let made = Certificates::open(CertificateSource::Memory, "client");
        Self(made.expect("one is made").current())
    }

    /// Connects with it.
    fn connect(&self, world: &mut World, name: &str) -> Client {
        let Self(own) = self;
        let own = CertifiedKey::new(own.cert.clone(), own.key.clone());
        Client::new(world, name, Some(own))
    }
}

/// The other end of a connection of the world with this name.
struct Client {
    name: String,
    tls: ClientConnection,
}

impl Client {
    /// Shakes hands.
    fn new(world: &mut World, name: &str, own: Option<CertifiedKey>) -> Self {
        let config = SERVER.client(&version::TLS13).expect("a version");
        let config = match own {
            None => config.with_no_client_auth(),
            Some(own) => config.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(own))),
        };
        let server = ServerName::try_from("memory").expect("a name");
        let tls = ClientConnection::new(Arc::new(config), server).expect("a client");
        let name = name.to_owned();
        let mut client = Self { name, tls };
        world.connect(&client.name, "!");
        while client.tls.is_handshaking() {
            client.exchange(world);
        }
        client
    }

    /// Sends what there is to send, and returns what comes.
    fn exchange(&mut self, world: &mut World) -> String {
        let mut sealed = Vec::new();
        while self.tls.wants_write() {
            self.tls.write_tls(&mut sealed).expect("memory");
        }
        world.pipe(&self.name).to_server.extend(sealed);
        world.settle();
        let sealed = std::mem::take(&mut world.pipe(&self.name).from_server);
        let (mut rest, mut plain) = (&sealed[..], Vec::new());
        while !rest.is_empty() {
            self.tls.read_tls(&mut rest).expect("memory");
            self.tls.process_new_packets().expect("records");
            // It ends with `WouldBlock`.
            let _ = self.tls.reader().read_to_end(&mut plain);
        }
        String::from_utf8(plain).expect("UTF-8")
    }

    /// Types lines, and returns what is shown since.
    fn ask(&mut self, world: &mut World, lines: &[&str]) -> String {
        for line in lines {
            writeln!(self.tls.writer(), "{line}").expect("memory");
        }
        self.exchange(world)
    }
}

fn world(config: &str) -> World {
    let config = format!("{config}[limits]\nconnections_per_address = 0\nline_burst = 1000");
    World::with_tls(&config, SERVER.tls().clone())
}

/// Comes in as a client of IRC that may not have its first nick, and looks at itself.
const IRC: [&str; 4] = ["NICK ann", "USER a 0 * :A", "NICK annie", "WHOIS annie"];

const CLAIMED: &str = "Next time type ann at the prompt.";

#[test]
fn a_certificate_proves_the_account_that_it_has_claimed_and_no_other_does() {
    let mut world = world("");
    let (own, other) = (Identity::new(), Identity::new());
    let mut ann = own.connect(&mut world, "ann");
    let told = ann.ask(&mut world, &["ann", "/claim"]);
    assert!(told.contains(CLAIMED), "{told}");
    let mut thief = other.connect(&mut world, "thief");
    let told = thief.ask(&mut world, &["ann"]);
    assert!(told.contains("NOT joined"), "{told}");
    let mut nobody = Client::new(&mut world, "nobody", None);
    let told = nobody.ask(&mut world, &["bob", "/nick ann", "/claim", "/login ann"]);
    assert!(!told.contains("you are ann"), "{told}");
    assert_eq!(told.matches("password").count(), 3, "{told}");
    let mut again = own.connect(&mut world, "again");
    let told = again.ask(&mut world, &["ann"]);
    assert!(told.contains("Welcome back, ann."), "{told}");
    let told = ann.exchange(&mut world);
    assert!(told.ends_with("! You signed in elsewhere.\n"), "{told}");
    // In the middle of a visit, too.
    again.ask(&mut world, &["/quit"]);
    let mut later = own.connect(&mut world, "later");
    let told = later.ask(&mut world, &["cy", "/login ann", "/nick ann", "/unclaim"]);
    for words in [
        "logged in to ann.",
        "cy is now ann",
        "account ann has ended",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn a_code_that_was_read_does_not_become_a_certificate() {
    let mut world = world("");
    let (own, other) = (Identity::new(), Identity::new());
    let mut ann = own.connect(&mut world, "ann");
    let told = ann.ask(&mut world, &["ann", "/claim correct horse"]);
    let lines: Vec<_> = told.lines().map(str::to_owned).collect();
    let mut thief = other.connect(&mut world, "thief");
    let resume = format!("/resume {}", code_in(&lines));
    let told = thief.ask(&mut world, &[&resume, "/claim", "/claim another password"]);
    assert!(
        told.contains("! This session was taken up by its code."),
        "{told}"
    );
    assert!(told.contains("/passwd OLD NEW"), "{told}");
    // The owner proves it, and adds its own.
    let mut again = own.connect(&mut world, "again");
    let told = again.ask(
        &mut world,
        &["ann#correct horse", "/claim", "/claim another password"],
    );
    let added = "Your certificate proves from now on that ann is yours.";
    assert!(told.contains(added), "{told}");
    let told = again.ask(&mut world, &["/account"]);
    let (_, listed) = told.split_once("  certificate ").expect("it is listed");
    let forget = format!("/account forget {}", &listed[..12]);
    let told = again.ask(&mut world, &[&forget]);
    assert!(told.starts_with("! ann forgets the certificate "), "{told}");
}

#[test]
fn a_client_of_irc_proves_its_account_by_a_certificate() {
    let mut world = world("");
    let (own, other) = (Identity::new(), Identity::new());
    let mut ann = own.connect(&mut world, "ann");
    ann.ask(&mut world, &["ann", "/claim", "/quit"]);
    for (identity, expected) in [(&own, " 903 "), (&other, " 904 ")] {
        let mut client = identity.connect(&mut world, "client");
        let told = client.ask(&mut world, &["CAP LS 302"]);
        assert!(told.contains(" sasl=PLAIN,EXTERNAL"), "{told}");
        client.ask(&mut world, &["CAP REQ sasl", "AUTHENTICATE EXTERNAL"]);
        let told = client.ask(&mut world, &["AUTHENTICATE +"]);
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn others_see_who_is_encrypted_and_what_a_gateway_proves_its_clients_do_not() {
    let gateways = "[irc]\ngateways = [\"192.0.2.1\"]\ngateway_password = \"letmein\"\n";
    let mut world = world(gateways);
    let gateway = Identity::new();
    let mut keeper = gateway.connect(&mut world, "keeper");
    let told = keeper.ask(&mut world, &["ann", "/claim", "/quit"]);
    assert!(told.contains(CLAIMED), "{told}");
    for (options, is_secure) in [("", false), (" :secure", true)] {
        let mut client = gateway.connect(&mut world, "client");
        let speak_for = format!("WEBIRC letmein web h 198.51.100.3{options}");
        let told = client.ask(&mut world, &[&speak_for, "CAP LS 302", "CAP END"]);
        assert!(told.contains(" sasl=PLAIN "), "{told}");
        let told = told + &client.ask(&mut world, &IRC);
        assert!(told.contains(" 433 * ann "), "{told}");
        assert_eq!(told.contains(" 671 "), is_secure, "{told}");
        client.ask(&mut world, &["QUIT"]);
    }
    let mut own = gateway.connect(&mut world, "own");
    let told = own.ask(&mut world, &IRC);
    assert!(told.contains(" 671 "), "{told}");
}

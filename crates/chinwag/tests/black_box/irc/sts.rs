//! Strict transport security: what each client of IRC is told of it, before and behind SIGHUP.

use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::harness::{Client, Server, Setup};

/// A certificate for `localhost`, and its key.
fn make_certificate(home: &Path) -> [String; 2] {
    let [cert, key] = ["cert.pem", "key.pem"].map(|name| home.join(name));
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt"]);
    openssl.args(["ec_paramgen_curve:P-256", "-nodes", "-days", "2"]);
    openssl.args([
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
    ]);
    let made = openssl.arg("-keyout").arg(&key).arg("-out").arg(&cert);
    let made = made.stderr(Stdio::null()).status();
    assert!(made.expect("there is an openssl").success());
    [cert, key].map(|path| path.to_string_lossy().into_owned())
}

fn inside(server: &Server, name: &[&str]) -> Client {
    let mut openssl = Command::new("openssl");
    openssl.args(["s_client", "-quiet", "-connect"]);
    openssl.arg(server.address().to_string()).args(name);
    Client::through(openssl.stderr(Stdio::null()))
}

/// What `sts` says in the answer to a CAP LS.
#[track_caller]
fn offered(client: &mut Client, version: &str) -> Option<String> {
    client.write(format!("CAP LS{version}\r\nCAP REQ :none-such\r\n").as_bytes());
    let list = client.expect(" NAK :none-such\r\n");
    let mut words = list.split([' ', ':', '\r', '\n']);
    let value = words.find_map(|word| Some(word.strip_prefix("sts")?.to_owned()));
    client.write(b"CAP REQ :sts\r\n");
    client.expect(" NAK :sts\r\n");
    value
}

/// To clients in the clear, inside TLS by the server's name, by another, and by none.
#[track_caller]
fn offers(server: &Server) -> [Option<String>; 4] {
    let by = |name: &[&str]| offered(&mut inside(server, name), " 302");
    [
        offered(&mut server.connect(), " 302"),
        by(&["-servername", "localhost"]),
        by(&["-servername", "other.example"]),
        by(&["-noservername"]),
    ]
}

/// Has the configuration read again, with this beside the certificate.
#[track_caller]
fn reload(server: &mut Server, file: &str, text: &str) {
    std::fs::write(file, text).expect("the file is ours");
    server.signal(Signal::HUP);
    loop {
        let line = server.log.line().expect("the server goes on");
        if line.contains("SIGHUP") && line.contains("changed: ") {
            assert!(line.contains("tls.sts"), "{line}");
            return;
        }
    }
}

#[test]
fn a_client_in_the_clear_is_told_the_port_and_one_inside_the_time() {
    let setup = Setup::bare().arguments(&["--memory", "--listen", "127.0.0.1:0"]);
    let setup = setup.limit("sniff_time", "5m");
    let [cert, key] = make_certificate(setup.home());
    let text = |sts: &str| format!("[tls]\ncert = \"{cert}\"\nkey = \"{key}\"\n{sts}");
    let file = setup.file("chinwag.toml", &text(""));
    let mut server = setup.arguments(&["--config", &file]).start();
    let port = Some(format!("=port={}", server.address().port()));
    assert_eq!(offers(&server), [None, None, None, None]);
    reload(&mut server, &file, &text("sts = \"2m\"\n"));
    let duration = |seconds: u32| Some(format!("=duration={seconds}"));
    assert_eq!(offers(&server), [port.clone(), duration(120), None, None]);
    // A version that knows no values is not told: the key would have none.
    assert_eq!(offered(&mut server.connect(), ""), None);
    reload(&mut server, &file, &text("sts = \"30d\"\n"));
    assert_eq!(offers(&server), [port, duration(2_592_000), None, None]);
    // Clients forget it (IRCv3, sts).
    reload(&mut server, &file, &text("sts = \"0s\"\n"));
    assert_eq!(offers(&server), [None, duration(0), None, None]);
    reload(&mut server, &file, &text("sts = \"off\"\n"));
    assert_eq!(offers(&server), [None, None, None, None]);
    server.stop();
}

#[test]
fn where_encryption_is_required_a_client_in_the_clear_learns_the_port_before_it_is_turned_away() {
    let setup = Setup::bare().arguments(&["--memory", "--listen", "127.0.0.1:0"]);
    let [cert, key] = make_certificate(setup.home());
    let tls = format!("[tls]\ncert = \"{cert}\"\nkey = \"{key}\"\nrequired = true\nsts = \"2m\"\n");
    let file = setup.file(
        "chinwag.toml",
        &format!("{tls}[proxy]\ntrusted = [\"127.0.0.1\"]\n"),
    );
    let server = setup.arguments(&["--config", &file]).start();
    let port = server.address().port();
    let mut far = server.connect();
    far.write(b"PROXY TCP4 192.0.2.7 10.0.0.1 1 2\r\nCAP LS 302\r\n");
    let told = format!(
        " CAP * LS :sts=port={port}\r\n\
         ERROR :This server takes encrypted connections only: use TLS.\r\n"
    );
    let shown = far.rest();
    assert!(shown.ends_with(&told), "{shown}");
    server.stop();
}

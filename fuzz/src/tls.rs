//! The record path of TLS: whatever a peer sends, wherever it is cut, the server goes on or tells it
//! that it is wrong, and takes for plain bytes only what the peer has sealed, in order.

use std::io::{Read, Write};
use std::sync::{Arc, LazyLock};

use chinwag_server::MemoryServer;
use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection};

use crate::dice::Dice;
use crate::engine;

/// Makes the certificate that all clients here trust.
static SERVER: LazyLock<MemoryServer> =
    LazyLock::new(|| MemoryServer::new().expect("a certificate"));

/// TLS 1.3 and 1.2.
static CONFIGS: LazyLock<[Arc<ClientConfig>; 2]> = LazyLock::new(|| {
    [&TLS13, &TLS12].map(|version| {
        let builder = SERVER.client(version).expect("a version");
        Arc::new(builder.with_no_client_auth())
    })
});

/// What the client sends next, as it is or not. Whether it is.
fn flight(client: &mut ClientConnection, dice: &mut Dice<'_>) -> (Vec<u8>, bool) {
    let mut sealed = Vec::new();
    while client.wants_write() {
        client.write_tls(&mut sealed).expect("memory");
    }
    // With no bytes left to choose by, nothing is changed.
    match dice.below(8) {
        1 if !sealed.is_empty() => {
            let at = dice.below(sealed.len());
            sealed[at] ^= dice.byte().max(1);
            (sealed, false)
        }
        2 if !sealed.is_empty() => {
            sealed.truncate(dice.below(sealed.len()));
            (sealed, false)
        }
        3 => {
            let at = dice.below(sealed.len() + 1);
            let typed = dice.typed().into_bytes();
            let is_same = typed.is_empty();
            sealed.splice(at..at, typed);
            (sealed, is_same)
        }
        4 => (sealed.repeat(2), sealed.is_empty()),
        _ => (sealed, true),
    }
}

#[test]
fn records() {
    engine::run("tls", |bytes| {
        let mut dice = Dice::new(bytes);
        let config = dice.pick(&*CONFIGS).clone();
        let name = ServerName::try_from("memory").expect("a name");
        let mut client = ClientConnection::new(config, name).expect("a client");
        let mut server = SERVER.accept();
        let (mut said, mut heard, mut is_true) = (Vec::new(), Vec::new(), true);
        'talk: for _ in 0..8 {
            let typed = dice.typed();
            client.writer().write_all(typed.as_bytes()).expect("memory");
            said.extend_from_slice(typed.as_bytes());
            if dice.below(8) == 1 {
                // TLS 1.2 has no such thing, and neither has a handshake.
                let _ = client.refresh_traffic_keys();
            }
            let (sealed, is_whole) = flight(&mut client, &mut dice);
            is_true &= is_whole;
            let piece = match dice.below(4) {
                0 => usize::MAX,
                _ => dice.below(64) + 1,
            };
            for part in sealed.chunks(piece) {
                match server.receive(part) {
                    Ok(plain) => heard.extend(plain),
                    Err(error) => assert!(!is_true, "what is right is refused: {error}"),
                }
            }
            // Before the handshake is done there is nothing to send with.
            let _ = server.send(b"heard");
            let sealed = server.take_sealed();
            let mut rest = &sealed[..];
            while !rest.is_empty() {
                client.read_tls(&mut rest).expect("memory");
                if let Err(error) = client.process_new_packets() {
                    assert!(!is_true, "what comes back is wrong: {error}");
                    break 'talk;
                }
                // The end of it is `WouldBlock`.
                let _ = client.reader().read_to_end(&mut Vec::new());
            }
        }
        assert!(said.starts_with(&heard), "no byte of it was changed");
        assert!(!is_true || said == heard, "and none was lost");
    });
}

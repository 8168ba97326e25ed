//! What telnet does to a conversation beyond carrying it: byte sequences of its own, the real
//! program and an imitation of each of its habits.

use crate::harness::{Client, Server, Setup};

const IAC: u8 = 255;
const DO: u8 = 253;
const WONT: u8 = 252;
const BINARY: u8 = 0;
const TIMING_MARK: u8 = 6;
const NAWS: u8 = 31;

/// What inetutils telnet sends for ^C: INTERRUPT PROCESS and DO TIMING-MARK.
const INTERRUPT: [u8; 5] = [IAC, 244, IAC, DO, TIMING_MARK];

#[test]
fn text_with_the_byte_83_arrives_whole_after_one_retry() {
    let server = Setup::new().start();
    let mut listener = server.join("listener");
    let mut telnet = Client::telnet(server.address());
    telnet.come_in("mei");
    // ッ is E3 83 83, ト is E3 83 88: telnet takes 83 for ^C until it is asked for BINARY.
    telnet.send("ホッテスト");
    telnet.expect("! NOT sent: telnet mangled that; fixed now, please retype.");
    for line in ["ホッテスト", "ッッッ", "àÃÃ\u{c3}", "plain again"] {
        telnet.send(line);
        let seen = listener.expect(&format!("mei: {line}\n"));
        assert!(!seen.contains("left"), "{seen}");
    }
    telnet.ask("/quit", "Bye, mei. 4 lines sent.");
    telnet.wait();
}

#[test]
fn interrupting_telnet_is_a_quit() {
    let server = Setup::new().start();
    let mut listener = server.join("listener");
    let mut telnet = Client::telnet(server.address());
    telnet.come_in("mei");
    telnet.sync();
    telnet.write(b"\x03");
    telnet.expect("Bye, mei. 0 lines sent.");
    telnet.wait();
    listener.expect("* mei left #lobby (quit)\n");
}

#[test]
fn telnet_is_answered_and_never_addressed_first() {
    let server = Setup::new().start();
    let mut client = server.join("raw");
    client.sync();
    assert!(client.ear.commands.is_empty(), "{:?}", client.ear.commands);
    // A key without a meaning, then an offer and a request that are refused.
    client.write(&[IAC, 246, IAC, 251, 24, IAC, DO, 1]);
    client.write("こんにちは\r\n".as_bytes());
    client.sync();
    let dont_terminal_type = [IAC, 254, 24];
    let expected = [
        [IAC, DO, BINARY],
        [IAC, DO, NAWS],
        dont_terminal_type,
        [IAC, WONT, 1],
    ];
    assert_eq!(client.ear.commands, expected);
}

/// WILL NAWS, WILL TERMINAL-TYPE and DO SUPPRESS-GO-AHEAD, as telnets send them that begin with that.
const OPTIONS: [u8; 9] = [IAC, 251, NAWS, IAC, 251, 24, IAC, DO, 3];

#[test]
fn a_telnet_that_negotiates_first_is_greeted() {
    // On a busy machine its options may come late otherwise, and behind the greeting.
    let server = Setup::new().limit("sniff_time", "2s").start();
    let mut telnet = server.connect();
    telnet.write(&OPTIONS);
    telnet.expect("/quit to leave.\r\nEnter your username: ");
    assert_eq!(telnet.ear.commands[1], [IAC, DO, NAWS]);
    telnet.write(&[IAC, 250, NAWS, 0, 80, 0, 24, IAC, 240]);
    telnet.write(b"mei\r\n");
    telnet.expect("Welcome, mei.");
}

#[test]
fn irc_and_json_can_be_typed_at_a_telnet_that_negotiates_first() {
    // Its options come before the greeting, or too late for it.
    for sniff_time in ["250ms", "0s"] {
        let server = Setup::new().limit("sniff_time", sniff_time).start();
        let mut telnet = negotiated(&server);
        telnet.write(b"NICK mei\r\n");
        telnet.write(b"USER mei 0 * :Mei\r\n");
        telnet.expect(" 366 mei #lobby ");
        let mut telnet = negotiated(&server);
        telnet.write(b"{\"hello\":{\"name\":\"jay\"}}\r\n");
        telnet.expect("\"reply\":\"hello\"");
    }
}

/// A telnet whose options are answered: until then a line behind them may belong to the same first words.
fn negotiated(server: &Server) -> Client {
    let mut telnet = server.connect();
    telnet.write(&OPTIONS);
    telnet.expect("Enter your username: ");
    telnet.ear.until_command();
    telnet
}

#[test]
fn lines_end_as_the_peer_needs() {
    let server = Setup::new().start();
    let mut client = server.join("raw");
    let plain = client.sync();
    assert!(!plain.contains('\r'), "{plain:?}");
    client.write(&[IAC, 241]);
    client.sync();
    let mut other = server.join("other");
    client.expect("* other joined #lobby (2 here)\r\n");
    other.send("hello");
    client.expect("other: hello\r\n");
}

#[test]
fn lines_end_so_from_the_first_command_on() {
    let server = Setup::new().start();
    let mut client = server.join("raw");
    // In one packet, so that nothing tells the server before it looks at the line.
    client.write(&[&[IAC, 241][..], b"/jion\r\n"].concat());
    let answer = client.expect("To say it, start with //.\r\n");
    assert!(answer.contains("! No command /jion."), "{answer:?}");
}

#[test]
fn an_interrupt_in_a_character_is_a_mangled_line_and_else_a_quit() {
    let server = Setup::new().start();
    let mut listener = server.join("listener");
    let mut raw = server.join("raw");
    raw.sync();
    raw.write(b"\xe3");
    raw.write(&INTERRUPT);
    raw.write(b"\x88 and the rest\n");
    raw.expect("! NOT sent: telnet mangled that; fixed now, please retype.");
    raw.sync();
    assert_eq!(timing_marks_refused(&raw), 1, "{:?}", raw.ear.commands);
    raw.send("all is well");
    let seen = listener.expect("raw: all is well\n");
    assert!(!seen.contains("rest"), "{seen}");
    raw.write(&INTERRUPT);
    raw.expect("Bye, raw. 1 line sent.");
    assert_eq!(
        timing_marks_refused(&raw),
        2,
        "without it telnet shows no goodbye"
    );
    listener.expect("* raw left #lobby (quit)\n");
}

/// How often telnet was given what it waits for after ^C.
fn timing_marks_refused(client: &Client) -> usize {
    let refused = [IAC, WONT, TIMING_MARK];
    client
        .ear
        .commands
        .iter()
        .filter(|&&command| command == refused)
        .count()
}

#[test]
fn every_line_end_ends_a_line() {
    let server = Setup::new().start();
    let mut listener = server.join("listener");
    let mut typist = server.join("typist");
    typist.write(b"lf\ncrlf\r\ncr\rcrnul\r\0last\n\n   \n\t\nend\n");
    let seen = listener.expect("typist: end\n");
    let said: Vec<_> = crate::harness::messages(&seen);
    let expected = ["lf", "crlf", "cr", "crnul", "last", "end"];
    assert_eq!(said, expected.map(|text| format!("typist: {text}")));
}

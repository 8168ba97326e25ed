//! Clients of IRC over bare sockets, among people at nc and telnet and programs that speak JSON: what
//! only the real server on real connections can show. Every line of the protocol is in the transcripts.

mod clients;
mod crowd;
mod everybody;
mod hosts;
mod long_lists;
mod passages;
mod several;
mod sts;

use std::process::{Command, Stdio};

use rustix::net::sockopt::set_socket_linger;
use serde_json::Value;

use crate::harness::{Client, Server, Setup, Terminal, messages};

/// Says what a client of this name says first, with these capabilities.
fn register(client: &mut Client, name: &str, caps: &str) {
    client
        .write(format!("CAP REQ :{caps}\r\nNICK {name}\r\nUSER {name} 0 * :{name}\r\n").as_bytes());
    client.write(b"CAP END\r\n");
}

/// A client of IRC that is in, and in `#lobby`.
#[track_caller]
fn irc(server: &Server, name: &str, caps: &str) -> Client {
    let mut client = server.connect();
    register(&mut client, name, caps);
    client.expect(&format!(" 366 {name} #lobby "));
    client.expect("\r\n");
    client
}

/// Waits until the server has dealt with all that this client has sent.
#[track_caller]
fn fence(client: &mut Client) -> String {
    client.send("PING behind-all-that\r");
    client.expect(" :behind-all-that\r\n")
}

/// A server that waits for a client to speak first, however slow the machine is, so that none of them
/// is greeted in between.
fn setup() -> Setup {
    Setup::new().without_operator().limit("sniff_time", "5m")
}

/// Comes in at nc or telnet, and is shown its own lines as all are.
#[track_caller]
fn arrive(client: &mut Client, name: &str) {
    client.send(name);
    client.expect(&format!("Welcome, {name}."));
    client.expect("--- now ---\n");
    client.ask("/echo on", "Echo is on");
    client.expect("\n");
}

/// Waits until the client has read all of these, in whatever order.
#[track_caller]
fn reads_all(client: &mut Client, texts: &[String]) {
    let mut left: Vec<&str> = texts.iter().map(String::as_str).collect();
    while !left.is_empty() {
        let (_, which) = client.expect_any(&left);
        left.remove(which);
    }
}

/// `NAME: TEXT` of every message among lines of IRC.
fn said_in_irc(text: &str) -> Vec<String> {
    let said = |line: &str| {
        let (source, text) = line.split_once(" PRIVMSG #lobby :")?;
        let (_, source) = source.rsplit_once(':')?;
        let (name, _) = source.split_once('!')?;
        Some(format!("{name}: {text}"))
    };
    text.lines().filter_map(said).collect()
}

/// The same among lines of JSON.
fn said_in_json(text: &str) -> Vec<String> {
    let said = |line: &str| {
        let event: Value = serde_json::from_str(line).ok()?;
        let text = |key: &str| event[key].as_str();
        (text("kind")? == "message").then(|| format!("{}: {}", event["author"], event["text"]))
    };
    let lines = text.lines().filter_map(said);
    lines.map(|line| line.replace('"', "")).collect()
}

const NAMES: [&str; 4] = ["netcat", "telly", "chatter", "robot"];

#[test]
fn four_kinds_of_clients_say_ten_lines_each_and_read_all_in_one_order() {
    let server = setup().start();
    let mut nc = Client::nc(server.address(), &[]);
    arrive(&mut nc, "netcat");
    let mut telnet = Client::telnet(server.address());
    arrive(&mut telnet, "telly");
    let mut irc = irc(&server, "chatter", "echo-message message-tags server-time");
    let mut json = server.connect();
    json.send("{\"hello\":{\"name\":\"robot\"}}");
    json.expect("\"reply\":\"hello\"");
    for n in 1..=10 {
        let line = |name: &str| format!("{name} says {n}.");
        telnet.send(&line("telly"));
        irc.send(&format!("PRIVMSG #lobby :{}\r", line("chatter")));
        nc.send(&line("netcat"));
        let text = line("robot");
        json.send(&format!(
            "{{\"say\":{{\"room\":\"#lobby\",\"text\":\"{text}\"}}}}"
        ));
        // What stands around a text tells it from what was typed.
        for (client, before, behind) in [
            (&mut nc, ": ", "\n"),
            (&mut telnet, ": ", "\n"),
            (&mut irc, " PRIVMSG #lobby :", "\r\n"),
            (&mut json, "\"text\":\"", "\"}\n"),
        ] {
            let lines = NAMES.map(|name| format!("{before}{}{behind}", line(name)));
            reads_all(client, &lines);
        }
    }
    let heard = [
        messages(nc.screen()),
        messages(telnet.screen()),
        said_in_irc(irc.screen()),
        said_in_json(json.screen()),
    ];
    assert_eq!(heard[0].len(), 40, "{:?}", heard[0]);
    for other in &heard[1..] {
        assert_eq!(*other, heard[0]);
    }
    server.stop();
}

#[test]
fn a_name_is_free_at_once_when_its_link_is_lost_or_closed() {
    let server = setup().start();
    let mut nc = Client::nc(server.address(), &[]);
    arrive(&mut nc, "netcat");
    let lost = irc(&server, "chatter", "");
    nc.expect("* chatter joined #lobby (2 here)\n");
    // The close of the socket is a reset.
    set_socket_linger(lost.writer(), Some(std::time::Duration::ZERO)).expect("it is a socket");
    drop(lost);
    nc.expect("* chatter left #lobby (connection lost)\n");
    let mut closed = irc(&server, "chatter", "");
    nc.expect("* chatter joined #lobby (2 here)\n");
    closed.shut();
    nc.expect("* chatter left #lobby (connection closed)\n");
    let mut third = irc(&server, "chatter", "");
    third.send("PRIVMSG #lobby :back\r");
    nc.expect("chatter: back\n");
    server.stop();
}

#[test]
fn what_a_client_that_is_gone_sent_too_fast_is_not_said() {
    let setup = setup().limit("line_burst", "5");
    let server = setup.limit("lines_per_second", "0.001").start();
    let mut nc = server.connect();
    nc.ask("netcat", "Welcome, netcat.");
    let mut lost = irc(&server, "chatter", "");
    nc.expect("* chatter joined #lobby (2 here)\n");
    let lines: String = (0..50)
        .map(|n| format!("PRIVMSG #lobby :{n}\r\n"))
        .collect();
    lost.write(lines.as_bytes());
    lost.expect(" NOTICE chatter :You send faster than you may");
    set_socket_linger(lost.writer(), Some(std::time::Duration::ZERO)).expect("it is a socket");
    drop(lost);
    let heard = nc.expect("* chatter left #lobby (connection lost)\n");
    assert_eq!(messages(&heard).len(), 5, "{heard}");
    server.stop();
}

/// `\0ann\0open sesame`, in Base64.
const PLAIN: &str = "AUTHENTICATE PLAIN\r\nAUTHENTICATE AGFubgBvcGVuIHNlc2FtZQ==\r\n";

#[test]
fn sasl_inside_tls_logs_in_and_takes_over() {
    let server = setup().start();
    let mut ann = Client::nc(server.address(), &[]);
    arrive(&mut ann, "ann");
    ann.ask("/claim open sesame", "Your name is registered.");
    let mut openssl = Command::new("openssl");
    openssl.args([
        "s_client",
        "-quiet",
        "-connect",
        &server.address().to_string(),
    ]);
    let mut chatter = Client::through(openssl.stderr(Stdio::null()));
    chatter.write(b"CAP REQ :sasl account-tag\r\n");
    chatter.expect(" ACK :sasl account-tag");
    chatter.write(PLAIN.as_bytes());
    chatter.expect(" 900 * * ann :");
    chatter.expect(" 903 ");
    chatter.write(b"NICK ann\r\nUSER ann 0 * :Ann\r\nCAP END\r\n");
    chatter.expect(" 001 ann :");
    ann.expect("! You signed in elsewhere.\n");
    let whois = chatter.ask("WHOIS ann\r", " 318 ann ann ");
    assert!(whois.contains(" 330 ann ann ann :"), "{whois}");
    assert!(whois.contains(" 671 ann ann :"), "{whois}");
    server.stop();
}

/// The number and the text of every message among lines of IRC with tags.
fn numbered(text: &str) -> Vec<(String, String)> {
    let said = |line: &str| {
        let (_, rest) = line.split_once("msgid=")?;
        let (id, rest) = rest.split_at(rest.find([';', ' '])?);
        let (_, text) = rest.split_once(" PRIVMSG #lobby :")?;
        Some((id.to_owned(), text.to_owned()))
    };
    text.lines().filter_map(said).collect()
}

#[test]
fn messages_have_the_same_ids_after_a_kill() {
    const CAPS: &str = "batch echo-message message-tags server-time draft/chathistory";
    let server = setup().start();
    let mut chatter = irc(&server, "chatter", CAPS);
    let mut nc = Client::nc(server.address(), &[]);
    arrive(&mut nc, "netcat");
    for n in 1..=20 {
        chatter.send(&format!("PRIVMSG #lobby :chatter {n}\r"));
        nc.send(&format!("netcat {n}"));
    }
    nc.sync();
    fence(&mut chatter);
    let live = numbered(chatter.screen());
    assert_eq!(live.len(), 40, "{live:?}");
    let server = server.kill().start();
    let mut reader = irc(&server, "reader", CAPS);
    reader.send("CHATHISTORY LATEST #lobby * 100\r");
    reader.expect(" BATCH +");
    let past = reader.expect(" BATCH -");
    assert_eq!(numbered(&past), live);
    server.stop();
}

/// Who comes in while others talk is shown what was said before and what is said from then on: each line
/// once, and none is missing between the two.
#[test]
fn the_past_and_the_present_meet() {
    let server = setup().start();
    let mut nc = Client::nc(server.address(), &[]);
    arrive(&mut nc, "netcat");
    let line = |n: u32| format!("line {n}.");
    for round in 0..20 {
        for n in 1..=15 {
            nc.send(&line(round * 30 + n));
        }
        let mut reader = server.connect();
        register(&mut reader, "reader", "batch message-tags server-time");
        for n in 16..=30 {
            nc.send(&line(round * 30 + n));
        }
        let seen = reader.expect(&format!(":{}\r\n", line(round * 30 + 30)));
        let texts: Vec<String> = numbered(&seen).into_iter().map(|(_, text)| text).collect();
        let first = round * 30 + 31 - u32::try_from(texts.len()).expect("few lines");
        let expected: Vec<String> = (first..=round * 30 + 30).map(line).collect();
        assert_eq!(texts, expected, "{seen}");
        reader.send("QUIT\r");
        reader.rest();
    }
    server.stop();
}

fn flood(lines: usize) -> String {
    (1..=lines)
        .map(|n| format!("PRIVMSG #lobby :line {n}\r\n"))
        .collect()
}

#[test]
fn a_flood_is_held_back() {
    let setup = setup().limit("line_burst", "20");
    // No token comes back while the test runs.
    let server = setup.limit("lines_per_second", "0.001").start();
    let mut nc = Client::nc(server.address(), &[]);
    arrive(&mut nc, "netcat");
    let mut chatter = irc(&server, "chatter", "");
    chatter.write(flood(30).as_bytes());
    let heard = nc.expect("chatter: line 20\n");
    assert_eq!(messages(&heard).len(), 20, "{heard}");
    let rest = nc.sync();
    assert!(messages(&rest).is_empty(), "{rest}");
    server.stop();
}

#[test]
fn of_a_flood_nothing_is_lost() {
    let setup = setup().limit("line_burst", "5");
    let server = setup.limit("lines_per_second", "50.0").start();
    let mut nc = Client::nc(server.address(), &[]);
    nc.send("netcat");
    nc.expect("--- now ---\n");
    let mut chatter = irc(&server, "chatter", "");
    chatter.write(flood(60).as_bytes());
    let told = fence(&mut chatter);
    // It is told so, and held back rather than refused.
    let notices = told.matches(" NOTICE chatter :You send faster").count();
    assert!(notices > 0 && !told.contains("FAIL"), "{told}");
    let heard = nc.expect("chatter: line 60\n");
    let expected: Vec<_> = (1..=60).map(|n| format!("chatter: line {n}")).collect();
    assert_eq!(messages(&heard), expected);
    server.stop();
}

#[test]
fn neither_colours_nor_escapes_of_irc_reach_a_screen() {
    let server = setup().start();
    let address = server.address();
    let (ip, port) = (address.ip().to_string(), address.port().to_string());
    let mut screen = Terminal::run("nc", &[&ip, &port]);
    screen.types("ann\r");
    screen.shows("--- now ---");
    let mut chatter = irc(&server, "chatter", "");
    let lines: [&[u8]; 6] = [
        b"PRIVMSG #lobby :\x02bold\x02 \x0304,01red\x03 \x1d\x1f\x16styled\x0f\r\n",
        b"PRIVMSG #lobby :\x1b[31m\x1b[2Jcleared\r\n",
        b"TOPIC #lobby :\x0304\x1b[1mtopic\r\n",
        b"AWAY :\x1b[31maway\r\n",
        b"PRIVMSG ann :\x1b[31m\x0304secret\r\n",
        b"QUIT :\x0304\x1b[31mgone\r\n",
    ];
    chatter.write(&lines.concat());
    chatter.rest();
    screen.shows("chatter left #lobby");
    let seen = screen.contents();
    for text in [
        "chatter: bold red styled",
        "\\x1b[31m\\x1b[2Jcleared",
        "topic",
        "secret",
        "gone",
    ] {
        assert!(seen.contains(text), "{text}: {seen}");
    }
    // What was there before was not cleared.
    assert!(seen.contains("Welcome, ann."), "{seen}");
    assert!(screen.is_unstyled(), "{seen}");
    server.stop();
}

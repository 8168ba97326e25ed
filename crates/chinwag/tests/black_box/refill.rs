//! Connecting again refills no bucket: what was spent stays so for an address, for a person who comes back from
//! another one, and for an account over all its connections.

use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

use crate::harness::{Client, Server, Setup, messages};

/// Tokens come back so slowly that none does while the test runs. Everybody comes through a proxy, which the test
/// plays, so that it has as many addresses as it likes.
fn server() -> Server {
    let setup = Setup::new().without_operator().limit("sniff_time", "5m");
    let setup = setup.variable("CHINWAG_PROXY_TRUSTED", "127.0.0.1");
    let setup = setup.limit("line_burst", "20");
    // Who still has its side open is waited for all the while.
    let setup = setup.limit("linger_time", "1m");
    setup.limit("lines_per_second", "0.001").start()
}

/// A connection from an address.
fn connect(server: &Server, from: &str) -> Client {
    let mut client = server.connect();
    client.write(format!("PROXY TCP4 {from} 10.0.0.1 1 2\r\n").as_bytes());
    client
}

/// A person at nc from an address, who is in.
#[track_caller]
fn person(server: &Server, from: &str, name: &str) -> Client {
    let mut client = connect(server, from);
    client.send(name);
    let name = name.split('#').next().unwrap_or(name);
    client.expect_any(&[
        &format!("Welcome, {name}."),
        &format!("Welcome back, {name}."),
    ]);
    client
}

/// Says more than the burst in one piece, and waits until the rest is refused.
#[track_caller]
fn flood(client: &mut Client, tag: &str) {
    write_lines(client, tag, 30);
    client.expect("! Slow down: NOT sent.");
}

fn write_lines(client: &mut Client, tag: &str, lines: usize) {
    let text: String = (1..=lines).map(|n| format!("{tag} {n}\n")).collect();
    client.write(text.as_bytes());
}

/// Its link breaks.
fn reset(client: Client) {
    set_socket_linger(client.writer(), Some(Duration::ZERO)).expect("it is a socket");
    drop(client);
}

/// Of what was heard, the messages with this tag.
#[track_caller]
fn assert_said(heard: &str, tag: &str, lines: usize) {
    let tag = format!(": {tag} ");
    let said = messages(heard)
        .iter()
        .filter(|said| said.contains(&tag))
        .count();
    assert_eq!(said, lines, "{tag}: {heard}");
}

/// Registers a name, and leaves with one token.
#[track_caller]
fn account(server: &Server, from: &str, name: &str, tag: &str) {
    let mut owner = person(server, from, name);
    owner.ask("/claim open sesame", "Your name is registered.");
    write_lines(&mut owner, tag, 19);
    owner.sync();
    owner.ask("/quit", "Bye, ");
}

#[test]
fn an_account_that_comes_from_elsewhere_has_what_it_has_left() {
    let server = server();
    let mut hearer = person(&server, "192.0.2.1", "hearer");
    account(&server, "192.0.2.2", "ann", "before");
    let mut ann = person(&server, "192.0.2.3", "ann#open sesame");
    flood(&mut ann, "elsewhere");
    reset(ann);
    let mut ann = person(&server, "192.0.2.4", "ann#open sesame");
    flood(&mut ann, "again");
    // While it is there, another connection takes its place.
    let mut over = person(&server, "192.0.2.4", "ann#open sesame");
    ann.expect("! You signed in elsewhere.");
    flood(&mut over, "taken");
    // Who comes from where it was is another person, and has the bucket that was left there; the next has its own.
    let mut other = person(&server, "192.0.2.2", "other");
    flood(&mut other, "same address");
    let mut third = person(&server, "192.0.2.2", "third");
    write_lines(&mut third, "neighbour", 18);
    third.ask("/quit", "Bye, third.");
    let heard = hearer.expect("* third left #lobby");
    for (tag, lines) in [
        ("before", 19),
        ("elsewhere", 1),
        ("again", 0),
        ("taken", 0),
        ("same address", 1),
        ("neighbour", 18),
    ] {
        assert_said(&heard, tag, lines);
    }
}

#[test]
fn who_leaves_without_closing_has_left_its_bucket_at_its_address() {
    let server = server();
    let mut hearer = person(&server, "192.0.2.1", "hearer");
    let mut ann = person(&server, "192.0.2.2", "ann");
    write_lines(&mut ann, "before", 19);
    ann.ask("/quit", "Bye, ann.");
    // All is said, and this side is still open.
    ann.rest();
    let mut eve = person(&server, "192.0.2.2", "eve");
    flood(&mut eve, "behind it");
    reset(eve);
    let heard = hearer.expect("* eve left #lobby");
    assert_said(&heard, "before", 19);
    assert_said(&heard, "behind it", 1);
}

#[test]
fn a_session_that_is_resumed_from_elsewhere_goes_on_with_its_bucket() {
    let server = server();
    let mut hearer = person(&server, "192.0.2.1", "hearer");
    let mut guest = person(&server, "192.0.2.2", "guest");
    guest.expect(" minutes.\n");
    let code = guest.code();
    flood(&mut guest, "before");
    reset(guest);
    hearer.expect("20\n");
    hearer.expect("* guest left #lobby (connection lost)\n");
    let resume = |from: &str, code: &str| {
        let mut back = connect(&server, from);
        back.send(&format!("/resume {code}"));
        back.expect("Welcome back, guest.");
        back.expect("/resume ");
        let code = back.expect(" within").replace(" within", "");
        (back, code.trim().to_owned())
    };
    let (mut back, code) = resume("192.0.2.3", &code);
    flood(&mut back, "resumed");
    // Taken over while it is there.
    let (mut over, _) = resume("192.0.2.4", &code);
    back.rest();
    flood(&mut over, "taken");
    reset(over);
    let heard = hearer.expect("* guest left #lobby");
    assert_said(&heard, "resumed", 0);
    assert_said(&heard, "taken", 0);
}

#[test]
fn a_program_goes_on_with_what_its_account_and_its_session_have_left() {
    let server = server();
    let mut hearer = person(&server, "192.0.2.1", "hearer");
    account(&server, "192.0.2.2", "ann", "before");
    let program = |from: &str, hello: &str| {
        let mut program = connect(&server, from);
        program.send(hello);
        program
    };
    let flood = |program: &mut Client, tag: &str| {
        let say = |n| format!("{{\"say\":{{\"room\":\"#lobby\",\"text\":\"{tag} {n}\"}}}}\n");
        let lines: String = (0..30).map(say).collect();
        program.write(lines.as_bytes());
    };
    let hello = "{\"hello\":{\"name\":\"ann\",\"password\":\"open sesame\"}}";
    let mut ann = program("192.0.2.3", hello);
    ann.expect("\"resume\":{\"code\":\"");
    flood(&mut ann, "elsewhere");
    let heard = hearer.expect("elsewhere 0\n");
    assert_said(&heard, "before", 19);
    reset(ann);
    hearer.expect("* ann left #lobby (connection lost)");
    // A guest by its code.
    let mut bot = program("192.0.2.4", "{\"hello\":{\"name\":\"bot\"}}");
    bot.expect("\"resume\":{\"code\":\"");
    let code = bot.expect("\"").replace('"', "");
    flood(&mut bot, "guest");
    hearer.expect("guest 19\n");
    reset(bot);
    hearer.expect("* bot left #lobby (connection lost)");
    let resume = format!("{{\"resume\":{{\"code\":\"{code}\"}}}}");
    let mut bot = program("192.0.2.5", &resume);
    bot.expect("\"name\":\"bot\"");
    flood(&mut bot, "resumed");
    reset(bot);
    let heard = hearer.expect("* bot left #lobby (connection lost)");
    assert_said(&heard, "elsewhere", 0);
    assert_said(&heard, "guest", 0);
    assert_said(&heard, "resumed", 0);
}

#[test]
fn all_connections_of_an_account_share_a_bucket() {
    let server = server();
    let mut hearer = person(&server, "192.0.2.1", "hearer");
    let mut owner = person(&server, "192.0.2.2", "ann");
    owner.ask("/claim open sesame", "Your name is registered.");
    owner.ask("/quit", "Bye, ");
    let client = |from: &str| {
        let mut client = connect(&server, from);
        // `\0ann\0open sesame`, in Base64.
        client.write(b"CAP REQ :sasl\r\nNICK ann\r\nUSER ann 0 * :Ann\r\n");
        client.expect(" ACK :sasl\r\n");
        client.write(b"AUTHENTICATE PLAIN\r\nAUTHENTICATE AGFubgBvcGVuIHNlc2FtZQ==\r\n");
        client.expect(" 903 ann ");
        client.write(b"CAP END\r\n");
        client.expect(" 001 ann :");
        client
    };
    let say = |client: &mut Client, tag: &str| {
        let lines = (1..=9).map(|n| format!("PRIVMSG #lobby :{tag} {n}\r\n"));
        client.write(lines.collect::<String>().as_bytes());
    };
    let (mut desk, mut phone) = (client("192.0.2.3"), client("192.0.2.4"));
    say(&mut desk, "desk");
    hearer.expect("desk 9\n");
    say(&mut phone, "phone");
    hearer.expect("phone 9\n");
    let mut tablet = client("192.0.2.5");
    for client in [&mut desk, &mut phone, &mut tablet] {
        say(client, "more");
        client.expect(" NOTICE ann :You send faster than you may");
    }
    hearer.ask("/msg hearer now", "you -> you: now");
    // The first two have said 18.
    assert_said(hearer.screen(), "more", 2);
}

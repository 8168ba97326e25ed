//! Programs that speak JSON: the examples of the documentation, and what only a process can show.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::harness::{Client, Server, Setup};

fn example(server: &Server, name: &str, arguments: &[&str]) -> Command {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(root.join("../../docs/examples").join(name));
    let address = server.address();
    let (host, port) = (address.ip().to_string(), address.port().to_string());
    let arguments = arguments.iter().map(|argument| match *argument {
        "HOST" => &host,
        "PORT" => &port,
        other => other,
    });
    command.args(arguments);
    command
}

/// A program that ends with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program that has said hello.
fn program(server: &Server, name: &str) -> Client {
    let mut program = server.connect();
    program.send(&format!("{{\"hello\":{{\"name\":\"{name}\"}}}}"));
    program.expect(&format!("\"name\":\"{name}\""));
    program.expect("\n");
    program
}

#[test]
fn a_bot_of_ten_lines() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    ann.ask("/join ops", "You are in #ops, alone.");
    let mut bot = example(&server, "bot.py", &["HOST", "PORT", "#ops"]);
    let _bot = Running(bot.spawn().expect("there is a Python"));
    ann.expect("* clock joined #ops (2 here)\n");
    ann.send("!time");
    ann.expect("clock: ");
    ann.expect(" UTC\n");
}

#[test]
fn a_tail_of_jq_and_nc() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    ann.ask("/join ops", "You are in #ops, alone.");
    let mut tail = Client::through(&mut example(&server, "tail.sh", &["HOST", "PORT", "#ops"]));
    ann.expect(" joined #ops (2 here)\n");
    ann.send("so \"quick\" a \\ fox");
    tail.expect("Z ann: so \"quick\" a \\ fox\n");
    server.stop();
    tail.rest();
}

#[test]
fn an_alert_that_a_cron_job_posts() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    ann.ask("/join ops", "You are in #ops, alone.");
    let text = "the \"disk\" is full";
    let alert = |room| {
        let mut alert = example(&server, "alert.sh", &[text, "HOST", "PORT", room]);
        alert
            .stderr(Stdio::null())
            .status()
            .expect("there is a shell")
            .code()
    };
    assert_eq!(alert("#ops"), Some(0));
    let seen = ann.expect("cron: the \"disk\" is full\n");
    ann.expect("* cron left #lobby (connection closed)\n");
    assert_eq!(seen.matches("disk").count(), 1);
    assert_eq!(alert("no room"), Some(1), "it says that it failed");
    // The name is another's, or kept for a run whose link broke.
    let _cron = server.join("cron");
    assert_eq!(alert("#ops"), Some(0));
    ann.expect("cron-");
    ann.expect(": the \"disk\" is full\n");
    ann.ask("/room closed", "invited");
    let mut refused = example(&server, "alert.sh", &[text, "HOST", "PORT", "#ops"]);
    let refused = refused.output().expect("there is a shell");
    let why = String::from_utf8_lossy(&refused.stderr);
    assert!(why.contains("not posted: room_closed: "), "{why}");
}

/// A message that was sent before the server was killed is not said again, and goes on with its
/// number.
#[test]
fn a_key_holds_after_a_crash() {
    let server = Setup::new().start();
    let say = "{\"say\":{\"room\":\"#lobby\",\"text\":\"1.4.2 is out\",\"key\":\"k1\"},\"id\":1}";
    let mut bot = program(&server, "deploy");
    bot.send(say);
    let ack = bot.expect("{\"ack\":\"say\",\"id\":1,\"seq\":");
    assert!(ack.contains("1.4.2 is out"), "{ack}");
    let seq = bot.expect("}\n");
    let server = server.kill().start();
    let mut bot = program(&server, "deploy");
    bot.send(say);
    let again = bot.expect("\"repeated\":true}\n");
    let expected = format!(
        "{{\"ack\":\"say\",\"id\":1,\"seq\":{},",
        seq.trim_end_matches("}\n")
    );
    assert!(again.contains(&expected), "{again}");
    bot.send("{\"history\":{\"room\":\"#lobby\"},\"id\":2}");
    let history = bot.expect("\"more\":false}\n");
    assert_eq!(history.matches("1.4.2 is out").count(), 1, "{history}");
}

/// So it is with a private message: stored with it, if that is.
#[test]
fn a_private_message_is_sent_again_under_its_key() {
    let server = Setup::new().start();
    let mut bob = server.join("bob");
    bob.ask("/claim open sesame", "Your name is registered.");
    let tell = |to: &str| {
        format!("{{\"tell\":{{\"to\":\"{to}\",\"text\":\"psst\",\"key\":\"{to}\"}},\"id\":1}}")
    };
    let told = |bot: &mut Client, to: &str| {
        bot.send(&tell(to));
        bot.expect("{\"ack\":\"tell\",\"id\":1,\"seq\":");
        bot.expect("}\n")
    };
    let mut bot = program(&server, "deploy");
    let mut cy = server.join("cy");
    let (seq, guests) = (told(&mut bot, "bob"), told(&mut bot, "cy"));
    let again = |seq: &str| seq.replace("}\n", ",\"repeated\":true}\n");
    for _ in 0..2 {
        assert_eq!(told(&mut bot, "bob"), again(&seq));
        assert_eq!(told(&mut bot, "cy"), again(&guests));
    }
    bot.send("{\"tell\":{\"to\":\"cy\",\"text\":\"other\",\"key\":\"bob\"},\"id\":2}");
    bot.expect("{\"refused\":\"tell\",\"id\":2,\"code\":\"key_used\",");
    cy.ask("/msg cy end", "you -> you: end");
    assert_eq!(cy.screen().matches("psst").count(), 1);
    let server = server.kill().start();
    let mut bot = program(&server, "deploy");
    assert_eq!(told(&mut bot, "bob"), again(&seq));
    let mut bob = server.connect();
    bob.send("bob#open sesame");
    bob.expect("bob.");
    bob.sync();
    bob.send("/history with deploy");
    let history = bob.sync();
    assert_eq!(history.matches("psst").count(), 1, "{history}");
}

/// What was said behind the last number that the program has comes from the store, once.
#[test]
fn a_session_is_taken_up_after_a_restart() {
    let server = Setup::new().start();
    let mut bot = server.connect();
    bot.send("{\"hello\":{\"name\":\"deploy\"}}");
    bot.expect("\"code\":\"");
    let code = bot.expect("\"").trim_end_matches('"').to_owned();
    let mut ann = server.join("ann");
    ann.send("one");
    let seen = bot.expect("\"text\":\"one\"}\n");
    let (_, seq) = seen.rsplit_once("\"seq\":").expect("a number");
    let seq = seq.split(',').next().expect("a number").to_owned();
    ann.send("two");
    bot.expect("\"text\":\"two\"}\n");
    let server = server.stop().start();
    let mut bot = server.connect();
    bot.send(&format!(
        "{{\"resume\":{{\"code\":\"{code}\",\"after\":{seq}}}}}"
    ));
    let seen = bot.expect("\"text\":\"two\"}\n");
    assert!(
        seen.contains("\"reply\":\"resume\"") && seen.contains("\"missed\":1"),
        "{seen}"
    );
    assert!(!seen.contains("\"one\""), "{seen}");
}

/// Most of what has a number leaves nothing in the store; a number is given once all the same.
#[test]
fn numbers_go_on_after_a_restart_whatever_had_the_last() {
    let number = |seen: &str| -> u64 {
        let (_, number) = seen.rsplit_once("\"seq\":").expect("a number");
        let digits = number.split(|c: char| !c.is_ascii_digit()).next();
        digits.and_then(|n| n.parse().ok()).expect("a number")
    };
    let mut server = Setup::new().start();
    for (round, end) in [Server::stop, Server::kill].into_iter().enumerate() {
        let mut bot = program(&server, &format!("bot{round}"));
        server.join(&format!("early{round}")).ask("before", "");
        bot.expect("\"text\":\"before\"}\n");
        for visitor in 0..6 {
            let mut visitor = server.join(&format!("visitor{visitor}"));
            visitor.send("/quit");
            visitor.rest();
        }
        let mut left = String::new();
        while left.matches("\"visitor").count() < 12 {
            left += &bot.expect("}\n");
        }
        let last = number(&left);
        server = end(server).start();
        let mut late = server.join(&format!("late{round}"));
        (0..5).for_each(|n| late.send(&format!("after {round} {n}")));
        late.sync();
        let mut bot = program(&server, &format!("again{round}"));
        bot.send(&format!(
            "{{\"history\":{{\"room\":\"#lobby\",\"after\":{last}}}}}"
        ));
        for n in 0..5 {
            let seen = bot.expect(&format!("\"text\":\"after {round} {n}\""));
            assert!(number(&seen) > last, "{seen} behind {last}");
        }
    }
}

/// Lines behind a `hello` that is refused at once come in the order in which they were sent, however they are read.
#[test]
fn lines_behind_a_refused_hello_keep_their_order() {
    let setup = Setup::new().variable("CHINWAG_SERVER_PASSWORD", "open sesame");
    let server = setup.limit("line_burst", "0").start();
    let hello = |password: &str| {
        format!("{{\"hello\":{{\"name\":\"bot\",\"server_password\":\"{password}\"}}}}\n")
    };
    let mut lines = hello("sesame") + &hello("open sesame");
    for n in 0..4_000 {
        lines += &format!("{{\"motd\":{{}},\"id\":{n}}}\n");
    }
    let mut bot = server.connect();
    bot.write(lines.as_bytes());
    bot.shut();
    let answers = bot.rest();
    let ids = answers.lines().filter_map(|line| {
        let (_, id) = line.split_once("{\"reply\":\"motd\",\"id\":")?;
        id.split(',').next()?.parse::<u32>().ok()
    });
    assert!(ids.eq(0..4_000), "{answers}");
    server.stop();
}

/// Flood control holds a program back and refuses nothing.
#[test]
fn what_comes_too_fast_is_read_later() {
    let setup = Setup::new().limit("line_burst", "5");
    let server = setup.limit("lines_per_second", "50.0").start();
    let mut bot = program(&server, "deploy");
    let lines = (0..30)
        .map(|n| format!("{{\"say\":{{\"room\":\"#lobby\",\"text\":\"line {n}\"}},\"id\":{n}}}\n"));
    bot.write(lines.collect::<String>().as_bytes());
    for n in 0..30 {
        bot.expect(&format!("{{\"ack\":\"say\",\"id\":{n},"));
    }
    bot.shut();
    let rest = bot.rest();
    assert!(!rest.contains("refused"), "{rest}");
}

#[test]
fn every_message_comes_once_and_in_order_to_many_programs() {
    const PROGRAMS: usize = 30;
    const MESSAGES: usize = 20;
    let server = Setup::new().limit("connections_per_address", "0").start();
    let mut programs: Vec<Client> = (0..PROGRAMS)
        .map(|n| program(&server, &format!("bot{n}x")))
        .collect();
    for n in 0..MESSAGES {
        for (at, program) in programs.iter_mut().enumerate() {
            program.send(&format!(
                "{{\"say\":{{\"room\":\"#lobby\",\"text\":\"{at}/{n}\"}}}}"
            ));
        }
    }
    programs[0].shut();
    let heard: Vec<Vec<String>> = programs
        .iter_mut()
        .skip(1)
        .map(|program| {
            let seen = program.expect("\"author\":\"bot0x\",\"reason\":\"closed\"}\n");
            let lines = seen
                .lines()
                .filter(|line| line.contains("\"kind\":\"message\""));
            lines.map(str::to_owned).collect()
        })
        .collect();
    let seq = |line: &String| {
        let (_, rest) = line.split_once("\"seq\":").expect("a number");
        rest.split(',')
            .next()
            .and_then(|seq| seq.parse::<u64>().ok())
    };
    // The others may have had more to say by then.
    let first = &heard[0];
    assert!(first.len() >= MESSAGES && first.is_sorted_by_key(seq));
    for n in 0..MESSAGES {
        let text = format!("\"text\":\"0/{n}\"");
        let count = |lines: &Vec<String>| lines.iter().filter(|line| line.contains(&text)).count();
        assert!(heard.iter().all(|lines| count(lines) == 1));
    }
    for lines in &heard {
        let common = lines.len().min(first.len());
        assert_eq!(lines[..common], first[..common]);
    }
}

#[test]
fn what_retention_took_is_counted_as_gone() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let mut bot = server.connect();
    bot.send("{\"hello\":{\"name\":\"bot\"}}");
    bot.expect("\"code\":\"");
    let code = bot.expect("\"").trim_end_matches('"').to_owned();
    bot.send("{\"say\":{\"room\":\"#lobby\",\"text\":\"here\"}}");
    bot.expect("{\"ack\":\"say\",\"seq\":");
    let seq = bot.expect("}").trim_end_matches('}').to_owned();
    drop(bot);
    ann.expect("* bot left #lobby");
    // More than the mebibyte that is kept from now on.
    let line = "x".repeat(4000);
    for _ in 0..400 {
        ann.send(&line);
    }
    ann.sync();
    let setup = server.stop();
    let server = setup.variable("CHINWAG_HISTORY_SIZE_MIB", "1").start();
    let mut ann = server.join("ann");
    while ann
        .ask("/history 1", "--- now ---\n")
        .contains(" of 401 messages")
    {}
    let mut bot = server.connect();
    let resume = format!("{{\"resume\":{{\"code\":\"{code}\",\"after\":{seq}}}}}");
    let answer = bot.ask(&resume, "\"resume\":{");
    let number = |key: &str| {
        let (_, rest) = answer.split_once(&format!("\"{key}\":")).expect("a number");
        let digits = rest.split(',').next().expect("a number");
        digits.parse::<u64>().expect("a number")
    };
    assert_eq!(number("missed") + number("gone"), 400, "{answer}");
    assert!(number("gone") > 0, "{answer}");
    server.stop();
}

/// A program that reads the answer to its `hello` and nothing more; its resume code, and the number of that.
fn reads_no_more(server: &Server, name: &str) -> (TcpStream, String, u64) {
    let mut bot = TcpStream::connect(server.address()).expect("a connection");
    let hello = format!("{{\"hello\":{{\"name\":\"{name}\"}}}}\n");
    bot.write_all(hello.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\n") || !answer.starts_with(b"{") {
        if answer.ends_with(b"\n") {
            // It was greeted before the server had read a word.
            answer.clear();
        }
        let mut byte = [0];
        bot.read_exact(&mut byte).expect("the answer");
        // It may have been greeted first.
        if !answer.is_empty() || byte == *b"{" {
            answer.extend(byte);
        }
    }
    let answer: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
    let code = answer["resume"]["code"]
        .as_str()
        .expect("a code")
        .to_owned();
    (bot, code, answer["seq"].as_u64().expect("a number"))
}

/// A program that is killed has not read what its system had acknowledged for it, and only `after` tells.
#[test]
fn what_a_program_has_not_read_when_it_is_killed_is_told_again() {
    const SENT: usize = 1500;
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let (bot, code, after) = reads_no_more(&server, "gus");
    for n in 0..SENT {
        ann.send(&format!("/msg gus private {n} {}", "x".repeat(50)));
        if n % 50 == 49 {
            ann.sync();
        }
    }
    ann.send("in the room");
    ann.sync();
    drop(bot);
    ann.expect("* gus left #lobby (connection lost)\n");
    // The second takes over from the first, which is there still, and says again that it has nothing.
    let mut code = code;
    let mut taken = Vec::new();
    for _ in 0..2 {
        let mut again = server.connect();
        again.send(&format!(
            "{{\"resume\":{{\"code\":\"{code}\",\"after\":{after}}}}}"
        ));
        again.expect("\"reply\":\"resume\"");
        let counts = again.expect("\"code\":\"");
        code = again.expect("\"").trim_end_matches('"').to_owned();
        let number = |key: &str| {
            let (_, rest) = counts.split_once(key).expect("a count");
            let digits = rest.split(|c: char| !c.is_ascii_digit()).next();
            let number = digits.and_then(|digits| digits.parse::<usize>().ok());
            number.expect("a number")
        };
        let (missed, gone) = (number("\"missed\":"), number("\"gone\":"));
        assert_eq!(missed + gone, SENT + 1, "each is told or counted: {counts}");
        let told = again.expect("in the room");
        let privately = told.matches("\"kind\":\"private\"").count();
        assert_eq!(privately, missed - 1);
        assert!(privately > 100, "{privately}");
        assert!(told.contains(&format!("private {} ", SENT - 1)));
        taken.push(again);
    }
    server.stop();
}

/// What stands in a history is told again after a kill, by the number that the program gives: of an account
/// everything, of a guest what an account has told it.
#[test]
fn what_a_program_has_not_read_when_the_server_is_killed_is_told_again() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    ann.ask("/claim of ann", "Your name is registered.");
    let mut carl = server.join("carl");
    let names = ["bot", "gus"];
    let mut programs = names.map(|name| reads_no_more(&server, name));
    let claim = b"{\"claim\":{\"password\":\"of bot\"}}\n";
    programs[0].0.write_all(claim).expect("sent");
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains("\"ack\":\"claim\"") {
        let mut byte = [0];
        programs[0].0.read_exact(&mut byte).expect("an answer");
        heard.extend(byte);
    }
    // Who was given a right is written at once.
    ann.ask("/op gus", "! gus is an operator now");
    for name in names {
        ann.ask(&format!("/msg {name} one"), "one");
        carl.ask(&format!("between for {name}"), "");
        carl.sync();
        ann.ask(&format!("/msg {name} two"), "two");
        carl.ask(&format!("/msg {name} of a guest"), "of a guest");
    }
    ann.ask("last", "");
    ann.sync();
    carl.sync();
    let server = server.kill().start();
    for ((name, (_, code, after)), of_guests) in names.into_iter().zip(&programs).zip([1, 0]) {
        let mut again = server.connect();
        again.send(&format!(
            "{{\"resume\":{{\"code\":\"{code}\",\"after\":{after}}}}}"
        ));
        let told = again.expect("\"text\":\"last\"");
        let missed = format!("\"missed\":{},", 5 + of_guests);
        assert!(told.contains(&missed), "{name}: {told}");
        let one = format!("\"author\":\"ann\",\"to\":\"{name}\",\"text\":\"one\"");
        let (between, two) = (format!("between for {name}"), "\"text\":\"two\"");
        let places = [&one, &*between, two].map(|text| told.find(text));
        assert!(places[0].is_some() && places.is_sorted(), "{told}");
        assert_eq!(told.matches("of a guest").count(), of_guests, "{told}");
    }
}

/// The server knows after a restart too what a program may not have read.
#[test]
fn what_a_program_has_not_read_when_the_server_stops_is_told_again() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let (bot, code, after) = reads_no_more(&server, "gus");
    for text in ["one", "two"] {
        ann.ask(&format!("/msg gus {text}"), &format!("you -> gus: {text}"));
    }
    ann.sync();
    let server = server.stop().start();
    drop(bot);
    let mut again = server.connect();
    again.send(&format!(
        "{{\"resume\":{{\"code\":\"{code}\",\"after\":{after}}}}}"
    ));
    again.expect("\"missed\":2,\"gone\":0");
    again.expect("\"text\":\"one\"}");
    again.expect("\"text\":\"two\"}");
    server.stop();
}

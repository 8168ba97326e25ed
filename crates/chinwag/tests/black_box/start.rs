//! Starting: what it says when it does, and one clear sentence when it cannot.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::{CHINWAG, Client, Server, Setup};
use crate::proxy::ncat;

/// It must end with this status, one sentence that holds each of the words, and no panic.
#[track_caller]
fn refuses(setup: &Setup, status: i32, words: &[&str]) {
    let failure = setup.fail();
    let said = failure.said;
    assert_eq!(failure.status.code(), Some(status), "{said}");
    for jargon in [
        "panicked",
        "os error",
        "invalid digit",
        "usize",
        "sequence",
        "use '-- ",
    ] {
        assert!(!said.contains(jargon), "{said}");
    }
    for word in words {
        assert!(said.contains(word), "{word:?} is missing: {said}");
    }
    if status == 1 {
        let sentences: Vec<_> = said
            .lines()
            .filter(|line| line.starts_with("chinwag: "))
            .collect();
        assert_eq!(sentences.len(), 1, "{said}");
    }
}

/// A server of the usual setup, with a word of this argument.
fn listening() -> Setup {
    Setup::bare().arguments(&["--listen", "127.0.0.1:0"])
}

#[test]
fn wrong_arguments_are_answered_with_the_usage() {
    for (arguments, words) in [
        (
            &["--nonsense"][..],
            &["--nonsense", "Usage: chinwag serve"][..],
        ),
        (
            &["99999"],
            &[
                "99999",
                "from 0 to 65535",
                "\n\nUsage: chinwag serve [OPTIONS] [PORT]\n\nFor more information",
            ],
        ),
        (
            &["eighty"],
            &["eighty", "a port is a whole number", "--listen"],
        ),
        (&["8989", "--listen", "127.0.0.1:0"], &["Usage: "]),
        (
            &["--listen", "300.1.2.3"],
            &["300.1.2.3", "--listen", "a port such as 8989", "[::1]"],
        ),
        (
            &["--port", "8989"],
            &["tip: the port stands by itself: chinwag serve 8989"],
        ),
        (&["--confg", "x"], &["--config"]),
        (&["--memory", "--data", "/tmp"], &["--memory", "Usage: "]),
        (&["--durability", "maybe"], &["maybe", "process", "power"]),
        (&["--log", "loud"], &["loud", "--log", "error, warn, info"]),
        (&["--name", ""], &["--name", "one line of text"]),
    ] {
        refuses(&Setup::bare().arguments(arguments), 2, words);
    }
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it is bound").to_string();
    let setup = Setup::bare().arguments(&["--memory", "--listen", &address]);
    refuses(
        &setup,
        1,
        &[&address, "another program listens there already"],
    );
    let everywhere = TcpListener::bind("0.0.0.0:0").expect("a port is free");
    let port = everywhere
        .local_addr()
        .expect("it is bound")
        .port()
        .to_string();
    refuses(&Setup::bare().arguments(&["--memory", &port]), 1, &[&port]);
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    for folder in ["/dev/null/x", "/proc/chinwag"] {
        refuses(
            &listening().arguments(&["--data", folder]),
            1,
            &[folder, "data folder"],
        );
    }
    refuses(
        &listening().arguments(&["--data", "/etc/passwd"]),
        1,
        &["/etc/passwd", "a file has that name", "name a folder"],
    );
}

#[test]
fn an_address_that_cannot_be_had_is_named() {
    for (listen, words) in [
        ("nowhere.invalid", "there is no host of that name"),
        ("192.0.2.1:0", "this machine does not have that address"),
    ] {
        let setup = Setup::bare().arguments(&["--memory", "--listen", listen]);
        refuses(&setup, 1, &[listen, words]);
    }
}

#[test]
fn a_server_whose_folder_another_one_has_taken_ends_and_leaves_it_alone() {
    let setup = Setup::new();
    let first = setup.start();
    let folder = setup.data();
    std::fs::rename(&folder, setup.home().join("moved")).expect("the folder is ours");
    let second = setup.start();
    first.stop();
    let _ann = second.join("ann");
    let mut who = Command::new(CHINWAG);
    who.arg("who").arg("--data").arg(&folder);
    let who = who.output().expect("the program starts");
    let told = String::from_utf8_lossy(&who.stdout);
    assert!(told.contains("ann"), "{who:?}");
    second.stop();
}

/// As where an administrator makes the first account before the service starts.
#[test]
fn what_root_makes_in_a_folder_is_its_owners() {
    use std::os::unix::fs::{MetadataExt, chown};
    let setup = Setup::new();
    let folder = setup.data();
    std::fs::create_dir_all(&folder).expect("the home is ours");
    let own = std::fs::metadata(&folder).expect("it is there").uid();
    // Who is not root has no other user's folder.
    let owner = if own == 0 { 65_534 } else { own };
    chown(&folder, Some(owner), None).expect("root may");
    let mut add = Command::new(CHINWAG);
    add.args(["account", "add", "lee", "--data"]).arg(&folder);
    add.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut add = add.spawn().expect("the program starts");
    let mut input = add.stdin.take().expect("it has one");
    input.write_all(b"secret-pw1\n").expect("it reads it");
    drop(input);
    assert!(add.wait().expect("it is our child").success());
    for file in std::fs::read_dir(&folder).expect("it is there") {
        let file = file.expect("it is there");
        let uid = file.metadata().expect("it is there").uid();
        assert_eq!(uid, owner, "{:?}", file.path());
    }
}

#[test]
fn a_data_folder_that_is_open_already_is_named() {
    let setup = Setup::new();
    let server = setup.start();
    let folder = setup.data().to_string_lossy().into_owned();
    refuses(&setup, 1, &[&folder, "another server has the data folder"]);
    // Nor is it open because a file of it was removed.
    for file in ["shell.sock", "chinwag.lock", "tls.pem", "search.db"] {
        let _ = std::fs::remove_file(setup.data().join(file));
    }
    refuses(&setup, 1, &[&folder, "another server has the data folder"]);
    // The first is none the worse.
    server.join("ann").ask("/who", "1 person in #lobby");
    let server = server.stop().start();
    // A killed one leaves nothing in the way.
    server.kill().start().join("bea");
}

/// The database of a server that has kept a message.
fn used() -> (Setup, std::path::PathBuf) {
    let setup = Setup::new();
    let server = setup.start();
    let mut ann = server.join("ann");
    ann.send("hello");
    ann.sync();
    let database = setup.data().join("messages.db");
    // The upkeep thread moves what was said from the log into the file, once a second.
    while pages(&database) < 2 {
        std::thread::yield_now();
    }
    (server.stop(), database)
}

fn pages(database: &Path) -> u64 {
    fs::metadata(database).expect("it is there").len() / 4096
}

/// Takes away what SQLite keeps beside the database and would mend it with.
fn without_log(database: &Path) {
    for ending in ["-wal", "-shm"] {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        // It may have tidied up by itself.
        let _ = fs::remove_file(name);
    }
}

fn overwrite(file: &Path, at: u64, bytes: &[u8]) {
    let file = fs::File::options().write(true).open(file);
    file.and_then(|file| file.write_all_at(bytes, at))
        .expect("the file is ours");
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let (setup, database) = used();
    without_log(&database);
    let before = fs::read(&database).expect("it is there");
    // `user_version`: https://www.sqlite.org/fileformat2.html#user_version_number
    let version = 60..64;
    overwrite(&database, 60, &1_000_u32.to_be_bytes());
    let path = database.to_string_lossy().into_owned();
    refuses(&setup, 1, &[&path, "newer", "1000"]);
    overwrite(&database, 60, &before[version]);
    setup.start().join("bob");
}

#[test]
fn what_is_no_database_of_ours_is_named() {
    let (setup, database) = used();
    let path = database.to_string_lossy().into_owned();
    without_log(&database);
    let garbage = "this is no database, but a text that somebody put here ".repeat(200);
    fs::write(&database, &garbage).expect("the file is ours");
    refuses(&setup, 1, &[&path, "not a database of chinwag"]);
    let left = fs::read_to_string(&database).ok();
    assert_eq!(left, Some(garbage), "it is left alone");
}

#[test]
fn a_damaged_database_is_named() {
    let (setup, database) = used();
    let path = database.to_string_lossy().into_owned();
    without_log(&database);
    // All but the header's page.
    for page in 1..pages(&database) {
        overwrite(&database, page * 4096, &[0xa5; 4096]);
    }
    refuses(&setup, 1, &[&path, "damaged"]);
}

#[test]
fn settings_that_cannot_be_are_named() {
    for (text, words) in [
        ("[limits]\npeopel = 5\n", &["peopel"][..]),
        ("[limit]\npeople = 5\n", &["limit"]),
        ("[history]\nkeep = \"ninety\"\n", &["keep", "ninety"]),
        (
            "[server]\nlisten = [\"a b\"]\n",
            &["server.listen", "a port such as 8989"],
        ),
        (
            "[limits]\npeople = 0\n",
            &["line 2", "limits.people", "a whole number from 1 to"],
        ),
        (
            "[limits]\npeople = many\n",
            &["line 2", "limits.people", "a whole number from 1 to"],
        ),
        (
            "[limits]\nsniff_time = \"10m\"\n",
            &["limits.sniff_time", "from 0s to 5m"],
        ),
        ("this is no toml", &["chinwag.toml"]),
    ] {
        let setup = listening().arguments(&["--memory"]);
        let file = setup.file("chinwag.toml", text);
        refuses(&setup.arguments(&["--config", &file]), 1, words);
    }
    let missing = listening().arguments(&["--memory", "--config", "/nowhere/chinwag.toml"]);
    refuses(&missing, 1, &["/nowhere/chinwag.toml"]);
    for (variable, value, word) in [
        ("CHINWAG_LIMITS_PEOPLE", "many", "CHINWAG_LIMITS_PEOPLE"),
        ("CHINWAG_LIMITS_PEOPEL", "5", "CHINWAG_LIMITS_PEOPEL"),
        ("CHINWAG_LIMTS_PEOPLE", "5", "CHINWAG_LIMITS_PEOPLE"),
        ("CHINWAG_DEFAULTS_TZ", "Moon/Base", "Moon/Base"),
        ("CHINWAG_LOG", "=loud=", "=loud="),
    ] {
        let setup = listening()
            .arguments(&["--memory"])
            .variable(variable, value);
        refuses(&setup, 1, &[word]);
    }
}

#[test]
fn flags_go_before_the_environment_and_that_before_the_file() {
    let greeting = |setup: &Setup| {
        let server = setup.start();
        let greeting = server.connect().expect("Enter your username: ");
        greeting.lines().next().map(str::to_owned)
    };
    let setup = listening().arguments(&["--memory"]);
    let file = setup.file("chinwag.toml", "[server]\nname = \"from-file\"\n");
    let setup = setup.arguments(&["--config", &file]);
    let hello = |name: &str| Some(format!("Welcome to {name}: nobody here yet."));
    assert_eq!(greeting(&setup), hello("from-file"));
    // An empty variable counts as unset.
    let setup = setup.variable("CHINWAG_CONFIG", "");
    assert_eq!(greeting(&setup), hello("from-file"));
    let setup = setup.variable("CHINWAG_NAME", "from-environment");
    assert_eq!(greeting(&setup), hello("from-environment"));
    let setup = setup.arguments(&["--name", "from-flags"]);
    assert_eq!(greeting(&setup), hello("from-flags"));
}

/// The filters for fail2ban in docs/operations.md find these.
#[test]
fn a_wrong_password_is_a_line_of_the_log_in_either_form() {
    let json = "\"message\":\"wrong password for \\\"lee\\\" from 127.0.0.1\"";
    let plain = "wrong password for \"lee\" from 127.0.0.1";
    for (flags, words) in [
        (&["--memory"][..], plain),
        (&["--memory", "--log-json"], json),
    ] {
        let mut server = listening().arguments(flags).start();
        let mut lee = server.join("lee");
        lee.ask("/claim correct horse", "Your name is registered.");
        lee.ask("/quit", "Bye, lee.");
        let mut guess = server.connect();
        guess.expect("Enter your username: ");
        guess.ask("lee#guess", "That is not the password of lee.");
        let line = loop {
            let line = server.log.line().expect("the server goes on");
            if line.contains("wrong password") {
                break line;
            }
        };
        assert!(line.contains(words), "{line}");
        assert!(flags.len() > 1 || line.ends_with(words), "{line}");
        server.stop();
    }
}

/// Waits for a line of the log that ends so.
#[track_caller]
fn logs(server: &mut Server, end: &str) {
    while !server
        .log
        .line()
        .expect("the server goes on")
        .ends_with(end)
    {}
}

#[test]
fn what_operators_do_is_in_the_log_in_words() {
    let mut server = listening().arguments(&["--memory"]).start();
    let mut lee = server.join("lee");
    let _bob = server.join("bob");
    // As a filter of docs/operations.md would take for a guess.
    let bait = "refused 192.0.2.7: wrong resume code";
    lee.ask(&format!("/mute bob 90m {bait}"), "bob is muted");
    logs(
        &mut server,
        &format!("lee muted bob from 127.0.0.1 for 90m: \"{bait}\""),
    );
    lee.ask("/kick bob", "bob was kicked");
    logs(&mut server, "lee kicked bob");
    lee.ask("/ban 192.0.2.0/24 2h spam", "is banned");
    logs(&mut server, "lee banned 192.0.2.0/24 for 2h: \"spam\"");
    lee.ask("/ban 192.0.2.7", "is banned");
    logs(&mut server, "lee banned 192.0.2.7");
    lee.ask("/lock", "Locked");
    logs(&mut server, "lee locked the server");
    lee.ask("/lock off", "Unlocked");
    logs(&mut server, "lee unlocked the server");
}

#[test]
fn who_is_refused_is_a_line_of_the_log_with_the_address_and_why() {
    let mut server = listening().arguments(&["--memory"]).start();
    let mut lee = server.join("lee");
    lee.ask("/ban 127.0.0.2", "127.0.0.2 is banned");
    let mut waits = ncat("127.0.0.2", server.address(), &[]);
    waits.expect("You are banned");
    logs(&mut server, "refused 127.0.0.2: banned");
    // A code is guessed at the prompt or behind it.
    let mut guest = server.connect();
    guest.expect("Enter your username: ");
    guest.ask("/resume AAAA-BBBB", "That code is not valid any more.");
    logs(&mut server, "refused 127.0.0.1: wrong resume code");
    guest.ask("lee", "\"lee\" is here already.");
    logs(
        &mut server,
        "refused 127.0.0.1: it may not have that name: lee",
    );
    guest.ask("guest", "Welcome, guest.");
    guest.ask("/resume AAAA-BBBB", "That code is not valid any more.");
    logs(&mut server, "refused 127.0.0.1: wrong resume code");
    let mut browser = server.connect();
    browser.expect("Enter your username: ");
    browser.write(b"GET / HTTP/1.1\r\n\r\n");
    logs(&mut server, "refused 127.0.0.1: it speaks HTTP");
    let mut liar = server.connect();
    liar.write(b"PROXY TCP4 192.0.2.7 10.0.0.1 1 2\r\n");
    logs(
        &mut server,
        "refused 127.0.0.1: it speaks for others, and is no trusted proxy",
    );
    let mut server = server.stop().limit("arrival_time", "1s").start();
    let mut silent = server.connect();
    silent.expect("No name chosen. Bye.");
    logs(&mut server, "refused 127.0.0.1: no name in time");
    let setup = server.stop().variable("CHINWAG_TLS_REQUIRED", "true");
    let setup = setup.variable("CHINWAG_PROXY_TRUSTED", "127.0.0.1");
    let mut server = setup.start();
    let mut clear = server.connect();
    clear.write(b"PROXY TCP4 192.0.2.7 10.0.0.1 1 2\r\nann\n");
    logs(&mut server, "refused 192.0.2.7: not encrypted");
    server.stop();
}

#[test]
fn the_example_configuration_can_be_used() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../chinwag.example.toml");
    let setup = listening().arguments(&["--memory", "--config", example]);
    setup.start().join("ann");
}

#[test]
fn it_listens_wherever_it_is_told_to() {
    let setup = Setup::bare().arguments(&["--memory", "--listen", "127.0.0.1:0"]);
    let server = setup
        .arguments(&["--listen", "[::1]:0", "--listen", "127.0.0.2:0"])
        .start();
    assert_eq!(server.addresses.len(), 3);
    let names = ["ann", "bob", "cy"];
    let clients = server.addresses.iter().zip(names).map(|(&address, name)| {
        let mut client = Client::connect(address);
        client.come_in(name);
        client
    });
    let mut clients: Vec<_> = clients.collect();
    clients[2].send("hello from everywhere");
    clients[0].expect("cy: hello from everywhere\n");
    clients[1].expect("cy: hello from everywhere\n");
}

#[test]
fn a_port_alone_is_one_of_all_interfaces() {
    let server = Setup::bare().arguments(&["--memory", "0"]).start();
    let ports: Vec<_> = server
        .addresses
        .iter()
        .map(|address| address.port())
        .collect();
    assert!(
        ports.iter().all(|&port| port == ports[0] && port != 0),
        "{ports:?}"
    );
    for address in &server.addresses {
        assert!(address.ip().is_unspecified(), "{address}");
        let loopback = if address.is_ipv6() {
            "[::1]"
        } else {
            "127.0.0.1"
        };
        let address = format!("{loopback}:{}", address.port());
        Client::connect(address.parse().expect("an address")).expect("Enter your username: ");
    }
}

#[test]
fn a_name_or_a_bare_address_is_listened_on() {
    let setup = Setup::bare().arguments(&["--memory"]);
    let file = setup.file("chinwag.toml", "[server]\nlisten = \"localhost:0\"\n");
    let server = setup.arguments(&["--config", &file]).start();
    let is_loopback = |address: &std::net::SocketAddr| address.ip().is_loopback();
    assert!(
        server.addresses.iter().all(is_loopback),
        "{:?}",
        server.addresses
    );
    server.join("ann");
}

#[test]
fn people_see_the_chat_as_the_configuration_says_until_they_choose() {
    let setup = listening().arguments(&["--memory"]);
    let text = "[defaults]\ntime = \"off\"\necho = true\nquiet = true\n";
    let file = setup.file("chinwag.toml", text);
    let server = setup.arguments(&["--config", &file]).start();
    let mut ann = server.join("ann");
    let mut bob = server.join("bob");
    bob.send("hello");
    bob.expect("[bob] hello\n");
    let seen = ann.expect("[bob] hello\n");
    assert!(!seen.contains("bob joined"), "{seen}");
    ann.ask("/echo off", "! Echo is off");
    ann.ask("/time short", "! ");
    bob.send("again");
    ann.expect("] bob: again\n");
}

#[test]
fn data_goes_where_the_environment_says() {
    for (variable, below) in [
        ("STATE_DIRECTORY", ""),
        ("XDG_STATE_HOME", "chinwag"),
        ("HOME", ".local/state/chinwag"),
    ] {
        let setup = listening();
        let place = setup.home().join("place");
        let setup = setup.variable(variable, &place.to_string_lossy());
        let _ = setup.start().stop();
        assert!(place.join(below).join("messages.db").exists(), "{variable}");
    }
}

#[test]
fn data_goes_where_the_standards_of_these_variables_say() {
    let setup = listening();
    let home = setup.home().to_owned();
    let several = format!(
        "{}:{}",
        home.join("one").display(),
        home.join("two").display()
    );
    let setup = setup.variable("STATE_DIRECTORY", &several);
    let _ = setup.start().stop();
    assert!(home.join("one/messages.db").exists());

    let setup = listening();
    let home = setup.home().to_owned();
    let setup = setup
        .variable("XDG_STATE_HOME", "relative")
        .variable("HOME", &home.to_string_lossy());
    let _ = setup.start().stop();
    assert!(home.join(".local/state/chinwag/messages.db").exists());
}

#[test]
fn no_data_folder_hangs_on_the_working_directory() {
    let setup = listening().variable("HOME", "relative");
    refuses(&setup, 1, &["server.data", "--data", "HOME"]);
    let _ = setup.arguments(&["--memory"]).start().stop();
    let place = tempfile::tempdir().expect("there is a place for temporary files");
    let mut check = Command::new(CHINWAG);
    check.arg("check").current_dir(place.path()).env_clear();
    for home in [None, Some(""), Some("relative")] {
        if let Some(home) = home {
            check.env("HOME", home);
        }
        // With no HOME it is that of the user database, where there may be one.
        let output = check.output().expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("./"), "{home:?}: {said}");
        assert!(!said.contains(" .local"), "{home:?}: {said}");
    }
}

#[test]
fn a_zone_of_the_machine_that_is_none_is_told() {
    let setup = Setup::new().variable("TZ", "Moon/Base");
    let mut server = setup.start();
    logs(
        &mut server,
        "TZ is \"Moon/Base\", which is no time zone: times are in UTC",
    );
    server.stop();
    let mut export = Command::new(CHINWAG);
    let export = export.args(["export", "--data", &setup.data().to_string_lossy()]);
    for (zone, words) in [("Moon/Base", "chinwag: TZ is \"Moon/Base\""), ("UTC", "")] {
        let output = export.env("TZ", zone).output().expect("the program starts");
        assert!(output.status.success());
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.starts_with(words), "{error}");
        assert_eq!(error.lines().count(), usize::from(!words.is_empty()));
    }
}

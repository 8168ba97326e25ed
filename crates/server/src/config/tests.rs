use std::time::Duration;

use super::keys::SECTIONS;
use super::*;

fn read(file: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let environment = environment
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let flags = RawConfig::default();
    let read = Config::read(Some(file), environment, flags, &Machine::default());
    read.map_err(|error| error.to_string())
}

fn defaults() -> Config {
    RawConfig::default().resolve(&Machine::default())
}

fn keys() -> impl Iterator<Item = &'static Key> {
    SECTIONS.iter().flat_map(|(_, keys)| *keys)
}

#[test]
fn nothing_gives_the_defaults() {
    assert_eq!(read("", &[]), Ok(defaults()));
}

#[test]
fn the_example_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../chinwag.example.toml");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, example()).expect("the repository is ours");
    }
    let committed = std::fs::read_to_string(path).expect("the example is there");
    assert!(
        committed == example(),
        "UPDATE=1 cargo test -p chinwag-server writes it anew"
    );
}

/// The example with its keys in force; those that `is_wanted` leaves out stay comments.
fn uncommented(is_wanted: impl Fn(&Key) -> bool) -> String {
    let example = example();
    let mut keys = keys();
    let lines = example.lines().map(|line| {
        let is_key = line.starts_with("# ") && line.contains(" = ");
        if !is_key || line.contains("  ") || line.contains('`') {
            return line.to_owned();
        }
        let key = keys.next().expect("a key for each line");
        let name = line.trim_start_matches("# ").split(" = ").next();
        assert_eq!(name, Some(key.name), "{line}");
        let bare = line.trim_start_matches("# ");
        if is_wanted(key) { bare } else { line }.to_owned()
    });
    let text: Vec<String> = lines.collect();
    assert_eq!(keys.next(), None, "a line for each key");
    text.join("\n")
}

#[test]
fn the_example_shows_the_default_of_every_key() {
    let text = uncommented(|key| key.like.is_none());
    assert_eq!(read(&text, &[]), Ok(defaults()), "{text}");
    assert_eq!(
        read(&example(), &[]),
        Ok(defaults()),
        "all is commented out"
    );
    let all = uncommented(|_| true);
    let all = read(&all, &[]).expect("every example can be used");
    let changed: Vec<String> = all
        .changed(&defaults())
        .iter()
        .map(|k| k.to_string())
        .collect();
    // Where the default is the machine's, an example stands; one core in two is two threads of four.
    assert_eq!(
        changed,
        [
            "server.name",
            "server.data",
            "server.threads",
            "defaults.tz"
        ]
    );
}

#[test]
fn every_key_can_be_set_by_its_variable_as_in_the_file() {
    let shown = defaults().shown();
    assert_eq!(shown.len(), keys().count());
    for (key, value) in keys().zip(shown) {
        let value = key.like.unwrap_or(&value).to_owned();
        let file = read(&format!("[{}]\n{} = {value}", key.section, key.name), &[]);
        let file = file.unwrap_or_else(|error| panic!("{key}: {error}"));
        let bare = value.trim_matches(['[', ']', '"']);
        let variable = key.variable();
        for name in key.short.into_iter().chain([variable.as_str()]) {
            assert_eq!(
                read("", &[(name, bare)]).as_ref(),
                Ok(&file),
                "{name}={bare}"
            );
        }
    }
}

#[test]
fn later_sources_win() {
    let file = "[server]\nname = \"a\"\nfirst_operator = \"nobody\"\n[limits]\npeople = 5";
    let environment = [
        ("CHINWAG_NAME", "b"),
        ("CHINWAG_LIMITS_PEOPLE", "7"),
        ("CHINWAG_HISTORY_KEEP", "90d"),
    ];
    let environment = environment.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let mut flags = RawConfig::default();
    flags.server.name = Some("c".into());
    let config = Config::read(Some(file), environment, flags, &Machine::default());
    let config = config.expect("a configuration");
    assert_eq!(config.server.name, "c");
    assert_eq!(
        config.server.first_operator,
        chinwag_core::FirstOperator::Nobody
    );
    assert_eq!(config.limits.people_max, 7);
    let days = Duration::from_hours(90 * 24);
    assert_eq!(config.history.keep, Some(days));
}

#[test]
fn a_source_that_names_a_folder_wants_it_used() {
    let memory = "[server]\nmemory = true";
    let place = |file, environment: &[_]| read(file, environment).map(|config| config.location());
    assert_eq!(place(memory, &[]), Ok(Location::Memory));
    let folder = Ok(Location::Folder("/x".into()));
    assert_eq!(place(memory, &[("CHINWAG_DATA", "/x")]), folder);
    assert_eq!(place("[server]\ndata = \"/x\"", &[]), folder);
    let both = [("CHINWAG_DATA", "/x"), ("CHINWAG_SERVER_MEMORY", "true")];
    assert_eq!(place("", &both), Ok(Location::Memory));
}

#[test]
fn a_key_that_is_unknown_or_misplaced_is_named() {
    for (file, words) in [
        (
            "[server]\nnmae = \"x\"",
            "line 2: there is no key server.nmae. Did you mean name?",
        ),
        (
            "[limit]\npeople = 5",
            "line 1: there is no section [limit]. Did you mean [limits]?",
        ),
        (
            "[server]\npeople = 5",
            "line 2: there is no key server.people. Did you mean people in [limits]?",
        ),
        (
            "people = 5",
            "line 1: there is no key people. Did you mean people in [limits]?",
        ),
        (
            "[server]\nzone = \"UTC\"",
            "line 2: there is no key server.zone. Did you mean tz in [defaults]?",
        ),
        (
            "limits = 5",
            "line 1: limits is a section: its keys stand below a line [limits]",
        ),
    ] {
        assert_eq!(read(file, &[]), Err(words.to_owned()), "{file}");
    }
}

#[test]
fn a_wrong_value_is_named_with_those_that_would_do() {
    for (file, words) in [
        (
            "[limits]\npeople = many",
            "line 2: limits.people must be a whole number from 1 to 1000000, not \"many\"",
        ),
        (
            "[limits]\n\npeople = \"many\"",
            "line 3: limits.people must be a whole number from 1 to 1000000, not \"many\"",
        ),
        (
            "[limits]\npeople = [1]",
            "line 2: limits.people must be a whole number from 1 to 1000000, not \"[1]\"",
        ),
        (
            "[limits]\nsniff_time = \"10m\"",
            "line 2: limits.sniff_time must be a time from 0s to 5m (a number and ms, s, m, h, d or w), not \"10m\"",
        ),
        (
            "[limits]\nstall_time = 30s",
            "line 2: limits.stall_time: text and times stand in quotation marks in the file: \"30s\"",
        ),
        (
            "[limits]\npeople = 5\npeople = 6",
            "line 3: this key or section stands in the file twice",
        ),
        (
            "[limits]\n[history]\n[limits]",
            "line 3: this key or section stands in the file twice",
        ),
        (
            "[limits]\nline_bytes = 100000000",
            "line 2: limits.line_bytes must be a whole number from 64 to 65536, not \"100000000\"",
        ),
        (
            "[server]\nthreads = 5000",
            "line 2: server.threads must be a whole number from 1 to 64, not \"5000\"",
        ),
        (
            "[limits]\nline_burst = -1",
            "line 2: limits.line_burst must be a whole number from 1 to 1000000, or \"unlimited\", not \"-1\"",
        ),
        (
            "[tls]\nsts = \"unlimited\"",
            "line 2: tls.sts must be a time from 0s to 3650d (a number and ms, s, m, h, d or w), or \"off\", not \"unlimited\"",
        ),
        (
            "[history]\nkeep = \"90\"",
            "line 2: history.keep must be a time from 1m to 36500d (a number and ms, s, m, h, d or w), or \"forever\", not \"90\"",
        ),
        (
            "[server]\ndurability = \"maybe\"",
            "line 2: server.durability must be \"process\" or \"power\", not \"maybe\"",
        ),
        (
            "[rooms]\nread_only = [\"a b\"]",
            "line 2: rooms.read_only must be the name of a room, such as #news, or several, as a list, not \"[a b]\"",
        ),
        (
            "[limits]\nkeepalive_idle = \"2m\"",
            "limits.user_timeout must be at least 130s, the sum of keepalive_idle and keepalive_interval, not 1m",
        ),
        (
            "[limits]\nline_bytes = 65536\nroom_log_bytes = 65536",
            "limits.room_log_bytes must be at least 1048576, 16 times line_bytes, not 65536",
        ),
    ] {
        assert_eq!(read(file, &[]), Err(words.to_owned()), "{file}");
    }
}

#[test]
fn what_no_parser_takes_is_told_by_its_line() {
    let listen = read("[server]\nlisten = \"300.1.2.3\"", &[]).expect_err("no address");
    assert!(
        listen.starts_with("line 2: server.listen must be a port such as 8989, "),
        "{listen}"
    );
    let nowhere = read("[server]\nlisten = []", &[]).expect_err("no address");
    assert!(
        nowhere.starts_with("line 2: server.listen must be a port such as 8989, "),
        "{nowhere}"
    );
    let toml = read("[server]\nname = \"x", &[]).expect_err("no TOML");
    assert!(toml.starts_with("line 2: "), "{toml}");
}

#[test]
fn variables_are_held_to_the_same() {
    for (variable, value, words) in [
        (
            "CHINWAG_LIMITS_PEOPLE",
            "x",
            "CHINWAG_LIMITS_PEOPLE: limits.people must be a whole number from 1 to 1000000, not \"x\"",
        ),
        (
            "CHINWAG_LIMITS_PEPLE",
            "5",
            "there is no setting CHINWAG_LIMITS_PEPLE. Did you mean CHINWAG_LIMITS_PEOPLE?",
        ),
        (
            "CHINWAG_LISTN",
            "8989",
            "there is no setting CHINWAG_LISTN. Did you mean CHINWAG_LISTEN?",
        ),
        (
            "CHINWAG_PORT",
            "2323",
            "there is no setting CHINWAG_PORT. Did you mean CHINWAG_LISTEN?",
        ),
        (
            "CHINWAG_PEOPLE",
            "5",
            "there is no setting CHINWAG_PEOPLE. Did you mean CHINWAG_LIMITS_PEOPLE?",
        ),
        (
            "CHINWAG_LEVEL",
            "info",
            "there is no setting CHINWAG_LEVEL. Did you mean CHINWAG_LOG?",
        ),
        (
            "CHINWAG_SERVER_PEOPLE",
            "5",
            "there is no setting CHINWAG_SERVER_PEOPLE. Did you mean CHINWAG_LIMITS_PEOPLE?",
        ),
        (
            "CHINWAG_SERVER_PORT",
            "1",
            "there is no setting CHINWAG_SERVER_PORT. Did you mean CHINWAG_LISTEN?",
        ),
    ] {
        let error = read("", &[(variable, value)]).expect_err(variable);
        assert!(error.starts_with(words), "{error}");
    }
}

#[test]
fn other_variables_are_let_be() {
    for (variable, value) in [
        ("HOME", "/root"),
        ("CHINWAG_CONFIG", "x.toml"),
        ("CHINWAG_NAME", ""),
        ("CHINWAG_PASSWORD", "secret"),
        ("CHINWAG_PORT", "tcp://10.0.0.1:8989"),
        ("CHINWAG_PORT_8989_TCP_ADDR", "10.0.0.1"),
        ("CHINWAG_SERVICE_HOST", "10.0.0.1"),
    ] {
        assert_eq!(read("", &[(variable, value)]), Ok(defaults()), "{variable}");
    }
}

#[test]
fn one_address_needs_no_list() {
    let here = Listen::Named {
        host: "localhost".into(),
        port: DEFAULT_PORT,
    };
    for file in ["\"localhost\"", "[\"localhost\"]", "[\"localhost:8989\"]"] {
        let config = read(&format!("[server]\nlisten = {file}"), &[]).expect("an address");
        assert_eq!(config.server.listen, std::slice::from_ref(&here));
    }
    let config = read("[server]\nlisten = 2323", &[]).expect("a port");
    assert_eq!(config.server.listen, [Listen::Everywhere(2323)]);
}

#[test]
fn without_a_limit_needs_no_number() {
    let file =
        "[limits]\nline_burst = \"unlimited\"\nconnect_burst = 0\n[history]\nkeep = \"forever\"";
    let config = read(file, &[]).expect("a configuration");
    assert_eq!(config.limits.line_rate(), Rate::UNLIMITED);
    assert_eq!(config.limits.connect_rate(), Rate::UNLIMITED);
    assert_eq!(config.history.keep, None);
    assert_eq!(config.retention().bytes_max, None);
    let config = read("[server]\nmemory = true", &[]).expect("a configuration");
    assert_eq!(config.retention().bytes_max, Some(MEMORY_BYTES_MAX));
}

#[test]
fn a_running_server_keeps_every_key_that_is_fixed_and_no_other() {
    // Each key with another value than its default.
    let others = "[server]\nname = \"x\"\nlisten = \"1\"\ndata = \"/x\"\nmemory = true\n\
        durability = \"power\"\nthreads = 7\nfirst_operator = \"nobody\"\n\
        password = \"x\"\npassword_file = \"/x\"\n\
        [tls]\ncert = \"/x\"\nkey = \"/x\"\nrequired = true\nsts = \"7d\"\n\
        [proxy]\ntrusted = \"10.0.0.0/8\"\n\
        [irc]\nnetwork = \"x\"\nlobby = false\nearly_registration = false\ngateways = \"10.0.0.0/8\"\n\
        gateway_password = \"x\"\ngateway_password_file = \"/x\"\n[history]\nkeep = \"7d\"\nsize_mib = 7\nreplay = 7\n\
        private_messages = false\n[rooms]\nread_only = \"#x\"\n\
        [defaults]\ntime = \"full\"\ntz = \"Asia/Tokyo\"\necho = true\nquiet = true\ncolor = true\n\
        bell = true\n[limits]\npeople = 7\nrooms = 7\nrooms_per_person = 7\nrooms_made = 7\n\
        connections_per_address = 7\nconnect_burst = 7\nconnects_per_second = 7\nline_bytes = 77\n\
        line_burst = 7\nlines_per_second = 7\noperator_factor = 7\narrival_time = \"7s\"\n\
        arrival_bytes = 77\nname_tries = 7\npassword_letters = 7\nsniff_time = \"7s\"\nresume_time = \"7s\"\n\
        stall_time = \"7s\"\nlinger_time = \"7s\"\nkeepalive_idle = \"7s\"\n\
        keepalive_interval = \"7s\"\nuser_timeout = \"77s\"\nroom_log_bytes = 77777\n\
        history_lines = 7\nsearch_lines = 7\n[log]\nlevel = \"warn\"\njson = true";
    let others = read(others, &[]).expect("a configuration");
    assert_eq!(others.changed(&defaults()).len(), keys().count());
    let (taken, kept) = others.beside(&defaults());
    let fixed: Vec<&Key> = keys().filter(|key| key.is_fixed).collect();
    assert_eq!(kept, fixed);
    let changed = taken.changed(&defaults());
    let free: Vec<&Key> = keys().filter(|key| !key.is_fixed).collect();
    assert_eq!(changed, free);
}

//! `chinwag bench` against the real server: what it finds, what it says, and its exit status. No
//! figure is held against a clock.

use std::process::{Command, Output, Stdio};

use crate::harness::{CHINWAG, Ear, NOBODY, Server, Setup};

/// Runs the benchmark with arguments as they are typed.
fn bench(target: &str, arguments: &str) -> Output {
    let mut command = Command::new(CHINWAG);
    command.args(["bench", target]).args(arguments.split(' '));
    command.output().expect("the program is built")
}

/// Runs it against the server, briefly.
fn briefly(server: &Server, arguments: &str) -> Output {
    let address = server.address().to_string();
    let short = "--duration 300ms --warmup 100ms --json";
    bench(&address, &format!("{short} {arguments}"))
}

/// The report, if the benchmark ended with this status.
#[track_caller]
fn report(output: &Output, status: i32) -> serde_json::Value {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{said}{output:?}");
    serde_json::from_slice(&output.stdout).expect("it is JSON")
}

#[track_caller]
fn assert_whole(report: &serde_json::Value) {
    for figure in ["lost", "duplicated", "out_of_order", "refused", "closed"] {
        assert_eq!(report[figure], 0, "{figure}: {report}");
    }
    assert_eq!(report["problems"], serde_json::json!([]), "{report}");
    assert!(report["deliveries"].as_u64() > Some(0), "{report}");
}

#[test]
fn a_thousand_members_hear_every_message_once_and_in_order() {
    let server = Setup::new().start();
    let pid = server.pid().to_string();
    let arguments = format!("--members 1000 --window 4 --server-pid {pid}");
    let report = report(&briefly(&server, &arguments), 0);
    assert_whole(&report);
    assert_eq!(report["workload"], "talk", "{report}");
    assert!(
        report["server"]["cpu_us_each"].as_f64() > Some(0.0),
        "{report}"
    );
    assert!(report["server"]["resident_bytes"].as_u64() > Some(0));
}

#[test]
fn programs_hear_every_message_once_and_in_order() {
    // No handshake is overtaken by the greeting.
    let server = Setup::new().limit("sniff_time", "2s").start();
    for arguments in [
        "--dialect json --members 5 --rooms 20 --senders 2 --rate 500 --tls",
        "--dialect json --visits 4",
        // Ten thousand of them are measured by hand: docs/benchmarks.md. Each is told that each leaves, so no run
        // follows that waits for a greeting.
        "--dialect json --members 600 --window 4",
    ] {
        let report = report(&briefly(&server, arguments), 0);
        assert_whole(&report);
    }
}

#[test]
fn clients_of_irc_hear_every_message_once_and_in_order() {
    let server = Setup::new().limit("sniff_time", "2s").start();
    for arguments in [
        "--dialect irc --caps eight --members 200 --window 4",
        "--dialect irc --caps batch,echo-message --members 5 --rooms 20 --senders 2 --rate 500 --tls",
        "--dialect irc --visits 4",
    ] {
        let report = report(&briefly(&server, arguments), 0);
        assert_whole(&report);
    }
    let arguments = "--idle --members 100 --dialect irc --caps eight";
    let idle = report(&briefly_without_warmup(&server, arguments), 0);
    assert_eq!(idle["joined"], 100, "{idle}");
    refuses(
        &server.address().to_string(),
        "--caps batch",
        2,
        "--dialect irc",
    );
    let address = server.address().to_string();
    refuses(&address, "--dialect irc --caps no-such-thing", 1, "NAK");
}

#[test]
fn several_rooms_at_a_fixed_rate() {
    let server = Setup::new().start();
    let arguments = "--members 5 --rooms 20 --senders 2 --rate 2000";
    let report = report(&briefly(&server, arguments), 0);
    assert_whole(&report);
    // Each message goes to the four others of its room.
    let (sent, heard) = (report["sent"].as_u64(), report["deliveries"].as_u64());
    assert_eq!(heard, sent.map(|sent| 4 * sent), "{report}");
    assert!(report["sent_late_us"]["p99"].is_u64(), "{report}");
}

#[test]
fn a_person_alone_hears_nobody() {
    let server = Setup::new().start();
    let arguments = "--members 2 --rooms 3 --senders 1 --alone 40 --rate 500";
    let talk = report(&briefly(&server, arguments), 0);
    assert_whole(&talk);
    assert_eq!(talk["deliveries"], talk["sent"], "{talk}");
    let arguments = "--idle --members 2 --rooms 3 --alone 40";
    let idle = report(&briefly_without_warmup(&server, arguments), 0);
    assert_eq!(idle["joined"], 46, "{idle}");
}

#[test]
fn members_who_stall_hold_nobody_up() {
    let server = Setup::new().start();
    let pid = server.pid();
    let arguments = format!("--members 10 --senders 2 --stalled 2 --server-pid {pid}");
    let report = report(&briefly(&server, &arguments), 0);
    assert_whole(&report);
    assert_eq!(report["stall"]["members"], 2, "{report}");
    assert_eq!(report["stall"]["closed"], 0, "{report}");
    for when in ["before", "during"] {
        let bytes = &report["stall"][format!("resident_bytes_{when}")];
        assert!(bytes.as_u64() > Some(0), "{report}");
    }
}

#[test]
fn idle_members_and_visitors() {
    let server = Setup::new().start();
    let arguments = format!("--idle --members 400 --server-pid {}", server.pid());
    let idle = report(&briefly_without_warmup(&server, &arguments), 0);
    assert_eq!(
        (&idle["joined"], &idle["closed"]),
        (&400.into(), &0.into()),
        "{idle}"
    );
    // A half can take no time that the clock of processes sees, or be nobody where all are heard of at once; but
    // not both.
    let half = |half| idle[format!("{half}_half_cpu_us_each")].as_f64();
    let halves = half("first").unwrap_or(0.0) + half("second").unwrap_or(0.0);
    assert!(halves > 0.0, "{idle}");
    assert!(idle["server"]["cpu_us_each"].as_f64() > Some(0.0), "{idle}");
    let visits = report(&briefly(&server, "--visits 8"), 0);
    assert_whole(&visits);
    assert_eq!(visits["errors"], 0, "{visits}");
    // Everybody has left.
    server.join("ann").ask("/who", "1 person in #lobby");
}

#[test]
fn inside_tls_it_is_the_same() {
    // It speaks first, and a server of tests does not wait for that.
    let server = Setup::new().limit("sniff_time", "5m").start();
    let arguments = "--members 5 --rooms 2 --senders 1 --rate 500 --tls --i-run-that-server";
    let talk = report(&briefly(&server, arguments), 0);
    assert_whole(&talk);
    let (sent, heard) = (talk["sent"].as_u64(), talk["deliveries"].as_u64());
    assert_eq!(heard, sent.map(|sent| 4 * sent), "{talk}");
    let arguments = "--idle --members 50 --tls --i-run-that-server";
    let idle = report(&briefly_without_warmup(&server, arguments), 0);
    assert_eq!(
        (&idle["joined"], &idle["closed"]),
        (&50.into(), &0.into()),
        "{idle}"
    );
}

fn briefly_without_warmup(server: &Server, arguments: &str) -> Output {
    let address = server.address().to_string();
    bench(&address, &format!("--duration 300ms --json {arguments}"))
}

#[test]
fn a_generator_that_never_sleeps_hears_the_same() {
    let server = Setup::new().start();
    let talk = report(&briefly(&server, "--spin --members 10 --senders 2"), 0);
    assert_whole(&talk);
    // It uses all of its core, which says nothing of whether it is the limit.
    assert!(talk["generator_cpu_share"].is_null(), "{talk}");
    let late = report(&briefly(&server, "--spin --members 5 --rate 100"), 0);
    assert_whole(&late);
    assert_whole(&report(&briefly(&server, "--spin --visits 4"), 0));
}

/// Long runs are sent from files in memory.
#[test]
fn a_crowd_that_falls_behind_gets_long_runs_whole() {
    let server = Setup::new().start();
    for dialect in ["", " --dialect irc --caps eight"] {
        let arguments = format!("--members 40 --window 256 --payload 200{dialect}");
        assert_whole(&report(&briefly(&server, &arguments), 0));
    }
}

#[test]
fn a_server_that_refuses_lines_is_told_apart_from_a_slow_one() {
    let server = Setup::new().limit("line_burst", "20").start();
    let output = briefly(&server, "--members 5");
    let report = report(&output, 1);
    assert!(report["refused"].as_u64() > Some(0), "{report}");
    assert_eq!(report["lost"], 0, "{report}");
    let first = report["first_refusal"].as_str().expect("it is told");
    assert!(first.starts_with("! Slow down: NOT sent."), "{first}");
    let hint = report["hint"].as_str().expect("something helps");
    assert!(hint.contains("CHINWAG_LIMITS_LINE_BURST=0"), "{hint}");
}

#[test]
fn the_table_is_for_people() {
    let server = Setup::new().start();
    let address = server.address().to_string();
    let output = bench(&address, "--members 5 --duration 300ms --warmup 0s");
    let table = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    for row in [
        "5 members in a room",
        "deliveries per second",
        "latency us p99.9",
        "Nothing is wrong.",
    ] {
        assert!(table.contains(row), "{row}: {table}");
    }
}

/// The rows of the table for people: the keys of the report, known or not.
fn rows(figures: &serde_json::Value, before: &str, rows: &mut Vec<String>) {
    for (key, value) in figures.as_object().into_iter().flatten() {
        let row = format!("{before}{}", key.replace('_', " "));
        self::rows(value, &format!("{row} "), rows);
        rows.push(row);
    }
}

#[test]
fn the_page_names_the_figures_as_the_report_does() {
    let page = include_str!("../../../../docs/operations.md");
    let (_, table) = page.split_once("| figure | means |").expect("the table");
    let (table, _) = table.split_once("\n\n").expect("an end");
    let server = Setup::new().start();
    let pid = server.pid();
    let mut known = Vec::new();
    for workload in [
        "--rate 200",
        "--members 9 --stalled 1",
        "--idle",
        "--visits 2",
    ] {
        let arguments = format!("{workload} --server-pid {pid}");
        let report = report(&briefly_without_warmup(&server, &arguments), 0);
        rows(&report, "", &mut known);
    }
    let figures = table.lines().filter_map(|row| row.split('|').nth(1));
    for figure in figures.flat_map(|cell| cell.split('`').skip(1).step_by(2)) {
        assert!(known.iter().any(|row| row == figure), "{figure}: {known:?}");
    }
}

#[test]
fn without_a_server_it_starts_one_that_leaves_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(CHINWAG);
    command.args("bench --members 5 --duration 300ms --warmup 100ms --json".split(' '));
    // Settings of another server, which would stop this one from starting and from listening there.
    command
        .env("CHINWAG_LIMITS_LINE_BURST", "nonsense")
        .env("XDG_STATE_HOME", home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program is built");
    // The server has the same standard error, which ends when it is gone too.
    let said = Ear::new(child.stderr.take().expect("it is piped")).rest();
    let output = child.wait_with_output().expect("it is our child");
    assert_eq!(said, "");
    let report = report(&output, 0);
    assert_whole(&report);
    assert!(
        report["server"]["resident_bytes"].as_u64() > Some(0),
        "{report}"
    );
    assert!(home.path().read_dir().expect("a folder").next().is_none());
}

#[test]
fn people_are_not_drowned_out_unless_it_is_said() {
    let server = Setup::new().start();
    let mut ann = server.join("ann");
    let address = server.address().to_string();
    refuses(&address, "--members 5", 1, "there are people on");
    let all = briefly(&server, "--members 5 --i-run-that-server");
    assert_whole(&report(&all, 0));
    // What is said stays in a room that nobody else is in.
    ann.ask("/search bench", "! ");
}

/// It must end with this status and one sentence that holds these words.
#[track_caller]
fn refuses(target: &str, arguments: &str, status: i32, words: &str) {
    let output = bench(target, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{said}");
    assert!(said.contains(words), "{words}: {said}");
    assert!(output.stdout.is_empty(), "{output:?}");
    if status == 1 {
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn other_peoples_servers_are_left_alone() {
    refuses("192.0.2.1", "--members 5", 2, "--i-run-that-server");
    refuses("[2001:db8::1]:23", "--idle", 2, "[2001:db8::1]:23");
}

#[test]
fn an_address_where_nobody_listens_gives_one_sentence() {
    let words = format!("could not connect to {NOBODY}");
    for arguments in ["--members 5", "--idle --members 5", "--visits 5"] {
        refuses(NOBODY, arguments, 1, &words);
    }
}

#[test]
fn what_cannot_be_is_refused_with_the_usage() {
    for (arguments, words) in [
        ("--members 4 --senders 4", "--senders 4"),
        ("--payload 5", "--payload 5"),
        ("--members 30000", "30000 connections"),
        ("--duration soon", "500ms"),
        ("--stalled 96", "--stalled 96"),
        ("--alone 5", "--alone needs --rooms"),
    ] {
        refuses(NOBODY, arguments, 2, words);
        refuses(NOBODY, arguments, 2, "Usage: chinwag bench");
    }
}

#[test]
fn a_full_server_is_named_with_its_setting() {
    let server = Setup::new().limit("people", "3").start();
    let address = server.address().to_string();
    let output = bench(&address, "--members 5");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for words in [
        "only 3 of 5 members came in",
        "is full",
        "CHINWAG_LIMITS_PEOPLE",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

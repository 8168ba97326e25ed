//! `chinwag export`, `backup` and `check`, beside a server that runs and without one.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::harness::{CHINWAG, Server, Setup};

fn run(task: &str, data: &Path, arguments: &[&str]) -> Output {
    Command::new(CHINWAG)
        .arg(task)
        .arg("--data")
        .arg(data)
        .args(arguments)
        .env("TZ", "UTC")
        .output()
        .expect("the program starts")
}

#[track_caller]
fn said(output: &Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn talk(server: &Server) {
    let mut lee = server.join("lee");
    let mut bob = server.join("bob");
    lee.send("hello \x1b[31mred");
    bob.expect("lee: hello");
    bob.ask("/join #dev", "You are in #dev, alone.");
    bob.send("/me waves");
    bob.ask("/quit", "Bye, bob.");
    lee.ask("/quit", "Bye, lee.");
}

/// Lines without their times.
fn lines(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.split_once("] "))
        .map(|(_, line)| line)
        .collect()
}

#[test]
fn an_export_is_the_same_while_the_server_runs_and_after() {
    let server = Setup::new().start();
    talk(&server);
    let setup = server.stop();
    let data = setup.data();
    let stopped = said(&run("export", &data, &[]));
    assert_eq!(
        lines(&stopped),
        [
            "#lobby lee joined (1 here)",
            "#lobby bob joined (2 here)",
            "#lobby lee: hello \\x1b[31mred",
            "#dev bob joined (1 here)",
            "#dev * bob waves",
            "#lobby bob left (quit)",
            "#dev bob left (quit)",
            "#lobby lee left (quit)",
        ]
    );

    let server = setup.start();
    let running = said(&run("export", &data, &["--room", "#dev"]));
    assert_eq!(
        lines(&running),
        [
            "#dev bob joined (1 here)",
            "#dev * bob waves",
            "#dev bob left (quit)"
        ]
    );
    let json = said(&run(
        "export",
        &data,
        &["--format", "json", "--since", "1h"],
    ));
    let records: Vec<serde_json::Value> = json
        .lines()
        .map(|line| serde_json::from_str(line).expect("a record"))
        .collect();
    assert_eq!(records.len(), 8);
    assert_eq!(records[0]["room"], "#lobby");
    assert_eq!(records[3]["manner"], "joined");
    assert_eq!(records[4]["manner"], "action");
    assert_eq!(said(&run("export", &data, &["--until", "2020-01-01"])), "");
    drop(server);
}

#[test]
fn a_backup_of_a_running_server_is_a_data_folder() {
    let server = Setup::new().start();
    talk(&server);
    let setup = server.stop();
    let server = setup.start();
    let copy = setup.home().join("copy");
    std::fs::create_dir(&copy).expect("a folder");
    let file = copy.join("messages.db");
    let file = file.to_string_lossy();
    said(&run("backup", &setup.data(), &[&file]));
    let again = run("backup", &setup.data(), &[&file]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("exists already; choose another name"));
    drop(server);
    assert_eq!(lines(&said(&run("export", &copy, &[]))).len(), 8);
    assert!(said(&run("check", &copy, &[])).ends_with("No fault found.\n"));
}

#[test]
fn an_export_ends_behind_its_beginning() {
    let server = Setup::new().start();
    talk(&server);
    let setup = server.stop();
    let data = setup.data();
    let day = ["--since", "2020-01-01 23:30", "--until", "2020-01-02T00:10"];
    assert_eq!(said(&run("export", &data, &day)), "");
    let all = ["--since", "2020-01-01 23:30", "--until", "2100-01-01"];
    assert_eq!(lines(&said(&run("export", &data, &all))).len(), 8);
    // What is no time is told of as such, with a sign before it too.
    for flag in ["--since", "--until"] {
        let wrong = run("export", &data, &[flag, "-1h"]);
        let error = String::from_utf8_lossy(&wrong.stderr);
        assert!(error.contains("a time is like 2026-11-21"), "{error}");
    }
    let backward = run("export", &data, &["--since", "12:00", "--until", "11:00"]);
    assert_eq!(backward.status.code(), Some(2));
    let error = String::from_utf8_lossy(&backward.stderr);
    assert!(error.contains("--until is before --since"), "{error}");
}

/// Lines that are said while the copy is made.
const LINES: usize = 2_000;

#[test]
fn a_backup_and_a_check_while_people_talk_are_of_one_moment() {
    let setup = Setup::new();
    let server = setup.start();
    let mut lee = server.join("lee");
    let mut writer = lee.writer();
    let talk = std::thread::spawn(move || {
        for number in 0..LINES {
            writeln!(writer, "line {number}").expect("the server reads");
        }
    });
    let file = setup.home().join("messages.db");
    said(&run("backup", &setup.data(), &[&file.to_string_lossy()]));
    assert!(said(&run("check", &setup.data(), &[])).ends_with("No fault found.\n"));
    talk.join().expect("it has written all");
    lee.sync();
    let all = said(&run("export", &setup.data(), &[]));
    let talk = (0..LINES).map(|number| format!("#lobby lee: line {number}"));
    let expected: Vec<String> = ["#lobby lee joined (1 here)".into()]
        .into_iter()
        .chain(talk)
        .collect();
    assert_eq!(lines(&all), expected);
    drop(server);

    assert!(said(&run("check", setup.home(), &[])).ends_with("No fault found.\n"));
    let copy = said(&run("export", setup.home(), &[]));
    let copied = lines(&copy);
    assert_eq!(
        copied,
        expected[..copied.len()],
        "whole turns, from the first"
    );
}

#[test]
fn a_tool_finds_the_folder_as_its_server_does() {
    let setup = Setup::new();
    let server = setup.start();
    talk(&server);
    server.stop();
    let folder = format!("[server]\ndata = {:?}\n", setup.data());
    let config = setup.file("chinwag.toml", &folder);
    let with = |arguments: &[&str], variable: Option<(&str, &str)>| {
        let mut command = Command::new(CHINWAG);
        command
            .arg("export")
            .args(arguments)
            .env("HOME", setup.home());
        command
            .env_remove("XDG_STATE_HOME")
            .env_remove("STATE_DIRECTORY");
        command.envs(variable).output().expect("the program starts")
    };
    let flag = said(&with(&["--config", &config], None));
    assert_eq!(lines(&flag).len(), 8);
    let variable = said(&with(&[], Some(("CHINWAG_CONFIG", &config))));
    assert_eq!(variable, flag);
    let memory = setup.file("memory.toml", "[server]\nmemory = true\n");
    let memory = with(&["--config", &memory], None);
    assert_eq!(memory.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&memory.stderr).contains("nothing on disk"));
}

#[test]
fn a_check_tells_a_torn_file_from_a_whole_one() {
    let server = Setup::new().start();
    talk(&server);
    let setup = server.stop();
    let data = setup.data();
    let server = setup.start();
    assert!(said(&run("check", &data, &[])).starts_with("2 messages can be read"));
    // Most of a folder's newest bytes are in its write-ahead log; a copy is one file.
    let copy = setup.home().join("copy");
    std::fs::create_dir(&copy).expect("a folder");
    let file = copy.join("messages.db");
    said(&run("backup", &data, &[&file.to_string_lossy()]));
    drop(server);
    let mut bytes = std::fs::read(&file).expect("a database");
    let end = bytes.len() - 64;
    bytes[8192..end].fill(0xaa);
    std::fs::write(&file, bytes).expect("it can be written");
    let torn = run("check", &copy, &[]);
    assert_eq!(torn.status.code(), Some(1));
    let file = setup.home().join("again.db");
    let backup = run("backup", &copy, &[&file.to_string_lossy()]);
    assert_eq!(backup.status.code(), Some(1));
    assert!(!file.exists(), "it would be taken for a good one");
    for task in ["check", "export"] {
        let named = run(task, &data.join("messages.db"), &[]);
        let told = String::from_utf8_lossy(&named.stderr);
        assert!(
            told.contains("put it into a folder as messages.db"),
            "{told}"
        );
    }
    let nowhere = run("check", &data.join("nowhere"), &[]);
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("there is no database"));
}

#[test]
fn what_stands_behind_a_damaged_page_is_exported() {
    let server = Setup::new().start();
    let mut lee = server.join("lee");
    let mut bob = server.join("bob");
    // Each in a block of its own.
    for number in 0..60 {
        lee.send(&format!("message {number:03} {}", "x".repeat(300)));
        bob.expect(&format!("lee: message {number:03}"));
    }
    lee.ask("/quit", "Bye, lee.");
    let setup = server.stop();
    let data = setup.data();
    let whole = said(&run("export", &data, &[]));
    let file = data.join("messages.db");
    let mut bytes = fs::read(&file).expect("a database");
    let page = (0..bytes.len() / 4096).find(|page| {
        let page = &bytes[page * 4096..(page + 1) * 4096];
        page.windows(11).any(|text| text == b"message 030")
    });
    let start = page.expect("it was said") * 4096;
    bytes[start..start + 4096].fill(0xaa);
    fs::write(&file, bytes).expect("it can be written");

    let export = run("export", &data, &[]);
    assert_eq!(export.status.code(), Some(1));
    let told = String::from_utf8_lossy(&export.stderr);
    assert!(
        told.starts_with("! not all messages from number "),
        "{told}"
    );
    let last = format!(
        "the database {} is damaged; everything else was written",
        file.display()
    );
    assert!(told.ends_with(&format!("chinwag: {last}\n")), "{told}");
    let exported = String::from_utf8_lossy(&export.stdout);
    let mut lines = whole.lines();
    assert!(
        exported
            .lines()
            .all(|line| lines.any(|other| other == line)),
        "in order"
    );
    for (number, is_there) in [(0, true), (30, false), (59, true)] {
        let text = format!("lee: message {number:03} ");
        assert_eq!(exported.contains(&text), is_there, "{number}");
    }
    let check = run("check", &data, &[]);
    assert_eq!(check.status.code(), Some(1));
    let told = String::from_utf8_lossy(&check.stdout);
    assert!(told.contains(" messages can be read"), "{told}");
    let fault = "! messages.db: not all messages from number ";
    assert!(told.lines().any(|line| line.starts_with(fault)), "{told}");

    let mut server = setup.start();
    let mut ann = server.join("ann");
    for _ in 0..2 {
        let told = "! The server cannot read this part of the history.";
        ann.ask("/history 100", told);
    }
    let damaged = format!("the database {} is damaged", file.display());
    server.log.until(&damaged);
    ann.ask("/history 2", "lee: message 059");
}

/// The program as one runs it who may not write to the data folder. Root may do everything, so another user runs a copy
/// of it then, where that one may run it.
fn without_rights(setup: &Setup, task: &str, mode: u32) -> Command {
    let data = setup.data();
    fs::set_permissions(&data, Permissions::from_mode(mode)).expect("it is ours");
    for file in fs::read_dir(&data).into_iter().flatten() {
        let path = file.expect("it is there").path();
        fs::set_permissions(path, Permissions::from_mode(0o444)).expect("it is ours");
    }
    let program = setup.home().join("program");
    if !program.exists() {
        // By a process of its own: a child that another test starts meanwhile would have the file open for writing,
        // and nobody could run it.
        let copied = Command::new("cp").arg(CHINWAG).arg(&program).status();
        assert!(copied.expect("there is a cp").success());
        fs::set_permissions(setup.home(), Permissions::from_mode(0o755)).expect("it is ours");
    }
    let mut command = Command::new(program);
    command.arg(task).arg("--data").arg(data).env("TZ", "UTC");
    if fs::metadata("/proc/self").expect("it is Linux").uid() == 0 {
        command.uid(65_534);
    }
    command
}

fn with_rights(setup: &Setup) {
    fs::set_permissions(setup.data(), Permissions::from_mode(0o700)).expect("it is ours");
}

#[test]
fn a_folder_that_the_user_may_not_enter_is_no_missing_one() {
    let setup = Setup::new().start().stop();
    for task in ["check", "export"] {
        let output = without_rights(&setup, task, 0).output();
        with_rights(&setup);
        let output = output.expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("this user may not read "), "{task}: {said}");
    }
}

#[test]
fn a_user_who_may_not_enter_the_folder_of_a_server_is_told_so() {
    let setup = Setup::new();
    let server = setup.start();
    for task in ["who", "bans", "check", "export"] {
        let output = without_rights(&setup, task, 0).output();
        with_rights(&setup);
        let output = output.expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("this user may not read "), "{task}: {said}");
        assert_eq!(output.status.code(), Some(1));
    }
    server.stop();
}

#[test]
fn a_folder_that_anybody_may_write_to_is_told_of_and_served() {
    let setup = Setup::new().start().stop();
    fs::set_permissions(setup.data(), Permissions::from_mode(0o777)).expect("it is ours");
    let mut server = setup.start();
    server.log.until("every user of this machine may write to");
    server.join("ann");
    server.stop();
    let check = run("check", &setup.data(), &[]);
    with_rights(&setup);
    assert_eq!(check.status.code(), Some(1));
    let told = String::from_utf8_lossy(&check.stdout);
    let is_fault = |line: &str| line.starts_with("! every user of this machine may write to");
    assert!(told.lines().any(is_fault), "{told}");
    said(&run("check", &setup.data(), &[]));
}

#[test]
fn a_folder_that_nobody_may_write_to_is_read() {
    for stop in [Server::stop, Server::kill] {
        let setup = Setup::new();
        let server = setup.start();
        talk(&server);
        stop(server);
        let export = without_rights(&setup, "export", 0o555).output();
        let check = without_rights(&setup, "check", 0o555).output();
        let mut backup = without_rights(&setup, "backup", 0o555);
        let copy = tempfile::tempdir().expect("there is a place for temporary files");
        fs::set_permissions(copy.path(), Permissions::from_mode(0o777)).expect("it is ours");
        let backup = backup.arg(copy.path().join("messages.db")).output();
        with_rights(&setup);
        let expected = said(&run("export", &setup.data(), &[]));
        assert!(expected.contains("* bob waves"), "{expected}");
        assert_eq!(said(&export.expect("the program starts")), expected);
        let check = said(&check.expect("the program starts"));
        assert!(check.starts_with("2 messages can be read"), "{check}");
        said(&backup.expect("the program starts"));
        assert_eq!(said(&run("export", copy.path(), &[])), expected);
    }
}

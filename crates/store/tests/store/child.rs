//! The same program once more, as a process that can be killed or run out of disk.
//!
//! A child is a test that is ignored unless a parent starts it by its name and tells it the
//! folder.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

const FOLDER: &str = "CHINWAG_TEST_FOLDER";

/// The folder that the parent has named; none if nobody has, as in `cargo test -- --ignored`.
pub(crate) fn folder() -> Option<PathBuf> {
    env::var_os(FOLDER).map(PathBuf::from)
}

/// Starts the ignored test of this name after some commands of the shell. Its lines on the
/// standard output come after those of the test harness.
pub(crate) fn start(shell: &str, test: &str, folder: &Path) -> (Child, BufReader<ChildStdout>) {
    let run = format!("{shell} exec \"$0\" --exact {test} --ignored --nocapture --quiet");
    let mut child = Command::new("sh")
        .args(["-c", &run])
        .arg(env::current_exe().expect("the test's own path"))
        .env(FOLDER, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let lines = BufReader::new(child.stdout.take().expect("a pipe"));
    (child, lines)
}

/// Reads up to the next line that starts with the word, and returns what stands behind it.
pub(crate) fn expect(lines: &mut impl BufRead, word: &str) -> Option<String> {
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).expect("a line") == 0 {
            return None;
        }
        if let Some(rest) = line.trim().strip_prefix(word) {
            return Some(rest.trim().into());
        }
    }
}

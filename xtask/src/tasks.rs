//! The tasks that are little more than a call of cargo: tests, generated pages, fuzz targets,
//! mutants.

use std::env;
use std::fmt::{self, Display, Formatter};
use std::io::{BufRead, BufReader};
use std::num::NonZero;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use xshell::cmd;

use crate::{Workspace, peers};

/// Enough to find what a change broke outright; a long hunt is for an afternoon.
const FUZZ_SECONDS: u64 = 5;

/// Where the fuzz targets read how long each may take, in seconds.
const FUZZ_TIME: &str = "CHINWAG_FUZZ_SECONDS";

/// What proptest draws its cases from. A test that fails for one must fail for everybody, whatever
/// ran before it, so a run draws the same ones unless the developer names another seed.
const SEED: (&str, &str) = ("PROPTEST_RNG_SEED", "8989");

/// Tests beside each other for each core: those that talk with the binary wait more than they work. Three took half
/// the time of one.
const TESTS_PER_CORE: usize = 3;

/// Code in which a wrong line costs people messages or rights, for cargo-mutants to change.
const MUTATED: [&str; 11] = [
    "crates/feed/src/**/*.rs",
    "crates/server/src/hub/**/*.rs",
    "crates/server/src/session/**/*.rs",
    "crates/server/src/shard/**/*.rs",
    "crates/server/src/supervisor.rs",
    "crates/wire/src/plain/session/login.rs",
    "crates/wire/src/plain/session/flood.rs",
    "crates/wire/src/irc/session/registering.rs",
    "crates/wire/src/irc/session/proving.rs",
    "crates/wire/src/json/session/arrival.rs",
    "crates/wire/src/json/session/reading.rs",
];

/// Runs every test of the workspace, fuzz targets among them, and ends with a line that says how
/// many passed. Plain `cargo test` and not nextest: a fresh machine has only cargo, and doc tests
/// count too.
pub(crate) fn test(workspace: &Workspace, args: &[String]) -> Result<()> {
    peers::ensure(&peers::TESTS)?;
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = (TESTS_PER_CORE * cores).to_string();
    let mut cargo = Command::new("cargo");
    for (variable, value) in [SEED, ("RUST_TEST_THREADS", &threads)] {
        if env::var_os(variable).is_none() {
            cargo.env(variable, value);
        }
    }
    let mut cargo = cargo
        .args(["test", "--workspace", "--locked", "--no-fail-fast"])
        .args(args)
        .current_dir(workspace.root())
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo test")?;
    let mut counts = Counts::default();
    let stdout = cargo.stdout.take().context("cargo test has an output")?;
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line.context("the output of cargo test")?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        counts.add(&line);
    }
    let status = cargo.wait().context("cargo test")?;
    println!("{counts}");
    ensure!(status.success(), "cargo test ended with {status}");
    Ok(())
}

/// What the test programs said at their ends, in sum.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: usize,
    failed: usize,
}

impl Counts {
    /// Takes note of `test result: ok. 17 passed; 0 failed; ...`; passes over every other line.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line
            .strip_prefix("test result: ")
            .and_then(|result| result.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            match count
                .split_once(' ')
                .map(|(n, what)| (n.parse::<usize>(), what))
            {
                Some((Ok(n), "passed")) => self.passed += n,
                Some((Ok(n), "failed")) => self.failed += n,
                _ => {}
            }
        }
    }
}

impl Display for Counts {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { passed, failed } = self;
        match failed {
            0 => write!(f, "\nAll {passed} tests passed."),
            _ => write!(f, "\n{passed} tests passed, {failed} FAILED."),
        }
    }
}

/// Writes the reference pages anew. Whether they are fresh is a test of the crate that prints them, so that this
/// program need not be built of it.
pub(crate) fn docs(Workspace { sh, .. }: &Workspace) -> Result<()> {
    let pages = cmd!(
        sh,
        "cargo test --locked --quiet --package chinwag-wire --test pages"
    );
    Ok(pages.env("UPDATE", "1").run()?)
}

/// Runs every fuzz target for so many seconds: optimised, for more inputs a second, but with the
/// assertions of a debug build, which are half of what they can trip.
pub(crate) fn fuzz(Workspace { sh, .. }: &Workspace, seconds: Option<u64>) -> Result<()> {
    let seconds = seconds.unwrap_or(FUZZ_SECONDS).to_string();
    let fuzz = cmd!(sh, "cargo test --release --locked --package chinwag-fuzz")
        .env(FUZZ_TIME, seconds)
        .env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true")
        .env("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true")
        .env("CARGO_PROFILE_RELEASE_LTO", "off");
    Ok(fuzz.run()?)
}

/// Changes the code in every way that cargo-mutants knows, and tells which change no test of the crate noticed: those
/// of the other crates would take a minute for each. It takes hours all the same, so it is no part of `ci`.
pub(crate) fn mutants(Workspace { sh, .. }: &Workspace, args: &[String]) -> Result<()> {
    let version = cmd!(sh, "cargo mutants --version");
    if version.quiet().ignore_stderr().read().is_err() {
        bail!("cargo-mutants is missing: cargo install cargo-mutants --locked");
    }
    // cargo-mutants would take both: the files of its arguments come in place of ours.
    let are_named = args
        .iter()
        .any(|arg| arg.starts_with("--file") || arg.starts_with("-f"));
    let ours = if are_named { &[][..] } else { &MUTATED };
    let files = ours.iter().flat_map(|glob| ["--file", glob]);
    let mutants = cmd!(sh, "cargo mutants --workspace {files...} {args...}");
    Ok(mutants.run()?)
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn the_results_of_all_test_programs_are_summed() {
        let mut counts = Counts::default();
        for line in [
            "running 17 tests",
            "test result: ok. 17 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
        ] {
            counts.add(line);
        }
        assert_eq!((counts.passed, counts.failed), (20, 2));
        assert_eq!(counts.to_string(), "\n20 tests passed, 2 FAILED.");
    }
}

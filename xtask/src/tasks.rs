//! The tasks that are little more than a call of cargo: tests, generated pages, fuzz targets,
//! mutants.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use xshell::cmd;

use crate::{Workspace, peers};

/// The reference page, which is a print of the command table. It is committed, because people read
/// it on the web without building anything.
const PAGE: &str = "docs/commands.md";

/// Enough to find what a change broke outright; a long hunt is for an afternoon.
const FUZZ_SECONDS: u64 = 5;

/// Where the fuzz targets read how long each may take, in seconds.
const FUZZ_TIME: &str = "CHINWAG_FUZZ_SECONDS";

/// Code in which a wrong line costs people messages or rights, for cargo-mutants to change.
const MUTATED: [&str; 5] = [
    "crates/feed/src/**/*.rs",
    "crates/server/src/hub/**/*.rs",
    "crates/server/src/session/**/*.rs",
    "crates/wire/src/plain/session/login.rs",
    "crates/wire/src/plain/session/flood.rs",
];

/// Runs every test of the workspace. Plain `cargo test` and not nextest: a fresh machine has only
/// cargo, and doc tests count too.
pub(crate) fn test(Workspace { sh, .. }: &Workspace, args: &[String]) -> Result<()> {
    peers::ensure(&peers::TESTS)?;
    let test = cmd!(
        sh,
        "cargo test --workspace --locked --no-fail-fast {args...}"
    );
    Ok(test.run()?)
}

/// Runs every test, and the fuzz targets, which are tests, for a few seconds each. To run those by
/// themselves would build what they stand on once more.
pub(crate) fn test_and_fuzz(workspace: &Workspace) -> Result<()> {
    let _seconds = workspace.sh.push_env(FUZZ_TIME, FUZZ_SECONDS.to_string());
    test(workspace, &[])
}

/// Writes the page, or with `check` fails if it is not what would be written.
pub(crate) fn docs(workspace: &Workspace, check: bool) -> Result<()> {
    let text = format!(
        "<!-- Printed from the code by `cargo xtask docs`: edit it there. -->\n\n{}",
        chinwag_wire::reference()
    );
    let path = workspace.root().join(PAGE);
    if !check {
        return fs::write(&path, text).context(PAGE);
    }
    let is_fresh = fs::read_to_string(&path).context(PAGE)? == text;
    ensure!(
        is_fresh,
        "{PAGE} is out of date: run cargo xtask docs and commit it"
    );
    Ok(())
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

/// Changes the code in every way that cargo-mutants knows, and tells which change no test noticed.
/// It takes hours, so it is no part of `ci`.
pub(crate) fn mutants(Workspace { sh, .. }: &Workspace, args: &[String]) -> Result<()> {
    let version = cmd!(sh, "cargo mutants --version");
    if version.quiet().ignore_stderr().read().is_err() {
        bail!("cargo-mutants is missing: cargo install cargo-mutants --locked");
    }
    let files = MUTATED.iter().flat_map(|glob| ["--file", glob]);
    let mutants = cmd!(
        sh,
        "cargo mutants --test-workspace true {files...} {args...}"
    );
    Ok(mutants.run()?)
}

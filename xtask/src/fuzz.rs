//! `cargo xtask fuzz`: every fuzz target for a few seconds each, on the stable toolchain.
//!
//! The targets are ordinary tests of the package in `fuzz/`, which mutate inputs for as long as
//! they are told. They run optimised, for more inputs a second, but with the assertions of a debug
//! build, which are half of what they can trip.

use std::env;

use anyhow::{Context, Result, ensure};

use crate::shell;
use crate::workspace::Workspace;

const PACKAGE: &str = "chinwag-fuzz";

/// Where the targets read how long each may take, in seconds.
const VARIABLE: &str = "CHINWAG_FUZZ_SECONDS";

/// Where the targets read what their inputs are drawn from; a random number without it.
const SEED: &str = "CHINWAG_FUZZ_SEED";

/// Enough to find what a change broke outright; a long hunt is for a person with an afternoon.
const SECONDS: u32 = 5;

/// Runs every target for the seconds that the first argument says.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let seconds = match arguments.first() {
        Some(given) => given
            .parse()
            .with_context(|| format!("{given:?} is not a number of seconds"))?,
        None => SECONDS,
    };
    // A fuzz package that got lost must not look like one that found nothing.
    ensure!(
        workspace.member(PACKAGE).is_some(),
        "there is no package {PACKAGE} in this workspace"
    );
    let mut targets = workspace.cargo(&["test", "--release", "--locked", "--package", PACKAGE]);
    targets
        .env(VARIABLE, seconds.to_string())
        .env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true")
        .env("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true")
        // A minute of linking buys nothing in a run of seconds.
        .env("CARGO_PROFILE_RELEASE_LTO", "off");
    // A change is judged by what it changes, not by the luck of the draw: in CI the inputs are the
    // same every time. Whoever runs it by hand hunts for new ones.
    if env::var_os("CI").is_some() && env::var_os(SEED).is_none() {
        targets.env(SEED, "1");
    }
    shell::run(&mut targets)
}

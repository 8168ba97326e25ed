//! The load generator that the benchmark smoke test starts. It lives outside this repository,
//! beside the checkout.
//!
//! It is built from there when it is there, into a folder of its own under our target directory:
//! that folder is read-only, has its own lock file, and is no member of this workspace. Without it
//! the smoke test says that it skips.

use anyhow::Result;
use std::path::PathBuf;

use crate::shell;
use crate::workspace::Workspace;

/// Where the tests read the path of the program.
pub(crate) const VARIABLE: &str = "CHINWAG_LOADGEN";

/// Builds the load generator and returns the path of the program; `None` when its source is not
/// beside the checkout.
pub(crate) fn build(workspace: &Workspace) -> Result<Option<PathBuf>> {
    let manifest = workspace.root().join("../shared/bench/loadgen/Cargo.toml");
    if !manifest.is_file() {
        println!("No ../shared/bench/loadgen: the benchmark smoke test will skip itself.");
        return Ok(None);
    }
    let tools = workspace.target_dir().join("bench-tools");
    let mut build = workspace.cargo(&["build", "--release", "--locked", "--manifest-path"]);
    shell::run(build.arg(manifest).env("CARGO_TARGET_DIR", &tools))?;
    Ok(Some(tools.join("release/loadgen")))
}

//! `cargo xtask test`: the README's one command. Makes sure of what the tests need, then runs all
//! of them.
//!
//! Plain `cargo test` and not nextest: a fresh machine has only cargo, and doc tests count too. It
//! goes on after a test program that failed, because one run should tell everything that is broken.

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{peers, shell};

/// Runs every test of the workspace. The arguments, less a leading `--`, are handed on to `cargo
/// test`.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    peers::ensure()?;
    let mut tests = workspace.cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]);
    let own = usize::from(arguments.first().is_some_and(|first| first == "--"));
    shell::run(tests.args(&arguments[own..]))
}

//! The project's own rules, which no compiler knows: each check reads the tree and returns what
//! breaks them.
//!
//! A check returns every finding and stops at none, because they are mended together. A finding is
//! a line of text that starts with the place, so that a terminal or an editor can jump to it.

mod deny;
mod layers;
mod purity;
mod reasons;
mod sizes;

use anyhow::{Result, ensure};

use crate::workspace::Workspace;

/// `cargo xtask check`: every rule, the second half also when the first found something.
pub(crate) fn check(workspace: &Workspace, _arguments: &[String]) -> Result<()> {
    let layout = layout(workspace);
    dependencies(workspace).and(layout)
}

/// Who may depend on whom, that core, wire and feed are pure, that each dependency has a reason, how long
/// things may be.
pub(crate) fn layout(workspace: &Workspace) -> Result<()> {
    let mut findings = layers::check(workspace);
    findings.extend(purity::check(workspace)?);
    findings.extend(reasons::check(workspace)?);
    findings.extend(sizes::check(workspace)?);
    judge(&findings)
}

/// What the dependencies of others may be: `deny.toml`.
pub(crate) fn dependencies(workspace: &Workspace) -> Result<()> {
    judge(&deny::check(workspace)?)?;
    deny::second_opinion(workspace)
}

fn judge(findings: &[String]) -> Result<()> {
    for finding in findings {
        println!("{finding}");
    }
    ensure!(
        findings.is_empty(),
        "{} findings, each a line above",
        findings.len()
    );
    println!("nothing found");
    Ok(())
}

//! `cargo xtask check`: the project's own rules, which no compiler and no lint knows.
//!
//! Each check returns every finding as a line that starts with the place, because they are mended
//! together.

mod deny;
mod layers;
mod text;

use anyhow::{Result, ensure};

use crate::Workspace;

/// Applies every rule.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let findings = [
        layers::arrows(workspace),
        layers::purity(workspace)?,
        layers::dialects(workspace)?,
        text::reasons(workspace)?,
        text::sizes(workspace)?,
        deny::check(workspace)?,
    ]
    .concat();
    findings.iter().for_each(|finding| println!("{finding}"));
    ensure!(
        findings.is_empty(),
        "{} findings, each a line above",
        findings.len()
    );
    deny::second_opinion(workspace)
}

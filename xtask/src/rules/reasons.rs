//! That a reason stands beside every dependency on somebody else's crate: on the line above it, or
//! behind it.
//!
//! The manifest's parser tells where each entry starts, whatever its form (inline, dotted, a table
//! of its own); the reason is then looked for in the text, because which entry a comment belongs to
//! is a matter of lines, not of TOML.

use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use toml_edit::{Document, Table};

use crate::workspace::Workspace;

const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

pub(crate) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let ours: Vec<&str> = workspace
        .members()
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let mut findings = Vec::new();
    for path in manifests(workspace) {
        let text = fs::read_to_string(&path)?;
        let shown = workspace.shown(&path);
        let bare = bare(&text, &ours).with_context(|| shown.clone())?;
        let told = bare.into_iter().map(|(line, name)| {
            format!("{shown}:{line}: {name} has no comment that gives its reason")
        });
        findings.extend(told);
    }
    Ok(findings)
}

fn manifests(workspace: &Workspace) -> Vec<PathBuf> {
    let members = workspace
        .members()
        .into_iter()
        .map(|package| package.manifest_path.clone().into_std_path_buf());
    std::iter::once(workspace.root().join("Cargo.toml"))
        .chain(members)
        .collect()
}

/// The lines and names of the entries without a reason. Entries of the crates in `ours` need none.
fn bare(manifest: &str, ours: &[&str]) -> Result<Vec<(usize, String)>> {
    let document = Document::parse(manifest)?;
    let mut found = Vec::new();
    for table in tables(document.as_table()) {
        for (name, _) in table.iter().filter(|(name, _)| !ours.contains(name)) {
            let key = table
                .key(name)
                .and_then(toml_edit::Key::span)
                .context("a key without a place")?;
            let line = manifest[..key.start].matches('\n').count();
            if !has_reason(manifest, line) {
                found.push((line + 1, name.to_owned()));
            }
        }
    }
    Ok(found)
}

/// Every table of dependencies in a manifest: its own, those it has for one target only, and the
/// workspace's.
fn tables(manifest: &Table) -> Vec<&Table> {
    let targets = manifest.get("target").and_then(|item| item.as_table());
    let targets = targets
        .into_iter()
        .flat_map(Table::iter)
        .filter_map(|(_, item)| item.as_table());
    let workspace = manifest.get("workspace").and_then(|item| item.as_table());
    let owners = std::iter::once(manifest).chain(targets).chain(workspace);
    owners
        .flat_map(|owner| KINDS.iter().filter_map(|kind| owner.get(kind)?.as_table()))
        .collect()
}

/// Whether the line, counted from 0, or the one above it holds a comment.
fn has_reason(text: &str, line: usize) -> bool {
    let above = line
        .checked_sub(1)
        .and_then(|above| text.lines().nth(above));
    let behind = text
        .lines()
        .nth(line)
        .and_then(|line| line.split_once(" # "));
    above.is_some_and(|above| above.trim_start().starts_with('#')) || behind.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(manifest: &str) -> Vec<String> {
        let found = bare(manifest, &["chinwag-core"]).expect("the manifest parses");
        found.into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn a_reason_stands_above_or_behind() {
        assert_eq!(
            names("[dependencies]\n# Why.\na = \"1\"\nb = \"1\" # Why.\n"),
            [""; 0]
        );
        assert_eq!(
            names("[dependencies]\n# Why.\na = \"1\"\nb = \"1\"\n"),
            ["b"]
        );
    }

    #[test]
    fn every_form_and_every_table_is_read() {
        assert_eq!(names("[dependencies]\na.workspace = true\n"), ["a"]);
        assert_eq!(
            names("[dependencies]\n# Why.\na.workspace = true\n"),
            [""; 0]
        );
        assert_eq!(names("[dependencies.a]\nversion = \"1\"\n"), ["a"]);
        assert_eq!(
            names("# Why.\n[dependencies.a]\nversion = \"1\"\n"),
            [""; 0]
        );
        assert_eq!(
            names("[dev-dependencies]\na = { version = \"1\", features = [\n \"x\",\n] }\n"),
            ["a"]
        );
        assert_eq!(
            names("[target.'cfg(unix)'.dependencies]\na = \"1\"\n"),
            ["a"]
        );
        assert_eq!(names("[workspace.dependencies]\na = \"1\"\n"), ["a"]);
    }

    #[test]
    fn our_own_crates_need_no_reason() {
        assert_eq!(
            names("[dependencies]\nchinwag-core.workspace = true\n"),
            [""; 0]
        );
    }

    #[test]
    fn the_line_is_told_as_editors_count() {
        let found = bare("[dependencies]\na = \"1\"\n", &[]).expect("the manifest parses");
        assert_eq!(found, [(2, "a".to_owned())]);
    }
}

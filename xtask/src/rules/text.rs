//! What is judged by lines of text: a reason beside every dependency, and how long a file may be.
//! How long a function may be, clippy says (`too_many_lines`).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::Workspace;

const FILE_LINES_MAX: usize = 500;
const README_LINES_MAX: usize = 149;

/// Dependencies on other people's crates without a comment on the line above or behind them.
pub(super) fn reasons(workspace: &Workspace) -> Result<Vec<String>> {
    let members = workspace.metadata.workspace_packages();
    let members = members
        .iter()
        .map(|package| package.manifest_path.clone().into());
    let root = workspace.root().join("Cargo.toml");
    let mut findings = Vec::new();
    for path in std::iter::once::<PathBuf>(root).chain(members) {
        let bare = bare(&fs::read_to_string(&path)?);
        let shown = path.display();
        findings.extend(
            bare.iter()
                .map(|name| format!("{shown}: {name} has no reason")),
        );
    }
    Ok(findings)
}

/// The dependencies without a reason. An entry begins at the start of a line, or with the header of
/// a table of its own.
fn bare(manifest: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut above, mut is_inside) = ("", false);
    for line in manifest.lines() {
        let mut entry = None;
        if let Some(header) = line.strip_prefix('[') {
            let (_, name) = header.split_once("dependencies").unwrap_or(("", "-"));
            is_inside = name.starts_with(']');
            entry = name.strip_prefix('.');
        } else if is_inside && line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '"') {
            entry = Some(line);
        }
        let is_ours = |entry: &&str| entry.starts_with("chinwag-");
        if let Some(entry) = entry.filter(|entry| !is_ours(entry))
            && !above.starts_with('#')
            && !line.contains(" # ")
        {
            let name = entry.split([' ', '=', '.', ']']).next();
            found.push(name.unwrap_or(entry).to_owned());
        }
        above = line;
    }
    found
}

/// Files that have grown unnoticed. Tests do not count, since a table of cases is read row by row.
pub(super) fn sizes(workspace: &Workspace) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let mut judge = |path: &Path, lines: usize, max: usize| {
        if lines > max {
            findings.push(format!("{}: {lines} lines, over {max}", path.display()));
        }
    };
    let readme = workspace.root().join("README.md");
    judge(
        &readme,
        fs::read_to_string(&readme)?.lines().count(),
        README_LINES_MAX,
    );
    let folders = ["crates", "benches", "xtask"].map(|folder| workspace.root().join(folder));
    let is_test = |path: &Path| {
        path.iter()
            .any(|part| part == "tests" || part == "tests.rs")
    };
    let files = rust_files(&folders)?.into_iter();
    for path in files.filter(|path| !is_test(path)) {
        let text = fs::read_to_string(&path)?;
        // Tests in the file are its last part; those in a file of their own are but declared.
        let code = text.split("#[cfg(test)]\nmod tests {").next();
        judge(
            &path,
            code.map_or(0, |code| code.lines().count()),
            FILE_LINES_MAX,
        );
    }
    Ok(findings)
}

/// All files of Rust below some folders.
pub(super) fn rust_files(folders: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut left = folders.to_vec();
    let mut found = Vec::new();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path)?.map(|entry| Ok(entry?.path()));
            left.extend(entries.collect::<Result<Vec<_>>>()?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_stands_above_or_behind() {
        let manifest = "[package]\nname = \"x\"\n[dependencies]\n# Why.\na = \"1\"\nb = \"1\" # Why.\n\
             c.workspace = true\nchinwag-core = \"1\"\n\n[dev-dependencies.d]\nversion = \"1\"\n\
             [target.'cfg(unix)'.build-dependencies]\ne = { version = \"1\", features = [\n\
             ] }\n[features]\nf = []\n";
        assert_eq!(bare(manifest), ["c", "d", "e"]);
    }
}

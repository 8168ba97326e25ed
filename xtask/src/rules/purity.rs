//! That core, wire and feed stay pure: no clock, socket, file, thread or randomness, not even through a
//! crate they use.
//!
//! Two fences do the work. `#![no_std]` makes a clock, a socket or a file fail to compile, so this
//! checks that the fence stands and that nobody let `std` in by the back door. What a dependency
//! does inside is out of its sight, so this also walks the crates that each is built from. (A
//! third, `disallowed-methods` in their `clippy.toml`, tells the reason to whoever tries it in a
//! test.)

use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::sizes;
use crate::shell;
use crate::workspace::Workspace;

const PURE: [&str; 3] = ["chinwag-core", "chinwag-wire", "chinwag-feed"];

/// What a pure crate may not be built from, and why. A crate that asks the system for anything is
/// nearly always built on one of the first row.
const IMPURE: [(&str, &str); 6] = [
    (
        "asks the system",
        "libc windows-sys getrandom mio socket2 rustix nix polling signal-hook",
    ),
    (
        "runs futures",
        "tokio async-std smol async-io futures-executor",
    ),
    ("draws random numbers", "rand fastrand ahash"),
    (
        "reads a clock",
        "chrono time quanta web-time coarsetime iana-time-zone",
    ),
    (
        "is what another crate of ours is for",
        "rusqlite libsqlite3-sys rustls hyper reqwest",
    ),
    (
        "writes a log, where a pure function returns what it has to say",
        "tracing log",
    ),
];

pub(crate) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for name in PURE {
        let package = workspace
            .member(name)
            .with_context(|| format!("no package {name}"))?;
        let sources = package.manifest_path.as_std_path().with_file_name("src");
        findings.extend(fences(workspace, &sources)?);
        findings.extend(impure_parts(name, &parts(workspace, name)?));
    }
    Ok(findings)
}

fn fences(workspace: &Workspace, sources: &Path) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let root = sources.join("lib.rs");
    if !has_fence(&fs::read_to_string(&root)?) {
        findings.push(format!(
            "{}: no #![no_std] on a line of its own",
            workspace.shown(&root)
        ));
    }
    for path in sizes::rust_files(sources)? {
        let lines = back_doors(&fs::read_to_string(&path)?);
        let shown = workspace.shown(&path);
        findings.extend(
            lines
                .iter()
                .map(|line| format!("{shown}:{line}: std only under #[cfg(test)]")),
        );
    }
    Ok(findings)
}

/// An unconditional `no_std`. One that is off in tests (`cfg_attr(not(test), ..)`) is no fence: the
/// code under test would be other code.
fn has_fence(root: &str) -> bool {
    root.lines().any(|line| line.trim_end() == "#![no_std]")
}

/// The numbers of the lines that let `std` in outside tests.
fn back_doors(text: &str) -> Vec<usize> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let lets_in =
        |at: &usize| lines[*at].contains("extern crate std") && !lines[*at].starts_with("//");
    let under_test = |at: usize| at > 0 && lines[at - 1] == "#[cfg(test)]";
    (0..lines.len())
        .filter(lets_in)
        .filter(|at| !under_test(*at))
        .map(|at| at + 1)
        .collect()
}

/// The names of the crates that this one is built from. Asked of `cargo tree` for this crate alone,
/// because the features that the whole workspace asks of a shared crate are not those that this one
/// does.
fn parts(workspace: &Workspace, name: &str) -> Result<String> {
    let format = ["--prefix", "none", "--format", "{p}"];
    let edges = ["--edges", "normal,no-proc-macro"];
    let mut tree = workspace.cargo(&["tree", "--locked", "--package", name]);
    shell::asked(tree.args(edges).args(format))
}

fn impure_parts(name: &str, tree: &str) -> Vec<String> {
    let parts = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let parts: BTreeSet<&str> = parts.collect();
    let found = parts
        .into_iter()
        .filter_map(|part| Some((part, impurity(part)?)));
    found
        .map(|(part, why)| {
            format!("{name} is built from {part}, which {why} (cargo tree -i {part})")
        })
        .collect()
}

fn impurity(part: &str) -> Option<&'static str> {
    let row = IMPURE
        .iter()
        .find(|(_, names)| names.split_whitespace().any(|name| name == part));
    row.map(|(why, _)| *why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unconditional_fence_counts() {
        assert!(has_fence("//! Doc.\n\n#![no_std]\n"));
        assert!(!has_fence("#![cfg_attr(not(test), no_std)]\n"));
        assert!(!has_fence("//! #![no_std]\n"));
    }

    #[test]
    fn std_comes_in_for_tests_alone() {
        assert!(back_doors("#[cfg(test)]\nextern crate std;\n").is_empty());
        assert!(back_doors("// no extern crate std here\n").is_empty());
        assert_eq!(back_doors("extern crate alloc;\nextern crate std;\n"), [2]);
        assert_eq!(
            back_doors("#[cfg(feature = \"std\")]\nextern crate std;\n"),
            [2]
        );
    }

    #[test]
    fn an_impure_part_is_found_by_its_whole_name() {
        assert_eq!(
            impure_parts("chinwag-core", "time-core v0.1.0\nstrsim v0.11.1\n"),
            [""; 0]
        );
        assert_eq!(
            impure_parts("chinwag-core", "chinwag-core v0.1.0 (/w)\nlibc v0.2.0\n").len(),
            1
        );
    }
}

//! Which of our crates may depend on which, and that core and wire stay pure.
//!
//! A crate exists to forbid a dependency, so an arrow that is not in the table is a finding even if
//! it compiles, and so is a crate without a row. cargo-deny's `wrappers` could say most of this, but
//! not that an arrow is for tests alone.

use std::fs;

use anyhow::Result;
use cargo_metadata::DependencyKind;
use xshell::cmd;

use crate::Workspace;

/// Each of our crates, those of ours that it may use, and those that its tests may use besides.
const LAYERS: &[(&str, &[&str], &[&str])] = &[
    ("chinwag-core", &[], &[]),
    ("chinwag-wire", &["chinwag-core"], &[]),
    ("chinwag-store", &["chinwag-core"], &[]),
    (
        "chinwag-server",
        &["chinwag-core", "chinwag-wire", "chinwag-store"],
        &[],
    ),
    ("chinwag-client", &[], &[]),
    ("chinwag-bench", &[], &[]),
    (
        "chinwag",
        &["chinwag-server", "chinwag-client", "chinwag-bench"],
        &["chinwag-core", "chinwag-wire"],
    ),
    (
        "chinwag-fuzz",
        &[],
        &["chinwag-core", "chinwag-wire", "chinwag-server"],
    ),
    (
        "chinwag-benches",
        &[],
        &[
            "chinwag-core",
            "chinwag-wire",
            "chinwag-store",
            "chinwag-server",
        ],
    ),
    ("xtask", &["chinwag-wire"], &[]),
];

const PURE: [&str; 2] = ["core", "wire"];

/// Crates that a pure one may not be built from: they ask the system, run futures, draw random
/// numbers, read a clock, write a log, or are what another crate of ours is for.
const IMPURE: &str = " libc windows-sys getrandom mio socket2 rustix nix polling signal-hook \
    tokio async-std smol async-io futures-executor rand fastrand ahash \
    chrono time quanta web-time coarsetime iana-time-zone tracing log \
    rusqlite libsqlite3-sys rustls hyper reqwest ";

/// Arrows that the table does not have.
pub(super) fn arrows(workspace: &Workspace) -> Vec<String> {
    let ours = workspace.metadata.workspace_packages();
    let is_ours = |name: &str| ours.iter().any(|package| package.name == name);
    let mut findings = Vec::new();
    for package in &ours {
        let Some(row) = LAYERS.iter().find(|row| package.name == row.0) else {
            findings.push(format!("{} has no row in {}", package.name, file!()));
            continue;
        };
        for to in package.dependencies.iter().filter(|to| is_ours(&to.name)) {
            if !allows(row, &to.name, to.kind) {
                let (from, to) = (&package.name, &to.name);
                findings.push(format!("{from} must not use {to} (LAYERS in {})", file!()));
            }
        }
    }
    findings
}

fn allows((_, uses, tests_use): &(&str, &[&str], &[&str]), to: &str, kind: DependencyKind) -> bool {
    uses.contains(&to) || (kind == DependencyKind::Development && tests_use.contains(&to))
}

/// Ways in which core and wire could ask the system. `#![no_std]` keeps a clock or a file from
/// compiling, so it must stand; what a dependency does is out of its sight, so those are walked.
pub(super) fn purity(workspace: &Workspace) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for name in PURE {
        let root = format!("crates/{name}/src/lib.rs");
        findings.extend(fence(
            &root,
            &fs::read_to_string(workspace.root().join(&root))?,
        ));
        // For this crate alone: the features that others ask of a shared crate are not its own.
        let package = format!("chinwag-{name}");
        let tree = cmd!(
            workspace.sh,
            "cargo tree --locked --package {package} --edges normal,no-proc-macro --prefix none"
        );
        let tree = tree.quiet().read()?;
        let parts = tree.lines().filter_map(|line| line.split(' ').next());
        let impure = parts.filter(|part| IMPURE.contains(&format!(" {part} ")));
        findings.extend(impure.map(|part| format!("{package} must not be built from {part}")));
    }
    Ok(findings)
}

/// Only a crate's root can let `std` in, and it may for tests.
fn fence(path: &str, root: &str) -> Vec<String> {
    let lines: Vec<&str> = root.lines().map(str::trim).collect();
    let mut findings = Vec::new();
    if !lines.contains(&"#![no_std]") {
        findings.push(format!("{path}: no #![no_std] on a line of its own"));
    }
    let std = lines
        .iter()
        .position(|line| line.starts_with("extern crate std"));
    if std.is_some_and(|at| at == 0 || lines[at - 1] != "#[cfg(test)]") {
        findings.push(format!("{path}: std only under #[cfg(test)]"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_may_reach_further() {
        let row = ("a", &["b"][..], &["c"][..]);
        assert!(allows(&row, "b", DependencyKind::Normal));
        assert!(allows(&row, "c", DependencyKind::Development));
        assert!(!allows(&row, "c", DependencyKind::Normal));
        assert!(!allows(&row, "d", DependencyKind::Development));
    }

    #[test]
    fn std_comes_in_for_tests_alone() {
        let fence = |root| fence("lib.rs", root).len();
        assert_eq!(fence("#![no_std]\n#[cfg(test)]\nextern crate std;"), 0);
        assert_eq!(fence("#![no_std]\nextern crate std;"), 1);
        assert_eq!(fence("#![cfg_attr(not(test), no_std)]"), 1);
    }
}

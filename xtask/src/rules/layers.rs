//! Which of our crates may depend on which, that core, wire and feed stay pure, and that a dialect
//! is known to nobody but wire.
//!
//! The arrows are data, in the root's Cargo.toml beside the members. cargo-deny's `wrappers` could say
//! most of it, but not that an arrow is for tests alone.

use std::fs;
use std::path::Path;

use anyhow::Result;
use cargo_metadata::DependencyKind;
use serde_json::Value;
use xshell::cmd;

use crate::Workspace;
use crate::rules::text::rust_files;

const PURE: [&str; 3] = ["chinwag-core", "chinwag-wire", "chinwag-feed"];

/// Crates that a pure one may not be built from: they ask the system, run futures, draw random
/// numbers, read a clock, write a log, or are what another crate of ours is for.
const IMPURE: &str = " libc windows-sys getrandom mio socket2 rustix nix polling signal-hook \
    tokio async-std smol async-io futures-executor rand fastrand ahash \
    chrono time quanta web-time coarsetime iana-time-zone tracing log \
    rusqlite libsqlite3-sys rustls hyper reqwest ";

/// Arrows, and crates, that the table does not have.
pub(super) fn arrows(workspace: &Workspace) -> Vec<String> {
    let ours = workspace.metadata.workspace_packages();
    let is_ours = |name: &str| ours.iter().any(|package| package.name == name);
    let tables = &workspace.metadata.workspace_metadata;
    let mut findings = Vec::new();
    for package in &ours {
        let from = package.name.as_str();
        if !tables["layers"][from].is_array() {
            findings.push(format!(
                "Cargo.toml: {from} has no row in [workspace.metadata.layers]"
            ));
        }
        // With another feature a crate is a dependency of its own tests.
        let is_another = |name: &str| is_ours(name) && name != from;
        for to in package
            .dependencies
            .iter()
            .filter(|to| is_another(&to.name))
        {
            if !allows(tables, from, &to.name, to.kind) {
                findings.push(format!("{from} must not use {} (see Cargo.toml)", to.name));
            }
        }
    }
    findings
}

fn allows(tables: &Value, from: &str, to: &str, kind: DependencyKind) -> bool {
    let has = |table: &str| {
        let row = tables[table][from].as_array();
        row.is_some_and(|row| row.iter().any(|name| name == to))
    };
    has("layers") || (kind == DependencyKind::Development && has("tests"))
}

/// Ways in which a pure crate could ask the system. `#![no_std]` keeps a clock or a file from
/// compiling, so it must stand; what a dependency does is out of its sight, so those are walked.
pub(super) fn purity(workspace: &Workspace) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let packages = workspace.metadata.workspace_packages();
    for package in packages
        .iter()
        .filter(|it| PURE.contains(&it.name.as_str()))
    {
        let name = package.name.as_str();
        let root = package.manifest_path.with_file_name("src/lib.rs");
        findings.extend(fence(root.as_str(), &fs::read_to_string(&root)?));
        // For this crate alone: the features that others ask of a shared crate are not its own.
        let tree = cmd!(
            workspace.sh,
            "cargo tree --locked --package {name} --edges normal,no-proc-macro --prefix none"
        );
        let tree = tree.quiet().read()?;
        let parts = tree.lines().filter_map(|line| line.split(' ').next());
        let impure = parts.filter(|part| IMPURE.contains(&format!(" {part} ")));
        findings.extend(impure.map(|part| format!("{name} must not be built from {part}")));
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

/// In two parts, so that this file does not name it.
const PLAIN: &str = concat!("pla", "in::");

/// Where files may name a dialect's own types: what all others need of one is in `wire::dialect`.
const WIRE: &str = "crates/wire";

/// Files beyond wire that name the plain dialect. The compiler cannot say it as long as a type of
/// that dialect is public for being inside the enum of all dialects.
pub(super) fn dialects(workspace: &Workspace) -> Result<Vec<String>> {
    let root = workspace.root();
    let mut findings = Vec::new();
    for path in rust_files(&["benches", "crates", "fuzz", "xtask"].map(|it| root.join(it)))? {
        let shown = path.strip_prefix(&root).unwrap_or(&path);
        if shown.starts_with(WIRE) {
            continue;
        }
        findings.extend(plain(shown, &fs::read_to_string(&path)?));
    }
    Ok(findings)
}

fn plain(path: &Path, text: &str) -> Vec<String> {
    let names = |line: &str| line.contains(PLAIN) && !line.trim_start().starts_with("//");
    let lines = text.lines().enumerate().filter(|(_, line)| names(line));
    let finding = |(number, _)| {
        let path = path.display();
        format!(
            "{path}:{}: names the plain dialect; use wire's dialect module",
            number + 1
        )
    };
    lines.map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_may_reach_further() {
        let tables = serde_json::json!({"layers": {"a": ["b"]}, "tests": {"a": ["c"]}});
        let allows = |to, kind| allows(&tables, "a", to, kind);
        assert!(allows("b", DependencyKind::Normal));
        assert!(allows("c", DependencyKind::Development));
        assert!(!allows("c", DependencyKind::Normal));
        assert!(!allows("d", DependencyKind::Development));
    }

    #[test]
    fn a_dialect_is_named_by_wire_alone() {
        let plain = |text: String| plain(Path::new("a.rs"), &text);
        let fine = format!("Dialect::plain(env)\n// chinwag_wire::{PLAIN}Session\n");
        assert_eq!(plain(fine), [""; 0]);
        assert_eq!(
            plain(format!("\nuse chinwag_wire::{PLAIN}Session;\n")),
            ["a.rs:2: names the plain dialect; use wire's dialect module"]
        );
    }

    #[test]
    fn std_comes_in_for_tests_alone() {
        let fence = |root| fence("lib.rs", root).len();
        assert_eq!(fence("#![no_std]\n#[cfg(test)]\nextern crate std;"), 0);
        assert_eq!(fence("#![no_std]\nextern crate std;"), 1);
        assert_eq!(fence("#![cfg_attr(not(test), no_std)]"), 1);
    }
}

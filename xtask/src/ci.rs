//! `cargo xtask ci`: everything that must hold before a change lands. `.ci/run` calls nothing else,
//! so that what fails there fails the same way on a developer's machine.
//!
//! The steps stand in order of how soon they can say no, and the first no ends the run: on two
//! cores each later step is minutes. Lints, documentation and tests share one profile and target
//! directory, so that what one has built of the dependencies the next one finds.

use anyhow::{Context, Result};
use std::time::{Duration, Instant};

use crate::workspace::Workspace;
use crate::{docs, fuzz, instructions, rules, shell, test};

/// One question with a yes or a no.
struct Step {
    name: &'static str,
    run: fn(&Workspace) -> Result<()>,
}

const STEPS: &[Step] = &[
    Step {
        name: "format",
        run: format,
    },
    Step {
        name: "rules: layers, reasons, sizes",
        run: rules::layout,
    },
    Step {
        name: "licences, bans, sources",
        run: rules::dependencies,
    },
    Step {
        name: "generated pages are fresh",
        run: |workspace| docs::run(workspace, &["--check".to_owned()]),
    },
    Step {
        name: "lints",
        run: lints,
    },
    Step {
        name: "documentation builds",
        run: documentation,
    },
    Step {
        name: "tests",
        run: |workspace| test::run(workspace, &[]),
    },
    Step {
        name: "fuzz targets, briefly",
        run: |workspace| fuzz::run(workspace, &[]),
    },
    Step {
        name: "instructions of the inner pieces",
        run: |workspace| instructions::run(workspace, &[]),
    },
];

/// Runs every step until one fails, and ends with a table of what ran and how long it took.
pub(crate) fn run(workspace: &Workspace, _arguments: &[String]) -> Result<()> {
    let mut took = Vec::new();
    let mut outcome = Ok(());
    for (step, number) in STEPS.iter().zip(1..) {
        println!("\n=== {number}/{} {}", STEPS.len(), step.name);
        let start = Instant::now();
        outcome = (step.run)(workspace).context(step.name);
        took.push(start.elapsed());
        if outcome.is_err() {
            break;
        }
    }
    println!("\n{}", summary(&took, outcome.is_ok()));
    outcome
}

/// A row for each step; all but the last of those that took time have passed.
fn summary(took: &[Duration], passed: bool) -> String {
    let mut text = format!(
        "=== ci: {}\n",
        if passed {
            "everything passed"
        } else {
            "FAILED"
        }
    );
    for (at, step) in STEPS.iter().enumerate() {
        let failed = !passed && at + 1 == took.len();
        let row = match took.get(at) {
            Some(time) => format!(
                "{:>7.1} s  {}",
                time.as_secs_f32(),
                if failed { "FAILED " } else { "ok     " }
            ),
            None => "           not run".to_owned(),
        };
        text.push_str(&format!("{row}  {}\n", step.name));
    }
    text
}

fn format(workspace: &Workspace) -> Result<()> {
    shell::run(&mut workspace.cargo(&["fmt", "--all", "--check"]))
}

fn lints(workspace: &Workspace) -> Result<()> {
    shell::run(&mut workspace.cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))
}

fn documentation(workspace: &Workspace) -> Result<()> {
    let mut doc = workspace.cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
    shell::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_tells_the_failed_step_from_those_after_it() {
        let text = summary(&[Duration::from_millis(1500), Duration::ZERO], false);
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows[0], "=== ci: FAILED");
        assert_eq!(rows[1], "    1.5 s  ok       format");
        assert!(rows[2].contains("FAILED   rules"), "{text}");
        assert!(rows[3].contains("not run"), "{text}");
        assert_eq!(rows.len(), 1 + STEPS.len());
    }

    #[test]
    fn a_summary_of_success_names_no_failure() {
        assert!(!summary(&[Duration::ZERO; STEPS.len()], true).contains("FAILED"));
    }
}

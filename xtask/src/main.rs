//! What a developer of chinwag runs: `cargo xtask test`, `cargo xtask ci` and the pieces of it.
//!
//! It is a program and not a folder of scripts, so that the one command of the README works
//! wherever a Rust toolchain is, and so that the project's own rules (which crate may know which,
//! what may stand in a file) are tested code. It only starts other programs and reads the tree;
//! nothing of the chat server depends on it.
//!
//! To add a task, write a module with a `run` and give it a row in [`TASKS`].

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "talking to the person who ran it is what this program does"
)]

mod chart;
mod ci;
mod docs;
mod fuzz;
mod instructions;
mod measure;
mod peers;
mod rules;
mod shell;
mod test;
mod workspace;

use anyhow::Result;
use std::process::ExitCode;

use crate::workspace::Workspace;

/// One thing that can be asked for, as `cargo xtask NAME ARGUMENTS`.
struct Task {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&Workspace, &[String]) -> Result<()>,
}

const TASKS: &[Task] = &[
    Task {
        name: "test",
        arguments: "[-- ARGS]",
        about: "every test, after nc and telnet are there; ARGS go to cargo test",
        run: test::run,
    },
    Task {
        name: "ci",
        arguments: "",
        about: "everything that must pass before a change lands, in order",
        run: ci::run,
    },
    Task {
        name: "check",
        arguments: "",
        about: "the project's own rules alone: layers, reasons, sizes, licences (seconds)",
        run: rules::check,
    },
    Task {
        name: "docs",
        arguments: "[--check]",
        about: "write the generated pages; with --check, fail if one is out of date",
        run: docs::run,
    },
    Task {
        name: "fuzz",
        arguments: "[SECONDS]",
        about: "every fuzz target in turn, each for SECONDS (5)",
        run: fuzz::run,
    },
    Task {
        name: "instructions",
        arguments: "[--update]",
        about: "count the instructions of every inner piece, against benches/instructions.txt",
        run: instructions::run,
    },
    Task {
        name: "chart",
        arguments: "",
        about: "draw docs/fan-out.svg from docs/fan-out.csv",
        run: chart::run,
    },
    Task {
        name: "measure",
        arguments: "[OPTIONS]",
        about: "every figure of docs/benchmarks.md; --only GROUP, --runs N (5), --secs S (2.5)",
        run: measure::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((task, rest)) = chosen(&arguments) else {
        eprint!("{}", usage());
        return ExitCode::from(2);
    };
    match Workspace::load().and_then(|workspace| (task.run)(&workspace, rest)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {}: {error:#}", task.name);
            ExitCode::FAILURE
        }
    }
}

/// The task that the first argument names, and what is left for it.
fn chosen(arguments: &[String]) -> Option<(&'static Task, &[String])> {
    let (name, rest) = arguments.split_first()?;
    Some((TASKS.iter().find(|task| task.name == name)?, rest))
}

fn usage() -> String {
    let rows = TASKS.iter().map(|task| {
        let call = format!("{} {}", task.name, task.arguments);
        format!("  cargo xtask {call:23}  {}\n", task.about)
    });
    format!("usage:\n{}", rows.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_chosen_by_its_name_and_gets_the_rest() {
        let arguments = ["docs", "--check"].map(String::from);
        let (task, rest) = chosen(&arguments).expect("docs is a task");
        assert_eq!((task.name, rest), ("docs", &arguments[1..]));
        assert!(chosen(&["dance".to_owned()]).is_none());
        assert!(chosen(&[]).is_none());
    }

    #[test]
    fn usage_names_every_task() {
        for task in TASKS {
            assert!(usage().contains(&format!("cargo xtask {}", task.name)));
        }
    }
}

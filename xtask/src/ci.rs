//! `cargo xtask ci`: everything that must hold before a change lands. `.ci/run` calls nothing else,
//! so that what fails there fails the same way on a developer's machine.
//!
//! The steps stand in order of how soon they can say no, and the first no ends the run. Lints,
//! documentation and tests share one profile, so that each finds the dependencies that the one
//! before it built. The instructions are counted beside the tests, which wait more than they work: what
//! is counted depends on no clock.

use std::io;
use std::process::{Command, Output};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use xshell::cmd;

use crate::{Workspace, peers, rules, tasks};

type Step = (&'static str, fn(&Workspace) -> Result<()>);

const STEPS: &[Step] = &[
    ("format", |w| {
        Ok(cmd!(w.sh, "cargo fmt --all --check").run()?)
    }),
    ("rules, licences, sources", rules::check),
    ("lints", lints),
    ("documentation builds", documentation),
    ("tests, fuzz targets briefly, instructions", |w| {
        let counting = Counting::start()?;
        tasks::test(w, &[])?;
        counting.finish()
    }),
];

/// Runs the steps until one fails, and ends with a line for each that ran.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let start = Instant::now();
    let mut summary = String::new();
    let mut outcome = Ok(());
    for (name, step) in STEPS {
        println!("\n=== {name}");
        let began = Instant::now();
        outcome = step(workspace).context(*name);
        let mark = if outcome.is_ok() { "ok" } else { "FAILED" };
        summary += &format!(
            "{:>7.1} s  {mark:6}  {name}\n",
            began.elapsed().as_secs_f32()
        );
        if outcome.is_err() {
            break;
        }
    }
    println!(
        "\n{summary}{:>7.1} s  in all",
        start.elapsed().as_secs_f32()
    );
    outcome
}

fn lints(workspace: &Workspace) -> Result<()> {
    let clippy = cmd!(
        workspace.sh,
        "cargo clippy --workspace --all-targets --locked -- -D warnings"
    );
    Ok(clippy.run()?)
}

fn documentation(workspace: &Workspace) -> Result<()> {
    let doc = cmd!(
        workspace.sh,
        "cargo doc --workspace --no-deps --locked --quiet"
    );
    Ok(doc.env("RUSTDOCFLAGS", "-D warnings").run()?)
}

/// `cargo xtask instructions` in a process of its own, whose words come when it has ended.
struct Counting(JoinHandle<io::Result<Output>>);

impl Counting {
    fn start() -> Result<Self> {
        // Two that install something would be in each other's way. If this cannot, the child says so.
        let _ = peers::ensure(&peers::VALGRIND);
        let program = std::env::current_exe().context("this program")?;
        let mut command = Command::new(program);
        command.arg("instructions");
        Ok(Self(thread::spawn(move || command.output())))
    }

    fn finish(self) -> Result<()> {
        println!("\n=== instructions of the inner pieces");
        let output = self.0.join().expect("it does not panic")?;
        print!("{}", String::from_utf8_lossy(&output.stdout));
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "cargo xtask instructions");
        Ok(())
    }
}

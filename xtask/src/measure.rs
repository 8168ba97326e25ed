//! `cargo xtask measure`: makes every figure of docs/benchmarks.md, from this repository alone.
//!
//! It must not judge the figures. Each workload is run by `chinwag bench` against chinwag and against
//! the ceiling, the least work that sockets allow, in turns: what a neighbour or a warm processor does
//! to one it does to the other, so that their ratio says more than either number. What is printed is
//! markdown, a section for each group, each row with the commands that made it.
//!
//! A run that fails does not end the others, since all of them together take most of an hour: it is
//! told below its table, and the task fails at its end.

mod figures;
mod groups;
mod machine;
mod placement;
mod section;
mod server;

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::{chart, shell, workspace::Workspace};
use groups::{Case, GROWTH, Group};
use placement::Placement;
use section::{Measured, Outcome};
use server::{Kind, Site};

const RUNS: u32 = 5;
const SECONDS: f64 = 2.5;
const WARMUP_SECONDS: f64 = 0.5;

/// Measures all groups, or one.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let options = Options::parse(arguments)?;
    let groups = groups::chosen(options.only.as_deref(), options.seconds, WARMUP_SECONDS)?;
    let bench = Bench::prepare(workspace, options.runs)?;
    print!("{}", bench.head(workspace)?);
    let mut wrong = 0;
    for group in &groups {
        let measured = bench.measure(group);
        print!("\n{}", section::of(group, &measured, &bench.site.placement));
        wrong += section::problems(&measured).len();
        if group.name == GROWTH {
            write_values(workspace, group, &measured)?;
        }
    }
    ensure!(
        wrong == 0,
        "{wrong} notes below the tables say what went wrong"
    );
    Ok(())
}

/// What was asked for.
#[derive(Debug, PartialEq)]
struct Options {
    runs: u32,
    seconds: f64,
    only: Option<String>,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            runs: RUNS,
            seconds: SECONDS,
            only: None,
        };
        for pair in arguments.chunks(2) {
            let [flag, value] = pair else {
                bail!("{} needs a value", pair[0]);
            };
            match flag.as_str() {
                "--runs" => options.runs = value.parse().context("--runs takes a number")?,
                "--secs" => options.seconds = value.parse().context("--secs takes a number")?,
                "--only" => options.only = Some(value.clone()),
                _ => bail!("measure takes --only NAME, --runs N and --secs S, not {flag}"),
            }
        }
        ensure!(options.runs > 0, "--runs must be 1 or more");
        ensure!(
            (0.1..=3600.0).contains(&options.seconds),
            "--secs must be from 0.1 to 3600"
        );
        Ok(options)
    }
}

/// Everything that a run needs.
struct Bench {
    site: Site,
    runs: u32,
}

impl Bench {
    fn prepare(workspace: &Workspace, runs: u32) -> Result<Self> {
        let build = "build --release --locked --package chinwag --package chinwag-bench --bins";
        let build: Vec<&str> = build.split(' ').collect();
        let [chinwag, ceiling] = workspace.built(&build, ["chinwag", "ceiling"])?;
        let site = Site {
            chinwag,
            ceiling,
            placement: Placement::found(),
            // Beside what is built, and so on a disk: /tmp is often none.
            folder: workspace.target().join("measure"),
        };
        Ok(Self { site, runs })
    }

    /// What the figures depend on besides the code.
    fn head(&self, workspace: &Workspace) -> Result<String> {
        let mut describe = Command::new("git");
        describe.args(["describe", "--always", "--dirty"]);
        let commit = shell::said(describe.current_dir(workspace.root()));
        let disk = workspace.target();
        let mut head = machine::described(commit.as_deref(), disk)?;
        head += &match self.runs {
            1 => "- One run of each.\n".to_owned(),
            runs => format!("- Medians of {runs} runs; in brackets the least and the most.\n"),
        };
        for lack in self.site.placement.lacks() {
            eprintln!("{lack}");
            head += &format!("- **{lack}**\n");
        }
        Ok(head)
    }

    /// Every case, on both servers in turns.
    fn measure(&self, group: &Group) -> Vec<Measured> {
        let measure = |case: &Case| {
            let mut measured = Measured::new(case);
            for run in 1..=self.runs {
                for kind in Kind::ALL {
                    let (name, runs) = (kind.name(), self.runs);
                    eprintln!("{}: {}: {run} of {runs}, {name}", group.name, case.label);
                    let outcome = self.outcome(kind, group.is_realtime, case);
                    measured.add(kind, outcome);
                }
            }
            measured
        };
        group.cases.iter().map(measure).collect()
    }

    fn outcome(&self, kind: Kind, is_realtime: bool, case: &Case) -> Outcome {
        let server = self.site.start(kind, is_realtime);
        let report = server.and_then(|server| server.bench(&case.arguments));
        report.map_err(|error| format!("{error:#}"))
    }
}

/// Writes what `cargo xtask chart` draws. Values that are missing leave the file as it is.
fn write_values(workspace: &Workspace, group: &Group, measured: &[Measured]) -> Result<()> {
    let Some(values) = section::values(group, measured) else {
        eprintln!("{} stays as it is: values are missing", chart::VALUES);
        return Ok(());
    };
    let path = workspace.root().join(chart::VALUES);
    fs::write(path, values).with_context(|| format!("cannot write {}", chart::VALUES))?;
    eprintln!("wrote {}; cargo xtask chart draws it", chart::VALUES);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &str) -> Result<Options> {
        let words: Vec<String> = arguments.split_whitespace().map(String::from).collect();
        Options::parse(&words)
    }

    #[test]
    fn there_are_defaults_and_three_options() {
        let options = parsed("").expect("nothing is needed");
        assert_eq!((options.runs, options.seconds), (5, 2.5));
        assert_eq!(
            parsed("--only latency --runs 1 --secs 0.5").expect("all are known"),
            Options {
                runs: 1,
                seconds: 0.5,
                only: Some("latency".to_owned()),
            }
        );
    }

    #[test]
    fn nonsense_is_named() {
        for (arguments, word) in [
            ("--fast 3", "--fast"),
            ("--runs", "--runs needs"),
            ("--runs 0", "1 or more"),
            ("--runs many", "--runs"),
            ("--secs 0", "0.1"),
            ("--secs NaN", "0.1"),
        ] {
            let error = parsed(arguments).expect_err(arguments);
            assert!(format!("{error:#}").contains(word), "{error:#}");
        }
    }
}

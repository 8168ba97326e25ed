//! `cargo xtask measure`: makes every figure of docs/benchmarks.md, from this repository alone.
//!
//! Each workload is run by `chinwag bench` against chinwag and against the ceiling, the least work
//! that sockets allow, in turns: what a neighbour does to one it does to the other, so that their
//! ratio says more than either number. What is printed is markdown. A run that fails does not end
//! the others: it is told below its table, and the task fails at its end.

mod groups;
mod server;

use anyhow::{Result, ensure};
use serde_json::Value;
use xshell::cmd;

use crate::Workspace;
use crate::flags::Measure;
use groups::{Figure, GROUPS, Group};
use server::{SERVERS, Site};

/// The reports of one case: of each server, run by run.
type Reports = [Vec<Result<Value, String>>; 2];

/// Measures all groups, or one.
pub(crate) fn run(workspace: &Workspace, flags: Measure) -> Result<()> {
    let (runs, seconds) = (flags.runs.unwrap_or(5), flags.secs.unwrap_or(2.5));
    ensure!(runs > 0, "--runs must be 1 or more");
    ensure!(
        (0.1..=3600.0).contains(&seconds),
        "--secs must be from 0.1 to 3600"
    );
    let is_chosen = |group: &&Group| flags.only.as_ref().is_none_or(|only| only == group.name);
    let chosen: Vec<&Group> = GROUPS.iter().filter(is_chosen).collect();
    let names: Vec<&str> = GROUPS.iter().map(|group| group.name).collect();
    ensure!(!chosen.is_empty(), "the groups are {}", names.join(", "));
    let build = "--release --locked --package chinwag --package chinwag-bench --bins";
    let build = build.split(' ');
    cmd!(workspace.sh, "cargo build {build...}").run()?;
    let site = Site::new(workspace.metadata.target_directory.join("release").into());
    print!("{}", machine(workspace)?);
    site.lacks()
        .iter()
        .for_each(|lack| println!("- **{lack}**"));
    println!("- Medians of runs: {runs}. In brackets the least and the most.");
    let problems = chosen
        .iter()
        .map(|group| measure(group, &site, runs, seconds))
        .sum::<usize>();
    ensure!(
        problems == 0,
        "{problems} notes below the tables say what went wrong"
    );
    Ok(())
}

/// A list of what the figures depend on besides the code.
fn machine(Workspace { sh, metadata }: &Workspace) -> Result<String> {
    let target = &metadata.target_directory;
    let rows = [
        ("Processor", "lscpu | sed -n 's/^Model name: *//p'"),
        ("Cores", "nproc"),
        ("Memory, MiB", "free -m | awk '/^Mem/ {print $2}'"),
        ("Linux", "uname -r"),
        (
            "File system of the data folder",
            "df --output=fstype . | tail -1",
        ),
        ("Compiler", "rustc --version"),
        ("Load at the start", "cat /proc/loadavg"),
    ];
    let mut text = String::new();
    for (name, script) in rows {
        let _folder = sh.push_dir(target);
        text += &format!("- {name}: {}\n", cmd!(sh, "sh -c {script}").quiet().read()?);
    }
    let commit = cmd!(sh, "git describe --always --dirty").quiet().read()?;
    Ok(text + &format!("- chinwag: {commit}\n"))
}

/// Runs a group and prints its section. Returns how much went wrong.
fn measure(group: &Group, site: &Site, runs: u32, seconds: f64) -> usize {
    println!("\n## {}\n\n{}\n", group.name, group.about);
    println!("| what | figure | chinwag | ceiling | ratio |\n|---|---|---|---|---|");
    let mut notes = Vec::new();
    let mut problems = 0;
    let mut commands = site.typed_servers(group.is_realtime);
    for (label, case) in group.cases {
        let arguments = group.arguments(case, seconds);
        let mut reports = Reports::default();
        for run in 1..=runs {
            for (server, (name, _)) in SERVERS.iter().enumerate() {
                eprintln!("{}: {label}: {run} of {runs}, {name}", group.name);
                let report = site.bench(server, group.is_realtime, &arguments);
                reports[server].push(report.map_err(|error| format!("{error:#}")));
            }
        }
        print!("{}", rows(label, group.figures, &reports));
        notes.extend(told(&reports));
        let found = found(label, &reports);
        problems += found.len();
        notes.extend(found);
        commands += &site.typed(group.is_realtime, &arguments);
    }
    notes.iter().for_each(|note| println!("\n- {note}"));
    println!("\n```\n{commands}```");
    problems
}

/// A row for each figure; only the first is labelled.
fn rows(label: &str, figures: &[Figure], reports: &Reports) -> String {
    let mut rows = String::new();
    for (at, (name, expression)) in figures.iter().enumerate() {
        let spread = |reports: &Vec<Result<Value, _>>| {
            let values = reports.iter().flatten();
            spread(
                values
                    .filter_map(|report| figure(report, expression))
                    .collect(),
            )
        };
        let [chinwag, ceiling] = [spread(&reports[0]), spread(&reports[1])];
        let ratio = chinwag.zip(ceiling).filter(|(_, other)| other[1] != 0.0);
        let ratio = ratio.map_or("-".to_owned(), |(one, other)| digits(one[1] / other[1]));
        let (chinwag, ceiling) = (shown(chinwag), shown(ceiling));
        let label = if at == 0 { label } else { "" };
        rows += &format!("| {label} | {name} | {chinwag} | {ceiling} | {ratio} |\n");
    }
    rows
}

/// The figure of a report, if it has all parts of it.
fn figure(report: &Value, expression: &str) -> Option<f64> {
    let mut words = expression.split(' ');
    let number = |word: &str| match word.parse() {
        Ok(number) => Some(number),
        Err(_) => report.pointer(word)?.as_f64(),
    };
    let mut value = number(words.next()?)?;
    while let Some(operator) = words.next() {
        let next = number(words.next()?)?;
        value = if operator == "/" {
            value / next
        } else {
            value - next
        };
    }
    Some(value).filter(|value| value.is_finite())
}

/// The least, the median and the most: a median, because a run that a neighbour has spoilt shall not
/// move it.
fn spread(mut values: Vec<f64>) -> Option<[f64; 3]> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let median = match values.len() % 2 {
        0 => f64::midpoint(*values.get(middle.checked_sub(1)?)?, values[middle]),
        _ => values[middle],
    };
    Some([*values.first()?, median, *values.last()?])
}

fn shown(spread: Option<[f64; 3]>) -> String {
    match spread.map(|spread| spread.map(digits)) {
        None => "-".to_owned(),
        Some([least, median, most]) if least == most => median,
        Some([least, median, most]) => format!("{median} ({least} to {most})"),
    }
}

/// Three digits that mean something; more would not be the same the next time.
fn digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor() as i32;
    let step = 10_f64.powi(magnitude - 2);
    let rounded = (value / step).round() * step;
    // Whole numbers are counts, as a rule.
    let decimals = if value.fract() == 0.0 {
        0
    } else {
        (2 - magnitude).max(0) as usize
    };
    let mut text = format!("{rounded:.decimals$}");
    for at in [6, 3] {
        if decimals == 0 && text.len() > at {
            text.insert(text.len() - at, ',');
        }
    }
    text
}

/// What members who stalled were told, once for each server.
fn told(reports: &Reports) -> Vec<String> {
    let told = |server: usize| {
        let mut reports = reports[server].iter().flatten();
        let words = reports.find_map(|report| report["stall"]["first_told"].as_str())?;
        Some(format!("{} told the stalled: `{words}`", SERVERS[server].0))
    };
    (0..SERVERS.len()).filter_map(told).collect()
}

/// What was found wrong, a sentence each, with the runs it was found in.
fn found(label: &str, reports: &Reports) -> Vec<String> {
    let mut found = Vec::new();
    for ((name, _), reports) in SERVERS.iter().zip(reports) {
        for (report, run) in reports.iter().zip(1..) {
            let texts: Vec<&str> = match report {
                Ok(report) => {
                    let texts = report["problems"].as_array().into_iter().flatten();
                    texts.filter_map(Value::as_str).collect()
                }
                Err(error) => vec![error],
            };
            found.extend(
                texts
                    .iter()
                    .map(|what| format!("{name}, {label}, run {run}: {what}")),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn figures_are_worked_out_from_the_left() {
        let report = json!({"a": 10, "b": {"c": 4.0}, "none": null});
        assert_eq!(figure(&report, "/b/c"), Some(4.0));
        assert_eq!(figure(&report, "/a - /b/c / 2"), Some(3.0));
        assert_eq!(figure(&report, "/a / 0"), None);
        assert_eq!(figure(&report, "/a - /none"), None);
    }

    #[test]
    fn rows_hold_medians_and_their_ratio() {
        let reports = |values: &[f64]| values.iter().map(|x| Ok(json!({"x": x}))).collect();
        let both = [reports(&[3.0, 1.0, 2.0]), reports(&[4.0])];
        assert_eq!(
            rows("case", &[("x", "/x"), ("y", "/y")], &both),
            "| case | x | 2 (1 to 3) | 4 | 0.500 |\n|  | y | - | - | - |\n"
        );
        let even = spread(vec![4.0, 1.0, 2.0, 3.0]).expect("there are four");
        assert_eq!(even, [1.0, 2.5, 4.0]);
        assert_eq!(spread(Vec::new()), None);
    }

    #[test]
    fn three_digits_mean_something() {
        let cases = [
            (0.0, "0"),
            (0.012_345, "0.0123"),
            (9.996, "10.00"),
            (123.4, "123"),
            (5_218_345.6, "5,220,000"),
            (46.0, "46"),
            (1_234.0, "1,230"),
        ];
        for (value, text) in cases {
            assert_eq!(digits(value), text);
        }
    }

    #[test]
    fn every_arguments_end_as_the_workload_wants() {
        let group = |name: &str| GROUPS.iter().find(|group| group.name == name);
        let arguments = |name, case| group(name).map(|group| group.arguments(case, 1.5));
        assert_eq!(
            arguments("fan-out", "--members 5").as_deref(),
            Some("--members 5 --duration 1500ms --warmup 500ms --spin")
        );
        assert_eq!(
            arguments("idle", "--idle").as_deref(),
            Some("--idle --duration 1500ms --spin")
        );
        assert!(arguments("latency", "").is_some_and(|typed| !typed.contains("--spin")));
    }

    #[test]
    fn a_run_that_failed_is_told_with_its_number() {
        let wrong = Ok(json!({"problems": ["3 lines never came."]}));
        let reports = [vec![wrong], vec![Err("no server".to_owned())]];
        assert_eq!(
            found("case", &reports),
            [
                "chinwag, case, run 1: 3 lines never came.",
                "ceiling, case, run 1: no server"
            ]
        );
    }
}

//! `cargo xtask measure`: makes every figure of docs/benchmarks.md, from this repository alone.
//!
//! Each workload of measure.toml is run by `chinwag bench` against chinwag and against the ceiling,
//! the least work that sockets allow, in turns: what a neighbour does to one it does to the other, so
//! that their ratio says more than either number. What is printed is markdown, with the commands in a
//! form that can be typed. A run that fails does not end the others: it is told below its table, and
//! the task fails at its end.

use std::fs;

use anyhow::{Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::Workspace;
use crate::flags::Measure;

/// Names and commands of both servers. Each takes a free port and says which.
const SERVERS: [(&str, &str); 2] = [
    (
        "chinwag",
        "chinwag serve --listen 127.0.0.1:0 --data measured",
    ),
    ("ceiling", "ceiling 0"),
];

#[derive(Deserialize)]
struct List {
    group: Vec<Group>,
}

/// Workloads that are told in one table. See measure.toml.
#[derive(Deserialize)]
struct Group {
    name: String,
    about: String,
    cases: Vec<[String; 2]>,
    figures: Vec<[String; 2]>,
    #[serde(default)]
    length: Option<f64>,
    #[serde(default)]
    realtime: bool,
    /// The ceiling does not know how to.
    #[serde(default)]
    alone: bool,
}

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
    let groups = list()?;
    let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    let is_chosen = |group: &&Group| flags.only.as_ref().is_none_or(|only| *only == group.name);
    let chosen: Vec<&Group> = groups.iter().filter(is_chosen).collect();
    ensure!(!chosen.is_empty(), "the groups are {}", names.join(", "));
    let build = "--release --locked --package chinwag --package chinwag-bench --bins";
    let build = build.split(' ');
    cmd!(workspace.sh, "cargo build {build...}").run()?;
    let bench = Bench::new(workspace, runs, seconds)?;
    print!("{}", machine(workspace)?);
    bench
        .lacks()
        .iter()
        .for_each(|lack| println!("- **{lack}**"));
    println!("- Medians of runs: {runs}. In brackets the least and the most.");
    let problems = chosen
        .iter()
        .map(|group| bench.measure(group))
        .sum::<usize>();
    ensure!(
        problems == 0,
        "{problems} notes below the tables say what went wrong"
    );
    Ok(())
}

fn list() -> Result<Vec<Group>> {
    let list: List = toml::from_str(include_str!("measure.toml"))?;
    Ok(list.group)
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

/// How groups are measured here. What a machine does not have or permit is found out beforehand and
/// told, in place of figures that look like the others and are not.
struct Bench {
    /// Beside the programs, which it finds by their names. Data lies there too: on a disk, which /tmp
    /// often is not.
    sh: Shell,
    runs: u32,
    seconds: f64,
    is_pinned: bool,
    has_realtime: bool,
}

impl Bench {
    fn new(Workspace { metadata, .. }: &Workspace, runs: u32, seconds: f64) -> Result<Self> {
        let programs = metadata.target_directory.join("release");
        let sh = Shell::new()?;
        sh.change_dir(&programs);
        let path = std::env::var("PATH")?;
        sh.set_var("PATH", format!("{programs}:{path}"));
        // Without flood control, as docs/operations.md ("Sizing a server") says.
        sh.set_var("CHINWAG_LIMITS_LINE_BURST", "0");
        // Clients of IRC go where the load generator sends them, and those who do nothing nowhere.
        sh.set_var("CHINWAG_IRC_LOBBY", "false");
        let is_pinned = cmd!(sh, "taskset -c 0,1 true").quiet().run().is_ok();
        let has_realtime = cmd!(sh, "chrt -r 1 true").quiet().run().is_ok();
        Ok(Self {
            sh,
            runs,
            seconds,
            is_pinned,
            has_realtime,
        })
    }

    /// Sentences on what is not as it should be.
    fn lacks(&self) -> Vec<&'static str> {
        let unpinned = "Not pinned, for want of taskset or a second core: server and load generator \
                        take time from each other.";
        let ordinary = "No real-time priority, for want of chrt or the right to use it: latencies \
                        hold what else the machine had to do.";
        let lacks = [(self.is_pinned, unpinned), (self.has_realtime, ordinary)];
        let lacks = lacks.into_iter().filter(|(is_there, _)| !is_there);
        lacks.map(|(_, sentence)| sentence).collect()
    }

    /// A program on this core: the server's is 0 and the generator's 1.
    fn on(&self, core: usize, group: &Group, typed: &str) -> String {
        let realtime = if group.realtime && self.has_realtime {
            "chrt -r 1 "
        } else {
            ""
        };
        let pinned = if self.is_pinned {
            format!("taskset -c {core} ")
        } else {
            String::new()
        };
        format!("{realtime}{pinned}{typed}")
    }

    /// All arguments of a case but for the server.
    fn arguments(&self, group: &Group, case: &str) -> String {
        let length = group.length.unwrap_or(1.0) * self.seconds * 1000.0;
        let mut arguments = format!("{case} --duration {length:.0}ms");
        if !case.contains("--idle") && !case.contains("--warmup") {
            arguments += " --warmup 500ms";
        }
        if !group.realtime {
            arguments += " --spin";
        }
        arguments
    }

    /// Runs a group and prints its section. Returns how much went wrong.
    fn measure(&self, group: &Group) -> usize {
        println!("\n## {}\n\n{}\n", group.name, group.about);
        println!("| what | figure | chinwag | ceiling | ratio |\n|---|---|---|---|---|");
        let mut notes = Vec::new();
        let mut problems = 0;
        let [chinwag, ceiling] = SERVERS.map(|(_, typed)| self.on(0, group, typed));
        let other = match group.alone {
            true => String::new(),
            false => format!("  # or \"{ceiling}\""),
        };
        let mut commands = format!(
            "export CHINWAG_LIMITS_LINE_BURST=0 CHINWAG_IRC_LOBBY=false\nSERVER=\"{chinwag}\"{other}\n"
        );
        for [label, case] in &group.cases {
            let arguments = self.arguments(group, case);
            let mut reports = Reports::default();
            for run in 1..=self.runs {
                let servers = if group.alone { 1 } else { SERVERS.len() };
                for (server, (name, _)) in SERVERS.iter().enumerate().take(servers) {
                    eprintln!("{}: {label}: {run} of {}, {name}", group.name, self.runs);
                    let report = self.report(group, server, &arguments);
                    reports[server].push(report.map_err(|error| format!("{error:#}")));
                }
            }
            print!("{}", rows(label, &group.figures, &reports));
            notes.extend(told(&reports));
            let found = found(label, &reports);
            problems += found.len();
            notes.extend(found);
            let typed = format!("chinwag bench --start \"$SERVER\" {arguments}\n");
            commands += &self.on(1, group, &typed);
        }
        notes.iter().for_each(|note| println!("\n- {note}"));
        println!("\n```\n{commands}```");
        problems
    }

    /// The report of one run on a new server with an empty data folder.
    fn report(&self, group: &Group, server: usize, arguments: &str) -> Result<Value> {
        let data = self.sh.current_dir().join("measured");
        let _ = fs::remove_dir_all(&data);
        let server = self.on(0, group, SERVERS[server].1);
        let bench = self.on(1, group, "chinwag bench --json --start");
        let (before, after) = (bench.split(' '), arguments.split(' '));
        let words: Vec<&str> = before.chain([server.as_str()]).chain(after).collect();
        let (program, words) = (words[0], &words[1..]);
        let output = cmd!(self.sh, "{program} {words...}")
            .quiet()
            .ignore_status()
            .output();
        let _ = fs::remove_dir_all(data);
        let output = output?;
        // A report of what went wrong comes with a failure, and says more than its status.
        serde_json::from_slice(&output.stdout).or_else(|_| {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("{}: {}", output.status, sentences(&said))
        })
    }
}

/// What the generator and the server that it has started say of their failure, without the server's log.
/// If the server cannot start, only it knows why.
fn sentences(said: &str) -> String {
    let told = said.lines().filter(|line| line.starts_with("chinwag: "));
    told.collect::<Vec<_>>().join(" ")
}

/// A row for each figure; only the first is labelled.
fn rows(label: &str, figures: &[[String; 2]], reports: &Reports) -> String {
    let mut rows = String::new();
    for (at, [name, expression]) in figures.iter().enumerate() {
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
        let figures = [["x", "/x"], ["y", "/y"]].map(|figure| figure.map(str::to_owned));
        let both = [reports(&[3.0, 1.0, 2.0]), reports(&[4.0])];
        assert_eq!(
            rows("case", &figures, &both),
            "| case | x | 2 (1 to 3) | 4 | 0.500 |\n|  | y | - | - | - |\n"
        );
        let even = spread(vec![4.0, 1.0, 2.0, 3.0]).expect("there are four");
        assert_eq!(even, [1.0, 2.5, 4.0]);
        assert_eq!(spread(Vec::new()), None);
    }

    #[test]
    fn a_failure_is_told_with_its_reason_and_without_the_log() {
        let said = "chinwag: The data folder is in use.\n2026-11-26T15:01:35Z  INFO hub: a left\nchinwag: no server\n";
        assert_eq!(
            sentences(said),
            "chinwag: The data folder is in use. chinwag: no server"
        );
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
    fn every_group_is_read_and_has_something_to_say() {
        let groups = list().expect("the list is read");
        assert!(
            groups
                .iter()
                .all(|group| !group.cases.is_empty() && !group.figures.is_empty())
        );
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

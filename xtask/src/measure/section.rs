//! A group's results as a section of docs/benchmarks.md, and as the values that are drawn. Functions
//! of reports.
//!
//! A ratio is that of two medians. Below the table stand the commands and whatever the reports find
//! wrong, so that a figure cannot be quoted without either.

use serde_json::Value;

use super::figures::{Figure, Spread, digits, ratio};
use super::groups::{Case, Group};
use super::placement::{self, Placement};
use super::server::{Kind, bench_typed};
use crate::chart;

/// The report of a run, or why there is none.
pub(super) type Outcome = Result<Value, String>;

/// What came of one workload.
pub(super) struct Measured {
    label: String,
    members: usize,
    chinwag: Vec<Outcome>,
    ceiling: Vec<Outcome>,
}

impl Measured {
    pub(super) fn new(case: &Case) -> Self {
        Self {
            label: case.label.clone(),
            members: case.members,
            chinwag: Vec::new(),
            ceiling: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, kind: Kind, outcome: Outcome) {
        match kind {
            Kind::Chinwag => self.chinwag.push(outcome),
            Kind::Ceiling => self.ceiling.push(outcome),
        }
    }

    fn of(&self, kind: Kind) -> &[Outcome] {
        match kind {
            Kind::Chinwag => &self.chinwag,
            Kind::Ceiling => &self.ceiling,
        }
    }

    fn spread(&self, kind: Kind, figure: &Figure) -> Option<Spread> {
        let reports = self.of(kind).iter().flatten();
        Spread::of(reports.filter_map(|report| figure.read(report)))
    }

    /// A row of the table for each figure; only the first is labelled.
    fn rows(&self, figures: &[Figure]) -> String {
        let mut label = self.label.as_str();
        let mut rows = String::new();
        for figure in figures {
            let spreads = Kind::ALL.map(|kind| self.spread(kind, figure));
            let [chinwag, ceiling] = spreads.map(|spread| spread.map_or(none(), |s| s.shown()));
            let ratio = quotient(spreads[0], spreads[1]);
            let name = figure.label;
            rows += &format!("| {label} | {name} | {chinwag} | {ceiling} | {ratio} |\n");
            label = "";
        }
        rows
    }

    /// What was found wrong, a sentence each, with the runs it was found in.
    fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        for kind in Kind::ALL {
            for (outcome, run) in self.of(kind).iter().zip(1..) {
                let who = format!("{}, {}, run {run}", kind.name(), self.label);
                let sentences = match outcome {
                    Ok(report) => texts(&report["problems"]),
                    Err(error) => vec![format!("no result: {error}")],
                };
                found.extend(sentences.iter().map(|what| format!("{who}: {what}")));
            }
        }
        found
    }

    /// What members who stalled were told, once for each server.
    fn told(&self) -> Vec<String> {
        let told = |kind: Kind| {
            let reports = self.of(kind).iter().flatten();
            let mut told = reports.filter_map(|report| report["stall"]["first_told"].as_str());
            told.next()
                .map(|words| format!("{} told the stalled: `{words}`", kind.name()))
        };
        Kind::ALL.into_iter().filter_map(told).collect()
    }
}

/// What is wrong with any of them.
pub(super) fn problems(measured: &[Measured]) -> Vec<String> {
    measured.iter().flat_map(Measured::problems).collect()
}

/// The whole section.
pub(super) fn of(group: &Group, measured: &[Measured], placement: &Placement) -> String {
    let mut text = format!("## {}\n\n{}\n\n", group.name, group.about);
    text += "| what | figure | chinwag | ceiling | ratio |\n|---|---|---|---|---|\n";
    for one in measured {
        text += &one.rows(group.figures);
    }
    if group.is_comparison {
        text += &format!("\n{}\n", comparison(group, measured));
    }
    let notes = measured.iter().flat_map(Measured::told);
    for note in notes.chain(problems(measured)) {
        text += &format!("\n- {note}");
    }
    format!(
        "{}\n\n```\n{}```\n",
        text.trim_end(),
        commands(group, placement)
    )
}

/// What the first figure of the last case is, against that of the first.
fn comparison(group: &Group, measured: &[Measured]) -> String {
    let [first, .., last] = measured else {
        return String::new();
    };
    let figure = &group.figures[0];
    let against = |kind| quotient(last.spread(kind, figure), first.spread(kind, figure));
    format!(
        "{}, {} against {}: chinwag {}, ceiling {}.",
        figure.label,
        last.label,
        first.label,
        against(Kind::Chinwag),
        against(Kind::Ceiling)
    )
}

/// The command lines behind the rows.
fn commands(group: &Group, placement: &Placement) -> String {
    let before = |core| placement.words(core, group.is_realtime);
    let servers = Kind::ALL.map(|kind| kind.typed(&before(placement::SERVER)));
    let loads = group.cases.iter();
    let loads = loads.map(|case| bench_typed(&before(placement::GENERATOR), &case.arguments));
    let lines = servers.into_iter().chain(loads);
    lines.map(|line| line + "\n").collect()
}

/// The values for `cargo xtask chart`; `None` if one is missing.
pub(super) fn values(group: &Group, measured: &[Measured]) -> Option<String> {
    let mut lines = chart::HEAD.to_owned() + "\n";
    for kind in Kind::ALL {
        for one in measured {
            let cost = one.spread(kind, &group.figures[0])?.median;
            let (server, members) = (kind.name(), one.members);
            lines += &format!("{server},{members},{cost:.4}\n");
        }
    }
    Some(lines)
}

fn quotient(one: Option<Spread>, other: Option<Spread>) -> String {
    let both = one.zip(other);
    let quotient = both.and_then(|(one, other)| ratio(one.median, other.median));
    quotient.map_or(none(), digits)
}

fn none() -> String {
    "-".to_owned()
}

fn texts(list: &Value) -> Vec<String> {
    let texts = list.as_array().into_iter().flatten();
    texts.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::super::groups;
    use super::*;

    fn group(name: &str) -> Group {
        let mut groups = groups::chosen(Some(name), 2.5, 0.5).expect("the name is known");
        groups.remove(0)
    }

    fn report(cost: f64) -> Outcome {
        let server = serde_json::json!({ "cpu_us_each": cost });
        Ok(serde_json::json!({ "server": server, "problems": [] }))
    }

    /// Every case of the group with these costs of a delivery.
    fn measured(group: &Group, chinwag: &[f64], ceiling: &[f64]) -> Vec<Measured> {
        let measured = |case: &Case| {
            let mut measured = Measured::new(case);
            for (kind, costs) in Kind::ALL.into_iter().zip([chinwag, ceiling]) {
                costs
                    .iter()
                    .for_each(|cost| measured.add(kind, report(*cost)));
            }
            measured
        };
        group.cases.iter().map(measured).collect()
    }

    fn anywhere() -> Placement {
        Placement::of(|_| true)
    }

    #[test]
    fn a_row_has_medians_their_ratio_and_their_ends() {
        let group = group("fan-out");
        let measured = measured(&group, &[0.3, 0.1, 0.2], &[0.4, 0.4, 0.4]);
        let text = of(&group, &measured, &anywhere());
        let row = "| 100 members, window 16 | server CPU/delivery, us | 0.200 (0.100 to 0.300) | \
                   0.400 | 0.500 |\n|  | deliveries/s | - | - | - |\n";
        assert!(text.contains(row), "{text}");
    }

    #[test]
    fn the_commands_stand_below() {
        let group = group("latency");
        let text = of(&group, &measured(&group, &[1.0], &[1.0]), &anywhere());
        for line in [
            "\nCHINWAG_LIMITS_LINE_BURST=0 chrt -r 1 taskset -c 0 chinwag serve --listen 127.0.0.1:0 \
             --data FOLDER\n",
            "\nchrt -r 1 taskset -c 0 ceiling 0\n",
            "\nchrt -r 1 taskset -c 1 chinwag bench ADDRESS --server-pid PID --members 1000 ",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_run() {
        let group = group("rooms");
        let mut measured = measured(&group, &[1.0], &[1.0]);
        measured[0].add(Kind::Chinwag, Err("no luck".to_owned()));
        let lost = serde_json::json!({ "problems": ["2 deliveries never came."] });
        measured[0].add(Kind::Ceiling, Ok(lost));
        assert_eq!(
            problems(&measured),
            [
                "chinwag, 100 rooms of 10, run 2: no result: no luck",
                "ceiling, 100 rooms of 10, run 2: 2 deliveries never came.",
            ]
        );
        let text = of(&group, &measured, &anywhere());
        assert!(
            text.contains("\n- chinwag, 100 rooms of 10, run 2: no result"),
            "{text}"
        );
    }

    #[test]
    fn the_last_case_is_compared_with_the_first() {
        let group = group("many-rooms");
        let mut measured = measured(&group, &[2.0], &[4.0]);
        measured[1].chinwag = vec![report(3.0)];
        let text = of(&group, &measured, &anywhere());
        let line = "us, 10,000 rooms against 100 rooms: chinwag 1.50, ceiling 1.\n";
        assert!(text.contains(line), "{text}");
    }

    #[test]
    fn values_are_those_that_the_chart_reads() {
        let group = group("growth");
        let mut measured = measured(&group, &[0.25], &[0.5]);
        let values = values(&group, &measured).expect("none is missing");
        assert!(values.starts_with(chart::HEAD), "{values}");
        assert!(values.contains("\nchinwag,10,0.2500\n"), "{values}");
        assert!(values.ends_with("\nceiling,10000,0.5000\n"), "{values}");
        measured[3].ceiling.clear();
        assert_eq!(super::values(&group, &measured), None);
    }
}

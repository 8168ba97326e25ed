//! The report: what was done, what came out, what is wrong with it, and what to do about that.
//!
//! The figures are one JSON object, with the unit last in a key. The table for people is the same
//! object, read key by key: a figure is named once, where it is measured.

use std::fmt;

use hdrhistogram::Histogram;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::hearing::Hearing;
use crate::meter::Span;
use crate::plan::Plan;

/// What came of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The server's address.
    pub target: String,
    /// What was done, in words.
    pub done: String,
    /// The figures of the workload.
    #[serde(flatten)]
    pub figures: Map<String, Value>,
    /// What is wrong, a sentence each; nothing if everything was done and nothing lost.
    pub problems: Vec<String>,
    /// What may help.
    pub hint: Option<String>,
}

impl Report {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            target: plan.target.address.to_string(),
            done: plan.to_string(),
            figures: Map::new(),
            problems: Vec::new(),
            hint: None,
        }
    }

    /// Adds figures: the fields of an object.
    pub(crate) fn add(&mut self, figures: Value) {
        if let Value::Object(mut figures) = figures {
            self.figures.append(&mut figures);
        }
    }

    /// Adds a problem if there were any of it: `3 lines never came.`
    pub(crate) fn object(&mut self, count: u64, one: &str, what: impl fmt::Display) {
        if count > 0 {
            let problem = format!("{} {what}", plural(count, one));
            self.hint = self.hint.take().or_else(|| hint(&problem));
            self.problems.push(problem);
        }
    }

    /// Adds what was said and what was heard, and what is wrong if that is not the same.
    pub(crate) fn judge(&mut self, hearing: &Hearing) {
        let counts = &hearing.counts;
        let lost = hearing.missing(false);
        self.add(json!({
            "sent": hearing.sent_by_all(),
            "deliveries": counts.heard,
            "lost": lost,
            "duplicated": counts.twice,
            "out_of_order": counts.late,
            "damaged": counts.damaged,
            "misplaced": counts.misplaced,
            "refused": counts.refused,
            "first_refusal": counts.first_refusal,
            "behind": counts.behind,
            "closed": counts.closed,
            "first_closed": counts.first_closed,
        }));
        self.object(lost, "line", "never came.");
        self.object(counts.twice, "message", "came twice.");
        self.object(counts.late, "message", "came out of order.");
        self.object(counts.damaged, "message", "came damaged.");
        self.object(counts.misplaced, "message", "came to the wrong room.");
        let first = counts.first_refusal.as_deref().unwrap_or_default();
        self.object(
            counts.refused,
            "line",
            format_args!("refused by the server, the first with: {first}"),
        );
        let first = counts.first_closed.as_deref().unwrap_or_default();
        self.object(
            counts.closed,
            "connection",
            format_args!("ended early, the first because {first}."),
        );
    }

    /// One object, on one line.
    pub fn json(&self) -> String {
        let json = serde_json::to_string(self);
        json.expect("all keys are text, and no number is refused")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}\n", self.target, self.done)?;
        let mut rows = Vec::new();
        read(&mut rows, "", &self.figures);
        let width = |length: fn(&(String, String)) -> usize| rows.iter().map(length).max();
        let labels = width(|row| row.0.len()).unwrap_or(0);
        let values = width(|row| row.1.len()).unwrap_or(0);
        for (label, value) in &rows {
            writeln!(f, "{label:labels$}  {value:>values$}")?;
        }
        writeln!(f)?;
        for problem in &self.problems {
            writeln!(f, "{problem}")?;
        }
        match &self.hint {
            Some(hint) => writeln!(f, "Hint: {hint}"),
            None if self.problems.is_empty() => writeln!(f, "Nothing is wrong."),
            None => Ok(()),
        }
    }
}

/// Makes a row of every number. What is null is not known, and texts stand in the problems.
fn read(rows: &mut Vec<(String, String)>, before: &str, figures: &Map<String, Value>) {
    for (key, value) in figures {
        let label = format!("{before}{}", key.replace('_', " "));
        if let Value::Object(inner) = value {
            read(rows, &format!("{label} "), inner);
        } else if let Some(count) = value.as_u64() {
            rows.push((label, thousands(count)));
        } else if let Some(number) = value.as_f64() {
            let small = number < 100.0;
            let exact = if small {
                format!("{number:.3}")
            } else {
                thousands(number.round() as u64)
            };
            rows.push((label, exact));
        }
    }
}

/// Where latencies lie, in microseconds.
pub(crate) fn percentiles(latencies: &Histogram<u64>) -> Value {
    let at = |quantile| latencies.value_at_quantile(quantile);
    json!({
        "p50": at(0.5),
        "p90": at(0.9),
        "p99": at(0.99),
        "p99.9": at(0.999),
        "max": latencies.max(),
    })
}

/// What the server's process used, if it is known, in a span in which so many things were done.
pub(crate) fn server_cost(span: &Span, count: u64, resident_bytes: Option<u64>) -> Value {
    match (span.server_share(), resident_bytes) {
        (Some(share), Some(bytes)) => json!({
            "cpu_us_each": span.server_cpu_us_each(count),
            "cpu_share": share,
            "resident_bytes": bytes,
        }),
        _ => Value::Null,
    }
}

/// What a server's words call for. `None` if nothing is known to help.
pub fn hint(words: &str) -> Option<String> {
    let settings = [
        ("Slow down", "CHINWAG_LIMITS_LINE_BURST=0"),
        ("too fast", "CHINWAG_LIMITS_LINE_BURST=0"),
        ("server is full", "CHINWAG_LIMITS_PEOPLE=20000"),
        ("bytes, the limit is", "CHINWAG_LIMITS_LINE_BYTES=65536"),
    ];
    let (_, setting) = settings.iter().find(|(what, _)| words.contains(what))?;
    Some(format!(
        "that is a limit of the server's. To measure without it, start the server with {setting} \
         (docs/operations.md, \"Sizing a server\"; all settings are in chinwag.example.toml)."
    ))
}

/// A number with commas.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of something, in words.
pub(crate) fn plural(count: u64, one: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{} {one}s", thousands(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_names_the_setting() {
        for (words, setting) in [
            ("! Slow down: NOT sent. Try again in 2 s.", "LINE_BURST=0"),
            (
                "The server is full (10000 people). Try again later.",
                "PEOPLE=",
            ),
            ("! NOT sent: 5120 bytes, the limit is 4096.", "LINE_BYTES="),
        ] {
            assert!(hint(words).unwrap().contains(setting), "{words}");
        }
        assert_eq!(hint("! NOT sent: #news is read-only."), None);
    }

    #[test]
    fn figures_are_rows_and_what_is_unknown_is_none() {
        let mut rows = Vec::new();
        let figures = json!({
            "deliveries_per_second": 12_345.6,
            "lines_per_read": 7.25,
            "latency_us": {"p99.9": 12_345_678},
            "server": null,
            "first_closed": "because",
        });
        read(&mut rows, "", figures.as_object().unwrap());
        let rows: Vec<String> = rows
            .iter()
            .map(|(key, value)| format!("{key}: {value}"))
            .collect();
        assert_eq!(
            rows,
            [
                "deliveries per second: 12,346",
                "lines per read: 7.250",
                "latency us p99.9: 12,345,678"
            ]
        );
    }

    #[test]
    fn numbers_have_commas() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000")] {
            assert_eq!(thousands(number), text);
        }
        assert_eq!(
            (plural(1, "room"), plural(2_000, "room")),
            ("1 room".into(), "2,000 rooms".into())
        );
    }
}

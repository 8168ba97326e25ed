//! The report: what was done, what came out, what is wrong with it, and what to do about that.
//!
//! It must not know where it is shown. `Display` is for people, [`Report::json`] for programs.

use std::fmt;

use serde::Serialize;

use crate::plan::{Pace, Plan, RESIDENTS, Talk, Workload};
use crate::results::{IdleResults, TalkResults, VisitResults};
use crate::table::{Table, plural};

/// What came of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The server's address.
    pub target: String,
    /// What was done, in words.
    pub done: String,
    /// The figures.
    #[serde(flatten)]
    pub results: Results,
    /// What is wrong, a sentence each; nothing if everything was done and nothing lost.
    pub problems: Vec<String>,
    /// What may help.
    pub hint: Option<String>,
}

/// The figures of one workload.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "workload", rename_all = "lowercase")]
pub enum Results {
    /// Some send and all listen.
    Talk(TalkResults),
    /// Everybody comes in and does nothing.
    Idle(IdleResults),
    /// People come, say a line and leave.
    Visits(VisitResults),
}

impl Report {
    pub(crate) fn new(plan: &Plan, results: Results) -> Self {
        let problems = match &results {
            Results::Talk(results) => results.problems(),
            Results::Idle(results) => results.problems(),
            Results::Visits(results) => results.problems(),
        };
        Self {
            target: plan.address.to_string(),
            done: done(plan),
            hint: problems.iter().find_map(|problem| hint(problem)),
            results,
            problems,
        }
    }

    /// One object, on one line.
    pub fn json(&self) -> String {
        let json = serde_json::to_string(self);
        json.expect("all keys are text, and no number is refused")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::default();
        match &self.results {
            Results::Talk(results) => results.rows(&mut table),
            Results::Idle(results) => results.rows(&mut table),
            Results::Visits(results) => results.rows(&mut table),
        }
        writeln!(f, "{}: {}\n\n{table}", self.target, self.done)?;
        if let Results::Talk(TalkResults {
            stall: Some(stall), ..
        }) = &self.results
            && let Some(told) = &stall.first_told
        {
            writeln!(f, "A stalled member was told: {told}")?;
        }
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

/// What a server's words call for. `None` if nothing is known to help.
pub fn hint(words: &str) -> Option<String> {
    let settings = [
        ("Slow down", "CHINWAG_LIMITS_LINE_BURST=0"),
        ("server is full", "CHINWAG_LIMITS_PEOPLE=20000"),
        ("bytes, the limit is", "CHINWAG_LIMITS_LINE_BYTES=65536"),
    ];
    let (_, setting) = settings.iter().find(|(what, _)| words.contains(what))?;
    Some(format!(
        "that is a limit of the server's. To measure without it, start the server with {setting} \
         (docs/operations.md, \"Sizing a server\"; all settings are in chinwag.example.toml)."
    ))
}

fn done(plan: &Plan) -> String {
    let rooms = plural(plan.rooms as u64, "room");
    let people = plural(plan.members as u64, "member");
    let place = match plan.rooms {
        1 => format!("{people} in the lobby"),
        _ => format!("{people} in each of {rooms}"),
    };
    let place = match plan.alone {
        0 => place,
        alone => format!("{place}, {alone} alone in a room each"),
    };
    let seconds = plan.duration.as_secs_f64();
    match &plan.workload {
        Workload::Idle => format!("{place} do nothing for {seconds} s"),
        Workload::Visits(visitors) => format!(
            "{} at a time, {RESIDENTS} residents in the lobby, for {seconds} s",
            plural(*visitors as u64, "visitor")
        ),
        Workload::Talk(Talk { senders, pace, .. }) => {
            let pace = match pace {
                Pace::Window(window) => format!("{window} messages of each under way"),
                Pace::Rate(rate) => format!("{rate} messages a second in all"),
            };
            let senders = plural(*senders as u64, "sender");
            let payload = plan.payload;
            format!("{place}, {senders}, {pace}, {payload} bytes a message, for {seconds} s")
        }
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
}

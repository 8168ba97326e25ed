//! What came out: the figures of each workload, with their names in JSON and their rows in a table.
//!
//! It must not measure anything. Units are the last part of a name.

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::hearing::{Counts, Hearing};
use crate::meter::Span;
use crate::table::{Table, plural};

/// Where latencies lie, in microseconds.
#[derive(Debug, Clone, Serialize)]
pub struct Percentiles {
    /// Half of them are at most this.
    pub p50: u64,
    /// Nine of ten.
    pub p90: u64,
    /// 99 of a hundred.
    pub p99: u64,
    /// 999 of a thousand.
    pub p99_9: u64,
    /// All of them.
    pub max: u64,
}

/// What the server's process used.
#[derive(Debug, Clone, Serialize)]
pub struct ServerCost {
    /// Processor time for each delivery, join or visit.
    pub cpu_us_each: Option<f64>,
    /// The part of one core; above 1 it used several.
    pub cpu_share: f64,
    /// Memory at the end.
    pub resident_bytes: u64,
}

/// Whether what was said is what was heard.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// Messages sent in the whole run, the warm-up included.
    pub sent: u64,
    /// Times that a member heard one for the first time.
    pub deliveries: u64,
    /// Times that a member who was there, and read, never heard one.
    pub lost: u64,
    /// Times that a member heard one again.
    pub duplicated: u64,
    /// Times that a member heard one after a later one of the same sender.
    pub out_of_order: u64,
    /// Messages that were not as they had been written.
    pub damaged: u64,
    /// Messages of another room, or that nobody had sent.
    pub misplaced: u64,
    /// Lines of the server that begin with `!`, other than those about skipped lines.
    pub refused: u64,
    /// The first of them.
    pub first_refusal: Option<String>,
    /// Times that a reader was told to be behind.
    pub behind: u64,
    /// Connections that ended before their time.
    pub closed: u64,
    /// How the first of them ended.
    pub first_closed: Option<String>,
}

/// What came of [talking](crate::Talk).
#[derive(Debug, Clone, Serialize)]
pub struct TalkResults {
    /// Messages that members heard.
    pub deliveries_per_second: f64,
    /// Messages that senders sent.
    pub messages_per_second: f64,
    /// Deliveries for each read that gave something: how much the server gathers.
    pub lines_per_read: f64,
    /// From the sending of a message, or from when it was due, until a member has read it.
    pub latency_us: Percentiles,
    /// Members who came in, a second.
    pub joins_per_second: f64,
    /// Of an open loop: how long after they were due messages were sent.
    pub sent_late_us: Option<Percentiles>,
    /// Of an open loop: messages that were due, but the server took no more.
    pub unsent: u64,
    /// Windows that were silent for two seconds and began anew.
    pub restarts: u64,
    /// The part of a core that the load generator used: near 1 it may be the limit. One that spins
    /// uses all of it and cannot tell.
    pub generator_cpu_share: Option<f64>,
    /// With the server's process known.
    pub server: Option<ServerCost>,
    /// With members who stall.
    pub stall: Option<StallResults>,
    /// Whether every message came.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// What came of members who stopped reading.
#[derive(Debug, Clone, Serialize)]
pub struct StallResults {
    /// How many.
    pub members: u64,
    /// In the first half, all of them reading.
    pub deliveries_per_second_before: f64,
    /// In the second, to those who read.
    pub deliveries_per_second_during: f64,
    /// The server's memory when they stopped, with its process known.
    pub resident_bytes_before: Option<u64>,
    /// And at the end, with all that it keeps for them.
    pub resident_bytes_during: Option<u64>,
    /// The longest that another member had nothing to read.
    pub longest_silence_us: u64,
    /// Stalled members whose connection the server ended.
    pub closed: u64,
    /// Times that somebody was told to be behind.
    pub told: u64,
    /// What was said the first time.
    pub first_told: Option<String>,
    /// Lines that the server says it skipped.
    pub skipped: u64,
    /// Messages that those who are still connected have not heard.
    pub missed: u64,
}

/// What came of coming in and doing nothing.
#[derive(Debug, Clone, Serialize)]
pub struct IdleResults {
    /// How many came in.
    pub joined: u64,
    /// How many were to come in.
    pub wanted: u64,
    /// What one who did not was told.
    pub first_refusal: Option<String>,
    /// Members who came in, a second.
    pub joins_per_second: f64,
    /// How many of them were gone at the end.
    pub closed: u64,
    /// Of the joins, with the server's process known.
    pub server: Option<ServerCost>,
    /// Processor time for a join while the first half came in, and while the second did.
    pub first_half_cpu_us_each: Option<f64>,
    /// If it is much more, a join costs the more the more people are there.
    pub second_half_cpu_us_each: Option<f64>,
    /// Memory that the server took for each person.
    pub resident_bytes_per_person: Option<f64>,
    /// The part of one core that the server uses while nobody does anything.
    pub idle_cpu_share: Option<f64>,
}

/// What came of visits.
#[derive(Debug, Clone, Serialize)]
pub struct VisitResults {
    /// Ended as they should, in the time measured.
    pub visits: u64,
    /// The same as a rate.
    pub visits_per_second: f64,
    /// From the beginning of the connection to the welcome.
    pub join_latency_us: Percentiles,
    /// Visits that ended otherwise.
    pub errors: u64,
    /// What became of the first of them.
    pub first_error: Option<String>,
    /// The part of a core that the load generator used, unless it spins.
    pub generator_cpu_share: Option<f64>,
    /// With the server's process known.
    pub server: Option<ServerCost>,
    /// Whether the residents heard every visitor.
    #[serde(flatten)]
    pub verdict: Verdict,
}

impl Percentiles {
    pub(crate) fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| histogram.value_at_quantile(quantile);
        Self {
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p99_9: at(0.999),
            max: histogram.max(),
        }
    }

    fn rows(&self, table: &mut Table, label: &str) {
        let all = [
            ("p50", self.p50),
            ("p90", self.p90),
            ("p99", self.p99),
            ("p99.9", self.p99_9),
            ("max", self.max),
        ];
        for (name, value) in all {
            let value = crate::table::thousands(value);
            table.text(&format!("{label} {name}"), format!("{value} us"));
        }
    }
}

impl ServerCost {
    /// Of a span in which so many things were done.
    pub(crate) fn of(span: &Span, count: u64, resident_bytes: Option<u64>) -> Option<Self> {
        Some(Self {
            cpu_us_each: span.server_cpu_us_each(count),
            cpu_share: span.server_share()?,
            resident_bytes: resident_bytes?,
        })
    }

    fn rows(&self, table: &mut Table, each: &str) {
        if let Some(each_us) = self.cpu_us_each {
            table.text(&format!("server CPU/{each}"), format!("{each_us:.3} us"));
        }
        table.text("server CPU", format!("{:.0} %", 100.0 * self.cpu_share));
        table.text("server memory", mebibytes(self.resident_bytes));
    }
}

impl Verdict {
    pub(crate) fn of(hearing: &Hearing) -> Self {
        let Counts {
            heard,
            twice,
            late,
            damaged,
            misplaced,
            refused,
            first_refusal,
            behind,
            skipped: _,
            first_behind: _,
            closed,
            first_closed,
        } = hearing.counts.clone();
        Self {
            sent: hearing.sent_by_all(),
            deliveries: heard,
            lost: hearing.missing(false),
            duplicated: twice,
            out_of_order: late,
            damaged,
            misplaced,
            refused,
            first_refusal,
            behind,
            closed,
            first_closed,
        }
    }

    fn rows(&self, table: &mut Table) {
        table.count("sent", self.sent);
        table.count("deliveries", self.deliveries);
        table.count("lost", self.lost);
        table.count("duplicated", self.duplicated);
        table.count("out of order", self.out_of_order);
        table.count("refused", self.refused);
        table.unless_zero("damaged", self.damaged);
        table.unless_zero("misplaced", self.misplaced);
        table.unless_zero("told to be behind", self.behind);
        table.unless_zero("closed", self.closed);
    }

    /// What is wrong, a sentence each.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut found = |count: u64, one: &str, what: &str| {
            if count > 0 {
                problems.push(format!("{} {what}.", plural(count, one)));
            }
        };
        found(self.lost, "line", "never came");
        found(self.duplicated, "message", "came twice");
        found(self.out_of_order, "message", "came out of order");
        found(self.damaged, "message", "came damaged");
        found(self.misplaced, "message", "came to the wrong room");
        let first = |text: &Option<String>| text.clone().unwrap_or_default();
        if self.refused > 0 {
            let lines = plural(self.refused, "line");
            let first = first(&self.first_refusal);
            problems.push(format!(
                "The server refused {lines}, the first with: {first}"
            ));
        }
        if self.closed > 0 {
            let connections = plural(self.closed, "connection");
            let first = first(&self.first_closed);
            problems.push(format!(
                "{connections} ended early, the first because {first}."
            ));
        }
        problems
    }
}

impl TalkResults {
    pub(crate) fn rows(&self, table: &mut Table) {
        table.rate("deliveries/s", self.deliveries_per_second);
        table.rate("messages/s", self.messages_per_second);
        table.rate("lines per read", self.lines_per_read);
        self.latency_us.rows(table, "latency");
        if let Some(late) = &self.sent_late_us {
            table.text("sent late p99", format!("{} us", late.p99));
        }
        table.rate("joins/s", self.joins_per_second);
        if let Some(server) = &self.server {
            server.rows(table, "delivery");
        }
        generator_row(table, self.generator_cpu_share);
        self.verdict.rows(table);
        table.unless_zero("unsent", self.unsent);
        table.unless_zero("windows restarted", self.restarts);
        if let Some(stall) = &self.stall {
            stall.rows(table);
        }
    }

    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = self.verdict.problems();
        if self.unsent > 0 {
            let messages = plural(self.unsent, "message");
            problems.push(format!("{messages} could not be sent at their time."));
        }
        if self.restarts > 0 {
            let windows = plural(self.restarts, "window");
            problems.push(format!(
                "{windows} heard nothing for two seconds and began anew."
            ));
        }
        if self.verdict.deliveries == 0 {
            problems.push("Nobody heard anything.".to_owned());
        }
        let stall = self
            .stall
            .as_ref()
            .filter(|stall| stall.missed > stall.skipped);
        if let Some(stall) = stall {
            problems.push(format!(
                "The stalled members missed {} but were told of {}.",
                plural(stall.missed, "message"),
                stall.skipped
            ));
        }
        problems
    }
}

impl StallResults {
    fn rows(&self, table: &mut Table) {
        table.count("stalled members", self.members);
        table.rate("deliveries/s before", self.deliveries_per_second_before);
        table.rate("deliveries/s during", self.deliveries_per_second_during);
        let silence = crate::table::thousands(self.longest_silence_us);
        table.text("longest silence", format!("{silence} us"));
        for (when, bytes) in [
            ("before", self.resident_bytes_before),
            ("during", self.resident_bytes_during),
        ] {
            if let Some(bytes) = bytes {
                table.text(&format!("server memory {when}"), mebibytes(bytes));
            }
        }
        table.count("stalled: closed", self.closed);
        table.count("stalled: told", self.told);
        table.count("stalled: skipped", self.skipped);
        table.count("stalled: missed", self.missed);
    }
}

impl IdleResults {
    pub(crate) fn rows(&self, table: &mut Table) {
        table.count("joined", self.joined);
        table.rate("joins/s", self.joins_per_second);
        if let Some(server) = &self.server {
            server.rows(table, "join");
        }
        let halves = [
            ("first", self.first_half_cpu_us_each),
            ("second", self.second_half_cpu_us_each),
        ];
        for (half, each_us) in halves {
            if let Some(each_us) = each_us {
                table.text(
                    &format!("{half} half, CPU/join"),
                    format!("{each_us:.3} us"),
                );
            }
        }
        if let Some(bytes) = self.resident_bytes_per_person {
            table.rate("server bytes/person", bytes);
        }
        if let Some(share) = self.idle_cpu_share {
            table.text("server CPU idle", format!("{:.1} %", 100.0 * share));
        }
        table.count("closed", self.closed);
    }

    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.joined < self.wanted {
            let missing = plural(self.wanted - self.joined, "member");
            let told = self.first_refusal.clone().unwrap_or_default();
            problems.push(format!("{missing} did not come in; one was told: {told}"));
        }
        if self.closed > 0 {
            let connections = plural(self.closed, "connection");
            problems.push(format!("{connections} ended early."));
        }
        problems
    }
}

impl VisitResults {
    pub(crate) fn rows(&self, table: &mut Table) {
        table.count("visits", self.visits);
        table.rate("visits/s", self.visits_per_second);
        self.join_latency_us.rows(table, "join latency");
        if let Some(server) = &self.server {
            server.rows(table, "visit");
        }
        generator_row(table, self.generator_cpu_share);
        self.verdict.rows(table);
        table.count("errors", self.errors);
    }

    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = self.verdict.problems();
        if self.errors > 0 {
            let visits = plural(self.errors, "visit");
            let first = self.first_error.clone().unwrap_or_default();
            problems.push(format!("{visits} failed, the first so: {first}"));
        }
        if self.visits == 0 {
            problems.push("No visit ended in the time measured.".to_owned());
        }
        problems
    }
}

fn generator_row(table: &mut Table, share: Option<f64>) {
    if let Some(share) = share {
        table.text("generator CPU", format!("{:.0} %", 100.0 * share));
    }
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

//! Visits: people come in, say a line and leave, as scripts do, while residents listen.
//!
//! Each visitor stands in a *slot*, and as soon as one has left the next takes its place. For the
//! residents a slot is a sender: what is said in it has an order, since a visit begins when the one
//! before it is over.

use std::io;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::json;

use crate::BenchError;
use crate::arrival::{arrive, introduction};
use crate::clock::{Micros, micros};
use crate::hearing::{Hearing, Seat, histogram};
use crate::marker::Marker;
use crate::meter::{Meter, Span};
use crate::names::Names;
use crate::phases;
use crate::plan::Plan;
use crate::report::{Report, percentiles, server_cost};
use crate::sockets::{Listens, Sockets};
use crate::speech::Speech;

/// A visit that takes longer than this at the end has failed.
const VISIT_TIME_MAX: Duration = Duration::from_secs(10);

/// How long one wait may be.
const TURN: Duration = Duration::from_millis(100);

/// Carries out such a plan.
pub(crate) fn run(plan: &Plan, visitors: usize) -> Result<Report, BenchError> {
    let meter = Meter::new(plan.target.server_pid)?;
    let mut sockets = Sockets::new(plan, plan.crowd.members + visitors)?;
    let names = Names::new();
    arrive(plan, &names, &meter, &mut sockets)?;
    let mut house = House::new(plan, &names, visitors);
    // Two take turns, for neither may hear itself.
    phases::sync(&mut sockets, &mut house.hearing, |_, round| round % 2)?;
    for _ in 0..visitors {
        sockets.connect()?;
    }
    let mut visiting = Visiting {
        plan,
        names,
        next_name: plan.crowd.members,
        sockets,
        house,
    };
    (0..visitors).for_each(|slot| visiting.introduce(slot));
    visiting.go_on_for(plan.warmup, true)?;
    let before = visiting.begin(&meter)?;
    visiting.go_on_for(plan.duration, true)?;
    let span = visiting.reading(&meter)?.since(&before);
    let visits = visiting.house.done - visiting.house.done_before;
    visiting.go_on_for(VISIT_TIME_MAX, false)?;
    visiting.house.give_up();
    let Visiting {
        mut sockets,
        mut house,
        ..
    } = visiting;
    // Visitors who have got stuck; the residents stay.
    sockets.forget_from(plan.crowd.members);
    phases::rest(&mut sockets, &mut house.hearing)?;
    phases::leave(&mut sockets, &house.hearing.ear.speech, plan.crowd.members)?;
    let mut report = Report::new(plan);
    report.add(json!({
        "workload": "visits",
        "visits": visits,
        "visits_per_second": span.per_second(visits),
        "join_latency_us": percentiles(&house.join_latency),
        "errors": house.failures,
        "generator_cpu_share": span.own_share().filter(|_| !plan.spins),
        "server": server_cost(&span, visits, meter.server_bytes()?),
    }));
    report.judge(&house.hearing);
    let first = house.first_failure.unwrap_or_default();
    report.object(
        house.failures,
        "visit",
        format_args!("failed, the first so: {first}"),
    );
    if visits == 0 {
        report
            .problems
            .push("No visit ended in the time measured.".to_owned());
    }
    Ok(report)
}

/// Visits under way.
struct Visiting<'a> {
    plan: &'a Plan,
    names: Names,
    next_name: usize,
    sockets: Sockets,
    house: House,
}

/// The residents, and how far each visit is.
struct House {
    hearing: Hearing,
    residents: usize,
    slots: Vec<Slot>,
    /// Slots whose visitor is in and has said nothing.
    to_speak: Vec<usize>,
    /// Slots whose visitor has left.
    free: Vec<usize>,
    join_latency: Histogram<u64>,
    done: u64,
    done_before: u64,
    failures: u64,
    first_failure: Option<String>,
}

#[derive(Debug, Clone, Default)]
struct Slot {
    since: Micros,
    step: Step,
    /// What the server said last.
    told: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Step {
    #[default]
    Arriving,
    IsIn,
    Leaving,
    Gone,
}

impl Visiting<'_> {
    fn introduce(&mut self, slot: usize) {
        let speech = &self.house.hearing.ear.speech;
        let introduction = introduction(self.plan, speech, &self.names, self.next_name);
        self.next_name += 1;
        self.house.slots[slot] = Slot {
            since: self.sockets.clock.now(),
            ..Slot::default()
        };
        let connection = self.plan.crowd.members + slot;
        self.sockets.send(connection, introduction.as_bytes());
    }

    /// Counts from now on.
    fn begin(&mut self, meter: &Meter) -> Result<Span, BenchError> {
        self.house.done_before = self.house.done;
        self.house.join_latency.reset();
        self.reading(meter)
    }

    fn reading(&self, meter: &Meter) -> Result<Span, BenchError> {
        let counters = self.house.hearing.counters(self.sockets.reads);
        meter.read(self.sockets.clock.now(), counters)
    }

    /// Lets people come and go; or, if nobody comes any more, until the last has gone.
    fn go_on_for(&mut self, duration: Duration, let_in: bool) -> io::Result<()> {
        let end = self.sockets.clock.now() + micros(duration);
        loop {
            let now = self.sockets.clock.now();
            let is_over = !let_in && self.house.free.len() == self.house.slots.len();
            if now >= end || is_over {
                return Ok(());
            }
            if let_in {
                self.let_in();
            }
            self.sockets.poll(TURN, &mut self.house)?;
            self.speak();
        }
    }

    fn let_in(&mut self) {
        for slot in std::mem::take(&mut self.house.free) {
            match self.sockets.reconnect(self.plan.crowd.members + slot) {
                Ok(()) => self.introduce(slot),
                Err(error) => self.house.fail(slot, error.to_string()),
            }
        }
    }

    fn speak(&mut self) {
        let now = self.sockets.clock.now();
        let mut line = Vec::new();
        for slot in std::mem::take(&mut self.house.to_speak) {
            if self.house.slots[slot].step != Step::IsIn {
                continue;
            }
            self.house.slots[slot].step = Step::Leaving;
            line.clear();
            self.house.hearing.say(&mut line, slot, now);
            line.extend_from_slice(self.house.hearing.ear.speech.farewell());
            self.sockets.send(self.plan.crowd.members + slot, &line);
        }
    }
}

impl House {
    fn new(plan: &Plan, names: &Names, visitors: usize) -> Self {
        let marker = Marker::new(names.run(), plan.payload);
        let seats = vec![Seat::new(0, None, false); plan.crowd.members];
        Self {
            hearing: Hearing::new((marker, Speech::new(plan, names)), seats, 1, visitors),
            residents: plan.crowd.members,
            slots: vec![Slot::default(); visitors],
            to_speak: Vec::new(),
            free: Vec::new(),
            join_latency: histogram(),
            done: 0,
            done_before: 0,
            failures: 0,
            first_failure: None,
        }
    }

    fn fail(&mut self, slot: usize, why: String) {
        self.failures += 1;
        self.first_failure.get_or_insert(why);
        self.slots[slot].step = Step::Gone;
        self.free.push(slot);
    }

    /// Those who are not gone now never will be.
    fn give_up(&mut self) {
        for slot in 0..self.slots.len() {
            if self.slots[slot].step != Step::Gone {
                let told = &self.slots[slot].told;
                self.fail(
                    slot,
                    format!("it took too long; the server's last line: \"{told}\""),
                );
            }
        }
    }

    fn visitor_line(&mut self, slot: usize, line: &[u8], now: Micros) {
        let visit = &mut self.slots[slot];
        if visit.step != Step::Arriving {
            return;
        }
        if self.hearing.ear.speech.is_welcome(line) {
            visit.step = Step::IsIn;
            self.join_latency
                .saturating_record(now.saturating_sub(visit.since));
            self.to_speak.push(slot);
        } else if !line.is_empty() {
            visit.told = String::from_utf8_lossy(line).into_owned();
        }
    }

    fn visitor_closed(&mut self, slot: usize, why: Option<io::Error>) {
        let visit = &mut self.slots[slot];
        match (visit.step, why) {
            (Step::Leaving, None) => {
                visit.step = Step::Gone;
                self.done += 1;
                self.free.push(slot);
            }
            (Step::Gone, _) => {}
            (_, Some(error)) => self.fail(slot, format!("{error}.")),
            (Step::Arriving | Step::IsIn, None) => {
                let told = std::mem::take(&mut visit.told);
                self.fail(slot, format!("turned away with \"{told}\""));
            }
        }
    }
}

impl Listens for House {
    fn line(&mut self, from: usize, line: &[u8], now: Micros) {
        match from.checked_sub(self.residents) {
            None => self.hearing.line(from, line, now),
            Some(slot) => self.visitor_line(slot, line, now),
        }
    }

    fn closed(&mut self, from: usize, why: Option<io::Error>, now: Micros) {
        match from.checked_sub(self.residents) {
            None => self.hearing.closed(from, why, now),
            Some(slot) => self.visitor_closed(slot, why),
        }
    }
}

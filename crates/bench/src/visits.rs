//! Visits: people come in, say a line and leave, as scripts do, while residents listen.
//!
//! Each visitor stands in a *slot*, and as soon as one has left the next takes its place. For the
//! residents a slot is a sender: what is said in it has an order, since a visit begins when the one
//! before it is over.

use std::io;
use std::time::Duration;

use hdrhistogram::Histogram;
use memchr::memmem;

use crate::BenchError;
use crate::arrival::{WELCOME, arrive};
use crate::clock::{Micros, micros};
use crate::hearing::{Hearing, Seat, histogram};
use crate::marker::{Kind, Mark, Marker};
use crate::meter::{Counters, Meter, Reading};
use crate::names::Names;
use crate::phases;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::report::{Report, Results};
use crate::results::{Percentiles, ServerCost, Verdict, VisitResults};
use crate::sockets::{Listens, Sockets};
use crate::table::plural;

/// A visit that takes longer has failed.
const VISIT_TIME_MAX: Micros = 10_000_000;

/// After so many failures in a row there is nothing to be measured.
const FAILURES_MAX: u64 = 1_000;

/// How long one wait may be: late visits are looked for in between.
const TURN: Duration = Duration::from_millis(100);

/// Carries out such a plan.
pub(crate) fn run(
    plan: &Plan,
    visitors: usize,
    progress: &mut Progress<'_>,
) -> Result<Report, BenchError> {
    let meter = Meter::new(plan.server_pid)?;
    let mut sockets = Sockets::new(plan.address, plan.members + visitors, plan.spins)?;
    let names = Names::new();
    arrive(plan, &names, &meter, &mut sockets, progress)?.all(plan)?;
    let mut house = House::new(plan, &names, visitors);
    // Two take turns, for neither may hear itself.
    phases::sync(&mut sockets, &mut house.hearing, |_, round| round % 2)?;
    phases::quiet(&mut sockets, &mut house.hearing)?;
    for _ in 0..visitors {
        sockets.connect()?;
    }
    let mut visiting = Visiting {
        plan,
        names,
        next_name: plan.members as u64,
        sockets,
        house,
        progress,
    };
    visiting.introduce_all();
    visiting.go_on_for(plan.warmup, true)?;
    let before = visiting.begin(&meter)?;
    visiting.go_on_for(plan.duration, true)?;
    let span = visiting.reading(&meter)?.since(&before);
    let visits = visiting.house.done - visiting.house.done_before;
    visiting.go_on_for(Duration::from_micros(VISIT_TIME_MAX), false)?;
    let Visiting {
        mut sockets,
        mut house,
        ..
    } = visiting;
    // Visitors who have got stuck; the residents stay.
    sockets.forget_from(plan.members);
    phases::rest(&mut sockets, &mut house.hearing, progress)?;
    phases::leave(&mut sockets, plan.members)?;
    let results = VisitResults {
        visits,
        visits_per_second: span.per_second(visits),
        join_latency_us: Percentiles::of(&house.join_latency),
        errors: house.failures,
        first_error: house.first_failure,
        generator_cpu_share: span.own_share().filter(|_| !plan.spins),
        server: ServerCost::of(&span, visits, meter.server_bytes()?),
        verdict: Verdict::of(&house.hearing),
    };
    Ok(Report::new(plan, Results::Visits(results)))
}

/// Visits under way.
struct Visiting<'a, 'p> {
    plan: &'a Plan,
    names: Names,
    next_name: u64,
    sockets: Sockets,
    house: House,
    progress: &'a mut Progress<'p>,
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
    failures_in_a_row: u64,
    first_failure: Option<String>,
}

#[derive(Debug, Clone)]
struct Slot {
    since: Micros,
    step: Step,
    /// What the server said last.
    told: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Arriving,
    IsIn,
    Leaving,
    Gone,
}

impl Visiting<'_, '_> {
    /// The first visitors, whose connections have begun.
    fn introduce_all(&mut self) {
        (0..self.house.slots.len()).for_each(|slot| self.introduce(slot));
    }

    fn introduce(&mut self, slot: usize) {
        let name = self.names.person(self.next_name);
        self.next_name += 1;
        let now = self.sockets.clock.now();
        self.house.slots[slot] = Slot::new(now);
        let connection = self.plan.members + slot;
        self.sockets
            .send(connection, format!("{name}\n").as_bytes());
    }

    /// Counts from now on.
    fn begin(&mut self, meter: &Meter) -> Result<Reading, BenchError> {
        self.house.done_before = self.house.done;
        self.house.join_latency.reset();
        self.reading(meter)
    }

    fn reading(&self, meter: &Meter) -> Result<Reading, BenchError> {
        let counters = Counters {
            heard: self.house.hearing.counts.heard,
            sent: self.house.hearing.sent_by_all(),
            reads: self.sockets.reads,
        };
        meter.read(self.sockets.clock.now(), counters)
    }

    /// Lets people come and go; or, if nobody comes any more, until the last has gone.
    fn go_on_for(&mut self, duration: Duration, let_in: bool) -> io::Result<()> {
        let end = self.sockets.clock.now() + micros(duration);
        loop {
            let now = self.sockets.clock.now();
            let is_over = !let_in && self.house.free.len() == self.house.slots.len();
            if now >= end || is_over || self.house.failures_in_a_row >= FAILURES_MAX {
                return Ok(());
            }
            if let_in {
                self.let_in();
            }
            self.sockets.poll(TURN, &mut self.house)?;
            self.speak();
            self.house.give_up_on_the_late(now);
            self.progress.tick(now, || plural(self.house.done, "visit"));
        }
    }

    fn let_in(&mut self) {
        for slot in std::mem::take(&mut self.house.free) {
            match self.sockets.reconnect(self.plan.members + slot) {
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
            let hearing = &mut self.house.hearing;
            let mark = Mark {
                room: 0,
                sender: slot as u16,
                seq: hearing.windows[slot].send(now),
                time: now as u32,
            };
            hearing.marker.write(&mut line, Kind::Message, mark);
            line.extend_from_slice(b"\n/quit\n");
            self.sockets.send(self.plan.members + slot, &line);
        }
    }
}

impl House {
    fn new(plan: &Plan, names: &Names, visitors: usize) -> Self {
        let marker = Marker::new(names.run(), plan.payload);
        let seats = vec![Seat::new(0, None, false); plan.members];
        Self {
            hearing: Hearing::new(marker, seats, 1, visitors),
            residents: plan.members,
            slots: vec![Slot::new(0); visitors],
            to_speak: Vec::new(),
            free: Vec::new(),
            join_latency: histogram(),
            done: 0,
            done_before: 0,
            failures: 0,
            failures_in_a_row: 0,
            first_failure: None,
        }
    }

    fn fail(&mut self, slot: usize, why: String) {
        self.failures += 1;
        self.failures_in_a_row += 1;
        self.first_failure.get_or_insert(why);
        self.slots[slot].step = Step::Gone;
        self.free.push(slot);
    }

    fn give_up_on_the_late(&mut self, now: Micros) {
        for slot in 0..self.slots.len() {
            let Slot { since, step, .. } = self.slots[slot];
            if step != Step::Gone && now.saturating_sub(since) > VISIT_TIME_MAX {
                let told = &self.slots[slot].told;
                let why = format!("it took too long; the server's last line: \"{told}\"");
                self.fail(slot, why);
            }
        }
    }

    fn visitor_line(&mut self, slot: usize, line: &[u8], now: Micros) {
        let visit = &mut self.slots[slot];
        if visit.step != Step::Arriving {
            return;
        }
        if memmem::find(line, WELCOME).is_some() {
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
                self.failures_in_a_row = 0;
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

impl Slot {
    fn new(since: Micros) -> Self {
        Self {
            since,
            step: Step::Arriving,
            told: String::new(),
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

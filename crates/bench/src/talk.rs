//! Talking: in each room some send and all listen, as fast as the server delivers or at a fixed rate.
//!
//! It must not know how a line is read: [`Hearing`] does, and what it has heard opens the windows
//! that are looked at here between two turns of the poll. Members are numbered room by room; in each
//! the senders come first, and the last is the probe. A member alone in a room has no seat: nothing is for
//! their ears.

use std::io;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::json;

use crate::BenchError;
use crate::arrival::arrive;
use crate::clock::{Micros, micros, seconds};
use crate::hearing::{Hearing, Seat, histogram};
use crate::marker::Marker;
use crate::meter::{Counters, Meter, Span};
use crate::names::Names;
use crate::pace::Schedule;
use crate::phases;
use crate::plan::{Pace, Plan, Talk};
use crate::report::{Report, percentiles, server_cost};
use crate::sockets::Sockets;
use crate::speech::Speech;

/// A sender whose socket has not taken this much is not given more: the messages wait, and their
/// latency counts from when they were due.
const BACKLOG_BYTES_MAX: usize = 1 << 20;

/// How long a closed loop may wait for news at once: it looks at its windows in between.
const TURN: Duration = Duration::from_millis(100);

/// The poll waits in whole milliseconds, so the last one before a message is due is not slept.
const MILLISECOND: Micros = 1_000;

/// Carries out such a plan.
pub(crate) fn run(plan: &Plan, talk: &Talk) -> Result<Report, BenchError> {
    let meter = Meter::new(plan.target.server_pid)?;
    let mut sockets = Sockets::new(plan, plan.people())?;
    let names = Names::new();
    let arrived = arrive(plan, &names, &meter, &mut sockets)?;
    let mut talking = Talking::new(plan, talk, &names, sockets, meter);
    talking.sync()?;
    talking.warm_up()?;
    let (span, stall) = match talk.stalled {
        0 => (talking.measure(plan.duration)?, None),
        _ => {
            let (span, stall) = talking.measure_with_stall()?;
            (span, Some(stall))
        }
    };
    phases::rest(&mut talking.sockets, &mut talking.hearing)?;
    phases::leave(
        &mut talking.sockets,
        &talking.hearing.ear.speech,
        plan.people(),
    )?;
    let mut report = Report::new(plan);
    let joins = arrived.joined as f64 / seconds(arrived.took.max(1));
    report.add(json!({"workload": "talk", "joins_per_second": joins}));
    talking.report(&mut report, &span)?;
    if let Some(stall) = stall {
        talking.report_stall(&mut report, &stall);
    }
    Ok(report)
}

/// A conversation under way.
struct Talking<'a> {
    plan: &'a Plan,
    talk: &'a Talk,
    sockets: Sockets,
    hearing: Hearing,
    meter: Meter,
    /// Of an open loop: when messages are due.
    schedule: Option<Schedule>,
    /// Of an open loop: the number of the next message, and how many should have been sent.
    next: u64,
    due: u64,
    /// Of an open loop: how long after they were due messages were sent.
    late: Histogram<u64>,
    line: Vec<u8>,
    touched: Vec<usize>,
}

/// What a stall was like, before its members read again.
struct Stall {
    before: Span,
    during: Span,
    silence: Micros,
    /// The server's memory.
    bytes_before: Option<u64>,
    bytes_during: Option<u64>,
}

impl<'a> Talking<'a> {
    fn new(plan: &'a Plan, talk: &'a Talk, names: &Names, sockets: Sockets, meter: Meter) -> Self {
        let marker = Marker::new(names.run(), plan.payload);
        Self {
            hearing: Hearing::new(
                (marker, Speech::new(plan, names)),
                seats(plan, talk),
                plan.crowd.rooms,
                talk.senders,
            ),
            schedule: None,
            plan,
            talk,
            sockets,
            meter,
            next: 0,
            due: 0,
            late: histogram(),
            line: Vec::new(),
            touched: Vec::new(),
        }
    }

    fn sync(&mut self) -> Result<(), BenchError> {
        let (members, senders) = (self.plan.crowd.members, self.talk.senders);
        let speaker = |room, round| room * members + round % senders;
        phases::sync(&mut self.sockets, &mut self.hearing, speaker)
    }

    fn warm_up(&mut self) -> io::Result<()> {
        if let Pace::Rate(rate) = self.talk.pace {
            self.schedule = Some(Schedule::new(self.sockets.clock.now(), rate));
        }
        self.talk_for(self.plan.warmup)
    }

    fn measure(&mut self, duration: Duration) -> Result<Span, BenchError> {
        let start = self.reading()?;
        self.hearing.latency.is_measuring = true;
        self.talk_for(duration)?;
        self.hearing.latency.is_measuring = false;
        Ok(self.reading()?.since(&start))
    }

    /// Half of the time undisturbed, and half with members who do not read.
    fn measure_with_stall(&mut self) -> Result<(Span, Stall), BenchError> {
        let before = self.measure(self.plan.duration / 2)?;
        let bytes_before = self.meter.server_bytes()?;
        let stalled = self.stalled();
        for member in &stalled {
            self.sockets.stall(*member);
            self.hearing.seats[*member].is_stalled = true;
        }
        self.hearing.watch_silence(self.sockets.clock.now());
        let during = self.measure(self.plan.duration / 2)?;
        let silence = self.hearing.longest_silence(self.sockets.clock.now());
        let bytes_during = self.meter.server_bytes()?;
        for member in &stalled {
            self.sockets.resume(*member, &mut self.hearing);
        }
        let stall = Stall {
            before,
            during,
            silence,
            bytes_before,
            bytes_during,
        };
        Ok((before.and(&during), stall))
    }

    /// Those who are to stall: in each room the last before the probe.
    fn stalled(&self) -> Vec<usize> {
        let all = 0..self.hearing.seats.len();
        all.filter(|member| self.plan.is_to_stall(*member))
            .collect()
    }

    fn reading(&self) -> Result<Span, BenchError> {
        let counters = self.hearing.counters(self.sockets.reads);
        self.meter.read(self.sockets.clock.now(), counters)
    }

    fn talk_for(&mut self, duration: Duration) -> io::Result<()> {
        let end = self.sockets.clock.now() + micros(duration);
        loop {
            let now = self.sockets.clock.now().min(end);
            self.send(now);
            if now == end {
                return Ok(());
            }
            let limit = Duration::from_micros(end - now).min(self.time_to_wait());
            self.sockets.poll(limit, &mut self.hearing)?;
        }
    }

    /// Sends what may be sent now, in one write for each sender.
    fn send(&mut self, now: Micros) {
        match (self.schedule, self.talk.pace) {
            (Some(schedule), _) => self.send_due(schedule, now),
            (None, Pace::Window(size)) => self.fill_windows(size, now),
            (None, Pace::Rate(_)) => {}
        }
        for sender in self.touched.drain(..) {
            self.sockets.flush(sender);
        }
    }

    fn fill_windows(&mut self, size: u32, now: Micros) {
        for sender in 0..self.hearing.senders.windows.len() {
            if !self.hearing.seats[self.member(sender)].is_open {
                continue;
            }
            for _ in 0..self.hearing.senders.windows[sender].free(size) {
                self.queue(sender, now);
            }
        }
    }

    /// All senders take turns. One whose socket is full holds up the others: the schedule is of them
    /// all.
    fn send_due(&mut self, schedule: Schedule, now: Micros) {
        self.due = schedule.due_by(now);
        while self.next < self.due {
            let sender = (self.next % self.hearing.senders.windows.len() as u64) as usize;
            if self.sockets.backlog(self.member(sender)) > BACKLOG_BYTES_MAX {
                return;
            }
            let due = schedule.due(self.next);
            self.late.saturating_record(now - due);
            self.next += 1;
            self.queue(sender, due);
        }
    }

    fn queue(&mut self, sender: usize, due: Micros) {
        self.line.clear();
        self.hearing.say(&mut self.line, sender, due);
        let member = self.member(sender);
        self.sockets.queue(member, &self.line);
        if self.touched.last() != Some(&member) {
            self.touched.push(member);
        }
    }

    /// The connection of a sender.
    fn member(&self, sender: usize) -> usize {
        let (room, place) = (sender / self.talk.senders, sender % self.talk.senders);
        room * self.plan.crowd.members + place
    }

    fn time_to_wait(&self) -> Duration {
        let Some(schedule) = self.schedule else {
            return TURN;
        };
        let now = self.sockets.clock.now();
        let left = schedule.due(self.next).saturating_sub(now);
        match self.next < self.due {
            true => Duration::from_millis(1),
            false => Duration::from_millis(left / MILLISECOND).min(TURN),
        }
    }

    fn report(&self, report: &mut Report, span: &Span) -> Result<(), BenchError> {
        let Counters { heard, sent, reads } = span.counters;
        let unsent = self.due - self.next;
        report.add(json!({
            "deliveries_per_second": span.per_second(heard),
            "messages_per_second": span.per_second(sent),
            "lines_per_read": heard as f64 / reads.max(1) as f64,
            "latency_us": percentiles(&self.hearing.latency.histogram),
            "sent_late_us": self.schedule.map(|_| percentiles(&self.late)),
            "unsent": unsent,
            // One that spins uses all of its core and cannot tell.
            "generator_cpu_share": span.own_share().filter(|_| !self.plan.spins),
            "server": server_cost(span, heard, self.meter.server_bytes()?),
        }));
        report.judge(&self.hearing);
        report.object(unsent, "message", "could not be sent at their time.");
        if self.hearing.counts.heard == 0 {
            report.problems.push("Nobody heard anything.".to_owned());
        }
        Ok(())
    }

    fn report_stall(&self, report: &mut Report, stall: &Stall) {
        let counts = &self.hearing.counts;
        let stalled = self.stalled();
        let is_gone = |member: &&usize| !self.hearing.seats[**member].is_open;
        let missed = self.hearing.missing(true);
        let figures = json!({
            "members": stalled.len(),
            "deliveries_per_second_before": stall.before.per_second(stall.before.counters.heard),
            "deliveries_per_second_during": stall.during.per_second(stall.during.counters.heard),
            "resident_bytes_before": stall.bytes_before,
            "resident_bytes_during": stall.bytes_during,
            "longest_silence_us": stall.silence,
            "closed": stalled.iter().filter(is_gone).count(),
            "told": counts.behind,
            "first_told": counts.first_behind,
            "skipped": counts.skipped,
            "missed": missed,
        });
        report.figures.insert("stall".to_owned(), figures);
        if missed > counts.skipped {
            let told = format!(
                "missed by stalled members, who were told of {}.",
                counts.skipped
            );
            report.object(missed, "message", told);
        }
    }
}

/// Who sits where.
fn seats(plan: &Plan, talk: &Talk) -> Vec<Seat> {
    let seat = |member: usize| {
        let (room, place) = (member / plan.crowd.members, member % plan.crowd.members);
        let own = (place < talk.senders).then_some(place as u16);
        Seat::new(room as u16, own, place + 1 == plan.crowd.members)
    };
    (0..plan.talkers()).map(seat).collect()
}

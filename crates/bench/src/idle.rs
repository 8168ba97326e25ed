//! Coming in and doing nothing: what a person costs who only is there.

use std::io;
use std::time::Duration;

use crate::BenchError;
use crate::arrival::arrive;
use crate::clock::{Micros, micros, seconds};
use crate::meter::{Counters, Meter};
use crate::names::Names;
use crate::phases;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::report::{Report, Results};
use crate::results::{IdleResults, ServerCost};
use crate::sockets::{Listens, Sockets};

/// How long one wait may be: the progress is shown in between.
const TURN: Duration = Duration::from_millis(200);

/// Carries out such a plan.
pub(crate) fn run(plan: &Plan, progress: &mut Progress<'_>) -> Result<Report, BenchError> {
    let meter = Meter::new(plan.server_pid)?;
    let mut sockets = Sockets::new(plan.address, plan.people(), plan.spins)?;
    let none = Counters::default();
    let bytes_before = meter.server_bytes()?;
    let before = meter.read(sockets.clock.now(), none)?;
    let arrived = arrive(plan, &Names::new(), &meter, &mut sockets, progress)?.any(plan)?;
    let mut present = Present::default();
    phases::quiet(&mut sockets, &mut present)?;
    let joined = meter.read(sockets.clock.now(), none)?;
    let bytes = meter.server_bytes()?;
    hold(plan.duration, &mut sockets, &mut present, progress)?;
    let after = meter.read(sockets.clock.now(), none)?;
    phases::leave(&mut sockets, arrived.wanted)?;
    let count = arrived.joined as u64;
    let grown = bytes.zip(bytes_before);
    let grown = grown.map(|(now, before)| now.saturating_sub(before) as f64);
    let halves = arrived.halfway.map(|(first, halfway)| {
        let second = count.saturating_sub(first);
        (
            halfway.since(&before).server_cpu_us_each(first),
            joined.since(&halfway).server_cpu_us_each(second),
        )
    });
    let (first_half_cpu_us_each, second_half_cpu_us_each) = halves.unwrap_or_default();
    let results = IdleResults {
        joined: count,
        wanted: arrived.wanted as u64,
        first_refusal: arrived.told,
        joins_per_second: count as f64 / seconds(arrived.took.max(1)),
        closed: present.closed,
        server: ServerCost::of(&joined.since(&before), count, bytes),
        first_half_cpu_us_each,
        second_half_cpu_us_each,
        resident_bytes_per_person: grown.map(|bytes| bytes / count as f64),
        idle_cpu_share: after.since(&joined).server_share(),
    };
    Ok(Report::new(plan, Results::Idle(results)))
}

/// Stays for this long.
fn hold(
    duration: Duration,
    sockets: &mut Sockets,
    present: &mut Present,
    progress: &mut Progress<'_>,
) -> io::Result<()> {
    let end = sockets.clock.now() + micros(duration);
    loop {
        let now = sockets.clock.now();
        if now >= end {
            return Ok(());
        }
        progress.tick(now, || format!("{} are there", sockets.open()));
        sockets.poll(TURN.min(Duration::from_micros(end - now)), present)?;
    }
}

/// Those who are there.
#[derive(Debug, Default)]
struct Present {
    closed: u64,
}

impl Listens for Present {
    fn line(&mut self, _from: usize, _line: &[u8], _now: Micros) {}

    fn closed(&mut self, _from: usize, _why: Option<io::Error>, _now: Micros) {
        self.closed += 1;
    }
}

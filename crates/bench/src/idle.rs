//! Coming in and doing nothing: what a person costs who only is there.

use serde_json::json;

use crate::BenchError;
use crate::arrival::arrive;
use crate::clock::seconds;
use crate::meter::{Counters, Meter};
use crate::names::Names;
use crate::phases;
use crate::plan::Plan;
use crate::report::{Report, server_cost};
use crate::sockets::Sockets;
use crate::speech::Speech;

/// Carries out such a plan.
pub(crate) fn run(plan: &Plan) -> Result<Report, BenchError> {
    let meter = Meter::new(plan.target.server_pid)?;
    let mut sockets = Sockets::new(plan, plan.people())?;
    let none = Counters::default();
    let bytes_before = meter.server_bytes()?;
    let before = meter.read(sockets.clock.now(), none)?;
    let names = Names::new();
    let arrived = arrive(plan, &names, &meter, &mut sockets)?;
    let mut present = phases::Idle::default();
    phases::quiet(&mut sockets, &mut present)?;
    let joined = meter.read(sockets.clock.now(), none)?;
    let bytes = meter.server_bytes()?;
    phases::wait(&mut sockets, &mut present, plan.duration, |_, _| false)?;
    let after = meter.read(sockets.clock.now(), none)?;
    phases::leave(&mut sockets, &Speech::new(plan, &names), plan.people())?;
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
    let (first_half, second_half) = halves.unwrap_or_default();
    let mut report = Report::new(plan);
    report.add(json!({
        "workload": "idle",
        "joined": count,
        "joins_per_second": count as f64 / seconds(arrived.took.max(1)),
        "closed": present.closed,
        "server": server_cost(&joined.since(&before), count, bytes),
        "first_half_cpu_us_each": first_half,
        "second_half_cpu_us_each": second_half,
        "resident_bytes_per_person": grown.map(|bytes| bytes / count as f64),
        "idle_cpu_share": after.since(&joined).server_share(),
    }));
    let told = arrived.told.unwrap_or_default();
    let missing = plan.people() as u64 - count;
    report.object(
        missing,
        "member",
        format_args!("did not come in; one was told: {told}"),
    );
    report.object(present.closed, "connection", "ended early.");
    Ok(report)
}

//! The load generator behind `chinwag bench`: how much a server gives, so that people can size one.
//!
//! It must know nothing of the server's crates: it speaks the plain dialect over TCP as people do,
//! line JSON as programs do, or IRC, and knows of them the welcome, what is said and what is refused. So it measures any server of chinwag, and the [ceiling](../ceiling/index.html).
//!
//! The decisions that shaped it: one thread and one poll, so that its own cost is known and small;
//! and every member follows every message of its room, because a server that is fast by losing some
//! would otherwise look good.

mod arrival;
mod book;
mod clock;
mod ear;
mod error;
mod hearing;
mod idle;
mod lines;
mod marker;
mod meter;
mod names;
mod pace;
mod phases;
mod plan;
mod process;
mod report;
mod seat;
mod server;
mod sockets;
mod speech;
mod stream;
mod talk;
mod visits;

pub use error::{BenchError, Refusal};
pub use plan::{Client, Crowd, Pace, Plan, Talk, Target, Workload, resolve};
pub use report::{Report, hint};
pub use server::OwnServer;
pub use speech::Dialect;

/// Carries out a plan. What it finds wrong with the server is in the report.
///
/// # Errors
/// [`BenchError`], if there is nothing to report, or if there are people on the server.
pub fn run(plan: &Plan) -> Result<Report, BenchError> {
    if !plan.target.is_ours {
        server::must_be_empty(plan.target.address)?;
    }
    match &plan.workload {
        Workload::Talk(talk) => talk::run(plan, talk),
        Workload::Idle => idle::run(plan),
        Workload::Visits(visitors) => visits::run(plan, *visitors),
    }
}

//! The load generator behind `chinwag bench`: it measures how much a server can deliver, so that
//! people can size one.
//!
//! It must not know the server's crates: it speaks the plain dialect over TCP as people do, line
//! JSON as programs do, or IRC, and of these it only knows the welcome, messages and refusals. So
//! it measures any version of chinwag, and the [ceiling](../ceiling/index.html).
//!
//! Two decisions shaped it: one thread and one poll, so that its own cost is known and small; and
//! every member checks every message of its room, because otherwise a server that is fast by losing
//! messages would look good.

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

/// Carries out a plan. The report says what is wrong with the server.
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

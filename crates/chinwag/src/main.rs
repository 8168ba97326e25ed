//! `chinwag`: the one binary. It reads arguments, calls the server or the client, and turns what
//! went wrong into one sentence and an exit status. How anything works is the other crates' affair.

mod arguments;
mod logging;
mod serve;

use std::io::Write;
use std::process::ExitCode;

use arguments::{Arguments, Task};
use clap::Parser;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Serve(flags) => serve::serve(&flags),
        Task::Join(flags) => chinwag_client::join(&flags.options()).map_err(anyhow::Error::from),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If nobody reads it, there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "chinwag: {error}");
            ExitCode::FAILURE
        }
    }
}

//! `chinwag`: the one binary. It reads arguments, calls the server or the client, and turns what
//! went wrong into one sentence and an exit status. How anything works is the other crates' affair.

mod arguments;
mod logging;
mod serve;

use std::io::Write;
use std::process::ExitCode;

use arguments::{Arguments, Task};
use clap::{CommandFactory, Parser};

/// Lines are allocated by one thread and freed by another; see the reason in Cargo.toml.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error),
    };
    let outcome = match arguments.task {
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

/// Says what is wrong with the arguments, or what was asked for instead (`--help`). What is wrong
/// always comes with a usage line and status 2; clap leaves the line out where only a value is bad.
fn refuse(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    if !error.to_string().contains("Usage:") {
        let mut command = Arguments::command().bin_name("chinwag");
        command.build();
        let task = std::env::args().nth(1).unwrap_or_default();
        let usage = match command.find_subcommand_mut(&task) {
            Some(task) => task.render_usage(),
            None => command.render_usage(),
        };
        let _ = writeln!(std::io::stderr(), "\n{usage}");
    }
    ExitCode::from(2)
}

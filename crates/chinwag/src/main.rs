//! `chinwag`: the one binary. It reads arguments, calls the server, the client or the load
//! generator, and turns an error into one sentence and an exit status. The other crates know how
//! everything works.

mod announce;
mod arguments;
mod backup;
mod bench;
mod check;
mod data;
mod export;
mod fingerprint;
mod join;
mod log_queue;
mod logging;
mod password;
mod serve;
mod shell;
mod usage;
mod zone;

use std::io::Write;
use std::process::ExitCode;

use arguments::{Arguments, Task};
use clap::Parser;

/// Lines are allocated by one thread and freed by another; see the reason in Cargo.toml.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage::refuse(error),
    };
    let success = |()| ExitCode::SUCCESS;
    let outcome = match arguments.task {
        Task::Serve(flags) => serve::serve(flags)
            .map(success)
            .map_err(anyhow::Error::from),
        Task::Join(flags) => Ok(join::join(flags)),
        Task::Bench(flags) => bench::bench(&flags),
        Task::Export(flags) => export::export(&flags),
        Task::Backup(flags) => backup::backup(&flags).map(success),
        Task::Check(flags) => check::check(&flags),
        Task::Fingerprint(flags) => fingerprint::fingerprint(&flags).map(success),
        Task::Account(flags) => shell::account(&flags),
        Task::Room(flags) => shell::room(&flags),
        Task::Ban(flags) => shell::ban(&flags),
        Task::Unban(flags) => shell::unban(&flags),
        Task::Mute(flags) => shell::mute(&flags),
        Task::Unmute(flags) => shell::unmute(&flags),
        Task::Bans(flags) => shell::bans(&flags),
        Task::Who(flags) => shell::who(&flags),
        Task::Say(flags) => shell::say(&flags),
        Task::Kick(flags) => shell::kick(&flags),
    };
    outcome.unwrap_or_else(|error| {
        let error = match error.downcast::<clap::Error>() {
            Ok(wrong) => return usage::refuse(wrong),
            Err(error) => error,
        };
        // If nobody reads it, there is nobody to tell.
        let words = chinwag_client::plainly(&error.to_string());
        let _ = writeln!(std::io::stderr(), "chinwag: {words}");
        ExitCode::FAILURE
    })
}

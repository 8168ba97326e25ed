//! Where log lines go: standard error, so that standard output has only what `serve` announces.
//! They go through a queue that never makes anybody wait (`log_queue.rs`).

use std::io::{self, IsTerminal, Write};
use std::panic::{self, PanicHookInfo};
use std::thread;

use chinwag_server::config::LogConfig;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use crate::log_queue::{self, LogQueue};

/// The log. When it is dropped, everything logged is written.
pub(crate) struct Logging {
    queue: LogQueue,
    filter: reload::Handle<EnvFilter, Registry>,
}

/// Starts logging.
///
/// # Errors
/// If the system has no thread left.
pub(crate) fn start(config: &LogConfig) -> io::Result<Logging> {
    let queue = LogQueue::start(io::stderr(), |lines| {
        tracing::error!("{lines} lines of the log were dropped since the start: nobody read it");
    })?;
    let (filter, handle) = reload::Layer::new(EnvFilter::new(&config.level));
    let lines = fmt::layer()
        .with_writer(queue.clone())
        .with_ansi(io::stderr().is_terminal());
    let lines = match config.json {
        true => lines.json().boxed(),
        false => lines.boxed(),
    };
    tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .init();
    let panics = queue.clone();
    panic::set_hook(Box::new(move |info| report_panic(&panics, info)));
    Ok(Logging {
        queue,
        filter: handle,
    })
}

/// A panic is reported in the same way: otherwise the panicking thread might hang in a write and
/// the process would go on without it.
fn report_panic(queue: &LogQueue, info: &PanicHookInfo<'_>) {
    let thread = thread::current();
    let name = thread.name().unwrap_or("?");
    let backtrace = std::backtrace::Backtrace::capture();
    let words = format!("thread '{name}' {info}\n{backtrace}\n");
    if name == log_queue::THREAD {
        // Nobody else empties the queue.
        let _ = io::stderr().write_all(words.as_bytes());
        return;
    }
    let _ = queue.clone().write_all(words.as_bytes());
    queue.flush();
}

impl Logging {
    /// Logs at another level from now on.
    pub(crate) fn set_level(&self, level: &str) {
        // This fails only if there is no log any more.
        let _ = self.filter.reload(EnvFilter::new(level));
    }
}

impl Drop for Logging {
    fn drop(&mut self) {
        self.queue.flush();
    }
}

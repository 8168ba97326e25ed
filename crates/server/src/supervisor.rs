//! A thread that ends unasked ends the process: half a server that refuses connections would look
//! alive to the supervisor that should restart it.

use std::io;
use std::sync::mpsc::SyncSender;
use std::thread::{self, JoinHandle};

/// What the main thread waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Somebody asks the server to stop.
    Asked,
    /// The thread of this name has panicked.
    Panicked(String),
}

/// Starts threads that report a panic.
#[derive(Clone, Debug)]
pub(crate) struct Supervisor {
    endings: SyncSender<Ending>,
}

/// Reports on drop, when a panic unwinds through it.
struct Report {
    name: String,
    endings: SyncSender<Ending>,
}

impl Drop for Report {
    fn drop(&mut self) {
        if thread::panicking() {
            // The queue is only full if another report is on its way already.
            let _ = self
                .endings
                .try_send(Ending::Panicked(std::mem::take(&mut self.name)));
        }
    }
}

impl Supervisor {
    pub(crate) fn new(endings: SyncSender<Ending>) -> Self {
        Self { endings }
    }

    /// Starts a thread.
    ///
    /// # Errors
    /// If the system has none left.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        name: impl Into<String>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<JoinHandle<T>> {
        let name = name.into();
        let report = Report {
            name: name.clone(),
            endings: self.endings.clone(),
        };
        let thread = thread::Builder::new().name(name.clone());
        thread.spawn(move || {
            let _report = report;
            panic_if_asked(&name);
            work()
        })
    }
}

/// Panics in the thread that `CHINWAG_PANIC` names, for the test that a panic ends the process.
#[cfg(debug_assertions)]
fn panic_if_asked(name: &str) {
    let asked = std::env::var("CHINWAG_PANIC");
    assert!(asked.as_deref() != Ok(name), "CHINWAG_PANIC={name}");
}

#[cfg(not(debug_assertions))]
fn panic_if_asked(_: &str) {}

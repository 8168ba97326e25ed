//! A thread that ends unasked ends the process: half a server that refuses connections would look
//! alive to the supervisor that should restart it.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender};
use std::thread::{self, JoinHandle};

use crate::ServeError;

/// What the main thread waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Somebody asks the server to stop.
    Asked,
    /// The server has stopped.
    Stopped,
    /// The thread of this name has ended. Only while the server stops, that is as it should be.
    Ended(String),
    /// The thread of this name has panicked.
    Panicked(String),
}

/// Starts threads that report their end.
#[derive(Clone, Debug)]
pub(crate) struct Supervisor {
    endings: SyncSender<Ending>,
}

/// Reports on drop: a panic that unwinds drops it too.
struct Report {
    name: String,
    endings: SyncSender<Ending>,
}

impl Drop for Report {
    fn drop(&mut self) {
        let name = std::mem::take(&mut self.name);
        let ending = match thread::panicking() {
            true => Ending::Panicked(name),
            false => Ending::Ended(name),
        };
        // The queue is only full if another report is on its way already.
        let _ = self.endings.try_send(ending);
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

/// Waits until the server has stopped because somebody asked it to.
///
/// # Errors
/// As soon as a thread ends unasked, or panics. While the server stops, too: the other threads may
/// wait for the one that has panicked for ever.
pub(crate) fn wait(endings: &Receiver<Ending>) -> Result<(), ServeError> {
    let mut is_asked = false;
    for ending in endings {
        match ending {
            Ending::Asked => is_asked = true,
            Ending::Stopped => break,
            Ending::Ended(thread) if !is_asked => return Err(ServeError::Ended(thread)),
            Ending::Ended(_) => {}
            Ending::Panicked(thread) => return Err(ServeError::Panicked(thread)),
        }
    }
    Ok(())
}

/// Panics in the thread that `CHINWAG_PANIC` names, for the test that a panic ends the process.
#[cfg(debug_assertions)]
#[doc(hidden)]
pub fn panic_if_asked(name: &str) {
    let asked = std::env::var("CHINWAG_PANIC");
    assert!(asked.as_deref() != Ok(name), "CHINWAG_PANIC={name}");
}

#[cfg(not(debug_assertions))]
#[doc(hidden)]
pub fn panic_if_asked(_: &str) {}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    /// What a server ends with if, at some time, one of its threads does `work` and ends.
    fn ends_with(was_asked: bool, work: impl FnOnce() + Send + 'static) -> Result<(), ServeError> {
        let (report, endings) = sync_channel(4);
        let tell = |ending| report.send(ending).expect("there is space");
        if was_asked {
            tell(Ending::Asked);
        }
        let thread = Supervisor::new(report.clone()).spawn("shard-0", work);
        let _ = thread.expect("a thread").join();
        tell(Ending::Asked);
        tell(Ending::Stopped);
        wait(&endings)
    }

    #[test]
    fn a_thread_that_ends_unasked_ends_the_server() {
        let ended = ends_with(false, || {});
        assert!(matches!(ended, Err(ServeError::Ended(thread)) if thread == "shard-0"));
        ends_with(true, || {}).expect("an orderly end");
    }

    /// If the hub panicked while the server stopped, the shards waited for it for ever.
    #[test]
    fn a_thread_that_panics_ends_the_server_even_while_it_stops() {
        for was_asked in [false, true] {
            let panicked = ends_with(was_asked, || panic!("a bug"));
            assert!(matches!(panicked, Err(ServeError::Panicked(thread)) if thread == "shard-0"));
        }
    }
}

//! The server: open a [`Server`] with a configuration, give it listeners, and it serves until it is
//! told to stop.
//!
//! Three kinds of threads share nothing but channels: the hub owns the chat and its store, shards
//! own the connections, and workers read the history and hash passwords. ARCHITECTURE.md follows
//! one line of chat through them.

mod clock;
pub mod config;
mod conn_limiter;
mod control;
mod exposure;
mod hub;
mod late_tls;
mod limits;
mod listen;
mod log_files;
mod maintenance;
mod net;
mod password_gate;
mod running;
mod session;
mod shard;
mod shell;
mod spent;
mod supervisor;
mod tls;
#[cfg(test)]
mod transcripts;
mod transport;
mod worker;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use chinwag_core::{FirstOperator, ResumeCode};
pub use chinwag_store::Location;
use chinwag_store::{OpenError, Opened, Store};

use crate::config::Config;
use crate::control::port_of;
use crate::running::Running;
use crate::supervisor::{Ending, Supervisor};
use crate::tls::Certificates;
pub use control::{Control, Reloaded};
pub use exposure::Exposure;
pub use listen::{BindError, bind};
pub use net::raise_descriptor_limit;
pub use shell::{ShellAnswer, ShellError, ask as ask_from_shell, hash_password};
#[doc(hidden)]
pub use supervisor::panic_if_asked;
pub use tls::{CertificateError, Fingerprint};
#[doc(hidden)]
pub use transport::{MemoryServer, MemoryTls};

/// Why a server cannot run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder or what is in it.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store can be opened, but not read beside the writer.
    #[error(transparent)]
    Store(#[from] chinwag_store::Error),
    /// The certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The system has no thread left, or nothing to wait for sockets with.
    #[error("system error: {0}")]
    System(#[from] io::Error),
    /// The thread of this name has panicked.
    #[error("the thread {0} panicked: the server cannot go on")]
    Panicked(String),
    /// The thread of this name has ended, though nobody asked the server to stop.
    #[error("the thread {0} has ended: the server cannot go on")]
    Ended(String),
}

/// A server that is ready: its store is open, its threads are not running.
#[derive(Debug)]
pub struct Server {
    config: Config,
    opened: Opened,
    certificates: Arc<Certificates>,
    /// Makes a person the operator, while there is none.
    operator_code: ResumeCode,
}

impl Server {
    /// Opens the store.
    ///
    /// # Errors
    /// [`ServeError`], as one sentence to print.
    pub fn open(config: Config) -> Result<Self, ServeError> {
        let opened = Store::open(
            config.location(),
            config.server.durability,
            config.retention(),
        )?;
        if let Location::Folder(folder) = config.location()
            && let Some(exposure) = Exposure::of_own(&folder)
        {
            tracing::warn!("{exposure}");
        }
        // The data folder exists by now, and is locked.
        let certificates = Certificates::open(config.certificate_source(), &config.server.name)?;
        let operator_code = ResumeCode::from_random(random());
        Ok(Self {
            config,
            opened,
            certificates: Arc::new(certificates),
            operator_code,
        })
    }

    /// The SHA-256 of the certificate, to print at the start.
    pub fn fingerprint(&self) -> Fingerprint {
        self.certificates.fingerprint()
    }

    /// How a person becomes operator here, to print at the start.
    pub fn operator_hint(&self) -> String {
        let mut accounts = self.opened.snapshot.accounts.iter();
        let has_operator = accounts.any(|account| account.operator);
        let first_operator = self.config.server.first_operator;
        match (has_operator, first_operator) {
            (false, FirstOperator::Local | FirstOperator::Anyone)
                if self.opened.snapshot.locked =>
            {
                "There is no operator, and while the server is locked nobody becomes one by arriving: chinwag account operator NAME makes one.".to_owned()
            }
            (true, _) => "Operators arrive as NAME#PASSWORD.".to_owned(),
            (false, FirstOperator::Local) => format!(
                "There is no operator yet: the first person to arrive from this machine becomes one; from elsewhere, type /op {} there.",
                self.operator_code
            ),
            (false, FirstOperator::Anyone) => {
                "There is no operator yet: the first person to arrive becomes one, and stays one by /claim PASSWORD.".to_owned()
            }
            (false, FirstOperator::Nobody) => {
                "There is no operator, and first_operator = \"nobody\" lets nobody become one: see docs/operations.md.".to_owned()
            }
        }
    }

    /// Serves the listeners until `stop` returns, then tells everybody, writes what is pending, and
    /// returns within four seconds. Until then `stop` can change the configuration; it has a thread
    /// of its own, which is left behind if a thread fails first.
    ///
    /// # Errors
    /// [`ServeError`] if the threads cannot be started, or as soon as one of them panics or ends
    /// unasked: then the process must end, since half a server helps nobody.
    pub fn run(
        self,
        listeners: Vec<TcpListener>,
        stop: impl FnOnce(&mut Control) + Send + 'static,
    ) -> Result<(), ServeError> {
        let (report, endings) = sync_channel(ENDINGS_MAX);
        let supervisor = Supervisor::new(report.clone());
        let config = self.config.clone();
        let running = Running::start(self, port_of(&listeners), &supervisor)?;
        let mut control = running.control(config, &listeners)?;
        let (end, acceptor) = running.accept(listeners, &supervisor)?;
        supervisor.spawn("signals", move || {
            stop(&mut control);
            // It holds the listeners too.
            drop(control);
            tracing::info!("stopping");
            // The queue is only full if another reason to end is on its way already.
            let _ = report.try_send(Ending::Asked);
            match end.wake() {
                // The listeners are closed by then, so nobody is let in only to be told to go.
                Ok(()) => drop(acceptor.join()),
                Err(error) => tracing::error!("connections are accepted to the end: {error}"),
            }
            running.stop();
            // If nobody waits any more, a thread has panicked.
            let _ = report.send(Ending::Stopped);
        })?;
        supervisor::wait(&endings)
    }
}

/// Reasons to end that may be on their way at once.
const ENDINGS_MAX: usize = 128;

/// The SHA-256 of the certificate that a server with this configuration would have at its start;
/// `None` if it keeps none, or was never started. A running server may have another, and reports it
/// ([`ask_from_shell`]: `fingerprint`).
///
/// # Errors
/// [`CertificateError`].
pub fn fingerprint(config: &Config) -> Result<Option<Fingerprint>, CertificateError> {
    config.certificate_source().fingerprint()
}

/// Unpredictable numbers. Linux has them from the first moment on.
fn random() -> u64 {
    getrandom::u64().expect("the system has random numbers")
}

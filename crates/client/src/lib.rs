//! The client behind `chinwag join HOST [PORT]`.
//!
//! ```text
//! keyboard -> terminal --.                         .-> driver -> socket
//!                         > session (no I/O) <---->
//! pipe -> input -> pipe --'                         '<- events <- socket
//! ```
//!
//! It joins a chat in one of two ways. From a keyboard it is a line editor with the conversation
//! scrolling above it (`terminal`); from a pipe or a file it sends lines and says whether they arrived
//! (`pipe`). Both stand on one `session`, which logs in, sends each line once and survives lost
//! links. It must know nothing of the server's crates: what it speaks is lines of text, over TCP
//! or inside TLS (`route`, `connection`), and it reads those of other versions too.
//!
//! The decision that shaped it: plain threads and blocking calls, no async runtime. A client waits
//! for three things, the keyboard, the socket and signals. A blocking read of standard input cannot
//! be cancelled by a runtime either, so a runtime would start the same threads underneath and be one
//! more thing to know.

mod certificate;
mod client_certificate;
mod connection;
mod dial;
mod driver;
mod error;
mod events;
mod filter;
mod handshake;
mod heard;
mod input;
mod known_hosts;
mod lines;
mod name;
mod note;
mod pipe;
mod room;
mod route;
mod secret;
mod session;
mod target;
mod terminal;
mod utf8;

use std::io::{self, IsTerminal, Read, Write};
use std::process;
use std::time::Duration;

pub use client_certificate::{ClientCertificate, ClientCertificateError};
use driver::Driver;
pub use error::{JoinError, Unsent, plainly};
pub use input::{Encoding, EncodingError, InputOptions};
pub use known_hosts::{Fingerprint, known_hosts_path};
pub use name::{Name, NameError, Password, PasswordError};
use pipe::Output;
pub use room::{Room, RoomError};
use route::Route;
pub use route::TlsOptions;
use session::SessionOptions;
pub use target::{DEFAULT_PORT, Target, TargetError};

/// How long a lost link is tried for, unless it is said: as long as a server keeps a lost session.
pub const RETRY_FOR: Duration = Duration::from_secs(600);

/// What `chinwag join` is to do.
#[derive(Debug, Clone)]
pub struct JoinOptions {
    /// The server.
    pub target: Target,
    /// The name to give; without one, a person is asked and a script is a guest.
    pub name: Option<Name>,
    /// The password of that name.
    pub password: Option<Password>,
    /// The password of the server itself, for one that asks.
    pub server_password: Option<Password>,
    /// The room to enter.
    pub room: Option<Room>,
    /// Lines from a pipe that begin with a `/` are commands. At a terminal they always are.
    pub commands: bool,
    /// Only read, until the server or somebody ends it.
    pub follow: bool,
    /// Show the arrival and what was said before it.
    pub history: bool,
    /// How to read the input.
    pub input: InputOptions,
    /// How long to try after a lost link; zero never does.
    pub retry_for: Duration,
    /// Whether to encrypt, and whom to trust.
    pub tls: TlsOptions,
}

impl JoinOptions {
    /// The default for a server: a guest who sends text.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            name: None,
            password: None,
            server_password: None,
            room: None,
            commands: false,
            follow: false,
            history: true,
            input: InputOptions::default(),
            retry_for: RETRY_FOR,
            tls: TlsOptions::default(),
        }
    }

    fn session(&self, is_attended: bool) -> SessionOptions {
        SessionOptions {
            login: name::login_line(self.name.as_ref(), self.password.as_ref()),
            server_password: self
                .server_password
                .as_ref()
                .map(|password| password.as_str().to_owned()),
            is_attended,
            withholds_passwords: false,
            room: self.room.as_ref().map(|room| room.as_str().to_owned()),
            commands: self.commands || is_attended,
            reads_only: self.follow,
            history: self.history,
            retry_for: self.retry_for,
            // Any number that is another one in the next process will do.
            spread: process::id().to_le_bytes()[0],
        }
    }
}

/// Joins the chat and returns when the conversation is over.
///
/// It reads standard input and writes standard output; remarks on the conversation go to standard
/// error. The thread that reads standard input may outlive the call, blocked in its read, because
/// nothing in std can wake it: end the process soon after.
///
/// # Errors
///
/// See [`JoinError`]. A standard output that nobody reads any more is none.
pub fn join(options: &JoinOptions) -> Result<(), JoinError> {
    let is_attended = !options.follow && io::stdin().is_terminal() && io::stdout().is_terminal();
    if is_attended && terminal::is_capable() {
        return terminal::run(connect(options, true)?);
    }
    let is_terminal = io::stdout().is_terminal();
    let output = Output::new(io::stdout(), is_terminal);
    let driver = connect(options, is_attended)?;
    if options.follow {
        driver.events.watch_output();
    }
    run_piped(driver, options, io::stdin(), output)
}

/// Joins the chat with another input and output than the process's own, as from a pipe.
///
/// # Errors
///
/// As [`join`].
pub fn join_piped<I, O>(options: &JoinOptions, input: I, output: O) -> Result<(), JoinError>
where
    I: Read + Send + 'static,
    O: Write,
{
    let driver = connect(options, false)?;
    run_piped(driver, options, input, Output::new(output, false))
}

/// Connects for the first time, and says what a person should know about the way.
fn connect(options: &JoinOptions, is_attended: bool) -> Result<Driver, JoinError> {
    let has_password = options.password.is_some() || options.server_password.is_some();
    let (route, connection, note) = Route::find(&options.target, &options.tls, has_password)?;
    if let Some(note) = note {
        // If nobody reads it, there is nobody to tell.
        let _ = writeln!(io::stderr(), "chinwag: {note}");
    }
    let session = SessionOptions {
        withholds_passwords: !route.takes_passwords(),
        ..options.session(is_attended)
    };
    Ok(Driver::new(route, connection, session))
}

fn run_piped<I, O>(
    driver: Driver,
    options: &JoinOptions,
    input: I,
    output: Output<O>,
) -> Result<(), JoinError>
where
    I: Read + Send + 'static,
    O: Write,
{
    let input = (!options.follow).then_some(input);
    pipe::run(driver, input, options.input.clone(), output)
}

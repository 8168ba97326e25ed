//! The real binary, started, stopped, killed and started again.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, kill_process};
use tempfile::TempDir;

use super::client::{Client, pid};
use super::ear::Ear;

/// The program.
pub(crate) const CHINWAG: &str = env!("CARGO_BIN_EXE_chinwag");

/// Where nobody listens. A port of the kernel's choice that a test has closed may be another test's by now; this
/// one (tcpmux, RFC 1078) is given to nobody.
pub(crate) const NOBODY: &str = "127.0.0.1:1";

/// How a server is started. It can be started again from the same, with the same data.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    /// Where the test keeps what it likes.
    home: Arc<TempDir>,
    /// What the shell's `ulimit` is told.
    ulimits: Vec<String>,
    has_stuck_log: bool,
}

/// A running server.
pub(crate) struct Server {
    setup: Setup,
    child: Child,
    pub(crate) addresses: Vec<SocketAddr>,
    /// What it logs.
    pub(crate) log: Ear,
}

/// A server that did not start.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: ExitStatus,
    pub(crate) said: String,
}

impl Setup {
    /// On a free port, with a fresh data folder, without what makes a test wait: the sniffing, the
    /// flood control, and much patience with clients that do not close.
    pub(crate) fn new() -> Self {
        let setup = Self::bare();
        let data = setup.data();
        setup
            .arguments(&["--name", "localhost", "--listen", "127.0.0.1:0"])
            .arguments(&["--data", &data.to_string_lossy()])
            .limit("sniff_time", "0ms")
            .limit("linger_time", "100ms")
            .limit("line_burst", "unlimited")
    }

    /// With no argument but `serve`.
    pub(crate) fn bare() -> Self {
        let home = tempfile::tempdir().expect("there is a place for temporary files");
        Self {
            arguments: vec!["serve".into()],
            variables: Vec::new(),
            home: Arc::new(home),
            ulimits: Vec::new(),
            has_stuck_log: false,
        }
    }

    pub(crate) fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(|text| (*text).to_owned()));
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// A key of `[limits]`.
    pub(crate) fn limit(self, key: &str, value: &str) -> Self {
        self.variable(&format!("CHINWAG_LIMITS_{}", key.to_uppercase()), value)
    }

    /// A client that reads nothing is not given up, for however many minutes a busy machine leaves its window full.
    pub(crate) fn patient(self) -> Self {
        self.limit("stall_time", "1h").limit("user_timeout", "1h")
    }

    /// Nobody becomes an operator by being the first.
    pub(crate) fn without_operator(self) -> Self {
        self.variable("CHINWAG_SERVER_FIRST_OPERATOR", "nobody")
    }

    /// So many open files, and no more.
    pub(crate) fn descriptors(mut self, descriptors_max: u32) -> Self {
        self.ulimits.push(format!("-n {descriptors_max}"));
        self
    }

    /// No file grows beyond so many blocks of 512 bytes.
    pub(crate) fn file_blocks(mut self, blocks_max: u32) -> Self {
        self.ulimits.push(format!("-f {blocks_max}"));
        self
    }

    /// Its standard error is a full pipe that nobody reads.
    pub(crate) fn stuck_log(mut self) -> Self {
        self.has_stuck_log = true;
        self
    }

    /// A file of this text, to be given to the server.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.home().join(name);
        fs::write(&path, text).expect("the folder is ours");
        path.to_string_lossy().into_owned()
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The data folder of [`new`](Self::new).
    pub(crate) fn data(&self) -> PathBuf {
        self.home().join("data")
    }

    fn command(&self) -> Command {
        let limits = self.ulimits.iter().map(|limit| format!("ulimit {limit}; "));
        let mut command = match self.ulimits.is_empty() {
            true => Command::new(CHINWAG),
            false => {
                let mut shell = Command::new("sh");
                let script = limits.collect::<String>() + "exec \"$0\" \"$@\"";
                shell.args([OsStr::new("-c"), script.as_ref(), CHINWAG.as_ref()]);
                shell
            }
        };
        let ours = std::env::vars_os().filter(|(name, _)| {
            let name = name.to_string_lossy();
            name.starts_with("CHINWAG_") || name.starts_with("XDG_") || name == "STATE_DIRECTORY"
        });
        ours.for_each(|(name, _)| {
            command.env_remove(name);
        });
        command
            .args(&self.arguments)
            .env("TZ", "UTC")
            .env("HOME", self.home())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts it and waits until it listens.
    #[track_caller]
    pub(crate) fn start(&self) -> Server {
        let mut command = self.command();
        let (reader, writer) = io::pipe().expect("descriptors are free");
        if self.has_stuck_log {
            fill(&writer);
        }
        let mut child = command
            .stderr(writer)
            .spawn()
            .expect("the program is built");
        // Or else the pipe would never end.
        drop(command);
        let mut out = Ear::new(child.stdout.take().expect("it is piped"));
        let log = Ear::new(reader);
        let mut server = Server {
            setup: self.clone(),
            child,
            addresses: Vec::new(),
            log,
        };
        while let Some(line) = out.line() {
            if line.starts_with("Anybody can join with: nc ") {
                return server;
            }
            let address = line.strip_prefix("chinwag is listening on ");
            let address = address.and_then(|address| address.parse().ok());
            server
                .addresses
                .push(address.unwrap_or_else(|| panic!("an address: {line}")));
        }
        panic!("it did not start: {}", server.log.rest());
    }

    /// Starts it, and waits until it has given up.
    #[track_caller]
    pub(crate) fn fail(&self) -> Failure {
        let mut child = self.command().spawn().expect("the program is built");
        let mut log = Ear::new(child.stderr.take().expect("it is piped"));
        // A server that starts against all expectation ends with the test.
        let mut guard = Guard(child);
        let said = log.rest();
        let status = guard.0.wait().expect("it is our child");
        Failure { status, said }
    }
}

/// Writes until the pipe takes nothing more.
fn fill(mut pipe: &io::PipeWriter) {
    let lines = "x\n".repeat(2_048);
    let is_open = || {
        let mut polled = [PollFd::new(pipe, PollFlags::OUT)];
        let now = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        poll(&mut polled, Some(&now)).expect("a look") > 0
    };
    while is_open() {
        pipe.write_all(lines.as_bytes()).expect("there is room");
    }
}

struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    pub(crate) fn address(&self) -> SocketAddr {
        self.addresses[0]
    }

    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.address())
    }

    /// Somebody of this name, who is in.
    #[track_caller]
    pub(crate) fn join(&self, name: &str) -> Client {
        let mut client = self.connect();
        client.come_in(name);
        client
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The most memory that it has had, in kB.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()));
        let status = status.expect("the server runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number
            .and_then(|n| n.parse().ok())
            .expect("the kernel tells it")
    }

    /// How much that has grown, in kB. The kernel counts by processors and adds that up roughly, so
    /// that a peak may even seem to sink.
    pub(crate) fn peak_grown_since(&self, before: u64) -> u64 {
        self.peak_memory().saturating_sub(before)
    }

    /// Tells it to stop.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(pid(&self.child), signal).expect("the server runs");
    }

    /// Waits for its end, which must be a good one.
    #[track_caller]
    pub(crate) fn end(mut self) -> Setup {
        let log = self.log.rest();
        let status = self.child.wait().expect("it is our child");
        assert!(status.success(), "{status}: {log}");
        assert!(!log.contains("panicked"), "{log}");
        self.setup.clone()
    }

    /// Waits for its end without reading what it logs.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("it is our child")
    }

    /// Stops it by SIGTERM.
    #[track_caller]
    pub(crate) fn stop(self) -> Setup {
        self.signal(Signal::TERM);
        self.end()
    }

    /// Kills it, as the kernel would.
    pub(crate) fn kill(mut self) -> Setup {
        self.child.kill().expect("the server runs");
        self.child.wait().expect("it is our child");
        self.setup.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the server's log:\n{}", self.log.rest());
        }
    }
}

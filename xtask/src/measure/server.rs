//! The servers that are measured, and the load on them: each on a core of its own, started afresh,
//! gone when it is dropped.
//!
//! What a machine does not have or permit is found out beforehand and told, in place of figures that
//! look like the others and are not.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Names and arguments of both servers. Each takes a free port and says which.
pub(super) const SERVERS: [(&str, &str); 2] = [
    ("chinwag", "serve --listen 127.0.0.1:0 --data FOLDER"),
    ("ceiling", "0"),
];

/// Without flood control, as docs/operations.md ("Sizing a server") says.
const UNLIMITED: (&str, &str) = ("CHINWAG_LIMITS_LINE_BURST", "0");

const REALTIME: &str = "chrt -r 1";

/// Where the programs are, and how they may run.
pub(super) struct Site {
    /// The folder that cargo built them in.
    programs: PathBuf,
    /// Made afresh for each server and deleted with it. It is on a disk, which /tmp often is not.
    data: PathBuf,
    is_pinned: bool,
    has_realtime: bool,
}

impl Site {
    pub(super) fn new(programs: PathBuf) -> Self {
        let succeeds = |command: &str| {
            let words: Vec<&str> = command.split(' ').collect();
            let command = Command::new(words[0]).args(&words[1..]).status();
            command.is_ok_and(|status| status.success())
        };
        Self {
            data: programs.join("measured"),
            programs,
            is_pinned: succeeds("taskset -c 0 true") && succeeds("taskset -c 1 true"),
            has_realtime: succeeds(&format!("{REALTIME} true")),
        }
    }

    /// Sentences on what is not as it should be.
    pub(super) fn lacks(&self) -> Vec<&'static str> {
        let unpinned = "Not pinned, for want of taskset or a second core: server and load generator \
                        take time from each other.";
        let ordinary = "No real-time priority, for want of chrt or the right to use it: latencies \
                        hold what else the machine had to do.";
        let lacks = [(self.is_pinned, unpinned), (self.has_realtime, ordinary)];
        let lacks = lacks.into_iter().filter(|(is_there, _)| !is_there);
        lacks.map(|(_, sentence)| sentence).collect()
    }

    /// Words before a program: the server's core is 0 and the generator's 1.
    fn before(&self, core: usize, is_realtime: bool) -> String {
        let mut words = String::new();
        if is_realtime && self.has_realtime {
            words += &format!("{REALTIME} ");
        }
        if self.is_pinned {
            words += &format!("taskset -c {core} ");
        }
        words
    }

    /// The commands of a case as a person would type them.
    pub(super) fn typed(&self, is_realtime: bool, arguments: &str) -> String {
        let before = self.before(1, is_realtime);
        format!("{before}chinwag bench ADDRESS --server-pid PID {arguments}\n")
    }

    /// The commands that start both servers, as a person would type them.
    pub(super) fn typed_servers(&self, is_realtime: bool) -> String {
        let before = self.before(0, is_realtime);
        let [chinwag, ceiling] = SERVERS.map(|(name, words)| format!("{before}{name} {words}\n"));
        format!("{}={} {chinwag}{ceiling}", UNLIMITED.0, UNLIMITED.1)
    }

    /// A program of ours on this core, with `FOLDER` put in. What stands before it replaces itself by
    /// it (exec), so the process that is started is the program's.
    fn command(&self, core: usize, is_realtime: bool, typed: &str) -> Command {
        let words = self.before(core, is_realtime);
        let before = words.split_whitespace().map(PathBuf::from);
        let mut typed = typed.split_whitespace();
        let program = self.programs.join(typed.next().unwrap_or_default());
        let put_in = |word| match word {
            "FOLDER" => self.data.clone(),
            _ => PathBuf::from(word),
        };
        let mut words = before.chain([program]).chain(typed.map(put_in));
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words);
        command
    }

    /// The report of `chinwag bench` on a new server.
    pub(super) fn bench(&self, server: usize, is_realtime: bool, arguments: &str) -> Result<Value> {
        let (name, words) = SERVERS[server];
        let mut command = self.command(0, is_realtime, &format!("{name} {words}"));
        command.env(UNLIMITED.0, UNLIMITED.1).stdout(Stdio::piped());
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let mut server = Server {
            child,
            data: &self.data,
        };
        let address = server.address()?;
        let pid = server.child.id();
        let load = format!("chinwag bench {address} --json --server-pid {pid} {arguments}");
        let output = self.command(1, is_realtime, &load).output()?;
        // A report of what went wrong comes with a failure, and says more than its status.
        serde_json::from_slice(&output.stdout).or_else(|_| {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!(
                "chinwag bench, {}: {}",
                output.status,
                said.lines().last().unwrap_or_default()
            )
        })
    }
}

/// A running server. Dropping it ends it.
struct Server<'a> {
    child: Child,
    data: &'a PathBuf,
}

impl Server<'_> {
    fn address(&mut self) -> Result<String> {
        let out = self.child.stdout.as_mut().context("it is piped")?;
        let lines = BufReader::new(out).lines().map_while(Result::ok);
        let address = |line: String| Some(line.split_once(" is listening on ")?.1.to_owned());
        let mut addresses = lines.filter_map(address);
        addresses
            .next()
            .context("the server did not say where it listens")
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        // Nothing is lost: the folder goes too. An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(self.data);
    }
}

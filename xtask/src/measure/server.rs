//! A server that is measured: started afresh, asked for its address, and gone when it is dropped.
//!
//! It must not know what is measured. The server takes a free port and says which, so that runs do
//! not meet. No process is left when the measuring fails: dropping a [`Server`] ends it.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::placement::{GENERATOR, Placement, SERVER};

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Chinwag,
    Ceiling,
}

/// Where servers run, and what runs there.
pub(super) struct Site {
    pub(super) chinwag: PathBuf,
    pub(super) ceiling: PathBuf,
    pub(super) placement: Placement,
    /// Made afresh for each server and deleted with it.
    pub(super) folder: PathBuf,
}

/// See the [module](self).
pub(super) struct Server<'a> {
    site: &'a Site,
    is_realtime: bool,
    child: Child,
    /// Held open, so that the server can say more.
    out: BufReader<ChildStdout>,
}

/// Without flood control, as docs/operations.md ("Sizing a server") says.
const UNLIMITED: (&str, &str) = ("CHINWAG_LIMITS_LINE_BURST", "0");

impl Kind {
    pub(super) const ALL: [Self; 2] = [Self::Chinwag, Self::Ceiling];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Chinwag => "chinwag",
            Self::Ceiling => "ceiling",
        }
    }

    /// Behind the name of its program.
    fn arguments(self, folder: &str) -> Vec<String> {
        let words = match self {
            Self::Chinwag => vec!["serve", "--listen", "127.0.0.1:0", "--data", folder],
            Self::Ceiling => vec!["0"],
        };
        words.into_iter().map(str::to_owned).collect()
    }

    /// How a person would start it, behind these words.
    pub(super) fn typed(self, before: &str) -> String {
        let arguments = self.arguments("FOLDER").join(" ");
        let command = format!("{before}{} {arguments}", self.name());
        match self {
            Self::Chinwag => format!("{}={} {command}", UNLIMITED.0, UNLIMITED.1),
            Self::Ceiling => command,
        }
    }
}

/// How a person would start the load generator.
pub(super) fn bench_typed(before: &str, arguments: &str) -> String {
    format!("{before}chinwag bench ADDRESS --server-pid PID {arguments}")
}

impl Site {
    /// Starts a server with an empty data folder; with `is_realtime`, it and what loads it run before
    /// everything else.
    pub(super) fn start(&self, kind: Kind, is_realtime: bool) -> Result<Server<'_>> {
        clear(&self.folder)?;
        let program = match kind {
            Kind::Chinwag => &self.chinwag,
            Kind::Ceiling => &self.ceiling,
        };
        let mut command = self.placement.command(SERVER, is_realtime, program);
        command.args(kind.arguments(&self.folder.to_string_lossy()));
        command.env(UNLIMITED.0, UNLIMITED.1);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = child.with_context(|| format!("cannot start {}", kind.name()))?;
        let out = child.stdout.take().expect("it is piped");
        Ok(Server {
            site: self,
            is_realtime,
            child,
            out: BufReader::new(out),
        })
    }
}

impl Server<'_> {
    /// Loads it as soon as it listens, and returns the report.
    pub(super) fn bench(mut self, arguments: &str) -> Result<Value> {
        let mut line = String::new();
        self.out.read_line(&mut line)?;
        let address = announced(&line).context("the server did not say where it listens")?;
        let Site {
            placement, chinwag, ..
        } = self.site;
        let mut command = placement.command(GENERATOR, self.is_realtime, chinwag);
        command.args(["bench", address, "--json", "--server-pid"]);
        command.arg(self.child.id().to_string());
        command.args(arguments.split_whitespace());
        let output = command.output().context("cannot start chinwag bench")?;
        // A report of what went wrong comes with a failure, and says more than its status.
        serde_json::from_slice(&output.stdout).or_else(|_| {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().last().unwrap_or_default();
            bail!("chinwag bench, {}: {last}", output.status)
        })
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        // Nothing is lost: the folder goes too. An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = clear(&self.site.folder);
    }
}

/// The address in a server's first line.
fn announced(line: &str) -> Option<&str> {
    line.trim()
        .split_once(" is listening on ")
        .map(|(_, address)| address)
}

fn clear(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot clear {}", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_where_it_listens() {
        let said = "chinwag is listening on 127.0.0.1:8989\n";
        assert_eq!(announced(said), Some("127.0.0.1:8989"));
        assert_eq!(announced(""), None);
    }

    /// A site whose servers are ordinary programs.
    fn site(chinwag: &str, ceiling: &str) -> Site {
        let folder = format!("chinwag-measure-{}", std::process::id());
        Site {
            chinwag: chinwag.into(),
            ceiling: ceiling.into(),
            placement: Placement::of(|_| false),
            folder: std::env::temp_dir().join(folder),
        }
    }

    #[test]
    fn a_server_that_says_nothing_and_one_that_is_not_there_fail() {
        let site = site("/nonexistent/chinwag", "true");
        assert!(site.start(Kind::Chinwag, false).is_err());
        let silent = site.start(Kind::Ceiling, false).expect("there is true");
        let error = silent.bench("").expect_err("it says nothing");
        assert!(error.to_string().contains("where it listens"), "{error}");
    }

    #[test]
    fn a_server_ends_when_it_is_dropped() {
        let site = site("true", "yes");
        let server = site.start(Kind::Ceiling, false).expect("there is yes");
        let process = format!("/proc/{}", server.child.id());
        assert!(Path::new(&process).exists());
        drop(server);
        assert!(!Path::new(&process).exists());
    }
}

//! What can be said on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use chinwag_client::{JoinOptions, Name, Target};
use clap::{Args, Parser, Subcommand};
use toml::{Table, Value};

use crate::backup::BackupFlags;
use crate::bench::BenchFlags;
use crate::check::CheckFlags;
use crate::export::ExportFlags;

/// A chat server that anyone joins with nc, telnet, or what else is there.
#[derive(Debug, Parser)]
#[command(name = "chinwag", version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) task: Task,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Start a server
    Serve(ServeFlags),
    /// Join a server from this terminal, or with what comes through a pipe
    Join(JoinFlags),
    /// Measure a server that you run: how many messages it delivers, how fast, and whether all
    Bench(BenchFlags),
    /// Write what was said to standard output, of a server that runs or not
    Export(ExportFlags),
    /// Copy everything that a server keeps to a file, while it runs
    Backup(BackupFlags),
    /// See whether a data folder is whole, while its server runs
    Check(CheckFlags),
}

/// What goes before the environment and the configuration file. chinwag.example.toml has many more
/// settings.
#[derive(Debug, Default, Args)]
pub(crate) struct ServeFlags {
    /// Listen on this port of all interfaces [default: 8989]
    pub(crate) port: Option<u16>,
    /// Listen on this address and port; can be given several times
    #[arg(long, value_name = "ADDR", conflicts_with = "port")]
    pub(crate) listen: Vec<SocketAddr>,
    /// Keep messages in this folder
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Keep nothing on disk
    #[arg(long, conflicts_with = "data")]
    memory: bool,
    /// Read settings from this file
    #[arg(long, value_name = "FILE", env = "CHINWAG_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// The server's name in the greeting [default: the machine's]
    #[arg(long)]
    name: Option<String>,
    /// What a message survives once it is shown: process (a killed server) or power (a power cut)
    #[arg(long, value_name = "WHAT", value_parser = ["process", "power"])]
    durability: Option<String>,
    /// What to log: error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL")]
    log: Option<String>,
    /// Log in JSON, one object a line
    #[arg(long)]
    log_json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct JoinFlags {
    /// The server
    #[arg(value_name = "HOST[:PORT]")]
    target: Target,
    /// The name to go by; NAME#PASSWORD if it is registered
    #[arg(long)]
    name: Option<Name>,
}

impl JoinFlags {
    pub(crate) fn options(self) -> JoinOptions {
        JoinOptions {
            target: self.target,
            name: self.name,
        }
    }
}

impl ServeFlags {
    /// The flags as a configuration file would say it.
    pub(crate) fn as_table(&self) -> Table {
        let mut server = Table::new();
        let mut log = Table::new();
        let addresses = self
            .listen
            .iter()
            .map(|address| Value::from(address.to_string()));
        let path = |path: &PathBuf| Value::from(path.to_string_lossy().into_owned());
        let settings = [
            (
                "listen",
                (!self.listen.is_empty()).then(|| addresses.collect::<Vec<_>>().into()),
            ),
            ("data", self.data.as_ref().map(path)),
            // Whoever names a folder wants it used, whatever the file says, and the reverse.
            (
                "memory",
                (self.memory || self.data.is_some()).then_some(self.memory.into()),
            ),
            ("name", self.name.clone().map(Value::from)),
            ("durability", self.durability.clone().map(Value::from)),
        ];
        server.extend(given(settings));
        log.extend(given([
            ("level", self.log.clone().map(Value::from)),
            ("json", self.log_json.then_some(true.into())),
        ]));
        let sections = [("server", server), ("log", log)];
        let sections = sections.into_iter().filter(|(_, table)| !table.is_empty());
        sections
            .map(|(name, table)| (name.into(), table.into()))
            .collect()
    }
}

fn given<const N: usize>(
    settings: [(&str, Option<Value>); N],
) -> impl Iterator<Item = (String, Value)> {
    let given = settings
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)));
    given.map(|(key, value)| (key.to_owned(), value))
}

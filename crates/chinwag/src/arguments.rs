//! What can be said on the command line.

use std::env;
use std::path::PathBuf;
use std::str::FromStr;

use chinwag_server::config::{ConfigError, Listen, RawConfig, begins_at_home};
use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};

use crate::backup::BackupFlags;
use crate::bench::BenchFlags;
use crate::check::CheckFlags;
use crate::export::ExportFlags;
use crate::fingerprint::FingerprintFlags;
use crate::join::JoinFlags;
use crate::shell::{
    AccountFlags, BanFlags, KickFlags, ListFlags, MuteFlags, RoomFlags, SayFlags, UnbanFlags,
    UnmuteFlags,
};

/// A chat server that anyone can join with nc, telnet or whatever is at hand.
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
    /// Join a server from this terminal, or send it what comes through a pipe
    Join(JoinFlags),
    /// Measure a server that you run: how many messages it delivers, how fast, and whether any are lost
    Bench(BenchFlags),
    /// Write what was said to standard output, whether the server runs or not
    Export(ExportFlags),
    /// Copy everything that a server keeps to a file, while it runs
    Backup(BackupFlags),
    /// See whether a data folder is whole, while its server runs
    Check(CheckFlags),
    /// Print the SHA-256 of a server's certificate, by which people know it
    Fingerprint(FingerprintFlags),
    /// Register names, set passwords, make operators, whether the server runs or not
    Account(AccountFlags),
    /// Close a room for good
    Room(RoomFlags),
    /// Keep a person or an address out, whether the server runs or not
    Ban(BanFlags),
    /// Let a person or an address in again, whether the server runs or not
    Unban(UnbanFlags),
    /// Silence a person, whether the server runs or not
    Mute(MuteFlags),
    /// Let a person speak again, whether the server runs or not
    Unmute(UnmuteFlags),
    /// List the bans and the mutes, whether the server runs or not
    Bans(ListFlags),
    /// List who is on a running server
    Who(ListFlags),
    /// Say a line in a room of a running server
    Say(SayFlags),
    /// Close a person's connection to a running server
    Kick(KickFlags),
}

/// What goes before the environment and the configuration file. chinwag.example.toml has many more
/// settings.
#[derive(Debug, Default, Args)]
pub(crate) struct ServeFlags {
    /// Listen on this port of all interfaces [default: 8989]
    #[arg(value_parser = own_port)]
    port: Option<u16>,
    /// Listen here: 8989, 127.0.0.1:8989, ::1, localhost:8989; can be given several times
    #[arg(long, value_name = "ADDR", conflicts_with = "port")]
    listen: Vec<Listen>,
    /// Keep messages in this folder
    #[arg(long, value_name = "DIR", value_parser = folder())]
    data: Option<PathBuf>,
    /// Keep nothing on disk
    #[arg(long, conflicts_with = "data")]
    memory: bool,
    #[command(flatten)]
    pub(crate) config: ConfigFile,
    /// The server's name in the greeting [default: the machine's]
    #[arg(long, value_parser = value_of("server.name"))]
    name: Option<String>,
    /// What a message survives once it is shown: process (a killed server) or power (a power cut)
    #[arg(long, value_name = "WHAT", value_parser = ["process", "power"])]
    durability: Option<String>,
    /// What to log: error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL", value_parser = value_of("log.level"))]
    log: Option<String>,
    /// Log in JSON, one object a line
    #[arg(long)]
    log_json: bool,
}

/// Where the configuration is.
#[derive(Debug, Default, Args)]
pub(crate) struct ConfigFile {
    /// Read the server's settings from this file; a server reads it again at SIGHUP [env: CHINWAG_CONFIG]
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

impl ConfigFile {
    /// The file, if there is one. An empty variable counts as unset, as all of chinwag's do, which clap
    /// cannot be told.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        let variable = || env::var_os("CHINWAG_CONFIG").filter(|path| !path.is_empty());
        self.config
            .clone()
            .or_else(|| variable().map(PathBuf::from))
    }
}

/// A text that this key of the configuration takes: a wrong flag is a wrong argument, with its status.
fn value_of(key: &'static str) -> impl Fn(&str) -> Result<String, String> + Clone {
    move |text| {
        let taken = RawConfig::default().set_flag("a flag", key, text);
        taken
            .map(|()| text.to_owned())
            .map_err(|error| match error {
                ConfigError::Value { wanted, .. } => wanted,
                other => other.to_string(),
            })
    }
}

/// The port to listen on.
fn own_port(text: &str) -> Result<u16, &'static str> {
    let wanted =
        "a port is a whole number from 0 to 65535, such as 8989; an address goes behind --listen";
    number(text).ok_or(wanted)
}

/// A folder. A shell takes `~` for the home folder, but not behind `--data=`.
pub(crate) fn folder() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match begins_at_home(&path) {
        true => Err("a folder is named without ~, which only a shell replaces"),
        false => Ok(path),
    })
}

/// The port of a server.
pub(crate) fn port(text: &str) -> Result<u16, &'static str> {
    let port = number(text).filter(|port| *port != 0);
    port.ok_or("a port is a whole number from 1 to 65535, such as 8989")
}

/// A whole number.
pub(crate) fn count<N: FromStr>(text: &str) -> Result<N, &'static str> {
    text.parse()
        .map_err(|_| "a whole number is wanted, 0 or more")
}

/// A number in digits alone; `u16` takes a sign as well.
fn number(text: &str) -> Option<u16> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

impl ServeFlags {
    /// What the flags say of the configuration.
    ///
    /// # Errors
    /// [`ConfigError`] for a value that its key does not take.
    pub(crate) fn as_raw(&self) -> Result<RawConfig, ConfigError> {
        let mut raw = RawConfig::default();
        let texts = [
            ("--name", "server.name", &self.name),
            ("--durability", "server.durability", &self.durability),
            ("--log", "log.level", &self.log),
        ];
        for (flag, key, text) in texts {
            if let Some(text) = text {
                raw.set_flag(flag, key, text)?;
            }
        }
        raw.server.listen = match self.port {
            Some(port) => Some(vec![Listen::Everywhere(port)]),
            None => (!self.listen.is_empty()).then(|| self.listen.clone()),
        };
        raw.server.data = self.data.clone();
        raw.server.memory = self.memory.then_some(true);
        raw.log.json = self.log_json.then_some(true);
        Ok(raw)
    }
}

//! `chinwag join`: its flags, and what the end of a conversation means as an exit status.
//!
//! It must not know how a conversation goes. The statuses are a contract with scripts (docs/join.md):
//! a number never changes its meaning.

use std::env::{self, VarError};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use chinwag_client::{
    ClientCertificate, Encoding, InputOptions, JoinError, JoinOptions, Name, Password, Room,
    Target, TlsOptions,
};
use chinwag_server::config::password_line;
use clap::Args;

use crate::{arguments, usage};

/// Where a password may stand besides a file.
const PASSWORD_VARIABLE: &str = "CHINWAG_PASSWORD";
/// Where the server's own may: the server reads it there, too.
const SERVER_PASSWORD_VARIABLE: &str = "CHINWAG_SERVER_PASSWORD";

#[derive(Debug, Args)]
#[command(after_help = STATUSES)]
pub(crate) struct JoinFlags {
    /// The server
    #[arg(value_name = "HOST[:PORT]")]
    target: String,
    /// Its port [default: 8989]
    #[arg(value_parser = arguments::port)]
    port: Option<u16>,
    /// The name to go by; without one you are asked, and a script is a guest
    #[arg(long)]
    name: Option<Name>,
    /// Read the password of that name from this file. CHINWAG_PASSWORD can hold it as well
    #[arg(long, value_name = "FILE", requires = "name")]
    password_file: Option<PathBuf>,
    /// Read the password of the server itself from this file, for one that asks. CHINWAG_SERVER_PASSWORD
    /// can hold it as well
    #[arg(long, value_name = "FILE")]
    server_password_file: Option<PathBuf>,
    /// Enter this room, and leave the lobby
    #[arg(long)]
    room: Option<Room>,
    /// Only read: send nothing, and go on until the server ends it
    #[arg(long)]
    follow: bool,
    /// Leave out the arrival and what was said before it
    #[arg(long)]
    no_history: bool,
    /// From a pipe, take lines that begin with a / as commands, not as text
    #[arg(long)]
    commands: bool,
    /// From a pipe, send colours and the steps of a progress bar as they are
    #[arg(long)]
    raw: bool,
    /// The encoding of what comes through a pipe, such as windows-1252 [default: UTF-8, or UTF-16 if
    /// it looks so]
    #[arg(long, value_name = "NAME")]
    encoding: Option<Encoding>,
    /// Never join in the clear. Without this, the client uses TLS where the server offers it, except on this
    /// machine
    #[arg(long)]
    tls: bool,
    /// Join in the clear, where others can listen, with passwords and all: for a server without TLS
    #[arg(long, conflicts_with_all = ["tls", "insecure", "cert"])]
    no_tls: bool,
    /// Accept any certificate: nobody can listen on the way, but the other end may be anybody
    #[arg(long)]
    insecure: bool,
    /// Show the server this certificate, in PEM: it can log you in without a password. Never
    /// in the clear
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// The key of that certificate
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// How long to try to get a lost link back; 0 never does
    #[arg(long, value_name = "SECONDS", default_value_t = chinwag_client::RETRY_FOR.as_secs(), value_parser = arguments::count::<u64>, allow_negative_numbers = true)]
    retry_for: u64,
}

/// What `chinwag join --help` ends with.
const STATUSES: &str = "\
Exit status:
  0  the server has taken every line
  1  something failed here: the input, the output, the terminal, the files of a password or a
     certificate
  2  the arguments are wrong
  3  the server was not reached
  4  the server did not let you in: the name is taken or registered, you are banned, it is full
  5  the server threw you out: kicked, banned, signed in elsewhere; or it put you out of the room
     that the lines were meant for, or did not let you into it
  6  the link was lost and did not come back in time, or the server could not save in time
  7  the server did not take some lines, and standard error names each: too long, not UTF-8, muted,
     read-only, a command that was refused; or it counts those after a /quit
  8  the server is not the one the client knows: another certificate, a wrong one, or no TLS";

/// Joins, and says on standard error how it went wrong.
pub(crate) fn join(flags: JoinFlags) -> ExitCode {
    let target = match flags.target() {
        Ok(target) => target,
        Err(error) => return usage::refuse(usage::wrong(error)),
    };
    let options = match flags.options(target) {
        Ok(options) => options,
        Err(error) => return fail(&format!("{error:#}"), 1),
    };
    match chinwag_client::join(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string(), status(&error)),
    }
}

fn status(error: &JoinError) -> u8 {
    match error {
        JoinError::Input { .. }
        | JoinError::Output { .. }
        | JoinError::Terminal { .. }
        | JoinError::KnownHosts { .. } => 1,
        JoinError::Resolve { .. } | JoinError::Connect { .. } | JoinError::Handshake { .. } => 3,
        JoinError::Refused { .. } | JoinError::TurnedAway { .. } | JoinError::Unsealed { .. } => 4,
        JoinError::Removed { .. } | JoinError::Astray { .. } => 5,
        JoinError::Gone { .. } | JoinError::Unsaved { .. } => 6,
        JoinError::NotSent { .. } => 7,
        JoinError::NoTls { .. }
        | JoinError::Exposed { .. }
        | JoinError::Known { .. }
        | JoinError::Changed { .. }
        | JoinError::Another { .. }
        | JoinError::Untrusted { .. } => 8,
    }
}

fn fail(words: &str, status: u8) -> ExitCode {
    // If nobody reads it, there is nobody to tell.
    let _ = writeln!(
        std::io::stderr(),
        "chinwag: {}",
        chinwag_client::plainly(words)
    );
    ExitCode::from(status)
}

impl JoinFlags {
    fn target(&self) -> Result<Target, chinwag_client::TargetError> {
        match self.port {
            None => self.target.parse(),
            Some(port) => Target::with_port(&self.target, port),
        }
    }

    fn options(self, target: Target) -> anyhow::Result<JoinOptions> {
        let password = self.password()?;
        let server_password = password_of(
            self.server_password_file.as_deref(),
            SERVER_PASSWORD_VARIABLE,
        )?;
        let certificate = match (&self.cert, &self.key) {
            (Some(certificate), Some(key)) => {
                let read = ClientCertificate::read(certificate, key);
                // Its words have their cause in them.
                Some(read.map_err(|error| anyhow!("{error}"))?)
            }
            _ => None,
        };
        Ok(JoinOptions {
            name: self.name,
            password,
            server_password,
            room: self.room,
            commands: self.commands,
            follow: self.follow,
            history: !self.no_history,
            input: InputOptions {
                encoding: self.encoding,
                raw: self.raw,
            },
            retry_for: Duration::from_secs(self.retry_for),
            tls: TlsOptions {
                always: self.tls,
                never: self.no_tls,
                certificate,
                insecure: self.insecure,
                known_hosts: chinwag_client::known_hosts_path(),
            },
            ..JoinOptions::new(target)
        })
    }

    /// The file goes before the environment. A password without a name to go with it is left alone,
    /// since the variable may be meant for another call.
    fn password(&self) -> anyhow::Result<Option<Password>> {
        match self.name {
            Some(_) => password_of(self.password_file.as_deref(), PASSWORD_VARIABLE),
            None => Ok(None),
        }
    }
}

fn password_of(file: Option<&Path>, variable: &str) -> anyhow::Result<Option<Password>> {
    if let Some(path) = file {
        let bytes = fs::read(path)
            .with_context(|| format!("cannot read the password from {}", path.display()))?;
        let line = password_line(&bytes).with_context(|| path.display().to_string())?;
        let password = line.parse();
        return Ok(Some(password.with_context(|| path.display().to_string())?));
    }
    match env::var(variable) {
        // What starts programs often cannot leave a variable out.
        Ok(text) if text.is_empty() => Ok(None),
        Ok(text) => Ok(Some(text.parse().with_context(|| variable.to_owned())?)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => bail!("{variable} is not UTF-8."),
    }
}

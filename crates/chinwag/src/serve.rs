//! `chinwag serve`: from flags to a running server, and the signals that it handles.

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chinwag_client::plainly;
use chinwag_server::config::{Config, ConfigError, Key, Machine, RawConfig, Reading};
use chinwag_server::{BindError, CertificateError, Control, Reloaded, ServeError, Server};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXFSZ};
use signal_hook::iterator::Signals;

use crate::announce;
use crate::arguments::ServeFlags;
use crate::logging::{self, Logging};
use crate::zone;

/// Why a server does not start, or cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The configuration cannot be used.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// An address cannot be listened on.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The server itself fails.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The system fails.
    #[error("the system fails: {0}")]
    System(#[from] io::Error),
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    /// The file cannot be read.
    #[error("the configuration file {} cannot be read: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// What a file, or the environment beside it, says is wrong.
    #[error("the configuration ({}): {source}", path.display())]
    InFile {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        source: ConfigError,
    },
    /// What the environment or a flag says is wrong.
    #[error("the configuration: {0}")]
    Elsewhere(ConfigError),
}

/// Serves until a signal says to stop.
pub(crate) fn serve(flags: ServeFlags) -> Result<(), Error> {
    // Before anything else, so that no signal is lost while the store is opened, and a closed
    // terminal ends nothing. Catching the signal of a file that may not grow (`ulimit -f`) makes
    // that a full disk to the store.
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGXFSZ])?;
    let config = read_config(&flags, Reading::First)?;
    let logging = logging::start(&config.log)?;
    if let Some(fault) = zone::fault() {
        tracing::warn!("{fault}");
    }
    chinwag_server::raise_descriptor_limit();
    // The listeners first: a port in use is the commoner mistake and leaves no trace in the data.
    let listeners = chinwag_server::bind(&config.server.listen)?;
    let place = config.location();
    let requires_tls = config.tls.required;
    let server = Server::open(config)?;
    let (hint, fingerprint) = (server.operator_hint(), server.fingerprint());
    let words = announce::announcement(&listeners, &place, &hint, fingerprint, requires_tls)?;
    server.run(listeners, move |control| {
        let mut out = io::stdout().lock();
        // A server whose standard output nobody reads serves all the same.
        let _ = out.write_all(words.as_bytes()).and_then(|()| out.flush());
        drop(out);
        for signal in signals.forever() {
            match signal {
                SIGHUP => reload(&flags, control, &logging),
                SIGUSR1 | SIGUSR2 => {
                    tracing::warn!(
                        "SIGUSR1 and SIGUSR2 do nothing; SIGHUP reads the configuration again"
                    );
                }
                SIGXFSZ => {}
                _ => return,
            }
        }
    })?;
    Ok(())
}

fn read_config(flags: &ServeFlags, reading: Reading) -> Result<Config, SetupError> {
    let raw = flags.as_raw().map_err(SetupError::Elsewhere)?;
    let config = resolve(flags.config.path().as_deref(), raw, reading)?;
    config.with_secrets(reading).map_err(SetupError::Elsewhere)
}

/// Resolves a configuration from a file, the environment and flags, on this machine.
pub(crate) fn resolve(
    path: Option<&Path>,
    flags: RawConfig,
    reading: Reading,
) -> Result<Config, SetupError> {
    let read = |path: &Path| {
        reading.text(path).map_err(|source| SetupError::File {
            path: path.to_owned(),
            source,
        })
    };
    let text = path.map(read).transpose()?;
    let wrong = |source| match path {
        // A wrong variable or flag is no fault of the file.
        Some(path) if blames_file(&source) => SetupError::InFile {
            path: path.to_owned(),
            source,
        },
        _ => SetupError::Elsewhere(source),
    };
    let variables = variables().map_err(SetupError::Elsewhere)?;
    Config::read(text.as_deref(), variables, flags, &Machine::here()).map_err(wrong)
}

fn blames_file(error: &ConfigError) -> bool {
    use chinwag_server::config::ValueOrigin;
    match error {
        ConfigError::UnknownVariable { .. } | ConfigError::NotText { .. } => false,
        ConfigError::Value { origin, .. } => matches!(origin, ValueOrigin::Line(_)),
        _ => true,
    }
}

/// The environment, as far as it is chinwag's.
fn variables() -> Result<Vec<(String, String)>, ConfigError> {
    let own = env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        name.starts_with("CHINWAG_").then_some((name, value))
    });
    own.map(|(variable, value)| match value.into_string() {
        Ok(value) => Ok((variable, value)),
        // A path need not be text.
        Err(_) if variable == "CHINWAG_CONFIG" => Ok((variable, String::new())),
        Err(_) => Err(ConfigError::NotText { variable }),
    })
    .collect()
}

/// Reloads the file into the server. If anything is wrong with it, nothing changes.
fn reload(flags: &ServeFlags, control: &mut Control, logging: &Logging) {
    if flags.config.path().is_none() {
        tracing::info!("SIGHUP: there is no configuration file to read again");
        if let Err(error) = control.reload_certificate() {
            let words = plainly(&error.to_string());
            tracing::error!("SIGHUP: the old certificate stays in use: {words}");
        }
        return;
    }
    match reread(flags, control) {
        Ok(reloaded) => {
            // Whichever of the two levels shows more.
            let is_shown = tracing::enabled!(tracing::Level::INFO);
            if is_shown {
                tell(&reloaded);
            }
            logging.set_level(&control.config().log.level);
            if !is_shown {
                tell(&reloaded);
            }
        }
        Err(error) => {
            let words = plainly(&error.to_string());
            tracing::error!("SIGHUP: nothing has changed: {words}");
        }
    }
}

fn reread(flags: &ServeFlags, control: &mut Control) -> Result<Reloaded, ReloadError> {
    let config = read_config(flags, Reading::Again)?;
    Ok(control.reload(config)?)
}

/// Why a server works on with what it has.
#[derive(Debug, thiserror::Error)]
enum ReloadError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The certificate that it names cannot be.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

fn tell(reloaded: &Reloaded) {
    let names = |keys: &[&Key]| {
        let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
        names.join(", ")
    };
    if !reloaded.kept.is_empty() {
        let kept = names(&reloaded.kept);
        tracing::warn!("SIGHUP: these take effect at the next start: {kept}");
    }
    match reloaded.changed.as_slice() {
        // The log has its fingerprint already.
        [] if reloaded.has_new_certificate => {
            tracing::info!("SIGHUP: changed: the certificate, and no setting");
        }
        [] => tracing::info!("SIGHUP: the configuration was read again, nothing has changed"),
        changed => tracing::info!("SIGHUP: changed: {}", names(changed)),
    }
}

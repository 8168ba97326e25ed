//! Where log lines go: standard error, so that standard output has only what `serve` announces.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use chinwag_server::config::LogConfig;
use tracing_subscriber::EnvFilter;

/// Has everything logged from now on.
///
/// # Errors
/// If the level is none.
pub(crate) fn start(config: &LogConfig) -> Result<()> {
    let filter = EnvFilter::try_new(&config.level);
    let filter = filter.with_context(|| format!("\"{}\" is no log level", config.level))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match config.json {
        true => lines.json().init(),
        false => lines.init(),
    }
    Ok(())
}

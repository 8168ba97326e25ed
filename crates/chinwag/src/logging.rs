//! Where log lines go: standard error, so that standard output has only what `serve` announces.

use std::io::IsTerminal;

use anyhow::{Context, Result, ensure};
use chinwag_server::config::LogConfig;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Has everything logged from now on.
///
/// # Errors
/// If the level is none.
pub(crate) fn start(config: &LogConfig) -> Result<()> {
    let filter = filter(&config.level);
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

/// A single word is a level; directives would take a mistyped one for the name of a module and log
/// nothing.
fn filter(level: &str) -> Result<EnvFilter> {
    let is_word = !level.contains(['=', ',']);
    ensure!(!is_word || level.parse::<LevelFilter>().is_ok(), "no level");
    Ok(EnvFilter::try_new(level)?)
}

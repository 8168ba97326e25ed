//! `chinwag fingerprint`: the SHA-256 of the server's certificate, to be held against what clients see.

use std::io::{self, Write};

use anyhow::{Context, Result};
use clap::Args;

use crate::data::DataFlags;

#[derive(Debug, Args)]
pub(crate) struct FingerprintFlags {
    #[command(flatten)]
    data: DataFlags,
}

/// Prints it.
pub(crate) fn fingerprint(flags: &FingerprintFlags) -> Result<()> {
    let fingerprint = chinwag_server::fingerprint(&flags.data.config()?)?;
    let none = "there is no certificate yet: the server makes one at its first start";
    writeln!(io::stdout(), "SHA256 {}", fingerprint.context(none)?)?;
    Ok(())
}

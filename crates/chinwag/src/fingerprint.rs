//! `chinwag fingerprint`: the SHA-256 of the server's certificate, to compare with what clients
//! see.

use std::io::{self, Write};

use anyhow::{Context, Result};
use chinwag_server::Location;
use chinwag_server::{ShellAnswer, ShellError, ask_from_shell};
use clap::Args;

use crate::data::DataFlags;

#[derive(Debug, Args)]
pub(crate) struct FingerprintFlags {
    #[command(flatten)]
    data: DataFlags,
}

/// Prints that of the running server, or else the one that it would start with.
pub(crate) fn fingerprint(flags: &FingerprintFlags) -> Result<()> {
    let config = flags.data.config()?;
    let sha256 = match ask_from_shell(&config, "fingerprint") {
        Ok(ShellAnswer { lines, is_done }) if is_done => lines.concat(),
        // A server of an older version, which does not know the request.
        Ok(_) | Err(ShellError::NotRunning(_) | ShellError::InMemory) => {
            let own = chinwag_server::fingerprint(&config)?;
            own.with_context(|| none_in(&config.location()))?
                .to_string()
        }
        Err(error) => return Err(error.into()),
    };
    writeln!(io::stdout(), "SHA256 {sha256}")?;
    Ok(())
}

/// Why there is no certificate.
fn none_in(place: &Location) -> String {
    match place {
        Location::Folder(folder) => format!(
            "there is no certificate in {} yet: the server makes one at its first start",
            folder.display()
        ),
        Location::Memory => {
            "a server that keeps nothing on disk makes another certificate at each start".to_owned()
        }
    }
}

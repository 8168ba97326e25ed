//! `chinwag check`: whether a data folder is whole, and writable by nobody else, with one line for
//! each fault.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use chinwag_server::Exposure;
use chinwag_store::{CheckReport, Location};
use clap::Args;

use crate::data::{DataFlags, located};

#[derive(Debug, Args)]
pub(crate) struct CheckFlags {
    #[command(flatten)]
    data: DataFlags,
}

/// Checks the folder. The exit status is 1 if anything is wrong.
pub(crate) fn check(flags: &CheckFlags) -> Result<ExitCode> {
    let mut reader = flags.data.open()?;
    let report = reader.check();
    let report = report.map_err(|error| located(error, reader.path()))?;
    let exposure = match flags.data.config()?.location() {
        Location::Folder(folder) => Exposure::of_data(&folder),
        Location::Memory => None,
    };
    let told = told(&report, exposure.as_ref());
    io::stdout().write_all(told.as_bytes())?;
    Ok(match report.faults.is_empty() && exposure.is_none() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn told(report: &CheckReport, exposure: Option<&Exposure>) -> String {
    let messages = if report.messages == 1 {
        "message"
    } else {
        "messages"
    };
    let mut told = format!("{} {messages} can be read", report.messages);
    match report.indexed {
        Some(indexed) => {
            told += &format!(", {indexed} of them through the search index");
            told += match indexed < report.messages && report.faults.is_empty() {
                true => ". A running server adds the others within moments.\n",
                false => ".\n",
            };
        }
        // What is damaged may keep the two from being compared.
        None if !report.faults.is_empty() => told += ".\n",
        None => told += ". There is no search index yet.\n",
    }
    for fault in &report.faults {
        told += &format!("! {fault}\n");
    }
    if let Some(exposure) = exposure {
        told += &format!("! {exposure}\n");
    }
    if report.faults.is_empty() && exposure.is_none() {
        told += "No fault found.\n";
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_that_is_behind_is_no_fault() {
        let report = |indexed| CheckReport {
            messages: 162,
            indexed: Some(indexed),
            faults: Vec::new(),
        };
        assert_eq!(
            told(&report(161), None),
            "162 messages can be read, 161 of them through the search index. A running server adds the \
             others within moments.\nNo fault found.\n"
        );
        assert_eq!(
            told(&report(162), None),
            "162 messages can be read, 162 of them through the search index.\nNo fault found.\n"
        );
    }
}

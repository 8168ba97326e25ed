//! `chinwag check`: whether a data folder is whole, told in one line for each fault.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use chinwag_store::{CheckReport, Fault};
use clap::Args;

use crate::data::DataFlags;

#[derive(Debug, Args)]
pub(crate) struct CheckFlags {
    #[command(flatten)]
    data: DataFlags,
}

/// Checks the folder. The exit status is 1 if anything is wrong.
pub(crate) fn check(flags: &CheckFlags) -> Result<ExitCode> {
    let report = flags.data.open()?.check()?;
    io::stdout().write_all(told(&report).as_bytes())?;
    Ok(match report.faults.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn told(report: &CheckReport) -> String {
    let messages = if report.messages == 1 {
        "message"
    } else {
        "messages"
    };
    let mut told = format!("{} {messages} can be read", report.messages);
    let is_damaged = |fault: &Fault| matches!(fault, Fault::IndexFile(_));
    match report.indexed {
        Some(indexed) => told += &format!(", {indexed} of them through the search index.\n"),
        None if report.faults.iter().any(is_damaged) => told += ".\n",
        None => told += ". There is no search index yet.\n",
    }
    for fault in &report.faults {
        told += &format!("! {fault}\n");
    }
    if report.faults.is_empty() {
        told += "No fault found.\n";
    }
    told
}

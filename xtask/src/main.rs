//! What a developer of chinwag runs: `cargo xtask test`, `cargo xtask ci` and the pieces of it.
//!
//! A program and not a folder of scripts, so that the one command of the README works wherever a
//! Rust toolchain is. It starts other programs and reads the tree; nothing of the chat server
//! depends on it.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program talks to the person who runs it"
)]

mod ci;
mod flags;
mod instructions;
mod measure;
mod peers;
mod rules;
mod tasks;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};
use xshell::Shell;

use crate::flags::XtaskCmd;

/// The checkout: what cargo knows of it, and a shell at its root.
struct Workspace {
    metadata: Metadata,
    sh: Shell,
}

impl Workspace {
    /// Asks cargo about the workspace around the current directory. Fails when `Cargo.lock` is out
    /// of date. Packages for systems that chinwag is not built for are left out, so that a check
    /// downloads only what a build uses.
    fn load() -> Result<Self> {
        let targets = ["x86_64", "aarch64"];
        let targets = targets.map(|cpu| format!("--filter-platform={cpu}-unknown-linux-gnu"));
        let options = [vec!["--locked".to_owned()], targets.to_vec()].concat();
        let metadata = MetadataCommand::new().other_options(options).exec();
        let metadata = metadata.context("cargo metadata")?;
        let sh = Shell::new()?;
        sh.change_dir(&metadata.workspace_root);
        Ok(Self { metadata, sh })
    }

    fn root(&self) -> PathBuf {
        self.metadata.workspace_root.clone().into()
    }
}

fn main() -> ExitCode {
    let flags = flags::Xtask::from_env_or_exit();
    match Workspace::load().and_then(|workspace| run(&workspace, flags.subcommand)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(workspace: &Workspace, task: XtaskCmd) -> Result<()> {
    match task {
        XtaskCmd::Test(flags) => tasks::test(workspace, &flags.args),
        XtaskCmd::Ci(_) => ci::run(workspace),
        XtaskCmd::Check(_) => rules::check(workspace),
        XtaskCmd::Docs(_) => tasks::docs(workspace),
        XtaskCmd::Fuzz(flags) => tasks::fuzz(workspace, flags.seconds),
        XtaskCmd::Mutants(flags) => tasks::mutants(workspace, &flags.args),
        XtaskCmd::Instructions(flags) => instructions::run(workspace, flags.update),
        XtaskCmd::Measure(flags) => measure::run(workspace, flags),
    }
}

//! The workspace as cargo sees it: where it is, which packages are ours, what they depend on.
//!
//! Asked of cargo once, at the start, and handed to every task: reading `Cargo.toml` ourselves
//! would have to know about inheritance, renames and targets. Packages for systems that chinwag is
//! not shipped for are left out, so that a check need not download what no build uses.

use anyhow::{Context, Result, ensure};
use cargo_metadata::{Message, Metadata, MetadataCommand, Package};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::shell;

/// What chinwag is built for and released on.
const SHIPPED_FOR: [&str; 2] = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];

/// The checkout that the task runs in.
pub(crate) struct Workspace {
    metadata: Metadata,
}

impl Workspace {
    /// Asks cargo about the workspace around the current directory. Fails when `Cargo.lock` is out
    /// of date.
    pub(crate) fn load() -> Result<Self> {
        let mut options = vec!["--locked".to_owned()];
        options.extend(SHIPPED_FOR.map(|target| format!("--filter-platform={target}")));
        let metadata = MetadataCommand::new().other_options(options).exec();
        Ok(Self {
            metadata: metadata.context("cargo metadata")?,
        })
    }

    /// The folder that holds the workspace's `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// The folder that cargo builds in.
    pub(crate) fn target(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    /// The packages of this project.
    pub(crate) fn members(&self) -> Vec<&Package> {
        self.metadata.workspace_packages()
    }

    /// Every package that takes part in a build for the systems we ship for: ours, theirs, and what
    /// tests need.
    pub(crate) fn packages(&self) -> &[Package] {
        &self.metadata.packages
    }

    /// Our package of this name.
    pub(crate) fn member(&self, name: &str) -> Option<&Package> {
        self.members()
            .into_iter()
            .find(|package| package.name == name)
    }

    /// The name of a file of ours as it is told to people: from the root on.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(self.root())
            .unwrap_or(path)
            .display()
            .to_string()
    }

    /// Has cargo build, and returns where these programs are.
    pub(crate) fn built<const N: usize>(
        &self,
        arguments: &[&str],
        programs: [&str; N],
    ) -> Result<[PathBuf; N]> {
        let mut build = self.cargo(arguments);
        build.arg("--message-format=json-render-diagnostics");
        let messages = shell::asked(build.stderr(Stdio::inherit()))?;
        let mut paths = programs.map(|_| None);
        for message in Message::parse_stream(messages.as_bytes()) {
            if let Message::CompilerArtifact(artifact) = message?
                && let Some(at) = programs
                    .iter()
                    .position(|name| *name == artifact.target.name)
                && let Some(program) = artifact.executable
            {
                paths[at] = Some(program.into());
            }
        }
        ensure!(
            paths.iter().all(Option::is_some),
            "cargo did not build all of {programs:?}"
        );
        Ok(paths.map(Option::unwrap_or_default))
    }

    /// Cargo at the root of the workspace: the same cargo that runs this program.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(self.root()).args(arguments);
        command
    }
}

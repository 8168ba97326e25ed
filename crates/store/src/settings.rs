//! What the program that opens a store may choose.

use std::path::PathBuf;

use chinwag_core::Duration;

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this folder, which is made if it is not there, readable by its owner alone.
    Folder(PathBuf),
    /// In memory. It is gone with the last connection to it.
    Memory,
}

/// What a commit survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The end of the process at any moment. A power cut may take the last commits, never more.
    #[default]
    Process,
    /// A power cut: every commit waits for the disk.
    Power,
}

/// What is trimmed. Nothing, unless said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Messages that are older are trimmed.
    pub keep: Option<Duration>,
    /// Bytes of the database, without the search and without what is free in it. Beyond it the
    /// oldest messages are trimmed.
    pub bytes_max: Option<u64>,
}

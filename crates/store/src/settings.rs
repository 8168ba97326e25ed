//! What the program that opens a store may choose.

use std::path::PathBuf;

use chinwag_core::Duration;

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// In this folder, which is created if necessary, readable only by its owner.
    Folder(PathBuf),
    /// In memory, gone with the last connection to it.
    Memory,
}

/// What a commit survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The end of the process at any moment. A power cut may lose the last commits, but nothing
    /// else.
    #[default]
    Process,
    /// A power cut: every commit waits for the disk.
    Power,
}

/// What retention deletes. By default nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Messages that are older are trimmed.
    pub keep: Option<Duration>,
    /// Bytes of the database, without the search index and without free pages. Beyond that the
    /// oldest messages are deleted.
    pub bytes_max: Option<u64>,
}

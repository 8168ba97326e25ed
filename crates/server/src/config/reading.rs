//! Reading the configuration's file and the files that it names.
//!
//! At the start a file may be a pipe, as in `--config <(...)`. Later it may not: a pipe that was
//! read reads as empty, and one without a writer would block the reader for ever.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use rustix::fs::{Mode, OFlags};

/// Whether a file is read for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Anything that can be read.
    First,
    /// Only what reads the same a second time.
    Again,
}

impl Reading {
    /// All bytes of a file.
    ///
    /// # Errors
    /// What the system says, or that the file cannot be read again.
    pub fn bytes(self, path: &Path) -> io::Result<Vec<u8>> {
        if self == Self::First {
            return fs::read(path);
        }
        // Without waiting for somebody at the other end of a pipe.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let mut file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
        if !file.metadata()?.is_file() {
            return Err(io::Error::other(
                "it is no regular file, and cannot be read a second time",
            ));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// A file's text.
    ///
    /// # Errors
    /// The same, or that it is no text.
    pub fn text(self, path: &Path) -> io::Result<String> {
        String::from_utf8(self.bytes(path)?)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
    }
}

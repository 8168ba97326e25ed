//! Whether anybody but the server's user can change what is in the data folder: a user who may
//! write to a folder can replace any file in it, whatever the permissions of the files.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The right of everybody to write.
const ANYBODY_WRITES: u32 = 0o002;
/// May do everything in any case.
const ROOT: u32 = 0;
/// A file that the server has created itself, if it has ever used the folder.
const OWN_FILE: &str = "messages.db";

/// A data folder that others can change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    folder: PathBuf,
    who: Who,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Anybody,
    /// A user, by its number.
    Owner(u32),
}

impl Exposure {
    /// How the folder of the server in this process is exposed.
    pub(crate) fn of_own(folder: &Path) -> Option<Self> {
        Self::of(folder, rustix::process::geteuid().as_raw())
    }

    /// How the folder of another server is exposed, as far as this user can see.
    pub fn of_data(folder: &Path) -> Option<Self> {
        let file = fs::metadata(folder.join(OWN_FILE)).ok()?;
        Self::of(folder, file.uid())
    }

    fn of(folder: &Path, user: u32) -> Option<Self> {
        let data = fs::metadata(folder).ok()?;
        let who = who_writes(data.mode(), data.uid(), user)?;
        let folder = folder.to_owned();
        Some(Self { folder, who })
    }
}

/// Who besides a user may write to a folder with this mode and owner.
fn who_writes(mode: u32, owner: u32, user: u32) -> Option<Who> {
    if mode & ANYBODY_WRITES != 0 {
        return Some(Who::Anybody);
    }
    (owner != user && owner != ROOT).then_some(Who::Owner(owner))
}

impl Display for Exposure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let folder = self.folder.display();
        match self.who {
            Who::Anybody => write!(
                f,
                "every user of this machine may write to the data folder {folder}, and so change or remove what is in it: chmod 700 {folder}"
            ),
            Who::Owner(owner) => write!(
                f,
                "the data folder {folder} belongs to another user ({owner}), who can change or remove what is in it: give it to the server's user"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_write_to_the_folder_is_named() {
        let (user, other) = (1_000, 1_001);
        for (mode, owner, expected) in [
            (0o40_700, user, None),
            (0o40_755, user, None),
            // A group of one's own is the default of many systems.
            (0o40_775, user, None),
            (0o40_777, user, Some(Who::Anybody)),
            (0o41_777, ROOT, Some(Who::Anybody)),
            (0o40_702, user, Some(Who::Anybody)),
            (0o40_770, other, Some(Who::Owner(other))),
            (0o40_770, ROOT, None),
        ] {
            assert_eq!(who_writes(mode, owner, user), expected, "{mode:o} {owner}");
        }
    }
}

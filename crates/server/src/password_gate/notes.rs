//! What the owners of names will be told: the wrong passwords that others have tried. A note waits
//! for its owner, who may come back after a restart.

use chinwag_core::{Name, Timestamp};
use chinwag_wire::dialect::Guesses;
use hashbrown::{HashMap, HashSet};

use super::{Attempt, make_space};

/// Changed notes, by folded name: the text, or `None` if the note is gone.
pub(crate) type ChangedNotes = Vec<(Box<str>, Option<String>)>;

/// See the [module](self).
#[derive(Default)]
pub(super) struct Notes {
    /// By folded name.
    guesses: HashMap<Box<str>, Guesses>,
    /// Those that have to be stored.
    changed: HashSet<Box<str>>,
}

impl Notes {
    /// Restores a note of an earlier run. Ignores one that cannot be parsed.
    pub(super) fn restore(&mut self, name: &str, text: &str) {
        if let Some(guesses) = read(text) {
            make_space(&mut self.guesses, |_| true);
            self.guesses.insert(name.into(), guesses);
        }
    }

    pub(super) fn note_wrong(&mut self, attempt: &Attempt, wall: Timestamp) {
        let address = attempt.origin.address;
        make_space(&mut self.guesses, |_| true);
        let guesses = self.guesses.entry(attempt.name.folded().into());
        let guesses = guesses.or_insert(Guesses {
            count: 0,
            since: wall,
            address,
        });
        guesses.count += 1;
        guesses.address = address;
        self.changed.insert(attempt.name.folded().into());
    }

    pub(super) fn take(&mut self, name: &Name) -> Option<Guesses> {
        let guesses = self.guesses.remove(name.folded())?;
        self.changed.insert(name.folded().into());
        Some(guesses)
    }

    /// What has changed since the last call.
    pub(super) fn poll_changed(&mut self) -> ChangedNotes {
        let changed = self.changed.drain();
        let text = |name: &str| self.guesses.get(name).map(written);
        changed
            .map(|name| {
                let text = text(&name);
                (name, text)
            })
            .collect()
    }
}

/// `3 1795269720000 192.0.2.7`: how many, since when, and the address of the last.
fn written(guesses: &Guesses) -> String {
    let Guesses {
        count,
        since,
        address,
    } = guesses;
    format!("{count} {} {address}", since.0)
}

fn read(text: &str) -> Option<Guesses> {
    let mut words = text.split(' ');
    Some(Guesses {
        count: words.next()?.parse().ok()?,
        since: Timestamp(words.next()?.parse().ok()?),
        address: words.next()?.parse().ok()?,
    })
}

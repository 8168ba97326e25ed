//! The formats in which the sessions of a shard see their rooms, by number: a membership keeps two
//! bytes, and two sessions with equal formats share what is rendered.
//!
//! They stay until the server ends. There are at most as many as combinations of 600 time zones and
//! a few switches: some thirty thousand, of a hundred bytes each.

use chinwag_feed::FormatId;
use chinwag_wire::dialect::Format;
use hashbrown::HashMap;

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Formats {
    numbers: HashMap<Format, FormatId>,
}

impl Formats {
    /// The number of a format.
    pub(crate) fn intern(&mut self, format: &Format) -> FormatId {
        if let Some(number) = self.numbers.get(format) {
            return *number;
        }
        // A number that came twice would show somebody the lines of another's format.
        let number = u16::try_from(self.numbers.len()).expect("fewer formats than numbers");
        let number = FormatId(number);
        self.numbers.insert(format.clone(), number);
        number
    }
}

//! The decoded input, as lines.
//!
//! It must not know what is in them. A carriage return has two meanings: in a log it takes the
//! cursor back, and what follows replaces the line so far; on the wire it ends a line. So it is kept
//! for the cleaning, or ends a line where nothing is cleaned. A file of an old Macintosh has no other line ends: an
//! input that ends without one line feed has a line for each carriage return, as far as it is kept.

/// The longest line, in bytes; the server's limit is far below and configurable.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Split {
    /// Without its end.
    Line(Vec<u8>),
    TooLong,
    /// The whole input, of which only the end is kept: it has carriage returns and no line feed.
    Returns,
}

#[derive(Debug)]
pub(super) struct Splitter {
    unfinished: Vec<u8>,
    /// Where the last carriage return stands in it: to search for it at every byte of a long line
    /// would take for ever.
    last_return: Option<usize>,
    is_too_long: bool,
    /// States of a progress that are forgotten.
    has_dropped: bool,
    /// A line feed has ended a line.
    has_feeds: bool,
    /// A carriage return ends a line.
    raw: bool,
    after_return: bool,
}

impl Splitter {
    pub(super) fn new(raw: bool) -> Self {
        Self {
            unfinished: Vec::new(),
            last_return: None,
            is_too_long: false,
            has_dropped: false,
            has_feeds: false,
            raw,
            after_return: false,
        }
    }

    pub(super) fn take_in(&mut self, bytes: &[u8]) -> Vec<Split> {
        let mut lines = Vec::new();
        for &byte in bytes {
            let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if self.raw && after_return => {}
                b'\r' if self.raw => lines.push(self.take_line()),
                b'\n' => {
                    self.has_feeds = true;
                    lines.push(self.take_line());
                }
                _ => self.push(byte),
            }
        }
        lines
    }

    /// What stands behind the last line feed.
    pub(super) fn finish(&mut self) -> Vec<Split> {
        if !self.is_too_long && self.unfinished.is_empty() {
            return Vec::new();
        }
        let is_progress = self.raw || self.has_feeds || self.last_return.is_none();
        let has_dropped = self.has_dropped;
        match self.take_line() {
            Split::Line(_) if !is_progress && has_dropped => vec![Split::Returns],
            Split::Line(text) if !is_progress => {
                let lines = text.split(|byte| *byte == b'\r');
                lines.map(|line| Split::Line(line.to_vec())).collect()
            }
            line => vec![line],
        }
    }

    fn push(&mut self, byte: u8) {
        if self.is_too_long {
            return;
        }
        if self.unfinished.len() == LINE_BYTES_MAX {
            // Hours of a progress bar are one line; all but its last states can go.
            match self.last_return {
                None | Some(0) => {
                    self.is_too_long = true;
                    return;
                }
                Some(at) => {
                    self.has_dropped = true;
                    self.unfinished.drain(..at);
                    self.last_return = Some(0);
                }
            }
        }
        if byte == b'\r' {
            self.last_return = Some(self.unfinished.len());
        }
        self.unfinished.push(byte);
    }

    fn take_line(&mut self) -> Split {
        let mut line = std::mem::take(&mut self.unfinished);
        self.last_return = None;
        self.has_dropped = false;
        if std::mem::take(&mut self.is_too_long) {
            return Split::TooLong;
        }
        if line.ends_with(b"\r") {
            line.pop();
        }
        Split::Line(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_too_long_is_told_once() {
        let mut splitter = Splitter::new(false);
        assert_eq!(splitter.take_in(&vec![b'x'; LINE_BYTES_MAX + 9]), []);
        assert_eq!(
            splitter.take_in(b"y\nz\n"),
            [Split::TooLong, Split::Line(b"z".into())]
        );
    }

    #[test]
    fn the_length_of_a_line_costs_no_more_than_its_bytes() {
        let mut splitter = Splitter::new(false);
        // A search through the whole at every byte would take hours of this.
        for _ in 0..64 {
            assert_eq!(splitter.take_in(&vec![b'x'; LINE_BYTES_MAX]), []);
        }
        let lines = splitter.take_in(b"y\rz\nnext\n");
        assert_eq!(lines, [Split::TooLong, Split::Line(b"next".into())]);
    }

    #[test]
    fn an_endless_progress_is_one_line() {
        let mut splitter = Splitter::new(false);
        for _ in 0..LINE_BYTES_MAX {
            assert_eq!(splitter.take_in(b" 10%\r"), []);
        }
        let lines = splitter.take_in(b"100%\n");
        let [Split::Line(line)] = &lines[..] else {
            panic!("{lines:?}");
        };
        assert!(line.len() < LINE_BYTES_MAX && line.ends_with(b"\r100%"));
    }

    #[test]
    fn what_has_returns_for_line_ends_and_is_not_kept_is_told_of() {
        let mut splitter = Splitter::new(false);
        for _ in 0..LINE_BYTES_MAX {
            assert_eq!(splitter.take_in(b"line\r"), []);
        }
        assert_eq!(splitter.finish(), [Split::Returns]);
        assert_eq!(splitter.finish(), []);
    }
}

//! The server's bytes, as lines and what is left of one.
//!
//! It must not know what a line says. A line is given out with its bytes as they came, because a
//! program behind a pipe gets exactly those; the copy without colours is for reading it.

use crate::filter::without_sequences;
use crate::session::Action;

/// The longest line that is waited for, in bytes: the server's longest message is 4 KiB, escapes and
/// a name make it longer. A longer one is given out in pieces.
const LINE_BYTES_MAX: usize = 64 * 1024;

const BELL: u8 = 7;

/// Collects bytes until their line is complete.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    unfinished: Vec<u8>,
}

/// One complete line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerLine {
    /// As it came, with its end.
    pub(crate) bytes: Vec<u8>,
    /// Without its end, without colours and bells.
    pub(crate) plain: String,
}

impl ServerLine {
    /// A line of which only the text is left.
    pub(crate) fn of_text(plain: &str) -> Self {
        Self {
            bytes: format!("{plain}\n").into_bytes(),
            plain: plain.to_owned(),
        }
    }

    /// What stands behind this prompt, and is a line of its own: the server has answered before the
    /// prompt was read.
    pub(crate) fn behind(&self, prompt: &str) -> Option<Self> {
        let rest = self.bytes.strip_prefix(prompt.as_bytes())?;
        Some(Self::new(rest.to_vec()))
    }

    fn new(bytes: Vec<u8>) -> Self {
        let plain =
            without_sequences(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']));
        Self { bytes, plain }
    }
}

impl Lines {
    /// The lines that these bytes complete.
    pub(crate) fn take_in(&mut self, bytes: &[u8]) -> Vec<ServerLine> {
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.unfinished.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.unfinished.len() > LINE_BYTES_MAX {
                lines.push(ServerLine::new(std::mem::take(&mut self.unfinished)));
            }
        }
        lines
    }

    /// A question that waits for its answer in the middle of its line, if that is what has come.
    pub(crate) fn take_prompt(&mut self) -> Option<Vec<u8>> {
        let is_prompt = self.unfinished.ends_with(b": ");
        is_prompt.then(|| std::mem::take(&mut self.unfinished))
    }

    /// Bells behind the last line, which ring for that line and not for the next.
    pub(crate) fn poll_bells(&mut self) -> Option<Action> {
        let bells = self.unfinished.iter().take_while(|&&byte| byte == BELL);
        let bells: Vec<u8> = self.unfinished.drain(..bells.count()).collect();
        (!bells.is_empty()).then_some(Action::Show(bells))
    }

    /// What is left when no more will come.
    pub(crate) fn finish(&mut self) -> Option<ServerLine> {
        let rest = std::mem::take(&mut self.unfinished);
        (!rest.is_empty()).then(|| ServerLine::new(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_however_they_are_cut() {
        let input = b"\x1b[1m! no\x1b[0m\r\n[14:03] ann: hi\x07\nEnter: ";
        for cut in 0..=input.len() {
            let mut lines = Lines::default();
            let mut all = lines.take_in(&input[..cut]);
            all.extend(lines.take_in(&input[cut..]));
            let plain: Vec<_> = all.iter().map(|line| line.plain.as_str()).collect();
            assert_eq!(plain, ["! no", "[14:03] ann: hi"]);
            assert_eq!(all[0].bytes, b"\x1b[1m! no\x1b[0m\r\n");
            assert_eq!(lines.take_prompt().as_deref(), Some(&b"Enter: "[..]));
            assert_eq!(lines.finish(), None);
        }
    }

    #[test]
    fn a_bell_behind_a_line_does_not_wait_for_the_next() {
        let mut lines = Lines::default();
        assert_eq!(lines.take_in(b"[14:03] ann: hi bob\n\x07").len(), 1);
        assert_eq!(lines.poll_bells(), Some(Action::Show(vec![BELL])));
        assert_eq!(lines.poll_bells(), None);
        assert!(lines.take_in(b"[14:").is_empty());
        assert_eq!(lines.poll_bells(), None);
    }

    #[test]
    fn an_endless_line_is_given_out_in_pieces() {
        let mut lines = Lines::default();
        assert_eq!(lines.take_in(&[b'x'; LINE_BYTES_MAX + 1]).len(), 1);
    }
}

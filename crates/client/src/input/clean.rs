//! A line of a log, as somebody who watches it would see it.
//!
//! It must not know where the line goes.

use crate::filter::without_sequences;

/// The line without colours and other sequences; of a progress that was drawn over and over with
/// carriage returns, the last state that shows something.
pub(super) fn cleaned(line: &str) -> String {
    let mut states = line.rsplit('\r').map(without_sequences);
    let last = states.next().unwrap_or_default();
    if !last.trim().is_empty() {
        return last;
    }
    states
        .find(|state| !state.trim().is_empty())
        .unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_visible_state_counts() {
        assert_eq!(cleaned("1%\r2%\r3%"), "3%");
        assert_eq!(cleaned("1%\r2%\r\x1b[K\r"), "2%");
        assert_eq!(cleaned("\x1b[2K\r\x1b[32mok\x1b[0m"), "ok");
        assert_eq!(cleaned("\r \r"), "");
    }
}

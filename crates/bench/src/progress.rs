//! One line a second about a run that is under way.
//!
//! It must not know whether it writes to a screen: it is told how a line replaces the one before.

use std::io::Write;

use crate::clock::Micros;

const EVERY: Micros = 1_000_000;

/// Where lines about the run go.
pub struct Progress<'a> {
    out: &'a mut dyn Write,
    is_screen: bool,
    next: Micros,
}

impl<'a> Progress<'a> {
    /// On a screen each line takes the place of the one before.
    pub fn new(out: &'a mut dyn Write, is_screen: bool) -> Self {
        Self {
            out,
            is_screen,
            next: EVERY,
        }
    }

    /// Writes a line if the last one is a second old.
    pub(crate) fn tick(&mut self, now: Micros, line: impl FnOnce() -> String) {
        if now < self.next {
            return;
        }
        self.next = now + EVERY;
        let line = format!("{:>4} s  {}", now / EVERY, line());
        // Where nobody reads it, nobody misses it.
        let _ = match self.is_screen {
            true => write!(self.out, "\r{line}\x1b[K").and_then(|()| self.out.flush()),
            false => writeln!(self.out, "{line}"),
        };
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if self.is_screen {
            let _ = write!(self.out, "\r\x1b[K").and_then(|()| self.out.flush());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(is_screen: bool) -> String {
        let mut out = Vec::new();
        let mut progress = Progress::new(&mut out, is_screen);
        for now in [0, 999_999, 1_000_000, 1_500_000, 2_100_000] {
            progress.tick(now, || format!("at {now}"));
        }
        drop(progress);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_a_second() {
        assert_eq!(written(false), "   1 s  at 1000000\n   2 s  at 2100000\n");
    }

    #[test]
    fn on_a_screen_there_is_one_line_and_then_none() {
        let shown = written(true);
        assert!(!shown.contains('\n'), "{shown:?}");
        assert!(shown.ends_with("\r\x1b[K"), "{shown:?}");
    }
}

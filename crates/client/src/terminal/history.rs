//! The lines sent before, to be called back with the arrows.
//!
//! It must not touch a file: what people say to each other stays in memory and ends with the
//! conversation. The draft that the first step back leaves is kept, for a history that eats what
//! one was writing is used once.

use std::collections::VecDeque;

/// How many lines are kept: more than anybody steps through with an arrow key.
const LINES_MAX: usize = 500;

/// Earlier lines, oldest first, and where in them the person stands.
#[derive(Debug, Default)]
pub(crate) struct History {
    lines: VecDeque<String>,
    /// `None` below the newest line, where the draft is.
    position: Option<usize>,
    draft: String,
}

impl History {
    /// Adds a line as the newest, unless it is blank or repeats the newest, and steps back below
    /// it.
    pub(crate) fn remember(&mut self, line: &str) {
        self.forget_position();
        if line.trim().is_empty() || self.lines.back().is_some_and(|newest| newest == line) {
            return;
        }
        if self.lines.len() == LINES_MAX {
            self.lines.pop_front();
        }
        self.lines.push_back(line.to_owned());
    }

    /// Steps back below the newest line without the draft.
    pub(crate) fn forget_position(&mut self) {
        self.position = None;
        self.draft.clear();
    }

    /// The line before the current one; `current` is kept as the draft when this is the first step.
    pub(crate) fn older(&mut self, current: &str) -> Option<String> {
        let position = match self.position {
            None => {
                let newest = self.lines.len().checked_sub(1)?;
                self.draft = current.to_owned();
                newest
            }
            Some(position) => position.checked_sub(1)?,
        };
        self.position = Some(position);
        self.lines.get(position).cloned()
    }

    /// The line after the current one; after the newest comes the draft.
    pub(crate) fn newer(&mut self) -> Option<String> {
        let position = self.position? + 1;
        self.position = (position < self.lines.len()).then_some(position);
        match self.position {
            Some(position) => self.lines.get(position).cloned(),
            None => Some(std::mem::take(&mut self.draft)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> History {
        let mut history = History::default();
        lines.iter().for_each(|line| history.remember(line));
        history
    }

    #[test]
    fn back_and_forth_keeps_the_draft() {
        let mut history = of(&["one", "two"]);
        assert_eq!(history.older("dra").as_deref(), Some("two"));
        assert_eq!(history.older("two").as_deref(), Some("one"));
        assert_eq!(history.older("one"), None);
        assert_eq!(history.newer().as_deref(), Some("two"));
        assert_eq!(history.newer().as_deref(), Some("dra"));
        assert_eq!(history.newer(), None);
    }

    #[test]
    fn blank_and_repeated_lines_are_not_kept() {
        let mut history = of(&["one", " ", "one"]);
        assert_eq!(history.older("").as_deref(), Some("one"));
        assert_eq!(history.older(""), None);
    }

    #[test]
    fn the_oldest_line_makes_room() {
        let mut history = History::default();
        (0..=LINES_MAX).for_each(|n| history.remember(&n.to_string()));
        let oldest = std::iter::from_fn(|| history.older("")).last();
        assert_eq!(oldest.as_deref(), Some("1"));
    }
}

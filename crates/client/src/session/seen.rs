//! The newest messages that came in, and what a history has beyond them.
//!
//! It must not know where a history comes from. The decision that shaped it: messages have no number
//! on the wire, so a history is laid beside what was seen so that as many as possible of the newest
//! lines agree. One line alone proves little (`ok` is said often); a run of them does.

use std::collections::VecDeque;

/// How many messages are remembered: at two lines a second, the same line again and again, they reach
/// over more than a minute, and with it over a change of the time stamp.
const LINES_MAX: usize = 256;

/// The messages of the session, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    lines: VecDeque<String>,
}

impl Seen {
    pub(crate) fn record(&mut self, line: &str) {
        if self.lines.len() == LINES_MAX {
            self.lines.pop_front();
        }
        self.lines.push_back(line.to_owned());
    }

    /// How many lines at the beginning of a replay were seen before: a link can die between the
    /// arrival of a line and the server's learning of it. A server that was killed may have learnt of so few that
    /// the replay begins before all that is remembered.
    pub(crate) fn overlap(&self, replay: &[String]) -> usize {
        let all = self.lines.len();
        let has_all = |&end: &usize| self.ends_with(&replay[end - all..end], all);
        if all == LINES_MAX
            && let Some(end) = (all..=replay.len()).rev().find(has_all)
        {
            return end;
        }
        let longest = all.min(replay.len());
        (1..=longest)
            .rev()
            .find(|&length| self.ends_with(&replay[..length], length))
            .unwrap_or(0)
    }

    /// The place in a history behind the newest line that was seen. `None` if none of them is in it:
    /// more was said meanwhile than the history shows.
    pub(crate) fn position_in(&self, history: &[String]) -> Option<usize> {
        if self.lines.is_empty() {
            return Some(0);
        }
        let agreeing = |end: usize| {
            let older = history[..end].iter().rev();
            older
                .zip(self.lines.iter().rev())
                .take_while(|(a, b)| a == b)
                .count()
        };
        let best = (1..=history.len()).map(|end| (agreeing(end), end));
        // Of places that fit equally well the first: to show a line twice is better than not at all.
        let (length, end) = best.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
        (length > 0).then_some(end)
    }

    /// Whether a line was seen while another room was the one to talk in, when it named its own.
    pub(crate) fn has_in_room(&self, line: &str, room: &str) -> bool {
        let sign = format!("#{room} ");
        self.lines.iter().any(|seen| {
            let parts = seen.split_once(&sign);
            let parts = parts.filter(|(head, _)| *head == "[" || head.ends_with("] "));
            parts.is_some_and(|(head, rest)| line.strip_prefix(head) == Some(rest))
        })
    }

    fn ends_with(&self, lines: &[String], length: usize) -> bool {
        self.lines.iter().skip(self.lines.len() - length).eq(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn seen(text: &str) -> Seen {
        let mut seen = Seen::default();
        lines(text).iter().for_each(|line| seen.record(line));
        seen
    }

    #[test]
    fn a_replay_overlaps_as_far_as_it_agrees() {
        let check = |old, replay, expected| {
            assert_eq!(
                seen(old).overlap(&lines(replay)),
                expected,
                "{old} | {replay}"
            );
        };
        check("a b c", "d e", 0);
        check("a b c", "b c d", 2);
        check("a b c", "c", 1);
        check("a b", "a c", 0);
        check("", "a", 0);
    }

    #[test]
    fn a_replay_may_begin_before_all_that_is_remembered() {
        let said: Vec<String> = (0..LINES_MAX + 50).map(|n| n.to_string()).collect();
        let mut seen = Seen::default();
        said[..LINES_MAX + 40]
            .iter()
            .for_each(|line| seen.record(line));
        assert_eq!(seen.overlap(&said), LINES_MAX + 40);
        assert_eq!(seen.overlap(&said[100..]), LINES_MAX - 60);
        // They are other lines, among which one is like the newest.
        let others: Vec<String> = (0..LINES_MAX + 40)
            .map(|n| (2 * n + 1).to_string())
            .collect();
        assert_eq!(seen.overlap(&others), 0);
    }

    #[test]
    fn a_history_goes_on_behind_the_longest_run() {
        let check = |old, history, expected| {
            assert_eq!(
                seen(old).position_in(&lines(history)),
                expected,
                "{old} | {history}"
            );
        };
        check("a b c", "x a b c d", Some(4));
        check("a b c", "b c", Some(2));
        check("a b c", "x y", None);
        check("", "x y", Some(0));
        // The same line again and again: the one before them tells how many there are.
        check("a t t", "a t t t", Some(3));
        check("a t t t", "a t t t", Some(4));
        // Nothing tells: the line may be new.
        check("t t", "t t t", Some(2));
    }

    #[test]
    fn a_line_of_another_room_is_known_without_its_sign() {
        let mut seen = Seen::default();
        for line in [
            "[14:03] #ops ann: see #ops now",
            "[#ops bob] hi",
            "[14:04] cy: in #ops x",
        ] {
            seen.record(line);
        }
        for (line, is_known) in [
            ("[14:03] ann: see #ops now", true),
            ("[14:03] #ops ann: see now", false),
            ("[bob] hi", true),
            ("[14:04] cy: in x", false),
            ("[14:05] ann: see #ops now", false),
        ] {
            assert_eq!(seen.has_in_room(line, "ops"), is_known, "{line}");
        }
        assert!(!seen.has_in_room("[14:03] ann: see #ops now", "dev"));
    }

    #[test]
    fn it_forgets_the_oldest() {
        let mut seen = Seen::default();
        (0..=LINES_MAX).for_each(|n| seen.record(&n.to_string()));
        assert_eq!(seen.lines.len(), LINES_MAX);
        assert_eq!(seen.lines[0], "1");
    }
}

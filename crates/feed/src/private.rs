//! Lines for one session alone, each after the events up to a place in the order.
//!
//! This is a log with one cursor, like a room's: what is before the cursor was written, and is kept
//! until the peer acknowledges it, since nobody else has it. Its bytes are bounded, however large
//! one push is: of an answer of six megabytes the reader gets the end, and learns how many lines
//! are missing. It drops whole lines, the oldest first, and written lines before unwritten ones.
//!
//! Of a written answer only the length is kept: it is never shown again, and a welcome of some
//! kilobytes would weigh more than the session that waits for its acknowledgement. News for a
//! program alone outlive the acknowledgement, see [`Unproven`].

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::Seq;
use chinwag_core::limits::PRIVATE_LOG_BYTES_MAX;

use crate::PlacedLines;
use crate::queue::Queue;
use crate::unproven::{Unproven, acknowledged, count};

/// Lines that were pushed together.
#[derive(Debug, Default)]
struct Chunk {
    after: Seq,
    /// Empty once the lines were written and need not be shown again.
    lines: Box<[u8]>,
    /// Their length in bytes.
    length: u32,
    kind: Kind,
}

/// What happens to lines that the peer may not have received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// They are shown again.
    #[default]
    Word,
    /// They are shown again, and kept until the peer says that it has them.
    News,
    /// They answer a question, which the client can ask again.
    Answer,
    /// They are the past of a room, and are read from the store again.
    Copy,
}

/// Why lines are dropped.
#[derive(Clone, Copy, Debug)]
enum Gone {
    /// The peer's system has them.
    Acknowledged,
    /// There is no space for them.
    Lost,
}

/// The private lines that a peer has not received, or may not have read.
#[derive(Debug, Default)]
pub(crate) struct UnseenLines {
    /// Not acknowledged, or not written.
    pub(crate) lines: Vec<PlacedLines>,
    /// Acknowledged news.
    pub(crate) unproven: Vec<PlacedLines>,
    /// The first of the lines that have to be read from the store again.
    pub(crate) copies_from: Option<Seq>,
}

/// See the [module](self). An idle session keeps none.
#[derive(Debug, Default)]
pub(crate) struct PrivateLines {
    kept: Option<Box<Kept>>,
}

/// The lines that are kept, and how far they were written.
#[derive(Debug, Default)]
struct Kept {
    chunks: Queue<Chunk>,
    /// How many bytes are kept.
    bytes: u32,
    /// How many of those were written.
    sent: u32,
    /// How many bytes of the first chunk were dropped.
    gone: u32,
    /// How many chunks were written whole.
    sent_chunks: u32,
    /// How many of those [`forget_answers`](Kept::forget_answers) has looked at.
    settled_chunks: u32,
    /// How many bytes of the next chunk were written.
    offset: u32,
    /// `Some` from the first news on.
    unproven: Option<Box<Unproven>>,
}

impl PrivateLines {
    /// Adds lines. Returns how many unwritten lines it dropped for them.
    pub(crate) fn push(&mut self, after: Seq, lines: &[u8], kind: Kind) -> u64 {
        let kept = self.kept.get_or_insert_default();
        let lost = kept.push(after, lines, kind);
        self.tidy();
        lost
    }

    /// The oldest unwritten lines, and the event after which they are shown.
    pub(crate) fn pending(&self) -> Option<(Seq, &[u8])> {
        self.kept.as_deref()?.pending()
    }

    /// Counts `bytes` of [`pending`](Self::pending) as written.
    pub(crate) fn take(&mut self, bytes: usize) {
        if let Some(kept) = &mut self.kept {
            kept.take(bytes);
        }
    }

    /// Undoes the last [`take`](Self::take), or the end of it.
    pub(crate) fn give_back(&mut self, bytes: usize) {
        if let Some(kept) = &mut self.kept {
            kept.give_back(bytes);
        }
    }

    /// Makes what was [taken](Self::take) so far final, so that it is not [given
    /// back](Self::give_back): forgets answers except for their lengths.
    pub(crate) fn forget_answers(&mut self) {
        if let Some(kept) = &mut self.kept {
            kept.forget_answers();
        }
    }

    /// Whether everything was written.
    pub(crate) fn is_written(&self) -> bool {
        self.kept.as_deref().is_none_or(Kept::is_written)
    }

    /// Drops what was written, except the last `kept` bytes.
    pub(crate) fn forget_sent(&mut self, kept: u64) {
        if let Some(lines) = &mut self.kept {
            let bytes = u64::from(lines.sent).saturating_sub(kept);
            lines.drop_front(bytes as usize, Gone::Acknowledged);
            self.tidy();
        }
    }

    /// Every line of which the last `unacknowledged` written bytes hold a part, and every unwritten
    /// line, except for answers.
    pub(crate) fn since(&self, unacknowledged: u64) -> UnseenLines {
        let kept = self.kept.as_deref();
        kept.map_or_else(UnseenLines::default, |kept| kept.since(unacknowledged))
    }

    /// What is known of news whose chunks are gone, if there are any.
    pub(crate) fn unproven(&self) -> Option<&Unproven> {
        self.kept.as_deref()?.unproven.as_deref()
    }

    /// The same to change; created on first use.
    pub(crate) fn unproven_mut(&mut self) -> &mut Unproven {
        let kept = self.kept.get_or_insert_default();
        kept.unproven.get_or_insert_default()
    }

    fn tidy(&mut self) {
        self.kept
            .take_if(|kept| kept.chunks.is_empty() && kept.unproven.is_none());
    }
}

impl Kept {
    fn push(&mut self, after: Seq, lines: &[u8], kind: Kind) -> u64 {
        if kind == Kind::News {
            self.unproven.get_or_insert_default();
        }
        let (cut_off, lines) = cut(lines, lines.len().saturating_sub(PRIVATE_LOG_BYTES_MAX));
        let excess = (self.bytes as usize + lines.len()).saturating_sub(PRIVATE_LOG_BYTES_MAX);
        // What is cut off the new lines is newer than everything that waits.
        let older = if cut_off > 0 {
            self.bytes as usize
        } else {
            excess
        };
        let lost = cut_off + self.drop_front(older, Gone::Lost);
        if let Some(unproven) = self.unproven.as_mut().filter(|_| kind == Kind::News) {
            unproven.lost.add(after, cut_off);
        }
        if !lines.is_empty() {
            let length = lines.len() as u32;
            self.bytes += length;
            self.chunks.push_back(Chunk {
                after,
                lines: lines.into(),
                length,
                kind,
            });
        }
        lost
    }

    /// Drops at least `bytes` bytes, in whole lines. Returns how many lines were unwritten.
    fn drop_front(&mut self, mut bytes: usize, why: Gone) -> u64 {
        let mut lost = 0;
        while bytes > 0
            && let Some(chunk) = self.chunks.first()
        {
            let kept = chunk.len() - self.gone as usize;
            let was_sent = self.sent > 0;
            let end = if was_sent {
                kept.min(self.sent as usize)
            } else {
                kept
            };
            let (lines, dropped) = match chunk.lines.get(self.gone as usize..) {
                Some(kept) if !chunk.is_forgotten() => {
                    let (lines, rest) = cut(&kept[..end], bytes.min(end));
                    (lines, end - rest.len())
                }
                _ => (0, bytes.min(end)),
            };
            if !was_sent {
                lost += lines;
            }
            let gone = self.gone as usize;
            if let (Kind::News, Some(unproven)) = (chunk.kind, &mut self.unproven) {
                let dropped = &chunk.lines[gone..gone + dropped];
                match why {
                    Gone::Acknowledged => unproven.push(chunk.after, dropped),
                    Gone::Lost => unproven.lost.add(chunk.after, count(dropped)),
                }
            }
            bytes = bytes.saturating_sub(dropped);
            self.drop_bytes(dropped as u32);
        }
        lost
    }

    /// Drops bytes of the first chunk.
    fn drop_bytes(&mut self, bytes: u32) {
        self.bytes -= bytes;
        self.sent = self.sent.saturating_sub(bytes);
        self.gone += bytes;
        let length = self.chunks.first().map_or(0, Chunk::len);
        if self.gone as usize >= length {
            self.chunks.pop_front();
            self.gone = 0;
            if self.sent_chunks == 0 {
                self.offset = 0;
            }
            self.sent_chunks = self.sent_chunks.saturating_sub(1);
            self.settled_chunks = self.settled_chunks.saturating_sub(1);
        } else if self.sent_chunks == 0 {
            self.offset = self.offset.max(self.gone);
        }
    }

    fn pending(&self) -> Option<(Seq, &[u8])> {
        let chunk = self.chunks.get(self.sent_chunks as usize)?;
        Some((chunk.after, &chunk.lines[self.offset as usize..]))
    }

    fn take(&mut self, bytes: usize) {
        self.sent += bytes as u32;
        self.offset += bytes as u32;
        let chunk = self.chunks.get(self.sent_chunks as usize);
        if chunk.is_none_or(|chunk| chunk.len() <= self.offset as usize) {
            self.sent_chunks += 1;
            self.offset = 0;
        }
    }

    fn give_back(&mut self, bytes: usize) {
        if bytes > 0 && self.offset == 0 {
            self.sent_chunks -= 1;
            let chunk = self.chunks.get(self.sent_chunks as usize);
            self.offset = chunk.map_or(0, |chunk| chunk.len() as u32);
        }
        self.offset -= bytes as u32;
        self.sent -= bytes as u32;
    }

    fn forget_answers(&mut self) {
        let (settled, sent) = (self.settled_chunks as usize, self.sent_chunks as usize);
        for chunk in &mut self.chunks[settled..sent] {
            if matches!(chunk.kind, Kind::Answer | Kind::Copy) {
                chunk.lines = Box::default();
            }
        }
        self.settled_chunks = self.sent_chunks;
    }

    fn is_written(&self) -> bool {
        self.bytes == self.sent
    }

    fn since(&self, unacknowledged: u64) -> UnseenLines {
        let sent = u64::from(self.sent);
        // Counted from the beginning of the first chunk.
        let start = u64::from(self.gone) + sent.saturating_sub(unacknowledged);
        let unproven = self.unproven.iter().flat_map(|unproven| unproven.lines());
        let mut unseen = UnseenLines {
            unproven: unproven.collect(),
            ..UnseenLines::default()
        };
        let mut end = 0;
        for chunk in self.chunks.iter() {
            let begin = end;
            end += chunk.len() as u64;
            let from = start.saturating_sub(begin).min(chunk.len() as u64) as usize;
            match chunk.kind {
                Kind::Answer => continue,
                Kind::Copy => {
                    let first = (from < chunk.len()).then_some(chunk.after);
                    unseen.copies_from = unseen.copies_from.or(first);
                    continue;
                }
                Kind::Word | Kind::News => {}
            }
            let (after, lines) = (chunk.after, &chunk.lines[..]);
            let from = if from < lines.len() {
                line_start(lines, from)
            } else {
                from
            };
            // A line whose beginning was dropped is no line.
            let gone = if begin == 0 { self.gone as usize } else { 0 };
            let from = from.max(gone);
            if chunk.kind == Kind::News {
                unseen
                    .unproven
                    .extend(acknowledged(after, &lines[gone..from]));
            }
            if from < lines.len() {
                unseen.lines.push((after, lines[from..].into()));
            }
        }
        unseen
    }
}

impl Chunk {
    fn len(&self) -> usize {
        self.length as usize
    }

    fn is_forgotten(&self) -> bool {
        self.lines.is_empty()
    }
}

/// Where the line that contains a byte begins.
fn line_start(lines: &[u8], place: usize) -> usize {
    memchr::memrchr(b'\n', &lines[..place]).map_or(0, |end| end + 1)
}

/// Cuts at least `bytes` bytes off the front, up to the end of a line. Returns how many lines that
/// were, and the rest.
fn cut(lines: &[u8], bytes: usize) -> (u64, &[u8]) {
    let Some(last) = bytes.checked_sub(1) else {
        return (0, lines);
    };
    let end = memchr::memchr(b'\n', &lines[last..]);
    let (gone, rest) = lines.split_at(end.map_or(lines.len(), |end| last + end + 1));
    let ends = memchr::memchr_iter(b'\n', gone).count() as u64;
    // The end of a chunk counts as a line even without an end of line.
    (ends + u64::from(end.is_none()), rest)
}

/// The length of as many whole lines as fit into `space`, or of the first one if none fits.
pub(crate) fn whole_lines(lines: &[u8], space: usize) -> usize {
    if lines.len() <= space {
        return lines.len();
    }
    let last = memchr::memrchr(b'\n', &lines[..space]);
    let end = last.or_else(|| memchr::memchr(b'\n', lines));
    end.map_or(lines.len(), |end| end + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Push { lines: usize, kind: Kind },
        Write { bytes: usize, given_back: usize },
        ForgetSent { kept: u64 },
    }

    fn step() -> impl Strategy<Value = Step> {
        let push = |(lines, kind)| Step::Push { lines, kind };
        let kinds = prop::sample::select(&[Kind::Word, Kind::News, Kind::Answer, Kind::Copy][..]);
        let write = |(bytes, given_back)| Step::Write { bytes, given_back };
        prop_oneof![
            (1usize..5, kinds).prop_map(push),
            (1usize..40, 0usize..20).prop_map(write),
            (0u64..60).prop_map(|kept| Step::ForgetSent { kept }),
        ]
    }

    fn apply(lines: &mut PrivateLines, step: &Step, number: usize) {
        match *step {
            Step::Push { lines: count, kind } => {
                let text = alloc::format!("line {number}\n").repeat(count);
                lines.push(Seq(number as u64), text.as_bytes(), kind);
            }
            Step::Write { bytes, given_back } => {
                let pending = lines.pending().map_or(0, |(_, lines)| lines.len());
                let taken = bytes.min(pending);
                if taken > 0 {
                    lines.take(taken);
                    lines.give_back(given_back.min(taken));
                }
            }
            Step::ForgetSent { kept } => lines.forget_sent(kept),
        }
    }

    proptest! {
        /// Whatever is acknowledged and forgotten when: each of the news is unseen, unproven or lost, once.
        #[test]
        fn no_news_are_forgotten(steps in prop::collection::vec(step(), 1..60)) {
            let mut lines = PrivateLines::default();
            let mut pushed = 0;
            for (number, step) in steps.iter().enumerate() {
                let news = |step: &Step| match *step {
                    Step::Push { lines, kind: Kind::News } => lines,
                    _ => 0,
                };
                pushed += news(step) as u64;
                // What is on the way can be told in lines alone where writes end with lines.
                let whole = Step::Write { bytes: usize::MAX, given_back: 0 };
                let step = if matches!(step, Step::Write { .. }) { &whole } else { step };
                apply(&mut lines, step, number);
                lines.forget_answers();
                let unseen = lines.since(0);
                let of = |lines: &[PlacedLines]| lines.iter().map(|(_, lines)| count(lines)).sum::<u64>();
                let chunks = lines.kept.iter().flat_map(|kept| kept.chunks.iter());
                let waiting = chunks.filter(|chunk| chunk.kind == Kind::News);
                let unwritten = waiting.filter(|chunk| {
                    unseen.lines.iter().any(|(after, _)| *after == chunk.after)
                });
                let unwritten: u64 = unwritten.map(|chunk| count(&chunk.lines)).sum();
                let lost = lines.unproven().map_or(0, |unproven| unproven.lost.lines());
                prop_assert_eq!(of(&unseen.unproven) + unwritten + lost, pushed);
            }
        }
    }

    #[test]
    fn a_rest_without_an_end_of_line_is_a_line() {
        let mut lines = PrivateLines::default();
        lines.push(Seq(1), b"one\nrest", Kind::Word);
        lines.take(8);
        assert_eq!(lines.since(0).lines, []);
        assert_eq!(lines.since(1).lines, [(Seq(1), b"rest".as_slice().into())]);
    }

    #[test]
    fn giving_nothing_back_changes_nothing() {
        let mut lines = PrivateLines::default();
        lines.push(Seq(1), b"one\n", Kind::Word);
        lines.take(4);
        lines.give_back(0);
        assert_eq!(lines.pending(), None);
    }

    fn sent_of(lines: &PrivateLines) -> u64 {
        lines.kept.as_deref().map_or(0, |kept| kept.sent.into())
    }

    #[test]
    fn what_was_acknowledged_takes_no_memory() {
        let mut lines = PrivateLines::default();
        lines.push(Seq(1), b"one\ntwo\n", Kind::Word);
        lines.push(Seq(2), b"three\n", Kind::Answer);
        lines.take(8);
        lines.take(6);
        let bytes = |lines: &PrivateLines| lines.kept.as_deref().map(|kept| kept.bytes);
        lines.forget_sent(14);
        assert_eq!(bytes(&lines), Some(14));
        lines.forget_sent(9);
        assert_eq!(
            bytes(&lines),
            Some(6),
            "whole lines: of one of them three bytes are there"
        );
        lines.forget_sent(0);
        assert_eq!(bytes(&lines), None);
    }

    proptest! {
        #[test]
        fn to_forget_answers_changes_nothing_but_the_memory(
            steps in prop::collection::vec(step(), 1..60),
        ) {
            let (mut forgets, mut keeps) = (PrivateLines::default(), PrivateLines::default());
            for (number, step) in steps.iter().enumerate() {
                apply(&mut forgets, step, number);
                apply(&mut keeps, step, number);
                forgets.forget_answers();
                prop_assert_eq!(forgets.pending(), keeps.pending());
                prop_assert_eq!(forgets.is_written(), keeps.is_written());
                for unacknowledged in [0, 1, 9, 30, sent_of(&keeps)] {
                    let [told, all] = [&forgets, &keeps].map(|it| it.since(unacknowledged));
                    prop_assert_eq!(&told.lines, &all.lines);
                    prop_assert_eq!(told.unproven, all.unproven);
                }
                let kept = forgets.kept.as_deref();
                let mut written = kept.iter().flat_map(|kept| {
                    &kept.chunks[..kept.sent_chunks as usize]
                });
                let is_kept = |kind| matches!(kind, Kind::Word | Kind::News);
                prop_assert!(written.all(|chunk| is_kept(chunk.kind) || chunk.is_forgotten()));
            }
        }
    }
}

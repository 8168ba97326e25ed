//! Lines for one session alone, each behind the events up to a place in the order.
//!
//! Bounded in bytes, whatever the size of one push: of an answer of six megabytes the reader gets
//! the end, and is told how many lines it did not get. Lines go whole, the oldest first.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use chinwag_core::Seq;
use chinwag_core::limits::PRIVATE_LOG_BYTES_MAX;

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct PrivateLines {
    chunks: VecDeque<(Seq, Box<[u8]>)>,
    bytes: u32,
    /// Bytes of the first chunk that are gone. They are not counted in `bytes`.
    gone: u32,
}

impl PrivateLines {
    /// Adds lines. Returns how many older ones had to go for them.
    pub(crate) fn push(&mut self, after: Seq, lines: &[u8]) -> u64 {
        let (lost, lines) = cut(lines, lines.len().saturating_sub(PRIVATE_LOG_BYTES_MAX));
        let excess = (self.len() + lines.len()).saturating_sub(PRIVATE_LOG_BYTES_MAX);
        // What is cut of the new lines themselves is newer than all that waits.
        let older = if lost > 0 { self.len() } else { excess };
        let lost = lost + self.drop_front(older);
        if !lines.is_empty() {
            self.bytes += lines.len() as u32;
            self.chunks.push_back((after, lines.into()));
        }
        lost
    }

    fn drop_front(&mut self, mut bytes: usize) -> u64 {
        let mut lost = 0;
        while bytes > 0
            && let Some((_, lines)) = self.front()
        {
            let (lines_lost, rest) = cut(lines, bytes.min(lines.len()));
            let taken = lines.len() - rest.len();
            lost += lines_lost;
            bytes = bytes.saturating_sub(taken);
            self.pop(taken);
        }
        lost
    }

    /// The oldest lines, and what they stand behind.
    pub(crate) fn front(&self) -> Option<(Seq, &[u8])> {
        let (after, lines) = self.chunks.front()?;
        Some((*after, &lines[self.gone as usize..]))
    }

    /// Takes bytes of the first chunk away.
    pub(crate) fn pop(&mut self, bytes: usize) {
        self.bytes -= bytes as u32;
        self.gone += bytes as u32;
        let is_used_up = |(_, lines): &(Seq, Box<[u8]>)| lines.len() <= self.gone as usize;
        if self.chunks.front().is_some_and(is_used_up) {
            self.chunks.pop_front();
            self.gone = 0;
        }
        if self.chunks.is_empty() {
            // An idle session keeps no buffer.
            self.chunks = VecDeque::new();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes as usize
    }
}

/// Cuts at least so many bytes off the front, up to the end of a line. Returns how many lines that
/// were, and the rest.
fn cut(lines: &[u8], bytes: usize) -> (u64, &[u8]) {
    let Some(last) = bytes.checked_sub(1) else {
        return (0, lines);
    };
    let end = memchr::memchr(b'\n', &lines[last..]);
    let (gone, rest) = lines.split_at(end.map_or(lines.len(), |end| last + end + 1));
    let ends = memchr::memchr_iter(b'\n', gone).count() as u64;
    // The rest of a chunk without an end of line is a line too.
    (ends + u64::from(end.is_none()), rest)
}

/// The length of as many whole lines as fit into `space`, or of the first one if none does.
pub(crate) fn whole_lines(lines: &[u8], space: usize) -> usize {
    if lines.len() <= space {
        return lines.len();
    }
    let last = memchr::memrchr(b'\n', &lines[..space]);
    let end = last.or_else(|| memchr::memchr(b'\n', lines));
    end.map_or(lines.len(), |end| end + 1)
}

//! Lines for one session alone, each behind the events up to a place in the order.
//!
//! A log with one cursor, like a room: what is in front of the cursor was written, and is kept
//! until the peer has acknowledged it, for nobody else has it. Bounded in bytes, whatever the size
//! of one push: of an answer of six megabytes the reader gets the end, and is told how many lines
//! it did not get. Lines go whole, the oldest first, and those that were written before those that
//! were not.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use chinwag_core::Seq;
use chinwag_core::limits::PRIVATE_LOG_BYTES_MAX;

/// Lines, and the event that they stand behind.
pub(crate) type Behind = (Seq, Box<[u8]>);

/// Lines that were added together.
#[derive(Debug)]
struct Chunk {
    after: Seq,
    lines: Box<[u8]>,
    /// They answer a question, which can be asked again.
    is_answer: bool,
}

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct PrivateLines {
    chunks: VecDeque<Chunk>,
    /// Bytes that are kept.
    bytes: u32,
    /// Those of them that were written.
    sent: u32,
    /// Bytes of the first chunk that are not kept any more.
    gone: u32,
    /// Chunks that were written whole.
    sent_chunks: u32,
    /// Bytes of the next chunk that were written.
    offset: u32,
}

impl PrivateLines {
    /// Adds lines. Returns how many had to go for them that were not written yet.
    pub(crate) fn push(&mut self, after: Seq, lines: &[u8], is_answer: bool) -> u64 {
        let (cut_off, lines) = cut(lines, lines.len().saturating_sub(PRIVATE_LOG_BYTES_MAX));
        let excess = (self.bytes as usize + lines.len()).saturating_sub(PRIVATE_LOG_BYTES_MAX);
        // What is cut off the new lines is newer than all that waits.
        let older = if cut_off > 0 {
            self.bytes as usize
        } else {
            excess
        };
        let lost = cut_off + self.drop_front(older);
        if !lines.is_empty() {
            self.bytes += lines.len() as u32;
            let lines = lines.into();
            self.chunks.push_back(Chunk {
                after,
                lines,
                is_answer,
            });
        }
        lost
    }

    /// Drops at least so many bytes, in whole lines. Returns how many lines were not written yet.
    fn drop_front(&mut self, mut bytes: usize) -> u64 {
        let mut lost = 0;
        while bytes > 0
            && let Some(chunk) = self.chunks.front()
        {
            let kept = &chunk.lines[self.gone as usize..];
            let was_sent = self.sent > 0;
            let end = if was_sent {
                kept.len().min(self.sent as usize)
            } else {
                kept.len()
            };
            let (lines, rest) = cut(&kept[..end], bytes.min(end));
            let dropped = end - rest.len();
            if !was_sent {
                lost += lines;
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
        let length = self.chunks.front().map_or(0, Chunk::len);
        if self.gone as usize >= length {
            self.chunks.pop_front();
            self.gone = 0;
            if self.sent_chunks == 0 {
                self.offset = 0;
            }
            self.sent_chunks = self.sent_chunks.saturating_sub(1);
        } else if self.sent_chunks == 0 {
            self.offset = self.offset.max(self.gone);
        }
        if self.chunks.is_empty() {
            // An idle session keeps no buffer.
            self.chunks = VecDeque::new();
        }
    }

    /// The oldest lines that were not written, and what they stand behind.
    pub(crate) fn pending(&self) -> Option<(Seq, &[u8])> {
        let chunk = self.chunks.get(self.sent_chunks as usize)?;
        Some((chunk.after, &chunk.lines[self.offset as usize..]))
    }

    /// So many bytes of [`pending`](Self::pending) were written.
    pub(crate) fn take(&mut self, bytes: usize) {
        self.sent += bytes as u32;
        self.offset += bytes as u32;
        let chunk = self.chunks.get(self.sent_chunks as usize);
        if chunk.is_none_or(|chunk| chunk.len() <= self.offset as usize) {
            self.sent_chunks += 1;
            self.offset = 0;
        }
    }

    /// Undoes the last [`take`](Self::take), or the end of it.
    pub(crate) fn give_back(&mut self, bytes: usize) {
        if bytes > 0 && self.offset == 0 {
            self.sent_chunks -= 1;
            let chunk = self.chunks.get(self.sent_chunks as usize);
            self.offset = chunk.map_or(0, |chunk| chunk.len() as u32);
        }
        self.offset -= bytes as u32;
        self.sent -= bytes as u32;
    }

    /// Whether all was written.
    pub(crate) fn is_written(&self) -> bool {
        self.bytes == self.sent
    }

    /// Drops what was written but for the last `kept` bytes.
    pub(crate) fn forget_sent(&mut self, kept: u64) {
        self.drop_front(u64::from(self.sent).saturating_sub(kept) as usize);
    }

    /// All lines of which the last `unacknowledged` bytes that were written hold a part, and those
    /// that were not written, answers excepted; and whether so many bytes are still kept.
    pub(crate) fn since(&self, unacknowledged: u64) -> (Vec<Behind>, bool) {
        let sent = u64::from(self.sent);
        // Counted from the beginning of the first chunk.
        let start = u64::from(self.gone) + sent.saturating_sub(unacknowledged);
        let mut end = 0;
        let mut unseen = Vec::new();
        for chunk in &self.chunks {
            let (after, is_answer, chunk) = (chunk.after, chunk.is_answer, &chunk.lines[..]);
            let begin = end;
            end += chunk.len() as u64;
            let from = start.saturating_sub(begin).min(chunk.len() as u64) as usize;
            let from = if from < chunk.len() {
                line_start(chunk, from)
            } else {
                from
            };
            // A line of which the beginning is not kept is no line.
            let from = from.max(if begin == 0 { self.gone as usize } else { 0 });
            if from < chunk.len() && !is_answer {
                unseen.push((after, chunk[from..].into()));
            }
        }
        (unseen, unacknowledged <= sent)
    }
}

impl Chunk {
    fn len(&self) -> usize {
        self.lines.len()
    }
}

/// Where the line begins in which a byte lies.
fn line_start(lines: &[u8], place: usize) -> usize {
    memchr::memrchr(b'\n', &lines[..place]).map_or(0, |end| end + 1)
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

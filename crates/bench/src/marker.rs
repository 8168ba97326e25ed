//! The marker: what every message begins with, which tells a reader which one it is.
//!
//! It must not know where in a line it stands: a server puts a time and a name before what was said.
//!
//! Thirty-two bytes, in four words of eight: a tilde, six letters for the run and one for the kind;
//! the room and the sender; the sequence number; the time. Numbers are written in the sixteen
//! letters from `a` to `p`, because eight of those are read, and checked, by a few operations on one
//! 64-bit integer. Reading is most of what a load generator does, so that decides how much it can
//! measure; hexadecimal digits are two runs of characters and cost twice as much.
//!
//! The run number tells messages of this run from the history of an earlier one that the server
//! shows to new arrivals.

use memchr::memchr_iter;

/// Bytes of a marker, and so the smallest payload.
pub(crate) const MARKER_BYTES: usize = 32;

/// Bytes of the longest payload: a line of a chat, not a file.
pub(crate) const PAYLOAD_BYTES_MAX: usize = 60_000;

const WORD: usize = 8;
const SIGN: u8 = b'~';

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// To be counted and followed.
    Message,
    /// Proof that its reader is in the room.
    Sync,
}

/// What a marker says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) room: u16,
    /// Counted within the room.
    pub(crate) sender: u16,
    /// Counted for each sender, from 0.
    pub(crate) seq: u32,
    /// Microseconds since the run began, of which the higher half is left out: a difference of two is
    /// right as long as it is less than an hour.
    pub(crate) time: u32,
}

/// Writes and reads the messages of one run, all of one size.
#[derive(Debug)]
pub(crate) struct Marker {
    message: [u8; WORD],
    sync: [u8; WORD],
    /// What follows the marker: for each message a stretch of this, that begins where its sequence
    /// number says. So a body that was mixed up with another is noticed.
    padding: Vec<u8>,
    payload: usize,
}

impl Marker {
    /// For a run of this number, of which 24 bits count, and messages of so many bytes.
    pub(crate) fn new(run: u32, payload: usize) -> Self {
        let head = |kind| {
            let mut head = letters(run);
            head[0] = SIGN;
            head[WORD - 1] = kind;
            // The two letters that the sign and the kind stand on.
            head[1] = letters(run)[WORD - 1];
            head
        };
        let padding = (b'a'..=b'z').cycle();
        Self {
            message: head(b'm'),
            sync: head(b's'),
            padding: padding.take(payload + STARTS as usize).collect(),
            payload,
        }
    }

    /// Appends a message.
    pub(crate) fn write(&self, out: &mut Vec<u8>, kind: Kind, mark: Mark) {
        out.extend_from_slice(match kind {
            Kind::Message => &self.message,
            Kind::Sync => &self.sync,
        });
        let place = u32::from(mark.room) << 16 | u32::from(mark.sender);
        for word in [place, mark.seq, mark.time] {
            out.extend_from_slice(&letters(word));
        }
        out.extend_from_slice(self.padding_of(mark.seq));
    }

    /// Where in the line a message of this run begins. It is looked for at `likely` first: the names
    /// of all senders are of one length, so the place hardly ever changes.
    pub(crate) fn find(&self, line: &[u8], likely: usize) -> Option<(usize, Kind)> {
        if let Some(kind) = self.kind_at(line, likely) {
            return Some((likely, kind));
        }
        memchr_iter(SIGN, line).find_map(|at| Some((at, self.kind_at(line, at)?)))
    }

    fn kind_at(&self, line: &[u8], at: usize) -> Option<Kind> {
        let head: &[u8; WORD] = line.get(at..)?.first_chunk()?;
        if *head == self.message {
            Some(Kind::Message)
        } else if *head == self.sync {
            Some(Kind::Sync)
        } else {
            None
        }
    }

    /// Reads a message that was [found](Self::find); `None` if anything of it is not as it was
    /// written.
    pub(crate) fn read(&self, body: &[u8]) -> Option<Mark> {
        let (marker, padding) = body.split_first_chunk::<MARKER_BYTES>()?;
        let (words, _) = marker.as_chunks::<WORD>();
        let place = number(words[1])?;
        let mark = Mark {
            room: (place >> 16) as u16,
            sender: place as u16,
            seq: number(words[2])?,
            time: number(words[3])?,
        };
        (padding == self.padding_of(mark.seq)).then_some(mark)
    }

    fn padding_of(&self, seq: u32) -> &[u8] {
        let start = (seq % STARTS) as usize;
        &self.padding[start..start + self.payload - MARKER_BYTES]
    }
}

/// At how many places of the alphabet a padding can begin.
const STARTS: u32 = 16;

/// The number in eight letters, the highest four bits first.
fn letters(number: u32) -> [u8; WORD] {
    let spread = u64::from(number);
    let spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff;
    let spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff;
    let spread = (spread | spread << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    (spread + FIRST_LETTERS).to_be_bytes()
}

const FIRST_LETTERS: u64 = u64::from_be_bytes([b'a'; WORD]);

/// The number that eight letters say.
fn number(letters: [u8; WORD]) -> Option<u32> {
    // A byte below `a` borrows from the one above it, but leaves its own upper half set: whatever is
    // no letter from `a` to `p` is seen.
    let nibbles = u64::from_be_bytes(letters).wrapping_sub(FIRST_LETTERS);
    if nibbles & 0xf0f0_f0f0_f0f0_f0f0 != 0 {
        return None;
    }
    let pairs = (nibbles | nibbles >> 4) & 0x00ff_00ff_00ff_00ff;
    let quads = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    Some((quads | quads >> 16) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: Mark = Mark {
        room: 0xbeef,
        sender: 7,
        seq: 0xdead_0003,
        time: 0x0123_4567,
    };

    fn line(marker: &Marker, before: &str, kind: Kind) -> Vec<u8> {
        let mut line = before.as_bytes().to_vec();
        marker.write(&mut line, kind, MARK);
        line
    }

    #[test]
    fn a_marker_is_found_anywhere_and_says_what_was_written() {
        for payload in [MARKER_BYTES, MARKER_BYTES + 1, 64, 4000, PAYLOAD_BYTES_MAX] {
            let marker = Marker::new(0xab_cdef, payload);
            for before in ["", "[14:03] bob: ", "~~~", "[14:03] ~ab~: ~abcdefm ~"] {
                let line = line(&marker, before, Kind::Message);
                for likely in [0, before.len(), 5, 100_000] {
                    let found = marker.find(&line, likely);
                    assert_eq!(found, Some((before.len(), Kind::Message)), "{before}");
                }
                let body = &line[before.len()..];
                assert_eq!(body.len(), payload);
                assert_eq!(marker.read(body), Some(MARK));
            }
        }
    }

    #[test]
    fn a_sync_is_no_message() {
        let marker = Marker::new(1, 64);
        let line = line(&marker, "x: ", Kind::Sync);
        assert_eq!(marker.find(&line, 0), Some((3, Kind::Sync)));
    }

    #[test]
    fn other_runs_and_stumps_are_not_found() {
        let line = line(&Marker::new(1, 64), "bob: ", Kind::Message);
        for run in [0, 2, 0x10, 0x10_0001] {
            assert_eq!(Marker::new(run, 64).find(&line, 5), None, "run {run}");
        }
        assert_eq!(Marker::new(1, 64).find(&line[..12], 5), None);
        assert_eq!(Marker::new(1, 64).find(b"", 0), None);
    }

    #[test]
    fn any_damage_is_noticed() {
        let marker = Marker::new(1, 64);
        let body = line(&marker, "", Kind::Message);
        for at in WORD..body.len() {
            let mut damaged = body.clone();
            damaged[at] = b'~';
            assert_eq!(marker.read(&damaged), None, "byte {at}");
            assert_eq!(marker.read(&body[..at]), None, "cut at {at}");
        }
        assert_eq!(marker.read(&[&body[..], b"x"].concat()), None);
    }

    #[test]
    fn numbers_are_read_back_and_nothing_else_is() {
        for value in [0, 1, 0xf, 0x10, 0x1234_5678, u32::MAX] {
            assert_eq!(number(letters(value)), Some(value));
        }
        for bad in 0..=u8::MAX {
            let mut text = letters(0x1234_5678);
            for at in 0..WORD {
                text[at] = bad;
                let is_letter = (b'a'..=b'p').contains(&bad);
                assert_eq!(number(text).is_some(), is_letter, "{text:?}");
                text = letters(0x1234_5678);
            }
        }
    }
}

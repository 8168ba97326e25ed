//! Files in memory with what the logs of rooms have. From them a long run goes to many sockets
//! without a copy for each: the system lends its pages to them (`sendfile`).
//!
//! A file is written once for all readers of a log, only appended to, and given up as soon as the
//! shard has nothing more to write. Sockets keep the pages that they still need, so what was
//! written must not change, and nothing here truncates.

use std::fs::File;
use std::os::unix::fs::FileExt;

use chinwag_feed::{LogId, Run};
use hashbrown::HashMap;
use rustix::fs::{MemfdFlags, memfd_create};

/// Below this, a copy costs less (docs/benchmarks.md).
const RUN_BYTES_MIN: usize = 8 << 10;

/// A file with more is given up, and another begun.
const FILE_BYTES_MAX: u64 = 256 << 10;

/// More logs are read by crowds at the same time only where nothing else is left to gain.
const FILES_MAX: usize = 64;

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct LogFiles {
    files: HashMap<LogId, LogFile>,
}

/// The file of one log.
#[derive(Debug, Default)]
struct LogFile {
    /// Absent until a run has a second reader, or if the system has no descriptor left.
    file: Option<File>,
    /// Where the last run ended that was asked for.
    asked: u64,
    /// The position in the log where the file begins.
    start: u64,
    /// The one where it ends.
    end: u64,
}

/// Where bytes are in a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filed<'a> {
    pub(crate) file: &'a File,
    /// In bytes.
    pub(crate) offset: u64,
}

impl Filed<'_> {
    /// What is behind so many bytes.
    pub(crate) fn behind(self, bytes: usize) -> Self {
        let offset = self.offset + bytes as u64;
        Self { offset, ..self }
    }
}

impl LogFiles {
    /// Where a run is in a file, if it is long and this is not its first reader: it may be the only
    /// one.
    pub(crate) fn find(&mut self, run: &Run<'_>) -> Option<Filed<'_>> {
        if run.bytes.len() < RUN_BYTES_MIN {
            return None;
        }
        if self.files.len() == FILES_MAX && !self.files.contains_key(&run.log) {
            self.clear();
        }
        let log = self.files.entry(run.log).or_default();
        let end = run.start + run.bytes.len() as u64;
        let is_first = std::mem::replace(&mut log.asked, end) != end;
        if is_first { None } else { log.append(run) }
    }

    /// Gives all of them up.
    pub(crate) fn clear(&mut self) {
        self.files.clear();
    }
}

impl LogFile {
    /// Appends what the file lacks of a run.
    fn append(&mut self, run: &Run<'_>) -> Option<Filed<'_>> {
        let is_long = self.end - self.start > FILE_BYTES_MAX;
        if self.file.is_none() || is_long || run.start > self.end {
            self.file = new_file();
            (self.start, self.end) = (run.start, run.start);
        }
        let file = self.file.as_ref()?;
        // A reader may be further behind than the file goes back.
        let offset = run.start.checked_sub(self.start)?;
        let new = &run.bytes[(self.end - run.start) as usize..];
        if !new.is_empty() {
            file.write_all_at(new, self.end - self.start).ok()?;
            self.end += new.len() as u64;
        }
        Some(Filed { file, offset })
    }
}

fn new_file() -> Option<File> {
    let create = |flags| memfd_create(c"chinwag-log", MemfdFlags::CLOEXEC | flags);
    // Linux before 6.3 does not know the flag; later ones may insist on it.
    let file = create(MemfdFlags::NOEXEC_SEAL).or_else(|_| create(MemfdFlags::empty()));
    file.ok().map(File::from)
}

#[cfg(test)]
mod tests {
    use chinwag_core::{Event, Fact, RoomId, RoomName, Seq, Timestamp};
    use chinwag_feed::{Feed, FormatId, Render, RoomLog, RoomLogs};
    use std::sync::Arc;

    use super::*;

    /// Lines of a length that is nearly that of a long run.
    struct Long;

    impl Render for Long {
        fn render(&mut self, out: &mut Vec<u8>, event: &Event, _: &RoomName) -> usize {
            let begin = out.len();
            out.resize(begin + RUN_BYTES_MIN - 1, b'a' + (event.seq.0 % 26) as u8);
            begin
        }
    }

    const ROOM: RoomId = RoomId(0);

    /// A room, its readers, and what each of them was sent.
    struct World {
        logs: RoomLogs<Long>,
        feeds: Vec<Feed>,
        files: LogFiles,
        newest: u64,
    }

    impl World {
        fn new(readers: usize) -> Self {
            let log = RoomLog::new(RoomName::lobby(), Seq(0), 1 << 20);
            let mut logs: RoomLogs<Long> = [(ROOM, log)].into_iter().collect();
            let mut feeds: Vec<Feed> = (0..readers).map(|_| Feed::default()).collect();
            for (key, feed) in feeds.iter_mut().enumerate() {
                let room = logs.get_mut(&ROOM).expect("the room");
                feed.handle_join(key, ROOM, room, FormatId(0), || Long);
            }
            Self {
                logs,
                feeds,
                files: LogFiles::default(),
                newest: 0,
            }
        }

        fn append(&mut self, lines: u64) {
            for _ in 0..lines {
                self.newest += 1;
                let fact = Fact::RoomRetired { room: ROOM };
                let event = Event {
                    seq: Seq(self.newest),
                    at: Timestamp(0),
                    fact,
                    source: None,
                };
                let room = self.logs.get_mut(&ROOM).expect("the room");
                room.append(&Arc::new(event));
            }
        }

        /// Writes to a reader. Returns whether that was from a file, which has the same bytes.
        fn read(&mut self, reader: usize) -> bool {
            let Self {
                logs, feeds, files, ..
            } = self;
            let mut is_filed = false;
            feeds[reader].poll_straight(ROOM, logs, |run| {
                if let Some(filed) = files.find(run) {
                    let mut bytes = vec![0; run.bytes.len()];
                    let read = filed.file.read_exact_at(&mut bytes, filed.offset);
                    read.expect("the file has the run");
                    assert_eq!(bytes, run.bytes);
                    is_filed = true;
                }
                run.bytes.len()
            });
            is_filed
        }
    }

    #[test]
    fn a_long_run_is_in_a_file_from_its_second_reader_on() {
        let mut world = World::new(5);
        world.append(1);
        assert_eq!(
            [world.read(0), world.read(1)],
            [false, false],
            "it is short"
        );
        world.append(1);
        assert_eq!(
            [world.read(0), world.read(1)],
            [false, false],
            "it is short"
        );
        world.append(1);
        let reads = [2, 3, 4].map(|reader| world.read(reader));
        assert_eq!(reads, [false, true, true], "three lines");
        world.append(1);
        let reads = [0, 1].map(|reader| world.read(reader));
        assert_eq!(reads, [false, true], "two, of which the file has the first");
    }
}

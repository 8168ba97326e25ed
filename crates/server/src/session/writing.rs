//! Writing: the news of its rooms straight out of their logs, everything else merged with them, and
//! the end of the connection after the last byte.
//!
//! Each write takes what the transport takes and remembers where it stopped; nothing here waits.

use chinwag_core::RoomId;
use chinwag_feed::{Progress, Reader};

use super::{Session, Stage};
use crate::shard::Shared;

impl Session {
    /// Writes the news of one room, without a copy if nothing else is waiting and nothing has to be
    /// left out.
    pub(crate) fn poll_room(&mut self, room: RoomId, shared: &mut Shared) {
        if !self.transport.takes_bytes() {
            return;
        }
        if !self.sees_all || self.write_straight(room, shared) == Progress::More {
            self.poll_write(shared);
        }
    }

    fn write_straight(&mut self, room: RoomId, shared: &mut Shared) -> Progress {
        debug_assert!(self.dialect.reader(&shared.env()).sees_all());
        let (transport, now) = (&mut self.transport, shared.now);
        let (logs, files) = (&mut shared.rooms.logs, &mut shared.rooms.files);
        self.feed.poll_straight(room, logs, |run| {
            let filed = match transport.sends_files() {
                true => files.find(run),
                false => None,
            };
            transport.write_filed(run.bytes, filed, now)
        })
    }

    /// Writes everything, as far as the transport takes it, and then does what had to wait for
    /// that.
    pub(crate) fn poll_write(&mut self, shared: &mut Shared) {
        self.write_all(shared);
        if self.is_to_close() {
            self.close(shared);
        }
        if self.is_written() {
            self.fetch_page(shared);
        }
    }

    /// Writes everything, as far as the transport takes it.
    fn write_all(&mut self, shared: &mut Shared) {
        while self.transport.takes_bytes() && self.write_some(shared) == Progress::More {}
        debug_assert!(
            !self.transport.takes_bytes() || self.feed.is_written(),
            "it stops early only if the stream is full"
        );
    }

    /// Whether there is nothing more to write, or nobody to write to.
    pub(super) fn is_written(&self) -> bool {
        let is_written = self.feed.is_written() && self.transport.is_flushed();
        is_written || self.transport.failure().is_some()
    }

    fn is_to_close(&self) -> bool {
        self.is_closing() && self.is_written()
    }

    fn write_some(&mut self, shared: &mut Shared) -> Progress {
        let (logs, scratch, env) = shared.for_writing();
        let (transport, now) = (&mut self.transport, env.now);
        let progress = {
            let reader = self.dialect.reader(&env);
            let write = |bytes: &[u8]| transport.write(bytes, now);
            self.feed.poll_write(logs, &reader, scratch, write)
        };
        self.dialect.handle_gaps(scratch.gaps());
        progress
    }

    /// Whether the connection is closed as soon as everything is written.
    fn is_closing(&self) -> bool {
        match self.stage {
            Stage::Leaving => !self.exchange.is_departing(),
            Stage::Lost(_) => true,
            _ => false,
        }
    }

    fn close(&mut self, shared: &mut Shared) {
        if matches!(self.stage, Stage::Lost(_)) {
            return self.settle(shared);
        }
        self.transport.shut_down_write();
        // If nothing more can come, closing loses nothing.
        let is_over = self.transport.failure().is_some() || self.transport.has_ended();
        self.stage = match is_over {
            true => Stage::Over,
            false => {
                let until = shared.now + shared.config.limits.linger_time;
                self.leave_bucket_to_address(shared);
                Stage::lingering(until)
            }
        };
    }

    /// Whether [`poll_write`](Self::poll_write) has something to do.
    pub(crate) fn wants_write(&self) -> bool {
        let has_lines = !self.feed.is_written() || self.exchange.was_released();
        let closes = matches!(self.stage, Stage::Leaving) && self.is_to_close();
        let takes_bytes = self.transport.takes_bytes();
        (takes_bytes && (has_lines || self.exchange.wants_page())) || closes
    }

    /// Whether there is nothing to schedule after a write: the transport took everything, and the
    /// session does not end with that. A page that waited for it is scheduled already.
    pub(crate) fn is_idle(&self) -> bool {
        self.transport.takes_bytes() && self.is_open()
    }
}

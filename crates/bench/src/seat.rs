//! Where somebody sits who listens, and what all of them have counted.
//!
//! Data only: what a line means is for [`Hearing`](crate::hearing::Hearing).

use crate::clock::Micros;

/// Somebody who listens.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    pub(crate) room: u16,
    /// Which of the room's senders it is, if one.
    pub(crate) own: Option<u16>,
    /// What it hears is not under way any more.
    pub(crate) is_probe: bool,
    /// It does not read, or did not for a time: its latencies say nothing of the server.
    pub(crate) is_stalled: bool,
    pub(crate) is_open: bool,
    pub(crate) is_synced: bool,
    /// When it last read anything.
    pub(crate) heard_at: Micros,
}

impl Seat {
    pub(crate) fn new(room: u16, own: Option<u16>, is_probe: bool) -> Self {
        Self {
            room,
            own,
            is_probe,
            is_stalled: false,
            is_open: true,
            is_synced: false,
            heard_at: 0,
        }
    }
}

/// How many there were of what.
#[derive(Debug, Default, Clone)]
pub(crate) struct Counts {
    /// Messages, each counted once for each member who heard it.
    pub(crate) heard: u64,
    pub(crate) twice: u64,
    pub(crate) late: u64,
    /// Not as they were written.
    pub(crate) damaged: u64,
    /// From another room, or that nobody has sent.
    pub(crate) misplaced: u64,
    /// Lines that the server refused, and what it said of the first.
    pub(crate) refused: u64,
    pub(crate) first_refusal: Option<String>,
    /// Readers who were told that they were behind, the lines that were skipped for them, and the
    /// first time it was said.
    pub(crate) behind: u64,
    pub(crate) skipped: u64,
    pub(crate) first_behind: Option<String>,
    pub(crate) closed: u64,
    pub(crate) first_closed: Option<String>,
}

/// A lone sender never hears a sync where the server gives nobody their own lines back.
pub(crate) fn can_sync(seat: &Seat, senders: usize) -> bool {
    senders > 1 || seat.own.is_none()
}

pub(crate) fn reads(seat: &Seat) -> bool {
    seat.is_open && !seat.is_stalled
}

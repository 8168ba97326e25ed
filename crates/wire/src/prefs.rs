//! A person's display settings: those of `/time /tz /echo /quiet /color /bell`.

use alloc::sync::Arc;

/// The form of the time before a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TimeStyle {
    /// Not at all.
    Off,
    /// `14:03`.
    #[default]
    Short,
    /// `2026-11-21 14:03:05`.
    Full,
}

/// Display settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prefs {
    /// The form of the time before a line.
    pub time: TimeStyle,
    /// An IANA time zone name; the server's zone if none was chosen.
    pub zone: Option<Arc<str>>,
    /// Whether one's own lines come back as everybody else sees them.
    pub echo: bool,
    /// True if joins, leaves and renames are left out.
    pub hide_presence: bool,
    /// True if names are coloured.
    pub color: bool,
    /// Whether a private message, or one's name in a line, rings the terminal's bell.
    pub bell: bool,
}

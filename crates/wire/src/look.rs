//! How the chat looks to a person at a terminal.

use alloc::sync::Arc;

use crate::plain::Style;
use crate::prefs::Prefs;
use crate::zone::TimeZone;

/// The display settings, and the style that they resolve to. Shared, since nearly everybody has the
/// configuration's.
#[derive(Debug)]
pub struct Look {
    pub(crate) prefs: Prefs,
    pub(crate) style: Style,
}

impl Look {
    /// The look for these settings; `server_zone` if they name no zone.
    pub fn new(prefs: Prefs, server_zone: &TimeZone) -> Arc<Self> {
        Self::with_line_ends(prefs, server_zone, false)
    }

    /// The same, with lines that may end in CR LF.
    pub(crate) fn with_line_ends(prefs: Prefs, server_zone: &TimeZone, crlf: bool) -> Arc<Self> {
        let style = Style::of(&prefs, server_zone, crlf);
        Arc::new(Self { prefs, style })
    }
}

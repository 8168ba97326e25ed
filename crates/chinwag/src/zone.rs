//! This machine's time zone, in which times are shown outside the chat. If `TZ` names none they are shown in UTC, and
//! that is said: a time that is hours off looks like any other.

use std::env;
use std::io::Write;
use std::sync::LazyLock;

use jiff::tz::TimeZone;

/// The zone; whose first use tells what is wrong with `TZ` on standard error.
pub(crate) static HERE: LazyLock<TimeZone> = LazyLock::new(|| {
    if let Some(fault) = fault() {
        let _ = writeln!(std::io::stderr(), "chinwag: {fault}");
    }
    TimeZone::try_system().unwrap_or(TimeZone::UTC)
});

/// What is wrong with `TZ`, if it names no zone.
pub(crate) fn fault() -> Option<String> {
    let value = env::var_os("TZ")?;
    let is_wrong = TimeZone::try_system().is_err();
    is_wrong.then(|| format!("TZ is {value:?}, which is no time zone: times are in UTC"))
}

//! This machine's time zone, for times outside the chat. If `TZ` names none the times are in UTC,
//! and a message says so: a time that is hours off looks like any other.

use std::env;
use std::io::Write;
use std::sync::LazyLock;

use jiff::tz::TimeZone;

/// The zone. Its first use reports on standard error what is wrong with `TZ`.
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

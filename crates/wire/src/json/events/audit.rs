//! The audit log, as it stands on the wire.

use chinwag_core::{Event, Fact, ModAction};
use serde::Serialize;

use crate::json::value::{Shown, Time};

/// An entry of the audit log.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::json) struct LogEntry<'a> {
    /// When.
    pub(in crate::json) time: Time,
    /// The operator.
    pub(in crate::json) by: &'a str,
    /// What it did: `kick`, `ban`, `mute` and the like.
    pub(in crate::json) act: &'static str,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::json) target: Option<Shown<&'a dyn core::fmt::Display>>,
    /// Until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::json) until: Option<Time>,
    /// The reason, the new name or what was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::json) text: Option<&'a str>,
}

impl<'a> LogEntry<'a> {
    /// The entry of an event; `None` if it is none.
    pub(in crate::json) fn of(event: &'a Event) -> Option<Self> {
        let Fact::Moderated(entry) = &event.fact else {
            return None;
        };
        let (act, target, until, text) = of_act(&entry.act);
        Some(Self {
            time: Time(event.at),
            by: entry.by.as_str(),
            act,
            target: target.map(Shown),
            until: until.map(Time),
            text,
        })
    }
}

type Parts<'a> = (
    &'static str,
    Option<&'a dyn core::fmt::Display>,
    Option<chinwag_core::Timestamp>,
    Option<&'a str>,
);

fn of_act(act: &ModAction) -> Parts<'_> {
    match act {
        ModAction::Kick { name, why } => {
            ("kick", Some(name), None, why.as_deref().map(|why| &**why))
        }
        ModAction::Mute(mute) => (
            "mute",
            Some(&mute.mask),
            mute.until,
            mute.why.as_deref().map(|why| &**why),
        ),
        ModAction::Ban(ban) => (
            "ban",
            Some(&ban.mask),
            ban.until,
            ban.why.as_deref().map(|why| &**why),
        ),
        ModAction::Unmute(mask) => ("unmute", Some(mask), None, None),
        ModAction::Unban(mask) => ("unban", Some(mask), None, None),
        ModAction::Rename { name, new } => ("rename", Some(name), None, Some(new.as_str())),
        ModAction::Op { name, .. } => ("op", Some(name), None, None),
        ModAction::Deop { name } => ("deop", Some(name), None, None),
        ModAction::Announce(text) => ("announce", None, None, Some(text)),
        ModAction::Motd(text) => ("set_motd", None, None, text.as_deref()),
        ModAction::Delete { name, .. } => ("delete", Some(name), None, None),
        ModAction::AccountAdded(name) => ("add_account", Some(name), None, None),
        ModAction::AccountPassword(name) => ("set_password", Some(name), None, None),
        ModAction::AccountRemoved(name) => ("remove_account", Some(name), None, None),
        ModAction::RoomRemoved(room) => ("remove_room", Some(room), None, None),
        ModAction::Lock(true) => ("lock", None, None, None),
        ModAction::Lock(false) => ("unlock", None, None, None),
    }
}

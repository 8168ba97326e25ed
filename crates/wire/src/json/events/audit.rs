//! The wire format of the audit log.

use alloc::borrow::Cow;
use alloc::string::ToString;

use chinwag_core::{
    Event, Fact, ModAction, Restriction, RoomDeed, RoomName, Standing, StandingChange,
};
use serde::Serialize;

use super::{Act, Head, Shape};
use crate::json::value::{Displayed, Time};

/// An entry of the audit log.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::json) struct LogEntry<'a> {
    /// When.
    pub(in crate::json) time: Time,
    /// The operator.
    pub(in crate::json) by: &'a str,
    /// What the operator did: `kick`, `ban`, `mute` and the like.
    pub(in crate::json) act: &'static str,
    /// The room, if the operator acted there without being its moderator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::json) room: Option<Displayed<&'a RoomName>>,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::json) target: Option<Displayed<&'a dyn core::fmt::Display>>,
    /// Until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::json) until: Option<Time>,
    /// The reason, the new name, the setting or what was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::json) text: Option<Cow<'a, str>>,
}

impl<'a> LogEntry<'a> {
    /// The entry of an event; `None` if it is none.
    pub(in crate::json) fn of(event: &'a Event) -> Option<Self> {
        let Fact::Moderated(entry) = &event.fact else {
            return None;
        };
        let (room, (act, target, until, text)) = match &entry.act {
            ModAction::InRoom { room, deed } => (Some(Displayed(room)), of_deed(deed)),
            act => (None, of_act(act)),
        };
        Some(Self {
            room,
            time: Time(event.at),
            by: entry.by.as_str(),
            act,
            target: target.map(Displayed),
            until: until.map(Time),
            text,
        })
    }
}

type Parts<'a> = (
    &'static str,
    Option<&'a dyn core::fmt::Display>,
    Option<chinwag_core::Timestamp>,
    Option<Cow<'a, str>>,
);

fn of_restriction<'a>(act: &'static str, restriction: &'a Restriction) -> Parts<'a> {
    let why = restriction.why.as_deref();
    (
        act,
        Some(&restriction.mask),
        restriction.until,
        why.map(|why| (&**why).into()),
    )
}

fn of_deed(deed: &RoomDeed) -> Parts<'_> {
    match deed {
        RoomDeed::Set(setting) => ("set_room", None, None, Some(setting.to_string().into())),
        RoomDeed::Rename(new) => ("rename_room", Some(new), None, None),
        RoomDeed::Stand { name, change } => {
            let act = match change {
                StandingChange::Give(Standing::Invited) => "invite",
                StandingChange::Give(Standing::Voice) => "voice",
                StandingChange::Give(_) => "mod",
                StandingChange::Take(Standing::Invited) => "uninvite",
                StandingChange::Take(Standing::Voice) => "unvoice",
                StandingChange::Take(_) => "unmod",
            };
            (act, Some(name), None, None)
        }
        RoomDeed::Eject { name, why } => {
            let why = why.as_deref().map(|why| (&**why).into());
            ("eject", Some(name), None, why)
        }
        RoomDeed::Bar(bar) => of_restriction("bar", bar),
        RoomDeed::Mute(mute) => of_restriction("mute", mute),
        RoomDeed::Unbar(mask) => ("unbar", Some(mask), None, None),
        RoomDeed::Unmute(mask) => ("unmute", Some(mask), None, None),
        RoomDeed::Mask { matched, on, .. } => {
            let act = if *on { "mask" } else { "unmask" };
            (act, Some(matched), None, None)
        }
    }
}

fn of_act(act: &ModAction) -> Parts<'_> {
    match act {
        ModAction::Kick { name, why } => {
            let why = why.as_deref().map(|why| (&**why).into());
            ("kick", Some(name), None, why)
        }
        ModAction::Mute(mute) => of_restriction("mute", mute),
        ModAction::Ban(ban) => of_restriction("ban", ban),
        ModAction::Unmute(mask) => ("unmute", Some(mask), None, None),
        ModAction::Unban(mask) => ("unban", Some(mask), None, None),
        ModAction::Rename { name, new } => ("rename", Some(name), None, Some(new.as_str().into())),
        ModAction::Op { name, .. } => ("op", Some(name), None, None),
        ModAction::Deop { name } => ("deop", Some(name), None, None),
        ModAction::Announce(text) => ("announce", None, None, Some((&**text).into())),
        ModAction::Motd(text) => ("set_motd", None, None, text.as_deref().map(Into::into)),
        ModAction::Delete { name, .. } => ("delete", Some(name), None, None),
        ModAction::AccountAdded(name) => ("add_account", Some(name), None, None),
        ModAction::AccountPassword(name) => ("set_password", Some(name), None, None),
        ModAction::AccountRemoved(name) => ("remove_account", Some(name), None, None),
        ModAction::RoomRemoved(room) => ("remove_room", Some(room), None, None),
        ModAction::InRoom { deed, .. } => of_deed(deed),
        ModAction::Lock(true) => ("lock", None, None, None),
        ModAction::Lock(false) => ("unlock", None, None, None),
    }
}

/// What an operator did to the reader, or to the server.
pub(super) fn moderation<'a>(head: Head<'a>, act: &'a ModAction) -> Option<Shape<'a>> {
    let (act, until, text, name) = match act {
        ModAction::Mute(mute) => (Act::Mute, mute.until, mute.why.as_deref(), None),
        ModAction::Unmute(_) => (Act::Unmute, None, None, None),
        ModAction::Rename { new, .. } => (Act::Rename, None, None, Some(new.as_str())),
        ModAction::Op { .. } => (Act::Op, None, None, None),
        ModAction::Deop { .. } => (Act::Deop, None, None, None),
        ModAction::Lock(true) => (Act::Lock, None, None, None),
        ModAction::Lock(false) => (Act::Unlock, None, None, None),
        // People who are kicked or banned get a notice; the rest has no target.
        ModAction::Kick { .. }
        | ModAction::Ban(_)
        | ModAction::Unban(_)
        | ModAction::Announce(_)
        | ModAction::Motd(_)
        | ModAction::Delete { .. }
        | ModAction::InRoom { .. }
        | ModAction::AccountAdded(_)
        | ModAction::AccountPassword(_)
        | ModAction::AccountRemoved(_)
        | ModAction::RoomRemoved(_) => return None,
    };
    Some(Shape::Moderation {
        head,
        act,
        until: until.map(Time),
        text: text.map(|text| &**text),
        name,
    })
}

//! What moderators do in a room, as it stands on the wire: the same for the room, for the person
//! concerned and for the moderator.

use alloc::format;
use core::fmt::{self, Display, Formatter};

use chinwag_core::{Event, Mask, MaskKind, Matched, RoomAct, RoomChange, RoomSetting};
use serde::Serialize;

use super::{Head, Rank, Shape};
use crate::json::value::{Shown, Time};

/// A setting of a room, as it is from now on.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::json) enum SettingShape {
    /// Only those who are invited may enter.
    Closed(bool),
    /// Whether a password opens it.
    Password(bool),
    /// So many people may be inside; null for any number.
    Limit(Option<u32>),
    /// Only voices and moderators speak.
    Moderated(bool),
    /// Nobody outside sees that it is there.
    Hidden(bool),
    /// Only moderators set the topic.
    TopicGuarded(bool),
    /// Those outside may speak to it.
    Outsiders(bool),
    /// Only registered names may enter.
    Registered(bool),
    /// Only encrypted connections may enter.
    Encrypted(bool),
}

impl From<&RoomSetting> for SettingShape {
    fn from(setting: &RoomSetting) -> Self {
        match setting {
            RoomSetting::Closed(on) => Self::Closed(*on),
            // The word itself is for moderators: `room` tells it.
            RoomSetting::Password(password) => Self::Password(password.is_some()),
            RoomSetting::Limit(limit) => Self::Limit(*limit),
            RoomSetting::Moderated(on) => Self::Moderated(*on),
            RoomSetting::Hidden(on) => Self::Hidden(*on),
            RoomSetting::GuardsTopic(on) => Self::TopicGuarded(*on),
            RoomSetting::Outsiders(on) => Self::Outsiders(*on),
            RoomSetting::Registered(on) => Self::Registered(*on),
            RoomSetting::Encrypted(on) => Self::Encrypted(*on),
        }
    }
}

/// What a mask of IRC's lists does.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::json) enum MaskList {
    /// It keeps people out.
    Ban,
    /// It silences people.
    Mute,
    /// It exempts people from bans.
    Exception,
    /// It lets people in though the room is closed.
    Invitation,
}

impl From<MaskKind> for MaskList {
    fn from(kind: MaskKind) -> Self {
        match kind {
            MaskKind::Ban => Self::Ban,
            MaskKind::Mute => Self::Mute,
            MaskKind::Exception => Self::Exception,
            MaskKind::Invitation => Self::Invitation,
        }
    }
}

/// Whom a mask is about. Moderators are not told of the address that stands for a name.
pub(in crate::json) struct Whom<'a>(&'a Mask);

impl Display for Whom<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0.name {
            Some(name) => name.fmt(f),
            None => self.0.fmt(f),
        }
    }
}

impl<'a> Shape<'a> {
    pub(super) fn of_change(event: &Event, change: &'a RoomChange) -> Self {
        let head = Head::new(event, Some(&change.room_name), Some(change.by.as_str()));
        match &change.act {
            RoomAct::Set(setting) => Self::RoomSet {
                head,
                setting: setting.into(),
            },
            RoomAct::Stand {
                name,
                before,
                standing,
                ..
            } => Self::Standing {
                head,
                name: name.as_str(),
                standing: standing.map(Into::into),
                before: before.map(Into::into),
            },
            RoomAct::Own => Self::Standing {
                head,
                name: change.by.as_str(),
                standing: Some(Rank::Owner),
                before: Some(Rank::Moderator),
            },
            RoomAct::Eject { name, why, .. } => Self::Ejected {
                head,
                name: name.as_str(),
                text: why.as_deref().map(|why| &**why),
            },
            RoomAct::Removed { .. } => Self::Removed { head },
            RoomAct::Mask { mask, on } => Self::Mask {
                head,
                list: mask.kind.into(),
                mask: match &mask.matched {
                    Matched::Source(glob) => format!("{glob}"),
                    Matched::Account(glob) => format!("account:{glob}"),
                },
                on: *on,
            },
            RoomAct::Bar(bar) => Self::Barred {
                head,
                target: Shown(Whom(&bar.mask)),
                until: bar.until.map(Time),
                text: bar.why.as_deref().map(|why| &**why),
            },
            RoomAct::Unbar(mask) => Self::Unbarred {
                head,
                target: Shown(Whom(mask)),
            },
            RoomAct::Mute(mute) => Self::Muted {
                head,
                target: Shown(Whom(&mute.mask)),
                until: mute.until.map(Time),
                text: mute.why.as_deref().map(|why| &**why),
            },
            RoomAct::Unmute(mask) => Self::Unmuted {
                head,
                target: Shown(Whom(mask)),
            },
        }
    }
}

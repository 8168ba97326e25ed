//! The wire format of what moderators do in a room: the same for the room, for the person concerned
//! and for the moderator.

use core::fmt::{self, Display, Formatter};

use chinwag_core::{Event, Held, Mask, MaskKind, Name, RoomAct, RoomChange, RoomName, RoomSetting};
use serde::Serialize;

use super::{Head, Rank, Shape};
use crate::json::value::{Displayed, Time};

/// Settings of a room that were changed at once, as they are from now on.
#[derive(Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::json) struct SettingShape {
    /// Only the invited may enter.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<bool>,
    /// Whether it has a password. While it is closed, that alone opens nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<bool>,
    /// The most people who may be inside; null for no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<Option<u32>>,
    /// Only voices and moderators speak.
    #[serde(skip_serializing_if = "Option::is_none")]
    moderated: Option<bool>,
    /// People outside cannot see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<bool>,
    /// Only moderators set the topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    topic_guarded: Option<bool>,
    /// People outside may speak to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    outsiders: Option<bool>,
    /// Only registered names may enter.
    #[serde(skip_serializing_if = "Option::is_none")]
    registered: Option<bool>,
    /// Only encrypted connections may enter.
    #[serde(skip_serializing_if = "Option::is_none")]
    encrypted: Option<bool>,
    /// It refuses CTCP, which only IRC clients understand, except actions.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_ctcp: Option<bool>,
}

impl From<&[RoomSetting]> for SettingShape {
    fn from(settings: &[RoomSetting]) -> Self {
        let mut shape = Self::default();
        for setting in settings {
            match setting {
                RoomSetting::Closed(on) => shape.closed = Some(*on),
                // Only moderators see the password itself, in the answer to `room`.
                RoomSetting::Password(password) => shape.password = Some(password.is_some()),
                RoomSetting::Limit(limit) => shape.limit = Some(*limit),
                RoomSetting::Moderated(on) => shape.moderated = Some(*on),
                RoomSetting::Hidden(on) => shape.hidden = Some(*on),
                RoomSetting::GuardsTopic(on) => shape.topic_guarded = Some(*on),
                RoomSetting::Outsiders(on) => shape.outsiders = Some(*on),
                RoomSetting::Registered(on) => shape.registered = Some(*on),
                RoomSetting::Encrypted(on) => shape.encrypted = Some(*on),
                RoomSetting::NoCtcp(on) => shape.no_ctcp = Some(*on),
            }
        }
        shape
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
    /// It exempts people from bans and mutes.
    Exception,
    /// It exempts people from mutes.
    MuteException,
    /// It lets people in though the room is closed.
    Invitation,
}

impl From<MaskKind> for MaskList {
    fn from(kind: MaskKind) -> Self {
        match kind {
            MaskKind::Ban => Self::Ban,
            MaskKind::Mute => Self::Mute,
            MaskKind::Exception => Self::Exception,
            MaskKind::MuteException => Self::MuteException,
            MaskKind::Invitation => Self::Invitation,
        }
    }
}

/// The people that a mask matches. Moderators do not see an address that comes with a name.
pub(in crate::json) struct Whom<'a>(pub(in crate::json) &'a Mask);

impl Display for Whom<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0.name {
            Some(name) => name.fmt(f),
            None => self.0.fmt(f),
        }
    }
}

impl<'a> Shape<'a> {
    /// `None` for what only IRC clients are shown.
    pub(super) fn of_change(
        event: &Event,
        change: &'a RoomChange,
        room: &'a RoomName,
    ) -> Option<Self> {
        let head = Head::new(event, Some(room), Some(change.by.as_str()));
        Some(match &change.act {
            RoomAct::Listed { .. } => return None,
            RoomAct::Set(settings) => Self::RoomSet {
                head,
                setting: (&**settings).into(),
            },
            RoomAct::Stand {
                name,
                before,
                standing,
                ..
            } => Self::of_standing(head, name, *before, *standing),
            RoomAct::Own { voiced } => Self::Standing {
                head,
                name: change.by.as_str(),
                standing: Some(Rank::Owner),
                before: Some(Rank::Moderator),
                voiced: *voiced,
            },
            RoomAct::Eject { name, why, .. } => Self::Ejected {
                head,
                name: name.as_str(),
                text: why.as_deref().map(|why| &**why),
            },
            RoomAct::Removed { .. } => Self::Removed { head },
            RoomAct::Passing => Self::RoomPassing { head },
            RoomAct::StillInside { name, other, more } => Self::StillInside {
                head,
                name: name.as_str(),
                other: other.as_str(),
                more: *more,
            },
            RoomAct::Mask { mask, on } => Self::Mask {
                head,
                list: mask.kind.into(),
                mask: Displayed(&mask.matched),
                on: *on,
            },
            RoomAct::Bar(_) | RoomAct::Unbar(_) | RoomAct::Mute(_) | RoomAct::Unmute(_) => {
                return Self::of_restriction(head, &change.act);
            }
        })
    }

    fn of_standing(
        head: Head<'a>,
        name: &'a Name,
        before: Option<Held>,
        standing: Option<Held>,
    ) -> Self {
        Self::Standing {
            head,
            name: name.as_str(),
            standing: standing.map(|held| held.standing.into()),
            before: before.map(|held| held.standing.into()),
            voiced: standing.is_some_and(|held| held.voiced),
        }
    }

    fn of_restriction(head: Head<'a>, act: &'a RoomAct) -> Option<Self> {
        Some(match act {
            RoomAct::Bar(bar) => Self::Barred {
                head,
                target: Displayed(Whom(&bar.mask)),
                until: bar.until.map(Time),
                text: bar.why.as_deref().map(|why| &**why),
            },
            RoomAct::Unbar(mask) => Self::Unbarred {
                head,
                target: Displayed(Whom(mask)),
            },
            RoomAct::Mute(mute) => Self::Muted {
                head,
                target: Displayed(Whom(&mute.mask)),
                until: mute.until.map(Time),
                text: mute.why.as_deref().map(|why| &**why),
            },
            RoomAct::Unmute(mask) => Self::Unmuted {
                head,
                target: Displayed(Whom(mask)),
            },
            // No other act gets here.
            _ => return None,
        })
    }
}

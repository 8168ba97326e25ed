//! Events, as they stand on the wire.
//!
//! Every kind has its place in the one order, its time, its author and, but for what concerns one
//! person or everybody, its room. An event from the store and one that has just happened look alike.

mod accounts;
mod audit;
mod past;
mod reason;
mod rooms;

use alloc::borrow::Cow;

use chinwag_core::{Event, Fact, Manner, Matched, ModAction, NOBODY, Name, PersonId, RoomName};
use serde::Serialize;

use super::replies::Rank;
use super::value::{Mannered, Room, Shown, Time};
pub(super) use accounts::AccountAct;
pub(super) use audit::LogEntry;
use audit::moderation;
pub(super) use reason::{Reason, parts_of};
pub(super) use rooms::{MaskList, SettingShape, Whom};

/// What all events have.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Head<'a> {
    /// The place in the one order of all events.
    seq: u64,
    /// When it happened.
    time: Time,
    /// The room; none if it was in none.
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<Room<'a>>,
    /// Whose doing it was; none if it was the server's, or of those who run it.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
}

impl<'a> Head<'a> {
    fn new(event: &Event, room: Option<&'a RoomName>, author: Option<&'a str>) -> Self {
        Self {
            seq: event.seq.0,
            time: Time(event.at),
            room: room.map(Room),
            author,
        }
    }
}

/// What an operator did to the reader.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Act {
    /// The reader may not speak.
    Mute,
    /// The reader may speak again.
    Unmute,
    /// The reader has another name.
    Rename,
    /// The reader is an operator.
    Op,
    /// The reader is no operator any more.
    Deop,
}

/// Something that happened.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Shape<'a> {
    /// A person spoke in a room.
    Message {
        #[serde(flatten)]
        head: Head<'a>,
        /// The account that the author was logged in to.
        #[serde(skip_serializing_if = "Option::is_none")]
        account: Option<&'a str>,
        /// What it said, with a line feed between the lines of a passage.
        text: Cow<'a, str>,
        /// How, if it did not just speak.
        #[serde(skip_serializing_if = "Option::is_none")]
        manner: Option<Mannered>,
    },
    /// A person did something in a room, as with `/me`.
    Action {
        #[serde(flatten)]
        head: Head<'a>,
        /// The account that the author was logged in to.
        #[serde(skip_serializing_if = "Option::is_none")]
        account: Option<&'a str>,
        /// What it did: `waves`.
        text: Cow<'a, str>,
    },
    /// A person sent a message to one other, who may be the reader.
    Private {
        #[serde(flatten)]
        head: Head<'a>,
        /// Whom it was sent to.
        to: &'a str,
        /// The message.
        text: Cow<'a, str>,
        /// How, if it was not just said.
        #[serde(skip_serializing_if = "Option::is_none")]
        manner: Option<Mannered>,
        /// The receiver's link is lost: its session can have it for so long. If both sides have an account it is kept until the receiver comes.
        #[serde(skip_serializing_if = "Option::is_none")]
        kept_seconds: Option<u64>,
        /// The receiver was not here, and has an account: it is kept until the receiver comes.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        kept: bool,
        /// In a history: the name of the other side was not registered, and may have been several people's.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        guest: bool,
    },
    /// A person entered a room.
    Joined {
        #[serde(flatten)]
        head: Head<'a>,
        /// People there now.
        here: u32,
    },
    /// A person left a room, and not the server.
    Left {
        #[serde(flatten)]
        head: Head<'a>,
        /// The reason given, as clients of IRC can.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
    },
    /// A person left the server. One event for each room that it was in.
    Quit {
        #[serde(flatten)]
        head: Head<'a>,
        /// Why.
        reason: Reason,
        /// The reason given.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
        /// The operator, if one made it leave.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<&'a str>,
    },
    /// In a history: so many came and left within a few seconds. As it happened each was told by itself.
    Crowd {
        #[serde(flatten)]
        head: Head<'a>,
        /// People who came.
        joined: u32,
        /// People who left.
        left: u32,
        /// Why they left the server, if all did for the same reason.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// People there now.
        here: u32,
    },
    /// A person whose link was lost is back in the room.
    Back {
        #[serde(flatten)]
        head: Head<'a>,
    },
    /// A person took another name. One event for each room that it is in.
    Renamed {
        #[serde(flatten)]
        head: Head<'a>,
        /// The name from now on; `author` is the one before.
        name: &'a str,
    },
    /// A room has another topic, or none.
    Topic {
        #[serde(flatten)]
        head: Head<'a>,
        /// The account that the author was logged in to.
        #[serde(skip_serializing_if = "Option::is_none")]
        account: Option<&'a str>,
        /// The topic.
        text: Option<&'a str>,
    },
    /// An operator spoke to everybody.
    Announcement {
        #[serde(flatten)]
        head: Head<'a>,
        /// What it said.
        text: &'a str,
    },
    /// A room has another name, and is the same in all else.
    RoomRenamed {
        #[serde(flatten)]
        head: Head<'a>,
        /// The name before; `room` is the one from now on.
        old: Room<'a>,
        /// The reason given, as clients of IRC can.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
    },
    /// A person sent a message to those in a room who have a standing, as clients of IRC can.
    RankMessage {
        #[serde(flatten)]
        head: Head<'a>,
        /// The lowest standing of those who are told.
        to: Rank,
        /// The message.
        text: &'a str,
        /// How, if it was not just said.
        #[serde(skip_serializing_if = "Option::is_none")]
        manner: Option<Mannered>,
    },
    /// Settings of a room are others.
    RoomSet {
        #[serde(flatten)]
        head: Head<'a>,
        /// The settings: an object with a key for each.
        setting: SettingShape,
    },
    /// A person has another standing in a room. The room is told of owners, moderators and voices; of
    /// an invitation those concerned.
    Standing {
        #[serde(flatten)]
        head: Head<'a>,
        /// Who.
        name: &'a str,
        /// What it is there from now on; null for a guest.
        standing: Option<Rank>,
        /// What it was before; null for a guest.
        before: Option<Rank>,
        /// It has a voice beneath that, which stays when that is taken.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        voiced: bool,
    },
    /// A person was put out of a room.
    Ejected {
        #[serde(flatten)]
        head: Head<'a>,
        /// Who.
        name: &'a str,
        /// The reason given.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
    },
    /// A mask of IRC's lists was set in a room, or taken away.
    Mask {
        #[serde(flatten)]
        head: Head<'a>,
        /// What it does.
        list: MaskList,
        /// To whom: `nick!user@host` with wildcards, or an account behind `account:`.
        mask: Shown<&'a Matched>,
        /// Whether it is set.
        on: bool,
    },
    /// What the reader has set in a room ends when everybody has left it: nobody owns it.
    RoomPassing {
        #[serde(flatten)]
        head: Head<'a>,
    },
    /// An operator ended a room. Told to everybody inside.
    Removed {
        #[serde(flatten)]
        head: Head<'a>,
    },
    /// A room keeps people out. Told to the moderator who did it.
    Barred {
        #[serde(flatten)]
        head: Head<'a>,
        /// Whom: a name, an address or a block. A name may stand for its bearer's address too.
        target: Shown<Whom<'a>>,
        /// Until then.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Time>,
        /// The reason given.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
    },
    /// A room lets people in again. Told to the moderator who did it.
    Unbarred {
        #[serde(flatten)]
        head: Head<'a>,
        /// Whom.
        target: Shown<Whom<'a>>,
    },
    /// A person may not speak in a room. Told to both sides.
    Muted {
        #[serde(flatten)]
        head: Head<'a>,
        /// Who.
        target: Shown<Whom<'a>>,
        /// Until then.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Time>,
        /// The reason given.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
    },
    /// A person may speak in a room again. Told to both sides.
    Unmuted {
        #[serde(flatten)]
        head: Head<'a>,
        /// Who.
        target: Shown<Whom<'a>>,
    },
    /// A person asks to be let into a room. Told to its moderators.
    Knocked {
        #[serde(flatten)]
        head: Head<'a>,
    },
    /// A message was removed for good.
    Deleted {
        #[serde(flatten)]
        head: Head<'a>,
        /// The `seq` that the message had.
        message: u64,
    },
    /// An account that the reader is logged in to has changed.
    AccountChanged {
        #[serde(flatten)]
        head: Head<'a>,
        /// The account.
        account: &'a str,
        /// How.
        act: AccountAct,
        /// The name that belongs to it from now on, or no longer.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<&'a str>,
    },
    /// The reader is logged in to an account, or out of it.
    Login {
        #[serde(flatten)]
        head: Head<'a>,
        /// The account; null for none.
        account: Option<&'a str>,
        /// Whether the reader is an operator now.
        operator: bool,
    },
    /// An operator did something to the reader.
    Moderation {
        #[serde(flatten)]
        head: Head<'a>,
        /// What.
        act: Act,
        /// Until then.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Time>,
        /// The reason given.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
        /// The reader's name from now on.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<&'a str>,
    },
}

impl<'a> Shape<'a> {
    /// An event as the log of a room shows it; `None` for one that no room is shown, such as the
    /// summary of comings that were told one by one.
    pub(super) fn in_room(event: &'a Event, room: &'a RoomName) -> Option<Self> {
        let head = |author| Head::new(event, Some(room), Some(author));
        let account = event.fact.author_account().map(Name::as_str);
        Some(match &event.fact {
            Fact::Said {
                name, text, manner, ..
            } => {
                let (head, text) = (head(name.as_str()), text.with_line_feeds());
                match manner {
                    Manner::Speech | Manner::Notice => Self::Message {
                        head,
                        account,
                        text,
                        manner: Mannered::of(*manner),
                    },
                    Manner::Action => Self::Action {
                        head,
                        account,
                        text,
                    },
                }
            }
            Fact::Joined { name, here, .. } => Self::Joined {
                head: head(name.as_str()),
                here: *here,
            },
            Fact::Left { name, why, .. } => Self::Left {
                head: head(name.as_str()),
                text: why.as_deref(),
            },
            Fact::Quit(quit) => {
                let (reason, text, by) = parts_of(&quit.why);
                Self::Quit {
                    head: head(quit.name.as_str()),
                    reason,
                    text,
                    by,
                }
            }
            Fact::Returned(returned) => Self::Back {
                head: head(returned.login.name.as_str()),
            },
            Fact::Renamed(renamed) => Self::Renamed {
                head: head(renamed.old.as_str()),
                name: renamed.new.as_str(),
            },
            Fact::TopicSet { by, text, .. } => Self::Topic {
                head: head(by.as_str()),
                account,
                text: text.as_deref(),
            },
            Fact::RoomChanged(change) => return Self::of_change(event, change, room),
            Fact::RoomRenamed(renamed) => Self::RoomRenamed {
                head: Head::new(event, Some(&renamed.new), Some(renamed.by.as_str())),
                old: Room(&renamed.old),
                text: renamed.why.as_deref(),
            },
            Fact::Deleted(deletion) if !deletion.is_signal => Self::Deleted {
                head: head(deletion.by.as_str()),
                message: deletion.message.0,
            },
            _ => return None,
        })
    }

    /// An event that is told to one person, or to everybody wherever they are; `None` for one that
    /// the answer to a command tells of.
    pub(super) fn in_private(event: &'a Event, reader: PersonId) -> Option<Self> {
        let head = |author| Head::new(event, None, Some(author));
        match &event.fact {
            Fact::RoomChanged(change) => Self::of_change(event, change, &change.room_name),
            Fact::Knocked(knock) => {
                let head = Head::new(event, Some(&knock.room_name), Some(knock.name.as_str()));
                (knock.person != reader).then_some(Self::Knocked { head })
            }
            Fact::AccountChanged(changed) => Some(Self::of_account(event, changed)),
            Fact::AccountSet(set) if set.person == reader => Some(Self::of_login(event, set)),
            Fact::PrivateMessage(message) => Some(Self::Private {
                head: head(message.from_name.as_str()),
                to: message.to_name.as_str(),
                text: message.text.with_line_feeds(),
                manner: Mannered::of(message.manner),
                kept_seconds: message.kept.map(|kept| kept.as_secs()),
                kept: false,
                guest: reader == NOBODY && message.accounts.has_guest(),
            }),
            Fact::RankMessage(message) if message.from != reader => {
                let (room, from) = (&message.to.room_name, message.from_name.as_str());
                Some(Self::RankMessage {
                    head: Head::new(event, Some(room), Some(from)),
                    to: message.to.least.into(),
                    text: &message.text,
                    manner: Mannered::of(message.manner),
                })
            }
            Fact::MessageKept(message) => Some(Self::Private {
                head: head(message.from_name.as_str()),
                to: message.to_name.as_str(),
                text: message.text.with_line_feeds(),
                manner: Mannered::of(message.manner),
                kept_seconds: None,
                kept: true,
                guest: false,
            }),
            Fact::PrivateDeleted(deletion) if !deletion.is_signal => Some(Self::Deleted {
                head: head(deletion.by.as_str()),
                message: deletion.message.0,
            }),
            Fact::Moderated(entry) => {
                let head = head(entry.by.as_str());
                match &entry.act {
                    ModAction::Announce(text) => Some(Self::Announcement { head, text }),
                    act if entry.target == Some(reader) => moderation(head, act),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

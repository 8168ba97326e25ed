//! The wire format of events.
//!
//! Every kind has its place in the one order, its time, its author and, unless it concerns one
//! person or everybody, its room. An event from the store and one that has just happened look
//! alike.

mod accounts;
mod audit;
mod messages;
mod past;
mod reason;
mod rooms;

use alloc::borrow::Cow;

use chinwag_core::{Event, Fact, Matched, ModAction, Name, PersonId, RoomName};
use serde::Serialize;

use super::replies::Rank;
use super::value::{Displayed, Mannered, Room, Time};
pub(super) use accounts::AccountAct;
pub(super) use audit::LogEntry;
use audit::moderation;
pub(super) use reason::{Reason, parts_of};
pub(super) use rooms::{MaskList, SettingShape, Whom};

/// What all events have.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Head<'a> {
    /// The event's place in the one order of all events.
    seq: u64,
    /// When it happened.
    time: Time,
    /// The room; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<Room<'a>>,
    /// The person who did it; absent if the server did it, or those who run it.
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

/// What an operator did to the reader, or to the server.
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
    /// The reader is no longer an operator.
    Deop,
    /// Another operator locked the server, of which the operators are told.
    Lock,
    /// Another operator unlocked it.
    Unlock,
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
        /// What the person said, with line feeds if it has several lines.
        text: Cow<'a, str>,
        /// How, if not plain speech.
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
        /// What the person did: `waves`.
        text: Cow<'a, str>,
    },
    /// A person sent a private message, perhaps to the reader.
    Private {
        #[serde(flatten)]
        head: Head<'a>,
        /// The receiver.
        to: &'a str,
        /// The message.
        text: Cow<'a, str>,
        /// How, if not plain speech.
        #[serde(skip_serializing_if = "Option::is_none")]
        manner: Option<Mannered>,
        /// The receiver's link is lost, and the session can receive it for this long. If both sides have an account,
        /// the server keeps it until the receiver comes.
        #[serde(skip_serializing_if = "Option::is_none")]
        kept_seconds: Option<u64>,
        /// The receiver was not here and has an account: the server keeps it until they come.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        kept: bool,
        /// In a history: the other side's name was not registered, and several people may have used it.
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
    /// A person left a room, but not the server.
    Left {
        #[serde(flatten)]
        head: Head<'a>,
        /// The reason given, which only IRC clients can do.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
    },
    /// A person left the server. One event for each room that they were in.
    Quit {
        #[serde(flatten)]
        head: Head<'a>,
        /// Why.
        reason: Reason,
        /// The reason given.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
        /// The operator, if one ended the session.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<&'a str>,
    },
    /// In a history: how many people came and left within a few seconds. Live, each was an event of its own.
    Crowd {
        #[serde(flatten)]
        head: Head<'a>,
        /// People who came.
        joined: u32,
        /// People who left.
        left: u32,
        /// Why they left the server, if all had the same reason.
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
    /// A person changed name. One event for each room that they are in.
    Renamed {
        #[serde(flatten)]
        head: Head<'a>,
        /// The new name; `author` is the old one.
        name: &'a str,
    },
    /// Somebody set or cleared the topic of a room.
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
        /// What the operator said.
        text: &'a str,
    },
    /// A room was renamed, and is otherwise unchanged.
    RoomRenamed {
        #[serde(flatten)]
        head: Head<'a>,
        /// The old name; `room` is the new one.
        old: Room<'a>,
        /// The reason given, which only IRC clients can do.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
    },
    /// A person sent a message to those in a room who have a standing, which only IRC clients can do.
    RankMessage {
        #[serde(flatten)]
        head: Head<'a>,
        /// The lowest standing that receives it.
        to: Rank,
        /// The message.
        text: &'a str,
        /// How, if not plain speech.
        #[serde(skip_serializing_if = "Option::is_none")]
        manner: Option<Mannered>,
    },
    /// Settings of a room have changed.
    RoomSet {
        #[serde(flatten)]
        head: Head<'a>,
        /// The settings: an object with a key for each.
        setting: SettingShape,
    },
    /// A person's standing in a room has changed. The whole room sees this for owners, moderators and voices; only
    /// the people concerned, for an invitation.
    Standing {
        #[serde(flatten)]
        head: Head<'a>,
        /// Who.
        name: &'a str,
        /// The new standing; null for none.
        standing: Option<Rank>,
        /// The old standing; null for none.
        before: Option<Rank>,
        /// The person also has a voice, which stays when the standing is taken.
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
    /// A mask on one of IRC's lists was set in a room, or removed.
    Mask {
        #[serde(flatten)]
        head: Head<'a>,
        /// What it does.
        list: MaskList,
        /// Whom it matches: `nick!user@host` with wildcards, or `account:` and an account.
        mask: Displayed<&'a Matched>,
        /// Whether it is set.
        on: bool,
    },
    /// The reader has set something in a room without an owner: it ends when everybody has left.
    RoomPassing {
        #[serde(flatten)]
        head: Head<'a>,
    },
    /// The reader has put a person out of a room in which others logged in to the same account still
    /// are.
    StillInside {
        #[serde(flatten)]
        head: Head<'a>,
        /// The person who was put out.
        name: &'a str,
        /// One of the others.
        other: &'a str,
        /// How many more there are.
        more: usize,
    },
    /// An operator removed a room. Sent to everybody inside.
    Removed {
        #[serde(flatten)]
        head: Head<'a>,
    },
    /// A room keeps people out. Sent to the moderator who did it.
    Barred {
        #[serde(flatten)]
        head: Head<'a>,
        /// Whom: a name, an address or a block. A name may cover the person's addresses too.
        target: Displayed<Whom<'a>>,
        /// Until then.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Time>,
        /// The reason given.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
    },
    /// A room lets people in again. Sent to the moderator who did it.
    Unbarred {
        #[serde(flatten)]
        head: Head<'a>,
        /// Whom.
        target: Displayed<Whom<'a>>,
    },
    /// A person may not speak in a room. Sent to both sides.
    Muted {
        #[serde(flatten)]
        head: Head<'a>,
        /// Who.
        target: Displayed<Whom<'a>>,
        /// Until then.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Time>,
        /// The reason given.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
    },
    /// A person may speak in a room again. Sent to both sides.
    Unmuted {
        #[serde(flatten)]
        head: Head<'a>,
        /// Who.
        target: Displayed<Whom<'a>>,
    },
    /// A person asks to enter a room. Sent to its moderators.
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
        /// The name that was added or removed.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<&'a str>,
    },
    /// The reader has logged in to an account, or out of it.
    Login {
        #[serde(flatten)]
        head: Head<'a>,
        /// The account; null for none.
        account: Option<&'a str>,
        /// Whether the reader is an operator now.
        operator: bool,
    },
    /// The reader ignores a name, or no longer: an account has one list, so another connection may have changed it.
    Ignoring {
        #[serde(flatten)]
        head: Head<'a>,
        /// The name.
        name: &'a str,
        /// Whether it is ignored from now on.
        on: bool,
    },
    /// An operator did something to the reader; or locked or unlocked the server, of which the other operators are told.
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
        /// The reader's new name.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<&'a str>,
    },
}

impl<'a> Shape<'a> {
    /// An event as the log of a room shows it; `None` if no room shows it, such as the summary of
    /// joins that programs were told one by one.
    pub(super) fn in_room(event: &'a Event, room: &'a RoomName) -> Option<Self> {
        let head = |author| Head::new(event, Some(room), Some(author));
        let account = event.fact.author_account().map(Name::as_str);
        Some(match &event.fact {
            Fact::Said {
                name, text, manner, ..
            } => Self::said(head(name.as_str()), account, text, *manner),
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

    /// An event for one person, or for everybody wherever they are; `None` if the answer to a
    /// command says it.
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
            Fact::IgnoreSet {
                person,
                who,
                on,
                since_before: false,
            } if *person == reader => Some(Self::Ignoring {
                head: Head::new(event, None, None),
                name: who.name.as_str(),
                on: *on,
            }),
            Fact::PrivateMessage(message) => Some(Self::of_message(
                head(message.from_name.as_str()),
                message,
                reader,
            )),
            Fact::RankMessage(message) if message.from != reader => {
                let (room, from) = (&message.to.room_name, message.from_name.as_str());
                Some(Self::RankMessage {
                    head: Head::new(event, Some(room), Some(from)),
                    to: message.to.least.into(),
                    text: &message.text,
                    manner: Mannered::of(message.manner),
                })
            }
            Fact::MessageKept(message) => {
                Some(Self::of_kept(head(message.from_name.as_str()), message))
            }
            Fact::PrivateDeleted(deletion) if !deletion.is_signal => Some(Self::Deleted {
                head: head(deletion.by.as_str()),
                message: deletion.message.0,
            }),
            Fact::Moderated(entry) => {
                let head = head(entry.by.as_str());
                match &entry.act {
                    ModAction::Announce(text) => Some(Self::Announcement { head, text }),
                    act if entry.target == Some(reader) => moderation(head, act),
                    act @ ModAction::Lock(_) if entry.actor != Some(reader) => {
                        moderation(head, act)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

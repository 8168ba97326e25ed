//! What operators and moderators do, as the audit log has it: the one place where an act has an
//! actor, a target and a reason.

use alloc::boxed::Box;
use alloc::sync::Arc;

use ipnet::IpNet;

use crate::ban::{Mask, Restriction};
use crate::chat::FirstOperator;
use crate::command::StandingChange;
use crate::ids::PersonId;
use crate::mask::{MaskKind, Matched};
use crate::name::Name;
use crate::room::RoomSetting;
use crate::room_name::RoomName;
use crate::text::Text;

/// An action of an operator, as it is logged.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// The operator.
    pub by: Name,
    /// The operator's number, if they are still here to be told.
    pub actor: Option<PersonId>,
    /// The action.
    pub act: ModAction,
    /// The person concerned, if they are here to be told.
    pub target: Option<PersonId>,
    /// What the operator should know besides, or who else is told. Not stored.
    pub aside: Option<Aside>,
}

/// What one who kicks somebody, bans, mutes or bars a name, or gives up the last rights of an operator, should know
/// as well; and who knows of a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aside {
    /// It does not cover these addresses, one at least.
    Spared(Box<[Spared]>),
    /// Nobody goes by the name, and no account has it.
    Nobody {
        /// The name of a person here that was probably meant.
        meant: Option<Name>,
    },
    /// What was lifted was not all.
    Remaining(Box<Remaining>),
    /// Nobody is an operator any more.
    NoneLeft {
        /// Who becomes one by arriving.
        next: FirstOperator,
    },
    /// The link of the one who is kicked was lost before, and only the claim on the session ends.
    LinkLost,
    /// The people whom a ban of addresses put out, one at least.
    PutOut(usize),
    /// The other operators who are here are told of it.
    Operators(Box<[PersonId]>),
}

/// What still keeps a person out, or silent, when a ban, a bar or a mute is lifted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remaining {
    /// Another of the same list.
    Mask(Mask),
    /// A bar of an address, which only server operators see.
    Address,
    /// A mask of the room's lists.
    Matched(Matched),
    /// A mute in this room.
    InRoom(RoomName),
    /// A mute on the whole server.
    OnServer,
}

/// A block of addresses that others share with the person who is banned or muted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spared {
    /// The block.
    pub net: IpNet,
    /// How many others there are besides the two.
    pub others: u32,
    /// Whether the operator comes from there too.
    pub own: bool,
}

/// How long somebody is an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenure {
    /// Until revoked: the name is registered.
    Lasting,
    /// Until it leaves: the name is not registered.
    Visit,
    /// Until they leave: the operator who gave it is one for the visit, and cannot give more.
    Lent,
}

/// The kinds of [`AuditEntry`].
#[derive(Clone, Debug, PartialEq)]
pub enum ModAction {
    /// `/kick`
    Kick {
        /// The person's name.
        name: Name,
        /// The reason given.
        why: Option<Arc<Text>>,
    },
    /// `/mute`
    Mute(Restriction),
    /// `/unmute`
    Unmute(Mask),
    /// `/rename`
    Rename {
        /// The person's name before.
        name: Name,
        /// The name from now on.
        new: Name,
    },
    /// `/ban`
    Ban(Restriction),
    /// `/unban`
    Unban(Mask),
    /// `/op`
    Op {
        /// The new operator's name.
        name: Name,
        /// How long they are one.
        tenure: Tenure,
    },
    /// `/deop`
    Deop {
        /// The former operator's name.
        name: Name,
    },
    /// `/announce`
    Announce(Text),
    /// `/motd`: a new message of the day, or none.
    Motd(Option<Text>),
    /// `/lock`: on or off.
    Lock(bool),
    /// `/delete`: a message in a room, without its text.
    Delete {
        /// The name it was said under.
        name: Name,
        /// The room.
        room: RoomName,
    },
    /// An act in a room that the operator does not moderate.
    InRoom {
        /// The room.
        room: RoomName,
        /// What.
        deed: RoomDeed,
    },
    /// The shell: an account of this name.
    AccountAdded(Name),
    /// The shell: another password for this account.
    AccountPassword(Name),
    /// `/remove NAME`: this account is no more.
    AccountRemoved(Name),
    /// `/remove #ROOM`: this room is no more.
    RoomRemoved(RoomName),
}

/// What operators do in a room by virtue of being operators.
#[derive(Clone, Debug, PartialEq)]
pub enum RoomDeed {
    /// `/room`: one setting. A password is left out.
    Set(RoomSetting),
    /// `/room name`: the name from now on.
    Rename(RoomName),
    /// `/mod`, `/voice`, `/invite` and what undoes them.
    Stand {
        /// The person's name.
        name: Name,
        /// The standing given or taken.
        change: StandingChange,
    },
    /// `/eject`
    Eject {
        /// The person's name.
        name: Name,
        /// The reason given.
        why: Option<Arc<Text>>,
    },
    /// `/bar`
    Bar(Restriction),
    /// `/unbar`
    Unbar(Mask),
    /// `/mute NAME here`
    Mute(Restriction),
    /// `/unmute NAME here`
    Unmute(Mask),
    /// A mask of IRC's lists.
    Mask {
        /// The list.
        kind: MaskKind,
        /// The mask.
        matched: Matched,
        /// Whether it was set or removed.
        on: bool,
    },
}

//! Queries: requests that change nothing. A dialect makes them from bytes; nothing here knows how
//! they were written.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::answer::MemberCursor;
use crate::chat::{RestrictionCursor, RoomCursor};
use crate::command::RoomRef;
use crate::ids::RoomId;
use crate::mask::{Glob, MaskKind};
use crate::metadata::MetadataTarget;
use crate::name::Name;
use crate::read_marker::MarkerTarget;

/// Which people to list.
#[derive(Clone, Debug, PartialEq)]
pub struct PeopleQuery {
    /// Only those who match this IRC mask; see [`Glob`](crate::Glob).
    pub mask: Option<Glob>,
    /// Only operators.
    pub operators: bool,
    /// The last name on the page before.
    pub after: Option<Name>,
}

/// A request that changes nothing. If the answer comes in pages, the query takes the cursor of the
/// previous page.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// The greeting of a new connection.
    Greeting,
    /// The hash to compare a password with, if the name is registered.
    PasswordHash(Name),
    /// The account that a certificate proves: the one of a name, or any.
    Certified {
        /// The certificate, as [`Credential::secret`](crate::Credential::secret) has it.
        certificate: Arc<str>,
        /// One of the account's names.
        name: Option<Name>,
    },
    /// The account that one is logged in to.
    Account,
    /// The people on the server, in alphabetical order. For the shell.
    Everybody {
        /// The last name on the page before.
        after: Option<Name>,
    },
    /// The people in a room.
    Who {
        /// The room.
        room: RoomRef,
        /// The end of the page before.
        after: Option<MemberCursor>,
    },
    /// The names of the people in a room, and their standings there.
    Names {
        /// The room.
        room: RoomRef,
        /// The end of the page before.
        after: Option<MemberCursor>,
    },
    /// A person's profile. The name is as typed.
    Whois(String),
    /// The rooms, the fullest first.
    Rooms {
        /// The end of the page before.
        after: Option<RoomCursor>,
    },
    /// A room's topic.
    Topic(RoomRef),
    /// The number and name of a room whose past the asker may read.
    Room(RoomRef),
    /// The private history with the bearer of a name, which is as typed. For people who are logged
    /// in to an account.
    Conversation(String),
    /// The time up to which the asker has read.
    Marker(MarkerTarget),
    /// A room that the asker is in, as on entering.
    View(RoomId),
    /// The asker's own numbers and the server's.
    Stats,
    /// The names that the asker ignores.
    Ignores,
    /// The bans and mutes. For operators.
    Restrictions {
        /// The end of the page before.
        after: Option<RestrictionCursor>,
    },
    /// Permission to read the audit log. For operators.
    Log,
    /// The rooms that the asker is invited to and is not in.
    Invitations,
    /// The message of the day.
    Motd,
    /// The masks of one kind that a room has.
    Masks {
        /// The room.
        room: RoomRef,
        /// The kind.
        kind: MaskKind,
    },
    /// People who had a name and left or took another. The name is as typed.
    Departed(String),
    /// How many people and rooms there are.
    Counts,
    /// Nothing: its answer comes after those of all earlier requests.
    Fence,
    /// The people on the server who match, in alphabetical order.
    People(Box<PeopleQuery>),
    /// Which of these names, as typed, are here. At most
    /// [`ONLINE_NAMES_MAX`](crate::limits::ONLINE_NAMES_MAX) of them.
    Online(Vec<String>),
    /// The metadata of one person or room.
    Metadata(MetadataTarget),
    /// The metadata of a room and of the people in it.
    MetadataIn {
        /// The room.
        room: RoomRef,
        /// The end of the page before.
        after: Option<MemberCursor>,
    },
    /// The settings of a room, and who governs it.
    RoomInfo(RoomRef),
    /// The bars and mutes of a room. For its moderators.
    Bars(RoomRef),
}

//! Queries: requests that change nothing. A dialect makes them out of bytes; nothing here knows how they
//! were written.

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

/// Which people are asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct PeopleQuery {
    /// Those alone who match this mask of IRC; see [`Glob`](crate::Glob).
    pub mask: Option<Glob>,
    /// Operators alone.
    pub operators: bool,
    /// The last name on the page before.
    pub after: Option<Name>,
}

/// A request that changes nothing. A query whose answer comes in pages takes the cursor of the page
/// before.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// The greeting of a new connection.
    Greeting,
    /// The hash that a password is held against, if the name is registered.
    PasswordHash(Name),
    /// The account that a certificate proves: that of a name, or any.
    Certified {
        /// The certificate, as [`Credential::secret`](crate::Credential::secret) has it.
        certificate: Arc<str>,
        /// One of the account's names.
        name: Option<Name>,
    },
    /// The account that one is logged in to.
    Account,
    /// The people on the server, in the order of the alphabet. The shell's.
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
    /// The names of the people in a room, and what they are there.
    Names {
        /// The room.
        room: RoomRef,
        /// The end of the page before.
        after: Option<MemberCursor>,
    },
    /// A person's profile. The name is as it was typed.
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
    /// The private history with the bearer of a name, which is as it was typed. For those who are logged
    /// in to an account.
    Conversation(String),
    /// The time up to which the asker has read.
    Marker(MarkerTarget),
    /// A room that the asker is in, as it is shown on entering.
    View(RoomId),
    /// One's own numbers and the server's.
    Stats,
    /// The names that one ignores.
    Ignores,
    /// The bans and mutes. For operators.
    Restrictions {
        /// The end of the page before.
        after: Option<RestrictionCursor>,
    },
    /// Permission to read the audit log. For operators.
    Log,
    /// The rooms that one is invited to and is not in.
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
    /// Those who have borne a name and gone, or taken another. The name is as it was typed.
    Departed(String),
    /// How many people and rooms there are.
    Counts,
    /// Nothing: its answer stands behind all that was asked before.
    Fence,
    /// The people on the server who match, in the order of the alphabet.
    People(Box<PeopleQuery>),
    /// Which of these names are here. A name as it was typed.
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
    /// The people whom a room keeps out or silences. For its moderators.
    Bars(RoomRef),
}

//! Rejections of commands and queries. Data only: the words are the dialect's.

use alloc::string::String;
use alloc::sync::Arc;

use crate::ban::Mask;
use crate::name::Name;
use crate::room_name::RoomName;
use crate::text::Text;
use crate::time::{Duration, Timestamp};

/// A refusal. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// Another person has the name at the moment.
    NameTaken {
        /// The name asked for.
        name: Name,
        /// One that is free.
        free: Name,
    },
    /// The name is kept for a person whose link is lost.
    NameKept {
        /// The name asked for.
        name: Name,
        /// For so much longer.
        remaining: Duration,
    },
    /// The name looks like another.
    NameLooksLike {
        /// The name asked for.
        name: Name,
        /// The other.
        other: Name,
    },
    /// The name is registered and no proof, or a wrong one, was given.
    NameRegistered(Name),
    /// The server has as many people as it takes.
    ServerFull {
        /// So many.
        people_max: usize,
    },
    /// The name or the address is banned.
    Banned {
        /// Until then, or for good.
        until: Option<Timestamp>,
        /// The reason given.
        why: Option<Arc<Text>>,
    },
    /// Only registered names may arrive.
    Locked,
    /// No session has this code, or not any more.
    CodeNotValid,
    /// The connection does not speak for this person any more.
    NotHere,
    /// Nobody of this name is here.
    NobodyCalled {
        /// The name as it was typed.
        typed: String,
        /// The name probably meant.
        meant: Option<Name>,
    },
    /// The asker has received no private message, or its sender has left.
    NobodyToReply,
    /// Only operators may speak in the room.
    ReadOnly(RoomName),
    /// The asker is muted.
    Muted {
        /// For so much longer, or until undone.
        remaining: Option<Duration>,
    },
    /// Only registered names may speak.
    LockedSpeech,
    /// Another message was sent under this key.
    KeyUsed,
    /// The server cannot save, so nothing new may be shown.
    CannotSave,
    /// There is no such room.
    NoSuchRoom {
        /// The room asked for.
        room: RoomName,
        /// The room probably meant.
        meant: Option<RoomName>,
    },
    /// The room has been closed meanwhile.
    RoomGone,
    /// The receiver's link is lost, and as much is kept for it as may be.
    NothingKept(Name),
    /// The asker is not in the room.
    NotInRoom(RoomName),
    /// The asker is in `#lobby` alone, which is left only by leaving the server.
    OnlyLobby,
    /// The asker is in as many rooms as it may be.
    TooManyRooms {
        /// So many.
        rooms_max: usize,
    },
    /// The server has as many rooms as it takes.
    RoomsFull {
        /// So many.
        rooms_max: usize,
    },
    /// The asker has that name already.
    SameName(Name),
    /// The name has a password already, and no proof of it, or a wrong one, was given.
    NeedsOldPassword(Name),
    /// As many names are registered as the server keeps.
    RegistrationsFull,
    /// The asker ignores as many names as it may.
    TooManyIgnores {
        /// So many.
        ignores_max: usize,
    },
    /// The asker does not ignore that name.
    NotIgnored(Name),
    /// The asker is that person.
    Oneself,
    /// Only operators may do that.
    NeedsOperator,
    /// The target is an operator already.
    AlreadyOperator(Name),
    /// The target is not an operator.
    NotOperator(Name),
    /// No mute matches that name.
    NotMuted(Name),
    /// No ban names that mask.
    NotBanned(Mask),
    /// That person has been a registered operator for longer than the asker.
    Outranked(Name),
    /// No new name is registered while only registered names may arrive.
    LockedRegistration,
    /// There are as many bans or mutes as the server keeps.
    RestrictionsFull,
}

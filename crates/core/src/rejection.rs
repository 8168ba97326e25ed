//! Rejections of commands and queries. Data only: the words are the dialect's.

use alloc::string::String;
use alloc::sync::Arc;

use crate::ban::Mask;
use crate::mask::Listed;
use crate::metadata::MetadataKey;
use crate::name::Name;
use crate::room::Standing;
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
        /// One that is free.
        free: Name,
    },
    /// The name is the server's own, or looks like it.
    NameReserved(Name),
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
    /// Those who come from the asker's address are muted, so that a new name of theirs is told to
    /// nobody.
    MutedArrival {
        /// The name that they had.
        had: Name,
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
    /// The name of a new room looks like that of another room.
    RoomLooksLike {
        /// The name asked for.
        room: RoomName,
        /// The other, if the asker may know of it.
        other: Option<RoomName>,
    },
    /// The room has been closed meanwhile.
    RoomGone,
    /// The receiver's link is lost, and as much is kept for it as may be.
    NothingKept(Name),
    /// The person is not here. A message is not kept for it: it has no account, or the asker is logged
    /// in to none, or those who run the server do not want it.
    Absent(Name),
    /// The receiver hears in private from people with a registered name alone.
    HearsRegisteredOnly(Name),
    /// The receiver is not here, and as much is kept for it as may be.
    MailFull(Name),
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
    /// The name is not registered, or this is not its password.
    WrongPassword(Name),
    /// The new password has too few letters.
    WeakPassword {
        /// The least that the server takes.
        letters_min: usize,
    },
    /// The server has a password, which the connection has not given yet.
    NeedsServerPassword,
    /// The server's password is another.
    WrongServerPassword,
    /// It would have shown the server's password to others.
    ShowsServerPassword,
    /// It would have shown to others what looks like a password or a code.
    ShowsSecret,
    /// The new password is the server's, which everybody on it knows.
    PasswordOfServer,
    /// It needs a proof of the account, and neither a password nor a certificate was shown.
    NeedsProof,
    /// The asker is logged in to no account.
    NotLoggedIn,
    /// The asker is logged in to this account.
    LoggedInAlready(Name),
    /// As many people are logged in to the account as may be.
    TooManyLogins {
        /// So many.
        logins_max: usize,
    },
    /// The account has as many names as it may.
    TooManyNames {
        /// So many.
        names_max: usize,
    },
    /// This connection has not proven that the account is the asker's: it took the session up by its
    /// code.
    NotProven(Name),
    /// The account has as many certificates as it may.
    TooManyCertificates {
        /// So many.
        certificates_max: usize,
    },
    /// Not one of the account's certificates begins so, or more than one does.
    NoSuchCertificate,
    /// It is the last credential of the account.
    LastCredential(Name),
    /// The name belongs to no account.
    NotRegistered(Name),
    /// As many names are registered as the server keeps.
    RegistrationsFull,
    /// As many names were registered from the asker's address as may be at once.
    TooManyRegistered {
        /// The time until another may be.
        wait: Duration,
    },
    /// The asker ignores as many names as it may.
    TooManyIgnores {
        /// So many.
        ignores_max: usize,
    },
    /// The asker does not ignore that name.
    NotIgnored(Name),
    /// The asker is that person.
    Oneself,
    /// The target's link is lost, and this can only be done to one who is connected.
    LinkLost(Name),
    /// The owner of the name is not connected, and this can only be done to one who is.
    NotConnected(Name),
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
    /// No ban names that address or block, but one of a larger block holds it.
    BannedInBlock {
        /// What was asked for.
        asked: Mask,
        /// The block that is banned.
        block: Mask,
    },
    /// That person has been a registered operator for longer than the asker.
    Outranked(Name),
    /// The asker is an operator for its visit alone, and what it asks for would last.
    OutlastsVisit,
    /// No new name is registered while only registered names may arrive.
    LockedRegistration,
    /// There are as many bans or mutes as the server keeps.
    RestrictionsFull,
    /// A rule of one room forbids it.
    Of(RoomName, RoomRejection),
    /// The asker, or others from its address, have made as many rooms as they may.
    TooManyRoomsMade {
        /// So many.
        rooms_max: usize,
    },
    /// There is no such message, or the asker may not read it.
    NoSuchMessage,
    /// The message was said by another, and the asker does not moderate the room that it stands in.
    NotOnesMessage(Option<RoomName>),
    /// Metadata cannot be set so.
    Metadata(MetadataRejection),
}

/// A refusal to set metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetadataRejection {
    /// It is another person's.
    OfAnother,
    /// There is no such key to be taken away.
    NotSet(MetadataKey),
    /// It would be more than is kept for one person or room, or for all.
    Full {
        /// Keys that one may have.
        keys_max: usize,
    },
}

impl From<MetadataRejection> for Rejection {
    fn from(rejection: MetadataRejection) -> Self {
        Self::Metadata(rejection)
    }
}

/// A refusal by a rule of one room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomRejection {
    /// Only its moderators may do that.
    NeedsModerator,
    /// It is closed, and the asker is not invited.
    Closed,
    /// The same, and it is hidden from the asker, who cannot ask to be let in.
    ClosedToStrangers,
    /// It needs a password, and none was given.
    NeedsPassword,
    /// The password is another.
    WrongPassword,
    /// Not everybody could give this as its password: see [`RoomPassword::is_for_everybody`](crate::RoomPassword).
    PasswordNotForAll,
    /// It has as many people as it takes.
    Full {
        /// So many.
        people_max: u32,
    },
    /// Only people with a registered name may enter.
    RegisteredOnly,
    /// Only people whose connection is encrypted may enter.
    EncryptedOnly,
    /// Whether it takes encrypted connections alone is said over one.
    SetInClear,
    /// The asker is kept out.
    Barred {
        /// Until then, or for good.
        until: Option<Timestamp>,
        /// The reason given.
        why: Option<Arc<Text>>,
    },
    /// A person of that name is kept out, and the asker is inside.
    NameBarred(Name),
    /// The asker is muted there.
    Muted {
        /// For so much longer, or until undone.
        remaining: Option<Duration>,
    },
    /// The asker is kept out, by a mask, and may not speak while it is still inside.
    BarredSpeech,
    /// The asker is not inside, and those who are not may not speak to it.
    NoOutsiders,
    /// It takes no CTCP.
    NoCtcp,
    /// Only moderators may set its topic.
    TopicGuarded,
    /// It has no topic that could be taken away.
    NoTopic,
    /// What was to be set is so already.
    SetAlready,
    /// The lobby is open to everybody, so that this cannot be set.
    LobbyIsOpen,
    /// Server operators alone moderate it.
    OperatorsAlone,
    /// Nobody can be kept out of the lobby but by the server's own means.
    LobbyKeepsAll,
    /// The target is not inside.
    TargetOutside(Name),
    /// The target is inside already.
    TargetInside(Name),
    /// The target is a moderator, or more.
    TargetGoverns(Name, Standing),
    /// The target is a server operator.
    TargetOperates(Name),
    /// The target has that standing, or a higher one, already.
    StandsAlready(Name, Standing),
    /// The target is kept out, which an invitation does not change.
    TargetBarred(Name),
    /// The target does not have that standing.
    StandsNot(Name, Standing),
    /// As many people have a standing as the room keeps.
    StandingsFull,
    /// As many people are kept out, or silenced, as the room keeps.
    BarsFull,
    /// Server operators alone bar addresses there: whom a bar puts out would tell where they come from.
    AddressBar,
    /// It keeps nobody out whom that mask names.
    NotBarred(Listed),
    /// It mutes nobody of that name.
    NotMuted(Name),
    /// The asker is inside already.
    InsideAlready,
    /// The asker may enter without knocking.
    NoNeedToKnock,
    /// The asker has knocked lately.
    KnockedAlready,
    /// No moderator is here to hear a knock.
    NobodyHears,
    /// Nobody else inside has the rank that is spoken to.
    NobodyRanked,
    /// It is the server's own, and is always there.
    Stays,
    /// Another room has that name, or the server keeps it for one of its own.
    NameTaken(RoomName),
    /// It is not the room that the asker was in, which has ended: it only has the same name.
    Another,
}

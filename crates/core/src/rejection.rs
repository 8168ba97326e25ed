//! Rejections of commands and queries. Data only: dialects word them.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;

use crate::ban::Mask;
use crate::event::Remaining;
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
        /// A name that is free.
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
        /// The other name.
        other: Name,
        /// A name that is free.
        free: Name,
    },
    /// The name is the server's own, or looks like it.
    NameReserved(Name),
    /// The name is registered, and the proof is missing or wrong.
    NameRegistered(Name),
    /// The server is full.
    ServerFull {
        /// The limit.
        people_max: usize,
    },
    /// The name or the address is banned.
    Banned {
        /// When it ends; `None` for never.
        until: Option<Timestamp>,
        /// The reason given.
        why: Option<Arc<Text>>,
    },
    /// Only registered names may arrive.
    Locked,
    /// No session has this code, or has it any more.
    CodeNotValid,
    /// The code resumes no session: it makes its sender the operator, with another command.
    OperatorCode,
    /// An operator has ended the session that had this code.
    SessionKicked {
        /// The operator.
        by: Name,
        /// The reason given.
        why: Option<Arc<Text>>,
    },
    /// The connection does not speak for this person any more.
    NotHere,
    /// Nobody of this name is here.
    NobodyCalled {
        /// The name, as typed.
        typed: String,
        /// The name probably meant.
        meant: Option<Name>,
    },
    /// An account was meant (`account:NAME`), and none has this name.
    NoAccount {
        /// The name, as typed.
        typed: String,
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
    /// People from the asker's address are muted, so nobody may be told a new name from there.
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
    /// The server cannot save, so it must not show anything new.
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
        /// The other room, if the asker may know of it.
        other: Option<RoomName>,
    },
    /// The room has been closed meanwhile.
    RoomGone,
    /// The receiver's link is lost, and no more messages are kept for them.
    NothingKept(Name),
    /// The person is not here. A message is not kept for them: they have no account, or the asker
    /// is logged in to none, or the configuration forbids it.
    Absent(Name),
    /// The receiver accepts private messages only from registered names.
    HearsRegisteredOnly(Name),
    /// The receiver is not here, and no more messages are kept for them.
    MailFull(Name),
    /// The asker is not in the room.
    NotInRoom(RoomName),
    /// The asker is in no room but `#lobby`, and one leaves that only by leaving the server.
    OnlyLobby,
    /// The asker is in as many rooms as allowed.
    TooManyRooms {
        /// The limit.
        rooms_max: usize,
    },
    /// The server has as many rooms as allowed.
    RoomsFull {
        /// The limit.
        rooms_max: usize,
    },
    /// The asker has that name already.
    SameName(Name),
    /// The name has a password already, and the proof of it is missing or wrong.
    NeedsOldPassword(Name),
    /// The name is not registered, or this is not its password.
    WrongPassword(Name),
    /// The new password has too few letters.
    WeakPassword {
        /// The fewest letters.
        letters_min: usize,
    },
    /// The new password stands in quotation marks, which would be a part of it.
    QuotedPassword,
    /// The server has a password, which the connection has not given yet.
    NeedsServerPassword,
    /// The server's password is another.
    WrongServerPassword,
    /// It would have shown others the server's password.
    ShowsServerPassword,
    /// It would have shown others what looks like a password or a code.
    ShowsSecret,
    /// The new password is the server's, which everybody here knows.
    PasswordOfServer,
    /// It needs a proof of the account: a password or a certificate.
    NeedsProof,
    /// It needs such a proof, and the certificate of the connection proves nothing: it cannot be checked.
    CertificateUnchecked,
    /// The asker is logged in to no account.
    NotLoggedIn,
    /// The asker is logged in to this account.
    LoggedInAlready(Name),
    /// As many people are logged in to the account as allowed.
    TooManyLogins {
        /// The limit.
        logins_max: usize,
    },
    /// The account has as many names as allowed.
    TooManyNames {
        /// The limit.
        names_max: usize,
    },
    /// This connection has not proven the asker's account: it resumed the session by its code.
    NotProven(Name),
    /// The account has as many certificates as allowed.
    TooManyCertificates {
        /// The limit.
        certificates_max: usize,
    },
    /// None of the account's certificates begins so, or several do.
    NoSuchCertificate,
    /// It is the last credential of the account.
    LastCredential(Name),
    /// The name belongs to no account.
    NotRegistered(Name),
    /// As many names are registered as the server keeps.
    RegistrationsFull,
    /// As many names were registered from the asker's address as allowed for now.
    TooManyRegistered {
        /// The time until another may be.
        wait: Duration,
    },
    /// The asker ignores as many names as allowed.
    TooManyIgnores {
        /// The limit.
        ignores_max: usize,
    },
    /// The asker does not ignore that name.
    NotIgnored(Name),
    /// The asker is that person.
    Oneself,
    /// The target's link is lost, and this can only be done to a connected person.
    LinkLost(Name),
    /// The owner of the name is not connected, and this can only be done to a connected person.
    NotConnected(Name),
    /// The server is locked already, or is not.
    LockedSo(bool),
    /// The asker is not away, and so cannot come back.
    NotAway,
    /// Only operators may do that.
    NeedsOperator,
    /// The target is an operator already.
    AlreadyOperator(Name),
    /// The target is not an operator.
    NotOperator(Name),
    /// No mute matches that name.
    NotMuted(Name),
    /// No mute of the whole server matches that name, but one of a room does.
    MutedInRoom {
        /// Who is muted.
        name: Name,
        /// The room.
        room: RoomName,
    },
    /// No ban names that mask.
    NotBanned(Mask),
    /// No ban names that, but a ban of a block includes that address or block, or the address that the person of that
    /// name has or last had.
    BannedInBlock {
        /// What the asker named.
        asked: Mask,
        /// The block that is banned.
        block: Mask,
    },
    /// That person has been a registered operator for longer than the asker.
    Outranked(Name),
    /// The asker is an operator only for the visit, and this would last.
    OutlastsVisit,
    /// No new name can be registered while only registered names may arrive.
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
    /// Somebody else sent the message, and the asker does not moderate its room.
    NotOnesMessage(Option<RoomName>),
    /// Metadata cannot be set so.
    Metadata(MetadataRejection),
}

/// A refusal to set metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetadataRejection {
    /// It is another person's.
    OfAnother,
    /// There is no such key to remove.
    NotSet(MetadataKey),
    /// It would exceed the limit for one person or room, or for all.
    Full {
        /// The most keys of one.
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
    /// The same, for a hidden room: the asker cannot knock either.
    ClosedToStrangers,
    /// It needs a password, and none was given.
    NeedsPassword,
    /// The password is another.
    WrongPassword,
    /// Not every client could give this password: see
    /// [`RoomPassword::is_for_everybody`](crate::RoomPassword).
    PasswordNotForAll,
    /// It has as many people as its limit allows.
    Full {
        /// The limit.
        people_max: u32,
    },
    /// Only people with a registered name may enter.
    RegisteredOnly,
    /// Only people whose connection is encrypted may enter.
    EncryptedOnly,
    /// Only a person with an encrypted connection may set whether others need one.
    SetInClear,
    /// The asker is kept out.
    Barred {
        /// When it ends; `None` for never.
        until: Option<Timestamp>,
        /// The reason given.
        why: Option<Arc<Text>>,
    },
    /// People of that name are barred, and the asker is inside.
    NameBarred(Name),
    /// The asker is muted there.
    Muted {
        /// For so much longer, or until undone.
        remaining: Option<Duration>,
    },
    /// A mask keeps the asker out; while still inside, they may not speak.
    BarredSpeech,
    /// The asker is not inside, and outsiders may not speak to it.
    NoOutsiders,
    /// It does not accept CTCP.
    NoCtcp,
    /// Only moderators may set its topic.
    TopicGuarded,
    /// It has no topic to remove.
    NoTopic,
    /// What was to be set is so already.
    SetAlready,
    /// The lobby is open to everybody, so this cannot be set.
    LobbyIsOpen,
    /// Only server operators moderate it.
    OperatorsAlone,
    /// Only bans of the server keep people out of the lobby.
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
    /// The target is barred, which an invitation does not change.
    TargetBarred(Name),
    /// The target does not have that standing.
    StandsNot(Name, Standing),
    /// As many people have a standing as the room keeps.
    StandingsFull,
    /// As many people are barred, or muted, as the room keeps.
    BarsFull,
    /// Only server operators bar addresses: seeing whom a bar puts out would reveal where people
    /// come from.
    AddressBar,
    /// A mask that would match by address or by the name of a host, which people do not show: only a
    /// bar of an address does that.
    AddressMask,
    /// It belongs to the asker, who would give it away for good.
    OwnRoom,
    /// No bar or mask of the room names that.
    NotBarred(Listed),
    /// No bar of the room names that person, whom something else keeps out.
    BarredOtherwise(Mask, Box<Remaining>),
    /// It mutes nobody of that name.
    NotMuted(Name),
    /// No mute of the room names that person, whom something else silences.
    MutedOtherwise(Name, Box<Remaining>),
    /// The asker is inside already.
    InsideAlready,
    /// The asker may enter without knocking.
    NoNeedToKnock,
    /// The asker has knocked lately.
    KnockedAlready,
    /// No moderator is here to hear a knock.
    NobodyHears,
    /// Nobody else inside has that rank.
    NobodyRanked,
    /// It is the server's own, and is always there.
    Stays,
    /// Another room has that name, or the server keeps it for one of its own.
    NameTaken(RoomName),
    /// It is not the room that the asker was in, which has ended: it only has the same name.
    Another,
}

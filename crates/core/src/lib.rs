//! The chat itself: people, rooms and the rules.
//!
//! A [`Command`] goes in; [`Chat::decide`] answers with the [`Fact`]s that follow from it, or with
//! a [`Rejection`]; [`Chat::apply`] makes the facts true. Deciding changes nothing and applying
//! cannot fail, so that the log of events alone reproduces the state.
//!
//! The crate must not know sockets, files, clocks, randomness, async or any dialect. It is
//! `no_std`, which keeps most of these from compiling; time and random numbers come in as
//! [`Inputs`].

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod account;
mod answer;
mod ban;
mod chat;
mod command;
mod event;
mod flood;
mod holdings;
mod ids;
mod ignore;
pub mod limits;
mod link;
mod mask;
mod metadata;
mod name;
mod past_name;
mod presence;
mod proof;
mod query;
mod range;
mod read_marker;
mod rejection;
mod resume;
mod room;
mod room_name;
mod sent_key;
mod slip;
mod source;
mod text;
mod time;

pub use account::{
    Account, AccountChange, AccountChanged, AccountSet, CertificatePrefix, Credential,
    CredentialKind,
};
pub use answer::{
    AccountProfile, Answer, Conversation, Counts, Departed, HistoryTarget, LeftOut, Login,
    MemberCursor, Profile, RoomInfo, RoomLine, RoomSummary, Topic, Welcome, WelcomeBack, WhoLine,
};
pub use ban::{
    Mask, MaskError, Reach, Restriction, canonical, household_of, strip_name_key, subnet_of,
};
pub use chat::{
    Chat, FirstOperator, Inputs, KeepsName, KeptConnection, KeptPrivate, KeptRights, KeptRules,
    KeptSession, Rank, RestrictionCursor, RoomCursor, RoomSnapshot, Sender, ServerPassword,
    Settings, Snapshot, Visit,
};
pub use command::{
    Caller, Command, FoundMessage, Outcome, Proof, RoomRef, SignalTarget, StandingChange,
};
pub use event::{
    Aside, Attached, AuditEntry, Correspondents, Deletion, Detached, Event, Fact, IdentSet,
    KeptMessage, KeptShown, Knock, LoggedIn, Manner, MetadataSet, MetadataShown, ModAction,
    Omitted, PrivateDeletion, PrivateMessage, Quit, QuitReason, RankMessage, Ranked, Remaining,
    Renamed, Returned, RoomAct, RoomChange, RoomDeed, RoomRenamed, Signal, Spared, StandingCause,
    StandingShown, Tenure,
};
pub use flood::{Bucket, Rate};
pub use holdings::Holdings;
pub use ids::{ConnId, LOBBY, NOBODY, PersonId, RoomId, Seq};
pub use ignore::{Ignored, Voice};
pub use link::{Client, Link};
pub use mask::{Glob, Listed, MaskKind, Matched, RoomMask};
pub use metadata::{
    AccountKey, Metadata, MetadataChange, MetadataKey, MetadataLine, MetadataOwner,
    MetadataSubject, MetadataTarget, MetadataValue,
};
pub use name::{Name, NameError};
pub use past_name::PastName;
pub use presence::{PresenceBatcher, Timing};
pub use query::{PeopleQuery, Query};
pub use range::{Detail, Range};
pub use read_marker::{MarkerSet, MarkerTarget, StoredMarker};
pub use rejection::{MetadataRejection, Rejection, RoomRejection};
pub use resume::ResumeCode;
pub use room::{Held, RoomPassword, RoomPasswordError, RoomSetting, RoomSettings, Standing};
pub use room_name::{RoomName, RoomNameError};
pub use sent_key::{Digest, KeyOwner, KeyUsed, MessageKey, SentKey};
pub use source::{CloakKey, Flags, Ident, IrcForm, Source};
pub use text::Text;
pub use time::{
    DURATION_MAX, Duration, DurationError, Monotonic, Timestamp, Units, parse_duration, whole_ms,
};

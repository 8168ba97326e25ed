//! Commands: requests that change the chat. A dialect makes them out of bytes; nothing here knows how
//! they were written.

mod found;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::account::CertificatePrefix;
use crate::ban::Mask;
use crate::event::{Manner, QuitReason};
use crate::ids::{ConnId, PersonId, RoomId, Seq};
use crate::link::Link;
use crate::mask::{Listed, MaskKind, Matched};
use crate::metadata::{MetadataChange, MetadataTarget};
use crate::name::Name;
pub use crate::proof::Proof;
use crate::read_marker::MarkerTarget;
use crate::resume::ResumeCode;
use crate::room::{RoomPassword, RoomSetting, Standing};
use crate::room_name::RoomName;
use crate::sent_key::MessageKey;
use crate::source::{Flags, Ident, IrcForm};
use crate::text::Text;
use crate::time::{Duration, Timestamp};

pub use found::FoundMessage;

/// The origin of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A connection without a name yet.
    Anonymous {
        /// Its number.
        conn: ConnId,
        /// The address it comes from.
        address: IpAddr,
        /// How it is connected.
        link: Link,
    },
    /// A person who has logged in.
    Person {
        /// The person's number.
        person: PersonId,
        /// The connection that the request came on. One that has been replaced is not heard.
        conn: ConnId,
        /// The address it comes from.
        address: IpAddr,
        /// How it is connected.
        link: Link,
    },
    /// The server itself.
    Server,
    /// Those who run the server, from a shell of its machine.
    Shell,
}

/// A room: by its number where the session knows that, else by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomRef {
    /// By number.
    Id(RoomId),
    /// By name, as a person typed it.
    Name(RoomName),
}

/// The result of a command, for the session that gave it. The facts carry it to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The facts say it all.
    Done,
    /// The session speaks for this person now.
    LoggedIn(PersonId),
    /// The session speaks for this person too, beside another.
    Attached(PersonId),
    /// The message was sent before, under the same key, and has this place.
    Repeated(Seq),
    /// The person is in the room, and may have been before.
    Joined(RoomId),
    /// The person is out of the room.
    Left(RoomId),
    /// The session speaks for a person again who was here before.
    Resumed {
        /// The person's number.
        person: PersonId,
        /// Everything up to this was written to its last connection; `None` if that is still open.
        seen: Option<Seq>,
    },
    /// Some of the rooms and lists are tidy.
    Tidied {
        /// Whether there is more to tidy at once.
        more: bool,
    },
}

/// A request that changes the chat, if it is allowed.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Log in under this name, or as a guest.
    LogIn {
        /// The name asked for.
        name: Option<Name>,
        /// A proof that the name is one's own.
        proof: Option<Proof>,
        /// Whether the client spoke before it was asked, as no person does.
        is_script: bool,
        /// What a client of IRC says of itself.
        ident: Option<Box<Ident>>,
        /// The account that the proof is of, if the name is none of its names.
        account: Option<Name>,
    },
    /// Take up a lost session.
    Resume(ResumeCode),
    /// Leave the server.
    Quit(QuitReason),
    /// Speak or act in a room.
    Say {
        /// The room.
        room: RoomRef,
        /// The message.
        text: Text,
        /// Speech or action.
        manner: Manner,
        /// The client's own text for the message, which makes sending it again harmless.
        key: Option<MessageKey>,
        /// The form that IRC has of it.
        irc: Option<Arc<IrcForm>>,
    },
    /// Send a private message.
    PrivateMessage {
        /// The receiver's name as it was typed.
        to: String,
        /// The message.
        text: Text,
        /// Speech, unless it comes from IRC.
        manner: Manner,
        /// The form that IRC has of it.
        irc: Option<Arc<IrcForm>>,
    },
    /// Send what clients of IRC alone understand.
    Signal {
        /// To whom.
        to: SignalTarget,
        /// Whether it is a reply that none must answer.
        is_notice: bool,
        /// What.
        form: IrcForm,
    },
    /// Say something else of oneself, as clients of IRC do.
    SetIdent {
        /// Another real name.
        real: Option<Text>,
        /// Other flags.
        flags: Flags,
    },
    /// Say up to which time one has read.
    SetMarker {
        /// What.
        target: MarkerTarget,
        /// The time.
        at: Timestamp,
    },
    /// Reply to the last private message.
    Reply(Text),
    /// Give a room a topic, or none.
    SetTopic {
        /// The room.
        room: RoomRef,
        /// The topic.
        text: Option<Text>,
    },
    /// Enter a room.
    Join(RoomName),
    /// Leave a room.
    Leave {
        /// The room.
        room: RoomRef,
        /// The reason given, which IRC alone shows.
        why: Option<Text>,
    },
    /// Take another name.
    Rename {
        /// The new name.
        name: Name,
        /// A proof that it is one's own.
        proof: Option<Proof>,
    },
    /// Register one's name under the password of this hash. A person who is logged in groups its
    /// name to the account; with a proof, it gives the account this password.
    Register {
        /// The hash, in the PHC string format.
        password_hash: Arc<str>,
        /// A proof of the account that one is logged in to.
        proof: Option<Proof>,
    },
    /// Group one's name to the account that one is logged in to.
    Group,
    /// Take the certificate of the connection for a credential: of a new account under one's name, or
    /// of the account that one is logged in to, to which the name is grouped.
    Certify {
        /// The certificate, as [`Credential::secret`](crate::Credential::secret) has it.
        certificate: Arc<str>,
        /// What this connection has proven; an account is changed with a proof of it alone.
        proof: Option<Proof>,
    },
    /// Take a certificate from the account that one is logged in to.
    Forget {
        /// The first digits of the certificate.
        certificate: CertificatePrefix,
        /// What this connection has proven.
        proof: Option<Proof>,
    },
    /// Log in to an account under the name that one has; or take up the session that goes by the
    /// account's, if there is one.
    LogInTo {
        /// One of the account's names.
        name: Name,
        /// A proof that it is one's own.
        proof: Option<Proof>,
        /// Leave the session of that name where it is, and be there beside it.
        beside: bool,
    },
    /// Log out of the account. A person that bears one of its names becomes a guest.
    LogOut,
    /// Be no operator for the rest of the visit. What the account is stays.
    StepDown,
    /// Give up one's name; the account's own name, with all that belongs to the account.
    Unclaim {
        /// A proof of the account that one is logged in to.
        proof: Option<Proof>,
    },
    /// Be away.
    Away(Option<Text>),
    /// Be back.
    Back,
    /// Ignore a name, or hear it again.
    Ignore {
        /// The name.
        name: Name,
        /// The account that it was ignored with at an earlier visit.
        account: Option<Name>,
        /// Whether to ignore it.
        on: bool,
    },
    /// Close a person's connection.
    Kick {
        /// The name as it was typed.
        name: String,
        /// The reason given.
        why: Option<Text>,
    },
    /// Silence a person.
    Mute {
        /// The name as it was typed.
        name: String,
        /// The time it lasts; until undone if there is none.
        time: Option<Duration>,
        /// The reason given.
        why: Option<Text>,
    },
    /// Let a person speak again.
    Unmute(Name),
    /// Give a person another name.
    RenameOther {
        /// The name as it was typed.
        name: String,
        /// The new name.
        new: Name,
    },
    /// Keep people out.
    Ban {
        /// The people it matches.
        mask: Mask,
        /// Whether a name stands for its bearer's address too, if nobody else is there.
        cover_address: bool,
        /// The time it lasts; until undone if there is none.
        time: Option<Duration>,
        /// The reason given.
        why: Option<Text>,
    },
    /// Let people in again.
    Unban(Mask),
    /// Make a person an operator. The name is as it was typed.
    Op(String),
    /// Make a person no longer an operator. The name is as it was typed.
    Deop(String),
    /// Speak to everybody.
    Announce(Text),
    /// Set the message of the day, or none.
    SetMotd(Option<Text>),
    /// Let only registered names arrive and speak, or everybody again.
    Lock(bool),
    /// Register a name that nobody bears under the password of this hash: the shell's, and that of a
    /// client that has not come in yet.
    AddAccount {
        /// The name.
        name: Name,
        /// The hash, in the PHC string format.
        password_hash: Arc<str>,
    },
    /// Give an account the password of this hash. The shell's.
    SetPassword {
        /// One of the account's names.
        name: Name,
        /// The hash, in the PHC string format.
        password_hash: Arc<str>,
    },
    /// End the account that a name belongs to.
    EndAccount(Name),
    /// Close a room for good.
    EndRoom(RoomName),
    /// Speak in a room without being there. The shell's.
    SayFromShell {
        /// The room.
        room: RoomName,
        /// The message.
        text: Text,
    },
    /// Show a person what was kept for its account. The server's own.
    ShowKept(PersonId),
    /// Close empty rooms and forget what has run out. The server's own.
    Tidy,
    /// Take away what is shown in place of names and is another's name by now. The server's own.
    EndShownNames,
    /// Enter a room that a password opens.
    JoinWith {
        /// The room.
        room: RoomName,
        /// The word.
        password: RoomPassword,
    },
    /// Speak to a room, from inside or from outside.
    SayTo {
        /// The room.
        room: RoomName,
        /// The message.
        text: Text,
        /// Speech or action.
        manner: Manner,
    },
    /// Change settings of a room: all of them, or none if one may not be.
    SetRoom {
        /// The room.
        room: RoomRef,
        /// The settings, as they are to be.
        settings: Box<[RoomSetting]>,
    },
    /// Give a room another name.
    RenameRoom {
        /// The room.
        room: RoomRef,
        /// The new name.
        new: RoomName,
        /// The reason given, which IRC alone shows.
        why: Option<Text>,
    },
    /// Say something to those in a room who have a standing, in private.
    SayToRank {
        /// The room.
        room: RoomName,
        /// The lowest standing of those who hear it.
        least: Standing,
        /// The message.
        text: Text,
        /// Speech or action.
        manner: Manner,
        /// The form that IRC has of it.
        irc: Option<Arc<IrcForm>>,
    },
    /// Give a person another standing in a room.
    Stand {
        /// The room.
        room: RoomRef,
        /// The name as it was typed.
        name: String,
        /// The change.
        change: StandingChange,
    },
    /// Put a person out of a room.
    Eject {
        /// The room.
        room: RoomRef,
        /// The name as it was typed.
        name: String,
        /// The reason given.
        why: Option<Text>,
    },
    /// Keep people out of a room.
    Bar {
        /// The room.
        room: RoomRef,
        /// The people it matches.
        mask: Mask,
        /// Whether a name stands for its bearer's address too, if nobody else is there.
        cover_address: bool,
        /// The time it lasts; until undone if there is none.
        time: Option<Duration>,
        /// The reason given.
        why: Option<Text>,
    },
    /// Let people into a room again.
    Unbar {
        /// The room.
        room: RoomRef,
        /// The people.
        listed: Listed,
    },
    /// Silence a person in one room.
    MuteIn {
        /// The room.
        room: RoomRef,
        /// The name as it was typed.
        name: String,
        /// The time it lasts; until undone if there is none.
        time: Option<Duration>,
        /// The reason given.
        why: Option<Text>,
    },
    /// Let a person speak in a room again.
    UnmuteIn {
        /// The room.
        room: RoomRef,
        /// The name.
        name: Name,
    },
    /// Set a mask of a room's, or take it away.
    SetMask {
        /// The room.
        room: RoomRef,
        /// What it does.
        kind: MaskKind,
        /// To whom.
        matched: Matched,
        /// Whether to set it.
        on: bool,
    },
    /// Set metadata of oneself or of a room.
    SetMetadata {
        /// Whose.
        target: MetadataTarget,
        /// The keys to set or to take away; `None` takes all away.
        changes: Option<Vec<MetadataChange>>,
    },
    /// Ask to be let into a room.
    Knock(RoomName),
    /// Delete a message. The store has found where and under which name it was said.
    Delete {
        /// The message.
        message: Seq,
        /// Where it stands.
        found: FoundMessage,
        /// The reason given.
        why: Option<Text>,
    },
}

/// The receiver of a signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignalTarget {
    /// Everybody in a room.
    Room(RoomName),
    /// Those in a room who have this standing, or a higher one.
    Rank(RoomName, Standing),
    /// One person, by the name as it was typed.
    Person(String),
}

/// A change of a person's standing in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandingChange {
    /// Give this standing.
    Give(Standing),
    /// Take it.
    Take(Standing),
}

impl Command {
    /// Whether the facts that follow can wait for the commit while the hub decides more commands: a
    /// message changes nothing that another decision looks at.
    pub fn only_talks(&self) -> bool {
        matches!(self, Self::Say { .. })
    }
}

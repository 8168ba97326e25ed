//! Commands: requests that change the chat. A dialect makes them from bytes; nothing here knows how
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
        /// The connection that the request came on. If it has been replaced, the request is
        /// ignored.
        conn: ConnId,
        /// The address it comes from.
        address: IpAddr,
        /// How it is connected.
        link: Link,
    },
    /// The server itself.
    Server,
    /// An administrator, at a shell of the machine.
    Shell,
}

/// A room: by its number if the session knows it, else by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomRef {
    /// By number.
    Id(RoomId),
    /// By name, as a person typed it.
    Name(RoomName),
}

/// The result of a command, for the session that gave it. The facts tell others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The facts say everything.
    Done,
    /// The session now speaks for this person.
    LoggedIn(PersonId),
    /// The session now speaks for this person, who has another connection besides.
    Attached(PersonId),
    /// The message was sent before under the same key, and has this place.
    Repeated(Seq),
    /// The person is in the room, and may have been before.
    Joined(RoomId),
    /// The person is out of the room.
    Left(RoomId),
    /// The session speaks again for a person who was here before.
    Resumed {
        /// The person's number.
        person: PersonId,
        /// Everything up to this event was written to the last connection; `None` if that is still
        /// open.
        seen: Option<Seq>,
    },
    /// Some of the rooms and lists are tidy.
    Tidied {
        /// Whether there is more to do at once.
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
        /// A proof that the name belongs to the client.
        proof: Option<Proof>,
        /// Whether the client spoke before the server did, as no person does.
        is_script: bool,
        /// What a client of IRC says of itself.
        ident: Option<Box<Ident>>,
        /// The account to log in to, if the name is none of its names.
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
        /// Its IRC form.
        irc: Option<Arc<IrcForm>>,
    },
    /// Send a message, unless it was sent under this key before.
    Once {
        /// The client's own key for the message, which makes sending it again harmless.
        key: MessageKey,
        /// The command that sends it: to a room, a person or everybody.
        command: Box<Command>,
    },
    /// Send a private message.
    PrivateMessage {
        /// The receiver's name, as typed.
        to: String,
        /// The message.
        text: Text,
        /// Speech, unless it comes from IRC.
        manner: Manner,
        /// Its IRC form.
        irc: Option<Arc<IrcForm>>,
    },
    /// Send something that only IRC clients understand.
    Signal {
        /// The receivers.
        to: SignalTarget,
        /// Whether it is a reply that none must answer.
        is_notice: bool,
        /// What.
        form: IrcForm,
    },
    /// Change one's real name or flags, as IRC clients do.
    SetIdent {
        /// Another real name.
        real: Option<Text>,
        /// The new flags.
        flags: Flags,
    },
    /// Set a read marker.
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
        /// The reason, which only IRC shows.
        why: Option<Text>,
    },
    /// Take another name.
    Rename {
        /// The new name.
        name: Name,
        /// A proof that the name belongs to the person.
        proof: Option<Proof>,
    },
    /// Register one's name with this password hash. A person who is logged in groups the name to
    /// the account; with a proof, they change the account's password.
    Register {
        /// The hash, in the PHC string format.
        password_hash: Arc<str>,
        /// A proof of the account that one is logged in to.
        proof: Option<Proof>,
    },
    /// Group one's name to the account that one is logged in to.
    Group,
    /// Add the connection's certificate as a credential: to a new account under one's name, or to
    /// the account that one is logged in to, which the name is then grouped to.
    Certify {
        /// The certificate, as [`Credential::secret`](crate::Credential::secret) has it.
        certificate: Arc<str>,
        /// What this connection has proven: only a proof lets it change an account.
        proof: Option<Proof>,
    },
    /// Remove a certificate from the account that one is logged in to.
    Forget {
        /// The first digits of the certificate.
        certificate: CertificatePrefix,
        /// What this connection has proven.
        proof: Option<Proof>,
    },
    /// Log in to an account under the current name, or take over the account's session if it has
    /// one.
    LogInTo {
        /// One of the account's names.
        name: Name,
        /// A proof that the name belongs to the person.
        proof: Option<Proof>,
        /// Leave the session of that name alone, and be here beside it.
        beside: bool,
    },
    /// Log out of the account. A person who bears one of its names becomes a guest.
    LogOut,
    /// Be no operator for the rest of the visit. The account stays one.
    StepDown,
    /// Give up one's name; if it is the account's own name, everything that belongs to the account.
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
        /// The account with which the name was ignored at an earlier visit.
        account: Option<Name>,
        /// Whether to ignore it.
        on: bool,
    },
    /// Close a person's connection.
    Kick {
        /// The name, as typed.
        name: String,
        /// The reason given.
        why: Option<Text>,
    },
    /// Silence a person.
    Mute {
        /// The name, as typed.
        name: String,
        /// How long it lasts; `None` until it is lifted.
        time: Option<Duration>,
        /// The reason given.
        why: Option<Text>,
    },
    /// Let a person speak again.
    Unmute(Name),
    /// Give a person another name.
    RenameOther {
        /// The name, as typed.
        name: String,
        /// The new name.
        new: Name,
    },
    /// Keep people out.
    Ban {
        /// The people it matches.
        mask: Mask,
        /// Whether a ban of a name covers the addresses of its people as well from which nobody else
        /// comes.
        cover_address: bool,
        /// How long it lasts; `None` until it is lifted.
        time: Option<Duration>,
        /// The reason given.
        why: Option<Text>,
    },
    /// Let people in again.
    Unban(Mask),
    /// Make a person an operator. The name is as typed.
    Op(String),
    /// Make a person no longer an operator. The name is as typed.
    Deop(String),
    /// Speak to everybody.
    Announce(Text),
    /// Set the message of the day, or none.
    SetMotd(Option<Text>),
    /// Let only registered names arrive and speak, or everybody again.
    Lock(bool),
    /// Register a name that nobody bears with this password hash. For the shell, and for a client
    /// that has not logged in yet.
    AddAccount {
        /// The name.
        name: Name,
        /// The hash, in the PHC string format.
        password_hash: Arc<str>,
    },
    /// Set the password hash of an account. For the shell.
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
    /// Speak in a room without being there. For the shell.
    SayFromShell {
        /// The room.
        room: RoomName,
        /// The message.
        text: Text,
    },
    /// Show a person what was kept for their account. The server's own command.
    ShowKept(PersonId),
    /// Close empty rooms and forget what has expired. The server's own command.
    Tidy,
    /// Remove display names that others have taken as names. The server's own command.
    EndShownNames,
    /// Enter a room that a password opens.
    JoinWith {
        /// The room.
        room: RoomName,
        /// The room's password.
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
    /// Change settings of a room: all of them, or none if one is not allowed.
    SetRoom {
        /// The room.
        room: RoomRef,
        /// The new values.
        settings: Box<[RoomSetting]>,
    },
    /// Give a room another name.
    RenameRoom {
        /// The room.
        room: RoomRef,
        /// The new name.
        new: RoomName,
        /// The reason, which only IRC shows.
        why: Option<Text>,
    },
    /// Send a private message to the people in a room who have a standing.
    SayToRank {
        /// The room.
        room: RoomName,
        /// The lowest standing of those who hear it.
        least: Standing,
        /// The message.
        text: Text,
        /// Speech or action.
        manner: Manner,
        /// Its IRC form.
        irc: Option<Arc<IrcForm>>,
    },
    /// Give a person another standing in a room.
    Stand {
        /// The room.
        room: RoomRef,
        /// The name, as typed.
        name: String,
        /// The change.
        change: StandingChange,
    },
    /// Put a person out of a room.
    Eject {
        /// The room.
        room: RoomRef,
        /// The name, as typed.
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
        /// Whether a bar of a name covers the addresses of its people as well from which nobody else
        /// comes.
        cover_address: bool,
        /// How long it lasts; `None` until it is lifted.
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
    /// Mute a person in one room.
    MuteIn {
        /// The room.
        room: RoomRef,
        /// The name, as typed.
        name: String,
        /// How long it lasts; `None` until it is lifted.
        time: Option<Duration>,
        /// The reason given.
        why: Option<Text>,
    },
    /// Lift a mute in a room.
    UnmuteIn {
        /// The room.
        room: RoomRef,
        /// The name.
        name: Name,
    },
    /// Set or remove a mask of a room.
    SetMask {
        /// The room.
        room: RoomRef,
        /// What it does.
        kind: MaskKind,
        /// Whom it matches.
        matched: Matched,
        /// Whether to set it.
        on: bool,
    },
    /// Set metadata of oneself or of a room.
    SetMetadata {
        /// The person or room.
        target: MetadataTarget,
        /// The keys to set or remove; `None` removes all.
        changes: Option<Vec<MetadataChange>>,
    },
    /// Ask to be let into a room.
    Knock(RoomName),
    /// Delete a message. The store has found where and under which name it was said.
    Delete {
        /// The message.
        message: Seq,
        /// Where it is.
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
    /// The people in a room with at least this standing.
    Rank(RoomName, Standing),
    /// One person, by name, as typed.
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
        match self {
            Self::Once { command, .. } => command.only_talks(),
            command => matches!(command, Self::Say { .. }),
        }
    }
}

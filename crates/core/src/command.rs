//! What people ask for. A dialect makes commands out of bytes; nothing here knows how they were
//! written.

use alloc::string::String;
use alloc::sync::Arc;
use core::net::IpAddr;

use crate::ban::Mask;
use crate::event::Manner;
use crate::event::QuitReason;
use crate::ids::{ConnId, PersonId, RoomId, Seq};
use crate::name::Name;
use crate::resume::ResumeCode;
use crate::room_name::RoomName;
use crate::text::Text;
use crate::time::Duration;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A connection without a name yet.
    Anonymous {
        /// Which.
        conn: ConnId,
        /// Where it comes from.
        address: IpAddr,
    },
    /// Somebody who has arrived.
    Person {
        /// Who.
        person: PersonId,
        /// The connection that the request came on. One that has been replaced is not heard.
        conn: ConnId,
        /// Where it comes from.
        address: IpAddr,
    },
    /// The server itself.
    Server,
}

/// That somebody knows the password of a registered name: the hash that it was held against. It
/// proves nothing any more once the claim has another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof(pub Arc<str>);

/// A room: by its number where the session knows that, else by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomRef {
    /// By number.
    Id(RoomId),
    /// By name, as a person typed it.
    Name(RoomName),
}

/// What a command did, for the session that gave it. The facts say what it means to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The facts say it all.
    Done,
    /// The session speaks for this person now.
    LoggedIn(PersonId),
    /// The person is in the room, and may have been before.
    Joined(RoomId),
    /// The person is out of the room.
    Left(RoomId),
    /// The session speaks for a person again who was here before.
    Resumed {
        /// Who.
        person: PersonId,
        /// Everything up to this was written to its last connection; `None` if that is still open,
        /// so that nobody knows.
        seen: Option<Seq>,
    },
}

/// Something that changes the chat, if it may be.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Come in under this name, or as a guest.
    LogIn {
        /// The name asked for.
        name: Option<Name>,
        /// That the name is one's own.
        proof: Option<Proof>,
    },
    /// Take up a lost session.
    Resume(ResumeCode),
    /// Leave the server.
    Quit(QuitReason),
    /// Speak or act in a room.
    Say {
        /// Where.
        room: RoomId,
        /// What.
        text: Text,
        /// How.
        manner: Manner,
    },
    /// Speak to one person.
    PrivateMessage {
        /// The name as it was typed.
        to: String,
        /// What.
        text: Text,
    },
    /// Speak to whoever last spoke to oneself alone.
    Reply(Text),
    /// Give a room a topic, or none.
    SetTopic {
        /// Where.
        room: RoomId,
        /// What.
        text: Option<Text>,
    },
    /// Enter a room.
    Join(RoomName),
    /// Leave a room.
    Leave(RoomRef),
    /// Take another name.
    Rename {
        /// Which.
        name: Name,
        /// That it is one's own.
        proof: Option<Proof>,
    },
    /// Keep one's name: from now on it belongs to whoever knows the password of this hash.
    Register {
        /// The hash, in the PHC string format.
        password_hash: Arc<str>,
    },
    /// Be away.
    Away(Option<Text>),
    /// Be back.
    Back,
    /// Do not hear a name, or hear it again.
    Ignore {
        /// Which.
        name: Name,
        /// Which of the two.
        on: bool,
    },
    /// Close somebody's connection.
    Kick {
        /// The name as it was typed.
        name: String,
        /// The reason given.
        why: Option<Text>,
    },
    /// Silence somebody.
    Mute {
        /// The name as it was typed.
        name: String,
        /// For how long.
        time: Option<Duration>,
        /// The reason given.
        why: Option<Text>,
    },
    /// Let somebody speak again.
    Unmute(Name),
    /// Keep somebody out.
    Ban {
        /// Whom.
        mask: Mask,
        /// Whether a name stands for its bearer's address too.
        cover_address: bool,
        /// For how long.
        time: Option<Duration>,
        /// The reason given.
        why: Option<Text>,
    },
    /// Let somebody in again.
    Unban(Mask),
    /// Make somebody an operator.
    Op(String),
    /// Make somebody an operator no more.
    Deop(String),
    /// Speak to everybody.
    Announce(Text),
    /// Set the message of the day, or none.
    SetMotd(Option<Text>),
    /// Let only registered names arrive and speak.
    Lock(bool),
    /// Forget what has run out. The server's own.
    Tidy,
}

/// Something that changes nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// What a new connection is greeted with.
    Greeting,
    /// The hash that a password is held against, if the name is registered.
    PasswordHash(Name),
    /// Who is in a room.
    Who(RoomRef),
    /// About a person.
    Whois(String),
    /// All rooms.
    Rooms,
    /// A room's topic.
    Topic(RoomRef),
    /// The number and name of a room.
    Room(RoomRef),
    /// A room that the asker is in, as one who enters it sees it.
    View(RoomId),
    /// One's own numbers and the server's.
    Stats,
    /// Whom one does not hear.
    Ignores,
    /// The bans and mutes. For operators.
    Restrictions,
    /// Whether one may read what operators did. For operators.
    Log,
    /// The message of the day.
    Motd,
}

impl Command {
    /// Whether the facts that follow can wait for the commit while the hub decides more commands: a
    /// message changes nothing that another decision looks at.
    pub fn only_talks(&self) -> bool {
        matches!(self, Self::Say { .. })
    }
}

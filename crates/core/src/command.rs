//! What people ask for. A dialect makes commands out of bytes; nothing here knows how they were
//! written.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::net::IpAddr;

use crate::ban::Mask;
use crate::event::QuitReason;
use crate::ids::{ConnId, PersonId};
use crate::name::Name;
use crate::prefs::Prefs;
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
    /// Speak in the current room.
    Say(Text),
    /// Act in the current room.
    Act(Text),
    /// Speak to one person.
    PrivateMessage {
        /// The name as it was typed.
        to: String,
        /// What.
        text: Text,
    },
    /// Speak to whoever last spoke to oneself alone.
    Reply(Text),
    /// Give the current room a topic, or none.
    SetTopic(Option<Text>),
    /// Enter a room, or talk there.
    Join(RoomName),
    /// Leave a room, or the current one.
    Leave(Option<RoomName>),
    /// Take another name.
    Rename {
        /// Which.
        name: Name,
        /// That it is one's own.
        proof: Option<Proof>,
    },
    /// Keep one's name: from now on it belongs to whoever knows the password of this hash.
    Claim {
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
    /// See the chat in another way.
    SetPrefs(Box<Prefs>),
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
    /// Who is in a room, or in the current one.
    Who(Option<RoomName>),
    /// About a person.
    Whois(String),
    /// All rooms.
    Rooms,
    /// The current room's topic.
    Topic,
    /// The room of a `/history` or `/search`: the current one, or the one named.
    Room(Option<RoomName>),
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

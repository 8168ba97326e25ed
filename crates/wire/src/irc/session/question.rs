//! Questions to the server, remembered until the answer comes.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use chinwag_core::{MaskKind, RoomId, RoomName};

use super::{
    accounts, history, list, metadata, moved, names, online, people, proving, read_marker, search,
};
use super::{taking_over, talk};

/// What an answer is for.
#[derive(Clone, Debug)]
pub(super) enum Question {
    /// Nothing to tell the client.
    Quiet,
    /// And the rooms that the person was in at their last visit.
    LogIn(moved::Came),
    /// That the connection ends.
    Quit,
    /// The proof for a later login.
    Prove(Box<proving::Proving>),
    /// The server's password.
    Enter,
    /// The permission to speak for a client.
    Gateway {
        is_whole: bool,
    },
    /// LUSERS.
    Counts,
    Nick,
    Join {
        room: RoomName,
        was_inside: bool,
    },
    /// A room that the person is in without having asked for it on this connection.
    Unasked {
        /// Whether its newest lines are news to the client.
        replays: bool,
    },
    /// The people of a room that was just entered, or NAMES.
    Names(names::NamesQuestion),
    Part(RoomName),
    Private(Box<talk::Sending>),
    Ping(String),
    Topic(RoomName),
    SetTopic(RoomName),
    Modes(RoomName),
    SetMode(RoomName),
    /// MODE of somebody else.
    ModesOf {
        name: String,
        /// Whether it changes something.
        changes: bool,
    },
    /// The name that NickServ's GHOST takes back.
    TakeBack,
    /// The client has taken a session over, with its rooms. If it was another person of the same
    /// account before, both are in the first.
    TakenOver(Option<Box<[RoomId]>>, moved::Came),
    /// What the session has missed, and then more about these rooms.
    CatchingUp(Vec<taking_over::Entered>),
    /// An entry of a list.
    SetMask {
        room: RoomName,
        letter: char,
    },
    /// Lines to write after the answers to earlier questions.
    Answered(Box<[u8]>),
    RenameRoom {
        old: RoomName,
        new: RoomName,
    },
    /// One of the lists of masks; the last of those that one letter stands for ends them.
    Masks {
        room: RoomName,
        kind: MaskKind,
        is_last: bool,
    },
    Kick {
        room: RoomName,
        name: String,
    },
    Invite {
        room: RoomName,
        name: String,
    },
    /// INVITE without arguments.
    Invitations,
    Knock(RoomName),
    List(Box<list::ListFilter>),
    Who(Box<people::WhoQuestion>),
    Whois(String),
    /// The name, and how many of its former bearers to show.
    Whowas(String, usize),
    /// ISON or USERHOST.
    Online(Box<online::OnlineQuestion>),
    /// The names that MONITOR asks about.
    Monitor(Vec<String>),
    Away(bool),
    Oper,
    /// What an operator does, to a person.
    Operate(String),
    SetName,
    Account(accounts::AccountStep),
    History(Box<history::HistoryQuestion>),
    Search(search::SearchQuestion),
    Marker(Box<read_marker::MarkerQuestion>),
    SetMarker(Box<read_marker::MarkerQuestion>),
    Targets,
    Play(Box<history::People>),
    Metadata(Box<metadata::MetadataQuestion>),
    Redact {
        target: String,
        message: String,
    },
    Motd,
}

impl Question {
    /// The room whose rules may refuse it.
    pub(super) fn room(&self) -> Option<&RoomName> {
        match self {
            Self::Topic(room)
            | Self::SetTopic(room)
            | Self::Modes(room)
            | Self::SetMode(room)
            | Self::Part(room)
            | Self::SetMask { room, .. }
            | Self::Masks { room, .. }
            | Self::Kick { room, .. }
            | Self::Invite { room, .. } => Some(room),
            _ => None,
        }
    }
}

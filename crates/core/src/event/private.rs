//! Facts that one person tells another, or that one client tells others of its kind.

use alloc::boxed::Box;
use alloc::sync::Arc;

use super::{Event, Manner};
use crate::ids::{PersonId, RoomId, Seq};
use crate::name::Name;
use crate::room::Standing;
use crate::room_name::RoomName;
use crate::source::{Flags, Ident, IrcForm};
use crate::text::Text;
use crate::time::Duration;

/// A private message.
#[derive(Clone, Debug, PartialEq)]
pub struct PrivateMessage {
    /// The sender.
    pub from: PersonId,
    /// The sender's name.
    pub from_name: Name,
    /// The receiver.
    pub to: PersonId,
    /// The receiver's name.
    pub to_name: Name,
    /// The message.
    pub text: Text,
    /// Speech, unless it came from IRC.
    pub manner: Manner,
    /// The form that IRC has of it.
    pub irc: Option<Arc<IrcForm>>,
    /// Whether the receiver ignores the sender, who is not told so.
    pub ignored: bool,
    /// The time for which it is kept, if the receiver's link is lost.
    pub kept: Option<Duration>,
    /// That the receiver is away, for the sender to know, and the reason given. Not kept.
    pub away: Option<Option<Text>>,
    /// The accounts in whose histories it stands.
    pub accounts: Correspondents,
}

impl PrivateMessage {
    /// Whether it stands in anybody's history. A receiver who ignores the sender is shown it when it does so no
    /// longer, like what was said in rooms.
    pub fn is_stored(&self) -> bool {
        self.accounts.keep()
    }

    /// Whether it is kept for the receiver's account, since the receiver's link is lost: the session may never be
    /// resumed.
    pub fn is_mail(&self) -> bool {
        let accounts = &self.accounts;
        self.kept.is_some() && !self.ignored && accounts.from.is_some() && accounts.to.is_some()
    }

    /// The same as what is kept for the receiver's account; `None` if the receiver has none.
    pub fn as_kept(&self) -> Option<KeptMessage> {
        let from_account = self.accounts.from.as_ref().unwrap_or(&self.from_name);
        Some(KeptMessage {
            from: self.from,
            from_name: self.from_name.clone(),
            from_account: from_account.clone(),
            account: self.accounts.to.clone()?,
            to_name: self.to_name.clone(),
            text: self.text.clone(),
            manner: self.manner,
            irc: self.irc.clone(),
        })
    }
}

/// The accounts that the two sides of a private message are logged in to. Neither, if none is to be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Correspondents {
    /// The sender's.
    pub from: Option<Name>,
    /// The receiver's.
    pub to: Option<Name>,
}

impl Correspondents {
    /// Whether anybody keeps a message.
    fn keep(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    /// Whether one side has no account: a name that another guest may have had before, or will have.
    pub fn has_guest(&self) -> bool {
        self.from.is_none() || self.to.is_none()
    }
}

/// A private message is gone from the histories of both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct PrivateDeletion {
    /// The message.
    pub message: Seq,
    /// The person whose message it was.
    pub person: PersonId,
    /// Its name.
    pub by: Name,
    /// The name that it was sent to.
    pub to_name: Name,
    /// The account that it was sent to, if the receiver has one: it may be kept for that still.
    pub to_account: Option<Name>,
    /// The people who are told: those logged in to the accounts of both sides, without those who ignore the sender.
    pub people: Box<[PersonId]>,
    /// The reason given. Not kept.
    pub why: Option<Text>,
    /// Whether it was a signal, which clients of IRC alone were shown.
    pub is_signal: bool,
}

/// A private message to an account that nobody is logged in to.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptMessage {
    /// The sender.
    pub from: PersonId,
    /// The sender's name.
    pub from_name: Name,
    /// The sender's account.
    pub from_account: Name,
    /// The account.
    pub account: Name,
    /// The name that the sender gave, which belongs to it.
    pub to_name: Name,
    /// The message.
    pub text: Text,
    /// Speech, unless it came from IRC.
    pub manner: Manner,
    /// The form that IRC has of it.
    pub irc: Option<Arc<IrcForm>>,
}

impl KeptMessage {
    /// The same as a message to a person who is logged in to the account.
    pub fn told_to(&self, person: PersonId) -> PrivateMessage {
        PrivateMessage {
            from: self.from,
            from_name: self.from_name.clone(),
            to: person,
            to_name: self.to_name.clone(),
            text: self.text.clone(),
            manner: self.manner,
            irc: self.irc.clone(),
            ignored: false,
            kept: None,
            away: None,
            accounts: Correspondents {
                from: Some(self.from_account.clone()),
                to: Some(self.account.clone()),
            },
        }
    }
}

/// The private messages that were kept for an account are shown to a person who is logged in to it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptShown {
    /// The person.
    pub person: PersonId,
    /// The account.
    pub account: Name,
    /// The messages, oldest first, without those of people whom the person ignores.
    pub messages: Box<[Event]>,
    /// Those that are not shown, without those of people whom the person ignores.
    pub omitted: Box<[Omitted]>,
}

/// Private messages for an account that stand in its history and were not kept to be shown, since others took their
/// place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Omitted {
    /// The account that has sent them; `None` for those of all whose number is not known.
    pub from: Option<Name>,
    /// How many.
    pub messages: u64,
}

/// Those in a room who have a standing, as receivers of what is not for all.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// The room.
    pub room: RoomId,
    /// Its name.
    pub room_name: RoomName,
    /// The lowest standing of those who hear it.
    pub least: Standing,
    /// Those who do, without those who ignore the sender.
    pub hearers: Box<[PersonId]>,
}

/// A message to those in a room who have a standing. Not stored.
#[derive(Clone, Debug, PartialEq)]
pub struct RankMessage {
    /// The sender.
    pub from: PersonId,
    /// The sender's name.
    pub from_name: Name,
    /// The receivers.
    pub to: Ranked,
    /// The message.
    pub text: Text,
    /// Speech or action.
    pub manner: Manner,
    /// The form that IRC has of it.
    pub irc: Option<Arc<IrcForm>>,
}

/// What one client of IRC sends to others, and no person reads: CTCP, or tags without a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// The sender.
    pub from: PersonId,
    /// The sender's name.
    pub from_name: Name,
    /// The room, if it was sent to one.
    pub room: Option<RoomId>,
    /// The receiver and its name, if it was sent to one person.
    pub to: Option<(PersonId, Name)>,
    /// The receivers, if it was sent to those in a room who have a standing.
    pub ranked: Option<Ranked>,
    /// Whether it is a reply that none must answer.
    pub is_notice: bool,
    /// What was sent. Without a text it is tags alone.
    pub form: IrcForm,
    /// Whether the receiver ignores the sender, who is not told so.
    pub ignored: bool,
    /// The accounts in whose histories it stands, if it was sent to one person; of one that was sent to a
    /// room the sender's.
    pub accounts: Correspondents,
}

impl Signal {
    /// Whether it stands in the history of a room or of anybody.
    pub fn is_stored(&self) -> bool {
        let is_private = self.to.is_some() && self.accounts.keep();
        self.form.persists() && (self.room.is_some() || is_private)
    }
}

/// What a client of IRC says of itself from now on.
#[derive(Clone, Debug, PartialEq)]
pub struct IdentSet {
    /// The person.
    pub person: PersonId,
    /// Its name.
    pub name: Name,
    /// Its user and real name.
    pub ident: Ident,
    /// Its flags.
    pub flags: Flags,
    /// The rooms that are told: those it is in, if the real name is another.
    pub rooms: Box<[RoomId]>,
}

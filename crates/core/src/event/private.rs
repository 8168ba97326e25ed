//! Facts for a few people: private messages, and what clients of one kind tell each other.

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
    /// Its IRC form.
    pub irc: Option<Arc<IrcForm>>,
    /// Whether the receiver ignores the sender, who does not learn of it.
    pub ignored: bool,
    /// How long it is kept, if the receiver's link is lost.
    pub kept: Option<Duration>,
    /// For the sender: that the receiver is away, and the reason. Not stored.
    pub away: Option<Option<Text>>,
    /// The accounts whose histories have it.
    pub accounts: Correspondents,
}

impl PrivateMessage {
    /// Whether anybody's history has it. A receiver who ignores the sender will see it after
    /// ignoring them no longer, like what was said in rooms.
    pub fn is_stored(&self) -> bool {
        self.accounts.keep()
    }

    /// Whether it is kept for the receiver's account, because their link is lost: the session may
    /// never be resumed.
    pub fn is_mail(&self) -> bool {
        let accounts = &self.accounts;
        self.kept.is_some() && !self.ignored && accounts.from.is_some() && accounts.to.is_some()
    }

    /// The same message, kept for the receiver's account; `None` if they have none.
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

/// The accounts that the two sides of a private message are logged in to. Both `None` if it is not
/// to be stored.
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

    /// Whether one side has no account: another guest may have had the name before, or will have
    /// it.
    pub fn has_guest(&self) -> bool {
        self.from.is_none() || self.to.is_none()
    }
}

/// A private message was deleted from the histories of both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct PrivateDeletion {
    /// The message.
    pub message: Seq,
    /// The person who sent the message.
    pub person: PersonId,
    /// Their name.
    pub by: Name,
    /// The name it was sent to.
    pub to_name: Name,
    /// The account it was sent to, if the receiver has one: it may still be kept there.
    pub to_account: Option<Name>,
    /// The people who are told: those logged in to the accounts of both sides, except for those who
    /// ignore the sender.
    pub people: Box<[PersonId]>,
    /// The reason given. Not kept.
    pub why: Option<Text>,
    /// Whether it was a signal, which only IRC clients were shown.
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
    /// The name that the sender gave, which belongs to the account.
    pub to_name: Name,
    /// The message.
    pub text: Text,
    /// Speech, unless it came from IRC.
    pub manner: Manner,
    /// Its IRC form.
    pub irc: Option<Arc<IrcForm>>,
}

impl KeptMessage {
    /// The same message to a person who is logged in to the account.
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

/// A person who is logged in to an account is shown the private messages that were kept for it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptShown {
    /// The person.
    pub person: PersonId,
    /// The account.
    pub account: Name,
    /// The messages, oldest first, except from people whom the person ignores.
    pub messages: Box<[Event]>,
    /// The dropped ones, except from people whom the person ignores.
    pub omitted: Box<[Omitted]>,
}

/// Private messages that are in an account's history but were dropped from those kept to be shown,
/// to make space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Omitted {
    /// The account that sent them; `None` for all senders who are unknown.
    pub from: Option<Name>,
    /// How many.
    pub messages: u64,
}

/// The people in a room who have a standing, as receivers of a message.
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

/// A message to the people in a room who have a standing. Not stored.
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
    /// Its IRC form.
    pub irc: Option<Arc<IrcForm>>,
}

/// What one IRC client sends to others and no person reads: CTCP, or tags without a message.
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
    /// The standing, if it was sent to people in a room who have one.
    pub ranked: Option<Ranked>,
    /// Whether it is a reply that none must answer.
    pub is_notice: bool,
    /// What was sent. Without a text it is only tags.
    pub form: IrcForm,
    /// Whether the receiver ignores the sender, who does not learn of it.
    pub ignored: bool,
    /// The accounts whose histories have it, if it was sent to one person; if it was sent to a
    /// room, the sender's.
    pub accounts: Correspondents,
}

impl Signal {
    /// Whether the history of a room or of anybody has it.
    pub fn is_stored(&self) -> bool {
        let is_private = self.to.is_some() && self.accounts.keep();
        self.form.persists() && (self.room.is_some() || is_private)
    }
}

/// What an IRC client says of itself from now on.
#[derive(Clone, Debug, PartialEq)]
pub struct IdentSet {
    /// The person.
    pub person: PersonId,
    /// Their name.
    pub name: Name,
    /// Its user and real name.
    pub ident: Ident,
    /// Its flags.
    pub flags: Flags,
    /// The rooms that are told: those of the person, if the real name has changed.
    pub rooms: Box<[RoomId]>,
}

//! The server operator's choices, and the state that an earlier run left.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::account::Account;
use crate::answer::Topic;
use crate::ban::Restriction;
use crate::event::Event;
use crate::ids::RoomId;
use crate::limits;
use crate::mask::RoomMask;
use crate::metadata::{MetadataChange, MetadataOwner};
use crate::name::{Name, fold};
use crate::read_marker::StoredMarker;
use crate::resume::ResumeCode;
use crate::room::{Held, RoomSettings};
use crate::room_name::RoomName;
use crate::sent_key::SentKey;
use crate::source::{CloakKey, Ident};
use crate::text::Text;
use crate::time::{Duration, Timestamp};

/// Who becomes the operator by arriving first while there is none. A script never does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstOperator {
    /// A person on the machine itself.
    Local,
    /// A person from anywhere.
    Anyone,
    /// Nobody.
    Nobody,
}

/// The password that opens the server. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerPassword(Arc<str>);

impl ServerPassword {
    /// Takes the password.
    pub fn new(password: &str) -> Self {
        Self(password.into())
    }

    /// Whether a line is nothing but the password, with at most one word before it.
    pub(super) fn is_in(&self, line: &str) -> bool {
        let line = Text::trim_unseen(line);
        let behind = line.split_once(char::is_whitespace);
        line == &*self.0 || behind.is_some_and(|(_, rest)| rest.trim_start() == &*self.0)
    }

    /// Whether folding the password gives this pattern, which matches names in any case.
    pub(super) fn is_folded(&self, pattern: &str) -> bool {
        fold(&self.0) == pattern
    }

    /// Whether the password, without the characters that a user cannot have, gives this user.
    pub(super) fn is_user(&self, user: &str) -> bool {
        Ident::new(&self.0, None).user() == user
    }
}

impl fmt::Debug for ServerPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerPassword(..)")
    }
}

/// The choices of the machine's operator.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// People at once.
    pub people_max: usize,
    /// Rooms at once.
    pub rooms_max: usize,
    /// The most rooms that one person may be in.
    pub rooms_per_person_max: usize,
    /// Who becomes the operator by arriving first while there is none.
    pub first_operator: FirstOperator,
    /// The code that makes a person the operator while there is none.
    pub operator_code: Option<ResumeCode>,
    /// The most rooms that one account, or the guests from one address, may have made.
    pub rooms_made_max: usize,
    /// Rooms that are moderated from the start, and only by server operators.
    pub read_only: Vec<RoomName>,
    /// The server's own names. Nobody gets one of them, or a similar one.
    pub own_names: Vec<Name>,
    /// The key under which IRC is shown addresses.
    pub cloak_key: CloakKey,
    /// The password that opens the server, which nobody should say by a slip.
    pub server_password: Option<ServerPassword>,
    /// Time that a lost session can be resumed.
    pub resume_time: Duration,
    /// Whether private messages between accounts are kept while nobody is there to read them.
    pub keeps_messages: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            people_max: limits::PEOPLE_MAX,
            rooms_max: limits::ROOMS_MAX,
            rooms_per_person_max: limits::ROOMS_PER_PERSON_MAX,
            rooms_made_max: limits::ROOMS_MADE_MAX,
            first_operator: FirstOperator::Local,
            operator_code: None,
            cloak_key: CloakKey([0, 0]),
            own_names: Vec::new(),
            read_only: Vec::new(),
            server_password: None,
            resume_time: limits::RESUME_TIME,
            keeps_messages: true,
        }
    }
}

/// The state that outlives a restart, as the store has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The rooms that have a history, a topic or rules of their own.
    pub rooms: Vec<RoomSnapshot>,
    /// No room, not even a retired one, has had this number or a greater one.
    pub next_room: RoomId,
    /// The accounts.
    pub accounts: Vec<Account>,
    /// The private messages that are kept, oldest first.
    pub kept: Vec<Event>,
    /// The read markers of accounts.
    pub markers: Vec<StoredMarker>,
    /// The metadata of accounts and rooms, one entry for each key.
    pub metadata: Vec<(MetadataOwner, MetadataChange)>,
    /// The bans, oldest first.
    pub bans: Vec<Restriction>,
    /// The mutes, oldest first.
    pub mutes: Vec<Restriction>,
    /// The keys of the newest messages that had one, oldest first.
    pub sent_keys: Vec<SentKey>,
    /// The message of the day.
    pub motd: Option<Text>,
    /// Whether only registered names may arrive.
    pub locked: bool,
}

/// A room of [`Snapshot`].
#[derive(Clone, Debug, PartialEq)]
pub struct RoomSnapshot {
    /// Its number.
    pub id: RoomId,
    /// Its name.
    pub name: RoomName,
    /// When it was created, if known: older stores did not keep this.
    pub created: Option<Timestamp>,
    /// Its topic.
    pub topic: Option<Topic>,
    /// Whether something that was said in it is stored.
    pub has_history: bool,
    /// Its own rules.
    pub rules: KeptRules,
}

/// The rules of one room that outlive a restart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptRules {
    /// Its settings.
    pub settings: RoomSettings,
    /// Registered names with a standing, among them its owner's.
    pub standings: Vec<(Name, Held)>,
    /// Its bars, oldest first.
    pub bars: Vec<Restriction>,
    /// Its mutes, oldest first.
    pub mutes: Vec<Restriction>,
    /// Its masks, oldest first.
    pub masks: Vec<RoomMask>,
}

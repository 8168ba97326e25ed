//! The chat's tables, each with its indexes.
//!
//! A table holds no rule: it finds, changes and forgets, and keeps its indexes consistent.
//! Everything here takes constant or logarithmic time in the number of people, rooms and
//! restrictions, because one thread serves them all; what grows with the answer comes in pages.

mod addresses;
mod holder;
mod homes;
mod kicked;
mod mail;
mod markers;
mod metadata;
mod nearest;
mod numbered;
mod people;
mod person;
mod registrations;
mod registry;
mod restrictions;
mod resumables;
mod room;
mod room_restrictions;
mod room_rules;
mod rooms;
mod sent_keys;
mod shares;
mod shown_names;
mod sorted_set;

pub(super) use holder::Holder;
pub(super) use kicked::KickedSessions;
pub(super) use mail::Mail;
pub(super) use markers::{AccountMarkers, ReadMarkers};
pub(super) use metadata::AllMetadata;
pub(super) use people::People;
pub(super) use person::{Activity, Connection, IrcPerson, Person, Session, Speech};
pub(super) use registrations::Registrations;
pub(super) use restrictions::{List, RestrictionId, Restrictions};
pub(super) use resumables::{Resumable, Resumables};
pub(super) use room::Room;
pub(super) use room_restrictions::RoomRestrictions;
pub(super) use room_rules::{RoomRules, named_by};
pub(super) use rooms::Rooms;
pub(super) use sent_keys::SentKeys;
pub(super) use sorted_set::SortedSet;

pub use person::{Rank, Sender, Visit};
pub use restrictions::RestrictionCursor;
pub use rooms::RoomCursor;

/// The most entries of each kind that one [`Tidied`](crate::Fact::Tidied) closes or forgets. It
/// bounds the time that tidying takes after fifty thousand sessions were lost at once.
pub(super) const TIDY_MAX: usize = 256;

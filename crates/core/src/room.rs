//! What a room is set to, and the standing that people have in it.
//!
//! Data only: who may set what, and what follows from it, are rules of the chat.

use alloc::boxed::Box;
use core::fmt;

use crate::limits::ROOM_PASSWORD_BYTES_MAX;

/// The standing of a person in a room, the lowest first. A person with one may enter the room though
/// it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// May enter.
    Invited,
    /// May speak where not everybody may.
    Voice,
    /// Moderates the room.
    Moderator,
    /// Is a moderator whose rights only a server operator can take.
    Owner,
}

/// The settings of a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomSettings {
    /// Only those who are invited may enter.
    pub closed: bool,
    /// The word that opens it.
    pub password: Option<RoomPassword>,
    /// People that it takes.
    pub limit: Option<u32>,
    /// Only voices and moderators may speak.
    pub moderated: bool,
    /// Only those inside know of it.
    pub hidden: bool,
    /// Only moderators may set the topic.
    pub guards_topic: bool,
    /// Those who are not inside may speak to it.
    pub outsiders: bool,
    /// Only people with a registered name may enter.
    pub registered: bool,
    /// Only people whose connection is encrypted may enter.
    pub encrypted: bool,
}

/// A change of one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomSetting {
    /// See [`RoomSettings::closed`].
    Closed(bool),
    /// See [`RoomSettings::password`].
    Password(Option<RoomPassword>),
    /// See [`RoomSettings::limit`].
    Limit(Option<u32>),
    /// See [`RoomSettings::moderated`].
    Moderated(bool),
    /// See [`RoomSettings::hidden`].
    Hidden(bool),
    /// See [`RoomSettings::guards_topic`].
    GuardsTopic(bool),
    /// See [`RoomSettings::outsiders`].
    Outsiders(bool),
    /// See [`RoomSettings::registered`].
    Registered(bool),
    /// See [`RoomSettings::encrypted`].
    Encrypted(bool),
}

impl RoomSettings {
    /// Takes over a change.
    pub fn set(&mut self, setting: &RoomSetting) {
        match setting {
            RoomSetting::Closed(on) => self.closed = *on,
            RoomSetting::Password(password) => self.password = password.clone(),
            RoomSetting::Limit(limit) => self.limit = *limit,
            RoomSetting::Moderated(on) => self.moderated = *on,
            RoomSetting::Hidden(on) => self.hidden = *on,
            RoomSetting::GuardsTopic(on) => self.guards_topic = *on,
            RoomSetting::Outsiders(on) => self.outsiders = *on,
            RoomSetting::Registered(on) => self.registered = *on,
            RoomSetting::Encrypted(on) => self.encrypted = *on,
        }
    }

    /// Whether somebody may be kept from entering, so that what is said inside is not for everybody.
    pub fn is_private(&self) -> bool {
        self.closed || self.hidden || self.registered || self.encrypted || self.password.is_some()
    }
}

/// The word that opens a room: one word, which its members tell each other. It is no secret of one
/// person's and is kept as it is. Never printed by `{:?}`.
#[derive(Clone, PartialEq, Eq)]
pub struct RoomPassword(Box<str>);

/// The text is not one word of printable characters, or it is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomPasswordError;

impl RoomPassword {
    /// Takes a word as it was typed.
    ///
    /// # Errors
    /// [`RoomPasswordError`] if it has blanks or control characters, or more bytes than
    /// `ROOM_PASSWORD_BYTES_MAX`.
    pub fn parse(text: &str) -> Result<Self, RoomPasswordError> {
        let is_word = |c: char| !c.is_whitespace() && !c.is_control();
        let is_short = text.len() <= ROOM_PASSWORD_BYTES_MAX;
        match !text.is_empty() && is_short && text.chars().all(is_word) {
            true => Ok(Self(text.into())),
            false => Err(RoomPasswordError),
        }
    }

    /// The word itself, for those who may see it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RoomPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RoomPassword(..)")
    }
}

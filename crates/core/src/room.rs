//! The settings of a room, and the standings that people have in it.
//!
//! Data only: who may set what, and what follows from it, are rules of the chat.

use alloc::boxed::Box;
use core::fmt;

use crate::limits::ROOM_PASSWORD_BYTES_MAX;

/// The standing of a person in a room, the lowest first. A person with any standing may enter a
/// closed room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// May enter.
    Invited,
    /// May speak in a moderated room.
    Voice,
    /// Moderates the room.
    Moderator,
    /// A moderator whose rights only a server operator can take.
    Owner,
}

/// What a person holds in a room: the highest standing, and whether there is a voice beneath it,
/// which stays when the higher standing is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// The highest.
    pub standing: Standing,
    /// Whether there is a voice beneath a moderator or an owner.
    pub voiced: bool,
}

impl Standing {
    /// Its name, as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Voice => "voice",
            Self::Moderator => "moderator",
            Self::Owner => "owner",
        }
    }

    /// The standing of this name.
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Invited, Self::Voice, Self::Moderator, Self::Owner];
        all.into_iter().find(|standing| standing.as_str() == name)
    }
}

impl Held {
    /// What an owner is.
    pub fn owner(voiced: bool) -> Self {
        Self {
            standing: Standing::Owner,
            voiced,
        }
    }

    /// What a person holds after being given a standing.
    pub(crate) fn given(before: Option<Self>, standing: Standing) -> Self {
        let voiced = before.is_some_and(Self::has_voice);
        match before {
            Some(before) if before.standing > Standing::Voice && standing == Standing::Voice => {
                Self {
                    voiced: true,
                    ..before
                }
            }
            _ => Self {
                standing,
                voiced: voiced && standing > Standing::Voice,
            },
        }
    }

    /// What is left when a standing is taken.
    pub(crate) fn without(self, standing: Standing) -> Option<Self> {
        let is_beneath = standing == Standing::Voice && self.voiced;
        let left = match is_beneath {
            true => Some(self.standing),
            false => self.voiced.then_some(Standing::Voice),
        };
        left.map(Self::from)
    }

    /// Whether it is among those who moderate.
    pub fn governs(self) -> bool {
        self.standing >= Standing::Moderator
    }

    /// Whether the person was given a voice, even beneath a higher standing.
    pub fn has_voice(self) -> bool {
        self.voiced || self.standing == Standing::Voice
    }

    /// Whether the person holds a standing.
    pub(crate) fn has(self, standing: Standing) -> bool {
        self.standing == standing || standing == Standing::Voice && self.voiced
    }
}

impl From<Standing> for Held {
    fn from(standing: Standing) -> Self {
        Self {
            standing,
            voiced: false,
        }
    }
}

/// The settings of a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomSettings {
    /// Only those who are invited may enter.
    pub closed: bool,
    /// The password that opens it.
    pub password: Option<RoomPassword>,
    /// How many people it admits.
    pub limit: Option<u32>,
    /// Only people with a voice and moderators may speak.
    pub moderated: bool,
    /// Only people inside know of it.
    pub hidden: bool,
    /// Only moderators may set the topic.
    pub guards_topic: bool,
    /// People who are not inside may speak to it.
    pub outsiders: bool,
    /// Only people with a registered name may enter.
    pub registered: bool,
    /// Only people whose connection is encrypted may enter.
    pub encrypted: bool,
    /// It accepts no CTCP, which only IRC clients understand, except for actions.
    pub no_ctcp: bool,
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
    /// See [`RoomSettings::no_ctcp`].
    NoCtcp(bool),
}

impl RoomSettings {
    /// Makes a change.
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
            RoomSetting::NoCtcp(on) => self.no_ctcp = *on,
        }
    }

    /// Whether a change is made already.
    pub fn has(&self, setting: &RoomSetting) -> bool {
        let mut after = self.clone();
        after.set(setting);
        after == *self
    }

    /// Whether somebody may be kept out, so that what is said inside is not for everybody.
    pub fn is_private(&self) -> bool {
        self.closed || self.hidden || self.registered || self.encrypted || self.password.is_some()
    }
}

/// The name of an on-off setting, and its constructor.
type Switch = (&'static str, fn(bool) -> RoomSetting);

const SWITCHES: [Switch; 8] = [
    ("closed", RoomSetting::Closed),
    ("moderated", RoomSetting::Moderated),
    ("hidden", RoomSetting::Hidden),
    ("guards_topic", RoomSetting::GuardsTopic),
    ("outsiders", RoomSetting::Outsiders),
    ("registered", RoomSetting::Registered),
    ("encrypted", RoomSetting::Encrypted),
    ("no_ctcp", RoomSetting::NoCtcp),
];

impl RoomSetting {
    /// Parses a setting as the audit log has it, where a password is left out.
    pub fn parse_logged(text: &str) -> Option<Self> {
        let (name, value) = text.split_once(' ')?;
        match (name, value) {
            ("limit", "off") => Some(Self::Limit(None)),
            ("limit", limit) => Some(Self::Limit(Some(limit.parse().ok()?))),
            ("password", "off") => Some(Self::Password(None)),
            ("password", _) => Some(Self::without_word()),
            _ => {
                let (_, switch) = SWITCHES.iter().find(|(known, _)| *known == name)?;
                Some(switch(value == "on"))
            }
        }
    }

    /// A password whose word is not shown.
    pub(crate) fn without_word() -> Self {
        Self::Password(Some(RoomPassword("*".into())))
    }

    /// The same for the log.
    pub(crate) fn logged(&self) -> Self {
        match self {
            Self::Password(Some(_)) => Self::without_word(),
            setting => setting.clone(),
        }
    }
}

impl fmt::Display for RoomSetting {
    /// As the audit log has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, on) = match self {
            Self::Closed(on) => ("closed", *on),
            Self::Password(password) => ("password", password.is_some()),
            Self::Limit(Some(limit)) => return write!(f, "limit {limit}"),
            Self::Limit(None) => ("limit", false),
            Self::Moderated(on) => ("moderated", *on),
            Self::Hidden(on) => ("hidden", *on),
            Self::GuardsTopic(on) => ("guards_topic", *on),
            Self::Outsiders(on) => ("outsiders", *on),
            Self::Registered(on) => ("registered", *on),
            Self::Encrypted(on) => ("encrypted", *on),
            Self::NoCtcp(on) => ("no_ctcp", *on),
        };
        write!(f, "{name} {}", if on { "on" } else { "off" })
    }
}

/// The password of a room: one word, which its members tell each other. It is not one person's
/// secret and is stored as it is. `{:?}` never prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct RoomPassword(Box<str>);

/// The text is not one word of printable characters, or it is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomPasswordError;

impl RoomPassword {
    /// Parses a password.
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

    /// Whether every client can give it. In IRC's JOIN, commas separate passwords, and a colon
    /// begins the last parameter.
    pub fn is_for_everybody(&self) -> bool {
        !self.0.contains(',') && !self.0.starts_with(':')
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

//! Who may be heard. A person who is muted, or a stranger while the server is locked, must not get
//! words of their own to others by any command.
//!
//! [`words`](super::words) lists who reads the words of each command.

use alloc::boxed::Box;
use core::net::IpAddr;

use super::Origin;
use super::words::{Hearers, Words};
use crate::ban::Mask;
use crate::chat::{Chat, Person};
use crate::command::{Command, FoundMessage};
use crate::event::QuitReason;
use crate::ids::RoomId;
use crate::mask::{MaskKind, Matched};
use crate::name::Name;
use crate::rejection::{Rejection, RoomRejection};
use crate::room::{RoomSetting, Standing};
use crate::source::Ident;
use crate::time::Timestamp;

impl Chat {
    /// Returns the command if others may hear its words. Leaves out a reason that they may not
    /// hear, if there is nobody to ask for another.
    pub(super) fn without_muted_words(
        &self,
        me: &Person,
        command: Command,
        now: Timestamp,
    ) -> Result<Command, Rejection> {
        match self.hearers(&command, now) {
            Hearers::Nobody | Hearers::Found => {}
            Hearers::Others | Hearers::OthersIfMadeUp => self.check_may_be_heard(me, now)?,
            Hearers::OnesRooms => {
                self.check_may_be_heard(me, now)?;
                self.check_may_be_heard_in_rooms(me, now)?;
            }
        }
        Ok(match command {
            Command::Leave { room, why } => {
                let id = why.is_some().then(|| self.room_of(me, room.clone()).ok());
                let why = why.filter(|_| self.is_heard_in(me, id.flatten(), now));
                Command::Leave { room, why }
            }
            Command::Delete {
                message,
                found,
                why,
            } => {
                let room = match &found {
                    FoundMessage::InRoom { room, .. } => Some(*room),
                    FoundMessage::Private { .. } => None,
                };
                Command::Delete {
                    why: why.filter(|_| self.is_heard_in(me, room, now)),
                    message,
                    found,
                }
            }
            command => command,
        })
    }

    fn hearers(&self, command: &Command, now: Timestamp) -> Hearers {
        match Words::of(command).hearers {
            Hearers::OthersIfMadeUp if !self.makes_up_words(command, now) => Hearers::Nobody,
            hearers => hearers,
        }
    }

    /// Whether a moderator's command shows others more than names of people.
    fn makes_up_words(&self, command: &Command, now: Timestamp) -> bool {
        match command {
            Command::Ban { mask, why, .. } | Command::Bar { mask, why, .. } => {
                let is_made_up = |name| !self.is_someones(name, now);
                why.is_some() || mask.name.as_ref().is_some_and(is_made_up)
            }
            Command::SetMask { matched, on, .. } => *on && !self.is_of_somebody(matched, now),
            Command::SetRoom { settings, .. } => {
                let is_word = |set: &RoomSetting| matches!(set, RoomSetting::Password(Some(_)));
                settings.iter().any(is_word)
            }
            _ => false,
        }
    }

    /// Whether somebody who is or was here, or an account, has the name.
    fn is_someones(&self, name: &Name, now: Timestamp) -> bool {
        self.people.named(name).is_some()
            || self.registrations.get(name).is_some()
            || self.resumables.named(name, now).is_some()
    }

    /// Whether an IRC mask is just somebody's name.
    fn is_of_somebody(&self, matched: &Matched, now: Timestamp) -> bool {
        let name = match matched {
            Matched::Source(glob) => glob.as_str().strip_suffix("!*@*"),
            Matched::Account(glob) => glob.literal(),
        };
        let name = name.and_then(Name::known);
        name.is_some_and(|name| self.is_someones(&name, now))
    }

    /// What an IRC client says of itself, without what others may not hear from a person with these
    /// names.
    pub(super) fn ident_heard(
        &self,
        origin: &Origin,
        names: [Option<&Name>; 2],
        now: Timestamp,
    ) -> Option<Box<Ident>> {
        let ident = origin.ident.clone()?;
        let mutes = &self.restricted.mutes;
        let mut of_names = names.into_iter();
        let is_muted = of_names.any(|name| mutes.longest(name, origin.address, now).is_some());
        Some(if is_muted { without_words() } else { ident })
    }

    /// Checks that others may hear from a person at all: speech, topics, reasons or new names.
    pub(super) fn check_may_be_heard(&self, me: &Person, now: Timestamp) -> Result<(), Rejection> {
        self.check_not_muted(me, now)?;
        let rank = me.session.rank;
        match self.restricted.locked && me.account.is_none() && !rank.operator {
            true => Err(Rejection::LockedSpeech),
            false => Ok(()),
        }
    }

    fn check_not_muted(&self, me: &Person, now: Timestamp) -> Result<(), Rejection> {
        let mute = self.mute_of(me, now);
        match mute.and_then(|id| self.restricted.mutes.get(id)) {
            Some(mute) => Err(Rejection::Muted {
                remaining: mute.until.map(|until| until.since(now)),
            }),
            None => Ok(()),
        }
    }

    /// Checks that none of a person's rooms has muted them: each is told their new name, or why
    /// they leave.
    pub(super) fn check_may_be_heard_in_rooms(
        &self,
        me: &Person,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let mut rooms = me.rooms.iter();
        rooms.try_for_each(|room| self.check_not_muted_in(me, *room, now))
    }

    fn is_heard_in(&self, me: &Person, room: Option<RoomId>, now: Timestamp) -> bool {
        let in_room = |id| self.check_not_muted_in(me, id, now).is_ok();
        self.check_may_be_heard(me, now).is_ok() && room.is_none_or(in_room)
    }

    /// Checks that a room has not muted a person.
    pub(super) fn check_not_muted_in(
        &self,
        me: &Person,
        id: RoomId,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let rules = self.rooms.rules(id);
        let Some(rules) = rules.filter(|_| !self.moderates(me, id)) else {
            return Ok(());
        };
        let mute = rules.mutes.longest_on(me, now);
        let is_ranked = || self.standing(me, id) >= Some(Standing::Voice);
        let is_masked = |kind| self.is_masked_as(me, rules, kind);
        let why = match mute {
            Some(mute) => RoomRejection::Muted {
                remaining: mute.until.map(|until| until.since(now)),
            },
            None if is_ranked() => return Ok(()),
            None if is_masked(MaskKind::Mute) => RoomRejection::Muted { remaining: None },
            None if is_masked(MaskKind::Ban) => RoomRejection::BarredSpeech,
            None => return Ok(()),
        };
        Err(self.refusal(id, why))
    }

    /// A reason is speech, so a person who may not speak leaves without one.
    pub(super) fn audible(&self, me: &Person, why: QuitReason, now: Timestamp) -> QuitReason {
        let heard = self.check_may_be_heard(me, now);
        match heard.and_then(|()| self.check_may_be_heard_in_rooms(me, now)) {
            Err(_) if matches!(why, QuitReason::Quit(_)) => QuitReason::Quit(None),
            _ => why,
        }
    }

    /// Checks that others may be told the name of an arriving guest: it is speech if people from
    /// that address are muted and had another name.
    pub(super) fn check_may_be_told(
        &self,
        name: &Name,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let mute = self.restricted.mutes.longest(Some(name), address, now);
        let mute = mute.and_then(|id| self.restricted.mutes.get(id));
        let of_name = Mask::of_name(name.clone());
        let is_known = self.restricted.mutes.named_by(&of_name).next().is_some();
        let other = mute.filter(|_| !is_known);
        match other.and_then(|mute| Some((mute, mute.mask.name.as_ref()?))) {
            Some((mute, had)) => Err(Rejection::MutedArrival {
                had: had.clone(),
                remaining: mute.until.map(|until| until.since(now)),
            }),
            None => Ok(()),
        }
    }
}

/// What is known of a client that says nothing of itself.
pub(super) fn without_words() -> Box<Ident> {
    Box::new(Ident::new("", None))
}

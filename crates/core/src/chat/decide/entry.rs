//! Who may enter a room, know of it, and read what was said there.
//!
//! One rule covers every way to the past: what was said in a room is for those who are inside or
//! may enter. To anybody else a hidden room does not exist.

use core::net::IpAddr;

use crate::ban::Restriction;
use crate::chat::state::{Room, RoomRules};
use crate::chat::{Chat, Person};
use crate::command::RoomRef;
use crate::ids::{LOBBY, PersonId, RoomId};
use crate::link::Link;
use crate::mask::MaskKind;
use crate::name::Name;
use crate::rejection::{Rejection, RoomRejection};
use crate::room::{Held, RoomPassword, Standing};
use crate::time::Timestamp;

impl Chat {
    /// A person's standing in a room: that of their registered name, or one for the visit.
    pub(in crate::chat) fn standing(&self, person: &Person, id: RoomId) -> Option<Standing> {
        self.held(person, id).map(|held| held.standing)
    }

    /// The same, with what lies beneath.
    pub(in crate::chat) fn held(&self, person: &Person, id: RoomId) -> Option<Held> {
        self.held_as(person.id, person.account.as_ref(), id)
    }

    /// The standing that a person would have when logged in to an account, or to none.
    pub(super) fn held_as(
        &self,
        person: PersonId,
        account: Option<&Name>,
        id: RoomId,
    ) -> Option<Held> {
        let room = self.rooms.get(id)?;
        let rules = room.rules()?;
        let lasting = account.and_then(|account| rules.of_account(account));
        let of_lost = || self.resumables.get(person)?.standing_in(id);
        let held = lasting.max(rules.of_guest(person).or_else(of_lost))?;
        // Only server operators moderate the server's own rooms.
        let is_servers = room.is_servers || id == LOBBY;
        Some(match held.standing {
            Standing::Moderator | Standing::Owner if is_servers => match held.voiced {
                true => Standing::Voice.into(),
                false => Standing::Invited.into(),
            },
            _ => held,
        })
    }

    /// Whether a person may moderate a room.
    pub(in crate::chat) fn moderates(&self, me: &Person, id: RoomId) -> bool {
        me.session.rank.operator || self.standing(me, id) >= Some(Standing::Moderator)
    }

    /// Checks that a person may moderate a room. Moderators do so from inside, operators from
    /// anywhere.
    pub(in crate::chat) fn check_moderates(
        &self,
        me: &Person,
        id: RoomId,
    ) -> Result<(), Rejection> {
        if me.session.rank.operator {
            return Ok(());
        }
        self.check_is_in(me, id)?;
        match self.moderates(me, id) {
            true => Ok(()),
            false => Err(self.refusal(id, RoomRejection::NeedsModerator)),
        }
    }

    /// A refusal by a rule of a room.
    pub(in crate::chat) fn refusal(&self, id: RoomId, why: RoomRejection) -> Rejection {
        match self.room_name(id) {
            Some(name) => Rejection::Of(name.clone(), why),
            None => Rejection::RoomGone,
        }
    }

    /// Whether a person may know that a room exists.
    pub(in crate::chat) fn knows(&self, me: &Person, id: RoomId) -> bool {
        let is_hidden = self.rooms.get(id).is_some_and(Room::is_hidden);
        !is_hidden
            || me.session.rank.operator
            || me.rooms.contains(&id)
            || self.standing(me, id).is_some()
    }

    /// The number of a room that a person may know of.
    ///
    /// # Errors
    /// [`Rejection::NoSuchRoom`] with the most similar room, or [`Rejection::RoomGone`].
    pub(in crate::chat) fn room_of(&self, me: &Person, room: RoomRef) -> Result<RoomId, Rejection> {
        match room {
            RoomRef::Id(id) if self.rooms.contains(id) && self.knows(me, id) => Ok(id),
            RoomRef::Id(_) => Err(Rejection::RoomGone),
            RoomRef::Name(room) => {
                let named = self.rooms.named(&room).filter(|id| self.knows(me, *id));
                named.ok_or_else(|| {
                    let meant = self.rooms.nearest(&room, |id| self.knows(me, id));
                    let meant = meant.cloned();
                    Rejection::NoSuchRoom { room, meant }
                })
            }
        }
    }

    /// Checks that a person may read what was said in a room.
    pub(in crate::chat) fn check_may_read(
        &self,
        me: &Person,
        id: RoomId,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        if me.rooms.contains(&id) {
            return Ok(());
        }
        match self.rooms.rules(id) {
            Some(rules) => self.check_is_open(me, id, rules, None, now),
            None => Ok(()),
        }
    }

    /// Checks that a person may enter a room.
    pub(in crate::chat) fn check_may_enter(
        &self,
        me: &Person,
        id: RoomId,
        password: Option<&RoomPassword>,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let Some(rules) = self.rooms.rules(id) else {
            return Ok(());
        };
        self.check_is_open(me, id, rules, password, now)?;
        // Somebody who is invited has a place.
        let has_place = || self.moderates(me, id) || self.standing(me, id).is_some();
        let full = |limit: &u32| self.here(id) >= *limit as usize && !has_place();
        match rules.settings.limit.filter(full) {
            Some(people_max) => Err(self.refusal(id, RoomRejection::Full { people_max })),
            None => Ok(()),
        }
    }

    fn check_is_open(
        &self,
        me: &Person,
        id: RoomId,
        rules: &RoomRules,
        password: Option<&RoomPassword>,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let settings = &rules.settings;
        let standing = self.standing(me, id);
        let refused = if settings.encrypted && !me.is_encrypted() {
            RoomRejection::EncryptedOnly
        } else if me.session.rank.operator || standing >= Some(Standing::Moderator) {
            return Ok(());
        } else if let Some(bar) = rules.bars.longest_on(me, now) {
            barred(bar)
        } else if standing.is_none() && self.is_masked_as(me, rules, MaskKind::Ban) {
            RoomRejection::Barred {
                until: None,
                why: None,
            }
        } else if settings.registered && me.account.is_none() {
            RoomRejection::RegisteredOnly
        } else if standing.is_some() {
            return Ok(());
        } else if settings.closed && !self.is_masked_as(me, rules, MaskKind::Invitation) {
            match self.knows(me, id) {
                true => RoomRejection::Closed,
                false => RoomRejection::ClosedToStrangers,
            }
        } else {
            match (&settings.password, password) {
                (Some(_), None) => RoomRejection::NeedsPassword,
                (Some(word), Some(given)) if word != given => RoomRejection::WrongPassword,
                _ => return Ok(()),
            }
        };
        Err(self.refusal(id, refused))
    }

    /// Checks that a person whose session continues on another connection may stay in a room from
    /// there.
    pub(super) fn check_may_stay(
        &self,
        person: &Person,
        id: RoomId,
        address: IpAddr,
        link: Link,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let Some(rules) = self.rooms.get(id).ok_or(Rejection::RoomGone)?.rules() else {
            return Ok(());
        };
        if rules.settings.encrypted && !link.is_encrypted {
            return Err(self.refusal(id, RoomRejection::EncryptedOnly));
        }
        let is_exempt =
            person.session.rank.operator || self.standing(person, id) >= Some(Standing::Moderator);
        let bar = rules.bars.longest_at(person, [address], now);
        match bar.filter(|_| !is_exempt) {
            Some(bar) => Err(self.refusal(id, barred(bar))),
            None => Ok(()),
        }
    }

    /// Checks that none of a person's rooms bars people with this name.
    pub(super) fn check_no_room_bars(
        &self,
        person: &Person,
        name: &Name,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        for &id in &person.rooms {
            let rules = self.rooms.rules(id);
            let bar = rules.and_then(|rules| {
                let names = [Some(name), person.account.as_ref()];
                rules.bars.longest(names, person.session.address, now)
            });
            if bar.is_some() && !self.moderates(person, id) {
                return Err(self.refusal(id, RoomRejection::NameBarred(name.clone())));
            }
        }
        Ok(())
    }
}

fn barred(bar: &Restriction) -> RoomRejection {
    RoomRejection::Barred {
        until: bar.until,
        why: bar.why.clone(),
    }
}

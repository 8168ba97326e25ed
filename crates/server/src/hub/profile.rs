//! What a person gets back: rooms that were closed while their link was lost and, at a new visit of
//! a registered name, the settings, rooms and ignores of the last visit. A registered name needs
//! its password, so nobody else gets them.

use chinwag_core::{
    Command, Fact, Ignored, LOBBY, LeftOut, Name, PersonId, Rejection, RoomId, RoomName, RoomRef,
    RoomRejection, Timestamp,
};
use chinwag_wire::dialect::Saved;

use super::Hub;
use super::record::{KeptRoom, Record};

/// What became of the rooms of an account's last visit.
#[derive(Default)]
struct Rejoined {
    /// Those that the person could not enter again.
    left_out: Vec<LeftOut>,
    /// The one that they talk in.
    current: Option<RoomId>,
    /// Whether one of their own had ended, and has another number now.
    remade: bool,
}

impl Hub {
    /// The rooms of a resumed session that have ended.
    pub(super) fn take_ended(&mut self, person: PersonId) -> Vec<LeftOut> {
        let ended = self.lost.take_ended(person).into_iter();
        let left_out = ended.map(|kept| LeftOut {
            why: self.ended_for(person, &kept),
            room: kept.name,
        });
        left_out.collect()
    }

    /// Why a person cannot enter a room that has ended. To outsiders a hidden room does not exist,
    /// even if it has the name now.
    fn ended_for(&self, person: PersonId, kept: &KeptRoom) -> Rejection {
        let other = self.chat.room_called(&kept.name);
        match other.is_some_and(|other| self.chat.knows_room(person, other)) {
            true => Rejection::Of(kept.name.clone(), RoomRejection::Another),
            false => Rejection::RoomGone,
        }
    }

    /// The name under which a person may enter a room of the last visit. One that has ended is made
    /// again by its owner alone: who makes a room owns it.
    fn find(
        &mut self,
        person: PersonId,
        kept: &KeptRoom,
        is_own: bool,
    ) -> Result<RoomName, Rejection> {
        if let Some(name) = kept.id.and_then(|id| self.chat.room_name(id)) {
            return Ok(name.clone());
        }
        let is_free = self.chat.room_called(&kept.name).is_none();
        let was_retired = kept.id.is_some_and(|id| self.is_retired(id, false));
        match is_own && is_free && !was_retired {
            true => Ok(kept.name.clone()),
            false => Err(self.ended_for(person, kept)),
        }
    }

    /// Whether a room was removed or given up; `unknown` if the store cannot be read.
    pub(super) fn is_retired(&mut self, room: RoomId, unknown: bool) -> bool {
        self.store.is_retired(room).unwrap_or_else(|error| {
            tracing::warn!("cannot read whether room {} was removed: {error}", room.0);
            unknown
        })
    }

    /// Lets a person enter a room that they were in before.
    fn enter_again(
        &mut self,
        person: PersonId,
        kept: &KeptRoom,
        is_own: bool,
        now: Timestamp,
    ) -> Result<RoomId, LeftOut> {
        let left_out = |why| LeftOut {
            room: kept.name.clone(),
            why,
        };
        let name = self.find(person, kept, is_own).map_err(left_out)?;
        let entered = self.act_for(person, Command::Join(name.clone()), now);
        let room = self.chat.room_called(&name);
        let is_known = room.is_some_and(|room| self.chat.knows_room(person, room));
        match (entered, room) {
            (Ok(()), Some(room)) => Ok(room),
            // It is hidden by now, and so is its new name if it has one.
            (Err(Rejection::Of(..)), Some(_)) if !is_known => Err(left_out(Rejection::RoomGone)),
            (Err(Rejection::Of(_, why)), _) => Err(left_out(Rejection::Of(kept.name.clone(), why))),
            (Err(why), _) => Err(left_out(why)),
            (Ok(()), None) => Err(left_out(Rejection::RoomGone)),
        }
    }

    /// Makes a person ignore whom their account ignores, and returns the account's other settings.
    /// This also happens on logging in during a visit; rooms and settings then stay those of the
    /// visit.
    pub(super) fn restore_ignores(&mut self, person: PersonId, now: Timestamp) -> Option<Record> {
        let session = self.chat.kept_session(person)?;
        let (account, _) = session.account?;
        let text = self.profile(&account)?;
        let mut record = Record::parse(&text, session.name, None);
        for Ignored { name, account, .. } in std::mem::take(&mut record.session.ignores) {
            let on = true;
            // An entry that cannot be added any more is dropped.
            let _ = self.act_for(person, Command::Ignore { name, account, on }, now);
        }
        Some(record)
    }

    /// Restores, at a new visit, what an account had set at the last. Returns the rooms that the
    /// person could not enter again.
    pub(super) fn restore_profile(&mut self, person: PersonId, now: Timestamp) -> Vec<LeftOut> {
        let session = self.chat.kept_session(person);
        let record = self.restore_ignores(person, now);
        let Some((session, record)) = session.zip(record) else {
            self.forget_restored(person);
            return Vec::new();
        };
        let stays = record.rooms.iter().any(|(room, _)| room.id == Some(LOBBY));
        // A person who is in no other room is in the lobby only because their client needs one.
        let is_nowhere = record.rooms.len() == usize::from(stays);
        let rejoined = match !is_nowhere || session.connection.needs_room {
            true => self.rejoin(person, &record, now),
            false => Rejoined::default(),
        };
        if !stays {
            let lobby = Command::Leave {
                room: RoomRef::Id(LOBBY),
                why: None,
            };
            // Who is nowhere else stays there.
            let _ = self.act_for(person, lobby, now);
        }
        if let Some(settings) = record.settings {
            let saved = Saved::from_text(&settings).with_current(rejoined.current);
            self.lost.restore_saved(person, saved);
        }
        match rejoined.left_out.is_empty() && !rejoined.remade {
            true => self.forget_restored(person),
            // They are told now, and are not to be told again.
            false => self.note_kept(person),
        }
        rejoined.left_out
    }

    /// Lets a person enter the rooms of their account's last visit.
    fn rejoin(&mut self, person: PersonId, record: &Record, now: Timestamp) -> Rejoined {
        let mut rejoined = Rejoined::default();
        for (kept, _) in &record.rooms {
            let is_own = kept.id.is_some_and(|id| record.owned.contains(&id));
            match self.enter_again(person, kept, is_own, now) {
                Ok(room) => {
                    rejoined.remade |= kept.id != Some(room);
                    if record.current.as_ref() == Some(kept) {
                        rejoined.current = Some(room);
                    }
                }
                Err(out) => rejoined.left_out.push(out),
            }
        }
        rejoined
    }

    /// What an account finds again at its next visit. A client without settings leaves those that
    /// another client has chosen.
    pub(super) fn profile_of(
        &mut self,
        person: PersonId,
        record: &Record,
    ) -> Option<(Name, String)> {
        let (account, _) = record.session.account.clone()?;
        if !self.has_chosen(person) {
            return None;
        }
        if record.settings.is_some() {
            return Some((account, record.profile()));
        }
        let before = self.profile(&account).unwrap_or_default();
        let before = Record::parse(&before, account.clone(), None);
        let record = Record {
            settings: before.settings,
            ..record.clone()
        };
        Some((account, record.profile()))
    }

    /// What an account has set, written or not.
    fn profile(&mut self, name: &Name) -> Option<String> {
        if let Some(text) = self.survivors.unwritten_profile(name) {
            return Some(text.to_owned());
        }
        self.store.profile(name).unwrap_or_else(|error| {
            tracing::warn!("cannot read what {name} has set: {error}");
            None
        })
    }

    /// Repeats something that a person did before.
    ///
    /// # Errors
    /// [`Rejection`] if it is no longer possible; nothing has changed then.
    fn act_for(
        &mut self,
        person: PersonId,
        command: Command,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        let caller = self.chat.caller(person).ok_or(Rejection::NotHere)?;
        let mut facts = Vec::new();
        self.decide(caller, command, now, &mut facts)?;
        let start = self.turn.events.len();
        for mut fact in facts {
            if let Fact::IgnoreSet { since_before, .. } = &mut fact {
                *since_before = true;
            }
            self.number(fact, now);
        }
        let events = self.turn.events[start..].to_vec();
        // A room that had gone was created again, and has an owner.
        if events.iter().any(|event| event.fact.is_durable()) && self.save_events(&events).is_none()
        {
            self.turn.events.truncate(start);
            return Err(Rejection::CannotSave);
        }
        events.iter().for_each(|event| self.apply(event));
        Ok(())
    }
}

/// The person who logs in to an account by this fact, without having just come.
pub(super) fn logs_in(fact: &Fact) -> Option<PersonId> {
    match fact {
        Fact::AccountSet(set) if set.before.is_none() => Some(set.person),
        _ => None,
    }
}

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

/// What became of a room that a record names.
enum Found {
    Here(RoomName),
    /// It was closed when everybody had left, and its name is free.
    Closed,
    /// It was removed or given up.
    Retired,
    /// It has ended, and its name is another's.
    Another,
}

impl Hub {
    /// Lets a person who resumed a session enter the rooms that were closed meanwhile. Returns
    /// those that they could not enter.
    pub(super) fn rejoin(&mut self, person: PersonId, now: Timestamp) -> Vec<LeftOut> {
        let rooms = self.lost.take_ended(person);
        let mut left_out = Vec::new();
        for kept in rooms {
            let Some(old) = kept.id else {
                continue;
            };
            let found = self.find(&kept);
            let was_closed = matches!(found, Found::Closed);
            let remade = self.lost.remade.get(&old);
            let found = match remade.and_then(|new| self.chat.room_name(*new)) {
                Some(name) => Found::Here(name.clone()),
                None => found,
            };
            match self.enter_again(person, &kept, found, now) {
                Ok(new) if was_closed => drop(self.lost.remade.insert(old, new)),
                Ok(_) => {}
                Err(out) => left_out.push(out),
            }
        }
        left_out
    }

    fn find(&mut self, kept: &KeptRoom) -> Found {
        if let Some(name) = kept.id.and_then(|id| self.chat.room_name(id)) {
            return Found::Here(name.clone());
        }
        match self.chat.room_called(&kept.name) {
            Some(_) => Found::Another,
            None if self.was_retired(kept) => Found::Retired,
            None => Found::Closed,
        }
    }

    fn was_retired(&mut self, kept: &KeptRoom) -> bool {
        let retired = kept.id.map(|id| self.store.is_retired(id));
        retired.unwrap_or(Ok(false)).unwrap_or_else(|error| {
            tracing::warn!("cannot read whether {} was removed: {error}", kept.name);
            false
        })
    }

    /// Lets a person enter a room that they were in before.
    fn enter_again(
        &mut self,
        person: PersonId,
        kept: &KeptRoom,
        found: Found,
        now: Timestamp,
    ) -> Result<RoomId, LeftOut> {
        let name = match found {
            Found::Here(name) => Ok(name),
            Found::Closed => Ok(kept.name.clone()),
            Found::Retired => Err(Rejection::RoomGone),
            Found::Another => Err(Rejection::Of(kept.name.clone(), RoomRejection::Another)),
        };
        let entered = name.and_then(|name| {
            self.act_for(person, Command::Join(name.clone()), now)?;
            self.chat.room_called(&name).ok_or(Rejection::RoomGone)
        });
        entered.map_err(|why| LeftOut {
            room: kept.name.clone(),
            why: match why {
                // The room may be hidden by now, and so may its new name.
                Rejection::Of(_, why) => Rejection::Of(kept.name.clone(), why),
                why => why,
            },
        })
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
        let mut left_out = Vec::new();
        let Some(session) = self.chat.kept_session(person) else {
            return left_out;
        };
        let Some(record) = self.restore_ignores(person, now) else {
            return left_out;
        };
        let stays = record.rooms.iter().any(|(room, _)| room.id == Some(LOBBY));
        // A person who is in no other room is in the lobby only because their client needs one.
        let is_nowhere = record.rooms.len() == usize::from(stays);
        let mut current = None;
        if !is_nowhere || session.connection.needs_room {
            for (kept, _) in &record.rooms {
                let found = self.find(kept);
                match self.enter_again(person, kept, found, now) {
                    Ok(room) if record.current.as_ref() == Some(kept) => current = Some(room),
                    Ok(_) => {}
                    Err(out) => left_out.push(out),
                }
            }
        }
        if !stays && left_out.len() < record.rooms.len() {
            let lobby = Command::Leave {
                room: RoomRef::Id(LOBBY),
                why: None,
            };
            // It stays there if it is nowhere else.
            let _ = self.act_for(person, lobby, now);
        }
        if let Some(settings) = record.settings {
            let saved = Saved::from_text(&settings).with_current(current);
            self.lost.restore_saved(person, saved);
        }
        left_out
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
        Fact::AccountSet(set) if set.before.is_none() && set.account.is_some() => Some(set.person),
        _ => None,
    }
}

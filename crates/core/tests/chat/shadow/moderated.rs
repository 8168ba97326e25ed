//! What operators and moderators may do, and what follows from an account without them.

use chinwag_core::{
    AuditEntry, Command, Mask, ModAction, PersonId, RoomAct, RoomChange, Timestamp,
};

use super::{ModelPerson, Shadow};

impl Shadow {
    pub(super) fn check_moderated(
        &self,
        me: &ModelPerson,
        command: &Command,
        entry: &AuditEntry,
        now: Timestamp,
    ) {
        match &entry.act {
            // A guest's mute becomes that of the name it registers.
            ModAction::Mute(mute) if entry.actor.is_none() => {
                assert!(registers(command), "{command:?}");
                assert!(self.mute_of(me, now).is_some_and(|had| had.by == mute.by));
                assert_eq!(mute.mask, Mask::of_name(me.name.clone()));
            }
            ModAction::InRoom { .. } => {
                assert!(me.operator && entry.actor.is_none() && entry.target.is_none());
            }
            _ if entry.actor.is_none() => {
                let code = self.settings.operator_code.expect("a code").to_string();
                assert_eq!(*command, Command::Op(code));
            }
            ModAction::Delete { .. } => {}
            _ => {
                assert!(me.operator, "{entry:?}");
                self.check_moderation(me, entry, now);
            }
        }
    }

    pub(super) fn check_moderated_in(
        &self,
        asker: PersonId,
        command: &Command,
        change: &RoomChange,
        now: Timestamp,
    ) {
        match &change.act {
            RoomAct::Mute(mute) if change.actor.is_none() && registers(command) => {
                assert!(self.is_muted_in(asker, change.room, now));
                assert_eq!(mute.mask, Mask::of_name(self.people[&asker].name.clone()));
            }
            // The account that it names ends.
            RoomAct::Mask { on: false, .. }
                if matches!(command, Command::Unclaim { .. } | Command::EndAccount(_)) => {}
            _ => self.check_room_change(asker, change),
        }
    }

    /// An operator does nothing to one who was a lasting operator before, nor to itself, and a
    /// restriction by name covers no address from which others come.
    fn check_moderation(&self, me: &ModelPerson, entry: &AuditEntry, now: Timestamp) {
        let (name, mask) = match &entry.act {
            ModAction::Kick { name, .. }
            | ModAction::Deop { name }
            | ModAction::Rename { name, .. } => (Some(name), None),
            ModAction::Ban(entry) | ModAction::Mute(entry) => {
                (entry.mask.name.as_ref(), Some(&entry.mask))
            }
            _ => return,
        };
        let hit = |person: &&ModelPerson| {
            name.is_some_and(|name| name.same_as(&person.name))
                || mask.is_some_and(|mask| mask.matches(Some(&person.name), person.address))
        };
        let people: Vec<&ModelPerson> = self.people.values().filter(hit).collect();
        // One who comes back was somebody before, too.
        let lost = self.lost.iter().filter(|lost| now < lost.until);
        let lost = lost.map(|lost| &lost.person).filter(hit);
        let accounts = people.iter().copied().chain(lost);
        let accounts = accounts.filter_map(|person| person.account.as_ref());
        let mine = me
            .account
            .as_ref()
            .and_then(|account| self.appointed(account));
        for theirs in name.into_iter().chain(accounts) {
            let theirs = self.appointed(theirs);
            assert!(theirs.is_none_or(|theirs| mine.is_some_and(|mine| mine <= theirs)));
        }
        if let Some(mask) = mask {
            assert!(!mask.matches(Some(&me.name), me.address), "{entry:?}");
            let account = people.first().and_then(|person| person.account.as_ref());
            let is_of_it = |person: &&ModelPerson| person.account.as_ref() == account;
            let is_one = people.len() <= 1 || account.is_some() && people.iter().all(is_of_it);
            assert!(mask.name.is_none() || is_one, "{entry:?}");
            assert!(mask.name.is_none() || me.account.is_none() || mask.name != me.account);
        }
    }
}

fn registers(command: &Command) -> bool {
    matches!(command, Command::Register { .. } | Command::Certify { .. })
}

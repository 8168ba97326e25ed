//! Who hears what, in its simplest form.

use std::collections::BTreeSet;

use chinwag_core::{
    AuditEntry, Command, Correspondents, Fact, FoundMessage, ModAction, Name, PersonId, RoomAct,
    Standing,
};

use super::{ModelPerson, Shadow};

impl Shadow {
    /// Only those hear a fact who may.
    pub(super) fn check_audience(&self, asker: Option<PersonId>, command: &Command, fact: &Fact) {
        let private: BTreeSet<PersonId> = fact.people().collect();
        let allowed = self.hearers(asker, command, fact);
        assert!(private.is_subset(&allowed), "{fact:?} heard by {private:?}");
        let announces = |entry: &AuditEntry| matches!(entry.act, ModAction::Announce(_));
        let is_announcement = matches!(fact, Fact::Moderated(entry) if announces(entry));
        assert_eq!(fact.is_for_all(), is_announcement);
        match fact {
            Fact::PrivateMessage(message) => assert_eq!(Some(message.from), asker),
            // What nobody is told of follows from something else.
            Fact::Moderated(_) if private.is_empty() && asker.is_some() => {}
            Fact::Moderated(entry) => assert!(entry.actor == asker || entry.target == asker),
            _ => {}
        }
        let is_secret = matches!(
            fact,
            Fact::PrivateMessage(_)
                | Fact::Moderated(_)
                | Fact::PrivateDeleted(_)
                | Fact::MarkerSet(_)
                | Fact::MessageKept(_)
                | Fact::KeptShown(_)
                | Fact::LoggedIn(_)
                | Fact::IgnoreSet { .. }
        );
        assert!(fact.rooms().is_empty() || !is_secret, "{fact:?}");
        let is_of_one_room = matches!(fact, Fact::Deleted(_) | Fact::Signal(_));
        if fact.is_silent() && !fact.rooms().is_empty() && !is_of_one_room {
            let author = fact.author().expect("an author");
            assert_eq!(fact.rooms(), self.people[&author].rooms, "{fact:?}");
        }
    }

    /// Who may hear a fact in private.
    fn hearers(
        &self,
        asker: Option<PersonId>,
        command: &Command,
        fact: &Fact,
    ) -> BTreeSet<PersonId> {
        match fact {
            Fact::PrivateMessage(message) if message.ignored => [message.from].into(),
            Fact::PrivateMessage(message) => [message.from, message.to].into(),
            Fact::Signal(signal) => {
                let to = signal.to.as_ref().filter(|_| !signal.ignored);
                let to = to.map(|(to, _)| *to);
                asker.into_iter().chain(to).collect()
            }
            Fact::Moderated(entry) if matches!(entry.act, ModAction::Lock(_)) => {
                let all = self.people.iter();
                let operators = all.filter(|(_, person)| person.operator);
                operators.map(|(id, _)| *id).collect()
            }
            Fact::Moderated(entry) => asker.into_iter().chain(entry.target).collect(),
            Fact::RoomChanged(change) => match &change.act {
                RoomAct::Removed { members } => {
                    let inside = self.members(change.room);
                    assert!(inside.iter().eq(&**members));
                    inside
                }
                RoomAct::Stand { standing, .. } => {
                    let held = standing.map(|held| held.standing);
                    let told = change.moderators.iter().copied();
                    let hears = |id: PersonId| {
                        held == Some(Standing::Invited)
                            && self.moderates(id, change.room)
                            && self.members(change.room).contains(&id)
                    };
                    assert!(told.clone().all(hears), "{change:?}");
                    told.chain(asker).chain(change.target).collect()
                }
                _ => asker.into_iter().chain(change.target).collect(),
            },
            Fact::RoomRenamed(renamed) => {
                let inside = self.members(renamed.room);
                assert!(inside.iter().eq(&*renamed.members));
                inside
            }
            Fact::Knocked(knock) => {
                let moderators = knock.moderators.iter().copied();
                let hears = |id: &PersonId| {
                    self.moderates(*id, knock.room) && self.members(knock.room).contains(id)
                };
                assert!(moderators.clone().all(|id| hears(&id)));
                moderators.chain(asker).collect()
            }
            Fact::PrivateDeleted(_) => {
                let accounts = accounts_of(command);
                let accounts = [accounts.from, accounts.to].into_iter().flatten();
                let logins = accounts.flat_map(|account| self.logins(&account));
                logins.chain(asker).collect()
            }
            Fact::MarkerSet(set) => {
                let account = set.account.as_ref();
                assert_eq!(account, self.people[&set.person].account.as_ref());
                account.map_or_else(BTreeSet::new, |account| {
                    self.logins(account).into_iter().collect()
                })
            }
            Fact::IgnoreSet { .. } => self.people_of_account_of(asker),
            Fact::AccountSet(set) => [set.person].into(),
            Fact::KeptShown(shown) => [shown.person].into(),
            Fact::AccountChanged(changed) => {
                let logins = self.all_logins(&changed.account).into_iter();
                logins.chain(asker).collect()
            }
            _ => asker.into_iter().collect(),
        }
    }

    /// A person, and all who are logged in to its account, those included whose link is lost.
    fn people_of_account_of(&self, asker: Option<PersonId>) -> BTreeSet<PersonId> {
        let asking = asker.and_then(|asker| self.people.get(&asker));
        let account = asking.and_then(|asking| asking.account.as_ref());
        let logins = account.map_or_else(BTreeSet::new, |account| self.all_logins(account));
        logins.into_iter().chain(asker).collect()
    }

    /// All who are logged in to an account, those included whose link is lost.
    pub(super) fn all_logins(&self, account: &Name) -> BTreeSet<PersonId> {
        let lost = self.lost.iter().map(|lost| (lost.id, &lost.person));
        let people = self.people.iter().map(|(id, person)| (*id, person));
        let is_of_it = |person: &ModelPerson| person.account.as_ref() == Some(account);
        let logins = people.chain(lost).filter(|(_, person)| is_of_it(person));
        logins.map(|(id, _)| id).collect()
    }
}

/// The accounts of the private message that a command deletes.
pub(super) fn accounts_of(command: &Command) -> Correspondents {
    match command {
        Command::Delete {
            found: FoundMessage::Private { accounts, .. },
            ..
        } => accounts.clone(),
        _ => panic!("{command:?} deletes"),
    }
}

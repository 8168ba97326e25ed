//! Deleting a message: one's own, or anybody's in a room that one moderates.
//!
//! The chat keeps no messages. Where one was said and under which name the store has found, and says
//! it with the command.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::operate::{Actor, audit_entry};
use crate::chat::{Chat, Person};
use crate::command::{FoundMessage, Outcome};
use crate::event::{Correspondents, Deletion, Fact, ModAction, PrivateDeletion};
use crate::ids::{PersonId, Seq};
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::Text;

impl Chat {
    pub(super) fn decide_delete(
        &self,
        me: &Person,
        (message, found): (Seq, FoundMessage),
        why: Option<Text>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let (room, name, is_signal) = match found {
            FoundMessage::InRoom {
                room,
                name,
                is_signal,
            } => (room, name, is_signal),
            FoundMessage::Private {
                to_name,
                accounts,
                is_signal,
            } => {
                let found = (to_name, accounts, is_signal);
                facts.push(self.decide_delete_private(me, message, found, why)?);
                return Ok(Outcome::Done);
            }
        };
        let is_inside = me.rooms.contains(&room);
        let room_name = match self.room_name(room) {
            Some(name) if is_inside || self.moderates(me, room) => name.clone(),
            // Nobody learns of a message where they are not.
            _ => return Err(Rejection::NoSuchMessage),
        };
        if !self.is_ones_own(me, message, &name) && !self.moderates(me, room) {
            return Err(Rejection::NotOnesMessage(Some(room_name)));
        }
        facts.push(Fact::Deleted(Box::new(Deletion {
            room,
            message,
            by: me.name.clone(),
            why,
            is_signal,
        })));
        let act = ModAction::Delete {
            name,
            room: room_name,
        };
        facts.push(audit_entry(Actor::Person(me), act, None));
        Ok(Outcome::Done)
    }

    /// A private message is deleted by the account that sent it. Others do not learn that there is one.
    fn decide_delete_private(
        &self,
        me: &Person,
        message: Seq,
        (to_name, accounts, is_signal): (Name, Correspondents, bool),
        why: Option<Text>,
    ) -> Result<Fact, Rejection> {
        let is_of = |account: &Option<Name>| {
            let account = account.as_ref();
            account.is_some_and(|account| me.is_logged_in_to(account))
        };
        if !is_of(&accounts.from) {
            return Err(match is_of(&accounts.to) {
                true => Rejection::NotOnesMessage(None),
                false => Rejection::NoSuchMessage,
            });
        }
        let accounts = [&accounts.from, &accounts.to].into_iter().flatten();
        let logins = accounts.flat_map(|account| self.people.logged_in_to(account));
        let mut people: Vec<PersonId> = logins.map(|person| person.id).collect();
        people.sort_unstable();
        people.dedup();
        Ok(Fact::PrivateDeleted(Box::new(PrivateDeletion {
            message,
            person: me.id,
            by: me.name.clone(),
            to_name,
            people: people.into(),
            why,
            is_signal,
        })))
    }

    /// Whether a message is a person's own. The owner of a registered name answers for all that was said
    /// under it; a guest for what was said since it took the name, since another may have had it before.
    fn is_ones_own(&self, me: &Person, message: Seq, name: &Name) -> bool {
        me.name.same_as(name) && (self.is_own_name(me) || message > me.activity.named)
    }
}

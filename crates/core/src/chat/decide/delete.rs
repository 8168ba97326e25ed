//! Deleting a message: one's own, or anybody's in a room that one moderates.
//!
//! The chat keeps no messages. The store looks up where and under which name a message was said,
//! and the command carries that.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::operate::{Actor, audit_entry};
use crate::chat::{Chat, Person};
use crate::command::{FoundMessage, Outcome};
use crate::event::{Deletion, Fact, ModAction, PrivateDeletion};
use crate::ids::{PersonId, Seq};
use crate::name::Name;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::time::Timestamp;

impl Chat {
    pub(super) fn decide_delete(
        &self,
        me: &Person,
        message: Seq,
        found: FoundMessage,
        why: Option<Text>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let (room, name, author, is_signal) = match found {
            FoundMessage::InRoom {
                room,
                name,
                account,
                at,
                is_signal,
            } => (room, name, (account, at), is_signal),
            private @ FoundMessage::Private { .. } => {
                facts.push(self.decide_delete_private(me, message, private, why)?);
                return Ok(Outcome::Done);
            }
        };
        let is_inside = me.rooms.contains(&room);
        let room_name = match self.room_name(room) {
            Some(name) if is_inside || self.moderates(me, room) => name.clone(),
            // Nobody learns of a message where they are not.
            _ => return Err(Rejection::NoSuchMessage),
        };
        let is_own = self.is_own_message(me, message, &name, (author.0.as_ref(), author.1));
        if !is_own && !self.moderates(me, room) {
            return Err(Rejection::NotOnesMessage(Some(room_name)));
        }
        facts.push(Fact::Deleted(Box::new(Deletion {
            room,
            message,
            by: me.name.clone(),
            why,
            is_signal,
        })));
        // Deleting one's own message is no act of an operator, and could fill the log.
        if !is_own {
            let act = ModAction::Delete {
                name,
                room: room_name,
            };
            facts.push(audit_entry(Actor::Person(me), act, None));
        }
        Ok(Outcome::Done)
    }

    /// Only the account or the guest that sent a private message can delete it. Others do not learn
    /// that it exists.
    fn decide_delete_private(
        &self,
        me: &Person,
        message: Seq,
        found: FoundMessage,
        why: Option<Text>,
    ) -> Result<Fact, Rejection> {
        let FoundMessage::Private {
            from_name,
            to_name,
            accounts,
            at,
            is_signal,
        } = found
        else {
            return Err(Rejection::NoSuchMessage);
        };
        if !self.is_own_message(me, message, &from_name, (accounts.from.as_ref(), at)) {
            let to = accounts.to.as_ref();
            let is_receiver = to.is_some_and(|account| self.was_logged_in_to(me, account, at));
            return Err(match is_receiver {
                true => Rejection::NotOnesMessage(None),
                false => Rejection::NoSuchMessage,
            });
        }
        let to_account = accounts.to.clone();
        let accounts = [&accounts.from, &accounts.to].into_iter().flatten();
        let logins = accounts.flat_map(|account| self.people.logged_in_to(account));
        let told = logins.filter(|person| !person.ignores_person(me));
        let mut people: Vec<PersonId> = told.map(|person| person.id).collect();
        people.push(me.id);
        people.sort_unstable();
        people.dedup();
        Ok(Fact::PrivateDeleted(Box::new(PrivateDeletion {
            message,
            person: me.id,
            by: me.name.clone(),
            to_name,
            to_account,
            people: people.into(),
            why,
            is_signal,
        })))
    }

    /// Whether a message is a person's own: their account sent it, under whatever name, or they
    /// sent it themselves, under a name that they bore then. Somebody else may have had the name
    /// before, and may register it later.
    fn is_own_message(
        &self,
        me: &Person,
        message: Seq,
        name: &Name,
        (account, at): (Option<&Name>, Timestamp),
    ) -> bool {
        let is_of_account = account.is_some_and(|account| self.was_logged_in_to(me, account, at));
        is_of_account || me.has_borne(name, message)
    }

    /// Whether a person is logged in to the account that had a name at that time. If that account
    /// has ended, another may have the name by now.
    fn was_logged_in_to(&self, me: &Person, account: &Name, at: Timestamp) -> bool {
        let own = self.account_of(me);
        own.is_some_and(|own| own.name.same_as(account) && own.since <= at)
    }
}

//! What operators and administrators remove for good: accounts and rooms. So a table that somebody
//! filled can be emptied.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::operate::{Actor, audit_entry};
use crate::account::Account;
use crate::chat::Chat;
use crate::event::{Fact, ModAction, RoomAct};
use crate::ids::{LOBBY, PersonId, RoomId};
use crate::name::Name;
use crate::rejection::{Rejection, RoomRejection};
use crate::room_name::RoomName;

impl Chat {
    /// Ends the account that owns a name, but not one's own: `/unclaim` does that, with a proof.
    pub(super) fn decide_end_account(
        &self,
        me: Actor<'_>,
        name: &Name,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let account = self.registered(name)?;
        let is_own = matches!(me, Actor::Person(me) if me.account.as_ref() == Some(&account.name));
        if is_own {
            return Err(Rejection::Oneself);
        }
        self.check_rank_of_name(me, &account.name)?;
        self.check_may_remove(me)?;
        let act = ModAction::AccountRemoved(account.name.clone());
        facts.push(audit_entry(me, act, None));
        self.end_account(account, me.id(), facts);
        Ok(())
    }

    /// The account that a name belongs to.
    pub(super) fn registered(&self, name: &Name) -> Result<&Account, Rejection> {
        let account = self.registrations.get(name);
        account.ok_or_else(|| Rejection::NotRegistered(name.clone()))
    }

    /// Closes a room for good. People who are in no other room, and whose clients need one, go to
    /// the lobby.
    pub(super) fn decide_end_room(
        &self,
        me: Actor<'_>,
        name: RoomName,
        facts: &mut Vec<Fact>,
    ) -> Result<(), Rejection> {
        let found = self.rooms.named(&name);
        let found = found.and_then(|id| Some((id, self.rooms.get(id)?)));
        let Some((id, room)) = found else {
            let meant = self.rooms.nearest(&name, |_| true).cloned();
            return Err(Rejection::NoSuchRoom { room: name, meant });
        };
        if id == LOBBY || room.is_servers {
            return Err(self.refusal(id, RoomRejection::Stays));
        }
        self.check_may_remove(me)?;
        let act = ModAction::RoomRemoved(room.name.clone());
        facts.push(audit_entry(me, act, None));
        let members: Box<[PersonId]> = room.members.iter().copied().collect();
        self.empty_room(id, &members, &me.name(), facts);
        let change = self.change_by(me.name(), id, RoomAct::Removed { members });
        facts.push(Fact::RoomChanged(Box::new(change)));
        facts.push(Fact::RoomRetired { room: id });
        Ok(())
    }

    /// Checks that the actor is more than an operator for the visit.
    fn check_may_remove(&self, me: Actor<'_>) -> Result<(), Rejection> {
        match me {
            Actor::Person(me) if self.is_operator_on_loan(me) => Err(Rejection::OutlastsVisit),
            _ => Ok(()),
        }
    }

    fn empty_room(&self, id: RoomId, members: &[PersonId], by: &Name, facts: &mut Vec<Fact>) {
        let mut in_lobby = self.here(LOBBY) as u32;
        for person in members.iter().filter_map(|id| self.people.get(*id)) {
            if person.rooms.len() == 1 && person.session.link.needs_room {
                in_lobby += 1;
                facts.push(Fact::Joined {
                    person: person.id,
                    name: person.name.clone(),
                    room: LOBBY,
                    here: in_lobby,
                });
            }
            facts.push(Fact::Left {
                person: person.id,
                name: person.name.clone(),
                room: id,
                why: None,
                closed_by: Some(by.clone()),
                account: person.account.clone(),
            });
        }
    }
}

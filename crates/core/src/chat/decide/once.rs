//! Saying a thing once, however often it is sent.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::chat::{Chat, Inputs, Person};
use crate::command::{Caller, Command, Outcome, RoomRef};
use crate::event::{Fact, Manner};
use crate::rejection::Rejection;
use crate::sent_key::{Digest, Hearer, KeyOwner, KeyUsed, MessageKey};

impl Chat {
    /// Sends a message, unless one was sent under this key before.
    pub(super) fn decide_once(
        &self,
        caller: Caller,
        key: MessageKey,
        command: Command,
        inputs: &mut Inputs<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        let me = self.asker(caller)?;
        let digest = self.digest_of(me, &command)?;
        let owner = match self.account_of(me) {
            Some(account) => KeyOwner::account(account),
            None => KeyOwner::guest(&me.name, me.session.address),
        };
        match self.sent_keys.get(owner.clone(), &key) {
            Some((sent, seq)) if sent == digest => return Ok(Outcome::Repeated(seq)),
            Some(_) => return Err(Rejection::KeyUsed),
            None => {}
        }
        let outcome = self.decide_for_caller(caller, command, inputs, facts)?;
        facts.push(Fact::KeyUsed(Box::new(KeyUsed {
            owner,
            key,
            digest,
            forgets: self.sent_keys.oldest_if_full(),
            is_stored: facts.last().is_some_and(Fact::is_durable),
        })));
        Ok(outcome)
    }

    /// The digest of what a command says.
    fn digest_of(&self, me: &Person, command: &Command) -> Result<Digest, Rejection> {
        Ok(match command {
            Command::Say {
                room, text, manner, ..
            } => Digest::of(Hearer::Room(self.room_of(me, room.clone())?), text, *manner),
            Command::SayTo { room, text, manner } => {
                let room = self.room_of(me, RoomRef::Name(room.clone()))?;
                Digest::of(Hearer::Room(room), text, *manner)
            }
            Command::PrivateMessage {
                to, text, manner, ..
            } => Digest::of(Hearer::Person(to), text, *manner),
            Command::Announce(text) => Digest::of(Hearer::Everybody, text, Manner::Speech),
            // No other command gets here.
            _ => return Err(Rejection::NotHere),
        })
    }
}

//! What administrators do from a shell of the machine: the commands of operators, and those that an
//! owner gives for their own account. Nobody outranks them, and each command is audited.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::log_in::Taker;
use super::operate::{Actor, audit_entry};
use crate::account::{AccountChange, CredentialKind};
use crate::chat::Chat;
use crate::command::{Command, Outcome};
use crate::event::{Fact, Manner, ModAction};
use crate::ids::NOBODY;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::time::Timestamp;

impl Chat {
    pub(super) fn decide_for_shell(
        &self,
        command: Command,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Outcome, Rejection> {
        match command {
            Command::AddAccount {
                name,
                password_hash,
            } => {
                let added = self.added(name, Taker::Absent, password_hash, now)?;
                facts.push(act(ModAction::AccountAdded(added.account.clone())));
                facts.push(Fact::AccountChanged(Box::new(added)));
            }
            Command::SetPassword {
                name,
                password_hash: secret,
            } => {
                let kind = CredentialKind::Password;
                let account = self.registered(&name)?;
                let change = AccountChange::Credential { kind, secret };
                facts.push(act(ModAction::AccountPassword(account.name.clone())));
                facts.push(self.account_changed(account, change, None));
            }
            Command::SayFromShell { room, text } => {
                let named = self.rooms.named(&room);
                let room = named.ok_or(Rejection::NoSuchRoom { room, meant: None })?;
                facts.push(Fact::Said {
                    person: NOBODY,
                    name: Name::shell(),
                    room,
                    text,
                    manner: Manner::Speech,
                    irc: None,
                    account: None,
                });
            }
            command => return self.decide_operate(Actor::Shell, command, now, facts),
        }
        Ok(Outcome::Done)
    }
}

fn act(act: ModAction) -> Fact {
    audit_entry(Actor::Shell, act, None)
}

//! Private messages: delivered, kept, shown and deleted.

use alloc::vec::Vec;

use crate::chat::Chat;
use crate::chat::state::{Holder, Sender};
use crate::event::{Event, KeptMessage, KeptShown, PrivateDeletion, PrivateMessage};
use crate::ids::PersonId;

impl Chat {
    pub(super) fn apply_private_message(&mut self, message: &PrivateMessage, event: &Event) {
        self.note_private(message.from, event.at);
        if message.ignored {
            return;
        }
        match message.kept {
            None => self.note_sender(message.to, Some(event)),
            Some(_) if message.is_mail() => self.keep_mail(message.from, event),
            Some(_) => {
                let from = self.holders_of_person(message.from);
                self.resumables.keep(message.to, event, from);
            }
        }
    }

    pub(super) fn apply_message_kept(&mut self, message: &KeptMessage, event: &Event) {
        self.keep_mail(message.from, event);
        self.note_private(message.from, event.at);
    }

    /// Keeps a message for an account.
    pub(super) fn keep_mail(&mut self, from: PersonId, event: &Event) {
        let from = self.holders_of_person(from);
        self.registrations.mail.keep(event, from);
    }

    /// Whose quota a person's messages count against.
    pub(super) fn holders_of_person(&self, person: PersonId) -> Vec<Holder> {
        self.people
            .get(person)
            .map_or_else(Vec::new, Holder::all_of)
    }

    pub(super) fn apply_kept_shown(&mut self, shown: &KeptShown) {
        self.registrations.mail.forget(&shown.account);
        self.note_sender(shown.person, shown.messages.last());
    }

    /// Notes whom a person can answer: the sender of the last private message they saw.
    pub(super) fn note_sender(&mut self, person: PersonId, message: Option<&Event>) {
        if let Some(sender) = message.and_then(|event| Sender::of(&event.fact)) {
            self.people.with(person, |p| p.set_last_sender(sender));
        }
    }

    /// Deletes a message for everybody who has not seen it yet.
    pub(super) fn apply_private_deleted(&mut self, deletion: &PrivateDeletion) {
        if let Some(account) = &deletion.to_account {
            self.registrations.mail.delete(account, deletion.message);
        }
        self.resumables
            .delete_kept(&deletion.to_name, deletion.message);
    }
}

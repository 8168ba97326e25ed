//! Private messages as they are told, kept, shown and deleted.

use crate::chat::Chat;
use crate::chat::state::Sender;
use crate::event::{Event, KeptShown, PrivateDeletion, PrivateMessage};
use crate::ids::PersonId;

impl Chat {
    pub(super) fn apply_private_message(&mut self, message: &PrivateMessage, event: &Event) {
        self.note_speech(message.from, event.at);
        if message.ignored {
            return;
        }
        match message.kept {
            None => self.note_sender(message.to, Some(event)),
            Some(_) if message.is_mail() => self.registrations.mail.keep(event),
            Some(_) => self.resumables.keep(message.to, event),
        }
    }

    pub(super) fn apply_kept_shown(&mut self, shown: &KeptShown) {
        self.registrations.mail.forget(&shown.account);
        self.note_sender(shown.person, shown.messages.last());
    }

    /// A person was shown a private message, whose sender it may answer.
    pub(super) fn note_sender(&mut self, person: PersonId, message: Option<&Event>) {
        if let Some(sender) = message.and_then(|event| Sender::of(&event.fact)) {
            self.people.with(person, |p| p.set_last_sender(sender));
        }
    }

    /// Who has not been shown the message will not be.
    pub(super) fn apply_private_deleted(&mut self, deletion: &PrivateDeletion) {
        if let Some(account) = &deletion.to_account {
            self.registrations.mail.delete(account, deletion.message);
        }
        self.resumables
            .delete_kept(&deletion.to_name, deletion.message);
    }
}

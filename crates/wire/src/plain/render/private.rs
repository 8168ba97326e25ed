//! Lines for one person alone: private messages, and confirmations.

use alloc::vec::Vec;

use chinwag_core::{
    AccountChange, AccountChanged, Aside, CredentialKind, Event, Fact, KeptShown, ModAction,
    Omitted, PersonId, PrivateDeletion, PrivateMessage, RoomName, Timestamp,
};

use super::{DoneToYou, LineWriter, Renderer};
use crate::plain::words::{Above, Because, messages};

/// How many digits of a certificate are enough to recognise it.
const CERTIFICATE_DIGITS: usize = 16;

impl Renderer {
    /// An event, if it is private, as somebody sees it who has missed it. Returns whether it is:
    /// the room has what was done to oneself as well.
    pub fn missed_in_private(&mut self, out: &mut Vec<u8>, event: &Event, me: PersonId) -> bool {
        let fact = &event.fact;
        let is_own = fact.people().any(|person| person == me);
        if !is_own && !fact.is_for_all() && !matches!(fact, Fact::PrivateMessage(_)) {
            return false;
        }
        self.day_break(out, event.at);
        let before = out.len();
        self.private_line(out, event, me);
        out.len() > before
    }

    /// What was done to a person, or in this room, as somebody sees it who has missed it.
    pub fn deed(
        &mut self,
        out: &mut Vec<u8>,
        event: &Event,
        room: Option<&RoomName>,
        me: PersonId,
    ) {
        if let (false, Some(room)) = (self.missed_in_private(out, event, me), room) {
            self.day_break(out, event.at);
            self.room_line(out, event, room, false);
        }
    }

    /// An event as `reader` is told it in private: a private message, an operator's act, an
    /// announcement, a confirmation.
    ///
    /// Writes nothing for events that concern others.
    pub fn private_line(&mut self, out: &mut Vec<u8>, event: &Event, reader: PersonId) {
        match &event.fact {
            Fact::PrivateMessage(message) => self.private_message(out, event.at, message, reader),
            Fact::RankMessage(message) if message.from != reader => {
                self.told_to_rank(out, event.at, message);
            }
            Fact::MessageKept(message) if message.from == reader => {
                let to = &message.to_name;
                let said = (message.manner, &message.text);
                self.told(out, event.at, None, Some(to), said);
                self.writer(out)
                    .alone(format_args!("{to} is not here; kept until {to} is."));
            }
            Fact::KeptShown(shown) if shown.person == reader => self.kept_shown(out, shown),
            Fact::PrivateDeleted(deletion) => self.private_deleted(out, deletion, reader),
            Fact::Moderated(audit_entry) => {
                let writer = &mut self.writer(out);
                if let ModAction::Announce(text) = &audit_entry.act {
                    writer.alone(format_args!("{} announces: {text}", audit_entry.by));
                } else if audit_entry.target == Some(reader) {
                    writer.moderation_to_target(audit_entry, event.at);
                } else if audit_entry.actor == Some(reader) {
                    writer.moderation_to_actor(audit_entry, event.at);
                } else if let Some(Aside::Operators(_)) = audit_entry.aside {
                    writer.alone(DoneToYou(audit_entry, event.at));
                }
            }
            Fact::RoomChanged(change) => {
                self.writer(out).room_changed(change, event.at, reader);
            }
            Fact::Knocked(knock) => self.writer(out).knocked(knock, reader),
            fact => confirmation(&mut self.writer(out), fact, reader),
        }
    }

    fn private_message(
        &mut self,
        out: &mut Vec<u8>,
        at: Timestamp,
        message: &PrivateMessage,
        reader: PersonId,
    ) {
        let from = (message.from != reader).then_some(&message.from_name);
        let to = (message.to != reader).then_some(&message.to_name);
        if from.is_none() || to.is_none() {
            self.told(out, at, from, to, (message.manner, &message.text));
        }
        if let (None, Some(time)) = (from, message.kept) {
            let (to, time) = (&message.to_name, Above(time));
            self.writer(out)
                .alone(format_args!("{to}'s link is lost; kept for {time}."));
        } else if let (None, Some(why)) = (from, &message.away) {
            let (to, why) = (&message.to_name, Because(why.as_ref()));
            self.writer(out).alone(format_args!("{to} is away{why}"));
        }
    }

    /// What was kept for the reader's account.
    fn kept_shown(&mut self, out: &mut Vec<u8>, shown: &KeptShown) {
        let came = messages(shown.messages.len() as u64);
        if !shown.messages.is_empty() {
            self.writer(out)
                .alone(format_args!("{came} for you while you were away:"));
        }
        for event in &shown.messages {
            if let Fact::MessageKept(message) = &event.fact {
                self.day_break(out, event.at);
                let from = Some(&message.from_name);
                let said = (message.manner, &message.text);
                self.told(out, event.at, from, None, said);
            }
        }
        for omitted in &shown.omitted {
            self.omitted(out, omitted);
        }
    }

    /// Messages that are only in the history.
    fn omitted(&self, out: &mut Vec<u8>, omitted: &Omitted) {
        let came = omitted.messages;
        let mut writer = self.writer(out);
        match &omitted.from {
            Some(from) => writer.alone(format_args!(
                "{came} more from {from}: /history with {from} shows them."
            )),
            None => writer.alone(format_args!(
                "{came} more from others: /history with NAME shows them."
            )),
        }
    }

    fn private_deleted(&self, out: &mut Vec<u8>, deletion: &PrivateDeletion, reader: PersonId) {
        let (by, to) = (&deletion.by, &deletion.to_name);
        let mut writer = self.writer(out);
        match deletion.person == reader {
            // People were not shown it.
            _ if deletion.is_signal => {}
            true => writer.alone(format_args!("Your message to {to} is deleted.")),
            false => writer.happened(format_args!("{by} deleted a private message")),
        }
    }
}

fn confirmation(writer: &mut LineWriter<'_>, fact: &Fact, reader: PersonId) {
    match fact {
        Fact::AwaySet {
            person, away, why, ..
        } if *person == reader => match away {
            true => writer.alone(format_args!("You are away{}", Because(why.as_ref()))),
            false => writer.alone("You are back."),
        },
        Fact::IgnoreSet {
            person,
            who,
            on,
            since_before: false,
        } if *person == reader => {
            let name = &who.name;
            match on {
                true if who.is_nobody() => writer.alone(format_args!(
                    "You ignore {name} now. Nobody is here under that name, and no account has it. \
                     /unignore {name} ends it."
                )),
                true => writer.alone(format_args!(
                    "You ignore {name} now. /unignore {name} ends it."
                )),
                false => writer.alone(format_args!("You hear {name} again.")),
            }
        }
        Fact::AccountChanged(changed) => account_changed(writer, changed, reader),
        Fact::AccountSet(set) if set.person == reader && !set.is_another() => {
            writer.alone(match set.operator {
                true => "You are an operator now.",
                false => "You are no longer an operator.",
            });
        }
        Fact::AccountSet(set) if set.person == reader => match (&set.account, &set.before) {
            (Some(account), _) if set.name.same_as(account) => writer.alone(format_args!(
                "You are logged in to {account}. /logout ends it."
            )),
            (Some(account), _) => writer.alone(format_args!(
                "You are logged in to {account}. /nick {account} takes that name if it is free; /logout ends it."
            )),
            (None, Some(before)) => {
                writer.alone(format_args!("You are logged out of {before}."));
            }
            (None, None) => {}
        },
        _ => {}
    }
}

fn account_changed(writer: &mut LineWriter<'_>, changed: &AccountChanged, reader: PersonId) {
    let account = &changed.account;
    let is_own = changed.person == Some(reader);
    match &changed.change {
        AccountChange::Claimed {
            kind: CredentialKind::Certificate,
            ..
        } if is_own => writer.alone(format_args!(
            "Your name is registered, and your certificate proves it. Next time type {account} at the prompt."
        )),
        AccountChange::Claimed { .. } if is_own => writer.alone(format_args!(
            "Your name is registered. Next time type {account}#PASSWORD at the prompt."
        )),
        AccountChange::Claimed { .. } => {}
        AccountChange::Credential {
            kind: CredentialKind::Password,
            ..
        } => {
            let changed = match (is_own, changed.person) {
                (true, _) => "",
                (false, Some(_)) => " from another of your connections",
                (false, None) => " by those who run the server",
            };
            writer.alone(format_args!(
                "The password of {account} is changed{changed}."
            ));
        }
        AccountChange::Credential { .. } => writer.alone(format_args!(
            "Your certificate proves from now on that {account} is yours."
        )),
        AccountChange::CertificateRemoved(certificate) => {
            let short = &certificate[..certificate.len().min(CERTIFICATE_DIGITS)];
            writer.alone(format_args!("{account} forgets the certificate {short}."));
        }
        AccountChange::NameAdded(name) => writer.alone(format_args!(
            "{name} belongs to your account {account} now. It takes the same password."
        )),
        AccountChange::NameRemoved(name) => {
            writer.alone(format_args!("{name} no longer belongs to your account."));
        }
        AccountChange::Removed => writer.alone(format_args!(
            "The account {account} has ended, and its names are free."
        )),
    }
}

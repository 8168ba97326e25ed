//! The lines that METADATA is answered with.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;

use chinwag_core::{
    Answer, Metadata, MetadataKey, MetadataRejection, MetadataValue, Profile, Rejection,
};

use super::{MetadataQuestion, Sync, read_key};
use crate::dialect::{Env, Step};
use crate::irc::caps::Cap;
use crate::irc::line::put;
use crate::irc::session::Session;
use crate::json::Sentence;

impl Session {
    /// Writes the requested metadata of one person or room.
    pub(super) fn put_metadata(
        &mut self,
        question: &MetadataQuestion,
        subject: &str,
        metadata: &Metadata,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let batch = match question {
            // That of a monitored person is in no batch in the older draft.
            MetadataQuestion::Monitored if self.has_older() => None,
            MetadataQuestion::SyncMonitored(batch) => {
                return self.put_subscribed(Some(*batch), subject, metadata, env, out);
            }
            _ => Some(self.begin_metadata(format_args!("metadata {subject}"), env, out)),
        };
        match question {
            MetadataQuestion::Get(_, typed) => {
                for typed in typed {
                    match read_key(typed) {
                        Some(key) => {
                            let value = metadata.get(&key);
                            self.put_value(batch, subject, (&key, value), env, out);
                        }
                        None => self.skip_key(typed, batch, env, out),
                    }
                }
            }
            MetadataQuestion::SyncPerson(_) | MetadataQuestion::Monitored => {
                self.put_subscribed(batch, subject, metadata, env, out);
            }
            MetadataQuestion::Own => {
                for (key, value) in metadata.iter() {
                    self.put_news(batch, subject, (key, Some(value)), env, out);
                }
            }
            _ => {
                for (key, value) in metadata.iter() {
                    self.put_value(batch, subject, (key, Some(value)), env, out);
                }
            }
        }
        if let Some(batch) = batch {
            self.end_batch(batch, env, out);
        }
    }

    /// The answer to a question about metadata.
    pub(in crate::irc::session) fn metadata_answered(
        &mut self,
        question: MetadataQuestion,
        answer: &Answer,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        match answer {
            Answer::Metadata(subject, metadata) => {
                let subject = subject.to_string();
                self.put_metadata(&question, &subject, metadata, env, out);
                None
            }
            Answer::MetadataIn { room, lines, next } => {
                self.put_metadata_page(question, (room, lines, *next), env, out)
            }
            _ => None,
        }
    }

    pub(super) fn put_subscribed(
        &self,
        batch: Option<u64>,
        subject: impl Display,
        metadata: &Metadata,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        for (key, value) in metadata.iter().filter(|(key, _)| self.subscribes(key)) {
            self.put_news(batch, &subject, (key, Some(value)), env, out);
        }
    }

    pub(super) fn subscribes(&self, key: &MetadataKey) -> bool {
        self.subscribed().contains(key)
    }

    /// A change is made.
    pub(in crate::irc::session) fn metadata_set(
        &mut self,
        question: MetadataQuestion,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        match question {
            MetadataQuestion::Set(target, key, value) => {
                let subject = self.subject(&target);
                self.put_value(None, subject, (&key, value.as_ref()), env, out);
            }
            MetadataQuestion::Clear(target, keys) => {
                let subject = self.subject(&target);
                self.put_cleared(&subject, &keys, env, out);
            }
            _ => {}
        }
    }

    /// A target as others name it.
    fn subject(&self, typed: &str) -> String {
        match typed {
            "*" => self.nick().into(),
            typed => typed.into(),
        }
    }

    pub(super) fn put_cleared(
        &mut self,
        subject: &str,
        keys: &[MetadataKey],
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let batch = self.begin_metadata(format_args!("metadata {subject}"), env, out);
        for key in keys {
            self.put_value(Some(batch), subject, (key, None), env, out);
        }
        self.end_batch(batch, env, out);
    }

    /// A question about metadata was refused.
    pub(in crate::irc::session) fn refuse_metadata(
        &self,
        question: &MetadataQuestion,
        rejection: &Rejection,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let everything = "*";
        let room;
        let (target, key) = match question {
            MetadataQuestion::Set(target, key, _) => (target.as_str(), key.as_str()),
            MetadataQuestion::Get(target, _)
            | MetadataQuestion::List(target)
            | MetadataQuestion::Clear(target, _)
            | MetadataQuestion::SyncPerson(target) => (target.as_str(), everything),
            MetadataQuestion::SyncRoom(name, Sync::Asked | Sync::Begun(_)) => {
                room = name.to_string();
                (room.as_str(), everything)
            }
            MetadataQuestion::Arriving => ("*", everything),
            // Nobody has asked.
            MetadataQuestion::SyncRoom(_, Sync::Entered | Sync::Part(_))
            | MetadataQuestion::SyncMonitored(_)
            | MetadataQuestion::Own
            | MetadataQuestion::Monitored => return,
        };
        if let MetadataQuestion::SyncRoom(_, Sync::Begun(batch)) = question {
            self.end_batch(*batch, env, out);
        }
        let words = Sentence(rejection);
        match rejection {
            Rejection::NobodyCalled { .. } | Rejection::NoSuchRoom { .. } | Rejection::RoomGone => {
                self.no_such_target(target, env, out);
            }
            // In the newer draft this is what was asked for.
            Rejection::Metadata(MetadataRejection::NotSet(key)) if !self.has_older() => {
                self.put_value(None, self.subject(target), (key, None), env, out);
            }
            Rejection::Metadata(MetadataRejection::NotSet(key)) => {
                let why = format_args!("KEY_NOT_SET {target} {key} :{words}");
                self.fail("METADATA", why, env, out);
            }
            Rejection::Metadata(MetadataRejection::Full { .. }) => {
                self.too_many_keys(target, words, env, out);
            }
            Rejection::ShowsServerPassword
            | Rejection::ShowsSecret
            | Rejection::NameReserved(_)
            | Rejection::NameRegistered(_)
            | Rejection::NameTaken { .. }
            | Rejection::NameLooksLike { .. } => {
                self.no_such_value(key, words, env, out);
            }
            _ => {
                let why = format_args!("KEY_NO_PERMISSION {target} {key} :{words}");
                self.fail("METADATA", why, env, out);
            }
        }
    }

    /// What WHOIS shows of a person's metadata.
    pub(in crate::irc::session) fn put_whois_metadata(
        &self,
        profile: &Profile,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let name = &profile.line.name;
        let metadata = profile.metadata.iter().flat_map(|metadata| metadata.iter());
        for (key, value) in metadata.filter(|_| self.caps.takes_metadata()) {
            self.numeric("760", format_args!("{name} {key} * :{value}"), env, out);
        }
    }

    /// A key with its value, or that it has none.
    pub(super) fn put_value(
        &self,
        batch: Option<u64>,
        subject: impl Display,
        (key, value): (&MetadataKey, Option<&MetadataValue>),
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        self.put_batch_tag(batch, out);
        match value {
            Some(value) => {
                self.numeric("761", format_args!("{subject} {key} * :{value}"), env, out);
            }
            None => self.numeric(
                "766",
                format_args!("{subject} {key} :key not set"),
                env,
                out,
            ),
        }
    }

    /// The same, for a client that has not asked for this key.
    pub(super) fn put_news(
        &self,
        batch: Option<u64>,
        subject: impl Display,
        (key, value): (&MetadataKey, Option<&MetadataValue>),
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        if !self.has_older() {
            return self.put_value(batch, subject, (key, value), env, out);
        }
        self.put_batch_tag(batch, out);
        match value {
            Some(value) => {
                self.put_server(
                    format_args!("METADATA {subject} {key} * :{value}"),
                    env,
                    out,
                );
            }
            None => self.put_server(format_args!("METADATA {subject} {key} *"), env, out),
        }
    }

    pub(super) fn put_batch_tag(&self, batch: Option<u64>, out: &mut Vec<u8>) {
        if let Some(batch) = batch.filter(|_| self.caps.has(Cap::Batch)) {
            put(out, format_args!("@batch={batch} "));
        }
    }

    /// Begins a batch. Returns its number.
    pub(super) fn begin_metadata(
        &mut self,
        what: impl Display,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> u64 {
        let batch = self.next_batch();
        self.begin_batch(batch, what, env, out);
        batch
    }
}

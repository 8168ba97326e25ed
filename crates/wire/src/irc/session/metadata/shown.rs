//! Unrequested news of others' metadata.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;

use chinwag_core::{
    Fact, MetadataShown, MetadataSubject, MetadataTarget, PersonId, Query, WhoLine,
};

use super::MetadataQuestion;
use crate::dialect::{Ask, Env};
use crate::irc::session::{Question, Session};

impl Session {
    /// Metadata that the client may have subscribed to was shown.
    pub(in crate::irc::session) fn put_metadata_shown(
        &self,
        shown: &MetadataShown,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let is_told = self
            .here()
            .is_some_and(|here| self.may_be_told(shown, here.me));
        if !is_told || !self.caps.takes_metadata() {
            return;
        }
        for (key, value) in shown.changes.iter().filter(|(key, _)| self.subscribes(key)) {
            self.put_news(None, &shown.subject, (key, value.as_ref()), env, out);
        }
    }

    fn may_be_told(&self, shown: &MetadataShown, me: PersonId) -> bool {
        let is_inside = || shown.rooms.iter().any(|room| self.rooms.contains(room));
        match &shown.subject {
            // A client that sets its own gets an answer instead.
            MetadataSubject::Person(id, _) if *id == me => shown.by != me,
            MetadataSubject::Person(_, name) => is_inside() || self.monitors(name),
            MetadataSubject::Room(_) => shown.by != me && is_inside(),
        }
    }

    /// Keeps what CLEAR has removed, for its answer.
    pub(in crate::irc::session) fn note_cleared(&mut self, fact: &Fact, me: PersonId) {
        if let Fact::MetadataShown(shown) = fact
            && shown.by == me
            && let Some(Question::Metadata(question)) = self.pending.question.as_deref_mut()
            && let MetadataQuestion::Clear(_, keys) = &mut **question
        {
            *keys = shown.changes.iter().map(|(key, _)| key.clone()).collect();
        }
    }

    /// Asks next for the metadata of people whom MONITOR has found.
    pub(in crate::irc::session) fn ask_metadata_of(&mut self, people: &[Option<WhoLine>]) {
        if self.subscribed().is_empty() {
            return;
        }
        for line in people.iter().flatten() {
            let target = MetadataTarget::Person(line.name.to_string().into());
            let question = Question::Metadata(Box::new(MetadataQuestion::Monitored));
            self.later(Ask::Query(Query::Metadata(target)), question);
        }
    }
}

//! A reader's filter: whom they ignore, and what they want besides messages.

use chinwag_core::{Detail, Event, Fact, Manner, Name, PastName, Seq, Timestamp, Voice};

use crate::block::{Message, NameCache};

/// A reader's choice among what a room's past holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// Names whose messages and topics are left out, and the accounts of these names: all of them,
    /// or what was said while one person had the name.
    pub not_from: &'a [PastName],
    /// The reader's own names, whose speech their terminal shows already. Actions are not left out.
    pub own: &'a [PastName],
    /// What pages include besides messages.
    pub detail: Detail,
    /// The requested times, the second exclusive. Places ascend with time unless the clock was set
    /// back, so entries of other times may lie between these.
    pub times: Option<(Timestamp, Timestamp)>,
}

impl Filter<'_> {
    /// Whether it passes every message of its times.
    pub(crate) fn is_open(&self) -> bool {
        self.not_from.is_empty() && self.own.is_empty()
    }

    pub(crate) fn passes(&self, message: &Message<'_>, names: &mut NameCache) -> bool {
        self.is_in_time(message.at) && self.is_heard(message, names)
    }

    /// Whether the reader is shown a message, whatever its time.
    pub(crate) fn is_heard(&self, message: &Message<'_>, names: &mut NameCache) -> bool {
        // A name that cannot be read is damage, which making the event reports.
        self.is_open()
            || names.parse(message.name).is_none_or(|name| {
                let account = message.account.and_then(|account| names.parse(account));
                self.hears(&name, account.as_ref(), message.seq) && !self.is_own(message, &name)
            })
    }

    pub(crate) fn is_in_time(&self, at: Timestamp) -> bool {
        self.times
            .is_none_or(|(from, until)| from <= at && at < until)
    }

    fn is_own(&self, message: &Message<'_>, name: &Name) -> bool {
        let mut own = self.own.iter();
        message.manner == Manner::Speech && own.any(|own| own.covers(name, message.seq))
    }

    /// Whether an event that is no message is a line to the reader: of a kind that is shown, and
    /// not from somebody whom they ignore. Everybody sees announcements: ignoring an operator does
    /// not hide them.
    pub(crate) fn shows(&self, event: &Event) -> bool {
        match &event.fact {
            // IRC has no line for these, or one that says that something happens now.
            Fact::PresenceSummary { .. } | Fact::RoomRenamed(_) if self.detail.is_playback() => {
                false
            }
            Fact::Signal(signal) => {
                let account = signal.accounts.from.as_ref();
                self.hears(&signal.from_name, account, event.seq)
            }
            fact => fact
                .voice()
                .is_none_or(|voice| self.hears(voice.name, voice.account, event.seq)),
        }
    }

    /// A movement as the reader sees it: without the words of people whom they ignore.
    pub(crate) fn told(&self, mut event: Event) -> Event {
        let is_left_out = |voice: Voice<'_>| !self.hears(voice.name, voice.account, event.seq);
        if event.fact.aside().is_some_and(is_left_out) {
            event.fact = event.fact.without_aside();
        }
        event
    }

    /// Whether the reader hears the person who had a name and an account at this place.
    pub(crate) fn hears(&self, name: &Name, account: Option<&Name>, place: Seq) -> bool {
        let is_left_out = |other: &Name| self.not_from.iter().any(|left| left.covers(other, place));
        !is_left_out(name) && !account.is_some_and(is_left_out)
    }
}

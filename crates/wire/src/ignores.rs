//! The people whom a person ignores, as their session knows them: lines of rooms, and what is read
//! of the past, are shown without asking the chat.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use chinwag_core::{Event, Fact, Ignored, Source, StandingCause, Voice};

/// Whether a fact has words of one of these people besides what everybody is told, which have to be
/// left out.
pub(crate) fn leave_out_aside(entries: &[Ignored], fact: &Fact) -> bool {
    fact.aside().is_some_and(|voice| cover(entries, &voice))
}

fn cover(entries: &[Ignored], voice: &Voice<'_>) -> bool {
    entries.iter().any(|entry| entry.covers(voice))
}

/// The event as seen by somebody who ignores these people, if it has words of theirs besides what
/// everybody is told.
pub(crate) fn without_asides(entries: &[Ignored], event: &Event) -> Option<Event> {
    let (fact, source) = if leave_out_aside(entries, &event.fact) {
        (event.fact.without_aside(), event.source.clone())
    } else if comes_away(event).is_some_and(|voice| cover(entries, &voice)) {
        let source = event.source.clone().map(away_without_reason);
        (event.fact.clone(), source)
    } else {
        return None;
    };
    Some(Event {
        fact,
        source,
        ..*event
    })
}

/// Whose reason for being away IRC shows after an event: that of a person who enters a room.
fn comes_away(event: &Event) -> Option<Voice<'_>> {
    let source = event.source.as_deref()?;
    source.away.as_ref()?;
    let (name, person) = match &event.fact {
        Fact::Joined { name, person, .. } => (name, *person),
        Fact::StandingShown(shown) if shown.with == StandingCause::Return => {
            (&shown.name, shown.person)
        }
        _ => return None,
    };
    Some(Voice {
        name,
        person: Some(person),
        account: source.account.as_ref(),
    })
}

fn away_without_reason(source: Arc<Source>) -> Arc<Source> {
    let away = Some(Source::AWAY.into());
    Arc::new(Source {
        away,
        ..Arc::unwrap_or_clone(source)
    })
}

/// See the [module](self).
#[derive(Clone, Debug, Default)]
pub(crate) struct Ignores {
    /// Boxed, since few ignore anybody.
    list: Option<Box<List>>,
}

#[derive(Clone, Debug, Default)]
struct List {
    entries: Vec<Ignored>,
}

impl Ignores {
    /// Whom a person ignores, from the fact that gave the session its person.
    pub(crate) fn by_login(fact: &Fact) -> Self {
        match fact {
            Fact::Returned(returned) => Self::of(returned.ignores.to_vec()),
            Fact::Attached(attached) => Self::of(attached.ignores.to_vec()),
            _ => Self::default(),
        }
    }

    fn of(entries: Vec<Ignored>) -> Self {
        let list = (!entries.is_empty()).then(|| Box::new(List { entries }));
        Self { list }
    }

    /// The entries.
    pub(crate) fn entries(&self) -> &[Ignored] {
        self.list.as_deref().map_or(&[], |list| &list.entries)
    }

    /// Makes a change, if the fact is one.
    pub(crate) fn note(&mut self, fact: &Fact) {
        let Fact::IgnoreSet { who, on, .. } = fact else {
            return;
        };
        let mut entries = self.list.take().unwrap_or_default().entries;
        entries.retain(|other| !other.name.same_as(&who.name));
        entries.extend(on.then(|| who.clone()));
        *self = Self::of(entries);
    }

    /// Whether an event has the voice of somebody ignored.
    pub(crate) fn hides(&self, event: &Event) -> bool {
        let entries = self.entries();
        !entries.is_empty()
            && event
                .fact
                .voice()
                .is_some_and(|voice| cover(entries, &voice))
    }
}

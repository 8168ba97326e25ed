//! The people whom a person does not want to hear: by name, and under any other name that they take.

use alloc::boxed::Box;
use alloc::vec::Vec;

use chinwag_core::{Event, Fact, Name, PersonId, Returned};

/// See the [module](self).
#[derive(Clone, Debug, Default)]
pub(crate) struct Ignores {
    /// Boxed, since few ignore anybody.
    lists: Option<Box<Lists>>,
}

#[derive(Clone, Debug, Default)]
struct Lists {
    names: Vec<Name>,
    /// The people behind the names above.
    people: Vec<(Name, PersonId)>,
}

impl Ignores {
    /// What a session that was taken up ignores.
    pub(crate) fn returned(returned: &Returned) -> Self {
        let ignores = returned.ignores.iter();
        let people = ignores
            .clone()
            .filter_map(|(name, person)| Some((name.clone(), (*person)?)));
        let lists = Lists {
            names: ignores.map(|(name, _)| name.clone()).collect(),
            people: people.collect(),
        };
        Self {
            lists: (!lists.names.is_empty()).then(|| Box::new(lists)),
        }
    }

    /// The names.
    pub(crate) fn names(&self) -> &[Name] {
        self.lists.as_deref().map_or(&[], |lists| &lists.names)
    }

    /// Takes over a change, if the fact is one.
    pub(crate) fn note(&mut self, fact: &Fact) {
        let Fact::IgnoreSet {
            name, target, on, ..
        } = fact
        else {
            return;
        };
        let lists = self.lists.get_or_insert_default();
        lists.names.retain(|ignored| !ignored.same_as(name));
        lists.people.retain(|(ignored, _)| !ignored.same_as(name));
        if *on {
            lists.names.push(name.clone());
            let person = target.map(|target| (name.clone(), target));
            lists.people.extend(person);
        }
    }

    /// Whether an event has the voice of somebody ignored.
    pub(crate) fn hides(&self, event: &Event) -> bool {
        let Some(lists) = self.lists.as_deref() else {
            return false;
        };
        let (voice, speaker) = (event.fact.voice(), event.fact.speaker());
        let by_name = |voice| lists.names.iter().any(|name| name.same_as(voice));
        let by_person = |speaker| lists.people.iter().any(|(_, id)| *id == speaker);
        voice.is_some_and(by_name) || speaker.is_some_and(by_person)
    }
}

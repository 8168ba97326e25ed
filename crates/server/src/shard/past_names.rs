//! The names that people have had before, and when, so that a reader who ignores a guest does not
//! see in the history what the guest said under another name.
//!
//! Every shard sees every event, so the hub has no part in it. A bounded number of people who have
//! changed name since the server started are remembered, including those who have left; for the
//! others the ignore entry itself is enough.

use std::collections::VecDeque;

use chinwag_core::limits::PAST_NAMES_MAX;
use chinwag_core::{Event, Fact, Ignored, PastName, PersonId};
use hashbrown::HashMap;

use crate::limits::RENAMED_MAX;

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct PastNames {
    of: HashMap<PersonId, Vec<PastName>>,
    /// Those people, in the order in which they first changed name.
    order: VecDeque<PersonId>,
}

impl PastNames {
    /// Notes an event.
    pub(crate) fn note(&mut self, event: &Event) {
        match &event.fact {
            Fact::Renamed(renamed) => {
                let names = self.entry(renamed.person);
                match names.last_mut().filter(|last| last.is_borne()) {
                    Some(last) => last.until = event.seq,
                    None => names.push(PastName {
                        name: renamed.old.clone(),
                        since: renamed.since,
                        until: event.seq,
                    }),
                }
                names.push(PastName {
                    name: renamed.new.clone(),
                    since: event.seq,
                    until: PastName::NOW,
                });
                if names.len() > PAST_NAMES_MAX {
                    names.remove(0);
                }
            }
            Fact::Returned(returned) if !returned.names.is_empty() => {
                let names = self.entry(returned.login.person);
                *names = returned.names.to_vec();
                if names.iter().all(|name| !name.is_borne()) {
                    names.push(PastName {
                        name: returned.login.name.clone(),
                        since: event.seq,
                        until: PastName::NOW,
                    });
                }
            }
            Fact::Quit(quit) => {
                let names = self.of.get_mut(&quit.person);
                let last = names.and_then(|names| names.last_mut());
                if let Some(last) = last.filter(|last| last.is_borne()) {
                    last.until = event.seq;
                }
            }
            _ => {}
        }
    }

    fn entry(&mut self, person: PersonId) -> &mut Vec<PastName> {
        if !self.of.contains_key(&person) {
            if self.order.len() == RENAMED_MAX
                && let Some(oldest) = self.order.pop_front()
            {
                self.of.remove(&oldest);
            }
            self.order.push_back(person);
        }
        self.of.entry(person).or_default()
    }

    /// All names whose past is left out because their bearer is ignored.
    pub(crate) fn of(&self, ignored: &[Ignored]) -> Vec<PastName> {
        let always = ignored.iter().flat_map(Ignored::names);
        let people = ignored.iter().filter_map(|ignored| ignored.person);
        let past = people.filter_map(|person| self.of.get(&person)).flatten();
        let always = always.map(|name| PastName::always(name.clone()));
        always.chain(past.cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use chinwag_core::{Name, Quit, QuitReason, Renamed, Returned, RoomId, Seq, Timestamp};

    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    fn event(seq: u64, fact: Fact) -> Event {
        Event {
            seq: Seq(seq),
            at: Timestamp(0),
            fact,
            source: None,
        }
    }

    fn renamed(seq: u64, person: u64, since: u64, old: &str, new: &str) -> Event {
        let renamed = Renamed {
            person: PersonId(person),
            old: name(old),
            since: Seq(since),
            new: name(new),
            rooms: [].into(),
            account: None,
            operator: false,
        };
        event(seq, Fact::Renamed(Box::new(renamed)))
    }

    /// A person comes back under a name, with those that it is known to have borne.
    fn returned(seq: u64, person: u64, called: &str, borne: &[(&str, u64, Seq)]) -> Event {
        let mut returned = Returned::of_past(name(called), RoomId(0));
        returned.login.person = PersonId(person);
        let borne = borne.iter().map(|(called, since, until)| PastName {
            name: name(called),
            since: Seq(*since),
            until: *until,
        });
        returned.names = borne.collect();
        event(seq, Fact::Returned(Box::new(returned)))
    }

    fn quit(seq: u64, person: u64) -> Event {
        let quit = Quit {
            person: PersonId(person),
            name: name("any"),
            account: None,
            rooms: [].into(),
            why: QuitReason::Closed,
            is_resumable: false,
        };
        event(seq, Fact::Quit(Box::new(quit)))
    }

    /// Whether a reader who ignores a person is shown what was said under a name in a place.
    fn hears(names: &PastNames, person: u64, called: &str, place: u64) -> bool {
        let ignored = Ignored {
            name: name("gus"),
            person: Some(PersonId(person)),
            account: None,
        };
        let names = names.of(&[ignored]);
        !names
            .iter()
            .any(|past| past.covers(&name(called), Seq(place)))
    }

    #[test]
    fn a_name_is_a_persons_while_it_bears_it_and_stays_known_when_it_has_left() {
        let mut names = PastNames::default();
        names.note(&renamed(10, 1, 5, "gus", "g2"));
        names.note(&renamed(20, 1, 10, "g2", "g3"));
        names.note(&renamed(25, 2, 3, "ann", "g2"));
        names.note(&quit(30, 1));
        for (called, place, is_heard) in [
            ("gus", 1, false),
            ("gus", 40, false),
            ("g2", 9, true),
            ("g2", 15, false),
            ("G2", 15, false),
            ("g2", 26, true),
            ("g3", 15, true),
            ("g3", 29, false),
            ("g3", 31, true),
        ] {
            assert_eq!(
                hears(&names, 1, called, place),
                is_heard,
                "{called} {place}"
            );
        }
        assert!(!hears(&names, 2, "ann", 4) && hears(&names, 2, "ann", 2));
    }

    #[test]
    fn one_who_comes_back_has_the_names_that_it_had_and_bears_one_of_them() {
        let mut names = PastNames::default();
        let borne = [("gus", 1, Seq(10)), ("g2", 10, Seq(20))];
        names.note(&returned(50, 1, "g2", &borne));
        let is_hidden = |names: &PastNames, places: [(&str, u64); 4]| {
            places.map(|(called, place)| !hears(names, 1, called, place))
        };
        let places = [("gus", 5), ("g2", 15), ("g2", 30), ("g2", 55)];
        assert_eq!(is_hidden(&names, places), [true, true, false, true]);
        names.note(&returned(60, 1, "g2", &[]));
        assert_eq!(is_hidden(&names, places), [true, true, false, true]);
        // That it bears it still is known already.
        names.note(&returned(60, 1, "g2", &[("g2", 10, PastName::NOW)]));
        names.note(&renamed(70, 1, 10, "g2", "g3"));
        let places = [("g2", 9), ("g2", 65), ("g2", 75), ("g3", 75)];
        assert_eq!(is_hidden(&names, places), [false, true, false, true]);
    }

    #[test]
    fn of_each_person_the_newest_names_are_known() {
        let mut names = PastNames::default();
        let called = |number: usize| format!("n{number}");
        for number in 1..=PAST_NAMES_MAX {
            let (old, new) = (called(number - 1), called(number));
            names.note(&renamed(10 * number as u64, 1, 1, &old, &new));
        }
        // Each was borne until the next change.
        let is_known = |number: usize| !hears(&names, 1, &called(number), 10 * number as u64 + 5);
        assert!(!is_known(0), "it is one too many");
        assert!((1..=PAST_NAMES_MAX).all(is_known));
    }

    #[test]
    fn as_many_people_are_known_as_may_be() {
        let mut names = PastNames::default();
        for person in 0..=RENAMED_MAX as u64 {
            names.note(&renamed(10 + person, person, 1, "old", "new"));
        }
        assert!(hears(&names, 0, "old", 5));
        assert!(!hears(&names, 1, "old", 5));
    }
}

//! What a person is shown of a room on entering it, and of the server on arrival.

use alloc::boxed::Box;

use super::state::Room;
use super::{Chat, Person};
use crate::answer::{RoomSummary, Topic, Welcome, WelcomeBack};
use crate::ids::{PersonId, RoomId};
use crate::ignore::Voice;
use crate::name::Name;

/// How many names a room's summary lists before it counts the rest.
const SUMMARY_NAMES_MAX: usize = 5;

impl Chat {
    /// The topic of a room, unless the reader ignores its author.
    pub(super) fn topic_for<'a>(&self, me: &Person, room: &'a Room) -> Option<&'a Topic> {
        let topic = room.topic.as_ref()?;
        if me.ignores().is_empty() {
            return Some(topic);
        }
        let voice = Voice {
            name: &topic.by,
            person: room.topic_author,
            account: topic.account.as_ref(),
        };
        me.ignored(&voice).is_none().then_some(topic)
    }

    /// A room and the others in it; `None` if the room is gone.
    pub fn room_summary(&self, person: PersonId, id: RoomId) -> Option<RoomSummary> {
        let room = self.rooms.get(id)?;
        let others = room.members.iter().filter(|&&id| id != person);
        let others = others.filter_map(|id| self.people.get(*id));
        let names = others.map(|other| other.name.clone());
        let others: Box<[_]> = names.take(SUMMARY_NAMES_MAX).collect();
        let is_inside = room.members.contains(&person);
        let number = room.members.len() - usize::from(is_inside);
        let reader = self.people.get(person);
        Some(RoomSummary {
            room: room.name.clone(),
            id,
            more: number.saturating_sub(others.len()),
            others,
            topic: match reader {
                Some(me) => self.topic_for(me, room).cloned(),
                None => room.topic.clone(),
            },
            has_password: room
                .rules()
                .is_some_and(|rules| rules.settings.password.is_some()),
            ignores: reader.is_some_and(|me| !me.ignores().is_empty()),
        })
    }

    /// The welcome to a person who has arrived and talks in room `current`, or in the one they
    /// entered last; `None` if they are gone.
    pub fn welcome(&self, person: PersonId, current: Option<RoomId>) -> Option<Welcome> {
        let me = self.people.get(person)?;
        let current = current.filter(|room| me.rooms.contains(room));
        let current = current.or(me.rooms.last().copied());
        let others = me.rooms.iter().filter(|room| Some(**room) != current);
        let names = others.filter_map(|room| self.room_name(*room).cloned());
        let account = self.account_of(me);
        let lasting = account.is_some_and(|account| account.operator);
        Some(Welcome {
            person,
            name: me.name.clone(),
            room: current.and_then(|room| self.room_summary(person, room)),
            also: names.collect(),
            resume: (me.session.code, self.settings.resume_time),
            first_operator: me.session.rank.operator && !lasting,
            operator_waits: self.operator_waits(me),
            registered: me.account.is_some(),
            motd: self.motd.clone(),
            counts: self.counts(),
        })
    }

    /// The welcome to a person who has resumed a session; `None` if they have left since.
    pub fn welcome_back(&self, person: PersonId, name_before: Option<Name>) -> Option<WelcomeBack> {
        let person = self.people.get(person)?;
        Some(WelcomeBack {
            said: person.activity.visit.said,
            away: person.away().cloned(),
            resume: (person.session.code, self.settings.resume_time),
            motd: self.motd.clone(),
            counts: self.counts(),
            name_before,
        })
    }
}

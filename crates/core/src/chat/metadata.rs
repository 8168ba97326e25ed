//! Answers about metadata.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Bound;

use super::decide::owner_of;
use super::{Chat, Person};
use crate::answer::{Answer, MemberCursor};
use crate::command::RoomRef;
use crate::ids::{PersonId, RoomId};
use crate::limits::{METADATA_PAGE_BYTES_MAX, PEOPLE_SCANNED_MAX};
use crate::metadata::{Metadata, MetadataLine, MetadataOwner, MetadataSubject, MetadataTarget};
use crate::rejection::Rejection;
use crate::time::Timestamp;

impl Chat {
    /// The metadata of one person or room. A room's is for those who may read what was said there.
    pub(super) fn metadata_of(
        &self,
        me: &Person,
        target: MetadataTarget,
        now: Timestamp,
    ) -> Result<Answer, Rejection> {
        let (subject, metadata) = match target {
            MetadataTarget::Oneself => self.line_of_metadata(me),
            MetadataTarget::Person(typed) => self.line_of_metadata(self.find(me, &typed)?),
            MetadataTarget::Room(room) => {
                let id = self.room_of(me, RoomRef::Name(room))?;
                self.check_may_read(me, id, now)?;
                self.room_line_of_metadata(id)
            }
        };
        Ok(Answer::Metadata(subject, metadata))
    }

    /// A page of the metadata of a room and the people in it, without those who have none.
    pub(super) fn metadata_in(
        &self,
        me: &Person,
        room: RoomRef,
        after: Option<MemberCursor>,
        now: Timestamp,
    ) -> Result<Answer, Rejection> {
        let id = self.room_of(me, room)?;
        self.check_may_read(me, id, now)?;
        let start = after.map_or(Bound::Unbounded, |cursor| Bound::Excluded(cursor.after));
        let room = self.rooms.get(id);
        let rest = room.map(|room| room.members.starting(start.as_ref()));
        let mut rest = rest.into_iter().flatten();
        let own = after.is_none().then(|| self.room_line_of_metadata(id));
        let mut lines: Vec<MetadataLine> =
            own.into_iter().filter(|(_, all)| !all.is_empty()).collect();
        let mut bytes = 0;
        let mut last: Option<PersonId> = None;
        let mut scanned = 0;
        while scanned < PEOPLE_SCANNED_MAX
            && bytes < METADATA_PAGE_BYTES_MAX
            && let Some(person) = rest.next()
        {
            (scanned, last) = (scanned + 1, Some(*person));
            if let Some(person) = self.people.get(*person)
                && let Some(metadata) = self.metadata.of(&owner_of(person))
            {
                bytes += metadata.bytes();
                lines.push((subject_of(person), metadata.clone()));
            }
        }
        let listed = after.map_or(0, |cursor| cursor.listed) + scanned;
        let last = last.filter(|_| rest.next().is_some());
        Ok(Answer::MetadataIn {
            room: self.name_of(id),
            lines,
            next: last.map(|after| MemberCursor { after, listed }),
        })
    }

    /// What a person has, if it has anything.
    pub(super) fn metadata_of_person(&self, person: &Person) -> Option<Arc<Metadata>> {
        self.metadata.of(&owner_of(person)).cloned()
    }

    fn line_of_metadata(&self, person: &Person) -> MetadataLine {
        let metadata = self.metadata_of_person(person);
        (subject_of(person), metadata.unwrap_or_default())
    }

    fn room_line_of_metadata(&self, id: RoomId) -> MetadataLine {
        let metadata = self.metadata.of(&MetadataOwner::Room(id)).cloned();
        let subject = MetadataSubject::Room(self.name_of(id));
        (subject, metadata.unwrap_or_default())
    }
}

fn subject_of(person: &Person) -> MetadataSubject {
    MetadataSubject::Person(person.id, person.name.clone())
}

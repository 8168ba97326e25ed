//! Shows a resumed session what it missed: the lines of its rooms, a page at a time, and among
//! them, by their places in the one order, its private lines. What comes meanwhile waits.

use std::sync::Arc;

use chinwag_core::limits::PRIVATE_LOG_BYTES_MAX;
use chinwag_core::{Detail, Event, LeftOut, Seq, WelcomeBack};
use chinwag_feed::{PlacedLines, Unacknowledged};
use chinwag_store::{PastPerson, PersonRange};
use chinwag_wire::dialect::{Doubt, Tell, is_message};

use super::pages::{PageKind, Pages};
use super::{Exchange, Session};
use crate::hub::Resumed;
use crate::session::unseen::Resumption;
use crate::shard::Shared;
use crate::worker::{ArchiveJob, Away};

/// How many of a person's missed messages its rooms have.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MissedInRooms {
    /// Those that follow.
    pub(super) shown: u64,
    /// Those that retention has deleted.
    pub(super) gone: u64,
    /// The first of those that follow, which the person may have read.
    pub(super) doubted: u64,
}

impl Session {
    /// The session has its person again: first it is shown what it missed, then what its rooms had
    /// meanwhile.
    pub(super) fn handle_resumed(
        &mut self,
        resumed: Resumed,
        after: Option<Seq>,
        shared: &mut Shared,
    ) {
        self.inherit_bucket(shared);
        if let Some(saved) = resumed.arrived.saved {
            self.take_saved(saved, shared);
        }
        let (mut unseen, mut kept) = (resumed.unseen, resumed.kept);
        // A number that was never given, such as one from before a backup was restored, proves
        // nothing.
        if let Some(after) = after.filter(|after| *after <= shared.newest) {
            unseen.resume_after(after);
            kept.retain(|event| event.seq > after);
        }
        kept.retain(|event| unseen.lacks(event));
        let is_kept = resumed.stored.as_ref().is_some_and(PastPerson::is_kept);
        if is_kept && self.has_foreign(&unseen) {
            unseen.look_up_messages(resumed.until, is_message);
        }
        let stored = resumed.stored.zip(unseen.stored);
        let stored = stored.map(|(of, (after, until))| PersonRange {
            of,
            after,
            until: until.min(resumed.until),
        });
        // What was kept, and shown a moment before a kill, may still be kept.
        kept.retain(|event| !stored.as_ref().is_some_and(|range| range.has(event)));
        if self.dialect.resumes_by_number() {
            self.feed.handle_unproven(&unseen.unproven, &unseen.lost);
        }
        unseen.forget_unproven();
        unseen.retain_private(|lines| self.dialect.reads(lines));
        let own = match self.dialect.shows_typed() {
            true => resumed.own,
            false => Arc::default(),
        };
        let job = ArchiveJob::Missed {
            away: Away {
                rooms: unseen.rooms.as_slice().into(),
                private: stored.map(Arc::new),
                until: resumed.until,
            },
            detail: Detail::Notices,
            not_from: self.ignored(shared).into(),
            own,
            doubted: unseen.doubted,
        };
        self.exchange.rare().missed = Some(Resumption {
            unseen,
            kept,
            lacks_private: !is_kept,
            left_out: resumed.arrived.left_out,
        });
        let back = resumed.back.map(Box::new);
        self.ask_pages(job, PageKind::Missed(back.clone()), shared);
        if !self.exchange.is_waiting() {
            // The history is busy, as the person was told: nobody knows what was missed.
            self.tell_resumed(MissedInRooms::default(), true, back.as_deref(), shared);
            self.tell_missed(Vec::new(), None, shared);
        }
    }

    /// Whether private lines were written in another dialect than the current one.
    fn has_foreign(&self, unseen: &Unacknowledged) -> bool {
        let mut lines = unseen.private.iter();
        lines.any(|(_, lines)| !self.dialect.reads(lines))
    }

    /// Tells that the history cannot be read, and shows what else was missed, if that was being shown.
    pub(super) fn tell_without_history(&mut self, pages: &Pages, shared: &mut Shared) {
        if let PageKind::Missed(back) = &pages.kind
            && pages.next.is_none()
        {
            self.tell_resumed(MissedInRooms::default(), true, back.as_deref(), shared);
        }
        // The dialect may ask something when it has seen the rest.
        self.tell(Tell::NoHistory, shared);
        self.tell_missed(Vec::new(), None, shared);
    }

    /// Welcomes the person back: with the numbers of missed messages, and whether there is, or may
    /// be, anything else.
    pub(super) fn tell_resumed(
        &mut self,
        in_rooms: MissedInRooms,
        shows: bool,
        back: Option<&WelcomeBack>,
        shared: &mut Shared,
    ) {
        let missed = self.exchange.missed();
        let doubt = missed
            .filter(|missed| missed.unseen.doubted.is_some())
            .map(|missed| Doubt {
                messages: in_rooms.doubted,
                lacks_private: missed.lacks_private,
            });
        let resumed = Tell::Resumed {
            doubt,
            missed: in_rooms.shown + missed.map_or(0, |missed| missed.messages(&self.dialect)),
            skipped: in_rooms.gone + missed.map_or(0, |missed| missed.unseen.skipped),
            has_news: shows || missed.is_some_and(Resumption::has_news),
            back,
        };
        self.tell(resumed, shared);
    }

    /// Shows a page of what the rooms had, with the private lines up to the next page, if there is
    /// one.
    pub(super) fn tell_missed(&mut self, page: Vec<Event>, next: Option<Seq>, shared: &mut Shared) {
        let (lines, kept) = self.exchange.take_missed(next);
        let mut events = page;
        events.extend(kept);
        events.sort_by_key(|event| event.seq);
        let mut rest = &events[..];
        for (after, lines) in lines {
            let place = rest.partition_point(|event| event.seq <= after);
            let (older, newer) = rest.split_at(place);
            self.tell_events(older, shared);
            self.add_told(after, &lines);
            rest = newer;
        }
        self.tell_events(rest, shared);
        if next.is_none()
            && let Some(left_out) = self.exchange.end_missed()
        {
            self.tell_left_out(&left_out, shared);
            self.tell(Tell::CaughtUp, shared);
        }
    }

    /// Shows events with their own places: if the link is lost again, they keep those. A program
    /// gets each by itself, since it may have read some of them.
    fn tell_events(&mut self, events: &[Event], shared: &mut Shared) {
        if !self.dialect.resumes_by_number() {
            return self.tell_these(events, shared);
        }
        for event in events.chunks(1) {
            self.tell_these(event, shared);
        }
    }

    fn tell_these(&mut self, events: &[Event], shared: &mut Shared) {
        let Some(last) = events.last() else {
            return;
        };
        let is_inside = self
            .feed
            .rooms()
            .any(|(room, _)| last.fact.rooms().contains(&room));
        let is_copy = self.dialect.resumes_by_number() && is_inside;
        let mut lines = std::mem::take(&mut shared.buffers.lines);
        lines.clear();
        let tell = Tell::Missed(events);
        self.dialect.handle_tell(tell, &shared.env(), &mut lines);
        match is_copy {
            true => self.feed.handle_copy(last.seq, &lines),
            false => self.add_told(last.seq, &lines),
        }
        shared.buffers.lines = lines;
    }

    /// Adds private lines, as the kind that they are.
    fn add_told(&mut self, after: Seq, lines: &[u8]) {
        match self.dialect.proves(lines) {
            true => self.feed.handle_news(after, lines),
            false => self.feed.handle_private(after, lines),
        }
    }

    /// Tells which rooms the person could not enter again, and why.
    pub(super) fn tell_left_out(&mut self, left_out: &[LeftOut], shared: &mut Shared) {
        if !left_out.is_empty() {
            self.tell(Tell::LeftOut(left_out), shared);
        }
    }

    /// Adds private lines. Until the session was shown all that it missed, they wait.
    pub(in crate::session) fn add_private(&mut self, after: Seq, lines: &[u8]) {
        if !self.feed.is_held() || self.person.is_none() {
            return self.add_told(after, lines);
        }
        self.exchange.rare().deferred.push((after, lines.into()));
        let deferred = self.exchange.deferred().iter();
        let bytes: usize = deferred.map(|(_, lines)| lines.len()).sum();
        if bytes > PRIVATE_LOG_BYTES_MAX {
            // The feed has a bound for them, and counts what it loses.
            self.tell_deferred();
        }
    }

    /// Adds the lines that have waited.
    pub(in crate::session) fn tell_deferred(&mut self) {
        for (after, lines) in self.exchange.take_deferred() {
            self.add_told(after, &lines);
        }
    }
}

impl Exchange {
    /// Takes out what comes before an event, or all that is left: lines and messages. What the
    /// rooms had before the event was shown as well.
    fn take_missed(&mut self, next: Option<Seq>) -> (Vec<PlacedLines>, Vec<Event>) {
        let rare = self.rare.as_deref_mut();
        let Some(missed) = rare.and_then(|rare| rare.missed.as_mut()) else {
            return Default::default();
        };
        let is_before = |seq: Seq| next.is_none_or(|next| seq < next);
        if let Some(next) = next {
            let told = Seq(next.0.saturating_sub(1));
            let rooms = missed.unseen.rooms.iter_mut();
            rooms.for_each(|(_, after)| *after = told.max(*after));
            let stored = missed.unseen.stored.iter_mut();
            stored.for_each(|(after, _)| *after = told.max(*after));
        }
        let lines = &mut missed.unseen.private;
        let mut lines: Vec<PlacedLines> = lines
            .extract_if(.., |(after, _)| is_before(*after))
            .collect();
        lines.sort_by_key(|(after, _)| *after);
        let kept = missed.kept.extract_if(.., |event| is_before(event.seq));
        (lines, kept.collect())
    }

    /// Ends the resumption when everything was shown. Returns the rooms that the person could not
    /// enter.
    fn end_missed(&mut self) -> Option<Vec<LeftOut>> {
        let missed = self.rare.as_deref_mut()?.missed.take()?;
        Some(missed.left_out)
    }
}

#[cfg(test)]
mod tests {
    use chinwag_core::{Fact, RoomId, Timestamp};

    use super::*;

    fn event(seq: u64) -> Event {
        Event {
            seq: Seq(seq),
            at: Timestamp(0),
            fact: Fact::Tidied {
                closed: Box::default(),
            },
            source: None,
        }
    }

    /// Should the link be lost again between two pages, what follows is what the next session is told.
    #[test]
    fn what_was_missed_is_told_page_by_page_each_once() {
        let line = |seq| (Seq(seq), Box::from(&b"line\n"[..]));
        let mut exchange = Exchange::default();
        exchange.rare().missed = Some(Resumption {
            unseen: Unacknowledged {
                rooms: vec![(RoomId(0), Seq(3)), (RoomId(1), Seq(30))],
                private: vec![line(9), line(5)],
                stored: Some((Seq(2), Seq(20))),
                ..Unacknowledged::default()
            },
            kept: vec![event(6), event(9)],
            lacks_private: false,
            left_out: Vec::new(),
        });
        let seqs = |(lines, kept): (Vec<PlacedLines>, Vec<Event>)| {
            let lines = lines.iter().map(|(after, _)| after.0).collect::<Vec<_>>();
            let kept = kept.iter().map(|event| event.seq.0).collect::<Vec<_>>();
            (lines, kept)
        };
        assert_eq!(seqs(exchange.take_missed(Some(Seq(9)))), (vec![5], vec![6]));
        let unseen = &exchange.missed().expect("there is more").unseen;
        assert_eq!(unseen.rooms, [(RoomId(0), Seq(8)), (RoomId(1), Seq(30))]);
        assert_eq!(unseen.stored, Some((Seq(8), Seq(20))));
        assert_eq!(seqs(exchange.take_missed(None)), (vec![9], vec![9]));
        assert_eq!(exchange.end_missed(), Some(Vec::new()));
        assert_eq!(exchange.end_missed(), None);
    }
}

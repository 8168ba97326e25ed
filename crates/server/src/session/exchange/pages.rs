//! Answers that come from the store in pages, each fetched when the one before is written.

use std::sync::Arc;

use chinwag_core::{
    Command, Conversation, Detail, Event, FoundMessage, Name, PastName, Query, Range, Rejection,
    RoomId, RoomName, RoomRef, Seq, Text, WelcomeBack,
};
use chinwag_feed::Reader;
use chinwag_store::{SearchQuery, Term};
use chinwag_wire::dialect::{self, Ask, HistoryPage, PastOf, Search, SearchPage, Targets, Tell};

use super::missed::MissedInRooms;
use super::{Continuation, Session};
use crate::hub::{Body, RecentMessages};
use crate::shard::Shared;
use crate::worker::{ArchiveJob, LogOf, Page, PageStart};

/// The wanted part of a room's past.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) range: Range,
    /// What is shown besides messages.
    pub(super) detail: Detail,
    /// The most messages to show.
    pub(super) lines_max: usize,
}

/// The rooms of a search that were found so far.
#[derive(Debug, Default)]
pub(super) struct SearchRooms {
    room: Option<RoomId>,
    /// The private history to search in place of rooms.
    with: Option<Arc<Conversation>>,
    not_in: Vec<RoomId>,
    /// Whether the room that is being looked up is to be left out.
    next_is_left_out: bool,
}

impl SearchRooms {
    /// With a private history in place of rooms.
    pub(super) fn of(conversation: Conversation) -> Self {
        Self {
            with: Some(conversation.into()),
            ..Self::default()
        }
    }

    /// Adds the room that was looked up.
    pub(super) fn with(mut self, found: RoomId) -> Self {
        match self.next_is_left_out {
            true => self.not_in.push(found),
            false => self.room = Some(found),
        }
        self
    }
}

/// A long answer, and how far it was shown.
#[derive(Debug)]
pub(super) struct Pages {
    pub(super) kind: PageKind,
    /// The place of the next page; `None` before the first.
    pub(super) next: Option<PageStart>,
    /// Whether the page waits until everything so far is written.
    pub(super) waits_for_write: bool,
}

/// Whose history it is.
#[derive(Debug)]
pub(super) enum KnownPast {
    Room { room: RoomName, id: RoomId },
    With(Arc<Conversation>),
}

#[derive(Debug)]
pub(super) enum PageKind {
    History(KnownPast),
    /// Of one room, or of all open rooms and those that the person is in.
    Search {
        room: Option<RoomId>,
        inside: Box<[RoomId]>,
    },
    /// And what the person is welcomed with.
    Missed(Option<Box<WelcomeBack>>),
}

impl Session {
    /// The newest messages of a room, except from people whom the person ignores.
    pub(super) fn heard(&self, mut recent: RecentMessages, shared: &Shared) -> RecentMessages {
        if !self.dialect.ignores().is_empty() {
            let env = shared.env();
            let (reader, past) = (self.dialect.reader(&env), self.ignored(shared));
            // Messages from the store have only a name.
            let is_left_out = |message: &Event| {
                let voice = message.fact.voice();
                voice.is_some_and(|voice| {
                    past.iter().any(|past| past.covers(voice.name, message.seq))
                })
            };
            recent.retain(|message| !reader.hides(message) && !is_left_out(message));
        }
        recent
    }

    /// Under which names the past is left out.
    pub(super) fn ignored(&self, shared: &Shared) -> Vec<PastName> {
        shared.past_names.of(self.dialect.ignores())
    }

    /// Handles requests about what was said and done.
    pub(super) fn ask_about_past(&mut self, ask: Ask, shared: &mut Shared) {
        match ask {
            Ask::History {
                of,
                range,
                detail,
                lines_max,
            } => {
                let wanted = Wanted {
                    range,
                    detail,
                    lines_max,
                };
                self.ask_history(of, wanted, shared);
            }
            Ask::Targets(targets) => {
                let account = Body::Query(Query::Account);
                self.ask_hub(account, Continuation::Targets(targets), shared);
            }
            Ask::Search(search) => self.ask_search(search, SearchRooms::default(), shared),
            Ask::Delete { message, of, why } => {
                let then = Continuation::Deletion(message, of, why);
                self.ask_archive(ArchiveJob::Find(message), then, shared);
            }
            Ask::AuditLog(range) => {
                let query = Body::Query(Query::Log);
                self.ask_hub(query, Continuation::AuditLog(range), shared);
            }
            // No other request gets here.
            _ => {}
        }
    }

    /// Looks up the rooms or the private history that a search names, one after another, and then
    /// searches.
    pub(super) fn ask_search(
        &mut self,
        mut search: Search,
        mut rooms: SearchRooms,
        shared: &mut Shared,
    ) {
        if let Some(name) = search.with.take() {
            let query = Body::Query(Query::Conversation(name));
            return self.ask_hub(query, Continuation::SearchRoom(search, rooms), shared);
        }
        let (name, is_left_out) = match search.not_in.pop() {
            Some(name) => (Some(name), true),
            None => (search.room.take(), false),
        };
        rooms.next_is_left_out = is_left_out;
        match name {
            Some(name) => {
                let query = Body::Query(Query::Room(RoomRef::Name(name)));
                self.ask_hub(query, Continuation::SearchRoom(search, rooms), shared);
            }
            None => self.look_for(search, rooms, shared),
        }
    }

    fn look_for(&mut self, search: Search, rooms: SearchRooms, shared: &mut Shared) {
        let (room, not_in, of) = (rooms.room, rooms.not_in, rooms.with);
        let inside: Box<[RoomId]> = self.feed.rooms().map(|(room, _)| room).collect();
        let query = SearchQuery {
            terms: search.words.as_deref().map_or(Vec::new(), Term::parse),
            from: search.from,
            not_from: search.not_from,
            ignored: self.ignored(shared),
            room,
            not_in,
            inside: inside.to_vec(),
            before: search.before,
            after: search.after,
            below: search.below,
            matches_max: shared.config.limits.search_lines_max,
        };
        let kind = PageKind::Search { room, inside };
        self.ask_pages(ArchiveJob::Search { of, query }, kind, shared);
    }

    /// Asks whose history is meant, and whether it may be read.
    fn ask_history(&mut self, of: dialect::Past, wanted: Wanted, shared: &mut Shared) {
        let query = match of {
            dialect::Past::Room(room) => Query::Room(room),
            dialect::Past::With(name) => Query::Conversation(name),
        };
        self.ask_hub(Body::Query(query), Continuation::History(wanted), shared);
    }

    /// Asks for the deletion of a message, which the store may or may not have found.
    pub(super) fn delete(
        &mut self,
        found: Option<FoundMessage>,
        message: Seq,
        why: Option<Text>,
        shared: &mut Shared,
    ) {
        match found {
            Some(found) => {
                let delete = Command::Delete {
                    message,
                    found,
                    why,
                };
                self.ask_hub(Body::Command(delete), Continuation::Tell, shared);
            }
            None => self.answer(Tell::Rejected(&Rejection::NoSuchMessage), shared),
        }
    }

    pub(super) fn look_up(&mut self, wanted: Wanted, past: KnownPast, shared: &mut Shared) {
        let job = ArchiveJob::History {
            of: match &past {
                KnownPast::Room { id, .. } => LogOf::Room(*id),
                KnownPast::With(of) => LogOf::Conversation(of.clone()),
            },
            range: wanted.range,
            lines_max: wanted.lines_max.min(shared.config.limits.history_lines_max),
            detail: wanted.detail,
            not_from: self.ignored(shared).into(),
        };
        self.ask_pages(job, PageKind::History(past), shared);
    }

    /// Finds, among the person's rooms and an account's private histories, those with recent talk.
    pub(super) fn look_for_targets(
        &mut self,
        account: Option<Name>,
        targets: Targets,
        shared: &mut Shared,
    ) {
        let job = ArchiveJob::Targets {
            account,
            rooms: self.feed.rooms().map(|(room, _)| room).collect(),
            targets: Targets {
                targets_max: targets
                    .targets_max
                    .min(shared.config.limits.history_lines_max),
                ..targets
            },
            not_from: self.ignored(shared).into(),
        };
        self.ask_archive(job, Continuation::Tell, shared);
    }

    pub(super) fn ask_pages(&mut self, job: ArchiveJob, kind: PageKind, shared: &mut Shared) {
        let pages = Pages {
            kind,
            next: None,
            waits_for_write: false,
        };
        self.ask_archive(job, Continuation::Page(pages.into()), shared);
    }

    /// Fetches the next page of a long answer, if everything before it is written.
    pub(in crate::session) fn fetch_page(&mut self, shared: &mut Shared) {
        self.exchange.was_released = false;
        if !self.exchange.wants_page() {
            return;
        }
        match self.exchange.question.take().map(|question| question.then) {
            Some(Continuation::WhenWritten(ask)) => self.ask(ask, shared),
            Some(Continuation::Page(mut pages)) => {
                pages.waits_for_write = false;
                match pages.kind {
                    PageKind::History(KnownPast::Room { id, .. })
                    | PageKind::Search { room: Some(id), .. } => {
                        let query = Body::Query(Query::Room(RoomRef::Id(id)));
                        self.ask_hub(query, Continuation::PageIfAllowed(pages), shared);
                    }
                    _ => self.ask_next_page(pages, shared),
                }
            }
            _ => {}
        }
    }

    /// Asks for the next page. A person who was put out of a room meanwhile sees no more of it: a
    /// single room is looked up again before each page, and of several those that the person has
    /// left drop out.
    pub(super) fn ask_next_page(&mut self, mut pages: Box<Pages>, shared: &mut Shared) {
        let Some(mut next) = pages.next.take() else {
            return;
        };
        let is_here = |room: RoomId| self.feed.rooms().any(|(here, _)| here == room);
        match &pages.kind {
            PageKind::Search { inside, .. } => {
                next.retain_rooms(|room| is_here(room) || !inside.contains(&room));
            }
            PageKind::Missed(_) => next.retain_rooms(is_here),
            PageKind::History(_) => {}
        }
        pages.next = Some(next.clone());
        self.ask_archive(ArchiveJob::Page(next), Continuation::Page(pages), shared);
    }

    pub(super) fn handle_page(&mut self, page: Page, mut pages: Box<Pages>, shared: &mut Shared) {
        let (is_first, is_last) = (pages.next.is_none(), page.next.is_none());
        let (events, shown) = (&page.events[..], page.counts.shown);
        if is_first && !is_last && !matches!(pages.kind, PageKind::Missed(_)) {
            // What is said from now on is no part of the answer. A reader who is behind has older lines before it.
            self.feed.hold(shared.newest);
        }
        match &pages.kind {
            PageKind::History(past) => {
                let history = HistoryPage {
                    of: match past {
                        KnownPast::Room { room, .. } => PastOf::Room(room),
                        KnownPast::With(of) => PastOf::With(of),
                    },
                    events,
                    shown,
                    total: page.counts.total,
                    hides: page.ends.hides,
                    ends: page.ends.places,
                    newer: page.ends.newer,
                    is_first,
                    is_last,
                };
                self.tell(Tell::History(history), shared);
            }
            PageKind::Search { .. } => {
                let found = SearchPage {
                    events,
                    shown,
                    more: page.counts.total.is_none_or(|total| total > shown),
                    next: page.ends.next,
                    searched_since: page.ends.searched_since,
                    is_first,
                    is_last,
                };
                self.tell(Tell::Search(found), shared);
            }
            PageKind::Missed(back) => {
                if is_first {
                    let shows = !events.is_empty();
                    let in_rooms = MissedInRooms {
                        shown,
                        gone: page.counts.gone,
                        doubted: page.counts.doubted,
                    };
                    self.tell_resumed(in_rooms, shows, back.as_deref(), shared);
                }
                let next = page.next.as_ref().and_then(PageStart::missed_from);
                self.tell_missed(page.events, next, shared);
            }
        }
        match page.next {
            Some(next) => {
                (pages.next, pages.waits_for_write) = (Some(next), true);
                self.exchange.put_off(Continuation::Page(pages));
            }
            None => self.answered(shared),
        }
    }
}

/// Whether a message is where a client says, as far as that tells one room from other rooms and
/// from people.
pub(super) fn stands_in(found: &FoundMessage, of: Option<&dialect::Past>, shared: &Shared) -> bool {
    match (of, found) {
        (None, _) | (Some(dialect::Past::With(_)), FoundMessage::Private { .. }) => true,
        (Some(dialect::Past::Room(RoomRef::Name(name))), FoundMessage::InRoom { room, .. }) => {
            let is_it = |room: &RoomName| room.is_same(name);
            shared.rooms.names.get(room).is_some_and(is_it)
        }
        _ => false,
    }
}

//! The work on the past: history, search, and the audit log, read from the store a page at a time.

use std::path::Path;
use std::sync::Arc;

use chinwag_core::limits::LOG_LINES_MAX;
use chinwag_core::{AuditEntry, Conversation, Detail, Event, Fact, PastName, Range, Seq};
use chinwag_store::{Error, Filter, HistoryReader, Matches, SearchError, SearchQuery};

use super::page::{Away, Ends, LogOf, Page, PageCounts, PageSource, PageStart};
use super::{ArchiveJob, JobResult};

/// Bytes of text that are read for one page: with names and times it stays below what a session
/// keeps of private lines.
const PAGE_BYTES_MAX: usize = 48 << 10;

/// Reads what was said and done.
pub(crate) struct Archive {
    reader: HistoryReader,
    /// Whether the log tells of damage. People may come to it often, and it does not go away.
    has_told: bool,
}

impl Archive {
    pub(crate) fn new(reader: HistoryReader) -> Self {
        Self {
            reader,
            has_told: false,
        }
    }

    /// Does a job. If the store cannot be read, that is logged.
    pub(crate) fn work(&mut self, job: ArchiveJob) -> JobResult {
        self.read(job).unwrap_or_else(|error| {
            self.log(&error);
            JobResult::Failed
        })
    }

    fn log(&mut self, error: &Error) {
        let path = self.reader.path().unwrap_or(Path::new("in memory"));
        match error {
            Error::Damaged(_) if std::mem::replace(&mut self.has_told, true) => {}
            Error::Damaged(damage) => tracing::error!(
                "people ask for a part of the history that cannot be read: the database {} is damaged: {damage}. \
                 chinwag check says what is lost",
                path.display()
            ),
            error => tracing::warn!("cannot read the history: {error}"),
        }
    }

    fn read(&mut self, job: ArchiveJob) -> Result<JobResult, Error> {
        let place = match job {
            ArchiveJob::History {
                of,
                range,
                lines_max,
                detail,
                not_from,
            } => self.history(of, range, lines_max, not_from, detail)?,
            ArchiveJob::Search { of, query } => match self.search(of, &query) {
                Ok(place) => place,
                Err(SearchError::Failed(error)) => return Err(error),
                Err(_) => return Ok(JobResult::SearchTooLong),
            },
            ArchiveJob::Missed {
                away,
                detail,
                not_from,
                own,
                doubted,
            } => {
                let place = self.missed(away, not_from, own, doubted)?;
                PageStart { detail, ..place }
            }
            ArchiveJob::Page(place) => place,
            ArchiveJob::AuditLog(range) => {
                let entries_max = range.entries_max.min(LOG_LINES_MAX);
                let (entries, next) = self.reader.audit_log(range.before, entries_max)?;
                let entries = entries.into_iter().map(as_event).collect();
                return Ok(JobResult::AuditLog(entries, next));
            }
            ArchiveJob::Find(message) => return Ok(JobResult::Found(self.reader.find(message)?)),
            ArchiveJob::Targets {
                account,
                rooms,
                targets,
                not_from,
            } => {
                let filter = filter(&not_from, &[], targets.detail);
                let (between, most) = (targets.between, targets.targets_max);
                let account = account.as_ref();
                let found = self
                    .reader
                    .targets(account, &rooms, filter, between, most)?;
                return Ok(JobResult::Targets(found));
            }
        };
        self.page(place).map(|page| JobResult::Page(Box::new(page)))
    }

    fn history(
        &mut self,
        of: LogOf,
        range: Range,
        lines_max: usize,
        not_from: Arc<[PastName]>,
        detail: Detail,
    ) -> Result<PageStart, Error> {
        let filter = filter(&not_from, &[], detail);
        let reader = &mut self.reader;
        let extent = match &of {
            LogOf::Room(room) => reader.extent(*room, range, lines_max, filter)?,
            LogOf::Conversation(of) => reader.conversation(of, range, lines_max, filter)?,
        };
        Ok(PageStart {
            source: PageSource::Log {
                of,
                from: extent.first,
                last: extent.last,
            },
            not_from,
            own: Arc::default(),
            detail,
            times: extent.times,
            counts: PageCounts {
                shown: extent.shown,
                total: extent.total,
                ..PageCounts::default()
            },
            ends: Ends {
                places: (extent.first, extent.last),
                newer: extent.newer,
                hides: extent.ignored > 0,
                ..Ends::default()
            },
        })
    }

    fn search(
        &mut self,
        of: Option<Arc<Conversation>>,
        query: &SearchQuery,
    ) -> Result<PageStart, SearchError> {
        Ok(match of {
            Some(of) => {
                let matches = self.reader.search_conversation(&of, query)?;
                found(matches, |places| PageSource::Told(of, places.into()))
            }
            None => {
                let matches = self.reader.search(query)?;
                found(matches, |places| PageSource::Matches(places.into()))
            }
        })
    }

    fn missed(
        &mut self,
        away: Away,
        not_from: Arc<[PastName]>,
        own: Arc<[PastName]>,
        doubted: Option<Seq>,
    ) -> Result<PageStart, Error> {
        let filter = filter(&not_from, &own, Detail::Messages);
        let missed = self.reader.missed(away.absence(), filter)?;
        let doubted = match doubted {
            Some(until) => {
                let away = away.clone().up_to(until);
                self.reader.missed(away.absence(), filter)?.kept
            }
            None => 0,
        };
        Ok(PageStart {
            source: PageSource::Missed(away, Seq::default()),
            not_from,
            own,
            detail: Detail::Messages,
            times: None,
            counts: PageCounts {
                shown: missed.kept,
                total: Some(missed.kept),
                gone: missed.gone,
                doubted,
            },
            ends: Ends::default(),
        })
    }

    fn page(&mut self, place: PageStart) -> Result<Page, Error> {
        let (counts, ends) = (place.counts, place.ends);
        let (events, next) = self.events(&place)?;
        let next = next.map(|source| PageStart { source, ..place });
        Ok(Page {
            events,
            counts,
            ends,
            next,
        })
    }

    /// The events of the page at a place, and what follows them.
    fn events(&mut self, place: &PageStart) -> Result<(Vec<Event>, Option<PageSource>), Error> {
        let filter = Filter {
            times: place.times,
            ..filter(&place.not_from, &place.own, place.detail)
        };
        Ok(match &place.source {
            _ if place.counts.shown == 0 && place.detail == Detail::Messages => (Vec::new(), None),
            &PageSource::Log { ref of, from, last } => {
                let (reader, bytes_max) = (&mut self.reader, PAGE_BYTES_MAX);
                let page = match of {
                    LogOf::Room(room) => reader.page(*room, from, last, bytes_max, filter)?,
                    LogOf::Conversation(of) => {
                        reader.conversation_page(of, from, last, bytes_max, filter)?
                    }
                };
                let of = of.clone();
                let next = page.next.map(|from| PageSource::Log { of, from, last });
                (page.events, next)
            }
            PageSource::Matches(places) => {
                let page = self.reader.fetch(places, PAGE_BYTES_MAX)?;
                let rest = |next| places.iter().filter(move |(_, seq)| *seq >= next);
                let next = page.next.map(|next| rest(next).copied().collect());
                (page.events, next.map(PageSource::Matches))
            }
            PageSource::Told(of, places) => {
                let page = self.reader.fetch_told(of, places, PAGE_BYTES_MAX)?;
                let rest = |next| places.iter().filter(move |seq| **seq >= next);
                let next = page.next.map(|next| rest(next).copied().collect());
                (
                    page.events,
                    next.map(|next| PageSource::Told(of.clone(), next)),
                )
            }
            PageSource::Missed(away, from) => {
                let (reader, absence) = (&mut self.reader, away.absence());
                let page = reader.missed_page(absence, *from, PAGE_BYTES_MAX, filter)?;
                let next = page.next.map(|next| PageSource::Missed(away.clone(), next));
                (page.events, next)
            }
        })
    }
}

/// Where the first page of what was found begins.
fn found<P>(matches: Matches<P>, source: impl FnOnce(Vec<P>) -> PageSource) -> PageStart {
    let shown = matches.places.len() as u64;
    PageStart {
        source: source(matches.places),
        not_from: Arc::default(),
        own: Arc::default(),
        detail: Detail::Messages,
        times: None,
        counts: PageCounts {
            shown,
            total: Some(shown + u64::from(matches.more)),
            ..PageCounts::default()
        },
        ends: Ends {
            next: matches.next,
            searched_since: matches.searched_since,
            ..Ends::default()
        },
    }
}

fn filter<'a>(not_from: &'a [PastName], own: &'a [PastName], detail: Detail) -> Filter<'a> {
    Filter {
        not_from,
        own,
        detail,
        times: None,
    }
}

fn as_event(line: chinwag_store::AuditLine) -> Event {
    Event {
        seq: line.seq,
        at: line.at,
        fact: Fact::Moderated(Box::new(AuditEntry {
            by: line.by,
            actor: None,
            act: line.act,
            target: None,
            aside: None,
        })),
        source: None,
    }
}

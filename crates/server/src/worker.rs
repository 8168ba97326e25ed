//! Workers: threads for jobs that would take too long for a turn of the hub. One reads the history,
//! one hashes passwords. A session submits a job and is sent the result.
//!
//! Each has one thread and a bounded queue: a thousand people who search at once, or a thousand
//! wrong passwords at 19 MiB each, wait for one another and for nobody else. Long answers are read
//! in pages, so that neither the queue to a shard nor a stalled session holds more than one.

mod page;
mod passwords;

use std::sync::Arc;
#[cfg(test)]
use std::sync::mpsc::Receiver;
use std::sync::mpsc::{SyncSender, sync_channel};

use chinwag_core::limits::LOG_LINES_MAX;
use chinwag_core::{
    AuditEntry, ConnId, Conversation, Detail, Event, Fact, FoundMessage, HistoryTarget, Name,
    PastName, Proof, Range, RoomId, Seq, Timestamp,
};
use chinwag_store::{Error, Filter, HistoryReader, Matches, SearchError, SearchQuery};
use chinwag_wire::dialect::{LogRange, Password, Targets};

use crate::clock::wall;
use crate::hub::Ticket;
use crate::limits::WORKER_QUEUE_MAX;
use crate::password_gate::{Attempt, AttemptOrigin, PasswordGate};
use crate::random;
use crate::shard::inbox::Mailbox;
use crate::shard::{ToShard, shard_of};
use crate::supervisor::Supervisor;

use page::PageSource;
pub(crate) use page::{Away, Ends, LogOf, Page, PageStart};
pub(crate) use passwords::work_on_password;

/// Bytes of text that are read for one page: with names and times it stays below what a session
/// keeps of private lines.
const PAGE_BYTES_MAX: usize = 48 << 10;

/// Something to be worked on.
#[derive(Debug)]
pub(crate) enum Job {
    /// Hash a password to register a name with.
    Hash(Password, AttemptOrigin),
    /// Check a password.
    Verify(Box<Attempt>),
    /// Read the first page of a history.
    History {
        /// Whose history it is.
        of: LogOf,
        /// Which messages.
        range: Range,
        /// The most lines on all pages together.
        lines_max: usize,
        /// What is shown besides messages.
        detail: Detail,
        /// Whom the reader ignores.
        not_from: Arc<[PastName]>,
    },
    /// Search, and read the first page of the matches.
    Search {
        /// The private history to search in place of rooms.
        of: Option<Arc<Conversation>>,
        /// What is sought.
        query: SearchQuery,
    },
    /// Read the first page of what a person has missed.
    Missed {
        /// Of what.
        away: Away,
        /// What is shown besides messages.
        detail: Detail,
        /// Whom the reader ignores.
        not_from: Arc<[PastName]>,
        /// Whose speech the reader's terminal shows already.
        own: Option<Name>,
        /// The reader may have got what is missed up to here.
        doubted: Option<Seq>,
    },
    /// Read another page.
    Page(PageStart),
    /// Read entries of the audit log.
    AuditLog(LogRange),
    /// Find where a message is and who sent it.
    Find(Seq),
    /// Find where there was talk.
    Targets {
        /// The account whose private histories are looked at.
        account: Option<Name>,
        /// The rooms that are looked at.
        rooms: Box<[RoomId]>,
        /// Which of them.
        targets: Targets,
        /// Whom the reader ignores.
        not_from: Box<[PastName]>,
    },
}

/// The result of a [`Job`].
#[derive(Debug)]
pub(crate) enum JobResult {
    /// The hash; `None` if it cannot be made.
    Hash(Option<Arc<str>>),
    /// The proof, if the password was right.
    Proof(Option<Proof>),
    /// A part of an answer.
    Page(Box<Page>),
    /// Entries of the audit log, and the place before which there are older ones, if any.
    AuditLog(Vec<Event>, Option<Seq>),
    /// Where a message is and who sent it, if it is stored.
    Found(Option<FoundMessage>),
    /// Where there was talk, and when last.
    Targets(Vec<(HistoryTarget, Timestamp)>),
    /// The search has more terms than allowed.
    SearchTooLong,
    /// The store cannot be read.
    Failed,
}

/// The [`JobResult`] for a session.
#[derive(Debug)]
pub(crate) struct JobReply {
    pub(crate) conn: ConnId,
    pub(crate) ticket: Ticket,
    pub(crate) result: JobResult,
}

/// A [`Job`] of a session.
pub(crate) type Submitted = (ConnId, Ticket, Job);

/// Where jobs are submitted.
#[derive(Clone, Debug)]
pub(crate) struct Workers {
    /// Every password passes it.
    pub(crate) gate: PasswordGate,
    history: SyncSender<Submitted>,
    passwords: SyncSender<Submitted>,
}

impl Workers {
    /// Starts both. Their threads end when the last clone of this is dropped.
    pub(crate) fn start(
        reader: HistoryReader,
        shards: &[Mailbox],
        supervisor: &Supervisor,
    ) -> std::io::Result<Self> {
        let mut archive = Archive { reader };
        let history = spawn("history", shards, supervisor, move |job| archive.work(job))?;
        let gate = PasswordGate::new(random_key());
        let behind = gate.clone();
        let check = move |job| work_on_password(job, &behind, wall());
        let passwords = spawn("passwords", shards, supervisor, check)?;
        Ok(Self {
            gate,
            history,
            passwords,
        })
    }

    /// Submits a job. Returns whether there was space for it.
    pub(crate) fn submit(&self, conn: ConnId, ticket: Ticket, job: Job) -> bool {
        let worker = match job {
            Job::Hash(..) | Job::Verify(_) => &self.passwords,
            Job::History { .. }
            | Job::Search { .. }
            | Job::Missed { .. }
            | Job::Page(_)
            | Job::AuditLog(_)
            | Job::Find(_)
            | Job::Targets { .. } => &self.history,
        };
        worker.try_send((conn, ticket, job)).is_ok()
    }

    /// Workers without threads, and where the jobs arrive.
    #[cfg(test)]
    pub(crate) fn unattended() -> (Self, Receiver<Submitted>) {
        let (history, jobs) = sync_channel(WORKER_QUEUE_MAX);
        let passwords = history.clone();
        let gate = PasswordGate::new([7; 32]);
        (
            Self {
                gate,
                history,
                passwords,
            },
            jobs,
        )
    }
}

fn spawn(
    name: &'static str,
    shards: &[Mailbox],
    supervisor: &Supervisor,
    mut work: impl FnMut(Job) -> JobResult + Send + 'static,
) -> std::io::Result<SyncSender<Submitted>> {
    let (submit, jobs) = sync_channel::<Submitted>(WORKER_QUEUE_MAX);
    let shards = shards.to_vec();
    supervisor.spawn(name, move || {
        for (conn, ticket, job) in jobs {
            let result = work(job);
            if let Some(shard) = shards.get(shard_of(conn)) {
                // A shard that has ended needs no answer.
                shard.send(ToShard::Job(JobReply {
                    conn,
                    ticket,
                    result,
                }));
            }
        }
    })?;
    Ok(submit)
}

/// Reads what was said and done.
pub(crate) struct Archive {
    pub(crate) reader: HistoryReader,
}

impl Archive {
    pub(crate) fn work(&mut self, job: Job) -> JobResult {
        self.read(job).unwrap_or_else(|error| {
            tracing::warn!("cannot read the history: {error}");
            JobResult::Failed
        })
    }

    fn read(&mut self, job: Job) -> Result<JobResult, Error> {
        let place = match job {
            Job::History {
                of,
                range,
                lines_max,
                detail,
                not_from,
            } => self.history(of, range, lines_max, not_from, detail)?,
            Job::Search { of, query } => match self.search(of, &query) {
                Ok(place) => place,
                Err(SearchError::Failed(error)) => return Err(error),
                Err(_) => return Ok(JobResult::SearchTooLong),
            },
            Job::Missed {
                away,
                detail,
                not_from,
                own,
                doubted,
            } => {
                let place = self.missed(away, not_from, own, doubted)?;
                PageStart { detail, ..place }
            }
            Job::Page(place) => place,
            Job::AuditLog(range) => {
                let entries_max = range.entries_max.min(LOG_LINES_MAX);
                let (entries, next) = self.reader.audit_log(range.before, entries_max)?;
                let entries = entries.into_iter().map(as_event).collect();
                return Ok(JobResult::AuditLog(entries, next));
            }
            Job::Find(message) => return Ok(JobResult::Found(self.reader.find(message)?)),
            Job::Targets {
                account,
                rooms,
                targets,
                not_from,
            } => {
                let filter = filter(&not_from, None, targets.detail);
                let (between, most) = (targets.between, targets.targets_max);
                let account = account.as_ref();
                let found = self
                    .reader
                    .targets(account, &rooms, filter, between, most)?;
                return Ok(JobResult::Targets(found));
            }
            Job::Hash(..) | Job::Verify(_) => return Ok(JobResult::Failed),
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
        let filter = filter(&not_from, None, detail);
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
            own: None,
            detail,
            times: extent.times,
            shown: extent.shown,
            total: extent.total,
            gone: 0,
            doubted: 0,
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
        own: Option<Name>,
        doubted: Option<Seq>,
    ) -> Result<PageStart, Error> {
        let filter = filter(&not_from, own.as_ref(), Detail::Messages);
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
            shown: missed.kept,
            total: Some(missed.kept),
            gone: missed.gone,
            doubted,
            ends: Ends::default(),
        })
    }

    fn page(&mut self, place: PageStart) -> Result<Page, Error> {
        let (shown, total, gone, ends) = (place.shown, place.total, place.gone, place.ends);
        let doubted = place.doubted;
        let (events, next) = self.events(&place)?;
        let next = next.map(|source| PageStart { source, ..place });
        Ok(Page {
            events,
            shown,
            total,
            gone,
            doubted,
            ends,
            next,
        })
    }

    /// The events of the page at a place, and what follows them.
    fn events(&mut self, place: &PageStart) -> Result<(Vec<Event>, Option<PageSource>), Error> {
        let filter = Filter {
            times: place.times,
            ..filter(&place.not_from, place.own.as_ref(), place.detail)
        };
        Ok(match &place.source {
            _ if place.shown == 0 && place.detail == Detail::Messages => (Vec::new(), None),
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
        own: None,
        detail: Detail::Messages,
        times: None,
        shown,
        total: Some(shown + u64::from(matches.more)),
        gone: 0,
        doubted: 0,
        ends: Ends {
            next: matches.next,
            searched_since: matches.searched_since,
            ..Ends::default()
        },
    }
}

fn filter<'a>(not_from: &'a [PastName], own: Option<&'a Name>, detail: Detail) -> Filter<'a> {
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

/// A random key for this process.
fn random_key() -> [u8; 32] {
    let mut key = [0; 32];
    for part in key.chunks_exact_mut(8) {
        part.copy_from_slice(&random().to_le_bytes());
    }
    key
}

//! Workers: threads for jobs that would take too long for a turn of the hub. One reads the history,
//! one hashes passwords. A session submits a job and is sent the result.
//!
//! Each has one thread and a bounded queue: a thousand people who search at once, or a thousand
//! wrong passwords at 19 MiB each, wait for one another and for nobody else. Long answers are read
//! in pages, so that neither the queue to a shard nor a stalled session holds more than one.

mod archive;
mod page;
mod passwords;

use std::sync::Arc;
#[cfg(test)]
use std::sync::mpsc::Receiver;
use std::sync::mpsc::{SyncSender, sync_channel};

use chinwag_core::{
    ConnId, Conversation, Detail, Event, FoundMessage, HistoryTarget, Name, PastName, Proof, Range,
    RoomId, Seq, Timestamp,
};
use chinwag_store::{HistoryReader, SearchQuery};
use chinwag_wire::dialect::{LogRange, Password, Targets};

use crate::clock::wall;
use crate::hub::Ticket;
use crate::limits::WORKER_QUEUE_MAX;
use crate::password_gate::{Attempt, AttemptOrigin, PasswordGate};
use crate::random;
use crate::shard::inbox::Mailbox;
use crate::shard::{ToShard, shard_of};
use crate::supervisor::Supervisor;

pub(crate) use archive::Archive;
pub(crate) use page::{Away, LogOf, Page, PageStart};
pub(crate) use passwords::work_on_password;

/// Something to be worked on, by the worker for its kind.
#[derive(Debug)]
pub(crate) enum Job {
    /// Something to read.
    Archive(ArchiveJob),
    /// Something to hash.
    Password(PasswordJob),
}

/// Something to work out about a password.
#[derive(Debug)]
pub(crate) enum PasswordJob {
    /// Hash it, to register a name with it.
    Hash(Password, AttemptOrigin),
    /// Check it.
    Verify(Box<Attempt>),
}

/// Something to read in the store.
#[derive(Debug)]
pub(crate) enum ArchiveJob {
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
        own: Arc<[PastName]>,
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

/// A job of a session, and the ticket of its result.
type Submitted<J> = (ConnId, Ticket, J);

/// Where jobs are submitted.
#[derive(Clone, Debug)]
pub(crate) struct Workers {
    /// Every password passes it.
    pub(crate) gate: PasswordGate,
    history: SyncSender<Submitted<ArchiveJob>>,
    passwords: SyncSender<Submitted<PasswordJob>>,
}

impl Workers {
    /// Starts both. Their threads end when the last clone of this is dropped.
    pub(crate) fn start(
        reader: HistoryReader,
        shards: &[Mailbox],
        supervisor: &Supervisor,
    ) -> std::io::Result<Self> {
        let mut archive = Archive::new(reader);
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
        match job {
            Job::Archive(job) => self.history.try_send((conn, ticket, job)).is_ok(),
            Job::Password(job) => self.passwords.try_send((conn, ticket, job)).is_ok(),
        }
    }

    /// Workers without threads, and where the jobs arrive.
    #[cfg(test)]
    pub(crate) fn unattended() -> (Self, Unattended) {
        let (history, archive_jobs) = sync_channel(WORKER_QUEUE_MAX);
        let (passwords, password_jobs) = sync_channel(WORKER_QUEUE_MAX);
        let workers = Self {
            gate: PasswordGate::new([7; 32]),
            history,
            passwords,
        };
        let unattended = Unattended {
            archive_jobs,
            password_jobs,
        };
        (workers, unattended)
    }
}

/// Where jobs arrive that no thread waits for.
#[cfg(test)]
pub(crate) struct Unattended {
    archive_jobs: Receiver<Submitted<ArchiveJob>>,
    password_jobs: Receiver<Submitted<PasswordJob>>,
}

#[cfg(test)]
impl Unattended {
    /// The jobs that were submitted since the last call.
    pub(crate) fn take(&self) -> Vec<(ConnId, Ticket, Job)> {
        let archive = self.archive_jobs.try_iter();
        let archive = archive.map(|(conn, ticket, job)| (conn, ticket, Job::Archive(job)));
        let passwords = self.password_jobs.try_iter();
        let passwords = passwords.map(|(conn, ticket, job)| (conn, ticket, Job::Password(job)));
        archive.chain(passwords).collect()
    }
}

fn spawn<J: Send + 'static>(
    name: &'static str,
    shards: &[Mailbox],
    supervisor: &Supervisor,
    mut work: impl FnMut(J) -> JobResult + Send + 'static,
) -> std::io::Result<SyncSender<Submitted<J>>> {
    let (submit, jobs) = sync_channel::<Submitted<J>>(WORKER_QUEUE_MAX);
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

/// A random key for this process.
fn random_key() -> [u8; 32] {
    let mut key = [0; 32];
    for part in key.chunks_exact_mut(8) {
        part.copy_from_slice(&random().to_le_bytes());
    }
    key
}

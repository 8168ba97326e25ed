//! Desks: threads for what takes longer than a turn of the hub may. One looks things up in the
//! history, one works on passwords. A session puts a question and is sent the finding.
//!
//! Each desk has one thread and a bounded queue: a thousand people who search at once, or a
//! thousand wrong passwords at 19 MiB each, wait for one another and for nobody else.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use chinwag_core::limits::DESK_QUEUE_MAX;
use chinwag_core::{AuditEntry, ConnId, Event, Fact, Proof, RoomId, Seq, Timestamp};
use chinwag_store::{Back, Error, Found, History, Reader, SearchQuery};
use chinwag_wire::plain::{Password, Search};

use crate::shard::inbox::Mailbox;
use crate::shard::{ToShard, shard_of};

/// A question.
#[derive(Debug)]
pub(crate) enum Task {
    /// The hash that a name is to be registered with.
    Hash(Password),
    /// Whether a password is the one of a claim.
    Verify {
        /// As it was typed.
        password: Password,
        /// The claim's hash.
        password_hash: Arc<str>,
    },
    /// A room's messages.
    History {
        /// Which.
        room: RoomId,
        /// From when on; the newest, if there is no time.
        since: Option<Timestamp>,
        /// At most so many.
        messages_max: usize,
    },
    /// Messages with some words.
    Search {
        /// As it was asked for.
        search: Box<Search>,
        /// The room, by number.
        room: Option<RoomId>,
        /// The time before which.
        before: Option<Timestamp>,
    },
    /// The newest so many things that operators did.
    Log(usize),
}

/// The answer to a [`Task`].
#[derive(Debug)]
pub(crate) enum Finding {
    /// The hash; `None` if it cannot be made.
    Hash(Option<Arc<str>>),
    /// The proof, if it was the right password.
    Proof(Option<Proof>),
    /// Messages.
    History(History),
    /// Matches.
    Search(Found),
    /// Deeds.
    Log(Vec<Event>),
    /// The store cannot be read.
    Failed,
}

/// A [`Finding`], for whom it is.
#[derive(Debug)]
pub(crate) struct DeskReply {
    pub(crate) conn: ConnId,
    pub(crate) finding: Finding,
}

/// A [`Task`], and for whom it is.
pub(crate) type Question = (ConnId, Task);

/// Where questions are put.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    history: SyncSender<Question>,
    passwords: SyncSender<Question>,
}

impl Desk {
    /// Opens both desks. Their threads end when the last clone of this is dropped.
    pub(crate) fn open(
        reader: Reader,
        matches_max: usize,
        shards: &[Mailbox],
    ) -> std::io::Result<Self> {
        let (history, questions) = sync_channel(DESK_QUEUE_MAX);
        let answer_to = Answers(shards.to_vec());
        let mut archive = Archive {
            reader,
            matches_max,
        };
        spawn("history", questions, answer_to, move |task| {
            archive.look_up(task)
        })?;
        let (passwords, questions) = sync_channel(DESK_QUEUE_MAX);
        spawn("passwords", questions, Answers(shards.to_vec()), work_on)?;
        Ok(Self { history, passwords })
    }

    /// Puts a question. Returns whether there is room for it.
    pub(crate) fn ask(&self, conn: ConnId, task: Task) -> bool {
        let desk = match task {
            Task::Hash(_) | Task::Verify { .. } => &self.passwords,
            Task::History { .. } | Task::Search { .. } | Task::Log(_) => &self.history,
        };
        desk.try_send((conn, task)).is_ok()
    }

    /// Desks at which nobody sits, and where the questions arrive.
    #[cfg(test)]
    pub(crate) fn unattended() -> (Self, Receiver<Question>) {
        let (history, questions) = sync_channel(DESK_QUEUE_MAX);
        let passwords = history.clone();
        (Self { history, passwords }, questions)
    }
}

struct Answers(Vec<Mailbox>);

impl Answers {
    fn send(&self, conn: ConnId, finding: Finding) {
        if let Some(shard) = self.0.get(shard_of(conn)) {
            // A shard that has ended needs no answer.
            shard.send(ToShard::Desk(DeskReply { conn, finding }));
        }
    }
}

fn spawn(
    name: &str,
    questions: Receiver<Question>,
    answers: Answers,
    mut work: impl FnMut(Task) -> Finding + Send + 'static,
) -> std::io::Result<()> {
    let sit = move || {
        for (conn, task) in questions {
            answers.send(conn, work(task));
        }
    };
    thread::Builder::new().name(name.into()).spawn(sit)?;
    Ok(())
}

/// Who sits at the desk for the history.
pub(crate) struct Archive {
    pub(crate) reader: Reader,
    pub(crate) matches_max: usize,
}

impl Archive {
    pub(crate) fn look_up(&mut self, task: Task) -> Finding {
        self.find(task).unwrap_or_else(|error| {
            tracing::warn!("cannot read the history: {error}");
            Finding::Failed
        })
    }

    fn find(&mut self, task: Task) -> Result<Finding, Error> {
        Ok(match task {
            Task::History {
                room,
                since,
                messages_max,
            } => {
                let back = since.map_or(Back::Newest, Back::Since);
                Finding::History(self.reader.history(room, back, messages_max)?)
            }
            Task::Search {
                search,
                room,
                before,
            } => {
                let words = search.words.split_whitespace().map(str::to_owned);
                Finding::Search(self.reader.search(&SearchQuery {
                    words: words.collect(),
                    from: search.from,
                    room,
                    before,
                    matches_max: self.matches_max,
                })?)
            }
            Task::Log(entries) => {
                let audit_log = self.reader.audit_log(entries)?.into_iter();
                Finding::Log(audit_log.map(as_event).collect())
            }
            Task::Hash(_) | Task::Verify { .. } => Finding::Failed,
        })
    }
}

fn as_event(line: chinwag_store::AuditLine) -> Event {
    Event {
        seq: Seq::default(),
        at: line.at,
        fact: Fact::Moderated(Box::new(AuditEntry {
            by: line.by,
            actor: None,
            act: line.act,
            target: None,
        })),
    }
}

/// Argon2id as RFC 9106 and OWASP advise for little memory: 19 MiB, two passes.
pub(crate) fn work_on(task: Task) -> Finding {
    match task {
        Task::Hash(password) => {
            let hash = Argon2::default().hash_password(password.reveal().as_bytes());
            Finding::Hash(hash.ok().map(|hash| hash.to_string().into()))
        }
        Task::Verify {
            password,
            password_hash,
        } => {
            let password = password.reveal().as_bytes();
            let is_right = PasswordHash::new(&password_hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password, &hash).is_ok());
            Finding::Proof(is_right.then_some(Proof(password_hash)))
        }
        _ => Finding::Failed,
    }
}

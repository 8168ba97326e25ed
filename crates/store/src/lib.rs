//! What outlives a restart: messages, rooms and their topics, registered names, restrictions and
//! the audit log, in one SQLite file; and a search index of the messages, in a second one.
//!
//! [`Store`] is the writer and belongs to the hub, which commits what it has decided before anybody
//! sees it. A commit costs about as much as one row, whatever is in it: everything said in one room
//! in one turn of the hub is one row, a *block*. Everything that may take longer runs beside it, on
//! connections of its own: [`HistoryReader`] for history, search, export, backup and check,
//! [`Indexer`] for filling the search index, [`Checkpointer`] for moving what was committed from
//! the write-ahead log into the database.
//!
//! A long answer is never one value: [`HistoryReader::extent`] says where it begins and ends and
//! how long it is, and [`HistoryReader::page`] reads the next part once the last is written.
//!
//! The search index can be deleted at any time. No message waits for it, and a search finds what is
//! not in it yet by looking at the messages themselves.
//!
//! The crate must not know sockets, dialects or a clock: time is an argument.

mod accounts;
mod age;
mod audit_log;
mod backup;
mod block;
mod blocks;
mod check;
mod checkpoint;
mod cloak_key;
mod commit;
mod database;
mod deletion;
mod drafts;
mod encoding;
mod error;
mod escapes;
mod export;
mod extent;
mod filter;
mod folder;
mod history_reader;
mod index;
mod lines;
mod mail;
mod metadata;
mod missed;
mod movement;
mod notes;
mod notice;
mod open;
mod page;
mod person;
mod places;
mod private;
mod query;
mod ranked_log;
mod read_marker;
mod recent;
mod restrictions;
mod rules;
mod schema;
mod search;
mod search_index;
mod sent_key;
mod sessions;
mod settings;
mod snapshot;
mod stretch;
mod targets;
mod timeline;
mod told;
mod trim;
mod trimmed;
mod words;

pub use age::Age;
pub use audit_log::AuditLine;
pub use backup::BackupProgress;
pub use blocks::{Part, Unread};
pub use check::{CheckReport, Fault};
pub use checkpoint::Checkpointer;
pub use commit::Store;
pub use database::{FileId, file_id};
pub use error::{BackupError, CommitError, Damage, Error, OpenError, SearchError};
pub use export::{ExportPage, ExportRange};
pub use extent::Extent;
pub use filter::Filter;
pub use folder::{is_in_use, require};
pub use history_reader::HistoryReader;
pub use index::{Indexed, Indexer};
pub use missed::{Absence, Missed};
pub use open::Opened;
pub use page::Page;
pub use person::{PastPerson, PersonRange};
pub use query::{SearchQuery, TERM_WORDS_MAX, TERMS_MAX, Term};
pub use recent::NewestMessages;
pub use search::Matches;
pub use sessions::{Resumable, SessionChanges};
pub use settings::{Durability, Location, Retention};

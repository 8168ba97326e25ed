//! What is kept: messages, rooms and their topics, registered names, restrictions and what operators
//! did, in one SQLite file; and a search over the messages, in a second one.
//!
//! [`Store`] is the writer and belongs to the hub, which commits what it has decided before
//! anybody sees it. A commit costs about what one row costs, whatever is in it: everything that
//! was said in one room in one turn of the hub is one row, a *block*. Everything that may take
//! longer runs beside it, on connections of its own: [`Reader`] for history and search,
//! [`Indexer`] for filling the search, [`Checkpointer`] for moving what was committed from the
//! write-ahead log to its place.
//!
//! The search can be deleted at any time. It is never in the path of a message, and a search
//! finds what is not in it yet by looking at the messages themselves.
//!
//! The crate must not know sockets, dialects or a clock: time is an argument.

mod audit_log;
mod block;
mod checkpoint;
mod commit;
mod database;
mod error;
mod history;
mod index;
mod open;
mod schema;
mod search;
mod snapshot;
mod trim;
mod words;

pub use audit_log::AuditLine;
pub use checkpoint::Checkpointer;
pub use commit::Store;
pub use error::{CommitError, Damage, Error, OpenError};
pub use history::{Back, History, Reader, Recent};
pub use index::{Indexed, Indexer};
pub use open::{Durability, Opened, Place, Retention};
pub use search::{Found, SearchQuery};

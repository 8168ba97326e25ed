//! Line JSON, for programs: one object a line, in both directions.
//!
//! A line from a client is one command, with its arguments and, if the client likes, an `id`. A
//! line to the client is an event of the chat, or is about a command: a reply, an acknowledgement
//! or a refusal. The types here are the wire format, and the reference page and the schema are
//! generated from them.
//!
//! A program must never have to read prose, and never be told less than there is: every event has
//! its place in the one order, joins and leaves are told one by one, nothing is left out because
//! its author is the reader, and nothing of the past is sent unless requested.

#[cfg(any(test, feature = "schema"))]
mod counterparts;
mod events;
mod fault;
#[cfg(feature = "schema")]
mod reference;
mod refusal;
mod render;
mod replies;
mod request;
mod session;
#[cfg(test)]
mod tests;
mod value;

#[cfg(feature = "schema")]
pub use reference::{reference, schema};
pub(crate) use refusal::Sentence;
pub use render::RoomRenderer;
pub(crate) use render::{is_message, put_deed};
pub use session::{LineReader, Session};
pub(crate) use session::{refuse_one_too_many, refuse_unencrypted};

//! IRC (RFC 2812, modern.ircdocs.horse, IRCv3).
//!
//! An IRC client is in the same rooms as everybody else. What it says is a command of the chat, and
//! what it is shown comes from the same events; nothing here decides anything. Where IRC has a word
//! for what the chat does, that word is used (a moderator is `@`, a setting is a mode); where it
//! has none, a notice says it.
//!
//! A client that negotiates nothing gets the IRC of 1993; what it negotiates (`CAP`) adds to that.
//! So the bytes of a room's lines depend on a handful of capabilities, which are its [`Format`].

mod caps;
mod line;
mod message;
mod mode;
mod reference;
mod render;
mod said;
mod session;
mod settings;
mod text;

pub use message::{LineError, Message};
pub use reference::reference;
pub use render::{Format, RoomRenderer};
pub(crate) use session::refuse_unencrypted;
pub use session::{LineReader, Session};
pub use settings::Settings;

//! The plain dialect: the lines that a person at nc or telnet types and reads.
//!
//! A [`Session`] is one connection. After the line splitter ([`crate::input`]) it parses a line as
//! a request, or finds a parse error; events, answers and refusals go out as lines through a
//! renderer. Everything here is a function of its arguments: no socket, no store, no hub, no clock,
//! and no time zone but the one that is passed in.
//!
//! One table (`table::COMMANDS`) lists the commands. Parsing, `/help`, "did you mean" and the page
//! `docs/commands.md` all use it, so that they cannot disagree.
//!
//! The first character of a line says what kind it is (`[` a person spoke, `*` something happened,
//! `!` the server speaks to the reader alone, `---` a separator), so the renderer begins every
//! line, and nothing that a person wrote can begin one.

mod mention;
mod message_ref;
mod parse;
mod presence;
mod reference;
mod render;
mod request;
mod session;
mod spec;
pub(crate) mod table;
mod words;

pub(crate) use parse::SHELL;
pub(crate) use parse::arguments::is_quote;
pub use parse::{parse, parse_login};
pub use reference::reference;
pub(crate) use render::{Changed, DoneToYou, DoneToYouIn, Masked, StillInside};
pub use render::{
    Counted, HistoryStyle, Missed, Moved, Notice, Reason, Renderer, RoomFormat, RoomRenderer,
    Sought, Stretch, Style, is_message,
};
pub use request::{
    Back, Context, EchoedInput, HelpTopic, LoginLine, ParseError, Pref, PrefChange, Request,
    SearchRequest,
};
pub(crate) use session::refuse_unencrypted;
pub use session::{LineReader, Session};
pub use table::{COMMANDS, CommandSpec, Group};
pub(crate) use words::{Above, Count, lines, people, rooms};

//! The plain dialect: what a person at nc or telnet types, and what they read.
//!
//! Behind the line splitter ([`crate::input`]): a line comes in and is read as a [`Request`] (at
//! the name prompt: an [`Entry`]), or as a [`ParseError`]; events, answers and refusals go out as
//! lines through a [`Renderer`]. Everything here is a function of its arguments: no socket, no
//! store, no hub, no clock, and no time zone but the one that is handed in.
//!
//! One table ([`COMMANDS`]) says which commands there are. Reading a line, `/help`, "did you
//! mean" and the page `docs/commands.md` all come from it, so that they cannot disagree.
//!
//! The first character of a line says what kind it is (`[` somebody spoke, `*` something happened,
//! `!` the server speaks to the reader alone, `---` a separator), so every line is begun by the
//! renderer and nothing that a person wrote can begin one.

mod mention;
mod parse;
mod reference;
mod render;
mod request;
mod table;
mod words;
mod zone;

pub use mention::mentions;
pub use parse::{parse, parse_entry};
pub use reference::reference;
pub use render::{Notice, Renderer, Style};
pub use request::{
    Asked, Back, EchoedInput, Entry, HelpTopic, ParseError, Password, Pref, PrefChange, Request,
    Search,
};
pub use table::{COMMANDS, CommandSpec, Group};
pub use zone::{Date, TimeZone, day_start, zone};

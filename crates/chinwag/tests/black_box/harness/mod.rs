//! What every test is made of: servers, clients, and the order between what they do.
//!
//! The one idea is the *marker*. Time proves nothing, so a test that shows that somebody was not
//! told something lets the server answer a question that it must deal with later
//! ([`Client::sync`]), and looks at all that came before the answer.

mod client;
mod ear;
mod server;
mod stall;
mod terminal;
mod text;

pub(crate) use client::Client;
pub(crate) use ear::Ear;
pub(crate) use server::{CHINWAG, NOBODY, Server, Setup};
pub(crate) use terminal::Terminal;
pub(crate) use text::{Dice, code_in, masked, messages};

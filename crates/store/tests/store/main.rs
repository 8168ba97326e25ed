//! The store from outside: what is kept, what is refused, what is found.

#![allow(clippy::unwrap_used)]

mod child;
mod cloak_key;
mod failures;
mod history;
mod ignored;
mod memory;
mod migration;
mod movements;
mod private;
mod refusals;
mod retention;
mod rooms;
mod round_trip;
mod search;
mod signals;
mod support;
mod told;
mod tools;

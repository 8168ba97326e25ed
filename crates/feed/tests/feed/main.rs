//! The promises of the feed: each member is shown each event once and in order, or is told exactly
//! how many it has lost; bounds hold; an idle feed keeps nothing.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]

mod bounds;
mod promises;
mod properties;
mod resume;
mod world;

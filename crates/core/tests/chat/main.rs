//! The rules of the chat, seen from outside: each group of commands case by case, and what holds
//! whatever people do.
//!
//! Everything goes through [`world::World`], which treats the chat as the hub does and holds every
//! fact against a second opinion ([`shadow::Shadow`]) on the way.

mod absent;
mod arriving;
mod attaching;
mod barring;
mod certificates;
mod governing;
mod heard;
mod lending;
mod mail;
mod metadata;
mod operating;
mod operators;
mod paging;
mod past_names;
mod private;
mod properties;
mod ranks;
mod registering;
mod removing;
mod resuming;
mod rooms;
mod secrets;
mod several_addresses;
mod shadow;
mod talking;
mod world;

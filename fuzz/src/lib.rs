//! A fuzz target for every parser: random and mutated bytes, and what must hold of them all.
//!
//! Each target is a test. It runs the inputs in `corpus/<target>/` and then others that are made of
//! them, a fixed number of times or for the seconds that `CHINWAG_FUZZ_SECONDS` says (`cargo xtask
//! fuzz` sets it).

#[cfg(test)]
mod client;
#[cfg(test)]
mod config;
#[cfg(test)]
mod core_data;
#[cfg(test)]
mod dice;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod input;
#[cfg(test)]
mod irc;
#[cfg(test)]
mod irc_oracle;
#[cfg(test)]
mod json;
#[cfg(test)]
mod pieces;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod render;
#[cfg(test)]
mod screen;
#[cfg(test)]
mod session;
#[cfg(test)]
mod sniff;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod words;

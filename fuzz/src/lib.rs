//! A fuzz target for every parser: random and mutated bytes, and what must hold of them all.
//!
//! Each target is a test. It runs the inputs in `corpus/<target>/` and then mutates them, a fixed
//! number of times or for the seconds that `CHINWAG_FUZZ_SECONDS` says (`cargo xtask fuzz` sets
//! it). An input that fails is shown as escaped bytes and kept in the corpus, so that it fails
//! from then on until it is fixed; `CHINWAG_FUZZ_SEED` repeats a run.
//!
//! The engine is our own because `cargo fuzz` takes a nightly toolchain. It does not see which code
//! an input reaches; that is what the dictionary and the corpus make up for.

#[cfg(test)]
mod config;
#[cfg(test)]
mod dice;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod input;
#[cfg(test)]
mod parse;
#[cfg(test)]
mod render;
#[cfg(test)]
mod screen;
#[cfg(test)]
mod sniff;
#[cfg(test)]
mod words;

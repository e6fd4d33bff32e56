//! For tests of the whole workspace; never shipped.
//!
//! Owns the conformance suite that every store passes ([mod@conformance]) and makers of sample events,
//! sources and webhooks ([`samples`]) with a clock that stands still and randomness from a seed.
//! Nothing here reads the machine's clock, the network or a file.

// This crate is test code: a failed expectation ends the test that met it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod conformance;
pub mod receivers;
pub mod samples;

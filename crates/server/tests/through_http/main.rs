//! The server as its users meet it: through HTTP, and through its command line.
//!
//! A module for each behaviour. Servers run in this process on free ports of loopback with a data
//! folder of their own; what needs a process of its own (exit codes, messages) runs the binary.
//! Nothing sleeps to wait for something: receivers pass on what arrives, and what only the API
//! shows is asked for until it is so, within [`scene::WITHIN`]. A test fails on every line of the
//! log at WARN or ERROR that it did not announce.

// This program is test code: a failed expectation ends the test that met it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod exchange;
mod log_lines;
mod program;
mod scene;
mod sender;

mod administering;
mod bad_input;
mod breaker;
mod challenging;
mod choosing;
mod commands;
mod declaring;
mod delivering;
mod dialects;
mod duplicates;
mod encodings;
mod explaining;
mod failing_receivers;
mod guarding;
mod pings;
mod receiving;
mod recovering;
mod refusing;
mod restarting;
mod retaining;
mod rotating;
mod secrecy;
mod telling;

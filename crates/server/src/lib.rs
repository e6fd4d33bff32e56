//! Countersign's server: receiving, dispatching, configuration, the command line and the wiring.
//!
//! The binary is `countersign`. This library is for it and for the project's own tests; it is no
//! public interface.
//!
//! It holds no SQL (the stores do), sends no request by itself (`deliver` does) and decides nothing
//! about a delivery's fate (`pipeline` does).

pub mod build;
pub mod challenge;
pub mod cli;
pub mod clock;
pub mod config;
pub mod dispatch;
pub mod engine;
mod explaining;
pub mod jobs;
pub mod listen;
pub mod live;
pub mod log;
pub mod master_key;
pub mod metrics;
pub mod notices;
pub mod receive;
pub mod retention;
pub mod samples;
pub mod secret_use;
pub mod serve;
pub mod upkeep;

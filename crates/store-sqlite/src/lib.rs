//! The embedded store: SQLite in a data folder, with a group-commit writer.
//!
//! Owns the folder, the schema, all SQL of it and the threads that write and checkpoint. It never
//! sees a secret in clear, reads no wall clock and draws no randomness: moments and ids come from
//! its caller.
//!
//! Invariants: one process at a time has the folder; nothing is answered before it is committed and
//! synced; every queue, batch, page and pool has a bound that stands beside it in the code.
//!
//! [`SqliteStore`] implements the traits of `pipeline::store`; the files follow them:
//! `accept` and `seen` take events in, `dispatch` leases and records, `catalogue` keeps
//! what is configured, `history` looks back, `jobs` act on many deliveries, `retention` lets go of
//! what is old. The way of a change is `store → writer → batch → Work`;
//! the way of a question is `store → reader`.

mod accept;
mod bodies;
mod catalogue;
mod checkpoint;
mod compact;
mod connection;
mod disk;
mod dispatch;
mod fault;
mod history;
mod jobs;
mod lanes;
mod open;
mod options;
mod reader;
mod retention;
mod rows;
mod schema;
mod seen;
mod store;
mod upkeep;
mod writer;

pub use open::{DATABASE_FILE, LOCK_FILE, OpenError};
#[cfg(any(test, feature = "fault-injection"))]
pub use options::Faults;
pub use options::{PAGE_BYTES, RESERVE_BYTES, StoreOptions};
pub use store::SqliteStore;

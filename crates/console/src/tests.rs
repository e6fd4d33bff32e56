//! The API through its router, on the embedded store, with an engine that stands in for the rest
//! of the server.

mod auth;
mod bulk;
mod deliveries;
mod events;
mod golden;
pub(crate) mod harness;
mod lists;
mod problems;
mod secrets;
mod sources;
mod webhooks;

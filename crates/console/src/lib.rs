//! The management API: everything on the admin listener.
//!
//! Owns how sources and webhooks are written ([`draft`], for the API and the configuration file
//! alike), how everything is answered, who may ask, and the catalogue of problems. Holds no SQL and
//! knows nothing of receiving or dispatching: the rest of the server is behind [`engine::Engine`].
//!
//! Invariants: no answer, error or log line holds a secret, password or header value, but for a
//! generated secret in the answer that made it; a JSON body has at most 256 KiB, a page at most 500
//! items, published bodies at once at most [`Limits::publish_held_max_bytes`]; a change is answered
//! after it is durable and in the catalogue.

mod answer;
mod auth;
mod carry;
mod console;
pub mod draft;
pub mod engine;
mod fields;
mod json;
mod nearest;
mod open;
mod openapi;
mod path;
mod problem;
mod query;
mod router;
mod text;
mod v1;

pub use auth::AdminToken;
pub use console::{Limits, PUBLISH_HELD_MAX_BYTES, PUBLISH_MAX_BYTES, Parts, PublicUrl};
pub use fields::{FieldCode, FieldError, FieldErrors};
pub use openapi::openapi;
pub use problem::Code;
pub use router::router;

#[cfg(test)]
mod tests;

//! Outbound HTTP: which addresses a delivery may reach, how it gets there, and what came of it.
//!
//! The way of one attempt: [`Client::send`] → [`TargetGuard`] (the URL) → a pooled connection, or
//! [`Resolve`] → [`TargetGuard`] (every address) → [`Dial`] → TLS → request and answer →
//! [`Exchange`].
//!
//! Never: decides whether to retry; follows a redirect; reads a proxy variable; decompresses; dials
//! otherwise than by the [`Dial`] it is given; reads the wall clock; lets an error out of
//! [`Client::send`] that is not an [`Exchange`].

pub mod client;
pub mod connector;
pub mod dialer;
pub mod outcome;
pub mod request;
pub mod resolver;
#[cfg(test)]
mod simulated;
pub mod target_guard;
pub mod tls;

pub use client::{Client, ClientParts, Outgoing, Response};
pub use connector::ConnectError;
pub use dialer::{Dial, TcpDialer};
pub use outcome::{Exchange, Failure, Fault, Outcome};
pub use resolver::{Resolve, ResolveError, SystemResolver};
pub use target_guard::{
    Forbidden, PrivateRange, Reason, Remedy, Scheme, TargetError, TargetGuard, TargetPolicy,
};

//! What came of an attempt.
//!
//! Owns the eight words of an outcome, the cause behind each that is no answer, and what the retry
//! policy needs to know, all decided from types and never from text.
//!
//! | outcome | means |
//! |---|---|
//! | `delivered` | an answer with a 2xx status, complete or read up to the cap |
//! | `status` | an answer with any other status; redirects are such answers |
//! | `timeout` | a limit on time ran out: connecting, TLS, the answer, or a 2xx answer's body |
//! | `dns` | the name has no address now, or no name server answered |
//! | `connect` | no address took the connection |
//! | `tls` | the handshake failed, or the receiver ended TLS with an alert |
//! | `forbidden_target` | the target guard refused |
//! | `protocol` | the connection stood, and what came was no complete HTTP answer, or nothing |
//!
//! Never: decides whether and when to try again.

use std::error::Error as StdError;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use rustix::io::Errno;

use crate::client::Response;
use crate::connector::{ConnectError, TlsFault};
use crate::target_guard::Forbidden;

mod retry_after;
#[cfg(test)]
mod tests;

pub use pipeline::Outcome;
pub use retry_after::RETRY_AFTER_MAX;

/// Who has to act when an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Who runs the receiver.
    Receiver,
    /// Who runs the network or the name servers between.
    Network,
    /// Who runs this server or made the webhook.
    Ours,
}

/// How far an attempt had got when its time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// No connection yet: name, dialling, TLS.
    Connecting,
    /// The request was on its way, and no status line had come.
    Answer,
    /// A 2xx status had come, and its body had not ended.
    Body,
}

/// Why an attempt has no answer that counts.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// There was no connection to send on.
    #[error("no connection was made")]
    Connection(#[source] ConnectError),
    /// The time of the attempt ran out.
    #[error("the time ran out: {}", match .0 {
        Phase::Connecting => "no connection",
        Phase::Answer => "no answer",
        Phase::Body => "the answer did not end",
    })]
    Timeout(Phase),
    /// TLS ended after the handshake, as when a receiver refuses our certificate in TLS 1.3.
    #[error("the TLS connection ended")]
    Tls(#[source] TlsFault),
    /// What came was no complete HTTP answer.
    #[error("no complete HTTP answer came")]
    Protocol(#[source] Arc<dyn StdError + Send + Sync>),
    /// The URL cannot be written into a request.
    #[error("the URL cannot be sent")]
    Url(#[source] Arc<http::uri::InvalidUri>),
}

impl From<Forbidden> for Failure {
    fn from(forbidden: Forbidden) -> Self {
        Self::Connection(forbidden.into())
    }
}

impl Failure {
    /// The word for it.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Timeout(_) => Outcome::Timeout,
            Self::Tls(_) => Outcome::Tls,
            Self::Protocol(_) | Self::Url(_) => Outcome::Protocol,
            Self::Connection(error) => match error {
                ConnectError::Forbidden(_) => Outcome::ForbiddenTarget,
                ConnectError::Dns(_) => Outcome::Dns,
                ConnectError::Connect { .. } => Outcome::Connect,
                ConnectError::Tls(_) => Outcome::Tls,
                ConnectError::ConnectTimeout { .. } | ConnectError::TlsTimeout => Outcome::Timeout,
            },
        }
    }

    /// Who has to act.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Timeout(Phase::Connecting) => Fault::Network,
            Self::Timeout(Phase::Answer | Phase::Body) | Self::Tls(_) | Self::Protocol(_) => {
                Fault::Receiver
            }
            Self::Url(_) => Fault::Ours,
            Self::Connection(error) => match error {
                ConnectError::Forbidden(_) => Fault::Ours,
                ConnectError::Connect { error, .. } if is_shortage(error) => Fault::Ours,
                ConnectError::Connect { error, .. }
                    if error.kind() == io::ErrorKind::ConnectionRefused =>
                {
                    Fault::Receiver
                }
                ConnectError::Tls(TlsFault::Broken(_))
                | ConnectError::Connect { .. }
                | ConnectError::ConnectTimeout { .. }
                | ConnectError::Dns(_) => Fault::Network,
                ConnectError::Tls(_) | ConnectError::TlsTimeout => Fault::Receiver,
            },
        }
    }

    /// Whether this machine had no socket, port or memory left: no word about the receiver.
    fn is_local_shortage(&self) -> bool {
        matches!(self, Self::Connection(ConnectError::Connect { error, .. }) if is_shortage(error))
    }
}

fn is_shortage(error: &io::Error) -> bool {
    const SHORTAGES: [Errno; 5] =
        [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM, Errno::ADDRNOTAVAIL];
    Errno::from_io_error(error).is_some_and(|errno| SHORTAGES.contains(&errno))
}

/// One attempt's exchange, whatever became of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The outcome, in one word.
    pub outcome: Outcome,
    /// Why, where there is no answer that counts; nothing for `delivered` and `status`.
    pub failure: Option<Failure>,
    /// The answer, as far as it came. Present for `delivered` and `status`; and for `timeout` and
    /// `protocol` where a 2xx answer's body did not end.
    pub response: Option<Response>,
    /// The address the request went to, where a connection stood.
    pub address: Option<SocketAddr>,
    /// Whether the answer came over a connection that had carried one before.
    pub reused: bool,
    /// From the call to its end.
    pub duration: Duration,
}

impl Exchange {
    /// Who has to act; nothing where it was delivered.
    pub fn fault(&self) -> Option<Fault> {
        match (&self.failure, self.outcome) {
            (Some(failure), _) => Some(failure.fault()),
            (None, Outcome::Delivered) => None,
            (None, _) => Some(Fault::Receiver),
        }
    }

    /// Whether it is one of the failures in a row that open the breaker: no answer, 429 or 5xx.
    /// Other statuses are about the one delivery, and a shortage of this machine would open the
    /// breakers of receivers that are well.
    pub fn counts_for_breaker(&self) -> bool {
        match (&self.failure, &self.response) {
            (Some(failure), _) => !failure.is_local_shortage(),
            (None, Some(response)) => {
                matches!(response.status, 429 | 500..=599)
            }
            (None, None) => false,
        }
    }

    /// Whether the receiver answered 410: it wants no more.
    pub fn gone(&self) -> bool {
        self.outcome == Outcome::Status
            && self.response.as_ref().is_some_and(|response| response.status == 410)
    }

    /// How long the receiver asks to be left alone: `Retry-After` (RFC 9110, 10.2.3) of an answer
    /// other than 2xx, in seconds or as a date counted from `now`; at most [`RETRY_AFTER_MAX`]. A
    /// date that has passed is zero; what does not parse is nothing.
    pub fn retry_after(&self, now: SystemTime) -> Option<Duration> {
        if self.outcome != Outcome::Status {
            return None;
        }
        let value = self.response.as_ref()?.headers.get(RETRY_AFTER)?;
        retry_after::parse(value.to_str().ok()?, now)
    }
}

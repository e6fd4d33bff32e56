//! Attempts: one HTTP exchange of a delivery, and how it ended.

use bytes::Bytes;

use crate::{
    id::{AttemptId, DeliveryId},
    time::Timestamp,
};

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The receiver answered 2xx.
    Delivered,
    /// It answered another status; redirects are not followed.
    Status,
    /// No whole answer in time.
    Timeout,
    /// The name was not resolved.
    Dns,
    /// No connection was made.
    Connect,
    /// No trusted TLS session was made.
    Tls,
    /// The target guard forbids the address.
    ForbiddenTarget,
    /// What came back was not HTTP, or the connection ended before an answer.
    Protocol,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Outcome; 8] = [
        Outcome::Delivered,
        Outcome::Status,
        Outcome::Timeout,
        Outcome::Dns,
        Outcome::Connect,
        Outcome::Tls,
        Outcome::ForbiddenTarget,
        Outcome::Protocol,
    ];

    /// The word of the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Delivered => "delivered",
            Outcome::Status => "status",
            Outcome::Timeout => "timeout",
            Outcome::Dns => "dns",
            Outcome::Connect => "connect",
            Outcome::Tls => "tls",
            Outcome::ForbiddenTarget => "forbidden_target",
            Outcome::Protocol => "protocol",
        }
    }

    /// The outcome of that word.
    pub fn parse(word: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// What was sent. Values that were sealed at rest are not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentRequest {
    /// The webhook's URL.
    pub url: String,
    /// Names and values in order; a secret value stands as `[redacted]`.
    pub headers: Vec<(String, String)>,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// 100 to 999.
    pub status: u16,
    /// Names in lower case and values in order, capped by the client.
    pub headers: Vec<(String, String)>,
    /// The beginning of the body, capped by the client.
    pub body: Bytes,
    /// Whether there was more of it.
    pub truncated: bool,
}

/// One HTTP exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// Whose it is.
    pub delivery: DeliveryId,
    /// 1 for the first.
    pub number: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// What was sent.
    pub request: SentRequest,
    /// What came back, if anything.
    pub response: Option<Response>,
}

//! Events: immutable facts with the exact bytes that came in or were published.

use bytes::Bytes;
use countersign::EventKey;

use crate::{id::EventId, scope::Scope, source::SourceName, time::Timestamp};

/// The most headers that are kept of one request.
pub const KEPT_HEADERS_MAX: usize = 32;

/// Headers that came in and may be needed to deliver the event as it was received: names in lower
/// case, values as they came, in order.
pub type KeptHeaders = Vec<(String, Vec<u8>)>;

/// What was noticed about an event when it was accepted. Nothing here stops a delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The request id had come before at this source with another body.
    pub request_id_reused: bool,
    /// The body names a repository outside the source's scope.
    pub outside_scope: bool,
}

/// Everything about an event but its body: what lists and searches need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventFacts {
    /// Its id; the moment in it is the moment of acceptance.
    pub id: EventId,
    /// What happened.
    pub key: EventKey,
    /// Where it happened.
    pub scope: Scope,
    /// The source that it came in by; `None` for a published one.
    pub source: Option<SourceName>,
    /// The request id that it came with. `None` means that its own id, as a UUID, is its request id.
    pub request_id: Option<String>,
    /// The `Content-Type` that it came with.
    pub content_type: Option<String>,
    /// Bytes of the plain body.
    pub size_bytes: u64,
    /// SHA-256 of the plain body.
    pub sha256: [u8; 32],
    /// Whether its origin was proven.
    pub verified: bool,
    /// The event with the same body that came before at the same source under another request id.
    pub repeat_of: Option<EventId>,
    /// What was noticed.
    pub marks: Marks,
}

impl EventFacts {
    /// When it was accepted.
    pub fn accepted_at(&self) -> Timestamp {
        self.id.created_at()
    }

    /// The request id that it came with, or its own.
    pub fn request_id(&self) -> String {
        self.request_id.clone().unwrap_or_else(|| self.id.uuid())
    }
}

/// An event with its bytes, as it is kept and delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Everything but the body.
    pub facts: EventFacts,
    /// Headers kept for `as-received`.
    pub headers: KeptHeaders,
    /// The plain bytes that were signed or published.
    pub body: Bytes,
}

//! Events.

use std::fmt::Write;

use pipeline::EventFacts;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{engine::Published, text::time};

/// An event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventAnswer {
    /// `evt_...`.
    id: String,
    /// What happened.
    key: String,
    /// Where.
    scope: String,
    /// The source that it came in by; null for a published one.
    source: Option<String>,
    /// The request id that it came with, or its own.
    request_id: String,
    /// The `Content-Type` that it came with.
    content_type: Option<String>,
    /// Bytes of the plain body.
    size_bytes: u64,
    /// SHA-256 of the plain body, in hexadecimal.
    sha256: String,
    /// Whether its origin was proven.
    verified: bool,
    /// The event with the same body that came before at the same source under another request id.
    repeat_of: Option<String>,
    /// Whether the request id had come before at this source with another body.
    request_id_reused: bool,
    /// Whether the body names a repository outside the source's scope.
    outside_scope: bool,
    /// When it was accepted.
    accepted_at: String,
}

impl From<EventFacts> for EventAnswer {
    fn from(event: EventFacts) -> EventAnswer {
        EventAnswer {
            id: event.id.to_string(),
            request_id: event.request_id(),
            accepted_at: time(event.accepted_at()),
            key: event.key.to_string(),
            scope: event.scope.to_string(),
            source: event.source.as_ref().map(ToString::to_string),
            content_type: event.content_type,
            size_bytes: event.size_bytes,
            sha256: hex(&event.sha256),
            verified: event.verified,
            repeat_of: event.repeat_of.map(|id| id.to_string()),
            request_id_reused: event.marks.request_id_reused,
            outside_scope: event.marks.outside_scope,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What became of a published event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Published)]
pub(crate) struct PublishedAnswer {
    /// Its id, or the first event's.
    id: String,
    /// `duplicate`, where the same request id had come before in the scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    /// Deliveries that were made.
    deliveries: usize,
}

impl From<Published> for PublishedAnswer {
    fn from(published: Published) -> PublishedAnswer {
        match published {
            Published::New { id, deliveries } => {
                PublishedAnswer { id: id.to_string(), status: None, deliveries }
            }
            Published::Duplicate { first } => {
                PublishedAnswer { id: first.to_string(), status: Some("duplicate"), deliveries: 0 }
            }
        }
    }
}

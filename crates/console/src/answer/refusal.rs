//! Refusals.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{engine::Refusal, text::time};

/// An inbound request that was not accepted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Refusal)]
pub(crate) struct RefusalAnswer {
    /// When.
    at: String,
    /// The name in the path; there may be no such source.
    source: String,
    /// A stable word such as `signature_mismatch`.
    reason: &'static str,
    /// Who connected.
    peer: String,
    /// The event key that it named; nothing proves it.
    event_key: Option<String>,
    /// The request id that it named; nothing proves it.
    request_id: Option<String>,
    /// Bytes of the body, as far as it was read.
    size_bytes: u64,
}

impl From<&Refusal> for RefusalAnswer {
    fn from(refusal: &Refusal) -> RefusalAnswer {
        RefusalAnswer {
            at: time(refusal.at),
            source: refusal.source.clone(),
            reason: refusal.reason,
            peer: refusal.peer.to_string(),
            event_key: refusal.event_key.clone(),
            request_id: refusal.request_id.clone(),
            size_bytes: refusal.size_bytes,
        }
    }
}

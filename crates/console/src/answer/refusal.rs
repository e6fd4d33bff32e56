//! Refusals.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{engine::Refusal, text::time};

/// An inbound request that was not accepted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Refusal)]
pub(crate) struct RefusalAnswer {
    /// Counts refusals since the server started, from 1.
    number: u64,
    /// When.
    at: String,
    /// The name in the path; there may be no such source.
    source: String,
    /// A stable word such as `mismatch`.
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

/// A refusal with the reasons that were found for it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExplainedRefusal {
    #[serde(flatten)]
    refusal: RefusalAnswer,
    /// What failed and what is likely to have caused it, a sentence each; the likeliest first.
    explanation: Vec<String>,
}

impl ExplainedRefusal {
    pub(crate) fn new(refusal: &Refusal, explanation: Vec<String>) -> ExplainedRefusal {
        ExplainedRefusal { refusal: refusal.into(), explanation }
    }
}

impl From<&Refusal> for RefusalAnswer {
    fn from(refusal: &Refusal) -> RefusalAnswer {
        RefusalAnswer {
            number: refusal.number,
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

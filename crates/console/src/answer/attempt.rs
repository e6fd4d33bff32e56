//! Attempts.

use pipeline::{Attempt, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::text::time;

/// One HTTP exchange of a delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
pub(crate) struct AttemptAnswer {
    /// `att_...`.
    id: String,
    /// 1 for the first.
    number: u32,
    /// When it began.
    started_at: String,
    /// How long it took, in milliseconds.
    duration_ms: u32,
    /// `delivered`, `status`, `timeout`, `dns`, `connect`, `tls`, `forbidden_target` or `protocol`.
    outcome: &'static str,
    /// What was sent; the body is the event's.
    request: RequestAnswer,
    /// What came back, if anything.
    response: Option<ResponseAnswer>,
}

/// What was sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Request)]
pub(crate) struct RequestAnswer {
    /// The webhook's URL.
    url: String,
    /// In order; a secret value stands as `[redacted]`.
    headers: Vec<HeaderLine>,
}

/// What came back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Response)]
pub(crate) struct ResponseAnswer {
    /// The status.
    status: u16,
    /// In order.
    headers: Vec<HeaderLine>,
    /// The beginning of the body as text; what is not UTF-8 is replaced by U+FFFD.
    body: String,
    /// Whether there was more of it.
    truncated: bool,
}

/// A header.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeaderLine {
    /// Its name.
    name: String,
    /// Its value.
    value: String,
}

impl From<Attempt> for AttemptAnswer {
    fn from(attempt: Attempt) -> AttemptAnswer {
        AttemptAnswer {
            id: attempt.id.to_string(),
            number: attempt.number,
            started_at: time(attempt.started_at),
            duration_ms: attempt.duration_ms,
            outcome: attempt.outcome.as_str(),
            request: RequestAnswer {
                url: attempt.request.url,
                headers: lines(attempt.request.headers),
            },
            response: attempt.response.map(Into::into),
        }
    }
}

impl From<Response> for ResponseAnswer {
    fn from(response: Response) -> ResponseAnswer {
        ResponseAnswer {
            status: response.status,
            headers: lines(response.headers),
            body: String::from_utf8_lossy(&response.body).into_owned(),
            truncated: response.truncated,
        }
    }
}

fn lines(headers: Vec<(String, String)>) -> Vec<HeaderLine> {
    let headers = headers.into_iter();
    headers
        .map(|(name, value)| HeaderLine { name, value })
        .collect()
}

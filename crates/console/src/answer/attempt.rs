//! Attempts.

use std::collections::BTreeMap;

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
    /// Values by name as sent; several of one name with `, ` between them; a secret value stands as `[redacted]`.
    headers: BTreeMap<String, String>,
}

/// What came back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Response)]
pub(crate) struct ResponseAnswer {
    /// The status.
    status: u16,
    /// Values by name in lower case; several of one name with `, ` between them.
    headers: BTreeMap<String, String>,
    /// The beginning of the body as text; what is not UTF-8 is replaced by U+FFFD.
    body: String,
    /// Whether there was more of it.
    truncated: bool,
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
                headers: by_name(attempt.request.headers),
            },
            response: attempt.response.map(Into::into),
        }
    }
}

impl From<Response> for ResponseAnswer {
    fn from(response: Response) -> ResponseAnswer {
        ResponseAnswer {
            status: response.status,
            headers: by_name(response.headers),
            body: String::from_utf8_lossy(&response.body).into_owned(),
            truncated: response.truncated,
        }
    }
}

/// Values of one name are joined as RFC 9110, 5.3 allows.
fn by_name(headers: Vec<(String, String)>) -> BTreeMap<String, String> {
    let mut by_name: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        match by_name.get_mut(&name) {
            None => {
                by_name.insert(name, value);
            }
            Some(values) => {
                values.push_str(", ");
                values.push_str(&value);
            }
        }
    }
    by_name
}

//! The answers of the public listener. None depends on a secret; all refusals are one.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use pipeline::EventId;

/// How long a sender is asked to wait after a 503.
const RETRY_AFTER_S: HeaderValue = HeaderValue::from_static("5");

/// What a request is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 200: the listener works.
    Alive,
    /// 202: kept, with its deliveries.
    Accepted(EventId),
    /// 200: it was there before.
    Duplicate(EventId),
    /// 200: a test of the connection.
    Pong,
    /// 400: the body ended early.
    BadRequest,
    /// 403: refused, for whatever reason.
    Forbidden,
    /// 404: no such path.
    NotFound,
    /// 405: the methods that are allowed.
    MethodNotAllowed(&'static str),
    /// 408: the body did not come in time.
    TooSlow,
    /// 413: over the cap.
    TooLarge,
    /// 415: neither gzip nor identity.
    UnsupportedEncoding,
    /// 503: not confirmed; to be sent again.
    Unavailable,
}

impl Answer {
    fn status(self) -> StatusCode {
        match self {
            Answer::Alive | Answer::Duplicate(_) | Answer::Pong => StatusCode::OK,
            Answer::Accepted(_) => StatusCode::ACCEPTED,
            Answer::BadRequest => StatusCode::BAD_REQUEST,
            Answer::Forbidden => StatusCode::FORBIDDEN,
            Answer::NotFound => StatusCode::NOT_FOUND,
            Answer::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Answer::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Answer::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Answer::UnsupportedEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Answer::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn body(self) -> Bytes {
        let fixed = match self {
            Answer::Accepted(event) => return named("accepted", event),
            Answer::Duplicate(event) => return named("duplicate", event),
            Answer::Alive => r#"{"status":"alive"}"#,
            Answer::Pong => r#"{"status":"pong"}"#,
            Answer::BadRequest => r#"{"status":"bad_request"}"#,
            Answer::Forbidden => r#"{"status":"refused"}"#,
            Answer::NotFound => r#"{"status":"not_found"}"#,
            Answer::MethodNotAllowed(_) => r#"{"status":"method_not_allowed"}"#,
            Answer::TooSlow => r#"{"status":"too_slow"}"#,
            Answer::TooLarge => r#"{"status":"too_large"}"#,
            Answer::UnsupportedEncoding => r#"{"status":"unsupported_encoding"}"#,
            Answer::Unavailable => r#"{"status":"unavailable"}"#,
        };
        Bytes::from_static(fixed.as_bytes())
    }

    /// The response, with a JSON body.
    pub fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match self {
            Answer::MethodNotAllowed(allow) => {
                headers.insert(header::ALLOW, HeaderValue::from_static(allow));
            }
            Answer::Unavailable => {
                headers.insert(header::RETRY_AFTER, RETRY_AFTER_S);
            }
            // The rest of such a body is not read, so the connection cannot be used again.
            Answer::TooLarge | Answer::TooSlow | Answer::BadRequest => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }
}

fn named(status: &str, event: EventId) -> Bytes {
    format!(r#"{{"status":"{status}","event":"{event}"}}"#).into()
}

//! Refusals: why a request was not let through, and the one answer that it gets.
//!
//! The reason is the operator's and never part of the answer.

use bytes::Bytes;
use countersign::VerifyError;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use thiserror::Error;

/// Why a request was not let through. The fault is with whoever sent it, or with a secret or a
/// body cap that differs.
///
/// ```
/// use countersign::VerifyError;
/// use countersign_tower::Refusal;
///
/// let refusal = Refusal::Verify(VerifyError::Mismatch);
/// assert_eq!(refusal.status(), 403);
/// assert_eq!(refusal.reason(), "mismatch");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It is not genuine: 403.
    #[error("the request is not genuine")]
    Verify(#[from] VerifyError),
    /// The body is over the cap on the wire or plain, or inflates over a hundredfold: 413.
    #[error("the body is over the cap")]
    BodyTooLarge,
    /// `Content-Encoding` is none of `identity`, `gzip` and `x-gzip`, or stands twice: 415.
    #[error("the content encoding is neither gzip nor identity")]
    EncodingUnsupported,
    /// The body begins as gzip, as its header says, and goes on as something else: 403.
    #[error("the body is not valid gzip")]
    GzipInvalid,
    /// The body broke off: 400.
    #[error("the body broke off")]
    BodyBroken,
}

impl Refusal {
    /// A stable word for counters, logs and scripts: [`VerifyError::reason`], or the body's.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Verify(error) => error.reason(),
            Self::BodyTooLarge => "body_too_large",
            Self::EncodingUnsupported => "content_encoding",
            Self::GzipInvalid => "gzip_invalid",
            Self::BodyBroken => "body_broken",
        }
    }

    /// The status that the sender gets.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Verify(_) | Self::GzipInvalid => StatusCode::FORBIDDEN,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::EncodingUnsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyBroken => StatusCode::BAD_REQUEST,
        }
    }

    /// The whole answer, a JSON object that says no more than the status does.
    ///
    /// ```
    /// # use countersign::VerifyError;
    /// # use countersign_tower::Refusal;
    /// let missing = Refusal::Verify(VerifyError::SignatureMissing).response();
    /// let wrong = Refusal::Verify(VerifyError::Mismatch).response();
    /// assert_eq!(missing.headers(), wrong.headers());
    /// ```
    #[must_use]
    pub fn response(self) -> Response<Full<Bytes>> {
        let body = match self {
            Self::Verify(_) | Self::GzipInvalid => r#"{"status":"refused"}"#,
            Self::BodyTooLarge => r#"{"status":"too_large"}"#,
            Self::EncodingUnsupported => r#"{"status":"unsupported_encoding"}"#,
            Self::BodyBroken => r#"{"status":"bad_request"}"#,
        };
        let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
        *response.status_mut() = self.status();
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    }
}

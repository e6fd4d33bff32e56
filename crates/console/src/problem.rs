//! Problems: every answer of the API that is no success (RFC 9457).
//!
//! What goes outside is the catalogue's title, a detail that was written for the caller, and the
//! field errors. What happened inside (`inside`) is logged once, when the answer is made, and never
//! sent.

mod code;

use std::error::Error;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use pipeline::{StoreError, job::JOBS_RUNNING_MAX};
use serde::Serialize;
use utoipa::ToSchema;

pub use code::Code;

use crate::{
    draft::DraftError,
    fields::{FieldError, FieldErrors},
};

/// The media type of problems.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// An answer that is no success.
#[derive(Debug)]
pub(crate) struct Problem {
    code: Code,
    detail: Option<String>,
    errors: FieldErrors,
    waiting: Option<u64>,
    inside: Option<Box<dyn Error + Send + Sync>>,
}

/// A problem as it is sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemAnswer<'a> {
    /// A relative reference to the page about this code.
    #[schema(example = "/docs/problems#not_found")]
    r#type: String,
    /// The same for every occurrence of the code.
    title: &'static str,
    /// The status of the answer.
    #[schema(example = 404)]
    status: u16,
    /// A stable word.
    code: Code,
    /// About this occurrence.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    /// At `invalid_fields` and `target_forbidden`: all that is wrong.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
    /// At `deliveries_waiting`: how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<u64>,
}

impl Problem {
    /// A problem with a word of explanation.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Problem {
        Problem { detail: Some(detail.into()), ..Problem::from(code) }
    }

    /// A defect of the server, with what happened.
    pub(crate) fn internal(inside: impl Into<Box<dyn Error + Send + Sync>>) -> Problem {
        Problem { inside: Some(inside.into()), ..Problem::from(Code::Internal) }
    }

    /// The same with what is wrong with fields.
    pub(crate) fn with_errors(self, errors: FieldErrors) -> Problem {
        Problem { errors, ..self }
    }

    /// Seconds after which trying again makes sense.
    fn retry_after_s(&self) -> Option<u16> {
        match self.code {
            Code::Busy => Some(1),
            Code::StoreUnavailable => Some(5),
            Code::StoreFull | Code::HistoryFull => Some(30),
            _ => None,
        }
    }

    /// The only place where a failure inside is logged.
    /// Its stable word.
    pub(crate) fn code(&self) -> Code {
        self.code
    }

    /// What is wrong with fields.
    pub(crate) fn errors(&self) -> &[FieldError] {
        self.errors.as_slice()
    }

    pub(crate) fn log(&self) {
        let Some(inside) = &self.inside else { return };
        let mut causes = vec![inside.to_string()];
        let mut next = inside.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        let error = causes.join(": ");
        tracing::error!(code = self.code.as_str(), error, "a request failed");
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.log();
        let answer = ProblemAnswer {
            r#type: format!("/docs/problems#{}", self.code.as_str()),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            code: self.code,
            detail: self.detail.as_deref(),
            errors: self.errors.as_slice(),
            waiting: self.waiting,
        };
        let mut response = (self.code.status(), axum::Json(answer)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if self.code == Code::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_s() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Problem {
        Problem { code, detail: None, errors: FieldErrors::default(), waiting: None, inside: None }
    }
}

impl From<FieldErrors> for Problem {
    fn from(errors: FieldErrors) -> Problem {
        Problem::from(Code::InvalidFields).with_errors(errors)
    }
}

impl From<DraftError> for Problem {
    fn from(error: DraftError) -> Problem {
        match error {
            DraftError::Fields(errors) => errors.into(),
            DraftError::TooManySecrets => Problem::new(
                Code::TooManySecrets,
                "at most 4 may be active and 8 held: delete one, or let the previous ones expire",
            ),
            DraftError::Sealing => Problem::internal(error),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match error {
            StoreError::Busy => Code::Busy.into(),
            StoreError::Full => Code::StoreFull.into(),
            StoreError::HistoryFull => Problem::new(
                Code::HistoryFull,
                "raise history.size_max_bytes, or let what waits be delivered, or cancel it",
            ),
            StoreError::TooManyJobs => Problem::new(
                Code::TooManyJobs,
                format!("at most {JOBS_RUNNING_MAX} run at once; wait for one, or stop one"),
            ),
            StoreError::Unavailable => Code::StoreUnavailable.into(),
            StoreError::NotFound => Code::NotFound.into(),
            StoreError::Taken => Code::NameTaken.into(),
            StoreError::VersionMismatch => Problem::new(
                Code::ChangedMeanwhile,
                "nothing was changed; read it again and repeat the change",
            ),
            StoreError::Waiting(waiting) => Problem {
                waiting: Some(waiting),
                ..Problem::new(
                    Code::DeliveriesWaiting,
                    format!("{waiting} deliveries wait; add ?waiting=cancel to cancel them"),
                )
            },
            StoreError::BodyExpired => Code::BodyExpired.into(),
            StoreError::WrongStatus => Code::WrongStatus.into(),
            other => Problem::internal(other),
        }
    }
}

//! Bodies: reading them within their limits, and JSON.
//!
//! JSON bodies have at most [`JSON_MAX_BYTES`]. A body that is no JSON is 400 and says where; one
//! with wrong fields is 422. Compressed bodies are refused, and a body that does not come within
//! 120 s is given up.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{FromRequest, Request},
};
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::time::timeout;

use crate::{
    fields::{FieldCode, FieldErrors},
    problem::{Code, Problem},
};

/// The most bytes of a JSON body: 256 KiB.
pub(crate) const JSON_MAX_BYTES: usize = 256 * 1024;

/// The time in which a body has to come: 120 s.
const BODY_WAIT: Duration = Duration::from_secs(120);

/// A JSON body that has to be there.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

/// A JSON body that may be left out, or null.
#[derive(Debug)]
pub(crate) struct OptionalJson<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Json<T>, Problem> {
        let (parts, body) = request.into_parts();
        check_type(&parts.headers)?;
        let body = read(&parts.headers, body, JSON_MAX_BYTES).await?;
        parse(&body).map(Json)
    }
}

impl<T: DeserializeOwned + Default, S: Sync> FromRequest<S> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<OptionalJson<T>, Problem> {
        let (parts, body) = request.into_parts();
        let body = read(&parts.headers, body, JSON_MAX_BYTES).await?;
        if body.is_empty() {
            return Ok(OptionalJson(T::default()));
        }
        check_type(&parts.headers)?;
        let body: Option<T> = parse(&body)?;
        Ok(OptionalJson(body.unwrap_or_default()))
    }
}

/// Reads a JSON body of at most so many bytes, where [`JSON_MAX_BYTES`] is too little.
pub(crate) async fn object<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
) -> Result<T, Problem> {
    check_type(headers)?;
    parse(&read(headers, body, bytes_max).await?)
}

/// Reads a body of at most so many bytes.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
) -> Result<Bytes, Problem> {
    let encoding = headers.get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let detail = "send the plain bytes, without Content-Encoding";
        return Err(Problem::new(Code::UnsupportedMediaType, detail));
    }
    let read = Limited::new(body, bytes_max).collect();
    let Ok(read) = timeout(BODY_WAIT, read).await else {
        let seconds = BODY_WAIT.as_secs();
        let detail = format!("the whole body has to come within {seconds} s");
        return Err(Problem::new(Code::BodyTimeout, detail));
    };
    match read {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let detail = format!("at most {bytes_max} bytes");
            Err(Problem::new(Code::BodyTooLarge, detail))
        }
        Err(_) => {
            let detail = "the body broke off";
            Err(Problem::new(Code::MalformedRequest, detail))
        }
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let value = headers.get(header::CONTENT_TYPE);
    let value = value.and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = value.split(';').next().unwrap_or("").trim();
    let accepted = ["application/json", "application/merge-patch+json"];
    if accepted.iter().any(|one| essence.eq_ignore_ascii_case(one)) {
        Ok(())
    } else {
        let detail = "send Content-Type: application/json";
        Err(Problem::new(Code::UnsupportedMediaType, detail))
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| fault(body, &error))
}

/// What is wrong with a body. The parser's own messages may repeat parts of it and are not shown.
fn fault(body: &[u8], error: &serde_json::Error) -> Problem {
    // A wrong type ends the parser's work early: what comes after may still be no JSON.
    let whole: Result<IgnoredAny, _> = serde_json::from_slice(body);
    let syntax = whole.as_ref().err().unwrap_or(error);
    if syntax.is_data() {
        let message = "expected an object with every name at most once".to_owned();
        return FieldErrors::of((FieldCode::WrongType, message)).into();
    }
    let (line, column) = (syntax.line(), syntax.column());
    let detail = format!("not JSON at line {line}, column {column}");
    Problem::new(Code::MalformedJson, detail)
}

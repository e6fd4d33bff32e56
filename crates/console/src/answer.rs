//! Answers: what the API says of domain types. Types of their own, so that nothing is shown by
//! accident; there is none that could hold a secret, but for the one that was just generated.

mod attempt;
mod batch;
mod delivery;
mod event;
mod generic_hmac;
mod job;
mod raw_bytes;
mod refusal;
mod secret;
mod source;
mod webhook;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use pipeline::store::PageOf;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use attempt::AttemptAnswer;
pub(crate) use batch::{BatchAnswer, BatchItemAnswer};
pub(crate) use delivery::{DeliveryAnswer, DeliveryWithAttempts};
pub(crate) use event::{EventAnswer, PublishedAnswer};
pub(crate) use generic_hmac::GenericHmacAnswer;
pub(crate) use job::{DryRunAnswer, JobAnswer};
pub(crate) use raw_bytes::RawBytes;
pub(crate) use refusal::{ExplainedRefusal, RefusalAnswer};
pub(crate) use secret::{AddedSecret, SecretAnswer};
pub(crate) use source::{ChangedSource, SourceAnswer};
pub(crate) use webhook::{ChangedWebhook, WebhookAnswer};

use crate::{console::etag, query::cursor};

/// One page of a list, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// The `cursor` of the next page; null at the end.
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    /// Of a store's page.
    pub(crate) fn of<U>(page: PageOf<U>, answer: impl FnMut(U) -> T) -> Page<T> {
        Page { items: page.items.into_iter().map(answer).collect(), next: page.next.map(cursor) }
    }
}

/// Basic authentication.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BasicAuth)]
pub(crate) struct BasicAuthAnswer {
    /// The user name.
    username: String,
    /// Always true.
    password_set: bool,
}

impl From<&pipeline::SealedBasicAuth> for BasicAuthAnswer {
    fn from(basic_auth: &pipeline::SealedBasicAuth) -> BasicAuthAnswer {
        BasicAuthAnswer { username: basic_auth.username.clone(), password_set: true }
    }
}

/// A JSON answer with the version as its entity tag.
pub(crate) fn tagged(status: StatusCode, version: u64, answer: impl Serialize) -> Response {
    let mut response = (status, axum::Json(answer)).into_response();
    if let Ok(tag) = HeaderValue::try_from(etag(version)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

//! Events: publishing them and looking back.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use countersign::EventKey;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use pipeline::{EventId, Scope, SourceName, Timestamp, store::EventFilter};
use tokio::{sync::SemaphorePermit, time::timeout};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    answer::{EventAnswer, Page, PublishedAnswer, RawBytes},
    console::{Console, parse_id},
    engine::{Publish, Published, is_own_scope},
    fields::{FieldCode, FieldErrors},
    json,
    path::Path,
    problem::{Code, Problem},
    query::{Cursor, Limit, Query, page, parameters, required},
    text::RequestId,
};

/// How long a published body waits for room before 503: 5 s.
const ROOM_WAIT: Duration = Duration::from_secs(5);

pub(crate) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new().routes(routes!(list, publish)).routes(routes!(show)).routes(routes!(body))
}

parameters! {
    /// What is published.
    pub(crate) struct PublishParameters {
        /// What happened. Needed.
        key: EventKey,
        /// Where; empty (the default) is the whole server.
        scope: Scope,
        /// The publisher's own id: the same one in the same scope again is answered 200 `duplicate`.
        request_id: RequestId,
    }
}

parameters! {
    /// Which events.
    pub(crate) struct EventParameters {
        /// With this key.
        key: EventKey,
        /// At and below this scope.
        scope: Scope,
        /// From this source.
        source: SourceName,
        /// With this request id.
        request_id: RequestId,
        /// Accepted at this time or later.
        since: Timestamp,
        /// Accepted before this time.
        until: Timestamp,
        /// The most items.
        limit: Limit,
        /// The `next` of the page before.
        cursor: Cursor,
    }
}

/// Publishes the body as an event. Answers once it is on disk.
#[utoipa::path(post, path = "/api/v1/events", tag = "events", operation_id = "events_publish",
    params(PublishParameters), request_body(content = RawBytes, content_type = "*/*"),
    responses((status = 202, body = PublishedAnswer), (status = 200, body = PublishedAnswer)))]
async fn publish(
    State(console): State<Arc<Console>>,
    Query(parameters): Query<PublishParameters>,
    request: Request,
) -> Result<Response, Problem> {
    let key = parameters.key.ok_or_else(|| required("key"))?;
    let scope = parameters.scope.unwrap_or_default();
    refuse_own_scope(&scope)?;
    let (parts, body) = request.into_parts();
    let content_type = content_type(&parts.headers)?;
    let bytes_max = console.parts.limits.publish_max_bytes;
    let _room = room(&console, &parts.headers).await?;
    let event = Publish {
        key,
        scope,
        request_id: parameters.request_id.map(|id| id.0),
        content_type,
        body: json::read(&parts.headers, body, bytes_max).await?,
    };
    let published = console.parts.engine.publish(event).await?;
    let status = match published {
        Published::New { .. } => StatusCode::ACCEPTED,
        Published::Duplicate { .. } => StatusCode::OK,
    };
    Ok((status, axum::Json(PublishedAnswer::from(published))).into_response())
}

/// Events, newest first.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", operation_id = "events_list",
    params(EventParameters), responses((status = 200, body = Page<EventAnswer>)))]
async fn list(
    State(console): State<Arc<Console>>,
    Query(parameters): Query<EventParameters>,
) -> Result<axum::Json<Page<EventAnswer>>, Problem> {
    let page = page(parameters.limit, parameters.cursor);
    let filter = EventFilter {
        key: parameters.key,
        scope: parameters.scope,
        source: parameters.source,
        request_id: parameters.request_id.map(|id| id.0),
        since: parameters.since,
        until: parameters.until,
    };
    let page = console.parts.store.events(filter, page).await?;
    Ok(axum::Json(Page::of(page, EventAnswer::from)))
}

/// One event.
#[utoipa::path(get, path = "/api/v1/events/{id}", tag = "events", operation_id = "events_show",
    params(("id" = String, Path)), responses((status = 200, body = EventAnswer)))]
async fn show(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
) -> Result<axum::Json<EventAnswer>, Problem> {
    let id: EventId = parse_id(&id)?;
    let event = console.parts.store.event(id).await?;
    Ok(axum::Json(event.into()))
}

/// An event's exact bytes.
#[utoipa::path(get, path = "/api/v1/events/{id}/body", tag = "events",
    operation_id = "events_body", params(("id" = String, Path)),
    responses((status = 200, body = RawBytes, content_type = "application/octet-stream")))]
async fn body(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id: EventId = parse_id(&id)?;
    let body = console.parts.store.body(id).await?;
    let disposition = format!("attachment; filename=\"{id}\"");
    let disposition = HeaderValue::try_from(disposition).map_err(Problem::internal)?;
    let kind = HeaderValue::from_static("application/octet-stream");
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, body).into_response())
}

fn refuse_own_scope(scope: &Scope) -> Result<(), Problem> {
    if !is_own_scope(scope) {
        return Ok(());
    }
    let mut errors = FieldErrors::default();
    let message = "this scope is for the server's own events".to_owned();
    errors.add_parameter("scope", (FieldCode::Reserved, message));
    Err(errors.into())
}

/// As it will be delivered: at most 255 bytes of visible ASCII, spaces and tabs.
fn content_type(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Ok(None);
    };
    let text = value.to_str().ok();
    let text = text.filter(|text| text.len() <= countersign::HEADER_TEXT_MAX_BYTES);
    let detail = "Content-Type has at most 255 bytes of visible ASCII";
    let problem = || Problem::new(Code::UnsupportedMediaType, detail);
    text.map(|text| Some(text.to_owned())).ok_or_else(problem)
}

/// Room for a body, in permits of 1 KiB: as much as it announces, else as much as there may be.
pub(super) async fn room<'a>(
    console: &'a Console,
    headers: &HeaderMap,
) -> Result<SemaphorePermit<'a>, Problem> {
    let bytes_max = console.parts.limits.publish_max_bytes;
    let announced = headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse().ok());
    let bytes = announced.unwrap_or(bytes_max).min(bytes_max);
    let permits = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
    match timeout(ROOM_WAIT, console.publishing.acquire_many(permits)).await {
        Ok(Ok(permit)) => Ok(permit),
        _ => Err(Problem::new(Code::Busy, "too many bodies at once")),
    }
}

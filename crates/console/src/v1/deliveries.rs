//! Deliveries: looking back, resending, cancelling.

use std::sync::Arc;

use axum::extract::State;
use countersign::EventKey;
use pipeline::{DeliveryId, EventId, Scope, Status, Timestamp, WebhookId, store::DeliveryFilter};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    answer::{DeliveryAnswer, DeliveryWithAttempts, Page},
    console::{Console, parse_id},
    draft::{draft, note_unknown},
    fields::FieldErrors,
    json::OptionalJson,
    path::Path,
    problem::{Code, Problem},
    query::{Cursor, Limit, Query, ResponseStatus, page, parameters},
    text::RequestId,
};

pub(crate) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(resend))
        .routes(routes!(cancel))
}

parameters! {
    /// Which deliveries.
    pub(crate) struct DeliveryParameters {
        /// In this status.
        status: Status,
        /// To this webhook.
        webhook: WebhookId,
        /// Of this event.
        event: EventId,
        /// Of events with this key.
        key: EventKey,
        /// Of events at and below this scope.
        scope: Scope,
        /// With this request id, or of the event that came with it.
        request_id: RequestId,
        /// Whose last attempt was answered with this status.
        response_status: ResponseStatus,
        /// Made at this time or later.
        since: Timestamp,
        /// Made before this time.
        until: Timestamp,
        /// The most items.
        limit: Limit,
        /// The `next` of the page before.
        cursor: Cursor,
    }
}

draft! {
    /// How to resend.
    pub(crate) struct ResendDraft {
        /// Whether to send under a new request id, for receivers that would answer "duplicate". Default false.
        new_request_id: bool,
    }
}

/// Deliveries, newest first.
#[utoipa::path(get, path = "/api/v1/deliveries", tag = "deliveries",
    operation_id = "deliveries_list", params(DeliveryParameters),
    responses((status = 200, body = Page<DeliveryAnswer>)))]
async fn list(
    State(console): State<Arc<Console>>,
    Query(parameters): Query<DeliveryParameters>,
) -> Result<axum::Json<Page<DeliveryAnswer>>, Problem> {
    let page = page(parameters.limit, parameters.cursor);
    let filter = DeliveryFilter {
        status: parameters.status,
        webhook: parameters.webhook,
        event: parameters.event,
        key: parameters.key,
        scope: parameters.scope,
        request_id: parameters.request_id.map(|id| id.0),
        response_status: parameters.response_status.map(|status| status.0),
        since: parameters.since,
        until: parameters.until,
    };
    let page = console.parts.store.deliveries(filter, page).await?;
    let engine = &*console.parts.engine;
    let answer = Page::of(page, |delivery| DeliveryAnswer::new(&delivery, engine));
    Ok(axum::Json(answer))
}

/// One delivery with its attempts.
#[utoipa::path(get, path = "/api/v1/deliveries/{id}", tag = "deliveries",
    operation_id = "deliveries_show", params(("id" = String, Path)),
    responses((status = 200, body = DeliveryWithAttempts)))]
async fn show(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
) -> Result<axum::Json<DeliveryWithAttempts>, Problem> {
    let id: DeliveryId = parse_id(&id)?;
    let (delivery, attempts) = console.parts.store.delivery(id).await?;
    let engine = &*console.parts.engine;
    Ok(axum::Json(DeliveryWithAttempts {
        delivery: DeliveryAnswer::new(&delivery, engine),
        attempts: attempts.into_iter().map(Into::into).collect(),
    }))
}

/// Makes a delivery due at once. Its schedule begins anew, its attempts are counted on.
#[utoipa::path(post, path = "/api/v1/deliveries/{id}/resend", tag = "deliveries",
    operation_id = "deliveries_resend", params(("id" = String, Path)),
    request_body = Option<ResendDraft>, responses((status = 200, body = DeliveryAnswer)))]
async fn resend(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    OptionalJson(draft): OptionalJson<ResendDraft>,
) -> Result<axum::Json<DeliveryAnswer>, Problem> {
    let id: DeliveryId = parse_id(&id)?;
    let mut errors = FieldErrors::default();
    for name in draft.unknown.keys() {
        note_unknown(name, ResendDraft::FIELDS, &mut errors);
    }
    let anew = draft.new_request_id;
    let anew = anew.resolve("new_request_id", None, &mut errors);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let parts = &console.parts;
    let (present, _) = parts.store.delivery(id).await?;
    if parts.engine.catalogue().webhook(present.webhook).is_none() {
        return Err(Code::WebhookDeleted.into());
    }
    let fresh: DeliveryId = parts.ids.make();
    let request_id = anew.unwrap_or(false).then(|| fresh.uuid());
    let delivery = parts.store.resend(id, request_id, console.now()).await?;
    parts.engine.wake(delivery.webhook);
    Ok(axum::Json(DeliveryAnswer::new(&delivery, &*parts.engine)))
}

/// Ends a pending delivery.
#[utoipa::path(post, path = "/api/v1/deliveries/{id}/cancel", tag = "deliveries",
    operation_id = "deliveries_cancel", params(("id" = String, Path)),
    responses((status = 200, body = DeliveryAnswer)))]
async fn cancel(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
) -> Result<axum::Json<DeliveryAnswer>, Problem> {
    let id: DeliveryId = parse_id(&id)?;
    let delivery = console.parts.store.cancel(id, console.now()).await?;
    console.parts.engine.cancelled(&delivery);
    let engine = &*console.parts.engine;
    Ok(axum::Json(DeliveryAnswer::new(&delivery, engine)))
}

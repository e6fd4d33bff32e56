//! Webhooks.

use std::{cmp::Reverse, sync::Arc};

use axum::{extract::State, response::Response};
use countersign::EventKey;
use http::{HeaderMap, StatusCode};
use pipeline::{
    Webhook,
    store::{DeliveryFilter, Expected, OnWaiting},
};
use url::Url;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    answer::{AttemptAnswer, ChangedWebhook, DeliveryAnswer, Page, WebhookAnswer, tagged},
    console::{Console, check_if_match, refuse_declared},
    draft::{WebhookDraft, draft, note_unknown},
    fields::{FieldCode, FieldErrors},
    json::{Json, OptionalJson},
    path::Path,
    problem::{Code, Problem},
    query::{DeleteParameters, PageParameters, Query, page},
};

pub(crate) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, delete))
        .routes(routes!(ping))
        .routes(routes!(resume))
        .routes(routes!(deliveries))
}

draft! {
    /// What to ping with.
    pub(crate) struct PingDraft {
        /// The event key of a sample. Absent: `diagnostics:ping` with `{"test": true}`.
        key: EventKey,
    }
}

/// All webhooks, newest first.
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "webhooks", operation_id = "webhooks_list",
    params(PageParameters), responses((status = 200, body = Page<WebhookAnswer>)))]
async fn list(
    State(console): State<Arc<Console>>,
    Query(parameters): Query<PageParameters>,
) -> axum::Json<Page<WebhookAnswer>> {
    let catalogue = console.parts.engine.catalogue();
    let mut webhooks: Vec<&Arc<Webhook>> = catalogue.webhooks().collect();
    webhooks.sort_by_key(|webhook| Reverse(webhook.id));
    let page = page(parameters.limit, parameters.cursor);
    let page = super::in_memory(webhooks, page, |webhook| webhook.id.seq());
    axum::Json(Page::of(page, |webhook| WebhookAnswer::new(webhook)))
}

/// Makes a webhook.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "webhooks", operation_id = "webhooks_create",
    request_body = WebhookDraft, responses((status = 201, body = ChangedWebhook)))]
async fn create(
    State(console): State<Arc<Console>>,
    Json(draft): Json<WebhookDraft>,
) -> Result<Response, Problem> {
    let drafted = draft.apply(None, &console.forge())?;
    check_target(&console, &drafted.value).await?;
    let _change = console.begin_change().await;
    let webhook = drafted.value.clone();
    console.put_webhook(webhook, Expected::Absent).await?;
    Ok(tagged(StatusCode::CREATED, 1, ChangedWebhook::new(drafted)))
}

/// One webhook.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}", tag = "webhooks",
    operation_id = "webhooks_show", params(("id" = String, Path)),
    responses((status = 200, body = WebhookAnswer)))]
async fn show(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let webhook = console.webhook(&id)?;
    let answer = WebhookAnswer::new(&webhook);
    Ok(tagged(StatusCode::OK, webhook.version, answer))
}

/// Changes a webhook. Honours `If-Match`.
#[utoipa::path(patch, path = "/api/v1/webhooks/{id}", tag = "webhooks",
    operation_id = "webhooks_change", params(("id" = String, Path)),
    request_body = WebhookDraft, responses((status = 200, body = ChangedWebhook)))]
async fn change(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(draft): Json<WebhookDraft>,
) -> Result<Response, Problem> {
    let _change = console.begin_change().await;
    let present = console.webhook(&id)?;
    check_if_match(&headers, present.version)?;
    refuse_declared(present.declared_key.is_some())?;
    let drafted = draft.apply(Some(&present), &console.forge())?;
    let webhook = drafted.value.clone();
    if webhook.url != present.url || webhook.allow_private != present.allow_private {
        check_target(&console, &webhook).await?;
    }
    let version = webhook.version;
    let released = releases(&present, &webhook);
    let expected = Expected::Version(present.version);
    console.put_webhook(webhook, expected).await?;
    if released {
        console.parts.engine.wake(present.id);
    }
    let answer = ChangedWebhook::new(drafted);
    Ok(tagged(StatusCode::OK, version, answer))
}

/// Deletes a webhook. Its finished deliveries stay. Honours `If-Match`.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", tag = "webhooks",
    operation_id = "webhooks_delete", params(("id" = String, Path), DeleteParameters),
    responses((status = 204)))]
async fn delete(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Query(parameters): Query<DeleteParameters>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let _change = console.begin_change().await;
    let present = console.webhook(&id)?;
    check_if_match(&headers, present.version)?;
    refuse_declared(present.declared_key.is_some())?;
    let waiting = parameters.waiting.map_or(OnWaiting::Refuse, |_| OnWaiting::Cancel);
    console.delete_webhook(present.id, waiting).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends one signed request through the target guard, outside of any delivery.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/ping", tag = "webhooks",
    operation_id = "webhooks_ping", params(("id" = String, Path)),
    request_body = Option<PingDraft>, responses((status = 200, body = AttemptAnswer)))]
async fn ping(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    OptionalJson(draft): OptionalJson<PingDraft>,
) -> Result<axum::Json<AttemptAnswer>, Problem> {
    let webhook = console.webhook(&id)?;
    let mut errors = FieldErrors::default();
    for name in draft.unknown.keys() {
        note_unknown(name, PingDraft::FIELDS, &mut errors);
    }
    let key = draft.key.resolve("key", None, &mut errors);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let Some(attempt) = console.parts.engine.ping(webhook, key).await else {
        errors.add("key", FieldCode::UnknownReference, "there is no sample of this key");
        return Err(errors.into());
    };
    Ok(axum::Json(attempt.into()))
}

/// Ends a pause, a rule's deactivation and the wait of the breaker. A webhook that a person made
/// inactive stays so.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/resume", tag = "webhooks",
    operation_id = "webhooks_resume", params(("id" = String, Path)),
    responses((status = 200, body = WebhookAnswer)))]
async fn resume(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let _change = console.begin_change().await;
    let present = console.webhook(&id)?;
    let mut webhook = Webhook::clone(&present);
    if present.paused_since.is_some() {
        refuse_declared(present.declared_key.is_some())?;
        webhook.resume(console.now());
    }
    if webhook.inactive_reason.take().is_some() {
        webhook.active = true;
    }
    if webhook != *present {
        webhook.version += 1;
        webhook.updated_at = console.now();
        let expected = Expected::Version(present.version);
        console.put_webhook(webhook.clone(), expected).await?;
    }
    console.parts.engine.wake(webhook.id);
    let answer = WebhookAnswer::new(&webhook);
    Ok(tagged(StatusCode::OK, webhook.version, answer))
}

/// A webhook's deliveries, newest first.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", tag = "webhooks",
    operation_id = "webhooks_deliveries", params(("id" = String, Path), PageParameters),
    responses((status = 200, body = Page<DeliveryAnswer>)))]
async fn deliveries(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Query(parameters): Query<PageParameters>,
) -> Result<axum::Json<Page<DeliveryAnswer>>, Problem> {
    let filter =
        DeliveryFilter { webhook: Some(console.webhook(&id)?.id), ..DeliveryFilter::default() };
    let page = page(parameters.limit, parameters.cursor);
    let page = console.parts.store.deliveries(filter, page).await?;
    let engine = &*console.parts.engine;
    let answer = Page::of(page, |delivery| DeliveryAnswer::new(&delivery, engine));
    Ok(axum::Json(answer))
}

/// Whether what waits has a reason to be tried now: a pause ended, or the target is another one.
fn releases(before: &Webhook, after: &Webhook) -> bool {
    let unpaused = before.paused_since.is_some() && after.paused_since.is_none();
    unpaused || before.url != after.url
}

/// Asks the target guard.
async fn check_target(console: &Console, webhook: &Webhook) -> Result<(), Problem> {
    let url = Url::parse(&webhook.url).map_err(Problem::internal)?;
    let engine = &console.parts.engine;
    let Err(forbidden) = engine.check_target(&url, webhook.allow_private).await else {
        return Ok(());
    };
    let message = match forbidden.remedy.as_str() {
        "" => forbidden.reason,
        remedy => format!("{}; {remedy}", forbidden.reason),
    };
    let mut errors = FieldErrors::default();
    errors.add("url", FieldCode::TargetForbidden, message.clone());
    Err(Problem::new(Code::TargetForbidden, message).with_errors(errors))
}

//! Bulk work: recoveries of a webhook, bulk resends and cancellations. Each is a job.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    answer::{DryRunAnswer, JobAnswer},
    console::Console,
    draft::{Asked, RecoverDraft, SelectDraft},
    json::Json,
    path::Path,
    problem::Problem,
};

pub(crate) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new().routes(routes!(recover)).routes(routes!(resend)).routes(routes!(cancel))
}

/// Brings what a webhook did not get, in the background: 202 with the job. With `dry_run` 200: what
/// the job would do. The deliveries of a webhook that is paused or inactive wait until it runs.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/recover", tag = "jobs",
    operation_id = "webhooks_recover", params(("id" = String, Path)),
    request_body = RecoverDraft,
    responses((status = 200, body = DryRunAnswer), (status = 202, body = JobAnswer)))]
async fn recover(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Json(draft): Json<RecoverDraft>,
) -> Result<Response, Problem> {
    let webhook = console.webhook(&id)?;
    let asked = draft.apply(webhook.id, console.now())?;
    begin(&console, asked).await
}

/// Makes finished deliveries due again, in the background: 202 with the job. With `dry_run` 200:
/// what the job would do.
#[utoipa::path(post, path = "/api/v1/deliveries/resend", tag = "jobs",
    operation_id = "deliveries_resend_all", request_body = SelectDraft,
    responses((status = 200, body = DryRunAnswer), (status = 202, body = JobAnswer)))]
async fn resend(
    State(console): State<Arc<Console>>,
    Json(draft): Json<SelectDraft>,
) -> Result<Response, Problem> {
    begin(&console, draft.resend()?).await
}

/// Cancels pending deliveries, in the background: 202 with the job. With `dry_run` 200: what the job
/// would do.
#[utoipa::path(post, path = "/api/v1/deliveries/cancel", tag = "jobs",
    operation_id = "deliveries_cancel_all", request_body = SelectDraft,
    responses((status = 200, body = DryRunAnswer), (status = 202, body = JobAnswer)))]
async fn cancel(
    State(console): State<Arc<Console>>,
    Json(draft): Json<SelectDraft>,
) -> Result<Response, Problem> {
    begin(&console, draft.cancel()?).await
}

async fn begin(console: &Console, asked: Asked) -> Result<Response, Problem> {
    let parts = &console.parts;
    if asked.dry_run {
        let catalogue = parts.engine.catalogue();
        let webhook = asked.act.recovers().and_then(|id| catalogue.webhook(id).cloned());
        let estimate = parts.store.estimate(asked.act, webhook).await?;
        return Ok(axum::Json(DryRunAnswer::from(estimate)).into_response());
    }
    let job = parts.store.begin_job(asked.act, console.now()).await?;
    parts.engine.job_begun(&job);
    let mut response = (StatusCode::ACCEPTED, axum::Json(JobAnswer::from(&job))).into_response();
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1/jobs/{}", job.number)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

//! Jobs: looking at them and stopping them; all of them, or the recoveries of one webhook.

use std::sync::Arc;

use axum::extract::State;
use pipeline::{Job, JobNumber, StoreError, WebhookId};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    answer::{JobAnswer, Page},
    console::Console,
    path::Path,
    problem::{Code, Problem},
    query::{PageParameters, Query, page},
};

pub(crate) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(stop))
        .routes(routes!(recoveries))
        .routes(routes!(recovery))
        .routes(routes!(stop_recovery))
}

/// Jobs, newest first: those that run, and the last 200 that have ended.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs", operation_id = "jobs_list",
    params(PageParameters), responses((status = 200, body = Page<JobAnswer>)))]
async fn list(
    State(console): State<Arc<Console>>,
    Query(parameters): Query<PageParameters>,
) -> Result<axum::Json<Page<JobAnswer>>, Problem> {
    one_page(&console, None, parameters).await
}

/// One job.
#[utoipa::path(get, path = "/api/v1/jobs/{number}", tag = "jobs", operation_id = "jobs_show",
    params(("number" = u64, Path)), responses((status = 200, body = JobAnswer)))]
async fn show(
    State(console): State<Arc<Console>>,
    Path(number): Path<u64>,
) -> Result<axum::Json<JobAnswer>, Problem> {
    let job = console.parts.store.job(JobNumber(number)).await?;
    Ok(axum::Json(JobAnswer::from(&job)))
}

/// Stops a running job. What it did stays.
#[utoipa::path(post, path = "/api/v1/jobs/{number}/stop", tag = "jobs",
    operation_id = "jobs_stop", params(("number" = u64, Path)),
    responses((status = 200, body = JobAnswer)))]
async fn stop(
    State(console): State<Arc<Console>>,
    Path(number): Path<u64>,
) -> Result<axum::Json<JobAnswer>, Problem> {
    stop_one(&console, JobNumber(number)).await
}

/// A webhook's recoveries, newest first.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/recoveries", tag = "jobs",
    operation_id = "recoveries_list", params(("id" = String, Path), PageParameters),
    responses((status = 200, body = Page<JobAnswer>)))]
async fn recoveries(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Query(parameters): Query<PageParameters>,
) -> Result<axum::Json<Page<JobAnswer>>, Problem> {
    let webhook = console.webhook(&id)?.id;
    one_page(&console, Some(webhook), parameters).await
}

/// One recovery of a webhook.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/recoveries/{number}", tag = "jobs",
    operation_id = "recoveries_show", params(("id" = String, Path), ("number" = u64, Path)),
    responses((status = 200, body = JobAnswer)))]
async fn recovery(
    State(console): State<Arc<Console>>,
    Path((id, number)): Path<(String, u64)>,
) -> Result<axum::Json<JobAnswer>, Problem> {
    let job = recovery_of(&console, &id, JobNumber(number)).await?;
    Ok(axum::Json(JobAnswer::from(&job)))
}

/// Stops a recovery that runs. What it did stays.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/recoveries/{number}/stop", tag = "jobs",
    operation_id = "recoveries_stop", params(("id" = String, Path), ("number" = u64, Path)),
    responses((status = 200, body = JobAnswer)))]
async fn stop_recovery(
    State(console): State<Arc<Console>>,
    Path((id, number)): Path<(String, u64)>,
) -> Result<axum::Json<JobAnswer>, Problem> {
    let job = recovery_of(&console, &id, JobNumber(number)).await?;
    stop_one(&console, job.number).await
}

async fn one_page(
    console: &Console,
    webhook: Option<WebhookId>,
    parameters: PageParameters,
) -> Result<axum::Json<Page<JobAnswer>>, Problem> {
    let page = page(parameters.limit, parameters.cursor);
    let page = console.parts.store.jobs(webhook, page).await?;
    Ok(axum::Json(Page::of(page, |job| JobAnswer::from(&job))))
}

async fn recovery_of(console: &Console, id: &str, number: JobNumber) -> Result<Job, Problem> {
    let webhook = console.webhook(id)?.id;
    let job = console.parts.store.job(number).await?;
    if job.act.recovers() == Some(webhook) { Ok(job) } else { Err(Code::NotFound.into()) }
}

async fn stop_one(console: &Console, number: JobNumber) -> Result<axum::Json<JobAnswer>, Problem> {
    match console.parts.store.stop_job(number, console.now()).await {
        Ok(job) => Ok(axum::Json(JobAnswer::from(&job))),
        Err(StoreError::WrongStatus) => Err(Code::JobEnded.into()),
        Err(error) => Err(error.into()),
    }
}

//! The pages that need no token: health, readiness, metrics and the OpenAPI document.
//!
//! Metrics count and never show a secret; like these others they are open, as monitoring expects of
//! a listener that is not public. They name sources and webhooks.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{console::Console, engine::Readiness};

/// The media type of metrics.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Whether the server works.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Health)]
pub(crate) struct HealthAnswer {
    /// `ok`, `ready`, `draining`, `store_unavailable`, `disk_full` or `history_full`.
    status: &'static str,
}

/// All of them.
pub(crate) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(healthz))
        .routes(routes!(readyz))
        .routes(routes!(metrics))
        .routes(routes!(document))
}

/// Whether the process answers.
#[utoipa::path(get, path = "/healthz", tag = "open", operation_id = "healthz",
    responses((status = 200, body = HealthAnswer)))]
async fn healthz() -> axum::Json<HealthAnswer> {
    axum::Json(HealthAnswer { status: "ok" })
}

/// Whether the server takes work.
#[utoipa::path(get, path = "/readyz", tag = "open", operation_id = "readyz",
    responses((status = 200, body = HealthAnswer), (status = 503, body = HealthAnswer)))]
async fn readyz(State(console): State<Arc<Console>>) -> Response {
    let (code, status) = match console.parts.engine.readiness() {
        Readiness::Ready => (StatusCode::OK, "ready"),
        Readiness::Draining => (StatusCode::SERVICE_UNAVAILABLE, "draining"),
        Readiness::StoreUnavailable => (StatusCode::SERVICE_UNAVAILABLE, "store_unavailable"),
        Readiness::DiskFull => (StatusCode::SERVICE_UNAVAILABLE, "disk_full"),
        Readiness::HistoryFull => (StatusCode::SERVICE_UNAVAILABLE, "history_full"),
    };
    (code, axum::Json(HealthAnswer { status })).into_response()
}

/// The metrics in the OpenMetrics text format.
#[utoipa::path(get, path = "/metrics", tag = "open", operation_id = "metrics",
    responses((status = 200, content_type = "application/openmetrics-text", body = String)))]
async fn metrics(State(console): State<Arc<Console>>) -> Response {
    let text = console.parts.engine.metrics();
    ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response()
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "open", operation_id = "openapi",
    responses((status = 200, body = serde_json::Value)))]
async fn document(State(console): State<Arc<Console>>) -> Response {
    let text = console.document.clone();
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

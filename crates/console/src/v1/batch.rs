//! Publishing many events in one request.
//!
//! Each event is judged, kept and answered on its own: one that is wrong stops no other. The events
//! of a batch share commits; they are no transaction. Their ids are in the order of the batch.

use std::sync::Arc;

use axum::extract::{Request, State};
use futures_util::future::join_all;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::events::room;
use crate::{
    answer::{BatchAnswer, BatchItemAnswer},
    console::Console,
    draft::BatchDraft,
    json,
    problem::Problem,
};

pub(crate) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new().routes(routes!(publish))
}

/// Publishes many events. Answers once all of them are on disk or have failed, each with its own status.
#[utoipa::path(post, path = "/api/v1/events/batch", tag = "events",
    operation_id = "events_publish_batch", request_body = BatchDraft,
    responses((status = 200, body = BatchAnswer)))]
async fn publish(
    State(console): State<Arc<Console>>,
    request: Request,
) -> Result<axum::Json<BatchAnswer>, Problem> {
    let (parts, body) = request.into_parts();
    let _room = room(&console, &parts.headers).await?;
    let bytes_max = console.parts.limits.publish_max_bytes;
    let batch: BatchDraft = json::object(&parts.headers, body, bytes_max).await?;
    let events = batch.judge()?;
    let engine = &console.parts.engine;
    let published = events.into_iter().map(|event| async move {
        match event {
            Ok(event) => BatchItemAnswer::of(engine.publish(event).await),
            Err(errors) => BatchItemAnswer::refused(&errors.into()),
        }
    });
    Ok(axum::Json(BatchAnswer { items: join_all(published).await }))
}

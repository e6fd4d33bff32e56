//! Sources.

use std::{cmp::Reverse, sync::Arc};

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use pipeline::{Source, store::Expected, store::OnWaiting};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    answer::{ChangedSource, Page, SourceAnswer, tagged},
    console::{Console, check_if_match, refuse_declared},
    draft::SourceDraft,
    json::Json,
    path::Path,
    problem::Problem,
    query::{DeleteParameters, PageParameters, Query, page},
};

pub(crate) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, change, delete))
}

/// All sources, newest first.
#[utoipa::path(get, path = "/api/v1/sources", tag = "sources", operation_id = "sources_list",
    params(PageParameters), responses((status = 200, body = Page<SourceAnswer>)))]
async fn list(
    State(console): State<Arc<Console>>,
    Query(parameters): Query<PageParameters>,
) -> axum::Json<Page<SourceAnswer>> {
    let catalogue = console.parts.engine.catalogue();
    let mut sources: Vec<&Arc<Source>> = catalogue.sources().collect();
    sources.sort_by_key(|source| Reverse(source.id));
    let page = page(parameters.limit, parameters.cursor);
    let page = super::in_memory(sources, page, |source| source.id.seq());
    let public_url = &console.parts.public_url;
    axum::Json(Page::of(page, |source| SourceAnswer::new(source, public_url)))
}

/// Makes a source.
#[utoipa::path(post, path = "/api/v1/sources", tag = "sources", operation_id = "sources_create",
    request_body = SourceDraft, responses((status = 201, body = ChangedSource)))]
async fn create(
    State(console): State<Arc<Console>>,
    Json(draft): Json<SourceDraft>,
) -> Result<Response, Problem> {
    let _change = console.begin_change().await;
    let drafted = draft.apply(None, &console.forge())?;
    let source = drafted.value.clone();
    console.put_source(source, Expected::Absent).await?;
    let answer = ChangedSource::new(drafted, &console.parts.public_url);
    Ok(tagged(StatusCode::CREATED, 1, answer))
}

/// One source.
#[utoipa::path(get, path = "/api/v1/sources/{name}", tag = "sources", operation_id = "sources_show",
    params(("name" = String, Path)), responses((status = 200, body = SourceAnswer)))]
async fn show(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let source = console.source(&name)?;
    let answer = SourceAnswer::new(&source, &console.parts.public_url);
    Ok(tagged(StatusCode::OK, source.version, answer))
}

/// Changes a source. Honours `If-Match`.
#[utoipa::path(patch, path = "/api/v1/sources/{name}", tag = "sources",
    operation_id = "sources_change", params(("name" = String, Path)),
    request_body = SourceDraft, responses((status = 200, body = ChangedSource)))]
async fn change(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Json(draft): Json<SourceDraft>,
) -> Result<Response, Problem> {
    let _change = console.begin_change().await;
    let present = console.source(&name)?;
    check_if_match(&headers, present.version)?;
    refuse_declared(present.declared)?;
    let drafted = draft.apply(Some(&present), &console.forge())?;
    let source = drafted.value.clone();
    let version = source.version;
    let expected = Expected::Version(present.version);
    console.put_source(source, expected).await?;
    let answer = ChangedSource::new(drafted, &console.parts.public_url);
    Ok(tagged(StatusCode::OK, version, answer))
}

/// Deletes a source. Its events stay. Honours `If-Match`.
#[utoipa::path(delete, path = "/api/v1/sources/{name}", tag = "sources",
    operation_id = "sources_delete", params(("name" = String, Path), DeleteParameters),
    responses((status = 204)))]
async fn delete(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    Query(parameters): Query<DeleteParameters>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let _change = console.begin_change().await;
    let present = console.source(&name)?;
    check_if_match(&headers, present.version)?;
    refuse_declared(present.declared)?;
    let waiting = parameters.waiting.map_or(OnWaiting::Refuse, |_| OnWaiting::Cancel);
    console.delete_source(present.name.clone(), waiting).await?;
    Ok(StatusCode::NO_CONTENT)
}

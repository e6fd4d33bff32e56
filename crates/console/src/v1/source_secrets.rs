//! Secrets of sources.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use pipeline::{SealedSecret, SecretId, Source, store::Expected};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    answer::{AddedSecret, Page, SecretAnswer, tagged},
    console::{Console, check_if_match, parse_id, refuse_declared},
    draft::{
        ActivateDraft, Rotation, SecretDraft, activate as activated, add as added, proves_origin,
    },
    json::{Json, OptionalJson},
    path::Path,
    problem::{Code, Problem},
};

pub(crate) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(activate))
        .routes(routes!(delete))
}

/// A source's secrets, newest first, without their values.
#[utoipa::path(get, path = "/api/v1/sources/{name}/secrets", tag = "secrets",
    operation_id = "source_secrets_list", params(("name" = String, Path)),
    responses((status = 200, body = Page<SecretAnswer>)))]
async fn list(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
) -> Result<axum::Json<Page<SecretAnswer>>, Problem> {
    let source = console.source(&name)?;
    Ok(axum::Json(super::secrets_page(&console, &source.secrets)))
}

/// Adds a secret. Until the others expire or are deleted they count too. Honours `If-Match`.
#[utoipa::path(post, path = "/api/v1/sources/{name}/secrets", tag = "secrets",
    operation_id = "source_secrets_add", params(("name" = String, Path)),
    request_body = SecretDraft, responses((status = 201, body = AddedSecret)))]
async fn add(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Json(draft): Json<SecretDraft>,
) -> Result<Response, Problem> {
    let _change = console.begin_change().await;
    let present = present(&console, &name, &headers)?;
    let drafted = added(draft, &rotation(&present), &console.forge())?;
    let (secrets, id) = drafted.value.clone();
    let version = put(&console, &present, secrets.clone()).await?;
    let answer = AddedSecret::new(drafted, &secrets, id, &console)?;
    Ok(tagged(StatusCode::CREATED, version, answer))
}

/// Makes a secret count, or count as the newest one. Honours `If-Match`.
#[utoipa::path(post, path = "/api/v1/sources/{name}/secrets/{id}/activate", tag = "secrets",
    operation_id = "source_secrets_activate",
    params(("name" = String, Path), ("id" = String, Path)),
    request_body = Option<ActivateDraft>, responses((status = 200, body = SecretAnswer)))]
async fn activate(
    State(console): State<Arc<Console>>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
    OptionalJson(draft): OptionalJson<ActivateDraft>,
) -> Result<Response, Problem> {
    let id: SecretId = parse_id(&id)?;
    let _change = console.begin_change().await;
    let present = present(&console, &name, &headers)?;
    let secrets = activated(draft, id, &rotation(&present), &console.forge())?;
    let secrets = secrets.ok_or(Problem::from(Code::NotFound))?;
    let version = put(&console, &present, secrets.clone()).await?;
    let answer = SecretAnswer::of(&secrets, id, &console)?;
    Ok(tagged(StatusCode::OK, version, answer))
}

/// Deletes a secret; not the last active one. Honours `If-Match`.
#[utoipa::path(delete, path = "/api/v1/sources/{name}/secrets/{id}", tag = "secrets",
    operation_id = "source_secrets_delete",
    params(("name" = String, Path), ("id" = String, Path)), responses((status = 204)))]
async fn delete(
    State(console): State<Arc<Console>>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let id: SecretId = parse_id(&id)?;
    let _change = console.begin_change().await;
    let present = present(&console, &name, &headers)?;
    let secrets = super::without(&present.secrets, id, console.now())?;
    let changed = Source { secrets: secrets.clone(), ..Source::clone(&present) };
    if !proves_origin(&changed, console.now()) {
        let detail = "add another one first: without it no request could be verified";
        return Err(Problem::new(Code::LastSecret, detail));
    }
    put(&console, &present, secrets).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn present(console: &Console, name: &str, headers: &HeaderMap) -> Result<Arc<Source>, Problem> {
    let present = console.source(name)?;
    check_if_match(headers, present.version)?;
    refuse_declared(present.declared)?;
    Ok(present)
}

fn rotation(source: &Source) -> Rotation<'_> {
    Rotation {
        owner: source.id.to_string(),
        dialect: Some(source.dialect.clone()),
        secrets: &source.secrets,
    }
}

/// Writes the source with these secrets. Answers its new version.
async fn put(
    console: &Console,
    present: &Source,
    secrets: Vec<SealedSecret>,
) -> Result<u64, Problem> {
    let version = present.version + 1;
    let source = Source { secrets, version, updated_at: console.now(), ..present.clone() };
    let expected = Expected::Version(present.version);
    console.put_source(source, expected).await?;
    Ok(version)
}

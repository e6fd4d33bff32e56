//! Secrets of webhooks.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use pipeline::{SealedSecret, SecretId, SignaturePolicy, Webhook, store::Expected};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    answer::{AddedSecret, Page, SecretAnswer, tagged},
    console::{Console, check_if_match, parse_id, refuse_declared},
    draft::{
        ActivateDraft, Rotation, SecretDraft, activate as activated, add as added, signing_dialect,
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

/// A webhook's secrets, newest first, without their values.
#[utoipa::path(get, path = "/api/v1/webhooks/{webhook}/secrets", tag = "secrets",
    operation_id = "webhook_secrets_list", params(("webhook" = String, Path)),
    responses((status = 200, body = Page<SecretAnswer>)))]
async fn list(
    State(console): State<Arc<Console>>,
    Path(webhook): Path<String>,
) -> Result<axum::Json<Page<SecretAnswer>>, Problem> {
    let webhook = console.webhook(&webhook)?;
    Ok(axum::Json(super::secrets_page(&console, &webhook.secrets)))
}

/// Adds a secret. A dialect with one signature signs with the secret activated last, one with a list with all active ones. Honours `If-Match`.
#[utoipa::path(post, path = "/api/v1/webhooks/{webhook}/secrets", tag = "secrets",
    operation_id = "webhook_secrets_add", params(("webhook" = String, Path)),
    request_body = SecretDraft, responses((status = 201, body = AddedSecret)))]
async fn add(
    State(console): State<Arc<Console>>,
    Path(webhook): Path<String>,
    headers: HeaderMap,
    Json(draft): Json<SecretDraft>,
) -> Result<Response, Problem> {
    let _change = console.begin_change().await;
    let present = present(&console, &webhook, &headers)?;
    let drafted = added(draft, &rotation(&console, &present), &console.forge())?;
    let (secrets, id) = drafted.value.clone();
    let version = put(&console, &present, secrets.clone()).await?;
    let answer = AddedSecret::new(drafted, &secrets, id, &console)?;
    Ok(tagged(StatusCode::CREATED, version, answer))
}

/// Makes a secret sign, as the one activated last. Honours `If-Match`.
#[utoipa::path(post, path = "/api/v1/webhooks/{webhook}/secrets/{id}/activate", tag = "secrets",
    operation_id = "webhook_secrets_activate",
    params(("webhook" = String, Path), ("id" = String, Path)),
    request_body = Option<ActivateDraft>, responses((status = 200, body = SecretAnswer)))]
async fn activate(
    State(console): State<Arc<Console>>,
    Path((webhook, id)): Path<(String, String)>,
    headers: HeaderMap,
    OptionalJson(draft): OptionalJson<ActivateDraft>,
) -> Result<Response, Problem> {
    let id: SecretId = parse_id(&id)?;
    let _change = console.begin_change().await;
    let present = present(&console, &webhook, &headers)?;
    let secrets = activated(draft, id, &rotation(&console, &present), &console.forge())?;
    let secrets = secrets.ok_or(Problem::from(Code::NotFound))?;
    let version = put(&console, &present, secrets.clone()).await?;
    let answer = SecretAnswer::of(&secrets, id, &console)?;
    Ok(tagged(StatusCode::OK, version, answer))
}

/// Deletes a secret. Without any deliveries are not signed. Honours `If-Match`.
#[utoipa::path(delete, path = "/api/v1/webhooks/{webhook}/secrets/{id}", tag = "secrets",
    operation_id = "webhook_secrets_delete",
    params(("webhook" = String, Path), ("id" = String, Path)), responses((status = 204)))]
async fn delete(
    State(console): State<Arc<Console>>,
    Path((webhook, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let id: SecretId = parse_id(&id)?;
    let _change = console.begin_change().await;
    let present = present(&console, &webhook, &headers)?;
    let secrets = super::without(&present.secrets, id, console.now())?;
    if secrets.is_empty() && present.signature == Some(SignaturePolicy::Replace) {
        let detail = "signatures are made anew with it: change `signature` first";
        return Err(Problem::new(Code::LastSecret, detail));
    }
    put(&console, &present, secrets).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn present(console: &Console, id: &str, headers: &HeaderMap) -> Result<Arc<Webhook>, Problem> {
    let present = console.webhook(id)?;
    check_if_match(headers, present.version)?;
    refuse_declared(present.declared_key.is_some())?;
    Ok(present)
}

fn rotation<'a>(console: &Console, webhook: &'a Webhook) -> Rotation<'a> {
    let catalogue = console.parts.engine.catalogue();
    Rotation {
        owner: webhook.id.to_string(),
        dialect: signing_dialect(&webhook.dialect, webhook.source.as_ref(), &catalogue),
        secrets: &webhook.secrets,
    }
}

/// Writes the webhook with these secrets. Answers its new version.
async fn put(
    console: &Console,
    present: &Webhook,
    secrets: Vec<SealedSecret>,
) -> Result<u64, Problem> {
    let version = present.version + 1;
    let webhook = Webhook { secrets, version, updated_at: console.now(), ..present.clone() };
    let expected = Expected::Version(present.version);
    console.put_webhook(webhook, expected).await?;
    Ok(version)
}

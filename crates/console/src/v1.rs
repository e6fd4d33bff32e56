//! Version 1 of the API: one file for each kind of thing, each with its routes, its parameters and
//! its handlers, which parse, call and answer.

mod batch;
mod bulk;
mod deliveries;
mod events;
mod jobs;
mod refusals;
mod source_secrets;
mod sources;
mod webhook_secrets;
mod webhooks;

use std::sync::Arc;

use pipeline::{
    SealedSecret, SecretId, Timestamp,
    store::{Page, PageOf},
};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    answer::{self, SecretAnswer},
    console::Console,
    problem::{Code, Problem},
};

/// Everything under `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .merge(sources::routes())
        .merge(source_secrets::routes())
        .merge(webhooks::routes())
        .merge(webhook_secrets::routes())
        .merge(events::routes())
        .merge(batch::routes())
        .merge(deliveries::routes())
        .merge(bulk::routes())
        .merge(jobs::routes())
        .merge(refusals::routes())
}

/// One page of things that are held in memory, newest first, by a number that falls.
fn in_memory<T>(items: Vec<T>, page: Page, number: impl Fn(&T) -> u64) -> PageOf<T> {
    let older = |item: &T| page.before.is_none_or(|before| number(item) < before);
    let mut items: Vec<T> = items.into_iter().filter(older).collect();
    let more = items.len() > page.limit;
    items.truncate(page.limit);
    let next = items.last().filter(|_| more).map(number);
    PageOf { items, next }
}

/// An owner's secrets without their values, newest first; never more than one page.
fn secrets_page(console: &Console, secrets: &[SealedSecret]) -> answer::Page<SecretAnswer> {
    let (now, engine) = (console.now(), &*console.parts.engine);
    let newest_first = secrets.iter().rev();
    answer::Page {
        items: newest_first.map(|secret| SecretAnswer::new(secret, now, engine)).collect(),
        next: None,
    }
}

/// The secrets without one of them, and without those that have expired.
fn without(
    secrets: &[SealedSecret],
    id: SecretId,
    now: Timestamp,
) -> Result<Vec<SealedSecret>, Problem> {
    if secrets.iter().all(|one| one.id != id) {
        return Err(Code::NotFound.into());
    }
    let lasting = |one: &&SealedSecret| one.expires_at.is_none_or(|expiry| now < expiry);
    Ok(secrets.iter().filter(|one| one.id != id).filter(lasting).cloned().collect())
}

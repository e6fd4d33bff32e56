//! Bringing the store in line with what the configuration file declares.
//!
//! What is declared is written where it differs, by the API's own checks. What was declared before
//! and is not any more stays as it is and can be changed by the API from then on: a line that was
//! lost from a file deletes no webhook and loses no delivery.

use std::{collections::HashSet, sync::Arc};

use console::draft::{DraftError, Drafted, Forge, Warning};
use deliver::{TargetGuard, TargetPolicy};
use pipeline::{Catalogue, Source, SourceName, Store, StoreError, Webhook, store::Expected};
use url::Url;

use super::BuildError;
use crate::config::{DeclaredSource, DeclaredWebhook};

pub(super) async fn declare(
    store: &dyn Store,
    mut forge: Forge,
    guard: &TargetGuard,
    sources: Vec<DeclaredSource>,
    webhooks: Vec<DeclaredWebhook>,
) -> Result<(), BuildError> {
    let present = store.configured().await?;
    let present = Catalogue::new(present.sources, present.webhooks);
    let mut kept: HashSet<SourceName> = HashSet::new();
    for declared in sources {
        let name = declare_source(store, &forge, &present, declared).await?;
        kept.insert(name);
    }
    let gone = present.sources().filter(|s| s.declared && !kept.contains(&s.name));
    for source in gone {
        tracing::warn!(source = %source.name, "no longer declared: from now on the API changes it");
        let version = source.version;
        let source = Source { declared: false, version: version + 1, ..Source::clone(source) };
        store.put_source(source, Expected::Version(version)).await?;
    }

    let configured = store.configured().await?;
    forge.catalogue = Arc::new(Catalogue::new(configured.sources, configured.webhooks));
    let mut kept: HashSet<String> = HashSet::new();
    for declared in webhooks {
        kept.insert(declared.key.clone());
        declare_webhook(store, &forge, guard, &present, declared).await?;
    }
    let is_gone = |key: &Option<String>| key.as_ref().is_some_and(|key| !kept.contains(key));
    for webhook in present.webhooks().filter(|webhook| is_gone(&webhook.declared_key)) {
        tracing::warn!(webhook = %webhook.id, "no longer declared: from now on the API changes it");
        let version = webhook.version;
        let webhook =
            Webhook { declared_key: None, version: version + 1, ..Webhook::clone(webhook) };
        store.put_webhook(webhook, Expected::Version(version)).await?;
    }
    Ok(())
}

/// Checks all of it as [`declare`] would on an empty store. Answers with what is unwise.
pub(super) fn check(
    mut forge: Forge,
    guard: &TargetGuard,
    sources: &[DeclaredSource],
    webhooks: &[DeclaredWebhook],
) -> Result<Vec<String>, BuildError> {
    let mut warnings = Vec::new();
    let mut note = |place: &str, found: Vec<Warning>| {
        warnings.extend(found.into_iter().map(|warning| format!("{place}: {}", warning.message)));
    };
    let mut made = Vec::with_capacity(sources.len());
    for DeclaredSource { place, draft, .. } in sources {
        let drafted = checked(place, draft.clone().declare(None, &forge))?;
        note(place, drafted.warnings);
        made.push(drafted.value);
    }
    forge.catalogue = Arc::new(Catalogue::new(made, []));
    for DeclaredWebhook { place, key, draft } in webhooks {
        let drafted = checked(place, draft.clone().declare(key, None, &forge))?;
        check_target(place, guard, &drafted.value)?;
        note(place, drafted.warnings);
    }
    Ok(warnings)
}

async fn declare_source(
    store: &dyn Store,
    forge: &Forge,
    present: &Catalogue,
    declared: DeclaredSource,
) -> Result<SourceName, BuildError> {
    let DeclaredSource { place, draft, name } = declared;
    let before = name.and_then(|name| present.source(&name).cloned());
    let drafted = draft.declare(before.as_deref(), forge);
    let source = value(&place, drafted)?;
    let name = source.name.clone();
    if before.as_deref() != Some(&source) {
        let expected = expected(before.map(|before| before.version));
        store.put_source(source, expected).await.map_err(|error| refused(&place, error))?;
    }
    Ok(name)
}

async fn declare_webhook(
    store: &dyn Store,
    forge: &Forge,
    guard: &TargetGuard,
    present: &Catalogue,
    declared: DeclaredWebhook,
) -> Result<(), BuildError> {
    let DeclaredWebhook { place, key, draft } = declared;
    let same_key = |webhook: &&Arc<Webhook>| webhook.declared_key.as_ref() == Some(&key);
    let before = present.webhooks().find(same_key).cloned();
    let webhook = value(&place, draft.declare(&key, before.as_deref(), forge))?;
    check_target(&place, guard, &webhook)?;
    if before.as_deref() != Some(&webhook) {
        let expected = expected(before.map(|before| before.version));
        store.put_webhook(webhook, expected).await.map_err(|error| refused(&place, error))?;
    }
    Ok(())
}

/// What the URL alone tells; its name is resolved and judged at each connection.
fn check_target(place: &str, guard: &TargetGuard, webhook: &Webhook) -> Result<(), BuildError> {
    let Ok(url) = Url::parse(&webhook.url) else {
        return Ok(());
    };
    let policy = TargetPolicy { allow_private: webhook.allow_private, ..TargetPolicy::default() };
    guard.check_url(&url, policy).map_err(|forbidden| {
        let remedy = forbidden.remedy().map_or_else(String::new, |remedy| format!(": {remedy}"));
        BuildError::Declared { place: place.to_owned(), problem: format!("{forbidden}{remedy}") }
    })
}

fn expected(version: Option<u64>) -> Expected {
    version.map_or(Expected::Absent, Expected::Version)
}

/// The value, with what is unwise about it logged.
fn value<T>(place: &str, drafted: Result<Drafted<T>, DraftError>) -> Result<T, BuildError> {
    let drafted = checked(place, drafted)?;
    for warning in drafted.warnings {
        tracing::warn!(place, code = warning.code, "{}", warning.message);
    }
    Ok(drafted.value)
}

fn checked<T>(
    place: &str,
    drafted: Result<Drafted<T>, DraftError>,
) -> Result<Drafted<T>, BuildError> {
    drafted.map_err(|error| {
        let problem = match error {
            DraftError::Fields(errors) => {
                let lines = errors.iter().map(|e| format!("`{}`: {}", e.pointer, e.message));
                lines.collect::<Vec<_>>().join("; ")
            }
            error => error.to_string(),
        };
        BuildError::Declared { place: place.to_owned(), problem }
    })
}

fn refused(place: &str, error: StoreError) -> BuildError {
    match error {
        StoreError::Taken => BuildError::Declared {
            place: place.to_owned(),
            problem: "another one of this name is there already".to_owned(),
        },
        error => BuildError::Store(error),
    }
}

//! Webhooks.

use std::collections::BTreeMap;

use pipeline::{RetryPolicy, Webhook, WebhookDialect, webhook::InactiveReason};
use serde::Serialize;
use utoipa::ToSchema;

use super::{BasicAuthAnswer, GenericHmacAnswer};
use crate::{
    draft::{AS_RECEIVED, Drafted, Warning},
    text::{SIGNATURE_POLICIES, time, word_of},
};

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(crate) struct WebhookAnswer {
    /// `whk_...`.
    id: String,
    /// For people.
    description: String,
    /// It gets events at and below this scope; empty is the whole server.
    scope: String,
    /// It gets events of this source only; null is every origin.
    source: Option<String>,
    /// Where to deliver.
    url: String,
    /// Which event keys.
    events: Vec<String>,
    /// Whether deliveries are made.
    active: bool,
    /// Why not, where a rule and no person decided it: `gone` (it answered 410) or `failing`.
    inactive_reason: Option<&'static str>,
    /// Whether deliveries are made, but wait.
    paused: bool,
    /// Since when.
    paused_since: Option<String>,
    /// Whether it has secrets.
    secret_set: bool,
    /// The dialect to sign in, or `as-received`.
    dialect: &'static str,
    /// With `generic-hmac`: where the signature stands and how it is written.
    generic_hmac: Option<GenericHmacAnswer>,
    /// With `as-received`, what becomes of the received signature; null is `replace` with a secret and `keep` without one.
    signature: Option<&'static str>,
    /// Credentials to show to the receiver.
    basic_auth: Option<BasicAuthAnswer>,
    /// Headers of its own, by name.
    headers: BTreeMap<String, HeaderAnswer>,
    /// Whether private addresses are allowed, within `targets.private`.
    allow_private: bool,
    /// The most time for one attempt, in milliseconds.
    timeout_ms: u32,
    /// The most attempts at once.
    max_in_flight: u32,
    /// How many attempts may begin; null is no limit.
    rate_limit: Option<RateLimitAnswer>,
    /// When a delivery is tried again.
    retry: RetryAnswer,
    /// It becomes inactive when every attempt failed for so many seconds; null is never.
    deactivate_after_s: Option<u64>,
    /// Texts for people and scripts.
    metadata: BTreeMap<String, String>,
    /// Its key in the configuration file, where that declares it: then it is changed there.
    declared_key: Option<String>,
    /// Grows with each change; the number in the `ETag`.
    version: u64,
    /// When it was made.
    created_at: String,
    /// When it was changed last.
    updated_at: String,
}

/// A header, without its value.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Header)]
pub(crate) struct HeaderAnswer {
    /// Always true.
    value_set: bool,
}

/// A rate limit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RateLimit)]
pub(crate) struct RateLimitAnswer {
    /// Attempts a second on average.
    per_second: u32,
    /// Attempts at once after a rest.
    burst: u32,
}

/// A retry policy.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Retry)]
pub(crate) struct RetryAnswer {
    /// The delays after the first, second, ... failure in seconds; the last one repeats.
    delays_s: Vec<u64>,
    /// The most attempts; null leaves it to the age.
    attempts_max: Option<u32>,
    /// The age in seconds at which a delivery fails.
    age_max_s: u64,
}

/// A webhook that was just made or changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedWebhook {
    #[serde(flatten)]
    changed: WebhookAnswer,
    /// The generated secret; shown in this answer only.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// What is unwise.
    warnings: Vec<Warning>,
}

impl WebhookAnswer {
    pub(crate) fn new(webhook: &Webhook) -> WebhookAnswer {
        let headers = webhook.headers.iter();
        let headers = headers.map(|header| (header.name.clone(), HeaderAnswer { value_set: true }));
        WebhookAnswer {
            id: webhook.id.to_string(),
            description: webhook.description.clone(),
            scope: webhook.scope.to_string(),
            source: webhook.source.as_ref().map(ToString::to_string),
            url: webhook.url.clone(),
            events: webhook.triggers.iter().map(ToString::to_string).collect(),
            active: webhook.active,
            inactive_reason: webhook.inactive_reason.map(inactive_reason),
            paused: webhook.paused_since.is_some(),
            paused_since: webhook.paused_since.map(time),
            secret_set: !webhook.secrets.is_empty(),
            dialect: dialect(&webhook.dialect),
            generic_hmac: match &webhook.dialect {
                WebhookDialect::AsReceived => None,
                WebhookDialect::Fixed(dialect) => GenericHmacAnswer::of(dialect),
            },
            signature: signature(webhook),
            basic_auth: webhook.basic_auth.as_ref().map(Into::into),
            headers: headers.collect(),
            allow_private: webhook.allow_private,
            timeout_ms: webhook.timeout_ms,
            max_in_flight: webhook.max_in_flight,
            rate_limit: webhook
                .rate_limit
                .map(|limit| RateLimitAnswer { per_second: limit.per_second, burst: limit.burst }),
            retry: RetryAnswer::new(&webhook.retry),
            deactivate_after_s: webhook.deactivate_after_s,
            metadata: webhook.metadata.iter().cloned().collect(),
            declared_key: webhook.declared_key.clone(),
            version: webhook.version,
            created_at: time(webhook.created_at),
            updated_at: time(webhook.updated_at),
        }
    }
}

impl RetryAnswer {
    fn new(retry: &RetryPolicy) -> RetryAnswer {
        RetryAnswer {
            delays_s: retry.delays_s.clone(),
            attempts_max: retry.attempts_max,
            age_max_s: retry.age_max_s,
        }
    }
}

impl ChangedWebhook {
    pub(crate) fn new(drafted: Drafted<Webhook>) -> ChangedWebhook {
        ChangedWebhook {
            changed: WebhookAnswer::new(&drafted.value),
            secret: drafted.generated.map(|secret| secret.expose().to_owned()),
            warnings: drafted.warnings,
        }
    }
}

fn inactive_reason(reason: InactiveReason) -> &'static str {
    match reason {
        InactiveReason::Gone => "gone",
        InactiveReason::Failing => "failing",
    }
}

fn dialect(dialect: &WebhookDialect) -> &'static str {
    match dialect {
        WebhookDialect::AsReceived => AS_RECEIVED,
        WebhookDialect::Fixed(dialect) => dialect.as_str(),
    }
}

fn signature(webhook: &Webhook) -> Option<&'static str> {
    word_of(&SIGNATURE_POLICIES, &webhook.signature?)
}

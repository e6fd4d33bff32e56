//! Row types: the settings of a source or webhook that nothing searches, as JSON in one column.
//!
//! Owns the names in that JSON. A field is never renamed; one that is added has a default, so that
//! rows of older releases are read.

mod generic_hmac;

use bytes::Bytes;
use countersign::Dialect;
use pipeline::{
    RateLimit, RetryPolicy, Scope, SealedBasicAuth, SecretId, SignaturePolicy, Source, SourceName,
    Timestamp, Trigger, Webhook, WebhookDialect,
    webhook::{InactiveReason, SealedHeader},
};
use serde::{Deserialize, Serialize};

use generic_hmac::GenericHmacRow;

/// A text of a row that this version does not know.
#[derive(Debug, thiserror::Error)]
#[error("`{field}` of a kept source or webhook cannot be read")]
pub(crate) struct SettingsError {
    field: &'static str,
}

fn unreadable<E>(field: &'static str) -> impl Fn(E) -> SettingsError {
    move |_| SettingsError { field }
}

/// Bytes as text of two hexadecimal digits each.
#[derive(Debug, Serialize, Deserialize)]
struct Hex(String);

impl Hex {
    fn of(bytes: &[u8]) -> Hex {
        Hex(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn bytes(&self) -> Result<Bytes, SettingsError> {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let pairs = self.0.as_bytes().chunks(2);
        let bytes = pairs.map(|pair| match pair {
            [high, low] => Some((digit(*high)? * 16 + digit(*low)?) as u8),
            _ => None,
        });
        let bytes: Option<Vec<u8>> = bytes.collect();
        bytes.map(Bytes::from).ok_or(SettingsError { field: "sealed" })
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct BasicAuthRow {
    username: String,
    id: String,
    sealed_password: Hex,
}

impl BasicAuthRow {
    fn of(auth: &SealedBasicAuth) -> BasicAuthRow {
        BasicAuthRow {
            username: auth.username.clone(),
            id: auth.id.to_string(),
            sealed_password: Hex::of(&auth.sealed_password),
        }
    }

    fn read(self) -> Result<SealedBasicAuth, SettingsError> {
        Ok(SealedBasicAuth {
            username: self.username,
            id: secret_id(&self.id)?,
            sealed_password: self.sealed_password.bytes()?,
        })
    }
}

fn secret_id(text: &str) -> Result<SecretId, SettingsError> {
    text.parse().map_err(unreadable("id"))
}

/// A dialect from its name and, where it needs them, its settings.
fn dialect(name: &str, generic: Option<GenericHmacRow>) -> Result<Dialect, SettingsError> {
    match generic {
        Some(generic) if name == Dialect::GENERIC_HMAC => Ok(generic.read()?.into()),
        _ => name.parse().map_err(unreadable("dialect")),
    }
}

fn scope(text: &str) -> Result<Scope, SettingsError> {
    Scope::parse(text).map_err(unreadable("scope"))
}

/// What a row of `sources` says besides its columns.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SourceSettings {
    dialect: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    generic_hmac: Option<GenericHmacRow>,
    #[serde(default)]
    basic_auth: Option<BasicAuthRow>,
    scope: String,
    max_body_bytes: u64,
    replay_window_s: u32,
    forward_headers: Vec<String>,
    ping: bool,
    declared: bool,
}

impl SourceSettings {
    pub(crate) fn of(source: &Source) -> SourceSettings {
        SourceSettings {
            dialect: source.dialect.as_str().to_owned(),
            generic_hmac: GenericHmacRow::of(&source.dialect),
            basic_auth: source.basic_auth.as_ref().map(BasicAuthRow::of),
            scope: source.scope.as_str().to_owned(),
            max_body_bytes: source.max_body_bytes,
            replay_window_s: source.replay_window_s,
            forward_headers: source.forward_headers.clone(),
            ping: source.ping,
            declared: source.declared,
        }
    }

    /// The source, with what its columns say; its secrets are still to be added.
    pub(crate) fn read(self, columns: &SourceColumns) -> Result<Source, SettingsError> {
        Ok(Source {
            id: columns.id,
            name: columns.name.parse().map_err(unreadable("name"))?,
            dialect: dialect(&self.dialect, self.generic_hmac)?,
            secrets: Vec::new(),
            basic_auth: self.basic_auth.map(BasicAuthRow::read).transpose()?,
            scope: scope(&self.scope)?,
            max_body_bytes: self.max_body_bytes,
            replay_window_s: self.replay_window_s,
            forward_headers: self.forward_headers,
            ping: self.ping,
            declared: self.declared,
            version: columns.changes.version,
            created_at: columns.changes.created_at,
            updated_at: columns.changes.updated_at,
        })
    }
}

/// The columns of a source.
#[derive(Debug)]
pub(crate) struct SourceColumns {
    pub(crate) id: pipeline::SourceId,
    pub(crate) name: String,
    pub(crate) changes: Changes,
}

/// The columns that sources and webhooks share.
#[derive(Debug)]
pub(crate) struct Changes {
    pub(crate) version: u64,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct HeaderRow {
    name: String,
    id: String,
    sealed_value: Hex,
}

#[derive(Debug, Serialize, Deserialize)]
struct RetryRow {
    delays_s: Vec<u64>,
    attempts_max: Option<u32>,
    age_max_s: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct RateLimitRow {
    per_second: u32,
    burst: u32,
}

/// What a row of `webhooks` says besides its columns.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WebhookSettings {
    description: String,
    scope: String,
    #[serde(default)]
    source: Option<String>,
    url: String,
    triggers: Vec<String>,
    active: bool,
    #[serde(default)]
    inactive_reason: Option<String>,
    #[serde(default)]
    paused_since_ms: Option<i64>,
    /// From and to.
    #[serde(default)]
    pauses_ms: Vec<(i64, i64)>,
    /// `as-received`, or a dialect.
    dialect: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    generic_hmac: Option<GenericHmacRow>,
    #[serde(default)]
    signature: Option<String>,
    #[serde(default)]
    basic_auth: Option<BasicAuthRow>,
    #[serde(default)]
    headers: Vec<HeaderRow>,
    allow_private: bool,
    timeout_ms: u32,
    max_in_flight: u32,
    #[serde(default)]
    rate_limit: Option<RateLimitRow>,
    retry: RetryRow,
    #[serde(default)]
    deactivate_after_s: Option<u64>,
    #[serde(default)]
    metadata: Vec<(String, String)>,
}

const AS_RECEIVED: &str = "as-received";

impl WebhookSettings {
    pub(crate) fn of(webhook: &Webhook) -> WebhookSettings {
        WebhookSettings {
            description: webhook.description.clone(),
            scope: webhook.scope.as_str().to_owned(),
            source: webhook.source.as_ref().map(|source| source.as_str().to_owned()),
            url: webhook.url.clone(),
            triggers: webhook.triggers.iter().map(Trigger::to_string).collect(),
            active: webhook.active,
            inactive_reason: webhook.inactive_reason.map(|reason| match reason {
                InactiveReason::Gone => "gone".to_owned(),
                InactiveReason::Failing => "failing".to_owned(),
            }),
            paused_since_ms: webhook.paused_since.map(Timestamp::as_millis),
            pauses_ms: webhook
                .pauses
                .iter()
                .map(|(from, to)| (from.as_millis(), to.as_millis()))
                .collect(),
            dialect: match &webhook.dialect {
                WebhookDialect::AsReceived => AS_RECEIVED.to_owned(),
                WebhookDialect::Fixed(dialect) => dialect.as_str().to_owned(),
            },
            generic_hmac: match &webhook.dialect {
                WebhookDialect::AsReceived => None,
                WebhookDialect::Fixed(dialect) => GenericHmacRow::of(dialect),
            },
            signature: webhook.signature.map(|policy| signature_word(policy).to_owned()),
            basic_auth: webhook.basic_auth.as_ref().map(BasicAuthRow::of),
            headers: webhook.headers.iter().map(header_row).collect(),
            allow_private: webhook.allow_private,
            timeout_ms: webhook.timeout_ms,
            max_in_flight: webhook.max_in_flight,
            rate_limit: webhook
                .rate_limit
                .map(|limit| RateLimitRow { per_second: limit.per_second, burst: limit.burst }),
            deactivate_after_s: webhook.deactivate_after_s,
            retry: RetryRow {
                delays_s: webhook.retry.delays_s.clone(),
                attempts_max: webhook.retry.attempts_max,
                age_max_s: webhook.retry.age_max_s,
            },
            metadata: webhook.metadata.clone(),
        }
    }

    /// The webhook, with what its columns say; its secrets are still to be added.
    pub(crate) fn read(self, columns: &WebhookColumns) -> Result<Webhook, SettingsError> {
        let triggers = self.triggers.iter().map(|text| text.parse::<Trigger>());
        let source = self.source.map(|name| name.parse::<SourceName>());
        Ok(Webhook {
            id: columns.id,
            declared_key: columns.declared_key.clone(),
            description: self.description,
            scope: scope(&self.scope)?,
            source: source.transpose().map_err(unreadable("source"))?,
            url: self.url,
            triggers: triggers.collect::<Result<_, _>>().map_err(unreadable("triggers"))?,
            active: self.active,
            inactive_reason: self.inactive_reason.as_deref().map(inactive_reason).transpose()?,
            paused_since: self.paused_since_ms.map(Timestamp::from_millis),
            pauses: self
                .pauses_ms
                .into_iter()
                .map(|(from, to)| (Timestamp::from_millis(from), Timestamp::from_millis(to)))
                .collect(),
            dialect: match self.dialect.as_str() {
                AS_RECEIVED => WebhookDialect::AsReceived,
                text => WebhookDialect::Fixed(dialect(text, self.generic_hmac)?),
            },
            signature: self.signature.as_deref().map(signature_policy).transpose()?,
            secrets: Vec::new(),
            basic_auth: self.basic_auth.map(BasicAuthRow::read).transpose()?,
            headers: self.headers.into_iter().map(header).collect::<Result<_, _>>()?,
            allow_private: self.allow_private,
            timeout_ms: self.timeout_ms,
            max_in_flight: self.max_in_flight,
            rate_limit: self
                .rate_limit
                .map(|row| RateLimit { per_second: row.per_second, burst: row.burst }),
            deactivate_after_s: self.deactivate_after_s,
            retry: RetryPolicy {
                delays_s: self.retry.delays_s,
                attempts_max: self.retry.attempts_max,
                age_max_s: self.retry.age_max_s,
            },
            metadata: self.metadata,
            version: columns.changes.version,
            created_at: columns.changes.created_at,
            updated_at: columns.changes.updated_at,
        })
    }
}

/// The columns of a webhook.
#[derive(Debug)]
pub(crate) struct WebhookColumns {
    pub(crate) id: pipeline::WebhookId,
    pub(crate) declared_key: Option<String>,
    pub(crate) changes: Changes,
}

const SIGNATURE_POLICIES: [SignaturePolicy; 3] =
    [SignaturePolicy::Replace, SignaturePolicy::Keep, SignaturePolicy::Drop];

fn signature_word(policy: SignaturePolicy) -> &'static str {
    match policy {
        SignaturePolicy::Replace => "replace",
        SignaturePolicy::Keep => "keep",
        SignaturePolicy::Drop => "drop",
    }
}

fn signature_policy(word: &str) -> Result<SignaturePolicy, SettingsError> {
    let policy = SIGNATURE_POLICIES.into_iter().find(|policy| signature_word(*policy) == word);
    policy.ok_or(SettingsError { field: "signature" })
}

fn inactive_reason(word: &str) -> Result<InactiveReason, SettingsError> {
    match word {
        "gone" => Ok(InactiveReason::Gone),
        "failing" => Ok(InactiveReason::Failing),
        _ => Err(SettingsError { field: "inactive_reason" }),
    }
}

fn header_row(header: &SealedHeader) -> HeaderRow {
    HeaderRow {
        name: header.name.clone(),
        id: header.id.to_string(),
        sealed_value: Hex::of(&header.sealed_value),
    }
}

fn header(row: HeaderRow) -> Result<SealedHeader, SettingsError> {
    Ok(SealedHeader {
        name: row.name,
        id: secret_id(&row.id)?,
        sealed_value: row.sealed_value.bytes()?,
    })
}

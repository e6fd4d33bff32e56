//! Sources.

use pipeline::Source;
use serde::Serialize;
use utoipa::ToSchema;

use super::{BasicAuthAnswer, GenericHmacAnswer};
use crate::{
    console::PublicUrl,
    draft::{Drafted, Warning},
    text::time,
};

/// A source.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Source)]
pub(crate) struct SourceAnswer {
    /// Its name.
    name: String,
    /// Where the provider sends to.
    url: String,
    /// Whether `url` is made up from the listener's address, because `server.public_url` is unset.
    url_is_guess: bool,
    /// How requests show their origin.
    dialect: &'static str,
    /// With `generic-hmac`: where the signature stands and how it is written.
    generic_hmac: Option<GenericHmacAnswer>,
    /// Whether it has secrets.
    secret_set: bool,
    /// Credentials that a request has to show besides.
    basic_auth: Option<BasicAuthAnswer>,
    /// The ceiling of its events' scopes; empty is the whole server.
    scope: String,
    /// The most bytes of a plain body.
    max_body_bytes: u64,
    /// Within this many seconds the same body under another request id is a duplicate; 0 is off.
    replay_window_s: u32,
    /// Further headers that are kept for `as-received`.
    forward_headers: Vec<String>,
    /// Whether an unsigned `diagnostics:ping` is answered.
    ping: bool,
    /// Whether the configuration file declares it: then it is changed there.
    declared: bool,
    /// Grows with each change; the number in the `ETag`.
    version: u64,
    /// When it was made.
    created_at: String,
    /// When it was changed last.
    updated_at: String,
}

/// A source that was just made or changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedSource {
    #[serde(flatten)]
    changed: SourceAnswer,
    /// The generated secret; shown in this answer only.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// What is unwise.
    warnings: Vec<Warning>,
}

impl SourceAnswer {
    pub(crate) fn new(source: &Source, public_url: &PublicUrl) -> SourceAnswer {
        SourceAnswer {
            name: source.name.to_string(),
            url: public_url.of(&source.name),
            url_is_guess: public_url.is_guess(),
            dialect: source.dialect.as_str(),
            generic_hmac: GenericHmacAnswer::of(&source.dialect),
            secret_set: !source.secrets.is_empty(),
            basic_auth: source.basic_auth.as_ref().map(Into::into),
            scope: source.scope.to_string(),
            max_body_bytes: source.max_body_bytes,
            replay_window_s: source.replay_window_s,
            forward_headers: source.forward_headers.clone(),
            ping: source.ping,
            declared: source.declared,
            version: source.version,
            created_at: time(source.created_at),
            updated_at: time(source.updated_at),
        }
    }
}

impl ChangedSource {
    pub(crate) fn new(drafted: Drafted<Source>, public_url: &PublicUrl) -> ChangedSource {
        ChangedSource {
            changed: SourceAnswer::new(&drafted.value, public_url),
            secret: drafted.generated.map(|secret| secret.expose().to_owned()),
            warnings: drafted.warnings,
        }
    }
}

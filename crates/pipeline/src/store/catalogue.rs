//! Keeping sources, webhooks and their sealed secrets.

use super::StoreFuture;
use crate::{
    id::{SecretId, WebhookId},
    source::{Source, SourceName},
    time::Timestamp,
    webhook::Webhook,
};

/// All that is configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configured {
    /// By name.
    pub sources: Vec<Source>,
    /// By id.
    pub webhooks: Vec<Webhook>,
}

/// What a change expects to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Nothing of that name or id: `Taken` otherwise.
    Absent,
    /// This version: `NotFound` or `VersionMismatch` otherwise.
    Version(u64),
}

/// What to do with deliveries that wait for what is being deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnWaiting {
    /// Refuse with `Waiting`.
    Refuse,
    /// Cancel them.
    Cancel,
}

/// Keeping what is configured. Each value is written whole; the store writes it as it is given,
/// `version` included.
pub trait Keep: Send + Sync {
    /// Everything.
    fn configured(&self) -> StoreFuture<'_, Configured>;

    /// Writes a source and all of its secrets.
    fn put_source(&self, source: Source, expected: Expected) -> StoreFuture<'_, ()>;

    /// Deletes a source. Deliveries of its events that wait are treated as `waiting` says; events
    /// stay.
    fn delete_source(
        &self,
        name: SourceName,
        waiting: OnWaiting,
        now: Timestamp,
    ) -> StoreFuture<'_, ()>;

    /// Writes a webhook and all of its secrets.
    fn put_webhook(&self, webhook: Webhook, expected: Expected) -> StoreFuture<'_, ()>;

    /// Deletes a webhook; its finished deliveries stay.
    fn delete_webhook(
        &self,
        id: WebhookId,
        waiting: OnWaiting,
        now: Timestamp,
    ) -> StoreFuture<'_, ()>;

    /// Notes when secrets were used last. Does not change a version; unknown ids are left out.
    fn note_secret_use(&self, used: Vec<(SecretId, Timestamp)>) -> StoreFuture<'_, ()>;

    /// A small named value of the server's own, such as the key check. `None` where never put.
    fn setting(&self, name: &'static str) -> StoreFuture<'_, Option<Vec<u8>>>;

    /// Keeps such a value.
    fn put_setting(&self, name: &'static str, value: Vec<u8>) -> StoreFuture<'_, ()>;
}

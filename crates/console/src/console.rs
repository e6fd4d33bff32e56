//! What handlers share: the parts, and the way of a change.
//!
//! A change is made under one lock, from reading the present value to the reloaded catalogue, so
//! that two of this server do not undo each other; another writer is noticed by the version.

use std::sync::Arc;

use bytes::Bytes;
use countersign::Dialect;
use http::{HeaderMap, header};
use pipeline::{
    Clock, IdGenerator, Randomness, Source, SourceName, Store, StoreError, Timestamp, Webhook,
    WebhookId,
    store::{Expected, OnWaiting},
};
use sealing::KeyRing;
use tokio::sync::{Mutex, MutexGuard, Semaphore};
use url::Url;

use crate::{
    auth::AdminToken,
    draft::Forge,
    engine::Engine,
    openapi,
    problem::{Code, Problem},
};

/// The most bytes of a published body: 25 MiB.
pub const PUBLISH_MAX_BYTES: usize = 25 * 1024 * 1024;
/// The bytes of published bodies that may be held at once, where nothing else is said: 128 MiB.
pub const PUBLISH_HELD_MAX_BYTES: usize = 128 * 1024 * 1024;

/// What the console is made of.
#[derive(Debug)]
pub struct Parts {
    /// Keeps everything.
    pub store: Arc<dyn Store>,
    /// The rest of the server.
    pub engine: Arc<dyn Engine>,
    /// Seal secrets.
    pub keys: Arc<KeyRing>,
    /// Make ids.
    pub ids: Arc<IdGenerator>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For generated secrets.
    pub randomness: Arc<dyn Randomness>,
    /// Who may use the API.
    pub admin_token: AdminToken,
    /// Where the public listener is reached.
    pub public_url: PublicUrl,
    /// Of a webhook that names neither a dialect nor a source.
    pub default_dialect: Dialect,
    /// Bounds.
    pub limits: Limits,
}

/// Bounds that are configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of a published body.
    pub publish_max_bytes: usize,
    /// The bytes of published bodies that may be held at once; at least `publish_max_bytes`.
    pub publish_held_max_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            publish_max_bytes: PUBLISH_MAX_BYTES,
            publish_held_max_bytes: PUBLISH_HELD_MAX_BYTES,
        }
    }
}

/// The address that is shown in answers. Never taken from a `Host` header.
#[derive(Clone, Debug)]
pub enum PublicUrl {
    /// `server.public_url`.
    Configured(Url),
    /// Made up from the listener's address: answers say `"url_is_guess": true`.
    Guess(Url),
}

impl PublicUrl {
    pub(crate) fn is_guess(&self) -> bool {
        matches!(self, PublicUrl::Guess(_))
    }

    /// Where a source's provider sends to.
    pub(crate) fn of(&self, source: &SourceName) -> String {
        let (PublicUrl::Configured(url) | PublicUrl::Guess(url)) = self;
        let base = url.as_str().trim_end_matches('/');
        format!("{base}/in/{source}")
    }
}

/// What handlers share.
#[derive(Debug)]
pub(crate) struct Console {
    pub(crate) parts: Parts,
    /// Permits of 1 KiB for published bodies.
    pub(crate) publishing: Semaphore,
    /// The OpenAPI document, as it is served.
    pub(crate) document: Bytes,
    changes: Mutex<()>,
}

/// Held from reading what is to be changed until the catalogue has been reloaded.
pub(crate) type Change<'a> = MutexGuard<'a, ()>;

impl Console {
    pub(crate) fn new(parts: Parts) -> Console {
        let limits = parts.limits;
        let held = limits.publish_held_max_bytes.max(limits.publish_max_bytes);
        Console {
            publishing: Semaphore::new(held.div_ceil(1024).min(Semaphore::MAX_PERMITS)),
            parts,
            document: openapi::text().into(),
            changes: Mutex::new(()),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    pub(crate) fn forge(&self) -> Forge {
        Forge {
            keys: self.parts.keys.clone(),
            ids: self.parts.ids.clone(),
            clock: self.parts.clock.clone(),
            randomness: self.parts.randomness.clone(),
            default_dialect: self.parts.default_dialect.clone(),
            catalogue: self.parts.engine.catalogue(),
        }
    }

    /// A source by name.
    pub(crate) fn source(&self, name: &str) -> Result<Arc<Source>, Problem> {
        let catalogue = self.parts.engine.catalogue();
        catalogue.source(name).cloned().ok_or(Code::NotFound.into())
    }

    /// A webhook by id.
    pub(crate) fn webhook(&self, id: &str) -> Result<Arc<Webhook>, Problem> {
        let id: WebhookId = parse_id(id)?;
        let catalogue = self.parts.engine.catalogue();
        catalogue.webhook(id).cloned().ok_or(Code::NotFound.into())
    }

    /// Begins a change.
    pub(crate) async fn begin_change(&self) -> Change<'_> {
        self.changes.lock().await
    }

    pub(crate) async fn put_source(
        &self,
        source: Source,
        expected: Expected,
    ) -> Result<(), Problem> {
        let done = self.parts.store.put_source(source, expected).await;
        self.catch_up(done).await
    }

    pub(crate) async fn delete_source(
        &self,
        name: SourceName,
        waiting: OnWaiting,
    ) -> Result<(), Problem> {
        let now = self.now();
        let done = self.parts.store.delete_source(name, waiting, now).await;
        self.catch_up(done).await
    }

    pub(crate) async fn put_webhook(
        &self,
        webhook: Webhook,
        expected: Expected,
    ) -> Result<(), Problem> {
        let done = self.parts.store.put_webhook(webhook, expected).await;
        self.catch_up(done).await
    }

    pub(crate) async fn delete_webhook(
        &self,
        id: WebhookId,
        waiting: OnWaiting,
    ) -> Result<(), Problem> {
        let now = self.now();
        let done = self.parts.store.delete_webhook(id, waiting, now).await;
        self.catch_up(done).await
    }

    /// Brings the catalogue up to date: after a change, and where the store turned out to be ahead.
    async fn catch_up(&self, done: Result<(), StoreError>) -> Result<(), Problem> {
        use StoreError::{NotFound, Taken, VersionMismatch};
        let behind = matches!(done, Ok(()) | Err(VersionMismatch | NotFound | Taken));
        let caught_up = if behind { self.parts.engine.reload().await } else { Ok(()) };
        done?;
        Ok(caught_up?)
    }
}

/// An id in a path. A text that is none names nothing.
pub(crate) fn parse_id<Id: std::str::FromStr>(text: &str) -> Result<Id, Problem> {
    text.parse().map_err(|_| Code::NotFound.into())
}

/// The configuration file's own things are changed there.
pub(crate) fn refuse_declared(declared: bool) -> Result<(), Problem> {
    if declared {
        let detail = "change it in the configuration file";
        return Err(Problem::new(Code::DeclaredInConfiguration, detail));
    }
    Ok(())
}

/// The entity tag of a version (RFC 9110, 8.8.3).
pub(crate) fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// Honours `If-Match` (RFC 9110, 13.1.1); a request without it takes any version.
pub(crate) fn check_if_match(headers: &HeaderMap, version: u64) -> Result<(), Problem> {
    let mut given = headers.get_all(header::IF_MATCH).iter().peekable();
    if given.peek().is_none() {
        return Ok(());
    }
    let tag = etag(version);
    let tags = given.filter_map(|value| value.to_str().ok());
    let mut tags = tags.flat_map(|value| value.split(',')).map(str::trim);
    if tags.any(|given| given == "*" || given == tag) {
        Ok(())
    } else {
        let detail = format!("its ETag is {tag}");
        Err(Problem::new(Code::VersionMismatch, detail))
    }
}

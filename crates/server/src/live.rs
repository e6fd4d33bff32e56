//! What is configured at this moment, ready for use: verifiers, signers and targets made once from
//! the sealed secrets, so that no request unseals anything.
//!
//! Changes only after the store has committed a change. A source whose secrets do not open is kept
//! as such, and answers 503; a webhook whose secrets do not open keeps its deliveries waiting.

use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

use countersign::Secret;
use pipeline::{
    Catalogue, Clock, SecretId, Source, SourceName, StoreError, Timestamp, WebhookId,
    store::Configured,
};
use sealing::KeyRing;

use crate::log::chain;

mod intake;
mod route;
mod unseal;

pub use intake::Intake;
pub use route::Route;
pub use unseal::UnsealError;

/// One moment's configuration.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// Sources and webhooks.
    pub catalogue: Arc<Catalogue>,
    intakes: HashMap<SourceName, Result<Arc<Intake>, UnsealError>>,
    routes: HashMap<WebhookId, Result<Arc<Route>, UnsealError>>,
}

impl Snapshot {
    /// How to receive at a source. `None` where there is no such source.
    pub fn intake(&self, name: &str) -> Option<&Result<Arc<Intake>, UnsealError>> {
        let name: SourceName = name.parse().ok()?;
        self.intakes.get(&name)
    }

    /// When the first of the secrets in use expires: the snapshot is good only until then.
    pub fn good_until(&self) -> Option<Timestamp> {
        let intakes = self.intakes.values().filter_map(|intake| intake.as_ref().ok()?.good_until);
        let routes = self.routes.values().filter_map(|route| route.as_ref().ok()?.good_until);
        intakes.chain(routes).min()
    }

    /// How to deliver to a webhook.
    pub fn route(&self, id: WebhookId) -> Option<&Result<Arc<Route>, UnsealError>> {
        self.routes.get(&id)
    }
}

/// A source's secrets, opened.
#[derive(Debug)]
pub struct SourceSecrets {
    /// The ids of the active ones, in their order.
    pub ids: Vec<SecretId>,
    /// The active ones, in the order of their activation.
    pub active: Vec<Secret>,
    /// The ids of those that have expired, in their order.
    pub expired_ids: Vec<SecretId>,
    /// Those that were active and have expired.
    pub expired: Vec<Secret>,
}

/// The present snapshot and how to make the next one.
#[derive(Debug)]
pub struct Live {
    keys: Arc<KeyRing>,
    clock: Arc<dyn Clock>,
    present: RwLock<Arc<Snapshot>>,
    turn: tokio::sync::Mutex<()>,
}

impl Live {
    /// Begins with nothing configured.
    pub fn new(keys: Arc<KeyRing>, clock: Arc<dyn Clock>) -> Live {
        Live { keys, clock, present: RwLock::default(), turn: tokio::sync::Mutex::default() }
    }

    /// The present snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.present.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Replaces the snapshot by what the store holds. Reloads take turns, so that none puts back
    /// what a later one has replaced.
    pub async fn reload(&self, store: &dyn pipeline::Store) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let next = Arc::new(self.prepare(store.configured().await?));
        *self.present.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = next;
        Ok(())
    }

    /// The secrets of a source, the active ones first and then those that have expired: to explain
    /// a refusal.
    pub fn secrets(&self, source: &Source) -> Result<SourceSecrets, UnsealError> {
        let owner = source.id.to_string();
        let now = self.clock.now();
        let active = unseal::active_secrets(&self.keys, &owner, &source.secrets, now)?;
        let (ids, active) = active.into_iter().map(|(sealed, secret)| (sealed.id, secret)).unzip();
        let expired = unseal::expired_secrets(&self.keys, &owner, &source.secrets, now)?;
        let (expired_ids, expired) = expired.into_iter().unzip();
        Ok(SourceSecrets { ids, active, expired_ids, expired })
    }

    fn prepare(&self, configured: Configured) -> Snapshot {
        let now = self.clock.now();
        let catalogue = Catalogue::new(configured.sources, configured.webhooks);
        let intakes = catalogue.sources().map(|source| {
            let intake = Intake::prepare(source, &self.keys, now).map(Arc::new);
            log_failure("source", source.name.as_str(), &intake);
            (source.name.clone(), intake)
        });
        let intakes = intakes.collect();
        let routes = catalogue.webhooks().map(|webhook| {
            let route = Route::prepare(webhook, &catalogue, &self.keys, now).map(Arc::new);
            log_failure("webhook", &webhook.id.to_string(), &route);
            (webhook.id, route)
        });
        let routes = routes.collect();
        Snapshot { catalogue: Arc::new(catalogue), intakes, routes }
    }
}

fn log_failure<T>(kind: &str, name: &str, prepared: &Result<T, UnsealError>) {
    if let Err(error) = prepared {
        tracing::error!(kind, name, cause = chain(&error), "its secrets cannot be used");
    }
}

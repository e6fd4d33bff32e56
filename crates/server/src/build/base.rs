//! The parts that nearly everything is given: the opened store, the keys, the clock, and what is
//! noted in memory.

use std::{path::PathBuf, sync::Arc};

use console::draft::Forge;
use countersign::{Dialect, EventKey};
use deliver::Client;
use pipeline::{Clock, IdGenerator, Randomness, Store};
use sealing::KeyRing;
use store_sqlite::{SqliteStore, StoreOptions};
use tokio::sync::mpsc;

use super::BuildError;
use crate::{
    clock::{MachineClock, SystemRandomness},
    config::{Config, ServerConfig, secret_file::SecretBytes},
    dispatch::{self, Dispatcher},
    jobs::{self, Jobs},
    live::Live,
    master_key::{self, KeyError, StoreAge},
    metrics::Metrics,
    notices::{Notices, Raised},
    receive::{BodyBudget, Receiver, Refusals},
    secret_use::SecretUse,
};

const KEY_UNKNOWN: &str = "unknown";

#[derive(Debug)]
pub(crate) struct Base {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) keys: Arc<KeyRing>,
    age: StoreAge,
    pub(crate) live: Arc<Live>,
    pub(crate) ids: Arc<IdGenerator>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) secret_use: Arc<SecretUse>,
    pub(crate) notices: Arc<Notices>,
    pub(crate) raised: mpsc::Receiver<Raised>,
}

impl Base {
    /// Opens the store, and holds the master key against it.
    pub(super) async fn open(config: &Config, options: &StoreOptions) -> Result<Base, BuildError> {
        let clock: Arc<dyn Clock> = Arc::new(MachineClock);
        let randomness: Arc<dyn Randomness> = Arc::new(SystemRandomness::new()?);
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(options)?);
        let data = &config.server.data;
        let file = config.server.master_key_file.as_deref();
        let (keys, age) = master_key::keys(&*store, data, file, &*randomness).await?;
        let keys = Arc::new(keys);
        let ids = IdGenerator::new(clock.clone(), randomness.clone(), store.id_floor().await?);
        let (notices, raised) = Notices::new(clock.clone());
        Ok(Base {
            live: Arc::new(Live::new(keys.clone(), clock.clone())),
            store,
            keys,
            age,
            ids: Arc::new(ids),
            clock,
            randomness,
            metrics: Arc::default(),
            secret_use: Arc::default(),
            notices,
            raised,
        })
    }

    /// The admin token, and the file that holds it where one does. With it a first start is complete.
    pub(super) async fn admin_token(
        &self,
        config: &Config,
    ) -> Result<(SecretBytes, Option<PathBuf>), KeyError> {
        let ServerConfig { admin_token, data, .. } = &config.server;
        let token = master_key::admin_token(admin_token, data, self.age, &*self.randomness)?;
        if self.age == StoreAge::New {
            master_key::begin_use(&*self.store, &self.keys).await?;
        }
        Ok(token)
    }

    pub(super) fn forge(&self, default_dialect: Dialect) -> Forge {
        Forge {
            keys: self.keys.clone(),
            ids: self.ids.clone(),
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
            default_dialect,
            catalogue: Arc::default(),
        }
    }

    pub(super) fn dispatcher(&self, client: Client) -> Arc<Dispatcher> {
        Dispatcher::start(dispatch::Parts {
            store: self.store.clone(),
            live: self.live.clone(),
            client,
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
            ids: self.ids.clone(),
            metrics: self.metrics.clone(),
            secret_use: self.secret_use.clone(),
            notices: self.notices.clone(),
        })
    }

    pub(super) fn jobs(&self, dispatcher: Arc<Dispatcher>) -> Jobs {
        Jobs::new(jobs::Parts {
            store: self.store.clone(),
            live: self.live.clone(),
            dispatcher,
            ids: self.ids.clone(),
            metrics: self.metrics.clone(),
            clock: self.clock.clone(),
        })
    }

    pub(super) fn receiver(
        &self,
        dispatcher: Arc<Dispatcher>,
        refusals: Arc<Refusals>,
    ) -> Result<Arc<Receiver>, BuildError> {
        Ok(Arc::new(Receiver {
            live: self.live.clone(),
            store: self.store.clone(),
            dispatcher,
            ids: self.ids.clone(),
            clock: self.clock.clone(),
            refusals,
            metrics: self.metrics.clone(),
            secret_use: self.secret_use.clone(),
            notices: self.notices.clone(),
            budget: BodyBudget::default(),
            key_unknown: EventKey::parse(KEY_UNKNOWN)?,
        }))
    }
}

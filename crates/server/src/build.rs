//! Putting the server together: opens the store, reads the keys, makes every part and passes it
//! down. Nothing here runs before everything has been checked; nothing is global.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use console::{AdminToken, PublicUrl, draft::Forge};
use countersign::EventKeyError;
use deliver::TargetGuard;
use pipeline::{Clock, IdGenerator, Randomness, StoreError};
use sealing::KeyRing;
use store_sqlite::{OpenError, StoreOptions};
use tokio::net::TcpListener;
use url::Url;

use crate::{
    clock::{MachineClock, SystemRandomness},
    config::{Config, HistoryConfig, secret_file::SecretBytes},
    dispatch::Dispatcher,
    engine::ServerEngine,
    jobs::Jobs,
    listen::{self, BindError},
    master_key::KeyError,
    receive::{Receiver, Refusals},
};

mod base;
mod declare;
mod network;

pub(crate) use base::Base;
use network::Network;

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The store.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store, after it was opened.
    #[error("the store cannot be read")]
    Store(#[from] StoreError),
    /// Keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// A listener.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// A certificate authority.
    #[error("{} holds no certificate in PEM form that can be used", .0.display())]
    Ca(PathBuf),
    /// A bound listener does not tell its address.
    #[error("the system does not tell the address of a listener")]
    Address(#[source] std::io::Error),
    /// No URL can be made of the public listener's address.
    #[error("`server.public_url` is not set and cannot be guessed")]
    PublicUrl,
    /// TLS.
    #[error("TLS cannot be set up")]
    Tls(#[from] deliver::tls::TlsError),
    /// A source or webhook of the configuration file.
    #[error("{place}: {problem}")]
    Declared {
        /// Which one, in which file.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The name for genuine requests without an event key is none itself.
    #[error("no event key for requests that name none")]
    KeyUnknown(#[from] EventKeyError),
    /// No randomness.
    #[error("the system gives no randomness")]
    Randomness(#[from] getrandom::Error),
}

/// A server that is bound and has not begun to serve.
#[derive(Debug)]
pub struct Server {
    pub(crate) base: Base,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) receiver: Arc<Receiver>,
    pub(crate) jobs: Arc<Jobs>,
    pub(crate) history: HistoryConfig,
    pub(crate) draining: Arc<AtomicBool>,
    pub(crate) drain: Duration,
    /// The data folder and the store's reserve.
    pub(crate) data: (PathBuf, u64),
    pub(crate) public: TcpListener,
    pub(crate) admin: TcpListener,
    pub(crate) console: console::Parts,
    /// Where the public listener is.
    pub public_address: SocketAddr,
    /// Where the admin listener is.
    pub admin_address: SocketAddr,
    /// The file that holds the admin token, where one does.
    pub admin_token_file: Option<PathBuf>,
}

/// Builds a server on the embedded store.
///
/// # Errors
///
/// [`BuildError`] names what, where and how to mend it; nothing has been served then.
pub async fn build(config: Config) -> Result<Server, BuildError> {
    let mut options = StoreOptions::new(&config.server.data);
    options.reserve_bytes = config.store.reserve_bytes;
    build_on(config, options).await
}

/// The same, with the store's options given.
///
/// # Errors
///
/// As [`build`].
pub async fn build_on(mut config: Config, options: StoreOptions) -> Result<Server, BuildError> {
    let base = Base::open(&config, &options).await?;
    let (token, admin_token_file) = base.admin_token(&config).await?;
    let sources = std::mem::take(&mut config.sources);
    let webhooks = std::mem::take(&mut config.webhooks);
    let judge = configured_guard(&config);
    let forge = base.forge(config.default_dialect.clone());
    declare::declare(&*base.store, forge, &judge, sources, webhooks).await?;
    base.live.reload(&*base.store).await?;

    let public = listen::bind(config.server.listen, "server.listen")?;
    let admin = listen::bind(config.server.admin, "server.admin")?;
    let (public_address, admin_address) = (address(&public)?, address(&admin)?);
    let network = Network::new(&config, vec![public_address, admin_address])?;
    let dispatcher = base.dispatcher(network.client);
    let refusals = Arc::new(Refusals::default());
    let draining = Arc::new(AtomicBool::new(false));
    let jobs = Arc::new(base.jobs(dispatcher.clone()));
    let engine = ServerEngine {
        store: base.store.clone(),
        live: base.live.clone(),
        dispatcher: dispatcher.clone(),
        jobs: jobs.clone(),
        refusals: refusals.clone(),
        explaining: tokio::sync::Semaphore::new(1),
        metrics: base.metrics.clone(),
        secret_use: base.secret_use.clone(),
        guard: network.guard,
        resolver: network.resolver,
        ids: base.ids.clone(),
        clock: base.clock.clone(),
        draining: draining.clone(),
    };
    let console = console::Parts {
        store: base.store.clone(),
        engine: Arc::new(engine),
        keys: base.keys.clone(),
        ids: base.ids.clone(),
        clock: base.clock.clone(),
        randomness: base.randomness.clone(),
        admin_token: admin_token(&token)?,
        public_url: public_url(config.server.public_url, public_address)?,
        default_dialect: config.default_dialect,
        limits: console::Limits::default(),
    };
    dispatcher.recover().await?;
    Ok(Server {
        receiver: base.receiver(dispatcher.clone(), refusals)?,
        dispatcher,
        console,
        jobs,
        history: config.history,
        draining,
        drain: config.server.drain,
        data: (config.server.data, config.store.reserve_bytes),
        public,
        admin,
        public_address,
        admin_address,
        admin_token_file,
        base,
    })
}

/// Checks what the file declares by the API's own checks, with a key ring made for this only, and
/// without a store. Answers with what is unwise.
///
/// # Errors
///
/// [`BuildError::Declared`] names the first source or webhook that is wrong.
pub fn check_declared(config: &Config) -> Result<Vec<String>, BuildError> {
    let clock: Arc<dyn Clock> = Arc::new(MachineClock);
    let randomness: Arc<dyn Randomness> = Arc::new(SystemRandomness::new()?);
    let forge = Forge {
        keys: Arc::new(KeyRing::generate(&mut |out| randomness.fill(out))),
        ids: Arc::new(IdGenerator::new(clock.clone(), randomness.clone(), 0)),
        clock,
        randomness,
        default_dialect: config.default_dialect.clone(),
        catalogue: Arc::default(),
    };
    let guard = configured_guard(config);
    declare::check(forge, &guard, &config.sources, &config.webhooks)
}

/// The guard before anything is bound, which knows our listeners by their settings.
fn configured_guard(config: &Config) -> TargetGuard {
    let own = vec![config.server.listen, config.server.admin];
    TargetGuard::new(config.private_targets.clone(), own)
}

fn address(listener: &TcpListener) -> Result<SocketAddr, BuildError> {
    listener.local_addr().map_err(BuildError::Address)
}

fn admin_token(token: &SecretBytes) -> Result<AdminToken, KeyError> {
    let text = str::from_utf8(token.expose()).ok();
    text.and_then(AdminToken::new).ok_or(KeyError::WeakToken)
}

fn public_url(configured: Option<Url>, address: SocketAddr) -> Result<PublicUrl, BuildError> {
    match configured {
        Some(url) => Ok(PublicUrl::Configured(url)),
        None => {
            let guess = Url::parse(&format!("http://{address}"));
            Ok(PublicUrl::Guess(guess.map_err(|_| BuildError::PublicUrl)?))
        }
    }
}

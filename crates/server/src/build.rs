//! Putting the server together: opens the store, reads the keys, makes every part and passes it
//! down. Nothing here runs before everything has been checked; nothing is global.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
};

use console::{AdminToken, PublicUrl, draft::Forge};
use countersign::{EventKey, EventKeyError};
use deliver::{Client, ClientParts, SystemResolver, TargetGuard, TcpDialer};
use pipeline::{Clock, IdGenerator, Randomness, Store, StoreError};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use sealing::KeyRing;
use store_sqlite::{OpenError, SqliteStore, StoreOptions};
use tokio::net::TcpListener;
use url::Url;

use crate::{
    clock::{MachineClock, SystemRandomness},
    config::{Config, secret_file::SecretBytes},
    dispatch::{self, Dispatcher},
    engine::ServerEngine,
    listen::{self, BindError},
    live::Live,
    master_key::{self, KeyError},
    metrics::Metrics,
    receive::{BodyBudget, Receiver, Refusals},
    secret_use::SecretUse,
};

mod declare;

const KEY_UNKNOWN: &str = "unknown";

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
    #[error("{place} in the configuration: {problem}")]
    Declared {
        /// Which one.
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
    pub(crate) store: Arc<dyn Store>,
    pub(crate) live: Arc<Live>,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) receiver: Arc<Receiver>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) secret_use: Arc<SecretUse>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) draining: Arc<AtomicBool>,
    pub(crate) drain: std::time::Duration,
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
pub async fn build_on(config: Config, options: StoreOptions) -> Result<Server, BuildError> {
    let clock: Arc<dyn Clock> = Arc::new(MachineClock);
    let randomness: Arc<dyn Randomness> = Arc::new(SystemRandomness::new()?);
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&options)?);
    let data = &config.server.data;
    let master_key = config.server.master_key_file.as_deref();
    let keys = Arc::new(master_key::keys(&*store, data, master_key, &*randomness).await?);
    let from = &config.server.admin_token;
    let (token, admin_token_file) = master_key::admin_token(from, data, &*randomness)?;
    let ids = IdGenerator::new(clock.clone(), randomness.clone(), store.id_floor().await?);
    let ids = Arc::new(ids);

    let configured = vec![config.server.listen, config.server.admin];
    let forge = Forge {
        keys: keys.clone(),
        ids: ids.clone(),
        clock: clock.clone(),
        randomness: randomness.clone(),
        default_dialect: config.default_dialect.clone(),
        catalogue: Arc::default(),
    };
    let judge = TargetGuard::new(config.private_targets.clone(), configured);
    declare::declare(&*store, forge, &judge, config.sources, config.webhooks).await?;

    let public = listen::bind(config.server.listen, "server.listen").await?;
    let admin = listen::bind(config.server.admin, "server.admin").await?;
    let addresses = [address(&public)?, address(&admin)?];

    let live = Arc::new(Live::new(keys.clone(), clock.clone()));
    let guard = TargetGuard::new(config.private_targets.clone(), addresses.to_vec());
    let guard = Arc::new(guard);
    let resolver: Arc<dyn deliver::Resolve> = Arc::new(SystemResolver::default());
    let client = Client::new(ClientParts {
        guard: guard.clone(),
        resolver: resolver.clone(),
        dialer: Arc::new(TcpDialer),
        tls: Arc::new(tls(&config.ca_files)?),
    });
    let metrics = Arc::new(Metrics::default());
    let secret_use = Arc::new(SecretUse::default());
    let dispatcher = Dispatcher::start(dispatch::Parts {
        store: store.clone(),
        live: live.clone(),
        client,
        clock: clock.clone(),
        randomness: randomness.clone(),
        ids: ids.clone(),
        metrics: metrics.clone(),
        secret_use: secret_use.clone(),
    });
    let refusals = Arc::new(Refusals::default());
    let draining = Arc::new(AtomicBool::new(false));
    let engine = Arc::new(ServerEngine {
        store: store.clone(),
        live: live.clone(),
        dispatcher: dispatcher.clone(),
        refusals: refusals.clone(),
        metrics: metrics.clone(),
        secret_use: secret_use.clone(),
        guard,
        resolver,
        ids: ids.clone(),
        clock: clock.clone(),
        draining: draining.clone(),
    });
    let receiver = Arc::new(Receiver {
        live: live.clone(),
        store: store.clone(),
        dispatcher: dispatcher.clone(),
        ids: ids.clone(),
        clock: clock.clone(),
        refusals,
        metrics: metrics.clone(),
        secret_use: secret_use.clone(),
        budget: BodyBudget::default(),
        key_unknown: EventKey::parse(KEY_UNKNOWN)?,
    });
    let console = console::Parts {
        store: store.clone(),
        engine,
        keys,
        ids,
        clock: clock.clone(),
        randomness,
        admin_token: admin_token(&token)?,
        public_url: public_url(config.server.public_url, addresses[0])?,
        default_dialect: config.default_dialect.clone(),
        limits: console::Limits::default(),
    };
    live.reload(&*store).await?;
    dispatcher.recover().await?;
    Ok(Server {
        store,
        live,
        dispatcher,
        receiver,
        metrics,
        secret_use,
        clock,
        draining,
        drain: config.server.drain,
        public,
        admin,
        console,
        public_address: addresses[0],
        admin_address: addresses[1],
        admin_token_file,
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
    let own = vec![config.server.listen, config.server.admin];
    let guard = TargetGuard::new(config.private_targets.clone(), own);
    declare::check(forge, &guard, &config.sources, &config.webhooks)
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

fn tls(ca_files: &[PathBuf]) -> Result<rustls::ClientConfig, BuildError> {
    let mut authorities = Vec::new();
    for file in ca_files {
        let unusable = || BuildError::Ca(file.clone());
        let found = CertificateDer::pem_file_iter(file).map_err(|_| unusable())?;
        let found: Vec<_> = found.collect::<Result<_, _>>().map_err(|_| unusable())?;
        if found.is_empty() {
            return Err(unusable());
        }
        authorities.extend(found);
    }
    let built = deliver::tls::client_config(&authorities)?;
    for warning in &built.warnings {
        tracing::warn!("{warning}");
    }
    Ok(built.config)
}

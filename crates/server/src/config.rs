//! Configuration: flags over environment over `countersign.toml` over defaults, all checked before
//! a port is bound.
//!
//! Only environment variables with `__` are configuration (`COUNTERSIGN_SERVER__LISTEN`); lists are
//! separated by commas there. An unknown key is an error that names the key, where it stands, and
//! the nearest known one. Relative paths in the file count from the file's folder.
//!
//! `settings` is the one list of what can be set; `default.toml` beside it is the commented
//! default file, and a test holds the two together.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use countersign::Dialect;
use deliver::PrivateRange;
use url::Url;

mod declared;
mod error;
mod layers;
pub mod secret_file;
mod settings;
mod typed;

pub use declared::{DeclaredSource, DeclaredWebhook};
pub use error::ConfigError;
pub use layers::Layers;

/// The commented default file.
pub const DEFAULT_FILE: &str = include_str!("config/default.toml");

/// Everything that can be configured, checked.
#[derive(Debug)]
pub struct Config {
    /// Listeners and data.
    pub server: ServerConfig,
    /// The store.
    pub store: StoreConfig,
    /// How far history reaches.
    pub history: HistoryConfig,
    /// The dialect of a webhook that names none.
    pub default_dialect: Dialect,
    /// What webhooks with `allow_private` may reach.
    pub private_targets: Vec<PrivateRange>,
    /// Further certificate authorities: files in PEM form.
    pub ca_files: Vec<PathBuf>,
    /// Log lines.
    pub log: LogConfig,
    /// Sources of the file.
    pub sources: Vec<DeclaredSource>,
    /// Webhooks of the file.
    pub webhooks: Vec<DeclaredWebhook>,
    /// What is allowed and unwise.
    pub warnings: Vec<String>,
}

/// Listeners and data.
#[derive(Debug)]
pub struct ServerConfig {
    /// The public listener.
    pub listen: SocketAddr,
    /// The admin listener.
    pub admin: SocketAddr,
    /// What shows and registers URLs; `None` is guessed from `listen`.
    pub public_url: Option<Url>,
    /// The data folder.
    pub data: PathBuf,
    /// How long attempts under way may take when the server stops.
    pub drain: Duration,
    /// Where the admin token is, if not in the data folder.
    pub admin_token: AdminTokenFrom,
    /// The master key file, if not in the data folder.
    pub master_key_file: Option<PathBuf>,
}

/// Where the admin token comes from.
#[derive(Clone, Debug)]
pub enum AdminTokenFrom {
    /// `DATA/admin-token`, made at the first start.
    DataFolder,
    /// `COUNTERSIGN_ADMIN_TOKEN`.
    Variable(secret_file::SecretBytes),
    /// The file of `COUNTERSIGN_ADMIN_TOKEN_FILE`.
    File(PathBuf),
}

/// The store.
#[derive(Clone, Copy, Debug)]
pub struct StoreConfig {
    /// Accepting stops where less than this is free.
    pub reserve_bytes: u64,
}

/// How far history reaches, whichever comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryConfig {
    /// Finished events are removed when they have been finished for longer.
    pub age_max: Duration,
    /// Finished events are removed, oldest first, while more bytes than this are in use.
    pub size_max_bytes: u64,
}

/// Log lines.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub level: tracing::Level,
    /// As JSON, one object a line, in place of text.
    pub json: bool,
}

impl Config {
    /// Reads and checks all layers.
    ///
    /// # Errors
    ///
    /// The first layer that is wrong, with all that is wrong in it.
    pub fn load(layers: &Layers) -> Result<Config, ConfigError> {
        let (table, base) = layers.merge()?;
        typed::read(&table, &base, layers)
    }
}

/// A path of the file, counted from the file's folder.
fn resolve(base: &Path, path: &str) -> PathBuf {
    base.join(path)
}

#[cfg(test)]
mod tests;

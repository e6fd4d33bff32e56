//! The way out: the target guard, the resolver and the one client.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use deliver::{Client, ClientParts, Resolve, SystemResolver, TargetGuard, TcpDialer};
use rustls::{
    ClientConfig,
    pki_types::{CertificateDer, pem::PemObject},
};

use super::BuildError;
use crate::config::Config;

pub(super) struct Network {
    pub(super) guard: Arc<TargetGuard>,
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) client: Client,
}

impl Network {
    /// `own` are the addresses that our listeners are bound to.
    pub(super) fn new(config: &Config, own: Vec<SocketAddr>) -> Result<Network, BuildError> {
        let guard = Arc::new(TargetGuard::new(config.private_targets.clone(), own));
        let resolver: Arc<dyn Resolve> = Arc::new(SystemResolver::default());
        let client = Client::new(ClientParts {
            guard: guard.clone(),
            resolver: resolver.clone(),
            dialer: Arc::new(TcpDialer),
            tls: Arc::new(tls(&config.ca_files)?),
        });
        Ok(Network { guard, resolver, client })
    }
}

fn tls(ca_files: &[PathBuf]) -> Result<ClientConfig, BuildError> {
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

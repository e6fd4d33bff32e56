//! The connector: from a URL's origin to a connection that may carry a request.
//!
//! It is the only maker of connections for deliveries, and takes each through the target guard:
//! the guard's [`check`](TargetGuard::check) resolves once and judges every address, literals
//! too; then exactly these are dialled, in the resolver's order, the first that answers; then
//! TLS for https, asking for the URL's host. There is no proxy and no variable that names one.
//!
//! Bounds: DNS 2 s; dialling 5 s in all, shared by at most 8 addresses, of which each has an equal
//! part of what is left; the TLS handshake 5 s. They hold by themselves, since hyper may finish a
//! connection for the pool after the attempt that asked for it has ended.
//!
//! Never: dials an address that the guard did not pass in this very call; resolves a second time.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tower_service::Service;
use url::{Host, Url};

use crate::dialer::{Dial, Wire};
use crate::resolver::{DNS_TIMEOUT, Resolve, ResolveError};
use crate::target_guard::TargetPolicy;
use crate::target_guard::{Forbidden, Reason, Scheme, Target, TargetError, TargetGuard};

mod error;
mod stream;
#[cfg(test)]
mod tests;

pub use error::{ConnectError, TlsFault};
pub(crate) use stream::GuardedStream;
pub use stream::Origin;

/// How long dialling may take, over all addresses.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the TLS handshake may take.
pub const TLS_TIMEOUT: Duration = Duration::from_secs(5);
/// Addresses dialled for one connection. Every address is judged, also those beyond.
pub const DIALLED_ADDRESSES_MAX: usize = 8;

/// What every connector shares.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) guard: Arc<TargetGuard>,
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) dialer: Arc<dyn Dial>,
}

/// Connects under one policy and one TLS configuration.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    network: Arc<Network>,
    policy: TargetPolicy,
    tls: Arc<ClientConfig>,
}

impl Connector {
    pub(crate) fn new(network: Arc<Network>, policy: TargetPolicy, tls: Arc<ClientConfig>) -> Self {
        Self { network, policy, tls }
    }

    async fn connect(self, origin: Uri) -> Result<GuardedStream, ConnectError> {
        // The same parser that read the webhook's URL; on its own output it changes nothing.
        let Some((url, scheme)) = Url::parse(&origin.to_string())
            .ok()
            .and_then(|url| Scheme::of(&url).map(|scheme| (url, scheme)))
        else {
            return Err(Forbidden { target: Target::Url, reason: Reason::Scheme }.into());
        };
        let vetted = self.vet(&url).await?;
        let (wire, address) = self.dial(&vetted).await?;
        let wire = match scheme {
            Scheme::Http => wire,
            Scheme::Https => self.handshake(&url, wire).await?,
        };
        Ok(GuardedStream::new(TokioIo::new(wire), address))
    }

    /// The guard's judgement, with a bound of our own on a resolver that has none.
    async fn vet(&self, url: &Url) -> Result<Vec<SocketAddr>, ConnectError> {
        let check = self.network.guard.check(url, self.policy, &*self.network.resolver);
        match timeout(DNS_TIMEOUT, check).await {
            Ok(Ok(vetted)) => Ok(vetted),
            Ok(Err(TargetError::Forbidden(forbidden))) => Err(forbidden.into()),
            Ok(Err(TargetError::Dns(error))) => Err(ConnectError::Dns(error)),
            Err(_) => Err(ConnectError::Dns(ResolveError::Timeout)),
        }
    }

    /// The first address that answers. The error is that of the last one tried.
    async fn dial(
        &self,
        vetted: &[SocketAddr],
    ) -> Result<(Box<dyn Wire>, SocketAddr), ConnectError> {
        let deadline = Instant::now() + CONNECT_TIMEOUT;
        let dialled = &vetted[..vetted.len().min(DIALLED_ADDRESSES_MAX)];
        let mut failed = ConnectError::Dns(ResolveError::NoAddress);
        for (tried, &address) in dialled.iter().enumerate() {
            let left = (dialled.len() - tried) as u32;
            let now = Instant::now();
            let until = now + deadline.saturating_duration_since(now) / left;
            match timeout_at(until, self.network.dialer.dial(address)).await {
                Ok(Ok(wire)) => return Ok((wire, address)),
                Ok(Err(error)) => failed = ConnectError::dialling(address, error),
                Err(_) => failed = ConnectError::ConnectTimeout { address },
            }
        }
        Err(failed)
    }

    async fn handshake(
        &self,
        url: &Url,
        wire: Box<dyn Wire>,
    ) -> Result<Box<dyn Wire>, ConnectError> {
        let name = server_name(url).ok_or(ConnectError::Tls(TlsFault::ServerName))?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        match timeout(TLS_TIMEOUT, connector.connect(name, wire)).await {
            Ok(Ok(stream)) => Ok(Box::new(stream)),
            Ok(Err(error)) => Err(ConnectError::Tls(TlsFault::from_io(error))),
            Err(_) => Err(ConnectError::TlsTimeout),
        }
    }
}

/// The host as TLS names it: without the root's trailing dot (RFC 6066, 3).
fn server_name(url: &Url) -> Option<ServerName<'static>> {
    match url.host()? {
        Host::Ipv4(ip) => Some(ServerName::IpAddress(ip.into())),
        Host::Ipv6(ip) => Some(ServerName::IpAddress(ip.into())),
        Host::Domain(name) => {
            ServerName::try_from(name.strip_suffix('.').unwrap_or(name).to_owned()).ok()
        }
    }
}

impl Service<Uri> for Connector {
    type Response = GuardedStream;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<GuardedStream, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, origin: Uri) -> Self::Future {
        Box::pin(self.clone().connect(origin))
    }
}

impl Connection for GuardedStream {
    fn connected(&self) -> Connected {
        Connected::new().extra(self.origin().clone())
    }
}

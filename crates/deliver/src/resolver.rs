//! Names to addresses.
//!
//! Owns the [`Resolve`] seam and the operating system's resolver behind it. Bounds: 2 s a name,
//! 64 lookups under way, 64 addresses of an answer. Nothing is cached here: every new connection
//! asks again, and kept-alive connections save most of the asking.
//!
//! Never: judges an address. That is the target guard's.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

/// How long one name may take, waiting for a free lookup included.
pub const DNS_TIMEOUT: Duration = Duration::from_secs(2);
/// Lookups of the operating system under way at once. Each holds a thread until the system gives
/// up, which can be long after [`DNS_TIMEOUT`].
pub const LOOKUPS_MAX: usize = 64;
/// Addresses taken from one answer. Those beyond are neither judged nor dialled.
pub const ANSWER_ADDRESSES_MAX: usize = 64;

/// What [`Resolve::resolve`] gives.
pub type Resolving<'a> =
    Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, ResolveError>> + Send + 'a>>;

/// Finds the addresses of a name. Asked once for each new connection.
pub trait Resolve: Send + Sync + fmt::Debug {
    /// The addresses of `name` in the order to be tried; at least one.
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a>;
}

/// Why a name has no addresses.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// The system's resolver failed: no such name, or no answer from its servers. The system says
    /// which only in the text of the cause.
    #[error("the lookup failed")]
    Lookup(#[source] Arc<io::Error>),
    /// The name exists and has no address.
    #[error("the name has no address")]
    NoAddress,
    /// No answer within [`DNS_TIMEOUT`].
    #[error("no answer within {} s", DNS_TIMEOUT.as_secs())]
    Timeout,
}

/// The operating system's resolver: hosts file, search domains and all.
#[derive(Debug)]
pub struct SystemResolver {
    lookups: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self { lookups: Arc::new(Semaphore::new(LOOKUPS_MAX)) }
    }
}

impl SystemResolver {
    /// The lookup runs in a task of its own, which keeps its permit until the system's call has
    /// ended: a caller who stops waiting does not end that call.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    async fn lookup(&self, name: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let failed = |error| ResolveError::Lookup(Arc::new(error));
        let permit = Arc::clone(&self.lookups)
            .acquire_owned()
            .await
            .map_err(|closed| failed(io::Error::other(closed)))?;
        let name = name.to_owned();
        let lookup = tokio::spawn(async move {
            let answer = tokio::net::lookup_host((name, 0)).await;
            drop(permit);
            answer.map(|answer| answer.take(ANSWER_ADDRESSES_MAX).map(|it| it.ip()).collect())
        });
        lookup.await.map_err(|join| failed(join.into()))?.map_err(failed)
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            let found: Vec<_> = tokio::time::timeout(DNS_TIMEOUT, self.lookup(name))
                .await
                .map_err(|_| ResolveError::Timeout)??;
            if found.is_empty() { Err(ResolveError::NoAddress) } else { Ok(found) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn localhost_is_a_loopback_address() {
        let found = SystemResolver::default().resolve("localhost").await.unwrap();
        assert!(found.iter().all(IpAddr::is_loopback), "{found:?}");
    }

    #[tokio::test]
    async fn a_name_that_cannot_exist_fails() {
        // RFC 6761, 6.4: `invalid` has no addresses, and resolvers know it.
        let answer = SystemResolver::default().resolve("nowhere.invalid").await;
        assert!(answer.is_err(), "{answer:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_for_a_free_lookup_counts() {
        let resolver = SystemResolver::default();
        let _all = resolver.lookups.acquire_many(LOOKUPS_MAX as u32).await.unwrap();
        let answer = resolver.resolve("localhost").await;
        assert!(matches!(answer, Err(ResolveError::Timeout)), "{answer:?}");
    }
}

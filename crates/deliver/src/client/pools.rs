//! The pools of kept-alive connections, one for each policy and TLS configuration.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;

use super::response::HEAD_BYTES_MAX;
use crate::connector::{Connector, Network};
use crate::target_guard::TargetPolicy;

/// Pools at once. Four policies with the server's own TLS, and the rest for webhooks with theirs.
pub const POOLS_MAX: usize = 64;
/// How long a connection is kept without use.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// Connections kept without use, to one origin and in one pool.
const IDLE_PER_HOST_MAX: usize = 32;

pub(super) type HttpClient = legacy::Client<Connector, Full<Bytes>>;

/// The address of a TLS configuration is its identity: the pool's connector holds it, so the
/// address is not given to another while the pool is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct PoolKey {
    policy: TargetPolicy,
    tls: usize,
}

#[derive(Debug)]
struct Pool {
    client: HttpClient,
    used: u64,
}

#[derive(Debug, Default)]
struct Shelf {
    pools: HashMap<PoolKey, Pool>,
    uses: u64,
}

#[derive(Debug, Default)]
pub(super) struct Pools(Mutex<Shelf>);

impl Pools {
    /// The client of this policy and TLS configuration. One that is taken out while it sends goes
    /// on to the end of its exchange; its idle connections close.
    pub(super) fn client(
        &self,
        network: &Arc<Network>,
        policy: TargetPolicy,
        tls: Arc<ClientConfig>,
    ) -> HttpClient {
        let key = PoolKey { policy, tls: Arc::as_ptr(&tls).addr() };
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Shelf { pools, uses } = &mut *shelf;
        *uses += 1;
        if pools.len() >= POOLS_MAX && !pools.contains_key(&key) {
            let oldest = pools.iter().min_by_key(|(_, pool)| pool.used).map(|(key, _)| *key);
            oldest.map(|oldest| pools.remove(&oldest));
        }
        let pool = match pools.entry(key) {
            Entry::Occupied(found) => found.into_mut(),
            Entry::Vacant(free) => {
                let connector = Connector::new(Arc::clone(network), policy, tls);
                free.insert(Pool { client: build(connector), used: 0 })
            }
        };
        pool.used = *uses;
        pool.client.clone()
    }
}

fn build(connector: Connector) -> HttpClient {
    legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(IDLE_PER_HOST_MAX)
        .retry_canceled_requests(true)
        // Names are equal in either case; receivers that compare bytes know the title case.
        .http1_title_case_headers(true)
        .http1_max_buf_size(HEAD_BYTES_MAX)
        .build(connector)
}

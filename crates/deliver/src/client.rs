//! The client: one request out, one [`Exchange`] back.
//!
//! # One deadline
//!
//! An attempt has one time limit, from the call to the end of the answer: name, dialling, TLS,
//! request, status line, body. When it runs out the connection is dropped.
//!
//! # When an answer counts
//!
//! A status other than 2xx counts as soon as it came: it is a failure either way, and a 410 or a
//! `Retry-After` must not be lost to a body that hangs. A 2xx counts when its body ended in time
//! or reached [`BODY_READ_MAX`], after which nobody reads on and the connection is dropped. A 2xx
//! whose body stalls or breaks before that is `timeout` or `protocol`: it may come from a receiver,
//! or a proxy before it, that died while it worked. Trying again is safe (the request id is the
//! same), taking half an answer for a whole one is not. An endless receiver so holds its place for
//! the attempt's timeout and no longer.
//!
//! # Connections
//!
//! HTTP/1.1, kept alive: idle for 60 s, at most 32 idle to an origin. A connection was judged
//! under a policy when it was made, so each policy and each TLS configuration has a pool of its
//! own and never sees another's connections; at most [`POOLS_MAX`] pools, the one longest unused
//! goes first. The URL itself is judged at every request.
//!
//! A receiver may close a kept-alive connection while a request is on its way to it. Where hyper
//! hands the request back whole, which it does only while it has not begun to write it, hyper-util
//! takes the next connection, under the same deadline: the receiver saw nothing, so that is no
//! attempt. It goes through idle connections, then makes one; a fresh one is not replaced. Once a
//! byte may have left, a closed connection is `protocol`.
//!
//! Never: follows a redirect; sends `Expect`; decompresses; sends a `Host` other than the URL's, or
//! framing headers of the caller's; sends anything but `POST`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::Full;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use rustls::ClientConfig;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::connector::{Network, Origin};
use crate::dialer::Dial;
use crate::outcome::{Exchange, Failure, Outcome, Phase};
use crate::resolver::Resolve;
use crate::target_guard::{TargetGuard, TargetPolicy};

mod failure;
mod pools;
mod response;
#[cfg(test)]
mod tests;

pub use pools::POOLS_MAX;
pub use response::{BODY_KEPT_MAX, BODY_READ_MAX, HEADER_BYTES_KEPT_MAX, HEADERS_KEPT_MAX};
pub use response::{HEAD_BYTES_MAX, Response};

use pools::Pools;
use response::{Body, BodyEnd};

/// The longest an attempt may be given; what asks for more gets this.
pub const TIMEOUT_MAX: Duration = Duration::from_secs(300);

/// Headers that the connection owns: what the caller put there is dropped.
const RESERVED_HEADERS: [HeaderName; 8] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::UPGRADE,
    header::EXPECT,
];

/// What a client is made of.
#[derive(Clone, Debug)]
pub struct ClientParts {
    pub guard: Arc<TargetGuard>,
    pub resolver: Arc<dyn Resolve>,
    pub dialer: Arc<dyn Dial>,
    /// For webhooks that bring no TLS configuration; see [`crate::tls::client_config`].
    pub tls: Arc<ClientConfig>,
}

/// A request to be sent by `POST`.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Where to. A fragment is not sent.
    pub url: Url,
    /// Sent as they are, names in title case; without `Host`, framing and hop-by-hop headers.
    pub headers: HeaderMap,
    /// Sent as it is.
    pub body: Bytes,
    /// For the whole attempt; at most [`TIMEOUT_MAX`].
    pub timeout: Duration,
    /// What the webhook may reach.
    pub policy: TargetPolicy,
    /// The webhook's own TLS configuration. Its identity is the `Arc`: pass the same one for the
    /// same webhook, or its connections are not reused.
    pub tls: Option<Arc<ClientConfig>>,
}

/// Sends requests; one for the server. Cheap to share, never fails: all that can happen is an
/// [`Exchange`].
#[derive(Debug)]
pub struct Client {
    network: Arc<Network>,
    tls: Arc<ClientConfig>,
    pools: Pools,
}

impl Client {
    /// A client with no connections yet.
    pub fn new(parts: ClientParts) -> Self {
        let ClientParts { guard, resolver, dialer, tls } = parts;
        Self {
            network: Arc::new(Network { guard, resolver, dialer }),
            tls,
            pools: Pools::default(),
        }
    }

    /// Sends one request and reads its answer.
    pub async fn send(&self, outgoing: Outgoing) -> Exchange {
        let started = Instant::now();
        let deadline = started + outgoing.timeout.min(TIMEOUT_MAX);
        let mut exchange = self.exchange(outgoing, deadline).await;
        exchange.duration = started.elapsed();
        exchange
    }

    async fn exchange(&self, outgoing: Outgoing, deadline: Instant) -> Exchange {
        if let Err(forbidden) = self.network.guard.check_url(&outgoing.url, outgoing.policy) {
            return failed(forbidden.into(), None);
        }
        let policy = outgoing.policy;
        let tls = Arc::clone(outgoing.tls.as_ref().unwrap_or(&self.tls));
        let mut request = match request(outgoing) {
            Ok(request) => request,
            Err(error) => return failed(Failure::Url(Arc::new(error)), None),
        };
        let capture = capture_connection(&mut request);
        let client = self.pools.client(&self.network, policy, tls);
        let response = match timeout_at(deadline, client.request(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return failed(failure::of(error), address(&capture)),
            Err(_) => {
                let address = address(&capture);
                let phase = if address.is_some() { Phase::Answer } else { Phase::Connecting };
                return failed(Failure::Timeout(phase), address);
            }
        };
        let (head, incoming) = response.into_parts();
        let reused = head.extensions.get::<Origin>().is_some_and(Origin::mark_answered);
        let body = response::read(incoming, deadline).await;
        answered(head.status, &head.headers, body, reused, address(&capture))
    }
}

/// The request as it is sent. The only thing that can be wrong with it is the URL.
fn request(outgoing: Outgoing) -> Result<Request<Full<Bytes>>, http::uri::InvalidUri> {
    let Outgoing { mut url, mut headers, body, .. } = outgoing;
    url.set_fragment(None);
    for name in RESERVED_HEADERS {
        headers.remove(name);
    }
    // hyper leaves it out where the body is empty; RFC 9110, 8.6, wants it, and some answer 411.
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = String::from(url).parse::<Uri>()?;
    *request.headers_mut() = headers;
    Ok(request)
}

/// Where the connection leads that was taken for the request, once there was one.
fn address(capture: &CaptureConnection) -> Option<SocketAddr> {
    let mut extensions = http::Extensions::new();
    capture.connection_metadata().as_ref()?.get_extras(&mut extensions);
    extensions.get().map(Origin::address)
}

fn failed(failure: Failure, address: Option<SocketAddr>) -> Exchange {
    Exchange {
        outcome: failure.outcome(),
        failure: Some(failure),
        response: None,
        address,
        reused: false,
        duration: Duration::ZERO,
    }
}

fn answered(
    status: StatusCode,
    headers: &HeaderMap,
    body: Body,
    reused: bool,
    address: Option<SocketAddr>,
) -> Exchange {
    let failure = match body.end {
        _ if !status.is_success() => None,
        BodyEnd::Whole | BodyEnd::Capped => None,
        BodyEnd::Deadline => Some(Failure::Timeout(Phase::Body)),
        BodyEnd::Broken(ref error) => Some(failure::of_body(Arc::clone(error))),
    };
    let outcome = match &failure {
        Some(failure) => failure.outcome(),
        None if status.is_success() => Outcome::Delivered,
        None => Outcome::Status,
    };
    let response = Some(Response::keep(status, headers, body));
    Exchange { outcome, failure, response, address, reused, duration: Duration::ZERO }
}

//! The tower layer: a service that calls the one behind it with genuine requests only.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{Either, Full};
use tower_layer::Layer;
use tower_service::Service;

use crate::source::Source;

/// Puts a [`Source`] before a service. The crate's page has an example.
#[derive(Debug, Clone)]
pub struct VerifyLayer {
    source: Source,
}

impl VerifyLayer {
    /// Every service of this layer verifies by `source`.
    #[must_use]
    pub fn new(source: Source) -> Self {
        Self { source }
    }
}

impl<S> Layer<S> for VerifyLayer {
    type Service = Verify<S>;

    fn layer(&self, inner: S) -> Verify<S> {
        Verify { source: self.source.clone(), inner }
    }
}

/// A service that verifies each request and calls the one behind it with genuine ones, as
/// `Request<Full<Bytes>>` with [`Facts`](crate::Facts) among the extensions. The answer to any other
/// request is [`Refusal::response`](crate::Refusal::response).
///
/// It reads a body only after the service behind it was ready to take a request.
#[derive(Debug, Clone)]
pub struct Verify<S> {
    source: Source,
    inner: S,
}

impl<S, B, A> Service<Request<B>> for Verify<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<A>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Send,
    A: 'static,
{
    type Response = Response<Either<A, Full<Bytes>>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that was ready goes along; a fresh clone stays.
        let fresh = self.inner.clone();
        let mut ready = mem::replace(&mut self.inner, fresh);
        let source = self.source.clone();
        Box::pin(async move {
            match source.receive(request).await {
                Ok(verified) => Ok(ready.call(verified.into_request()).await?.map(Either::Left)),
                Err(refusal) => Ok(refusal.response().map(Either::Right)),
            }
        })
    }
}

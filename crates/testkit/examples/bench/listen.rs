//! Listening, the same for every program of the benchmark that answers requests.
//!
//! Binds 127.0.0.1, prints `public: http://ADDRESS` as the server does, serves HTTP/1.1 with
//! keep-alive, and ends with 0 at SIGTERM. No limits: the only client is the benchmark.

use std::convert::Infallible;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Serves until SIGTERM.
///
/// # Errors
/// No port or no signal could be had.
pub(crate) async fn serve<H, F>(handle: H) -> Result<()>
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let mut terminate = signal(SignalKind::terminate()).context("waiting for SIGTERM")?;
    let listener = TcpListener::bind("127.0.0.1:0").await.context("binding")?;
    println!("public: http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted.context("accepting")?,
            _ = terminate.recv() => return Ok(()),
        };
        stream.set_nodelay(true)?;
        let handle = handle.clone();
        let service = service_fn(move |request| {
            let answer = handle(request);
            async move { Ok::<_, Infallible>(answer.await) }
        });
        tokio::spawn(async move {
            // A connection that breaks shows in what its client counts.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// The whole body, or an empty one where the connection broke in it.
pub(crate) async fn read(body: Incoming) -> Bytes {
    let collected = body.collect().await;
    collected.map(http_body_util::Collected::to_bytes).unwrap_or_default()
}

/// An answer without headers.
pub(crate) fn answer(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response
}

//! Answers 202 after reading a body and forwards it: what receiving and delivering cost without
//! keeping or checking anything.
//!
//! A queue of [`QUEUE_MAX`] requests in memory, a keep-alive client with [`IN_FLIGHT_MAX`] in
//! flight. A full queue makes the sender wait. What cannot be forwarded is dropped.

#[path = "bench/listen.rs"]
mod listen;

use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use clap::Parser;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{CONTENT_LENGTH, HOST};
use hyper::{HeaderMap, Method, Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::{Semaphore, mpsc};

const QUEUE_MAX: usize = 8_192;
const IN_FLIGHT_MAX: usize = 32;

#[derive(Debug, Parser)]
struct Arguments {
    /// Where to forward to.
    #[arg(long)]
    to: Uri,
}

/// One request that waits to be forwarded.
#[derive(Debug)]
struct Queued {
    headers: HeaderMap,
    body: Bytes,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let (queue, queued) = mpsc::channel(QUEUE_MAX);
    tokio::spawn(forward(arguments.to, queued));
    listen::serve(move |request| {
        let queue = queue.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = listen::read(body).await;
            let headers = parts.headers;
            let status = match queue.send(Queued { headers, body }).await {
                Ok(()) => StatusCode::ACCEPTED,
                Err(_) => StatusCode::SERVICE_UNAVAILABLE,
            };
            listen::answer(status, "")
        }
    })
    .await
}

async fn forward(to: Uri, mut queued: mpsc::Receiver<Queued>) {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(IN_FLIGHT_MAX)
        .build::<_, Full<Bytes>>(connector);
    let places = Arc::new(Semaphore::new(IN_FLIGHT_MAX));
    while let Some(one) = queued.recv().await {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let mut request = Request::new(Full::new(one.body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = to.clone();
        *request.headers_mut() = one.headers;
        request.headers_mut().remove(HOST);
        request.headers_mut().remove(CONTENT_LENGTH);
        let answer = client.request(request);
        tokio::spawn(async move {
            match answer.await {
                // Read to its end, so that the connection can be used again.
                Ok(response) => drop(response.into_body().collect().await),
                Err(error) => eprintln!("not forwarded: {error}"),
            }
            drop(place);
        });
    }
}

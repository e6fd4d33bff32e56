//! A sample receiver: answers 200 and passes on what arrived.

use std::{convert::Infallible, net::SocketAddr};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::mpsc};

const BODY_MAX: usize = 1024 * 1024;
const ARRIVED_MAX: usize = 16;

/// A request that arrived.
#[derive(Debug)]
pub(super) struct Arrived {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// A receiver on a free port of this machine. Ends when the runtime does.
#[derive(Debug)]
pub(super) struct SampleReceiver {
    address: SocketAddr,
    arrived: mpsc::Receiver<Arrived>,
}

impl SampleReceiver {
    pub(super) async fn start() -> std::io::Result<SampleReceiver> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (pass_on, arrived) = mpsc::channel(ARRIVED_MAX);
        tokio::spawn(accept(listener, pass_on));
        Ok(SampleReceiver { address, arrived })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next request.
    pub(super) async fn next(&mut self) -> Option<Arrived> {
        self.arrived.recv().await
    }
}

async fn accept(listener: TcpListener, pass_on: mpsc::Sender<Arrived>) {
    while let Ok((stream, _)) = listener.accept().await {
        let pass_on = pass_on.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, pass_on.clone()));
            // A connection that breaks is made again by the sender.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    pass_on: mpsc::Sender<Arrived>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_MAX).collect().await else {
        return Ok(Response::builder().status(400).body(Full::default()).unwrap_or_default());
    };
    let arrived = Arrived { headers: parts.headers, body: body.to_bytes() };
    // The demonstration has ended where nobody listens.
    let _ = pass_on.send(arrived).await;
    Ok(Response::default())
}

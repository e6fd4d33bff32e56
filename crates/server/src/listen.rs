//! The two listeners: binding, accepting, and the limits of a connection.
//!
//! Limits of each connection: [`HEADER_READ_MAX`] for the header of a request, at most
//! [`HEADERS_MAX`] headers in [`HEAD_BYTES_MAX`], HTTP/1.1 only. At most [`CONNECTIONS_MAX`]
//! connections a listener; beyond that they wait in the system's queue.
//!
//! Stopping: no connection is taken any more, those that are open end after the request under way.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{Semaphore, watch},
};

/// The most time for the header of a request; also how long an idle connection is kept.
pub const HEADER_READ_MAX: Duration = Duration::from_secs(30);
/// The most headers of a request.
pub const HEADERS_MAX: usize = 64;
/// The most bytes of a request's header.
pub const HEAD_BYTES_MAX: usize = 32 * 1024;
/// The most connections of one listener.
pub const CONNECTIONS_MAX: usize = 8_192;
/// How many connections wait in the system's queue: more than a burst of a provider's, because one
/// that finds no place tries again only after a second.
const BACKLOG: u32 = 1_024;
/// How long open connections may take to end when the server stops.
const CLOSE_MAX: Duration = Duration::from_secs(10);
/// How long accepting pauses where the system has no more files to give.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// Why an address cannot be listened at.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen at {address} (`{setting}`): {}", remedy(.error))]
pub struct BindError {
    address: SocketAddr,
    setting: &'static str,
    #[source]
    error: io::Error,
}

fn remedy(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program listens there; stop it, or set another address".to_owned()
        }
        io::ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "ports under 1024 need a permission; set another port".to_owned()
        }
        kind => kind.to_string(),
    }
}

/// Binds a listener.
///
/// # Errors
///
/// [`BindError`] names the setting and the remedy.
pub fn bind(address: SocketAddr, setting: &'static str) -> Result<TcpListener, BindError> {
    let bind = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // A restart is not to wait for connections of the run before to time out.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    bind().map_err(|error| BindError { address, setting, error })
}

/// Serves a listener until `stop` turns true; then waits for the requests under way. `count` hears
/// of each connection that opens (1) and closes (-1).
pub async fn serve<H, F, B>(
    listener: TcpListener,
    handle: H,
    count: impl Fn(i64) + Clone + Send + 'static,
    mut stop: watch::Receiver<bool>,
) where
    H: Fn(Request<Incoming>, SocketAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Some((stream, peer, place)) = accepted else {
            continue;
        };
        let handle = handle.clone();
        let service = service_fn(move |request| {
            let answer = handle(request, peer);
            async move { Ok::<_, Infallible>(answer.await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_READ_MAX)
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service);
        let watched = graceful.watch(connection);
        let count = count.clone();
        count(1);
        tokio::spawn(async move {
            // A connection that breaks is its peer's affair; what was confirmed is on disk.
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection broke");
            }
            count(-1);
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(CLOSE_MAX, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were still open at the end");
    }
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<Accepted> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are small and awaited: they are not to wait for more to be sent with them.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection was not accepted");
            tokio::time::sleep(ACCEPT_AGAIN).await;
            None
        }
    }
}

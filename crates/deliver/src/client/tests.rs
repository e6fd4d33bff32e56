//! The client against receivers on loopback that speak raw TCP.

use std::net::SocketAddr;
use std::sync::Arc;

use http::HeaderValue;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::connector::ConnectError;
use crate::dialer::TcpDialer;
use crate::outcome::Fault;
use crate::resolver::SystemResolver;
use crate::simulated::{Lead, Names, PUBLIC, Wires};

mod answers;
mod connections;
mod encrypted;

/// Time enough for anything that is meant to succeed.
const AMPLE: Duration = Duration::from_secs(20);
/// The time of an attempt that is meant to run out.
const SHORT: Duration = Duration::from_millis(150);

const PRIVATE: TargetPolicy = TargetPolicy { allow_private: true, allow_public_http: false };
const ALL: TargetPolicy = TargetPolicy { allow_private: true, allow_public_http: true };

/// A receiver that treats every connection so. It ends with the test's runtime.
async fn receiver<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// A receiver that answers every request on a connection with these bytes and keeps it open.
async fn answering(answer: impl Into<Vec<u8>>) -> SocketAddr {
    let answer: Arc<[u8]> = answer.into().into();
    receiver(move |mut stream| {
        let answer = Arc::clone(&answer);
        async move {
            while read_request(&mut stream).await.is_some() {
                if stream.write_all(&answer).await.is_err() {
                    return;
                }
            }
        }
    })
    .await
}

/// One request with its body, as text; nothing when the connection ended before.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// A client on the real network.
fn client() -> Client {
    Client::new(ClientParts {
        guard: Arc::new(TargetGuard::default()),
        resolver: Arc::new(SystemResolver::default()),
        dialer: Arc::new(TcpDialer),
        tls: Arc::new(crate::tls::client_config_trusting_only(&[]).unwrap()),
    })
}

fn to(url: &str, policy: TargetPolicy) -> Outgoing {
    Outgoing {
        url: Url::parse(url).unwrap(),
        headers: HeaderMap::new(),
        body: Bytes::from_static(b"{}"),
        timeout: AMPLE,
        policy,
        tls: None,
    }
}

fn at(address: SocketAddr) -> Outgoing {
    to(&format!("http://{address}/hook?a=b#c"), PRIVATE)
}

/// One attempt with ample time.
async fn attempt(address: SocketAddr) -> Exchange {
    client().send(at(address)).await
}

/// One attempt whose time is meant to run out.
async fn short_attempt(address: SocketAddr) -> Exchange {
    let exchange = client().send(Outgoing { timeout: SHORT, ..at(address) }).await;
    assert!(exchange.duration >= SHORT && exchange.duration < AMPLE, "{exchange:?}");
    exchange
}

fn outcome(exchange: &Exchange) -> &'static str {
    exchange.outcome.as_str()
}

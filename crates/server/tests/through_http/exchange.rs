//! One HTTP exchange with the server, on a connection of its own.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// The longest wait for an answer.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The value of a header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }
}

#[expect(clippy::disallowed_methods, reason = "plays the client: no delivery, no target guard")]
async fn dial(to: SocketAddr) -> TcpStream {
    TcpStream::connect(to).await.unwrap()
}

/// Sends a request and reads its answer.
pub(crate) async fn send(to: SocketAddr, mut request: Request<Bytes>) -> Reply {
    let host = to.to_string().parse().unwrap();
    request.headers_mut().entry("host").or_insert(host);
    let exchange = async {
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(dial(to).await)).await.unwrap();
        let connection = tokio::spawn(connection);
        let response = sender.send_request(request.map(Full::new)).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        connection.abort();
        Reply { status: parts.status.as_u16(), headers: parts.headers, body }
    };
    timeout(ANSWER_MAX, exchange).await.expect("an answer in time")
}

/// Sends bytes as they are and reads the status of what comes back.
pub(crate) async fn raw_status(to: SocketAddr, bytes: &[u8]) -> u16 {
    let exchange = async {
        let mut stream = dial(to).await;
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        while !answer.windows(4).any(|four| four == b"\r\n\r\n") {
            let read = stream.read_buf(&mut answer).await.unwrap();
            assert_ne!(read, 0, "closed without an answer");
        }
        let status = str::from_utf8(&answer[9..12]).unwrap();
        status.parse().unwrap()
    };
    timeout(ANSWER_MAX, exchange).await.expect("an answer in time")
}

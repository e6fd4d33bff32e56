//! One request to the server's own public listener, as a provider would send it.

use std::{borrow::Cow, net::SocketAddr};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

/// Posts a body and answers with the status.
#[expect(clippy::disallowed_methods, reason = "plays the provider: no delivery, no target guard")]
pub(super) async fn post(
    to: SocketAddr,
    path: &str,
    headers: &[(Cow<'static, str>, String)],
    body: &[u8],
) -> anyhow::Result<u16> {
    let stream = tokio::net::TcpStream::connect(to).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut request = Request::post(path).header("Host", to.to_string());
    request = request.header("Content-Type", "application/json");
    request = request.header("User-Agent", "Bitbucket-Webhooks/2.0");
    for (name, value) in headers {
        request = request.header(&**name, value);
    }
    let request = request.body(Full::new(Bytes::copy_from_slice(body)))?;
    Ok(sender.send_request(request).await?.status().as_u16())
}

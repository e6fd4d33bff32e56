//! A receiver of GitHub's webhooks on `http://127.0.0.1:8080`, of hyper and a verified service.
//!
//! Reads its secret from the file that `COUNTERSIGN_SECRET_FILE` names, or from `COUNTERSIGN_SECRET`;
//! an empty one ends it. `COUNTERSIGN_LISTEN` gives another address. Send it something:
//!
//! ```text
//! echo '{"zen": ""}' | countersign send --url http://127.0.0.1:8080/ \
//!     --dialect github --secret-file hook.secret --event push
//! ```

use std::convert::Infallible;
use std::{env, fs};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use countersign::{Dialect, EventKey, Secret, Verifier};
use countersign_tower::{Facts, Source, VerifyLayer};
use http::{Request, Response};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tower::{Layer as _, service_fn};

#[tokio::main]
async fn main() -> Result<()> {
    let service = TowerToHyperService::new(layer(&secret()?)?.layer(service_fn(hook)));
    let address = env::var("COUNTERSIGN_LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".into());
    let listener = tokio::net::TcpListener::bind(&address).await.context(address)?;
    println!("listening on http://{}/", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let connection =
            http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                eprintln!("a connection broke off: {error}");
            }
        });
    }
}

/// What lets genuine requests through, and no others.
pub(crate) fn layer(secret: &Secret) -> Result<VerifyLayer> {
    let verifier = Verifier::new(Dialect::Github, [secret])?;
    let source = Source::new(verifier)
        .on_refusal(|refusal, head| eprintln!("{} refused: {}", head.uri, refusal.reason()));
    Ok(VerifyLayer::new(source))
}

/// Called with genuine requests only.
pub(crate) async fn hook(
    request: Request<Full<Bytes>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let facts = request.extensions().get::<Facts>();
    let key = facts.and_then(|facts| facts.event_key.as_ref());
    let key = key.map_or("no event key", EventKey::as_str);
    println!("genuine: {key}");
    Ok(Response::new(Full::from(format!("{key}\n"))))
}

/// The secret from its file or variable: never an argument, and never empty.
fn secret() -> Result<Secret> {
    let Some(file) = env::var_os("COUNTERSIGN_SECRET_FILE") else {
        let secret = env::var("COUNTERSIGN_SECRET");
        let secret = secret.context("set COUNTERSIGN_SECRET_FILE or COUNTERSIGN_SECRET")?;
        return Secret::new(secret).context("COUNTERSIGN_SECRET");
    };
    let bytes = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
    secret_of_file(bytes).with_context(|| file.display().to_string())
}

/// The line ending that an editor leaves is no part of the secret.
pub(crate) fn secret_of_file(mut bytes: Vec<u8>) -> Result<Secret> {
    if bytes.ends_with(b"\n") {
        bytes.pop();
        if bytes.ends_with(b"\r") {
            bytes.pop();
        }
    }
    Ok(Secret::new(bytes)?)
}

//! A receiver of Bitbucket Cloud's webhooks on `http://127.0.0.1:8080/hook`.
//!
//! Reads its secret from the file that `COUNTERSIGN_SECRET_FILE` names, or from `COUNTERSIGN_SECRET`;
//! an empty one ends it. `COUNTERSIGN_LISTEN` gives another address. Send it something:
//!
//! ```text
//! echo '{"push": {}}' | countersign send --url http://127.0.0.1:8080/hook \
//!     --dialect bitbucket-cloud --secret-file hook.secret --event repo:push
//! ```

use std::{env, fs};

use anyhow::{Context as _, Result};
use axum::{Router, routing::post};
use countersign::{Dialect, EventKey, Secret, Verifier};
use countersign_axum::{Source, Verified};

#[tokio::main]
async fn main() -> Result<()> {
    let app = app(&secret()?)?;
    let address = env::var("COUNTERSIGN_LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".into());
    let listener = tokio::net::TcpListener::bind(&address).await.context(address)?;
    println!("listening on http://{}/hook", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

/// The receiver: one route, one source.
pub(crate) fn app(secret: &Secret) -> Result<Router> {
    let verifier = Verifier::new(Dialect::BitbucketCloud, [secret])?;
    let source = Source::new(verifier)
        .on_refusal(|refusal, head| eprintln!("{} refused: {}", head.uri, refusal.reason()));
    Ok(Router::new().route("/hook", post(hook)).with_state(source))
}

/// Called with genuine requests only.
async fn hook(event: Verified) -> String {
    let key = event.event_key.as_ref().map_or("no event key", EventKey::as_str);
    let id = event.request_id.as_deref().unwrap_or("no id");
    println!("genuine: {key}, {id}, {} bytes", event.body.len());
    format!("{key}\n")
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

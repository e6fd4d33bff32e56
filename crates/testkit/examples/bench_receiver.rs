//! Answers 200 to every request and counts: requests, distinct request ids, how long each was on its
//! way. With a secret it checks the signature of every [`CHECKED_EVERY`]th.
//!
//! `GET /counts` answers the counts, `GET /latency` the percentiles as well. Kept for each request:
//! its id and four bytes.

#![allow(
    clippy::disallowed_methods,
    reason = "the bans protect the server; this measures by the system's clock"
)]

#[path = "bench/body.rs"]
mod body;
#[path = "bench/latency.rs"]
mod latency;
#[path = "bench/listen.rs"]
mod listen;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use clap::Parser;
use countersign::{Dialect, Secret, UnixSeconds, Verifier};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::{Value, json};

/// Checking every signature would measure the receiver.
const CHECKED_EVERY: u64 = 64;

#[derive(Debug, Parser)]
struct Arguments {
    /// The secret that requests are signed with in `bitbucket-cloud`.
    #[arg(long)]
    secret_file: Option<PathBuf>,
}

#[derive(Debug)]
struct Receiver {
    verifier: Option<Verifier>,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    requests: u64,
    ids: HashSet<u128>,
    /// Requests without an id in the form of a UUID.
    nameless: u64,
    checked: u64,
    forged: u64,
    /// When the last id that was new arrived.
    complete_at_ns: u64,
    micros: Vec<u32>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let verifier = arguments.secret_file.as_deref().map(verifier).transpose()?;
    let receiver = Arc::new(Receiver { verifier, counts: Mutex::default() });
    listen::serve(move |request| respond(Arc::clone(&receiver), request)).await
}

fn verifier(secret_file: &Path) -> Result<Verifier> {
    let secret = fs::read(secret_file).context("the secret")?;
    let secret = Secret::new(secret.trim_ascii_end())?;
    Ok(Verifier::new(Dialect::BitbucketCloud, [&secret])?)
}

async fn respond(receiver: Arc<Receiver>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    if request.method() == Method::GET {
        let with_latency = request.uri().path() == "/latency";
        let counts = receiver.counts().told(with_latency);
        return listen::answer(StatusCode::OK, counts.to_string());
    }
    let (parts, body) = request.into_parts();
    let body = listen::read(body).await;
    receiver.count(&parts.headers, &body);
    listen::answer(StatusCode::OK, "")
}

impl Receiver {
    fn count(&self, headers: &HeaderMap, bytes: &[u8]) {
        let now_ns = body::now_ns();
        let mut counts = self.counts();
        if counts.requests.is_multiple_of(CHECKED_EVERY)
            && let Some(verifier) = &self.verifier
        {
            let at = UnixSeconds((now_ns / 1_000_000_000).cast_signed());
            counts.checked += 1;
            counts.forged += u64::from(verifier.verify(headers, bytes, at).is_err());
        }
        counts.requests += 1;
        match headers.get("X-Request-UUID").and_then(|id| uuid(id.as_bytes())) {
            Some(id) => {
                if counts.ids.insert(id) {
                    counts.complete_at_ns = now_ns;
                }
            }
            None => counts.nameless += 1,
        }
        if let Some(sent_ns) = sent_at(bytes) {
            let micros = now_ns.saturating_sub(sent_ns) / 1_000;
            counts.micros.push(u32::try_from(micros).unwrap_or(u32::MAX));
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn told(&self, with_latency: bool) -> Value {
        let mut told = json!({
            "requests": self.requests,
            "distinct": self.ids.len(),
            "nameless": self.nameless,
            "checked": self.checked,
            "forged": self.forged,
            "complete_at_ns": self.complete_at_ns,
        });
        if with_latency {
            told["latency"] = latency::summary(self.micros.clone());
        }
        told
    }
}

/// 32 hex digits, hyphens left out.
fn uuid(text: &[u8]) -> Option<u128> {
    let mut id: u128 = 0;
    let mut digits = 0;
    for byte in text.iter().filter(|byte| **byte != b'-') {
        let digit = char::from(*byte).to_digit(16)?;
        id = id << 4 | u128::from(digit);
        digits += 1;
    }
    (digits == 32).then_some(id)
}

fn sent_at(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.get(body::SENT_AT)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

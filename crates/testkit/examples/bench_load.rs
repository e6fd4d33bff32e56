//! Sends a bounded number of requests over keep-alive connections and prints what came back as JSON.
//!
//! Each connection has one request under way; all are open before the first is sent. With a secret,
//! requests are signed as Bitbucket Cloud signs them, each under a request id of its own; with a
//! token, they are published to the API. At most [`CONNECTIONS_MAX`] connections; four bytes are
//! kept for each request.

#![allow(
    clippy::disallowed_methods,
    reason = "the bans protect the server; this dials a given loopback address and measures by the system's clock"
)]

#[path = "bench/body.rs"]
mod body;
#[path = "bench/latency.rs"]
mod latency;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use clap::{Parser, value_parser};
use countersign::{Dialect, EventKey, Outgoing, Secret, Signer, UnixSeconds};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

const CONNECTIONS_MAX: u64 = 1_024;
const BODY_BYTES: usize = 2_048;

#[derive(Debug, Parser)]
struct Arguments {
    #[arg(long)]
    url: Uri,
    #[arg(long, value_parser = value_parser!(u64).range(1..=CONNECTIONS_MAX))]
    connections: u64,
    /// How many requests in all.
    #[arg(long)]
    requests: u64,
    /// So many a second; as fast as answers come where it is not given.
    #[arg(long, value_parser = value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// Sign in `bitbucket-cloud` with this secret.
    #[arg(long)]
    secret_file: Option<PathBuf>,
    /// Publish with this token.
    #[arg(long, conflicts_with = "secret_file")]
    token_file: Option<PathBuf>,
}

/// What all connections share.
struct Load {
    arguments: Arguments,
    host: HeaderValue,
    manner: Manner,
    /// In the request ids, so that no two runs share one.
    run: u64,
    next: AtomicU64,
}

enum Manner {
    Plain,
    Signed { signer: Signer, key: EventKey },
    Published(HeaderValue),
}

#[derive(Default)]
struct Answers {
    statuses: BTreeMap<u16, u64>,
    micros: Vec<u32>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let load = Arc::new(Load::new(Arguments::parse())?);
    let mut senders = Vec::new();
    for _ in 0..load.arguments.connections {
        senders.push(load.connect().await?);
    }
    let (began, began_ns) = (Instant::now(), body::now_ns());
    let mut connections = JoinSet::new();
    for sender in senders {
        connections.spawn(Arc::clone(&load).send_all(sender, began));
    }
    let mut all = Answers::default();
    while let Some(done) = connections.join_next().await {
        all.add(done??);
    }
    let seconds = began.elapsed().as_secs_f64();
    let requests = all.micros.len();
    let told = json!({
        "requests": requests,
        "began_at_ns": began_ns,
        "seconds": seconds,
        "per_second": requests as f64 / seconds,
        "statuses": all.statuses,
        "latency": latency::summary(all.micros),
    });
    println!("{told}");
    Ok(())
}

impl Load {
    fn new(arguments: Arguments) -> Result<Self> {
        let authority = arguments.url.authority().context("the URL has no host")?;
        let host = HeaderValue::from_str(authority.as_str())?;
        let manner = match (&arguments.secret_file, &arguments.token_file) {
            (Some(file), _) => Manner::signed(file)?,
            (None, Some(file)) => {
                let token = fs::read_to_string(file).context("the token")?;
                Manner::Published(HeaderValue::from_str(&format!("Bearer {}", token.trim()))?)
            }
            (None, None) => Manner::Plain,
        };
        Ok(Self { host, manner, run: body::now_ns(), next: AtomicU64::new(0), arguments })
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>> {
        let stream = TcpStream::connect(self.host.to_str()?).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            // Its error is also that of the request under way.
            let _ = connection.await;
        });
        Ok(sender)
    }

    async fn send_all(
        self: Arc<Self>,
        mut sender: SendRequest<Full<Bytes>>,
        began: Instant,
    ) -> Result<Answers> {
        let mut answers = Answers::default();
        loop {
            let serial = self.next.fetch_add(1, Ordering::Relaxed);
            if serial >= self.arguments.requests {
                return Ok(answers);
            }
            if let Some(rate) = self.arguments.rate {
                let due = Duration::from_secs_f64(serial as f64 / f64::from(rate));
                sleep_until(began + due).await;
            }
            let request = self.request(serial)?;
            sender.ready().await?;
            let sent = Instant::now();
            let response = sender.send_request(request).await?;
            let status = response.status().as_u16();
            response.into_body().collect().await?;
            answers.count(status, sent.elapsed());
        }
    }

    fn request(&self, serial: u64) -> Result<Request<Full<Bytes>>> {
        let now_ns = body::now_ns();
        let body = json_body(serial, now_ns);
        let path = self.arguments.url.path_and_query();
        let mut request = Request::post(path.context("the URL has no path")?.as_str())
            .header(HOST, &self.host)
            .header(CONTENT_TYPE, "application/json");
        match &self.manner {
            Manner::Plain => {}
            Manner::Published(token) => request = request.header(AUTHORIZATION, token),
            Manner::Signed { signer, key } => {
                let (run, first) = (self.run, self.run >> 32 & 0xffff_ffff);
                let id = format!(
                    "{first:08x}-{:04x}-4{:03x}-8000-{serial:012x}",
                    run >> 16 & 0xffff,
                    run & 0xfff
                );
                let headers = signer.headers(&Outgoing {
                    event_key: key,
                    request_id: &id,
                    attempt: 1,
                    hook_id: Some("5b1f7a0e-6f0c-4c5e-9a49-0f6d3c1e7b52"),
                    at: UnixSeconds((now_ns / 1_000_000_000).cast_signed()),
                    body: body.as_bytes(),
                })?;
                request = request.header(USER_AGENT, "Bitbucket-Webhooks/2.0");
                for (name, value) in headers {
                    request = request.header(&*name, value);
                }
            }
        }
        Ok(request.body(Full::new(Bytes::from(body)))?)
    }
}

impl Manner {
    fn signed(secret_file: &Path) -> Result<Self> {
        let secret = fs::read(secret_file).context("the secret")?;
        let secret = Secret::new(secret.trim_ascii_end())?;
        Ok(Self::Signed {
            signer: Signer::new(Dialect::BitbucketCloud, [&secret])?,
            key: EventKey::parse("repo:push")?,
        })
    }
}

impl Answers {
    fn count(&mut self, status: u16, took: Duration) {
        *self.statuses.entry(status).or_default() += 1;
        let micros = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        self.micros.push(micros);
    }

    fn add(&mut self, other: Self) {
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.micros.extend(other.micros);
    }
}

/// JSON of [`BODY_BYTES`], no two alike, with the moment of sending at [`body::SENT_AT`].
fn json_body(serial: u64, now_ns: u64) -> String {
    let mut text = format!(
        r#"{{"sent_at":"{now_ns:020}","serial":"{serial:016x}","repository":{{"full_name":"acme/api"}},"text":""#
    );
    let mut random = now_ns ^ serial.rotate_left(40);
    while text.len() < BODY_BYTES - 2 {
        // A linear congruential generator: bytes that do not repeat, cheaply.
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        for shift in [16, 24, 32, 40, 48, 56] {
            text.push(char::from(b'a' + (random >> shift & 0xf) as u8));
        }
    }
    text.truncate(BODY_BYTES - 2);
    text.push_str("\"}");
    debug_assert_eq!(text.get(body::SENT_AT), Some(format!("{now_ns:020}").as_str()));
    text
}

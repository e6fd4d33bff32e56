//! `countersign demo`: the whole pipeline on real input, in a temporary folder.
//!
//! A source, a webhook and a sample receiver are made; then come a genuine push in Bitbucket Cloud's
//! form, a tampered one, an unsigned one, and the genuine one again. What became of each is printed.
//! Everything goes over real sockets through the ordinary server.

use std::{borrow::Cow, net::SocketAddr, path::Path, time::Duration};

use anyhow::{Context, bail};
use clap::Args;
use countersign::{Dialect, EventKey, Outgoing, Secret, Signer, Verifier};
use tokio::sync::watch;

use super::{Verdict, serve, sign};
use crate::{
    build::{self, Server},
    config::{Config, Layers},
    log, samples,
};

mod exchange;
mod receiver;

use exchange::post;
use receiver::SampleReceiver;

const SOURCE: &str = "bitbucket";
/// How long the demonstration waits for a delivery.
const DELIVERED_WITHIN: Duration = Duration::from_secs(15);
/// How long it watches that nothing else comes.
const NO_MORE_WITHIN: Duration = Duration::from_millis(300);

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Exit when everything has been shown: with 0 when all went as it must
    #[arg(long)]
    once: bool,
}

/// The secrets of both sides.
struct Secrets {
    bitbucket: Secret,
    receiver: Secret,
}

impl Demo {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        let folder = tempfile::Builder::new().prefix("countersign-demo-").tempdir()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let shown = runtime.block_on(self.show(folder.path()));
        drop(runtime);
        folder.close().context("the temporary folder could not be removed")?;
        shown
    }

    async fn show(&self, folder: &Path) -> anyhow::Result<Verdict> {
        let secrets = Secrets {
            bitbucket: Secret::generate_from_system(&Dialect::BitbucketCloud)?,
            receiver: Secret::generate_from_system(&Dialect::BitbucketCloud)?,
        };
        let receiver = SampleReceiver::start().await?;
        let config = configuration(folder, receiver.address(), &secrets)?;
        log::start(&config.log);
        let server = build::build(config).await?;
        introduce(&server, &receiver);
        let public = server.public_address;
        let mut interrupted = serve::stop_on_signals()?;
        let (stop, stopped) = watch::channel(false);
        let serving = tokio::spawn(server.serve(stopped));

        let verdict = demonstrate(public, receiver, &secrets).await;
        if !self.once && verdict.is_ok() {
            println!("\nStill running; press Ctrl-C to end and remove everything.");
            let _ = interrupted.wait_for(|stop| *stop).await;
        }
        stop.send_replace(true);
        serving.await??;
        verdict
    }
}

fn introduce(server: &Server, receiver: &SampleReceiver) {
    println!("Countersign runs on the embedded store in a temporary folder.");
    println!("  in:    http://{}/in/{SOURCE} (dialect bitbucket-cloud)", server.public_address);
    println!("  out:   http://{}/ (a sample receiver that verifies)", receiver.address());
    println!("  API:   http://{}/api/v1 and /openapi.json", server.admin_address);
    if let Some(file) = &server.admin_token_file {
        println!("  token: {}", file.display());
    }
    println!();
}

fn configuration(folder: &Path, receiver: SocketAddr, secrets: &Secrets) -> anyhow::Result<Config> {
    write_secret(&folder.join("bitbucket.secret"), &secrets.bitbucket)?;
    write_secret(&folder.join("receiver.secret"), &secrets.receiver)?;
    let file = folder.join("countersign.toml");
    std::fs::write(
        &file,
        format!(
            "[server]\nlisten = '127.0.0.1:0'\nadmin = '127.0.0.1:0'\ndata = 'data'\n\
             [store]\nreserve_bytes = 0\n[log]\nlevel = 'error'\n\
             [[source]]\nname = '{SOURCE}'\ndialect = 'bitbucket-cloud'\n\
             secret_file = 'bitbucket.secret'\n\
             [[webhook]]\nkey = 'sample'\nsource = '{SOURCE}'\nurl = 'http://{receiver}/'\n\
             events = ['repo:push']\nallow_private = true\nsecret_file = 'receiver.secret'\n"
        ),
    )?;
    Ok(Config::load(&Layers { file: Some(file), ..Layers::default() })?)
}

fn write_secret(path: &Path, secret: &Secret) -> std::io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(secret.expose())
}

/// Sends the four requests, one after the other, and prints what became of each.
async fn demonstrate(
    public: SocketAddr,
    mut receiver: SampleReceiver,
    secrets: &Secrets,
) -> anyhow::Result<Verdict> {
    let body = samples::CLOUD_PUSH.trim_ascii_end();
    let genuine = signed(&secrets.bitbucket, body.as_bytes())?;
    let signature = |(name, _): &&(Cow<'_, str>, _)| name != "X-Hub-Signature";
    let unsigned: Vec<_> = genuine.iter().filter(signature).cloned().collect();
    let tampered = body.replace("\"main\"", "\"evil\"");
    let path = format!("/in/{SOURCE}");
    let send = async |headers, body: &str| post(public, &path, headers, body.as_bytes()).await;
    let mut shown = Shown::default();

    let status = send(&genuine, body).await?;
    let arrived = tokio::time::timeout(DELIVERED_WITHIN, receiver.next()).await;
    let Ok(Some(arrived)) = arrived else { bail!("the genuine push was not delivered") };
    shown.line("a genuine push, signed by Bitbucket", (status, 202), "delivered");
    let verifier = Verifier::new(Dialect::BitbucketCloud, [&secrets.receiver])?;
    let verified = verifier.verify(&arrived.headers, &arrived.body, sign::now());
    shown.note("the receiver verified its own signature", verified.is_ok());
    shown.note("the receiver got the exact bytes", arrived.body == body);

    let status = send(&genuine, &tampered).await?;
    shown.line("the same, its body tampered with", (status, 403), "refused");
    let status = send(&unsigned, body).await?;
    shown.line("the same, without a signature", (status, 403), "refused");
    let status = send(&genuine, body).await?;
    shown.line("the genuine one once more", (status, 200), "duplicate");
    let further = tokio::time::timeout(NO_MORE_WITHIN, receiver.next()).await;
    shown.note("nothing else reached the receiver", further.is_err());
    Ok(shown.verdict())
}

/// What was printed, and whether all of it was as it must be.
#[derive(Debug, Default)]
struct Shown {
    unexpected: usize,
}

impl Shown {
    fn line(&mut self, what: &str, (status, expected): (u16, u16), became: &str) {
        let became = if status == expected { became } else { "UNEXPECTED" };
        println!("  {what:<36} → {status} {became}");
        self.unexpected += usize::from(status != expected);
    }

    fn note(&mut self, what: &str, holds: bool) {
        println!("    {} {what}", if holds { "✓" } else { "✗ NOT SO:" });
        self.unexpected += usize::from(!holds);
    }

    fn verdict(&self) -> Verdict {
        if self.unexpected == 0 {
            println!("\nAll went as it must.");
            Verdict::Yes
        } else {
            println!("\nSomething did not go as it must.");
            Verdict::No
        }
    }
}

fn signed(secret: &Secret, body: &[u8]) -> anyhow::Result<Vec<(Cow<'static, str>, String)>> {
    let key = EventKey::parse("repo:push")?;
    let request_id = sign::new_uuid()?;
    let outgoing = Outgoing {
        event_key: &key,
        request_id: &request_id,
        attempt: 1,
        hook_id: Some("5f1b6f1e-7e0a-4c53-9a53-2f9c0a6b1d11"),
        at: sign::now(),
        body,
    };
    Ok(Signer::new(Dialect::BitbucketCloud, [secret])?.headers(&outgoing)?)
}

//! `countersign send`: one signed request, and what came back. A person's own act on the command
//! line: no target guard.

use std::{io::Write, path::PathBuf, sync::Arc, time::Duration};

use clap::Args;
use countersign::{EventKey, Outgoing, Signer};
use deliver::{Client, ClientParts, SystemResolver, TargetGuard, TargetPolicy, TcpDialer};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use pipeline::Outcome;
use url::Url;

use super::{Verdict, dialect::DialectArgs, inputs, sign};
use crate::log::chain;

#[derive(Debug, Args)]
pub(super) struct Send {
    /// Where to send it
    #[arg(long, value_parser = inputs::target)]
    url: Url,
    #[command(flatten)]
    dialect: DialectArgs,
    /// The file that holds the secret
    #[arg(long, value_name = "FILE")]
    secret_file: PathBuf,
    /// The event key
    #[arg(long, value_name = "KEY")]
    event: EventKey,
    /// The request id (default: a new UUID)
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,
    /// The content type
    #[arg(long, value_name = "TYPE", default_value = "application/json", value_parser = content_type)]
    content_type: HeaderValue,
    /// The most time to wait, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u64,
    /// The body (default: standard input)
    file: Option<PathBuf>,
}

impl Send {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        let dialect = self.dialect.dialect()?;
        let secret = inputs::secret(&self.secret_file, &dialect)?;
        let body = match &self.file {
            Some(path) => inputs::file(path)?,
            None => inputs::body()?,
        };
        let request_id = match &self.request_id {
            Some(id) => id.clone(),
            None => sign::new_uuid()?,
        };
        let signed = Signer::new(dialect, [&secret])?.headers(&Outgoing {
            event_key: &self.event,
            request_id: &request_id,
            attempt: 1,
            hook_id: None,
            at: sign::now(),
            body: &body,
        })?;
        let mut headers = HeaderMap::new();
        for (name, value) in signed {
            headers.insert(HeaderName::try_from(&*name)?, HeaderValue::try_from(value)?);
        }
        headers.insert(header::CONTENT_TYPE, self.content_type);
        let agent = deliver::request::USER_AGENT_OURS;
        headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
        let outgoing = deliver::Outgoing {
            url: self.url,
            headers,
            body: body.into(),
            timeout: Duration::from_secs(self.timeout),
            policy: TargetPolicy { allow_private: true, allow_public_http: true },
            tls: None,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = Client::new(client_parts()?);
        let exchange = runtime.block_on(client.send(outgoing));
        report(&exchange)
    }
}

/// Of a client without a target guard, for a person's own act.
pub(super) fn client_parts() -> anyhow::Result<ClientParts> {
    Ok(ClientParts {
        guard: Arc::new(TargetGuard::danger_unguarded()),
        resolver: Arc::new(SystemResolver::default()),
        dialer: Arc::new(TcpDialer),
        tls: Arc::new(deliver::tls::client_config(&[])?.config),
    })
}

fn content_type(text: &str) -> Result<HeaderValue, &'static str> {
    let wrong = "a content type is visible ASCII in one line, such as application/json";
    let value = HeaderValue::from_str(text.trim()).map_err(|_| wrong)?;
    if value.is_empty() || value.to_str().is_err() { Err(wrong) } else { Ok(value) }
}

/// Says what came back, and the cause where nothing did. Yes where it was delivered.
pub(super) fn report(exchange: &deliver::Exchange) -> anyhow::Result<Verdict> {
    let mut out = std::io::stdout().lock();
    let milliseconds = exchange.duration.as_millis();
    match &exchange.response {
        Some(response) => {
            writeln!(out, "{} in {milliseconds} ms", response.status)?;
            writeln!(out, "{}", String::from_utf8_lossy(&response.body).escape_debug())?;
        }
        None => writeln!(out, "{} after {milliseconds} ms", exchange.outcome.as_str())?,
    }
    if let Some(failure) = &exchange.failure {
        eprintln!("  {}", chain(failure));
    }
    let delivered = exchange.outcome == Outcome::Delivered;
    Ok(if delivered { Verdict::Yes } else { Verdict::No })
}

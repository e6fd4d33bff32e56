//! `countersign challenge`: which forged requests a receiver takes. A person's own act on the command
//! line: no target guard.

use std::{io::Write, path::PathBuf, time::Duration};

use clap::Args;
use countersign::EventKey;
use deliver::{Exchange, TargetPolicy};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

use super::{Verdict, dialect::DialectArgs, inputs, send, sign};
use crate::challenge::{Challenge, EVENT_KEY, Kind, Trial};

#[derive(Debug, Args)]
pub(super) struct ChallengeArgs {
    /// The receiver
    #[arg(long)]
    url: Url,
    #[command(flatten)]
    dialect: DialectArgs,
    /// The file that holds the receiver's secret
    #[arg(long, value_name = "FILE")]
    secret_file: PathBuf,
    /// The event key of every request
    #[arg(long, value_name = "KEY", default_value = EVENT_KEY)]
    event: EventKey,
    /// The most time to wait for each answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u64,
}

impl ChallengeArgs {
    /// Yes where the genuine request was taken and no forgery was.
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        let dialect = self.dialect.dialect()?;
        let secret = inputs::secret(&self.secret_file, &dialect)?;
        let request_id = sign::new_uuid()?;
        let challenge = Challenge {
            dialect: &dialect,
            secret: &secret,
            event_key: &self.event,
            request_id: &request_id,
            at: sign::now(),
        };
        let trials = challenge.trials()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = send::client()?;
        let mut found = Found::default();
        for trial in trials {
            let kind = trial.kind;
            let outgoing = self.outgoing(trial)?;
            let exchange = runtime.block_on(client.send(outgoing));
            found.line(kind, &exchange)?;
        }
        found.verdict()
    }

    fn outgoing(&self, trial: Trial) -> anyhow::Result<deliver::Outgoing> {
        let mut headers = HeaderMap::new();
        for (name, value) in trial.headers {
            headers.append(HeaderName::try_from(&*name)?, HeaderValue::try_from(value)?);
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let agent = deliver::request::USER_AGENT_OURS;
        headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
        Ok(deliver::Outgoing {
            url: self.url.clone(),
            headers,
            body: trial.body,
            timeout: Duration::from_secs(self.timeout),
            policy: TargetPolicy { allow_private: true, allow_public_http: true },
            tls: None,
        })
    }
}

/// What the receiver did so far.
#[derive(Debug, Default)]
struct Found {
    genuine_taken: bool,
    forged: usize,
    forged_taken: usize,
    unanswered: usize,
}

impl Found {
    fn line(&mut self, kind: Kind, exchange: &Exchange) -> std::io::Result<()> {
        let status = exchange.response.as_ref().map(|response| response.status);
        let taken = status.is_some_and(|status| (200..300).contains(&status));
        let became = match (kind, taken, status) {
            (_, _, None) => "no answer",
            (Kind::Genuine | Kind::Replay, true, _) => "taken",
            (Kind::Genuine | Kind::Replay, false, _) => "refused",
            (_, true, _) => "TAKEN, though it is forged",
            (_, false, _) => "refused",
        };
        match kind {
            Kind::Genuine => self.genuine_taken = taken,
            Kind::Replay => {}
            _ => {
                self.forged += 1;
                self.forged_taken += usize::from(taken);
                self.unanswered += usize::from(status.is_none());
            }
        }
        let status = status.map_or_else(|| exchange.outcome.as_str().to_owned(), |s| s.to_string());
        let mut out = std::io::stdout().lock();
        writeln!(out, "  {:<28} → {status:<7} {became}", kind.as_str())?;
        if kind == Kind::Replay && taken {
            let advice = "a retry looks the same: a receiver remembers request ids, and answers 2xx";
            writeln!(out, "  {:<28}   {advice}", "")?;
        }
        Ok(())
    }

    fn verdict(&self) -> anyhow::Result<Verdict> {
        let mut out = std::io::stdout().lock();
        let Found { forged, forged_taken, unanswered, .. } = self;
        if !self.genuine_taken {
            let advice = "check the secret, the dialect and the URL";
            writeln!(out, "\nThe genuine request was not taken: {advice}.")?;
            return Ok(Verdict::No);
        }
        if *forged_taken > 0 {
            writeln!(out, "\nThe receiver took {forged_taken} of {forged} forged requests.")?;
            return Ok(Verdict::No);
        }
        if *unanswered > 0 {
            writeln!(out, "\nThe receiver left {unanswered} of {forged} forged requests unanswered.")?;
            return Ok(Verdict::No);
        }
        writeln!(out, "\nThe receiver took the genuine request and none of {forged} forged ones.")?;
        Ok(Verdict::Yes)
    }
}

//! `countersign challenge`: which forged requests a receiver takes. A person's own act on the command
//! line: no target guard.

use std::{io::Write, path::PathBuf, time::Duration};

use clap::Args;
use countersign::EventKey;
use deliver::{Client, ClientParts, Exchange, TargetPolicy};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use pipeline::Outcome;
use url::Url;

use super::{Verdict, dialect::DialectArgs, inputs, send, sign};
use crate::challenge::{Challenge, EVENT_KEY, Kind, Trial};

#[derive(Debug, Args)]
pub(super) struct ChallengeArgs {
    /// The receiver
    #[arg(long, value_parser = inputs::target)]
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
    /// Yes where the genuine request was taken, and every forgery refused. Without the genuine one,
    /// nothing else is sent.
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
        let parts = send::client_parts()?;
        let mut found = Found::default();
        for alike in trials.chunk_by(|one, next| one.kind == next.kind) {
            let exchanges = alike.iter().map(|trial| runtime.block_on(self.send(trial, &parts)));
            let exchanges = exchanges.collect::<Result<Vec<_>, _>>()?;
            let Some(worst) = exchanges.iter().max_by_key(|exchange| Reaction::of(exchange)) else {
                continue;
            };
            let kind = alike[0].kind;
            if found.line(kind, worst)? != Reaction::Taken && kind == Kind::Genuine {
                send::report(worst)?;
                let advice = "check the secret, the dialect and the URL";
                writeln!(std::io::stdout(), "\nThe genuine request was not taken: {advice}.")?;
                return Ok(Verdict::No);
            }
        }
        found.verdict()
    }

    /// Over a connection of its own: one that the receiver has closed since is no crash.
    async fn send(&self, trial: &Trial, parts: &ClientParts) -> anyhow::Result<Exchange> {
        Ok(Client::new(parts.clone()).send(self.outgoing(trial)?).await)
    }

    fn outgoing(&self, trial: &Trial) -> anyhow::Result<deliver::Outgoing> {
        let mut headers = HeaderMap::new();
        for (name, value) in &trial.headers {
            headers.append(HeaderName::try_from(&**name)?, HeaderValue::try_from(value)?);
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let agent = deliver::request::USER_AGENT_OURS;
        headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
        Ok(deliver::Outgoing {
            url: self.url.clone(),
            headers,
            body: trial.body.clone(),
            timeout: Duration::from_secs(self.timeout),
            policy: TargetPolicy { allow_private: true, allow_public_http: true },
            tls: None,
        })
    }
}

/// What a receiver did with a request: the better first, because of two requests of one kind the
/// worse counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reaction {
    Refused,
    Unanswered,
    /// An answer of 5xx, or none over a connection that broke or could no more be made.
    Crashed,
    Taken,
}

impl Reaction {
    fn of(exchange: &Exchange) -> Reaction {
        match (&exchange.response, exchange.outcome) {
            (Some(response), _) => match response.status {
                200..=299 => Reaction::Taken,
                500..=599 => Reaction::Crashed,
                _ => Reaction::Refused,
            },
            (None, Outcome::Connect | Outcome::Tls | Outcome::Protocol) => Reaction::Crashed,
            (None, _) => Reaction::Unanswered,
        }
    }

    fn of_kind(self, kind: Kind) -> &'static str {
        match (kind, self) {
            (Kind::Genuine | Kind::Replay, Reaction::Taken) => "taken",
            (_, Reaction::Taken) => "TAKEN, though it is forged",
            (Kind::Genuine, _) => "not taken",
            (_, Reaction::Refused) => "refused",
            (_, Reaction::Unanswered) => "no answer",
            (_, Reaction::Crashed) => "crashed",
        }
    }
}

/// What the receiver did with the forged requests so far.
#[derive(Debug, Default)]
struct Found(Vec<Reaction>);

impl Found {
    /// Says what became of a request of this kind.
    fn line(&mut self, kind: Kind, exchange: &Exchange) -> std::io::Result<Reaction> {
        let reaction = Reaction::of(exchange);
        let status = exchange.response.as_ref().map(|response| response.status.to_string());
        let status = status.unwrap_or_else(|| exchange.outcome.as_str().to_owned());
        let mut out = std::io::stdout().lock();
        writeln!(out, "  {:<28} → {} ({status})", kind.as_str(), reaction.of_kind(kind))?;
        if kind == Kind::Replay && reaction == Reaction::Taken {
            let advice =
                "a retry looks the same: a receiver remembers request ids, and answers 2xx";
            writeln!(out, "  {:<28}   {advice}", "")?;
        }
        if !matches!(kind, Kind::Genuine | Kind::Replay) {
            self.0.push(reaction);
        }
        Ok(reaction)
    }

    fn verdict(&self) -> anyhow::Result<Verdict> {
        let mut out = std::io::stdout().lock();
        writeln!(out)?;
        let forged = self.0.len();
        let number = |of| self.0.iter().filter(|reaction| **reaction == of).count();
        let mut verdict = Verdict::Yes;
        for (reaction, did) in [
            (Reaction::Taken, "took"),
            (Reaction::Crashed, "crashed at"),
            (Reaction::Unanswered, "did not answer"),
        ] {
            let number = number(reaction);
            if number > 0 {
                writeln!(out, "The receiver {did} {number} of {forged} forged requests.")?;
                verdict = Verdict::No;
            }
        }
        if verdict == Verdict::Yes {
            let none = format!("none of {forged} forged ones");
            writeln!(out, "The receiver took the genuine request and {none}.")?;
        }
        Ok(verdict)
    }
}

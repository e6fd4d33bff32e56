//! `countersign sign`: the headers that prove where a body comes from.

use std::{io::Write, path::PathBuf};

use clap::Args;
use countersign::{EventKey, Outgoing, Signer, UnixSeconds};
use pipeline::Clock;

use super::{Verdict, dialect::DialectArgs, inputs};
use crate::clock::{MachineClock, SystemRandomness};

#[derive(Debug, Args)]
pub(super) struct Sign {
    #[command(flatten)]
    dialect: DialectArgs,
    /// The file that holds the secret
    #[arg(long, value_name = "FILE")]
    secret_file: PathBuf,
    /// The event key
    #[arg(long, value_name = "KEY", default_value = "repo:push")]
    event: EventKey,
    /// The request id (default: a new UUID)
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,
    /// The time to sign with, in seconds since 1970 (default: now)
    #[arg(long, value_name = "SECONDS")]
    timestamp: Option<i64>,
}

impl Sign {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        let dialect = self.dialect.dialect()?;
        let secret = inputs::secret(&self.secret_file, &dialect)?;
        let body = inputs::body()?;
        let request_id = match self.request_id {
            Some(id) => id,
            None => new_uuid()?,
        };
        let headers = Signer::new(dialect, [&secret])?.headers(&Outgoing {
            event_key: &self.event,
            request_id: &request_id,
            attempt: 1,
            hook_id: None,
            at: self.timestamp.map_or_else(now, UnixSeconds),
            body: &body,
        })?;
        let mut out = std::io::stdout().lock();
        for (name, value) in headers {
            writeln!(out, "{name}: {value}")?;
        }
        Ok(Verdict::Yes)
    }
}

pub(super) fn now() -> UnixSeconds {
    UnixSeconds(MachineClock.now().as_seconds())
}

pub(super) fn new_uuid() -> anyhow::Result<String> {
    let clock = std::sync::Arc::new(MachineClock);
    let randomness = std::sync::Arc::new(SystemRandomness::new()?);
    let id: pipeline::DeliveryId = pipeline::IdGenerator::new(clock, randomness, 0).make();
    Ok(id.uuid())
}

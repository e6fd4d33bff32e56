//! Sending: one run of the load program and what it said.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::figures::{Figures, number};
use crate::process;

const LIMIT: Duration = Duration::from_secs(300);

/// How requests are sent.
#[derive(Debug)]
pub(super) struct Sending<'a> {
    pub(super) url: String,
    pub(super) connections: u32,
    pub(super) events: u64,
    pub(super) rate: Option<u32>,
    /// `--secret-file` or `--token-file` and the file.
    pub(super) proof: (&'static str, &'a Path),
    /// What every answer has to be.
    pub(super) expected: &'static str,
}

/// What the load program said.
#[derive(Debug)]
pub(super) struct Sent(Value);

impl Sending<'_> {
    /// Sends everything and waits for the answers.
    pub(super) fn send(&self, program: &Path) -> Result<Sent> {
        let mut load = Command::new(program);
        load.args(["--url", &self.url])
            .args(["--connections", &self.connections.to_string()])
            .args(["--requests", &self.events.to_string()])
            .arg(self.proof.0)
            .arg(self.proof.1);
        if let Some(rate) = self.rate {
            load.args(["--rate", &rate.to_string()]);
        }
        let done = process::output(&mut load, LIMIT)?;
        if !done.status.success() {
            let text = String::from_utf8_lossy(&done.stderr).into_owned();
            bail!("the load ended with {}: {}", done.status, process::end_of(&text));
        }
        let sent: Value = serde_json::from_slice(&done.stdout).context("the load's answer")?;
        let statuses = &sent["statuses"];
        ensure!(
            statuses[self.expected].as_u64() == Some(self.events),
            "{} requests were answered {statuses} and not all {}",
            self.events,
            self.expected
        );
        Ok(Sent(sent))
    }
}

impl Sent {
    pub(super) fn number(&self, pointer: &str) -> Result<f64> {
        number(&self.0, pointer)
    }

    pub(super) fn add(&self, name: &'static str, figures: &mut Figures) -> Result<()> {
        figures.add(name, "per_second", self.number("/per_second")?);
        figures.add(name, "p50_ms", self.number("/latency/p50_us")? / 1000.0);
        figures.add(name, "p99_ms", self.number("/latency/p99_us")? / 1000.0);
        Ok(())
    }
}

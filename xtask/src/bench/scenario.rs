//! The scenarios of a round, each from fresh processes to their end.
//!
//! A rate end to end is taken from the first send to the arrival of the last event, both read from
//! one clock. Processor time of a server is that from before the load until [`SETTLE`] after its
//! end, so that recording the last outcomes is in it.

use std::net::SocketAddr;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use super::Bench;
use super::arrived::{self, Arrived};
use super::commits::{self, Paced};
use super::figures::Figures;
use super::machine::Processors;
use super::running::Running;
use super::sending::Sending;
use super::server::{Installation, Origin};

/// The rate of events at which the time from request to receiver is taken.
pub(super) const PACED_PER_SECOND: u32 = 50;

/// For recording the last outcomes, and for a delivery too many to show itself.
const SETTLE: Duration = Duration::from_millis(300);

/// For a server to come to rest before its idle memory is read.
const REST: Duration = Duration::from_millis(500);

/// Runs every scenario once.
pub(super) fn round(bench: &Bench, figures: &mut Figures) -> Result<()> {
    figures.add("machine", "busy_before_percent", Processors::quiet()?);
    let row = commits::in_a_row(&bench.folder, bench.size.commits)?;
    figures.add("commit", "per_second", row.per_second);
    figures.add("commit", "p50_ms", row.p50_ms);
    figures.add("commit", "p99_ms", row.p99_ms);
    bare(bench, "bare_32", 32, figures)?;
    bare(bench, "bare_256", 256, figures)?;
    null_relay(bench, figures).context("null relay")?;
    accepted(bench, figures).context("accepted")?;
    end_to_end(bench, "signed", Origin::Source, figures).context("signed")?;
    end_to_end(bench, "published", Origin::Api, figures).context("published")?;
    starts(bench, figures).context("start")?;
    paced(bench, figures).context("at a steady rate")
}

/// A server that only reads and answers.
fn bare(bench: &Bench, name: &'static str, connections: u32, figures: &mut Figures) -> Result<()> {
    let installation = bench.installation()?;
    let log = bench.folder.join("bare.log");
    let mut command = Command::new(&bench.programs.bare);
    let mut bare = Running::start("the bare server", &mut command, &log)?;
    let (address, _) = bare.address("public")?;
    let sending = Sending {
        url: format!("http://{address}/in/bitbucket"),
        connections,
        events: bench.size.events,
        rate: None,
        proof: ("--secret-file", &installation.source_secret()),
        expected: "200",
    };
    bench.measure(name, &bare, &sending, None, figures)?;
    bare.end()
}

/// A server that receives and forwards, keeping and checking nothing.
fn null_relay(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let installation = bench.installation()?;
    let (receiver, to) = bench.receiver(None)?;
    let log = bench.folder.join("null-relay.log");
    let mut command = Command::new(&bench.programs.null_relay);
    command.args(["--to", &format!("http://{to}/hook")]);
    let mut relay = Running::start("the null relay", &mut command, &log)?;
    let (address, _) = relay.address("public")?;
    let sending = Sending {
        url: format!("http://{address}/in/bitbucket"),
        connections: 32,
        events: bench.size.events,
        rate: None,
        proof: ("--secret-file", &installation.source_secret()),
        expected: "202",
    };
    bench.measure("null_relay", &relay, &sending, Some(to), figures)?;
    relay.end()?;
    receiver.end()
}

/// Signed requests that no webhook matches.
fn accepted(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let installation = bench.installation()?;
    let server = installation.start(None)?;
    thread::sleep(REST);
    figures.add_bytes("memory", "idle_mib", server.running.memory()?.now);
    let sending = Sending {
        url: format!("http://{}/in/bitbucket", server.public),
        connections: 256,
        events: bench.size.events,
        rate: None,
        proof: ("--secret-file", &installation.source_secret()),
        expected: "202",
    };
    bench.measure("accepted", &server.running, &sending, None, figures)?;
    let memory = server.running.memory()?;
    figures.add_bytes("memory", "accepting_peak_mib", memory.peak);
    server.running.end()
}

/// Events that one webhook gets, signed anew.
fn end_to_end(
    bench: &Bench,
    name: &'static str,
    origin: Origin,
    figures: &mut Figures,
) -> Result<()> {
    let installation = bench.installation()?;
    let (receiver, to) = bench.receiver(Some(&installation))?;
    let server = installation.start(Some((origin, to)))?;
    let (source_secret, token) = (installation.source_secret(), installation.token());
    let (url, proof) = match origin {
        Origin::Source => (
            format!("http://{}/in/bitbucket", server.public),
            ("--secret-file", source_secret.as_path()),
        ),
        Origin::Api => (
            format!("http://{}/api/v1/events?key=repo:push&scope=acme/api", server.admin),
            ("--token-file", token.as_path()),
        ),
    };
    let sending = Sending {
        url,
        connections: 32,
        events: bench.size.events,
        rate: None,
        proof,
        expected: "202",
    };
    bench.measure(name, &server.running, &sending, Some(to), figures)?;
    if origin == Origin::Source {
        let memory = server.running.memory()?;
        figures.add_bytes("memory", "delivering_peak_mib", memory.peak);
        figures.add_bytes("memory", "after_mib", memory.now);
    }
    server.running.end()?;
    receiver.end()
}

/// From the start of the process to its first answer, on an empty store.
fn starts(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let (mut lines, mut answers) = (Vec::new(), Vec::new());
    for _ in 0..bench.size.starts {
        let installation = bench.installation()?;
        let (running, start) = installation.timed_start()?;
        lines.push(start.line);
        answers.push(start.answer);
        running.end()?;
    }
    for (name, mut took) in [("line_ms", lines), ("answer_ms", answers)] {
        took.sort_unstable();
        let median = took.get(took.len() / 2).copied().unwrap_or_default();
        figures.add("start", name, median.as_secs_f64() * 1000.0);
    }
    Ok(())
}

/// From request to receiver at a steady rate, with commits at the same rate beside it.
fn paced(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let installation = bench.installation()?;
    let (receiver, to) = bench.receiver(Some(&installation))?;
    let server = installation.start(Some((Origin::Source, to)))?;
    let sending = Sending {
        url: format!("http://{}/in/bitbucket", server.public),
        connections: 8,
        events: bench.size.paced_s * u64::from(PACED_PER_SECOND),
        rate: Some(PACED_PER_SECOND),
        proof: ("--secret-file", &installation.source_secret()),
        expected: "202",
    };
    let paced = Paced::start(&bench.folder, PACED_PER_SECOND)?;
    sending.send(&bench.programs.load)?;
    let commits = paced.stop()?;
    arrived::wait_for(to, sending.events)?;
    thread::sleep(SETTLE);
    let arrived = Arrived::read(to, sending.events)?;
    for (name, percentile) in [("p50_ms", "p50_us"), ("p99_ms", "p99_us")] {
        let micros = arrived.number(&format!("/latency/{percentile}"))?;
        figures.add("paced", name, micros / 1000.0);
    }
    figures.add("paced", "commit_p50_ms", commits.p50_ms);
    figures.add("paced", "commit_p99_ms", commits.p99_ms);
    server.running.end()?;
    receiver.end()
}

impl Bench {
    fn installation(&self) -> Result<Installation> {
        Installation::new(&self.folder.join("installation"), &self.programs.server)
    }

    /// Sends everything to `server` and, where there is a receiver, waits until it has everything.
    fn measure(
        &self,
        name: &'static str,
        server: &Running,
        sending: &Sending<'_>,
        receiver: Option<SocketAddr>,
        figures: &mut Figures,
    ) -> Result<()> {
        let (used, processors) = (server.processor_time()?, Processors::now()?);
        let sent = sending.send(&self.programs.load)?;
        if let Some(receiver) = receiver {
            arrived::wait_for(receiver, sending.events).with_context(|| server.log_end())?;
        }
        let busy = Processors::now()?.busy_percent_since(&processors);
        thread::sleep(SETTLE);
        let used = server.processor_time()?.saturating_sub(used);
        match receiver {
            None => sent.add(name, figures)?,
            Some(receiver) => {
                Arrived::read(receiver, sending.events)?.add(name, &sent, figures)?;
                figures.add(name, "accepted_per_second", sent.number("/per_second")?);
            }
        }
        let per_1000 = used.as_secs_f64() * 1000.0 / sending.events as f64;
        figures.add(name, "server_s_per_1000", per_1000);
        figures.add(name, "busy_percent", busy);
        Ok(())
    }

    /// Starts the receiver; of an installation it checks signatures.
    fn receiver(&self, signed_by: Option<&Installation>) -> Result<(Running, SocketAddr)> {
        let mut command = Command::new(&self.programs.receiver);
        if let Some(installation) = signed_by {
            command.arg("--secret-file").arg(installation.webhook_secret());
        }
        let log = self.folder.join("receiver.log");
        let mut receiver = Running::start("the receiver", &mut command, &log)?;
        let (address, _) = receiver.address("public")?;
        Ok((receiver, address))
    }
}

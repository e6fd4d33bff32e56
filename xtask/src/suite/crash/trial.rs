//! One trial: one data folder, a number of kills under load, then the reckoning.

use std::path::Path;
use std::process::ExitStatus;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::ledger::{Counts, Ledger};
use super::load::Load;
use super::receiver::Receiver;
use crate::random::Random;
use crate::server::{Installation, Program};

const SECRET: &str = "a secret of the crash suite, 40 bytes ok";

/// A killed server lived for 10 to 400 ms after it was ready.
const LIFE_MS: (u64, u64) = (10, 400);

/// Killed while starting, it lived up to this long; one in seven is.
const START_MS_MAX: u64 = 80;

/// Accepted events are missing when for this long none of them has arrived: longer than the retry
/// schedule's longest delay (5 s) and the breaker's first (10 s) together.
const QUIET: Duration = Duration::from_secs(45);

/// The control is known to lose events; waiting for them would be waste.
const QUIET_CONTROL: Duration = Duration::from_secs(12);

/// After the last delivery, time for one too many to show itself.
const LINGER: Duration = Duration::from_secs(1);

const DRAIN_LIMIT: Duration = Duration::from_secs(60);

/// What a trial does.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    program: &'a Program,
    seed: u64,
    kills: u32,
    quiet: Duration,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(program: &'a Program, seed: u64, kills: u32) -> Self {
        Self { program, seed, kills, quiet: QUIET }
    }

    pub(crate) fn control(program: &'a Program, seed: u64, kills: u32) -> Self {
        Self { program, seed, kills, quiet: QUIET_CONTROL }
    }
}

/// What a trial found.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) counts: Counts,
    /// Request ids of what was accepted and never delivered.
    pub(crate) missing: Vec<String>,
    pub(crate) faults: Vec<String>,
    /// How the last server ended after SIGTERM.
    pub(crate) ending: ExitStatus,
}

/// Runs a trial in `folder`, which must be empty.
///
/// # Errors
/// The server ended by itself or did not start; or the suite's own machinery failed.
pub(crate) fn run(plan: &Plan<'_>, folder: &Path) -> Result<Outcome> {
    let ledger = Arc::new(Ledger::new(plan.seed));
    let receiver = Receiver::start(&ledger, plan.seed)?;
    let webhook = format!(
        "key = \"receiver\"\nsource = \"bitbucket\"\nurl = \"http://{}/hook\"\nevents = [\"*\"]\n\
         allow_private = true\nretry = {{ delays_s = [0, 1, 1, 2, 2, 5], attempts_max = 1000 }}\n",
        receiver.address
    );
    let installation = Installation::new(folder, plan.program.clone(), SECRET, &webhook)?;
    let mut load = Load::start(&ledger, SECRET, plan.seed);
    let mut random = Random::new(plan.seed);
    for kill in 1..=plan.kills {
        let one = kill_once(&installation, &load, &mut random);
        one.with_context(|| format!("at kill {kill} of {}, seed {}", plan.kills, plan.seed))?;
        receiver.fence()?;
    }
    let mut server = installation.start().context("the start after the last kill")?;
    load.aim(Some(server.public));
    thread::sleep(Duration::from_millis(200));
    load.stop();
    await_all(&ledger, plan.quiet);
    thread::sleep(LINGER);
    let ending = server.process.terminate(DRAIN_LIMIT)?;
    Ok(Outcome {
        counts: ledger.counts(),
        missing: ledger.missing(),
        faults: ledger.faults(),
        ending,
    })
}

/// Starts the server and kills it at a random moment.
fn kill_once(installation: &Installation, load: &Load, random: &mut Random) -> Result<()> {
    if random.below(7) == 0 {
        let mut process = installation.launch()?;
        thread::sleep(Duration::from_millis(random.below(START_MS_MAX)));
        if let Some(status) = process.ended()? {
            bail!("the server ended by itself ({status}): {}", process.log_end());
        }
        return process.kill();
    }
    let mut server = installation.start()?;
    load.aim(Some(server.public));
    let life = LIFE_MS.0 + random.below(LIFE_MS.1 - LIFE_MS.0);
    thread::sleep(Duration::from_millis(life));
    if let Some(status) = server.process.ended()? {
        bail!("the server ended by itself ({status}): {}", server.process.log_end());
    }
    let killed = server.process.kill();
    load.aim(None);
    killed
}

/// Waits until nothing is owed, or nothing has arrived for as long as `quiet`.
fn await_all(ledger: &Ledger, quiet: Duration) {
    let (mut last, mut since) = (ledger.counts(), Instant::now());
    while last.delivered < last.accepted && since.elapsed() < quiet {
        thread::sleep(Duration::from_millis(20));
        let now = ledger.counts();
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
}

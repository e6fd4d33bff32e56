//! Kills the server at random moments under load and looks for an event that was lost.
//!
//! What is claimed: every event that was answered 2xx is delivered, unchanged, under the request id
//! it came with, and again only if a crash fell between the receiver's answer and our record of it.
//!
//! A trial is one data folder and up to 500 kills (SIGKILL), each at a random moment after the start
//! and one in seven before the server is ready. The receiver lives in this process and so survives.
//! Seed and moments are repeated by `--seed`; the interleaving within the server is not.
//!
//! The suite is shown to bite in each run: the same trial over a server that answers before its
//! commit has to lose events.

mod ledger;
mod load;
mod receiver;
mod trial;

use anyhow::Result;

use self::ledger::Counts;
use self::trial::{Outcome, Plan};
use super::{Job, Scale, Suite, Unprepared};
use crate::cargo::{self, Target};
use crate::folder::Scratch;
use crate::random;
use crate::report::Report;
use crate::server::Program;

const KILLS_QUICK: u32 = 20;
const KILLS_ALL: u32 = 200;

/// A trial's folder holds every event of the trial, so a long run is many trials.
const KILLS_PER_TRIAL_MAX: u32 = 500;

/// The control gets this many trials of this many kills to lose an event.
const CONTROL_TRIALS_MAX: u64 = 6;
const CONTROL_KILLS: u32 = 10;

/// How many deliveries one crash may repeat: what was under way or not yet recorded.
const REPEATED_PER_KILL_MAX: u64 = 256;

#[derive(Debug, Default)]
pub(crate) struct Crash {
    programs: Option<Programs>,
}

#[derive(Clone, Debug)]
struct Programs {
    server: Program,
    control: Program,
}

impl Suite for Crash {
    fn name(&self) -> &'static str {
        "crash"
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn prepare(&mut self, job: &Job) -> Result<(), Unprepared> {
        let release = matches!(job.scale, Scale::Soak { .. });
        let server = cargo::build(&job.root, Target::Binary("countersign"), release)?;
        let control = cargo::build(&job.root, Target::Example("control_answers_early"), release)?;
        self.programs = Some(Programs {
            server: Program { path: server, first: &["serve"] },
            control: Program { path: control, first: &[] },
        });
        Ok(())
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let mut report = Report::default();
        let Some(programs) = self.programs.clone() else {
            return Ok(report);
        };
        let seed = job.seed.unwrap_or_else(random::fresh_seed);
        report.note(format!("seed {seed}"));
        let kills = match job.scale {
            Scale::Quick => KILLS_QUICK,
            Scale::All => KILLS_ALL,
            Scale::Soak { kills } => kills,
        };
        let total = judge(&programs.server, seed, kills, &mut report)?;
        report.note(format!(
            "{kills} kills, {} accepted, {} delivered, {} repeated",
            total.accepted, total.delivered, total.repeated
        ));
        let control = control_bites(&programs.control, seed)?;
        report.check("a server that answers before its commit is found out", &control);
        Ok(report)
    }
}

/// Runs all trials and checks them together; the checks are the same for 20 kills and for 10,000.
fn judge(server: &Program, seed: u64, kills: u32, report: &mut Report) -> Result<Counts> {
    let mut total = Counts::default();
    let mut problems = Problems::default();
    let mut left = kills;
    while left > 0 {
        let kills = left.min(KILLS_PER_TRIAL_MAX);
        let mut scratch = Scratch::new("crash")?;
        let plan = Plan::new(server, seed.wrapping_add(u64::from(left)), kills);
        let outcome = trial::run(&plan, scratch.path()).inspect_err(|_| scratch.keep())?;
        if problems.add(&outcome) {
            scratch.keep();
        }
        total.add(&outcome.counts);
        left -= kills;
        if kills == KILLS_PER_TRIAL_MAX {
            println!(
                "  {left} kills left, {} accepted, {} delivered",
                total.accepted, total.delivered
            );
        }
    }
    if total.repeated > u64::from(kills) * REPEATED_PER_KILL_MAX {
        problems.repeated.push(format!("{} repeated in {kills} kills", total.repeated));
    }
    if total.accepted == 0 {
        problems.lost.push("nothing was accepted, so nothing was tested".to_owned());
    }
    report.check("every event answered 2xx is delivered", &problems.lost.join("; "));
    report.check("each arrives as it was sent, under its request id", &problems.faults.join("; "));
    report.check("one is repeated only by a crash", &problems.repeated.join("; "));
    report.check("SIGTERM drains and exits 0", &problems.ending.join("; "));
    Ok(total)
}

/// What was found wrong, by the check it belongs to.
#[derive(Debug, Default)]
struct Problems {
    lost: Vec<String>,
    faults: Vec<String>,
    repeated: Vec<String>,
    ending: Vec<String>,
}

impl Problems {
    /// True when the outcome had any.
    fn add(&mut self, outcome: &Outcome) -> bool {
        let before = self.count();
        if !outcome.missing.is_empty() {
            let shown: Vec<_> = outcome.missing.iter().take(5).cloned().collect();
            self.lost.push(format!("{} lost, such as {}", outcome.missing.len(), shown.join(", ")));
        }
        self.faults.extend(outcome.faults.iter().cloned());
        if outcome.counts.repeated_without_crash > 0 {
            let count = outcome.counts.repeated_without_crash;
            self.repeated.push(format!("{count} repeated by a server that had not crashed"));
        }
        if !outcome.ending.success() {
            self.ending.push(outcome.ending.to_string());
        }
        self.count() > before
    }

    fn count(&self) -> usize {
        self.lost.len() + self.faults.len() + self.repeated.len() + self.ending.len()
    }
}

/// Nothing when the control lost an event, else what is wrong with this suite.
fn control_bites(control: &Program, seed: u64) -> Result<String> {
    for round in 0..CONTROL_TRIALS_MAX {
        let scratch = Scratch::new("crash-control")?;
        let plan = Plan::control(control, seed.wrapping_add(round), CONTROL_KILLS);
        let outcome = trial::run(&plan, scratch.path())?;
        if !outcome.missing.is_empty() {
            println!("  the control lost {} of {}", outcome.missing.len(), outcome.counts.accepted);
            return Ok(String::new());
        }
    }
    Ok(format!("it lost nothing in {} kills", CONTROL_TRIALS_MAX * u64::from(CONTROL_KILLS)))
}

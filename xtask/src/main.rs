//! `cargo xtask`: the project's suites, checks and long runs, each called by a name.
//!
//! Owns how the project is tested from outside: which suites there are, in what order they run, how
//! their counts are added up and what the process answers. It never links the code it tests, so that
//! a broken crate is reported by a suite and does not stop this program from being built. The last
//! line of `test`, `ci` and `soak` is always `N passed, N failed, N skipped`.

#![allow(
    clippy::disallowed_methods,
    reason = "the bans protect the server; a test driver dials loopback and reads the clock itself"
)]

mod bench;
mod cargo;
mod debian;
mod folder;
mod fuzz;
mod http;
mod npm;
mod process;
mod push;
mod python;
mod random;
mod report;
mod server;
mod suite;
mod tidy;
mod vectors;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::suite::{Job, Scale};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Suites, checks and long runs of the project")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the quick suites, all suites, or the ones named.
    Test {
        /// Also the slow suites, and the larger figures of the others.
        #[arg(long)]
        all: bool,
        /// Repeat a run: the seed that a suite printed.
        #[arg(long)]
        seed: Option<u64>,
        /// Names of suites; none means all that are quick.
        suites: Vec<String>,
    },
    /// Formatting, clippy, documentation, dependencies, then every suite.
    Ci,
    /// The habits that can be counted.
    Tidy,
    /// Writes the test vectors, `vectors/*.json`.
    Vectors,
    /// Measures other receivers and writes the table in `docs/receivers.md`.
    Receivers,
    /// What the server accepts, delivers and costs, beside a null relay; builds in release.
    Bench {
        /// Few events, to check the benchmark itself.
        #[arg(long)]
        quick: bool,
    },
    /// What verifying costs beside other crates and the hash alone, as a table in Markdown.
    BenchVerify {
        /// How often everything is measured; a round takes half a minute.
        #[arg(long, default_value_t = 5)]
        rounds: u32,
    },
    /// Every fuzz target, or the one named, each for as long.
    Fuzz {
        /// How long each target runs.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
        target: Option<String>,
    },
    /// The crash suite and the times of comparisons by hand, for as long as it takes.
    Soak {
        /// How many times the server is killed.
        #[arg(long, default_value_t = 10_000)]
        kills: u32,
        /// Repeat a run: the seed that a run printed.
        #[arg(long)]
        seed: Option<u64>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Test { all, seed, suites } => {
            let scale = if all { Scale::All } else { Scale::Quick };
            let chosen = suite::choose(&suites, all)?;
            Ok(suite::run_all(chosen, &Job::new(scale, seed)))
        }
        Command::Ci => {
            let mut chosen = suite::checks();
            chosen.extend(suite::choose(&[], true)?);
            Ok(suite::run_all(chosen, &Job::new(Scale::All, None)))
        }
        Command::Tidy => tidy::print_findings(&folder::root()),
        Command::Vectors => {
            vectors::write(&folder::root())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Receivers => Ok(suite::run_all(suite::receivers(), &Job::new(Scale::All, None))),
        Command::Bench { quick } => bench::run(quick),
        Command::BenchVerify { rounds } => bench::verify::run(rounds),
        Command::Fuzz { seconds, target } => fuzz::run(target.as_deref(), seconds),
        Command::Soak { kills, seed } => {
            let chosen = suite::choose(&["crash".to_owned(), "timing".to_owned()], true)?;
            Ok(suite::run_all(chosen, &Job::new(Scale::Soak { kills }, seed)))
        }
    }
}

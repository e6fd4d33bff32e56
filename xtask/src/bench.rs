//! `cargo xtask bench`: what the server accepts, delivers and costs, beside servers that do less.
//!
//! Owns what is measured and how: three rounds of the same scenarios, each on an empty data folder
//! on a real disk, with load, server and receiver sharing the machine. A ratio is taken within a
//! round, so that what disturbs the machine disturbs both of its sides. Every program is a process
//! of its own, built in release; the server runs as shipped, with its default settings.
//!
//! A run fails where an answer was not as it must be, an event did not arrive exactly once, a
//! sampled signature was wrong, or a program did not end with 0 after SIGTERM: figures of a server
//! that does not do its work are worth nothing.

mod arrived;
mod commits;
mod figures;
mod machine;
mod programs;
mod running;
mod scenario;
mod sending;
mod server;
pub(crate) mod verify;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use self::figures::Figures;
use self::machine::Machine;
use self::programs::Programs;
use crate::folder;

const ROUNDS: usize = 3;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
struct Size {
    /// Events of each scenario under full load.
    events: u64,
    /// Durable commits, one after the other.
    commits: u32,
    /// Starts on an empty store.
    starts: u32,
    /// Seconds at [`scenario::PACED_PER_SECOND`].
    paced_s: u64,
}

const FULL: Size = Size { events: 60_000, commits: 2_000, starts: 5, paced_s: 10 };

/// To check the benchmark itself; its figures are coarse.
const QUICK: Size = Size { events: 5_000, commits: 300, starts: 1, paced_s: 2 };

/// What every scenario needs.
#[derive(Debug)]
struct Bench {
    programs: Programs,
    size: Size,
    /// Holds what a scenario makes; on the disk that is measured.
    folder: PathBuf,
}

/// Measures, prints the table and writes `target/bench/results.json`.
///
/// # Errors
/// A program could not be built or started, or did not do its work.
pub(crate) fn run(quick: bool) -> Result<ExitCode> {
    let root = folder::root();
    let folder = root.join("target").join("bench");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let machine = Machine::describe(&root, &folder)?;
    if machine.is_in_memory() {
        bail!(
            "{} lies in memory, where a durable write costs nothing; put the target folder on a disk",
            folder.display()
        );
    }
    let bench = Bench {
        programs: Programs::build(&root)?,
        size: if quick { QUICK } else { FULL },
        folder: folder.clone(),
    };
    let mut figures = Figures::default();
    for round in 1..=ROUNDS {
        println!("round {round} of {ROUNDS}");
        scenario::round(&bench, &mut figures)?;
    }
    figures.add_ratios();
    println!("\n{machine}\n");
    figures.print();
    let path = folder.join("results.json");
    let results = serde_json::json!({
        "machine": machine.json(),
        "commit": machine.commit,
        "profile": "release",
        "fsync": true,
        "quick": quick,
        "rounds": ROUNDS,
        "events_per_scenario": bench.size.events,
        "body_bytes": 2048,
        "figures": figures.json(),
    });
    fs::write(&path, format!("{results:#}\n"))
        .with_context(|| format!("writing {}", path.display()))?;
    println!("\nwritten: {}", path.display());
    Ok(ExitCode::SUCCESS)
}

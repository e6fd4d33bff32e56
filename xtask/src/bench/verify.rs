//! `cargo xtask bench-verify`: what verifying costs beside other crates and the hash alone, as a table.
//!
//! Runs the Criterion bench of `bench/`, a workspace of its own, in rounds, and reads what Criterion
//! measured. A figure is the median of a round, and a ratio is made within a round: what else a machine
//! does changes from one round to the next.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::cargo;
use crate::folder;

/// What each contender is compared with.
const ALONE: &str = "SHA-256 alone (sha2)";
const OURS: &str = "countersign";

const SIZES: [u32; 3] = [200, 2048, 65536];

/// What is asked of [`OURS`]: at most so many times the hash alone, plus so many nanoseconds.
const LIMITS: [(u32, f64, f64); 2] = [(2048, 1.15, 400.0), (65536, 1.05, 0.0)];
/// And at most so many times the best of the others.
const BEST_MAX: f64 = 1.05;

/// Nanoseconds, by dialect, size and contender.
type Round = BTreeMap<(String, u32, String), f64>;

/// Measures `rounds` times and prints the table in Markdown.
///
/// # Errors
/// The bench did not build or run, or left no figures.
pub(crate) fn run(rounds: u32) -> Result<ExitCode> {
    let root = folder::root();
    let target = root.join("target").join("bench-crates");
    let mut measured = Vec::new();
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        let mut bench = cargo::command(&root.join("bench"));
        bench.args(["bench", "--locked", "--bench", "verify"]).env("CARGO_TARGET_DIR", &target);
        bench.env("CRITERION_HOME", target.join("criterion")).stdout(Stdio::null());
        if !bench.status().context("starting cargo")?.success() {
            bail!("the bench did not run");
        }
        measured.push(read(&target.join("criterion"))?);
    }
    print!("{}", table(&measured)?);
    Ok(ExitCode::SUCCESS)
}

/// The median of every bench, as Criterion keeps it: `GROUP/NAME/SIZE/new/`.
fn read(criterion: &Path) -> Result<Round> {
    let mut round = Round::new();
    for dialect in folder::names_in(criterion)? {
        for folder in folder::names_in(&criterion.join(&dialect))? {
            for size in SIZES {
                let new = criterion.join(format!("{dialect}/{folder}/{size}/new"));
                // Folders of reports have no figures.
                if !new.exists() {
                    continue;
                }
                let name =
                    json(&new.join("benchmark.json"))?["function_id"].as_str().map(str::to_owned);
                let median =
                    json(&new.join("estimates.json"))?["median"]["point_estimate"].as_f64();
                let name = name.context("a bench without a name")?;
                let median = median.context("a bench without a median")?;
                round.insert((dialect.clone(), size, name), median);
            }
        }
    }
    ensure!(!round.is_empty(), "Criterion left no figures in {}", criterion.display());
    Ok(round)
}

fn json(path: &Path) -> Result<Value> {
    let text = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| path.display().to_string())
}

/// One row a contender and size, and what is asked of ours below.
fn table(rounds: &[Round]) -> Result<String> {
    let first = rounds.first().context("no round")?;
    let mut text = String::from(
        "| dialect, body | contender | ns | times the hash alone |\n|---|---|--:|--:|\n",
    );
    let mut asked = String::new();
    for key in first.keys() {
        let (dialect, size, name) = key;
        let alone = (dialect.clone(), *size, ALONE.to_owned());
        let ns = figures(rounds, |round| round.get(key).copied())?;
        let ratio = figures(rounds, |round| Some(round.get(key)? / round.get(&alone)?))?;
        text +=
            &format!("| `{dialect}`, {size} B | {name} | {} | {} |\n", ns.shown(0), ratio.shown(2));
        if name != OURS {
            continue;
        }
        let best = figures(rounds, |round| Some(round.get(key)? / best(round, dialect, *size)?))?;
        asked +=
            &format!("- `{dialect}`, {size} B: {} times the best of the others", best.shown(2));
        asked += if best.median <= BEST_MAX { ".\n" } else { ", over what is asked.\n" };
        for (_, times, more) in LIMITS.iter().filter(|(of, ..)| of == size) {
            let share = figures(rounds, |round| {
                Some(round.get(key)? / (round.get(&alone)? * times + more))
            })?;
            asked += &format!(
                "  Of {times} times the hash alone and {more} ns it takes {}.\n",
                share.shown(2)
            );
        }
    }
    Ok(format!("{text}\n{asked}"))
}

/// The least that another contender takes.
fn best(round: &Round, dialect: &str, size: u32) -> Option<f64> {
    let others = round.iter().filter(|((of, bytes, name), _)| {
        of == dialect && *bytes == size && name != OURS && name != ALONE
    });
    others.map(|(_, ns)| *ns).min_by(f64::total_cmp)
}

/// Least, median and greatest of the rounds.
struct Figures {
    least: f64,
    median: f64,
    greatest: f64,
}

impl Figures {
    fn shown(&self, digits: usize) -> String {
        let Self { least, median, greatest } = self;
        format!("{least:.digits$} / {median:.digits$} / {greatest:.digits$}")
    }
}

fn figures(rounds: &[Round], of: impl Fn(&Round) -> Option<f64>) -> Result<Figures> {
    let mut values: Vec<f64> = rounds.iter().filter_map(of).collect();
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied().context("a contender is missing");
    Ok(Figures {
        least: at(0)?,
        median: at(values.len() / 2)?,
        greatest: at(values.len().saturating_sub(1))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(alone: f64, ours: f64, ring: f64) -> Round {
        let key = |name: &str| ("github".to_owned(), 2048, name.to_owned());
        Round::from([(key(ALONE), alone), (key(OURS), ours), (key("ring"), ring)])
    }

    #[test]
    fn ratios_are_made_within_a_round() {
        let rounds = [round(1000.0, 1550.0, 1550.0), round(2000.0, 2700.0, 3000.0)];
        let text = table(&rounds).unwrap();
        assert!(
            text.contains(
                "| `github`, 2048 B | countersign | 1550 / 2700 / 2700 | 1.35 / 1.55 / 1.55 |"
            ),
            "{text}"
        );
        assert!(text.contains("0.90 / 1.00 / 1.00 times the best of the others.\n"), "{text}");
        assert!(text.contains("it takes 1.00 / 1.00 / 1.00."), "{text}");
    }

    #[test]
    fn what_is_slower_than_asked_is_said() {
        let text = table(&[round(1000.0, 1100.0, 1000.0)]).unwrap();
        assert!(text.contains("over what is asked"), "{text}");
    }
}

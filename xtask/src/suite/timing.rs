//! Comparing a digest, a token or a password does not depend on how many leading bytes are right.
//!
//! Shown by counting: valgrind executes forged requests of every form with 0, 1, 2, ... leading bytes
//! right, in an optimised build, and the instructions of one form must all be equal in number. In
//! `soak` also by the clock: Welch's t between forgeries with no byte right and with all but the last.
//! Both must find out the same program with a comparison that stops at the first difference.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::{Job, Scale, Suite, Unprepared};
use crate::cargo::{self, Target};
use crate::debian;
use crate::folder::Scratch;
use crate::process::{end_of, output};
use crate::report::{NotRun, Report};

const LIMIT: Duration = Duration::from_secs(300);

/// Beyond this, means of the kept times differ for a reason: by chance once in some 150,000 runs.
const T_MAX: f64 = 4.5;
/// The control has to be found beyond doubt.
const T_CONTROL_MIN: f64 = 20.0;

/// What makes the program's comparison stop early.
const EARLY_EXIT: &str = "early-exit";

/// A form of request, and the instructions of each of its forgeries.
type Counts = BTreeMap<String, Vec<u64>>;

#[derive(Debug, Default)]
pub(crate) struct Timing {
    program: PathBuf,
}

impl Suite for Timing {
    fn name(&self) -> &'static str {
        "timing"
    }

    fn is_quick(&self) -> bool {
        false
    }

    fn prepare(&mut self, job: &Job) -> Result<(), Unprepared> {
        if !cfg!(target_os = "linux") {
            return Err(NotRun::new("valgrind counts on Linux only", "run it on Linux").into());
        }
        debian::provide("valgrind", &["valgrind"], || debian::answers("valgrind", &[]))?;
        let example = Target::Example("comparison");
        self.program = cargo::build_of(&job.root, "countersign", example, true)?;
        Ok(())
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let mut report = Report::default();
        let counts = count(&self.program, &[])?;
        for (form, counts) in &counts {
            let name = format!("{form}: {} forgeries take the same steps", counts.len());
            report.check(&name, &unequal(counts));
        }
        let control = count(&self.program, &[EARLY_EXIT])?;
        report.check("an early exit shows in the steps of every form", &unfound(&control));
        if let Scale::Soak { .. } = job.scale {
            by_the_clock(&self.program, &mut report)?;
        }
        Ok(report)
    }
}

/// Counts the instructions of every call of `measured`, by form.
fn count(program: &Path, words: &[&str]) -> Result<Counts> {
    let scratch = Scratch::new("timing")?;
    let out = scratch.path().join("counts");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--collect-atstart=no", "--dump-line=no"]);
    valgrind.args(["--toggle-collect=comparison::measured", "--dump-after=comparison::measured"]);
    valgrind.arg(format!("--callgrind-out-file={}", out.display()));
    valgrind.arg(program).arg("count").args(words);
    let done = output(&mut valgrind, LIMIT)?;
    if !done.status.success() {
        bail!("valgrind: {}: {}", done.status, end_of(&String::from_utf8_lossy(&done.stderr)));
    }
    let mut counts = Counts::new();
    for (number, line) in (1..).zip(String::from_utf8_lossy(&done.stdout).lines()) {
        let (form, right) = line.split_once(' ').context("a line of another program")?;
        if right != "warm-up" {
            let dump = scratch.path().join(format!("counts.{number}"));
            let text = fs::read_to_string(&dump).with_context(|| dump.display().to_string())?;
            let count = instructions(&text).with_context(|| format!("no count for {line}"))?;
            counts.entry(form.to_owned()).or_default().push(count);
        }
    }
    Ok(counts)
}

/// The sum of a dump.
fn instructions(dump: &str) -> Option<u64> {
    let sum = |line: &str| {
        line.strip_prefix("totals:").or(line.strip_prefix("summary:"))?.trim().parse().ok()
    };
    dump.lines().find_map(sum).filter(|count| *count > 0)
}

/// Nothing when all are equal, else how they are not.
fn unequal(counts: &[u64]) -> String {
    match (counts.iter().min(), counts.iter().max()) {
        (Some(least), Some(most)) if least == most && counts.len() > 1 => String::new(),
        (Some(least), Some(most)) => format!("between {least} and {most} instructions: {counts:?}"),
        _ => "nothing was counted".to_owned(),
    }
}

/// Nothing when the steps of every form grow with each byte that is right.
fn unfound(control: &Counts) -> String {
    let grows = |counts: &[u64]| counts.windows(2).all(|pair| pair[0] < pair[1]);
    let unfound: Vec<&str> = control
        .iter()
        .filter(|(_, counts)| unequal(counts).is_empty() || !grows(counts))
        .map(|(form, _)| form.as_str())
        .collect();
    if control.is_empty() { "nothing was counted".to_owned() } else { unfound.join(", ") }
}

/// The same by time, for as long as it takes.
fn by_the_clock(program: &Path, report: &mut Report) -> Result<()> {
    for (form, t) in statistics(program, &[])? {
        let problem = format!("t is {t}, beyond {T_MAX}");
        report.check(
            &format!("{form}: times do not differ"),
            if t.abs() < T_MAX { "" } else { &problem },
        );
    }
    for (form, t) in statistics(program, &[EARLY_EXIT])? {
        let problem = format!("t is only {t}");
        let found = t.abs() > T_CONTROL_MIN;
        report.check(
            &format!("{form}: an early exit shows in the times"),
            if found { "" } else { &problem },
        );
    }
    Ok(())
}

fn statistics(program: &Path, words: &[&str]) -> Result<Vec<(String, f64)>> {
    let done = output(Command::new(program).arg("statistics").args(words), LIMIT)?;
    if !done.status.success() {
        bail!("{}: {}", done.status, end_of(&String::from_utf8_lossy(&done.stderr)));
    }
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let read = |line: &str| {
        let (form, t) = line.split_once(' ').context("a line of another program")?;
        println!("  {form}: t {t} {}", words.join(" "));
        Ok((form.to_owned(), t.parse().context("t")?))
    };
    text.lines().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_a_dump_is_read() {
        assert_eq!(instructions("events: Ir\nsummary: 4711\n"), Some(4711));
        assert_eq!(instructions("events: Ir\ntotals: 12\n"), Some(12));
        assert_eq!(instructions("events: Ir\nsummary: 0\n"), None);
    }

    #[test]
    fn one_step_more_is_found() {
        assert_eq!(unequal(&[100, 100, 100]), "");
        assert_ne!(unequal(&[100, 101, 100]), "");
        assert_ne!(unequal(&[100]), "");
        assert_ne!(unequal(&[]), "");
    }

    #[test]
    fn a_control_that_does_not_grow_is_unfound() {
        let control = |counts: &[u64]| Counts::from([("hex".to_owned(), counts.to_vec())]);
        assert_eq!(unfound(&control(&[1, 2, 3])), "");
        assert_eq!(unfound(&control(&[2, 2, 2])), "hex");
        assert_eq!(unfound(&control(&[1, 3, 2])), "hex");
        assert_ne!(unfound(&Counts::new()), "");
    }
}

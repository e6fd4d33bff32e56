//! Every test of every crate: `cargo test --workspace`, unit, integration and documentation tests.
//!
//! Counts come from the lines `test result: ...` that each test binary ends with. A run that fails
//! without a failed test (it did not build, it aborted) counts as one failure.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use anyhow::{Context, Result};

use super::{Job, Suite};
use crate::cargo;
use crate::report::Report;

#[derive(Debug)]
pub(crate) struct Rust;

impl Suite for Rust {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let mut command = cargo::command(&job.root);
        command.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting cargo test")?;
        let mut report = Report::default();
        let out = child.stdout.take().context("the output of cargo test")?;
        for line in BufReader::new(out).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            if let Some(counts) = Counts::read(&line) {
                counts.add_to(&mut report);
            }
            if let Some(name) = failed_test(&line) {
                report.failures.push(name.to_owned());
            }
            if is_worth_showing(&line) {
                println!("{line}");
            }
        }
        let status = child.wait().context("waiting for cargo test")?;
        if !status.success() && report.failed == 0 {
            report.fail("`cargo test` failed without a failed test".to_owned());
        }
        if std::env::var_os("COUNTERSIGN_CORPORA").is_none() {
            report
                .note("COUNTERSIGN_CORPORA is not set: tests over corpora did not look".to_owned());
        }
        Ok(report)
    }
}

/// The figures of one `test result:` line.
#[derive(Debug, PartialEq, Eq)]
struct Counts {
    passed: usize,
    failed: usize,
    ignored: usize,
}

impl Counts {
    fn read(line: &str) -> Option<Self> {
        let figures = line.strip_prefix("test result: ")?;
        let (_, figures) = figures.split_once(". ")?;
        let figure = |label: &str| {
            let part = figures.split("; ").find_map(|part| part.strip_suffix(label))?;
            part.trim().parse().ok()
        };
        Some(Self {
            passed: figure(" passed")?,
            failed: figure(" failed")?,
            ignored: figure(" ignored")?,
        })
    }

    fn add_to(&self, report: &mut Report) {
        report.passed += self.passed;
        report.failed += self.failed;
        report.skipped += self.ignored;
    }
}

fn failed_test(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.strip_suffix(" ... FAILED")
}

fn is_worth_showing(line: &str) -> bool {
    let passed = line.starts_with("test ") && line.ends_with(" ... ok");
    let empty = line.is_empty() || line.starts_with("running ");
    let nothing = line.contains(" 0 passed; 0 failed; 0 ignored;");
    !(passed || empty || nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_from_a_result_line() {
        let line = "test result: FAILED. 12 passed; 2 failed; 1 ignored; 0 measured; 3 filtered out; \
                    finished in 0.01s";
        assert_eq!(Counts::read(line), Some(Counts { passed: 12, failed: 2, ignored: 1 }));
        assert_eq!(Counts::read("test a::b ... ok"), None);
    }

    #[test]
    fn the_name_of_a_failed_test_is_kept() {
        assert_eq!(failed_test("test a::b ... FAILED"), Some("a::b"));
        assert_eq!(failed_test("test a::b ... ok"), None);
    }

    #[test]
    fn passing_tests_are_not_shown_and_failures_are() {
        assert!(!is_worth_showing("test a::b ... ok"));
        assert!(is_worth_showing("test a::b ... FAILED"));
        assert!(is_worth_showing("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured"));
    }
}

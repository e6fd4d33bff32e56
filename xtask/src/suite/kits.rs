//! The kits in other languages, a suite each: their tests run with the real interpreters and
//! compilers, over the same vectors as the crate.
//!
//! Owns what the suites share: a kit's test program prints what failed and ends with one line
//! `N passed, N failed, N skipped`, from which the counts come. A program that ends badly without a
//! failed test counts as one failure.

mod go;
mod java;
mod javascript;
mod python;
mod snippets;

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::process::{end_of, output};
use crate::report::Report;

pub(super) use go::Go;
pub(super) use java::Java;
pub(super) use javascript::JavaScript;
pub(super) use python::PythonKit;
pub(super) use snippets::Snippets;

/// Runs a kit's test program to its end and reads its counts.
///
/// # Errors
/// It could not be started or did not end within `limit`.
pub(super) fn counted(command: &mut Command, limit: Duration) -> Result<Report> {
    let done = output(command, limit)?;
    let out = String::from_utf8_lossy(&done.stdout).into_owned();
    let all = format!("{out}\n{}", String::from_utf8_lossy(&done.stderr));
    let mut report = Report::default();
    match out.lines().rev().find_map(counts) {
        Some((passed, failed, skipped)) => {
            (report.passed, report.failed, report.skipped) = (passed, failed, skipped);
            if failed > 0 {
                report.failures.push(end_of(&all));
                println!("{}", end_of(&all));
            } else if !done.status.success() {
                report.fail(format!("{} although no test failed: {}", done.status, end_of(&all)));
            } else if passed == 0 {
                report.fail("no test ran".to_owned());
            }
        }
        None => report.fail(format!("no counts ({}): {}", done.status, end_of(&all))),
    }
    Ok(report)
}

/// The figures of a line `N passed, N failed, N skipped`.
fn counts(line: &str) -> Option<(usize, usize, usize)> {
    let mut parts = line.trim().split(", ");
    let mut figure = |word: &str| parts.next()?.strip_suffix(word)?.trim().parse().ok();
    Some((figure(" passed")?, figure(" failed")?, figure(" skipped")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str) -> Report {
        counted(Command::new("sh").args(["-c", script]), Duration::from_secs(10)).unwrap()
    }

    #[test]
    fn counts_come_from_the_last_line_that_has_them() {
        let report =
            run("echo 9 passed, 0 failed, 0 skipped; echo 3 passed, 0 failed, 1 skipped; echo");
        assert_eq!((report.passed, report.failed, report.skipped), (3, 0, 1));
    }

    #[test]
    fn a_program_that_says_nothing_or_ends_badly_has_failed() {
        for script in [
            "true",
            "echo 0 passed, 0 failed, 0 skipped",
            "echo 1 passed, 0 failed, 0 skipped; exit 1",
        ] {
            assert_eq!(run(script).failed, 1, "{script}");
        }
    }
}

//! What a suite reports, and how the reports of a run become a table and one last line.
//!
//! Invariant: the counts in the last line are the sums of the table's columns; a suite that could not
//! run counts as one skipped.

use std::time::Duration;

/// What became of one suite: how many of its tests passed, failed or were skipped, and the words
/// that a person needs to know why.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
    /// One entry for each failure, in the order in which they happened.
    pub(crate) failures: Vec<String>,
    /// Figures worth printing, such as a seed or how many events were delivered.
    pub(crate) notes: Vec<String>,
}

impl Report {
    /// Counts one check; `problem` is empty when it passed.
    pub(crate) fn check(&mut self, name: &str, problem: &str) {
        if problem.is_empty() {
            self.passed += 1;
            println!("  ok      {name}");
        } else {
            self.fail(format!("{name}: {problem}"));
        }
    }

    /// Counts one failure.
    pub(crate) fn fail(&mut self, reason: String) {
        println!("  FAILED  {reason}");
        self.failed += 1;
        self.failures.push(reason);
    }

    /// Prints a figure now and keeps it for the end.
    pub(crate) fn note(&mut self, note: String) {
        println!("  {note}");
        self.notes.push(note);
    }
}

/// Why a suite could not run, and what to do about it.
#[derive(Debug)]
pub(crate) struct NotRun {
    pub(crate) reason: String,
    pub(crate) remedy: String,
    /// Even under `CI=true` this is no failure.
    pub(crate) tolerated: bool,
}

impl NotRun {
    pub(crate) fn new(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { reason: reason.into(), remedy: remedy.into(), tolerated: false }
    }
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) report: Report,
    pub(crate) not_run: Option<NotRun>,
    pub(crate) took: Duration,
}

/// All rows of one run.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) rows: Vec<Row>,
}

impl Summary {
    /// True when nothing failed and, with `strict`, nothing stayed undone that is not tolerated.
    pub(crate) fn is_success(&self, strict: bool) -> bool {
        let undone = |row: &Row| row.not_run.as_ref().is_some_and(|not_run| !not_run.tolerated);
        self.rows.iter().all(|row| row.report.failed == 0 && !(strict && undone(row)))
    }

    /// The last line: `N passed, N failed, N skipped`.
    pub(crate) fn last_line(&self) -> String {
        let (mut passed, mut failed, mut skipped) = (0, 0, 0);
        for row in &self.rows {
            passed += row.report.passed;
            failed += row.report.failed;
            skipped += row.report.skipped + usize::from(row.not_run.is_some());
        }
        format!("{passed} passed, {failed} failed, {skipped} skipped")
    }

    /// The table, failures and reasons first told in full, the last line alone at the end.
    pub(crate) fn print(&self) {
        println!();
        for row in &self.rows {
            for failure in &row.report.failures {
                println!("FAILED {}: {failure}", row.name);
            }
            if let Some(not_run) = &row.not_run {
                println!("NOT RUN {}: {}; to run it: {}", row.name, not_run.reason, not_run.remedy);
            }
        }
        println!(
            "{:<16}{:>8}{:>8}{:>9}{:>9}  figures",
            "suite", "passed", "failed", "skipped", "time"
        );
        for row in &self.rows {
            let skipped = row.report.skipped + usize::from(row.not_run.is_some());
            let line = format!(
                "{:<16}{:>8}{:>8}{:>9}{:>8.1}s  {}",
                row.name,
                row.report.passed,
                row.report.failed,
                skipped,
                row.took.as_secs_f64(),
                row.report.notes.join("; "),
            );
            println!("{}", line.trim_end());
        }
        println!("{}", self.last_line());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(passed: usize, failed: usize, not_run: Option<NotRun>) -> Row {
        let report = Report { passed, failed, skipped: 1, ..Report::default() };
        Row { name: "one", report, not_run, took: Duration::ZERO }
    }

    #[test]
    fn the_last_line_adds_up_the_rows() {
        let rows = vec![row(3, 0, None), row(4, 1, Some(NotRun::new("a", "b")))];
        assert_eq!(Summary { rows }.last_line(), "7 passed, 1 failed, 3 skipped");
    }

    #[test]
    fn a_suite_that_could_not_run_fails_a_strict_run_only() {
        let summary = Summary { rows: vec![row(1, 0, Some(NotRun::new("a", "b")))] };
        assert!(summary.is_success(false));
        assert!(!summary.is_success(true));
    }

    #[test]
    fn what_is_tolerated_fails_no_run() {
        let not_run = NotRun { tolerated: true, ..NotRun::new("a", "b") };
        assert!(Summary { rows: vec![row(1, 0, Some(not_run))] }.is_success(true));
    }

    #[test]
    fn a_failure_fails_every_run() {
        assert!(!Summary { rows: vec![row(1, 1, None)] }.is_success(false));
    }
}

//! The habits that can be counted, as a suite.

use anyhow::Result;

use super::{Job, Suite};
use crate::report::Report;
use crate::tidy;

#[derive(Debug)]
pub(crate) struct Tidy;

impl Suite for Tidy {
    fn name(&self) -> &'static str {
        "tidy"
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let mut report = Report::default();
        for (rule, findings) in tidy::examine(&job.root)? {
            let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
            report.check(rule, &findings.join("\n          "));
        }
        Ok(report)
    }
}

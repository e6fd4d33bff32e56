//! What cargo itself can check: formatting, clippy, documentation. Part of `ci`, and of `test` when named.

use anyhow::{Context, Result};

use super::{Job, Suite};
use crate::cargo;
use crate::report::Report;

/// A cargo command that passes when it exits 0.
#[derive(Debug)]
struct Check {
    name: &'static str,
    arguments: &'static [&'static str],
    variable: Option<(&'static str, &'static str)>,
}

const CHECKS: [Check; 3] = [
    Check { name: "fmt", arguments: &["fmt", "--all", "--check", "--", "-l"], variable: None },
    Check {
        name: "clippy",
        arguments: &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
        variable: None,
    },
    Check {
        name: "doc",
        arguments: &["doc", "--workspace", "--no-deps", "--locked"],
        variable: Some(("RUSTDOCFLAGS", "-D warnings")),
    },
];

/// The checks in the order in which they run, the fastest first.
pub(crate) fn all() -> Vec<Box<dyn Suite>> {
    CHECKS.into_iter().map(|check| Box::new(check) as Box<dyn Suite>).collect()
}

impl Suite for Check {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is_quick(&self) -> bool {
        false
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let mut command = cargo::command(&job.root);
        command.args(self.arguments).envs(self.variable);
        let status = command.status().with_context(|| format!("starting cargo {}", self.name))?;
        let mut report = Report::default();
        let said = if status.success() { String::new() } else { status.to_string() };
        report.check(&format!("cargo {}", self.arguments.join(" ")), &said);
        Ok(report)
    }
}

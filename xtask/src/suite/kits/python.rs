//! The kit in Python: its tests, with the frameworks of its examples, and once more without them
//! under every other Python that this machine has.
//!
//! The frameworks, `build` and `mypy` stand in an environment under `target/xtask`; nothing is written
//! into the kit's folder.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::counted;
use crate::process::output;
use crate::python::Environment;
use crate::report::Report;
use crate::suite::{Job, Suite, Unprepared};

const LIMIT: Duration = Duration::from_secs(600);

/// Which minor versions of Python 3 the kit is tested under: from what it promises to what there is.
const MINORS: std::ops::RangeInclusive<u32> = 9..=15;

#[derive(Debug, Default)]
pub(crate) struct PythonKit {
    environment: Option<Environment>,
}

impl Suite for PythonKit {
    fn name(&self) -> &'static str {
        "kit-python"
    }

    fn is_quick(&self) -> bool {
        false
    }

    fn prepare(&mut self, job: &Job) -> Result<(), Unprepared> {
        let requirements = job.root.join("kits/python/tests/requirements.txt");
        self.environment = Some(Environment::prepare("kit-python-venv", &requirements, "flask")?);
        Ok(())
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let Some(environment) = &self.environment else {
            return Ok(Report::default());
        };
        let python = environment.program("python");
        let mut report = counted(&mut tests(&job.root, &python), LIMIT)?;
        let own = minor_version(&python);
        let mut versions = own.map(|minor| format!("3.{minor}")).into_iter().collect::<Vec<_>>();
        for (minor, python) in others() {
            if Some(minor) == own {
                continue;
            }
            let mut command = tests(&job.root, &python);
            let other = counted(command.arg("--kit-only"), LIMIT)?;
            report.passed += other.passed;
            report.failed += other.failed;
            report.skipped += other.skipped;
            report.failures.extend(
                other.failures.into_iter().map(|failure| format!("Python 3.{minor}: {failure}")),
            );
            versions.push(format!("3.{minor}"));
        }
        report.note(format!("Python {}", versions.join(", ")));
        Ok(report)
    }
}

fn tests(root: &Path, python: &Path) -> Command {
    let mut command = Command::new(python);
    command.arg(root.join("kits/python/tests/run.py"));
    command
}

/// One interpreter of each minor version: what the path has, else what pyenv keeps.
fn others() -> BTreeMap<u32, PathBuf> {
    let named = MINORS.map(|minor| PathBuf::from(format!("python3.{minor}")));
    let mut found = BTreeMap::new();
    for python in named.chain(kept_by_pyenv()) {
        if let Some(minor) = minor_version(&python).filter(|minor| MINORS.contains(minor)) {
            found.entry(minor).or_insert(python);
        }
    }
    found
}

fn kept_by_pyenv() -> Vec<PathBuf> {
    let root = env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".pyenv")));
    let versions = root.and_then(|root| fs::read_dir(root.join("versions")).ok());
    let folders = versions.into_iter().flatten().flatten();
    let mut pythons: Vec<_> = folders.map(|folder| folder.path().join("bin/python3")).collect();
    pythons.sort();
    pythons
}

/// The 11 of Python 3.11; none where `python` does not run.
fn minor_version(python: &Path) -> Option<u32> {
    let script = "import sys; print(sys.version_info[0], sys.version_info[1])";
    let mut command = Command::new(python);
    let done = output(command.args(["-c", script]), Duration::from_secs(30)).ok()?;
    let text = String::from_utf8(done.stdout).ok()?;
    text.trim().strip_prefix("3 ")?.parse().ok()
}

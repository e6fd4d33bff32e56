//! What cargo itself can check: formatting, clippy, documentation, and the library without `std`. Part
//! of `ci`, and of `test` when named.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

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

/// The library as others take it: without its default features, and so without `std`.
#[derive(Debug)]
struct Bare;

const BARE: [&[&str]; 2] = [
    &["check", "--package", "countersign", "--locked", "--no-default-features"],
    &[
        "check",
        "--package",
        "countersign",
        "--locked",
        "--no-default-features",
        "--features",
        "events",
    ],
];

/// A target that has no operating system.
const WASM: &str = "wasm32-unknown-unknown";

/// The checks in the order in which they run, the fastest first.
pub(crate) fn all() -> Vec<Box<dyn Suite>> {
    let checks = CHECKS.into_iter().map(|check| Box::new(check) as Box<dyn Suite>);
    checks.chain([Box::new(Bare) as Box<dyn Suite>]).collect()
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
        let mut report = Report::default();
        passes(command, &mut report)?;
        Ok(report)
    }
}

impl Suite for Bare {
    fn name(&self) -> &'static str {
        "bare"
    }

    fn is_quick(&self) -> bool {
        false
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let mut report = Report::default();
        let installed = is_installed(&job.root, WASM)?;
        let wasm: &[&str] = &["--target", WASM];
        let targets: &[&[&str]] = if installed { &[&[], wasm] } else { &[&[]] };
        for target in targets {
            for arguments in BARE {
                let mut command = cargo::command(&job.root);
                command.args(arguments).args(*target);
                passes(command, &mut report)?;
            }
        }
        if !installed {
            report.note(format!("not looked at: {WASM}; `rustup target add {WASM}` installs it"));
        }
        Ok(report)
    }
}

/// Counts one command of cargo's.
fn passes(mut command: Command, report: &mut Report) -> Result<()> {
    let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
    let name = format!("cargo {}", arguments.join(" "));
    let status = command.status().with_context(|| format!("starting {name}"))?;
    report.check(&name, &if status.success() { String::new() } else { status.to_string() });
    Ok(())
}

/// Whether the compiler has the standard library for `target`.
fn is_installed(root: &Path, target: &str) -> Result<bool> {
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.current_dir(root).args(["--print", "target-libdir", "--target", target]);
    let printed = rustc.output().context("asking rustc for its folders")?;
    let folder = String::from_utf8(printed.stdout).context("the answer of rustc")?;
    Ok(printed.status.success() && PathBuf::from(folder.trim_end()).is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder;

    #[test]
    fn bare_is_a_check_of_ci() {
        assert!(all().iter().any(|check| check.name() == "bare"));
    }

    #[test]
    fn a_target_is_installed_where_the_compiler_has_its_library() {
        let version = Command::new("rustc").arg("-vV").output().unwrap().stdout;
        let version = String::from_utf8(version).unwrap();
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        assert!(is_installed(&folder::root(), host).unwrap());
        assert!(!is_installed(&folder::root(), "sparc-none-nowhere").unwrap());
    }

    #[test]
    fn a_command_that_fails_is_a_failure() {
        let mut report = Report::default();
        passes(Command::new("true"), &mut report).unwrap();
        passes(Command::new("false"), &mut report).unwrap();
        assert_eq!((report.passed, report.failed), (1, 1));
    }
}

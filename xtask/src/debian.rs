//! Programs that a suite needs and a fresh machine lacks, from Debian's packages.
//!
//! Installs only on Debian and as root, prints what it installs, and brings the package lists up to
//! date at most once in a run. Everywhere else it says which program is missing and how to get it.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::process::{output, succeed};
use crate::report::NotRun;

const LIMIT: Duration = Duration::from_secs(900);

/// Sees to it that `works` holds, by installing `packages` where it does not.
///
/// # Errors
/// It does not hold and the packages cannot be installed, or it does not hold with them.
pub(crate) fn provide(
    what: &str,
    packages: &[&str],
    works: impl Fn() -> bool,
) -> Result<(), NotRun> {
    if works() {
        return Ok(());
    }
    let names = packages.join(" ");
    let remedy = format!("install {what} (Debian: apt-get install {names})");
    let not_run = |reason: String| NotRun::new(reason, remedy.clone());
    if !Path::new("/etc/debian_version").exists() || !is_root() {
        return Err(not_run(format!("{what} is missing")));
    }
    println!("  installing Debian's {names}");
    static LISTS: OnceLock<Result<(), String>> = OnceLock::new();
    LISTS.get_or_init(|| apt(&["update", "-q"])).clone().map_err(not_run)?;
    let install = ["install", "-y", "-q", "--no-install-recommends"];
    apt(&[&install, packages].concat()).map_err(not_run)?;
    if works() { Ok(()) } else { Err(not_run(format!("{what} is missing after {names}"))) }
}

/// Whether `program --version`, or what `arguments` ask in its place, ends well.
pub(crate) fn answers(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> bool {
    let arguments = if arguments.is_empty() { &["--version"] } else { arguments };
    succeed(Command::new(program).args(arguments), Duration::from_secs(60)).is_ok()
}

fn apt(arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").args(arguments);
    succeed(&mut command, LIMIT).map_err(|error| format!("{error:#}"))
}

/// Whether this process may install packages.
pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u"), Duration::from_secs(10))
        .is_ok_and(|done| done.stdout.trim_ascii() == b"0")
}

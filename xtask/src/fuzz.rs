//! `cargo xtask fuzz` and the suite of the same name: builds the fuzz targets and runs them.
//!
//! The targets are a workspace of their own in `fuzz/`. They are built by the stable toolchain: LLVM's
//! coverage pass is asked for by flags, and libFuzzer comes as C++ source with its crate. Without a
//! sanitizer of memory, which stable has not; the code under test has no unsafe part. Seeds are made
//! of the test vectors and fixtures anew each time; what a run finds interesting is kept under
//! `target/fuzz/corpus`, an input that failed under `target/fuzz/failed`.

mod seeds;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::cargo;
use crate::debian;
use crate::folder;
use crate::process::{end_of, output};
use crate::report::NotRun;

/// What libFuzzer needs of the compiler: an edge counter for each branch, the table that it reports
/// them by, and the operands of comparisons.
const COVERAGE: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg=fuzzing",
];

/// One input may take this long, in seconds: the code under test is linear in its input.
const INPUT_MAX_S: u32 = 5;
const MEMORY_MAX_MIB: u32 = 1024;
/// Beyond the longest seed by far.
const INPUT_MAX_BYTES: u32 = 16 * 1024;
/// How much longer than asked a run may take to read its seeds and to end.
const MARGIN: Duration = Duration::from_secs(120);

/// The names of the targets, sorted.
pub(crate) fn targets(root: &Path) -> Result<Vec<String>> {
    let files = folder::names_in(&root.join("fuzz/fuzz_targets"))?;
    Ok(files.iter().filter_map(|file| file.strip_suffix(".rs")).map(str::to_owned).collect())
}

/// What builds libFuzzer.
pub(crate) fn needs() -> Result<(), NotRun> {
    let works = || debian::answers("c++", &[]);
    debian::provide("a C++ compiler", &["g++"], works)
}

/// The targets, built, with their seeds.
#[derive(Debug)]
pub(crate) struct Built {
    programs: PathBuf,
    kept: PathBuf,
}

/// Builds every target and writes the seeds.
///
/// # Errors
/// The build failed (its messages have been printed), or a vector or fixture could not be read.
pub(crate) fn build(root: &Path) -> Result<Built> {
    let kept = root.join("target").join("fuzz");
    let host = host(root)?;
    let mut build = cargo::command(&root.join("fuzz"));
    // With `--target` the flags are for the targets alone, not for build scripts.
    build.args(["build", "--release", "--locked", "--bins", "--target", &host, "--target-dir"]);
    build.arg(&kept).env("CARGO_ENCODED_RUSTFLAGS", COVERAGE.join("\x1f"));
    if !build.stdin(Stdio::null()).status().context("starting cargo")?.success() {
        bail!("the fuzz targets do not build");
    }
    seeds::write(root, &kept.join("seeds"))?;
    Ok(Built { programs: kept.join(host).join("release"), kept })
}

/// What a run without a failure did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) inputs: u64,
}

impl Built {
    /// Runs one target for `seconds`, over its seeds and what earlier runs kept.
    ///
    /// # Errors
    /// An input failed: the error has the end of what was printed, and where the input was written.
    pub(crate) fn run(&self, target: &str, seconds: u32) -> Result<Run> {
        let corpus = self.made("corpus", target)?;
        let failed = self.made("failed", target)?;
        let mut command = self.command(target, &failed, seconds);
        command.arg(corpus).arg(self.kept.join("seeds").join(target));
        ended_well(&mut command, seconds)
    }

    /// Whether a fault that is planted in the target is found from its seeds. Nothing is kept.
    pub(crate) fn finds_planted(&self, target: &str, seconds: u32) -> Result<bool> {
        let failed = self.made("planted", target)?;
        let mut command = self.command(target, &failed, seconds);
        command.arg(self.kept.join("seeds").join(target)).env("COUNTERSIGN_FUZZ_PLANT", "1");
        let found = ended_well(&mut command, seconds).is_err();
        fs::remove_dir_all(failed)?;
        Ok(found)
    }

    fn command(&self, target: &str, failed: &Path, seconds: u32) -> Command {
        let mut command = Command::new(self.programs.join(target));
        command.env("RUST_BACKTRACE", "0").args([
            format!("-max_total_time={seconds}"),
            format!("-timeout={INPUT_MAX_S}"),
            format!("-rss_limit_mb={MEMORY_MAX_MIB}"),
            format!("-max_len={INPUT_MAX_BYTES}"),
            format!("-artifact_prefix={}/", failed.display()),
            "-print_final_stats=1".to_owned(),
        ]);
        command
    }

    fn made(&self, what: &str, target: &str) -> Result<PathBuf> {
        let path = self.kept.join(what).join(target);
        fs::create_dir_all(&path).with_context(|| format!("making {}", path.display()))?;
        Ok(path)
    }
}

fn ended_well(command: &mut Command, seconds: u32) -> Result<Run> {
    let done = output(command, Duration::from_secs(seconds.into()) + MARGIN)?;
    let told = String::from_utf8_lossy(&done.stderr);
    if !done.status.success() {
        bail!("{}: {}", done.status, end_of(&told));
    }
    let inputs = inputs(&told).with_context(|| format!("no statistics: {}", end_of(&told)))?;
    Ok(Run { inputs })
}

/// What libFuzzer says at its end of how much it tried.
fn inputs(told: &str) -> Option<u64> {
    let line =
        told.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?;
    line.trim().parse().ok()
}

/// The name of the machine's own target.
fn host(root: &Path) -> Result<String> {
    let done = Command::new("rustc").current_dir(root).arg("-vV").output().context("rustc")?;
    let told = String::from_utf8(done.stdout).context("the answer of rustc")?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}

/// `cargo xtask fuzz`: each target, or the one named, until an input fails.
///
/// # Errors
/// There is no such target, or it does not build.
pub(crate) fn run(target: Option<&str>, seconds: u32) -> Result<ExitCode> {
    let root = folder::root();
    let mut chosen = targets(&root)?;
    if let Some(name) = target {
        let known = chosen.join(", ");
        chosen.retain(|other| other == name);
        if chosen.is_empty() {
            bail!("no fuzz target is named `{name}`; there are: {known}");
        }
    }
    if let Err(not_run) = needs() {
        bail!("{}; to run it: {}", not_run.reason, not_run.remedy);
    }
    let built = build(&root)?;
    let mut code = ExitCode::SUCCESS;
    for target in chosen {
        match built.run(&target, seconds) {
            Ok(run) => println!("  ok      {target}: {} inputs", run.inputs),
            Err(error) => {
                println!("  FAILED  {target}: {error:#}");
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_a_binary_of_the_fuzz_workspace() {
        let root = folder::root();
        let manifest = fs::read_to_string(root.join("fuzz/Cargo.toml")).unwrap();
        let targets = targets(&root).unwrap();
        assert!(targets.contains(&"verify".to_owned()));
        for target in &targets {
            assert!(manifest.contains(&format!("name = \"{target}\"")), "{target}");
        }
        assert_eq!(manifest.matches("[[bin]]").count(), targets.len());
    }

    #[test]
    fn the_number_of_inputs_is_read() {
        let told = "Done 5 runs\nstat::number_of_executed_units: 1234\nstat::peak_rss_mb: 30\n";
        assert_eq!(inputs(told), Some(1234));
        assert_eq!(inputs("BINGO"), None);
    }
}

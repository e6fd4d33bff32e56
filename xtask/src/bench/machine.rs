//! The machine: what it is, without its name, and how busy its processors are.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// Others are taken to be quiet up to this.
const QUIET_PERCENT: f64 = 5.0;

/// How long a round waits for that; then it is measured all the same, and the table says so.
const QUIET_MAX: Duration = Duration::from_secs(60);

/// What a figure has to be read with.
#[derive(Debug)]
pub(super) struct Machine {
    processor: String,
    cores: usize,
    memory_mib: u64,
    kernel: String,
    file_system: String,
    pub(super) commit: String,
}

/// The processors' time so far, in ticks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Processors {
    idle: u64,
    all: u64,
}

impl Machine {
    /// Reads `/proc`, and the commit of the checkout at `root`; `folder` is where data will lie.
    pub(super) fn describe(root: &Path, folder: &Path) -> Result<Self> {
        let read = |path: &str| fs::read_to_string(path).with_context(|| path.to_owned());
        let processors = read("/proc/cpuinfo")?;
        let models: Vec<&str> = processors
            .lines()
            .filter_map(|line| line.strip_prefix("model name")?.split_once(": "))
            .map(|(_, model)| model)
            .collect();
        let memory = read("/proc/meminfo")?;
        let memory_kib: u64 = memory
            .split_ascii_whitespace()
            .nth(1)
            .and_then(|kib| kib.parse().ok())
            .context("no size in /proc/meminfo")?;
        let folder = fs::canonicalize(folder).with_context(|| folder.display().to_string())?;
        Ok(Self {
            processor: models.first().copied().unwrap_or("unknown").to_owned(),
            cores: thread::available_parallelism()?.get(),
            memory_mib: memory_kib / 1024,
            kernel: read("/proc/sys/kernel/osrelease")?.trim().to_owned(),
            file_system: file_system(&read("/proc/mounts")?, &folder),
            commit: commit(root)?,
        })
    }

    /// Whether what is synced there is in memory all the same.
    pub(super) fn is_in_memory(&self) -> bool {
        matches!(self.file_system.as_str(), "tmpfs" | "ramfs")
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "processor": self.processor,
            "cores": self.cores,
            "memory_mib": self.memory_mib,
            "kernel": self.kernel,
            "file_system": self.file_system,
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (processor, cores, mib) = (&self.processor, self.cores, self.memory_mib);
        let (kernel, files, commit) = (&self.kernel, &self.file_system, &self.commit);
        write!(
            f,
            "{processor}, {cores} cores, {mib} MiB, Linux {kernel}, {files}, fsync on; commit {commit}"
        )
    }
}

impl Processors {
    pub(super) fn now() -> Result<Self> {
        let stat = fs::read_to_string("/proc/stat").context("/proc/stat")?;
        Self::parse(&stat).context("no times in /proc/stat")
    }

    /// Waits until others leave the processors alone, at most [`QUIET_MAX`], and answers how many
    /// percent of the last second they were busy.
    pub(super) fn quiet() -> Result<f64> {
        let began = Instant::now();
        loop {
            let before = Self::now()?;
            thread::sleep(Duration::from_secs(1));
            let busy = Self::now()?.busy_percent_since(&before);
            if busy <= QUIET_PERCENT || began.elapsed() > QUIET_MAX {
                return Ok(busy);
            }
        }
    }

    /// How many percent of the time since `before` they were not idle.
    pub(super) fn busy_percent_since(&self, before: &Self) -> f64 {
        let all = self.all.saturating_sub(before.all).max(1);
        let idle = self.idle.saturating_sub(before.idle);
        100.0 * (1.0 - idle as f64 / all as f64)
    }

    /// The first line is the sum of all processors: user, nice, system, idle, waiting for a disk,
    /// interrupts, soft interrupts, taken by other guests. What follows is counted in `user` too.
    fn parse(stat: &str) -> Option<Self> {
        let line = stat.lines().next()?.strip_prefix("cpu ")?;
        let times: Vec<u64> =
            line.split_ascii_whitespace().take(8).map_while(|time| time.parse().ok()).collect();
        Some(Self { idle: times.get(3)? + times.get(4)?, all: times.iter().sum() })
    }
}

/// The kind of the file system that `folder` lies on: that of the longest mount point above it.
fn file_system(mounts: &str, folder: &Path) -> String {
    let above = |line: &'_ str| {
        let mut words = line.split(' ').skip(1);
        let (point, kind) = (words.next()?.to_owned(), words.next()?.to_owned());
        folder.starts_with(&point).then_some((point.len(), kind))
    };
    // Of two at the same point the later one is seen.
    let longest = mounts.lines().filter_map(above).max_by_key(|(len, _)| *len);
    longest.map_or_else(|| "unknown".to_owned(), |(_, kind)| kind)
}

fn commit(root: &Path) -> Result<String> {
    let git = |arguments: &[&str]| {
        let done = Command::new("git").current_dir(root).args(arguments).output();
        let done = done.context("git")?;
        anyhow::Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = !git(&["status", "--porcelain"])?.is_empty();
    Ok(if changed { format!("{commit} with changes") } else { commit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_is_what_is_neither_idle_nor_waiting() {
        let at = |text| Processors::parse(text).unwrap();
        let before = at("cpu  10 0 10 70 10 0 0 0 0 0\ncpu0 1");
        let after = at("cpu  60 0 30 90 20 0 0 0 0 0\n");
        assert_eq!(after.busy_percent_since(&before), 70.0);
        assert_eq!(before.busy_percent_since(&before), 100.0);
        assert!(Processors::parse("intr 1").is_none());
    }

    #[test]
    fn the_file_system_is_that_of_the_nearest_mount() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /work/tmp tmpfs rw 0 0\nx /work xfs rw 0 0\n";
        let of = |folder| file_system(mounts, Path::new(folder));
        assert_eq!(of("/work/tmp/a"), "tmpfs");
        assert_eq!(of("/work/tmporary"), "xfs");
        assert_eq!(of("/home"), "ext4");
    }
}

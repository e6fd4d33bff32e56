//! A program while it is measured: when it said what, what it has used, and how it ended.
//!
//! Its standard output is read as it comes, so that a line's moment is known; its log goes to a
//! file. It never outlives its value.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::end_of;

/// Lines kept until they are asked for; none of the programs prints more than a few.
const LINES_MAX: usize = 64;

const READY_LIMIT: Duration = Duration::from_secs(30);
const END_LIMIT: Duration = Duration::from_secs(60);

/// How Linux counts processor time towards programs: ticks of 10 ms on every architecture.
const TICK: Duration = Duration::from_millis(10);

/// A running program.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    name: &'static str,
    log: PathBuf,
    lines: Receiver<(Instant, String)>,
    pub(super) began: Instant,
}

/// Resident memory in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    pub(super) now: u64,
    pub(super) peak: u64,
}

impl Running {
    /// Starts `command` with no input; its standard error is written to `log`.
    pub(super) fn start(name: &'static str, command: &mut Command, log: &Path) -> Result<Self> {
        let errors = File::create(log).with_context(|| format!("making {}", log.display()))?;
        let began = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        let (sender, lines) = sync_channel(LINES_MAX);
        if let Some(out) = child.stdout.take() {
            thread::spawn(move || read_lines(out, &sender));
        }
        Ok(Self { child, name, log: log.to_path_buf(), lines, began })
    }

    /// Waits for the line `LABEL: http://ADDRESS` and answers the address and the line's moment.
    ///
    /// # Errors
    /// It ended before, or took longer than 30 s.
    pub(super) fn address(&mut self, label: &str) -> Result<(SocketAddr, Instant)> {
        let prefix = format!("{label}: http://");
        loop {
            let left = READY_LIMIT.saturating_sub(self.began.elapsed());
            let Ok((at, line)) = self.lines.recv_timeout(left) else {
                bail!("{} did not say `{label}`; {}", self.name, self.log_end());
            };
            if let Some(address) = line.strip_prefix(&prefix) {
                let address = address.parse();
                return Ok((address.with_context(|| format!("in `{line}`"))?, at));
            }
        }
    }

    /// Processor time of all its threads since it began, in steps of 10 ms.
    pub(super) fn processor_time(&self) -> Result<Duration> {
        let stat = self.proc("stat")?;
        ticks(&stat).map(|ticks| TICK * ticks).with_context(|| format!("no times in `{stat}`"))
    }

    pub(super) fn memory(&self) -> Result<Memory> {
        let status = self.proc("status")?;
        let bytes = |name| {
            kibibytes(&status, name)
                .map(|kib| kib * 1024)
                .with_context(|| format!("no {name} of {}", self.name))
        };
        Ok(Memory { now: bytes("VmRSS:")?, peak: bytes("VmHWM:")? })
    }

    /// Ends it by SIGTERM.
    ///
    /// # Errors
    /// It did not end with 0 within 60 s.
    pub(super) fn end(mut self) -> Result<()> {
        Command::new("sh")
            .args(["-c", "kill -TERM \"$0\"", &self.child.id().to_string()])
            .status()?;
        let began = Instant::now();
        while began.elapsed() < END_LIMIT {
            if let Some(status) = self.child.try_wait()? {
                if !status.success() {
                    bail!("{} ended with {status}; {}", self.name, self.log_end());
                }
                return Ok(());
            }
            thread::sleep(Duration::from_millis(5));
        }
        bail!("{} did not end; {}", self.name, self.log_end())
    }

    /// The end of its log, for a failure's text.
    pub(super) fn log_end(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        format!("its log: {}", end_of(&String::from_utf8_lossy(&log)))
    }

    fn proc(&self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.child.id());
        fs::read_to_string(&path).with_context(|| format!("reading {path}"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_lines(out: ChildStdout, sender: &SyncSender<(Instant, String)>) {
    for line in BufReader::new(out).lines() {
        let Ok(line) = line else { return };
        // Beyond what is kept, lines are read and forgotten, so that the program never waits.
        let _ = sender.try_send((Instant::now(), line));
    }
}

/// User and system time of `/proc/PID/stat`. The name before them may hold anything, so fields are
/// counted from its closing bracket.
fn ticks(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn kibibytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_user_and_system_time() {
        let stat = "7 (a ) name) S 1 7 7 0 -1 4194560 100 200 3 4 150 50 9 9 20 0 3 0 12345 1 2";
        assert_eq!(ticks(stat), Some(200));
        assert_eq!(ticks("7 (name"), None);
    }

    #[test]
    fn memory_is_read_by_name() {
        let status = "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(kibibytes(status, "VmRSS:"), Some(1024));
        assert_eq!(kibibytes(status, "VmHWM:"), Some(2048));
        assert_eq!(kibibytes(status, "VmSwap:"), None);
    }
}

//! What a durable commit costs on the disk that is measured: 2 KiB appended to a file and synced.
//!
//! Measured twice: one after the other as fast as the disk has it, and beside the server at the
//! rate at which events come, because a disk that rests between two writes answers differently.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

const ROW: [u8; 2048] = [0x5a; 2048];

/// How long commits took.
#[derive(Debug)]
pub(super) struct Commits {
    pub(super) per_second: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
}

/// Makes `count` commits, one after the other.
pub(super) fn in_a_row(folder: &Path, count: u32) -> Result<Commits> {
    let mut journal = Journal::new(folder)?;
    let began = Instant::now();
    for _ in 0..count {
        journal.commit()?;
    }
    Ok(journal.told(began.elapsed()))
}

/// Commits at a steady rate on a thread of its own.
#[derive(Debug)]
pub(super) struct Paced {
    stopped: Arc<AtomicBool>,
    thread: JoinHandle<Result<Commits>>,
}

impl Paced {
    pub(super) fn start(folder: &Path, per_second: u32) -> Result<Self> {
        let mut journal = Journal::new(folder)?;
        let stopped = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&stopped);
        let thread = thread::spawn(move || {
            let began = Instant::now();
            let mut due = Duration::ZERO;
            while !until.load(Ordering::Relaxed) {
                thread::sleep(due.saturating_sub(began.elapsed()));
                journal.commit()?;
                due += Duration::from_secs(1) / per_second;
            }
            Ok(journal.told(began.elapsed()))
        });
        Ok(Self { stopped, thread })
    }

    pub(super) fn stop(self) -> Result<Commits> {
        self.stopped.store(true, Ordering::Relaxed);
        let ended = self.thread.join();
        ended.map_err(|_| anyhow!("the thread that commits has panicked"))?
    }
}

/// The file that is appended to; gone with this value.
#[derive(Debug)]
struct Journal {
    file: File,
    path: PathBuf,
    took: Vec<Duration>,
}

impl Journal {
    fn new(folder: &Path) -> Result<Self> {
        let path = folder.join("commits");
        let file = File::create(&path).with_context(|| format!("making {}", path.display()))?;
        Ok(Self { file, path, took: Vec::new() })
    }

    fn commit(&mut self) -> Result<()> {
        let began = Instant::now();
        self.file.write_all(&ROW)?;
        self.file.sync_data()?;
        self.took.push(began.elapsed());
        Ok(())
    }

    fn told(mut self, elapsed: Duration) -> Commits {
        self.took.sort_unstable();
        Commits {
            per_second: self.took.len() as f64 / elapsed.as_secs_f64(),
            p50_ms: percentile_ms(&self.took, 50),
            p99_ms: percentile_ms(&self.took, 99),
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            eprintln!("could not remove {}: {error}", self.path.display());
        }
    }
}

fn percentile_ms(sorted: &[Duration], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(rank).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_durations() {
        let sorted: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile_ms(&sorted, 50), 100.0);
        assert_eq!(percentile_ms(&sorted, 99), 198.0);
        assert_eq!(percentile_ms(&[], 99), 0.0);
    }
}

//! Free space under the data folder.
//!
//! The database's file does not shrink: pages that retention freed are space too, though only within
//! it. So they count towards the reserve, but for a quarter of it, which the journal may need and
//! which has to be free on the disk itself.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

/// How long an answer of the file system counts.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Watches the space that is left for everybody but the administrator.
#[derive(Debug)]
pub(crate) struct Disk {
    folder: PathBuf,
    reserve_bytes: u64,
    looked_at: Option<Instant>,
    low: bool,
}

impl Disk {
    pub(crate) fn new(folder: PathBuf, reserve_bytes: u64) -> Disk {
        Disk { folder, reserve_bytes, looked_at: None, low: false }
    }

    /// Whether less than the reserve is free. `reusable_bytes` tells the free pages of the database.
    /// Asks the file system at most once a second; where that fails, the last answer stays.
    pub(crate) fn low(&mut self, reusable_bytes: impl FnOnce() -> u64) -> bool {
        let fresh = self.looked_at.is_some_and(|at| at.elapsed() < LOOK_EVERY);
        if !fresh {
            self.looked_at = Some(Instant::now());
            match rustix::fs::statvfs(&self.folder) {
                Ok(space) => {
                    let free = space.f_bavail.saturating_mul(space.f_frsize);
                    self.low = is_low(free, reusable_bytes, self.reserve_bytes);
                }
                Err(error) => tracing::warn!(%error, "the free space is not known"),
            }
        }
        self.low
    }
}

fn is_low(free: u64, reusable: impl FnOnce() -> u64, reserve: u64) -> bool {
    free < reserve / 4 || (free < reserve && free.saturating_add(reusable()) < reserve)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_pages_count_but_for_a_quarter() {
        let low = |free, reusable| is_low(free, || reusable, 100);
        assert!(!low(100, 0) && low(99, 0));
        assert!(!low(25, 75) && low(25, 74));
        assert!(low(24, 1_000));
        assert!(!is_low(0, || 0, 0));
    }
}

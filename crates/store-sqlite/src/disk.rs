//! Free space under the data folder.

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

    /// Whether less than the reserve is free. Asks the file system at most once a second; where
    /// that fails, the last answer stays.
    pub(crate) fn low(&mut self) -> bool {
        let fresh = self.looked_at.is_some_and(|at| at.elapsed() < LOOK_EVERY);
        if !fresh {
            self.looked_at = Some(Instant::now());
            match rustix::fs::statvfs(&self.folder) {
                Ok(space) => {
                    let free = space.f_bavail.saturating_mul(space.f_frsize);
                    self.low = free < self.reserve_bytes;
                }
                Err(error) => tracing::warn!(%error, "the free space is not known"),
            }
        }
        self.low
    }
}

//! What an opening of the store is told.

use std::path::PathBuf;

/// Free space under which events are not accepted: 256 MiB.
pub const RESERVE_BYTES: u64 = 256 * 1024 * 1024;
/// The page size of a new database: measured in `docs/decisions/0001-page-size.md`.
pub const PAGE_BYTES: u32 = 8 * 1024;

/// Where the store is and how it behaves.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// The data folder. It is made where it is missing; its parent has to be there.
    pub path: PathBuf,
    /// Free space under which events are answered `Full`, while outcomes are still kept. Free pages
    /// of the database count towards three quarters of it.
    pub reserve_bytes: u64,
    /// Page size of a new database: a power of two from 512 to 65,536. One that is there keeps its
    /// own.
    pub page_bytes: u32,
    /// Faults to inject.
    #[cfg(any(test, feature = "fault-injection"))]
    pub faults: Faults,
}

impl StoreOptions {
    /// The defaults, in this folder.
    pub fn new(path: impl Into<PathBuf>) -> StoreOptions {
        StoreOptions {
            path: path.into(),
            reserve_bytes: RESERVE_BYTES,
            page_bytes: PAGE_BYTES,
            #[cfg(any(test, feature = "fault-injection"))]
            faults: Faults::default(),
        }
    }

    pub(crate) fn faults(&self) -> Faults {
        #[cfg(any(test, feature = "fault-injection"))]
        return self.faults.clone();
        #[cfg(not(any(test, feature = "fault-injection")))]
        return Faults;
    }
}

#[cfg(any(test, feature = "fault-injection"))]
pub use injected::Faults;
#[cfg(not(any(test, feature = "fault-injection")))]
pub(crate) use none::Faults;

#[cfg(any(test, feature = "fault-injection"))]
mod injected {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicBool, AtomicU32, Ordering},
        },
        time::Duration,
    };

    use rusqlite::{Connection, ffi};

    /// How long a commit waits after its early answers: long enough for a kill to fall in between.
    const EARLY_BY: Duration = Duration::from_millis(20);

    /// Faults to inject. Clones share their switches.
    #[derive(Clone, Debug, Default)]
    pub struct Faults {
        /// Answers accepts before the commit, which then waits 20 ms: a crash in between loses what
        /// was confirmed. For showing that a crash test bites.
        pub danger_answer_before_commit: bool,
        /// The most pages of the database, 0 for no bound: a disk that is full.
        pub pages_max: Arc<AtomicU32>,
        /// Makes the next commit fail as a failed fsync does, once.
        pub fail_next_commit: Arc<AtomicBool>,
    }

    impl Faults {
        pub(crate) fn answers_early(&self) -> bool {
            self.danger_answer_before_commit
        }

        pub(crate) fn before_batch(&self, connection: &Connection) -> rusqlite::Result<()> {
            let most = match self.pages_max.load(Ordering::Relaxed) {
                0 => u32::MAX - 1,
                most => most,
            };
            connection.pragma_update_and_check(None, "max_page_count", most, |_| Ok(()))
        }

        pub(crate) fn before_commit(&self) -> rusqlite::Result<()> {
            if self.danger_answer_before_commit {
                std::thread::sleep(EARLY_BY);
            }
            if self.fail_next_commit.swap(false, Ordering::Relaxed) {
                let code = ffi::Error::new(ffi::SQLITE_IOERR_FSYNC);
                return Err(rusqlite::Error::SqliteFailure(code, None));
            }
            Ok(())
        }
    }
}

#[cfg(not(any(test, feature = "fault-injection")))]
mod none {
    use rusqlite::Connection;

    /// None: without the feature there is nothing to switch.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Faults;

    impl Faults {
        pub(crate) fn answers_early(&self) -> bool {
            false
        }

        pub(crate) fn before_batch(&self, _: &Connection) -> rusqlite::Result<()> {
            Ok(())
        }

        pub(crate) fn before_commit(&self) -> rusqlite::Result<()> {
            Ok(())
        }
    }
}

//! The writer's thread: takes batches, commits them, answers, and lives through full and failing
//! disks. The design is told in [`super`].

use std::{
    fs::File,
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use pipeline::{StoreError, store::Health};
use rusqlite::Connection;
use tokio::sync::watch;

use super::{
    Ending, Signals,
    batch::{Batch, BatchEnd},
    job::{Item, WhenFull},
    queue::{Lane, Queue, Taken},
};
use crate::{
    checkpoint::{Checkpointer, Pace},
    disk::Disk,
    open::{self, OpenedFile},
    options::{Faults, StoreOptions},
    seen::Seen,
};

/// How long to wait before trying again: a full disk, or a file that does not open.
const TRY_AGAIN: Duration = Duration::from_secs(1);

type Items = Vec<Box<dyn Item>>;

pub(super) struct WriterThread {
    /// `None` after a failed write, until the file was opened and checked again.
    connection: Option<Connection>,
    seen: Seen,
    scratch: Vec<u8>,
    faults: Faults,
    /// What the disk was too full for; at most one batch.
    kept: Items,
    try_kept_at: Option<Instant>,
    disk: Disk,
    pace: Pace,
    wal_pages: Arc<AtomicU64>,
    checkpointer: Checkpointer,
    file: std::path::PathBuf,
    shared: Shared,
    /// Released last.
    lock: File,
}

/// What is shared with those who hand over work. When it goes, so does the work that is left.
struct Shared {
    queue: Arc<Queue>,
    signals: Arc<Signals>,
    ending: watch::Sender<Ending>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        // Also when the thread panics: whoever waits finds the sender gone.
        self.signals.set_health(Health::Unavailable);
        self.queue.close();
        let mut left = Vec::new();
        self.queue.take_all(&mut left);
        refuse(left, || StoreError::Unavailable);
    }
}

impl WriterThread {
    pub(super) fn new(
        opened: OpenedFile,
        options: &StoreOptions,
        queue: Arc<Queue>,
        signals: Arc<Signals>,
        ending: watch::Sender<Ending>,
    ) -> io::Result<WriterThread> {
        let checkpointer = Checkpointer::start(opened.file.clone())?;
        let mut thread = WriterThread {
            connection: None,
            seen: Seen::default(),
            scratch: Vec::new(),
            faults: options.faults(),
            kept: Vec::new(),
            try_kept_at: None,
            disk: Disk::new(options.path.clone(), options.reserve_bytes),
            pace: Pace::new(opened.page_bytes),
            wal_pages: Arc::default(),
            checkpointer,
            file: opened.file,
            shared: Shared { queue, signals, ending },
            lock: opened.lock,
        };
        thread.adopt(opened.connection).map_err(io::Error::other)?;
        Ok(thread)
    }

    /// Makes a checked connection the writing one.
    fn adopt(&mut self, mut connection: Connection) -> rusqlite::Result<()> {
        let pages = self.wal_pages.clone();
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, frames: i32| {
            pages.store(u64::try_from(frames).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        self.seen.reload(&connection)?;
        self.connection = Some(connection);
        Ok(())
    }

    pub(super) fn run(mut self) {
        let mut batch = Items::new();
        loop {
            if self.connection.is_none() {
                if self.wait_for_reopening() == Taken::Closed {
                    break;
                }
                continue;
            }
            self.look_at_disk();
            if self.take(&mut batch) == Taken::Closed {
                break;
            }
            self.look_at_disk();
            if self.shared.signals.health() == Health::DiskFull {
                batch = refuse_events(batch);
            }
            if !batch.is_empty() {
                self.commit(&mut batch);
            }
        }
        self.end();
    }

    /// Fills the batch: with what was kept, once its time has come, else from the queue.
    fn take(&mut self, batch: &mut Items) -> Taken {
        let queue = &self.shared.queue;
        let Some(at) = self.try_kept_at else {
            let full = self.shared.signals.health() == Health::DiskFull;
            return queue.take(batch, full.then_some(TRY_AGAIN));
        };
        if !queue.is_open() {
            self.try_for_the_last_time();
            return Taken::Closed;
        }
        let wait = at.saturating_duration_since(Instant::now());
        if wait.is_zero() {
            batch.append(&mut self.kept);
            self.try_kept_at = None;
            return Taken::Work;
        }
        let mut impatient = Items::new();
        queue.take_impatient(&mut impatient, wait);
        let (frees, refused): (Items, Items) =
            impatient.into_iter().partition(|item| item.when_full() == WhenFull::TryFirst);
        refuse(refused, || StoreError::Full);
        if !frees.is_empty() {
            batch.extend(frees);
            batch.append(&mut self.kept);
            self.try_kept_at = None;
        }
        Taken::Work
    }

    /// Closing with a full disk: everything that is left has one more chance.
    fn try_for_the_last_time(&mut self) {
        let mut left = std::mem::take(&mut self.kept);
        self.shared.queue.take_all(&mut left);
        self.commit(&mut left);
        refuse(std::mem::take(&mut self.kept), || StoreError::Full);
    }

    fn look_at_disk(&mut self) {
        let connection = self.connection.as_ref();
        let reusable_bytes = || connection.and_then(|c| free_pages_bytes(c).ok()).unwrap_or(0);
        let full = self.try_kept_at.is_some() || self.disk.low(reusable_bytes);
        self.shared.signals.set_health(if full { Health::DiskFull } else { Health::Ready });
    }

    fn commit(&mut self, batch: &mut Items) {
        let Some(connection) = &self.connection else {
            return refuse(std::mem::take(batch), || StoreError::Unavailable);
        };
        let mut run = Batch {
            connection,
            seen: &mut self.seen,
            scratch: &mut self.scratch,
            faults: &self.faults,
        };
        let end = match self.faults.before_batch(connection) {
            Ok(()) => run.run(batch),
            Err(error) => BatchEnd::Broken(error),
        };
        match end {
            BatchEnd::Committed => {
                self.shared.signals.commits.fetch_add(1, Ordering::Relaxed);
                batch.drain(..).for_each(|mut item| item.settle());
                self.pace.after_commit(self.wal_pages.load(Ordering::Relaxed), &self.checkpointer);
            }
            BatchEnd::Full => self.keep_what_waits(std::mem::take(batch)),
            BatchEnd::Broken(error) => {
                tracing::error!(%error, "a write failed; the database is closed and checked");
                self.shared.signals.set_health(Health::Unavailable);
                self.connection = None;
                refuse(std::mem::take(batch), || StoreError::Unavailable);
            }
        }
    }

    /// The disk is full: refuses what does not wait, and keeps what does.
    fn keep_what_waits(&mut self, batch: Items) {
        tracing::warn!("the disk is full: outcomes wait in memory, events are not accepted");
        self.checkpointer.ask();
        let before = batch.len();
        let (kept, refused): (Items, Items) =
            batch.into_iter().partition(|item| item.when_full() == WhenFull::Wait);
        // Without what is refused there may be space at once.
        let wait = if kept.len() < before && !kept.is_empty() { Duration::ZERO } else { TRY_AGAIN };
        self.kept = kept;
        self.try_kept_at = Some(Instant::now() + wait);
        self.shared.signals.set_health(Health::DiskFull);
        refuse(refused, || StoreError::Full);
    }

    /// Answers everything that is queued, waits, and tries to open the file again.
    fn wait_for_reopening(&mut self) -> Taken {
        let mut left = std::mem::take(&mut self.kept);
        self.try_kept_at = None;
        let taken = self.shared.queue.take(&mut left, Some(Duration::ZERO));
        self.shared.queue.take_all(&mut left);
        refuse(left, || StoreError::Unavailable);
        if taken == Taken::Closed {
            return taken;
        }
        match open::reopen(&self.file).and_then(|connection| self.adopt(connection)) {
            Ok(()) => {
                tracing::info!("the database is sound and in use again");
                self.shared.signals.set_health(Health::Ready);
            }
            Err(error) => {
                tracing::error!(%error, "the database cannot be used");
                std::thread::sleep(TRY_AGAIN);
            }
        }
        Taken::Work
    }

    fn end(mut self) {
        self.shared.signals.set_health(Health::Unavailable);
        self.checkpointer.stop();
        if let Some(connection) = self.connection.take()
            && let Err((_, error)) = connection.close()
        {
            tracing::error!(%error, "the database did not close");
        }
        drop(self.lock);
        self.shared.ending.send_replace(Ending::Clean);
    }
}

fn free_pages_bytes(connection: &Connection) -> rusqlite::Result<u64> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, u32>(0));
    Ok(u64::from(pragma("freelist_count")?) * u64::from(pragma("page_size")?))
}

fn refuse_events(batch: Items) -> Items {
    let (events, others) =
        batch.into_iter().partition(|item| matches!(item.lane(), Lane::Accepts { .. }));
    refuse(events, || StoreError::Full);
    others
}

fn refuse(items: Items, why: impl Fn() -> StoreError) {
    for mut item in items {
        item.fail(why());
        item.settle();
    }
}

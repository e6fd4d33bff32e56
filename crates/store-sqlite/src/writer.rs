//! The writer: one thread, one connection, group commit.
//!
//! # Design
//!
//! A durable write costs one fsync, whatever its size. So the writer takes what has queued while
//! its last commit ran, runs all of it in one transaction and commits once: under load a batch is
//! large and the fsync is shared, when idle a batch is one item and waits for nobody. There is no
//! timer and no fixed batch size.
//!
//! - Two queues, bounded apart: events (4,096 items, 64 MiB) and everything else (outcomes, claims,
//!   changes: 4,096 items). The others go first, because they shrink what waits. A batch is at most
//!   512 items and ends with the one that goes past 8 MiB.
//! - An item is data ([`Work`]) that is run by reference: after a rollback it can be run again. An
//!   item that fails is taken out: the batch is rolled back and run again with a savepoint for each
//!   item, the failing ones are answered with their error and the rest is committed.
//! - **Nobody is answered before `COMMIT` has returned**, not even with a refusal: it may rest on a
//!   row that the same batch wrote.
//! - A full disk (`SQLITE_FULL`): the batch is rolled back. Events and changes are answered `Full`;
//!   outcomes and given-back leases stay in memory (at most one batch; behind it the queue fills
//!   and its callers wait) and are tried again every second. What frees space is tried at once and
//!   in front of them, so that they find the pages that it freed.
//! - Little space: under the reserve, looked at once a second at most, events are answered `Full`
//!   without being tried, and the rest goes on. Free pages of the file count as space.
//! - A failed write, fsync or commit, or a damaged page: the batch is answered `Unavailable`, and
//!   the connection is closed. An fsync is never tried again on it, because the pages that it did
//!   not write may count as clean now. The file is opened anew, checked whole and used again only
//!   if it is sound; until then everything is answered `Unavailable`.
//! - Should the thread panic, its queue closes and everything is answered `Unavailable`.
//!
//! Checkpoints run on a thread of their own ([`crate::checkpoint`]); after a commit the writer asks
//! for one when the WAL grew by 4 MiB, and waits for it (2 s at most) when the WAL is past 64 MiB.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
    thread::JoinHandle,
};

use pipeline::{StoreError, store::Health};
use tokio::sync::{oneshot, watch};

use self::{
    job::Job,
    queue::{Lane, Queue},
    thread::WriterThread,
};
use crate::{open::OpenedFile, options::StoreOptions};

pub(crate) mod batch;
pub(crate) mod job;
mod queue;
#[cfg(test)]
mod tests;
mod thread;

pub(crate) use job::{Context, WhenFull, Work, WorkError};

/// What the writer's thread tells everybody.
#[derive(Debug)]
pub(crate) struct Signals {
    health: AtomicU8,
    held: AtomicBool,
    commits: AtomicU64,
}

impl Signals {
    fn new() -> Signals {
        Signals {
            health: AtomicU8::new(0),
            held: AtomicBool::new(false),
            commits: AtomicU64::new(0),
        }
    }

    pub(crate) fn health(&self) -> Health {
        match self.health.load(Ordering::Acquire) {
            0 if self.held.load(Ordering::Acquire) => Health::HistoryFull,
            0 => Health::Ready,
            1 => Health::DiskFull,
            _ => Health::Unavailable,
        }
    }

    /// Whether history has room for what is new.
    pub(crate) fn hold(&self, hold: bool) {
        self.held.store(hold, Ordering::Release);
    }

    /// Why nothing new is taken now, if it is not.
    pub(crate) fn refusal(&self) -> Option<StoreError> {
        match self.health() {
            Health::Ready => None,
            Health::DiskFull => Some(StoreError::Full),
            Health::HistoryFull => Some(StoreError::HistoryFull),
            Health::Unavailable => Some(StoreError::Unavailable),
        }
    }

    fn set_health(&self, health: Health) {
        let code = match health {
            Health::Ready | Health::HistoryFull => 0,
            Health::DiskFull => 1,
            Health::Unavailable => 2,
        };
        self.health.store(code, Ordering::Release);
    }

    /// Commits since the opening.
    #[cfg(test)]
    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }
}

/// The way to the writer's thread.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Arc<Queue>,
    signals: Arc<Signals>,
    ended: watch::Receiver<Ending>,
    thread: Option<JoinHandle<()>>,
}

/// How the thread stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It runs.
    Running,
    /// It did what was queued and closed the file.
    Clean,
}

impl Writer {
    /// Starts the thread. It holds the folder's lock until it has ended.
    pub(crate) fn start(opened: OpenedFile, options: &StoreOptions) -> std::io::Result<Writer> {
        let queue = Arc::new(Queue::new());
        let signals = Arc::new(Signals::new());
        let (ending, ended) = watch::channel(Ending::Running);
        let thread = WriterThread::new(opened, options, queue.clone(), signals.clone(), ending)?;
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || thread.run())?;
        Ok(Writer { queue, signals, ended, thread: Some(thread) })
    }

    /// Jobs that wait.
    #[cfg(test)]
    pub(crate) fn queued(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn signals(&self) -> &Signals {
        &self.signals
    }

    /// Runs an event's work: waits at most 5 s for room.
    pub(crate) async fn accept<W: Work>(
        &self,
        work: W,
        bytes: usize,
    ) -> Result<W::Answer, StoreError> {
        match self.signals.refusal() {
            None => self.hand_over(work, Lane::Accepts { bytes }).await,
            Some(refusal) => Err(refusal),
        }
    }

    /// Runs any other work: waits for room as long as it takes.
    pub(crate) async fn submit<W: Work>(&self, work: W) -> Result<W::Answer, StoreError> {
        if self.signals.health() == Health::Unavailable {
            return Err(StoreError::Unavailable);
        }
        self.hand_over(work, Lane::Others).await
    }

    async fn hand_over<W: Work>(&self, work: W, lane: Lane) -> Result<W::Answer, StoreError> {
        let room = self.queue.room(lane).await?;
        let (sender, receiver) = oneshot::channel();
        self.queue.push(Box::new(Job::new(work, lane, room, sender)))?;
        receiver.await.unwrap_or(Err(StoreError::Unavailable))
    }

    /// Takes no more work; what is queued is still done.
    pub(crate) fn begin_close(&self) {
        self.queue.close();
    }

    /// Waits until the thread has done what was queued and closed the file.
    pub(crate) async fn ended(&self) -> Result<(), StoreError> {
        let mut ended = self.ended.clone();
        match ended.wait_for(|ending| *ending == Ending::Clean).await {
            Ok(_) => Ok(()),
            Err(_) => Err(StoreError::Unavailable),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was answered where it mattered; there is nobody left to tell.
            let _ = thread.join();
        }
    }
}

//! Jobs: work as data, with the place for its answer.
//!
//! Owns the answer until the batch is committed. A job can run any number of times before it is
//! settled; only the last result counts.

use pipeline::StoreError;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::queue::{Lane, Room};
use crate::{compact::FormError, seen::Seen};

/// What work has at hand while it runs.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    /// Inside the batch's transaction.
    pub(crate) connection: &'a Connection,
    /// The keys of duplicates.
    pub(crate) seen: &'a mut Seen,
    /// An empty buffer that is used again and again.
    pub(crate) scratch: &'a mut Vec<u8>,
}

/// What to do with work when the disk is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhenFull {
    /// Answer `Full`.
    Refuse,
    /// Keep it in memory and try again.
    Wait,
    /// It frees space: try it in front of what waits. Where even that fails, answer `Full`.
    TryFirst,
}

/// One thing to do in a transaction. Run by reference, perhaps more than once.
pub(crate) trait Work: Send + 'static {
    /// What it answers, after the commit.
    type Answer: Send + 'static;

    /// Mostly a refusal.
    const WHEN_FULL: WhenFull = WhenFull::Refuse;

    /// Does it. What it wrote before an error is rolled back.
    fn run(&self, context: &mut Context<'_>) -> Result<Self::Answer, WorkError>;
}

/// Why work was not done.
#[derive(Debug)]
pub(crate) enum WorkError {
    /// It may not be done; the answer says why.
    Refused(StoreError),
    /// SQLite said no.
    Sqlite(rusqlite::Error),
}

impl From<StoreError> for WorkError {
    fn from(error: StoreError) -> WorkError {
        WorkError::Refused(error)
    }
}

impl From<rusqlite::Error> for WorkError {
    fn from(error: rusqlite::Error) -> WorkError {
        WorkError::Sqlite(error)
    }
}

impl From<FormError> for WorkError {
    fn from(error: FormError) -> WorkError {
        WorkError::Refused(StoreError::Failed(Box::new(error)))
    }
}

impl From<serde_json::Error> for WorkError {
    fn from(error: serde_json::Error) -> WorkError {
        WorkError::Refused(StoreError::Failed(Box::new(error)))
    }
}

/// A job without its types, as the queue holds it.
pub(crate) trait Item: Send {
    /// Runs the work and keeps its answer. An error is not kept.
    fn run(&mut self, context: &mut Context<'_>) -> Result<(), WorkError>;

    /// Keeps an error as its answer.
    fn fail(&mut self, error: StoreError);

    /// Answers with what is kept, once.
    fn settle(&mut self);

    /// Where it queues.
    fn lane(&self) -> Lane;

    /// What to do with it when the disk is full.
    fn when_full(&self) -> WhenFull;
}

/// Work, its place in the queue, and who waits for the answer.
pub(crate) struct Job<W: Work> {
    work: W,
    lane: Lane,
    result: Result<W::Answer, StoreError>,
    waiter: Option<oneshot::Sender<Result<W::Answer, StoreError>>>,
    /// Given back when the job is gone.
    _room: Room,
}

impl<W: Work> Job<W> {
    pub(crate) fn new(
        work: W,
        lane: Lane,
        room: Room,
        waiter: oneshot::Sender<Result<W::Answer, StoreError>>,
    ) -> Job<W> {
        Job { work, lane, result: Err(StoreError::Unavailable), waiter: Some(waiter), _room: room }
    }
}

impl<W: Work> Item for Job<W> {
    fn run(&mut self, context: &mut Context<'_>) -> Result<(), WorkError> {
        context.scratch.clear();
        self.result = Ok(self.work.run(context)?);
        Ok(())
    }

    fn fail(&mut self, error: StoreError) {
        self.result = Err(error);
    }

    fn settle(&mut self) {
        let result = std::mem::replace(&mut self.result, Err(StoreError::Unavailable));
        if let Some(waiter) = self.waiter.take() {
            // Who asked may have gone away; what was done stays done.
            let _ = waiter.send(result);
        }
    }

    fn lane(&self) -> Lane {
        self.lane
    }

    fn when_full(&self) -> WhenFull {
        W::WHEN_FULL
    }
}

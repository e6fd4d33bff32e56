//! The two bounded queues in front of the writer's thread.
//!
//! Owns the room in them: a job holds its part of it from before it is queued until it is
//! answered. Invariants: at most [`ACCEPT_ITEMS_MAX`] events of [`ACCEPT_BYTES_MAX`] in all and
//! [`OTHER_ITEMS_MAX`] other jobs; a closed queue takes nothing and still gives what it holds.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use pipeline::StoreError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::job::{Item, WhenFull};

/// Events that wait.
const ACCEPT_ITEMS_MAX: usize = 4_096;
/// Their bytes: 64 MiB, counted in KiB.
const ACCEPT_KIB_MAX: u32 = 64 * 1024;
/// Other jobs that wait.
const OTHER_ITEMS_MAX: usize = 4_096;
/// How long an event waits for room.
const ACCEPT_WAIT_MAX: Duration = Duration::from_secs(5);
/// Jobs of one batch.
const BATCH_ITEMS_MAX: usize = 512;
/// A batch ends with the event that goes past this.
const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Where a job queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// An event with so many bytes.
    Accepts { bytes: usize },
    /// Anything else.
    Others,
}

/// A job's part of the room.
#[derive(Debug)]
pub(crate) struct Room {
    _item: OwnedSemaphorePermit,
    _bytes: Option<OwnedSemaphorePermit>,
}

/// What the thread gets when it asks for work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// There may be some.
    Work,
    /// There is none and there will be none.
    Closed,
}

pub(crate) struct Queue {
    state: Mutex<State>,
    ready: Condvar,
    accept_items: Arc<Semaphore>,
    accept_kib: Arc<Semaphore>,
    other_items: Arc<Semaphore>,
}

struct State {
    accepts: VecDeque<Box<dyn Item>>,
    others: VecDeque<Box<dyn Item>>,
    open: bool,
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Queue")
            .field("accepts", &state.accepts.len())
            .field("others", &state.others.len())
            .field("open", &state.open)
            .finish()
    }
}

impl Queue {
    pub(crate) fn new() -> Queue {
        Queue {
            state: Mutex::new(State {
                accepts: VecDeque::new(),
                others: VecDeque::new(),
                open: true,
            }),
            ready: Condvar::new(),
            accept_items: Arc::new(Semaphore::new(ACCEPT_ITEMS_MAX)),
            accept_kib: Arc::new(Semaphore::new(ACCEPT_KIB_MAX as usize)),
            other_items: Arc::new(Semaphore::new(OTHER_ITEMS_MAX)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock can leave the queues half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        let state = self.state();
        state.accepts.len() + state.others.len()
    }

    /// Waits for room: an event at most 5 s, then `Busy`.
    pub(crate) async fn room(&self, lane: Lane) -> Result<Room, StoreError> {
        match lane {
            Lane::Others => Ok(Room { _item: permit(&self.other_items, 1).await?, _bytes: None }),
            Lane::Accepts { bytes } => tokio::time::timeout(ACCEPT_WAIT_MAX, async {
                let kib = u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX);
                Ok(Room {
                    _item: permit(&self.accept_items, 1).await?,
                    _bytes: Some(permit(&self.accept_kib, kib.min(ACCEPT_KIB_MAX)).await?),
                })
            })
            .await
            .unwrap_or(Err(StoreError::Busy)),
        }
    }

    pub(crate) fn push(&self, item: Box<dyn Item>) -> Result<(), StoreError> {
        let mut state = self.state();
        if !state.open {
            return Err(StoreError::Unavailable);
        }
        match item.lane() {
            Lane::Accepts { .. } => state.accepts.push_back(item),
            Lane::Others => state.others.push_back(item),
        }
        drop(state);
        self.ready.notify_one();
        Ok(())
    }

    /// Waits for work, at most so long, and takes a batch of it: others first.
    pub(crate) fn take(&self, batch: &mut Vec<Box<dyn Item>>, wait: Option<Duration>) -> Taken {
        let mut state = self.waited(wait, |state| {
            state.accepts.is_empty() && state.others.is_empty() && state.open
        });
        let others = state.others.len().min(BATCH_ITEMS_MAX);
        batch.extend(state.others.drain(..others));
        let mut bytes = 0;
        while batch.len() < BATCH_ITEMS_MAX && bytes < BATCH_BYTES_MAX {
            let Some(item) = state.accepts.pop_front() else {
                break;
            };
            if let Lane::Accepts { bytes: more } = item.lane() {
                bytes += more;
            }
            batch.push(item);
        }
        state.taken(batch)
    }

    /// Waits at most so long for anything that does not wait for a full disk, and takes all of it.
    pub(crate) fn take_impatient(&self, taken: &mut Vec<Box<dyn Item>>, wait: Duration) {
        let patient = |item: &dyn Item| item.when_full() == WhenFull::Wait;
        let mut state = self.waited(Some(wait), |state| {
            state.accepts.is_empty()
                && state.others.iter().all(|item| patient(&**item))
                && state.open
        });
        taken.extend(state.accepts.drain(..));
        let (waiting, others) = state.others.drain(..).partition(|item| patient(&**item));
        state.others = waiting;
        taken.extend(Vec::from(others));
    }

    /// Takes everything.
    pub(crate) fn take_all(&self, taken: &mut Vec<Box<dyn Item>>) {
        let mut state = self.state();
        taken.extend(state.accepts.drain(..));
        taken.extend(state.others.drain(..));
    }

    fn waited(
        &self,
        wait: Option<Duration>,
        idle: impl Fn(&mut State) -> bool,
    ) -> MutexGuard<'_, State> {
        let state = self.state();
        match wait {
            None => self.ready.wait_while(state, idle),
            Some(wait) => self
                .ready
                .wait_timeout_while(state, wait, idle)
                .map(|(state, _)| state)
                .map_err(|poisoned| PoisonError::new(poisoned.into_inner().0)),
        }
        .unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it takes work.
    pub(crate) fn is_open(&self) -> bool {
        self.state().open
    }

    /// Takes nothing from now on.
    pub(crate) fn close(&self) {
        self.state().open = false;
        self.accept_items.close();
        self.accept_kib.close();
        self.other_items.close();
        self.ready.notify_all();
    }
}

impl State {
    fn taken(&self, batch: &[Box<dyn Item>]) -> Taken {
        let empty = batch.is_empty() && self.accepts.is_empty() && self.others.is_empty();
        if empty && !self.open { Taken::Closed } else { Taken::Work }
    }
}

async fn permit(room: &Arc<Semaphore>, parts: u32) -> Result<OwnedSemaphorePermit, StoreError> {
    let permit = room.clone().acquire_many_owned(parts).await;
    permit.map_err(|_| StoreError::Unavailable)
}

//! Checkpoints: moving committed pages from the WAL into the database, beside the writer.
//!
//! Owns a thread and a connection of its own, and the [`Pace`] at which the writer asks for them.
//! Checkpoints are passive: they wait for nobody and block nobody. SQLite begins the WAL anew only
//! at a write that finds it checkpointed whole, which under steady load never happens by itself: so
//! past 64 MiB the writer pauses, for 2 s at most, until a checkpoint has caught up. A reader that
//! holds a snapshot for long would keep that from happening; readers here hold none for longer than
//! one query.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use rusqlite::Connection;

use crate::connection;

#[cfg(test)]
mod tests;

/// Growth of the WAL after which a checkpoint is asked for.
const GROWTH_BYTES: u64 = 4 * 1024 * 1024;
/// Size of the WAL past which the writer waits for one.
const PAUSE_BYTES: u64 = 64 * 1024 * 1024;
/// How long it waits.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// Decides after each commit whether to ask for a checkpoint.
#[derive(Debug)]
pub(crate) struct Pace {
    page_bytes: u64,
    asked_at: u64,
    paused_at: u64,
}

impl Pace {
    pub(crate) fn new(page_bytes: u64) -> Pace {
        Pace { page_bytes, asked_at: 0, paused_at: 0 }
    }

    /// `pages` is the length of the WAL, which falls when SQLite begins it anew.
    pub(crate) fn after_commit(&mut self, pages: u64, checkpointer: &Checkpointer) {
        let bytes = pages * self.page_bytes;
        if bytes < self.asked_at {
            self.asked_at = 0;
            self.paused_at = 0;
        }
        if bytes >= PAUSE_BYTES && bytes >= self.paused_at + GROWTH_BYTES {
            self.paused_at = bytes;
            self.asked_at = bytes;
            checkpointer.ask_and_wait(PAUSE_MAX);
        } else if bytes >= self.asked_at + GROWTH_BYTES {
            self.asked_at = bytes;
            checkpointer.ask();
        }
    }
}

/// The thread that checkpoints.
#[derive(Debug)]
pub(crate) struct Checkpointer {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Desk {
    orders: Mutex<Orders>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Orders {
    asked: u64,
    done: u64,
    stop: bool,
}

impl Desk {
    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Checkpointer {
    pub(crate) fn start(file: PathBuf) -> io::Result<Checkpointer> {
        let desk = Arc::new(Desk::default());
        let thread = std::thread::Builder::new().name("store-checkpoint".to_owned()).spawn({
            let desk = desk.clone();
            move || serve(&desk, &file)
        })?;
        Ok(Checkpointer { desk, thread: Some(thread) })
    }

    /// Asks for a checkpoint of everything committed so far.
    pub(crate) fn ask(&self) -> u64 {
        let mut orders = self.desk.orders();
        orders.asked += 1;
        self.desk.changed.notify_all();
        orders.asked
    }

    /// The same, and waits for it, at most so long.
    pub(crate) fn ask_and_wait(&self, at_most: Duration) {
        let number = self.ask();
        let orders = self.desk.orders();
        // Whether it came in time makes no difference: the next commit looks again.
        drop(self.desk.changed.wait_timeout_while(orders, at_most, |orders| orders.done < number));
    }

    pub(crate) fn stop(&mut self) {
        self.desk.orders().stop = true;
        self.desk.changed.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the checkpointing thread panicked");
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn serve(desk: &Desk, file: &Path) {
    let mut connection = None;
    loop {
        let orders = desk.orders();
        let orders = desk
            .changed
            .wait_while(orders, |orders| orders.asked == orders.done && !orders.stop)
            .unwrap_or_else(PoisonError::into_inner);
        if orders.stop {
            return;
        }
        let number = orders.asked;
        drop(orders);
        if let Err(error) = checkpoint(&mut connection, file) {
            // Nothing is lost: the WAL keeps what was not moved. A new connection writes it anew.
            connection = None;
            tracing::warn!(%error, "a checkpoint failed");
        }
        desk.orders().done = number;
        desk.changed.notify_all();
    }
}

fn checkpoint(connection: &mut Option<Connection>, file: &Path) -> rusqlite::Result<()> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(connection::checkpointer(file)?),
    };
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}

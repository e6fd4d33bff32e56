//! Readers: a few connections that only read, apart from the writer.
//!
//! Invariants: at most [`READERS`] queries at once, each its own short transaction; the rest waits
//! for one. Queries run on the runtime's threads for blocking work, never on its own. A connection
//! that met a failing disk or a damaged page is dropped and opened anew for the next query.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use pipeline::StoreError;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::{
    connection,
    fault::{Fault, failed, fault_of},
};

/// Queries at once.
const READERS: usize = 4;

/// Why a query has no answer.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// As it stands.
    Store(StoreError),
    /// SQLite said no.
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> ReadError {
        ReadError::Sqlite(error)
    }
}

impl From<StoreError> for ReadError {
    fn from(error: StoreError) -> ReadError {
        ReadError::Store(error)
    }
}

/// The connections that read.
#[derive(Debug)]
pub(crate) struct Readers {
    file: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(crate) fn new(file: PathBuf) -> Readers {
        Readers { file, idle: Arc::default(), permits: Arc::new(Semaphore::new(READERS)) }
    }

    pub(crate) fn file(&self) -> &std::path::Path {
        &self.file
    }

    /// Runs a query.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = self.permits.clone().acquire_owned().await;
        let permit = permit.map_err(|_| StoreError::Unavailable)?;
        let (idle, file) = (self.idle.clone(), self.file.clone());
        let run = move || {
            let _permit = permit;
            let kept = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = match kept {
                Some(connection) => connection,
                None => connection::reader(&file).map_err(failed)?,
            };
            let answer = query(&connection);
            let broken = match &answer {
                Err(ReadError::Sqlite(error)) => fault_of(error) == Fault::Broken,
                _ => false,
            };
            if !broken {
                idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            }
            answer.map_err(|error| match error {
                ReadError::Store(error) => error,
                ReadError::Sqlite(error) => failed(error),
            })
        };
        // It ends early only when the query panics or the runtime shuts down.
        tokio::task::spawn_blocking(run).await.unwrap_or_else(|error| Err(failed(error)))
    }

    /// Waits for the queries under way and closes the connections. Later queries are refused.
    pub(crate) async fn close(&self) {
        // All permits: nobody reads now. `Err` is a second closing.
        if let Ok(all) = self.permits.acquire_many(READERS as u32).await {
            self.permits.close();
            drop(all);
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

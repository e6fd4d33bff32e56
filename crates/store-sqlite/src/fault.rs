//! What an error of SQLite means for the store.

use pipeline::StoreError;
use rusqlite::{Error, ErrorCode};

/// Whom an error concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The one job that met it.
    Job,
    /// Everybody: no space.
    Full,
    /// Everybody: the file, the disk or the memory cannot be trusted now.
    Broken,
}

/// Tells whom an error concerns, by its code.
pub(crate) fn fault_of(error: &Error) -> Fault {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Fault::Full,
        Some(
            ErrorCode::SystemIoFailure
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::PermissionDenied
            | ErrorCode::DatabaseBusy
            | ErrorCode::OutOfMemory,
        ) => Fault::Broken,
        _ => Fault::Job,
    }
}

/// The store's own failure, as a job's answer.
pub(crate) fn failed(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Failed(Box::new(error))
}

//! Opening: the data folder, its lock, the file and its format.
//!
//! Invariants: one process has a data folder at a time, by an exclusive lock on `DATA/lock` that
//! ends with the process; a folder that we make has mode 0700 and files have 0600; a file that is
//! not ours, newer or damaged is refused with the cause and the remedy and left as it is.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode};

use crate::{
    connection,
    options::StoreOptions,
    schema::{self, SchemaError},
};

#[cfg(test)]
mod tests;

/// The database's name in the data folder.
pub const DATABASE_FILE: &str = "countersign.db";
/// The lock's name in the data folder.
pub const LOCK_FILE: &str = "lock";

/// Why the store could not be opened. Each says the cause and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The folder that the data folder is to be made in is not there.
    #[error(
        "the folder {} does not exist, so the data folder cannot be made in it; create it, or name \
         another data folder", .0.display()
    )]
    MissingFolder(PathBuf),
    /// Something else stands where the data folder should be.
    #[error("{} is not a folder; name another data folder", .0.display())]
    NotAFolder(PathBuf),
    /// The user of this process may not.
    #[error(
        "no permission for {}; give it to the user that runs the server (chown, chmod), or name \
         another data folder", .0.display()
    )]
    NoPermission(PathBuf),
    /// Another process has it open.
    #[error(
        "the data folder {} is in use by another process; stop that one, or name another data \
         folder", .0.display()
    )]
    InUse(PathBuf),
    /// A newer release made it.
    #[error(
        "the database {} has format {found}, and this release knows formats up to {known}; run the \
         release that wrote it, or a newer one", .file.display()
    )]
    NewerFormat {
        /// The database.
        file: PathBuf,
        /// Its version.
        found: u32,
        /// The newest that this release knows.
        known: u32,
    },
    /// It is no SQLite database, or another application's.
    #[error(
        "{} is not a database of Countersign; move it away to start with an empty one, or name \
         another data folder", .0.display()
    )]
    NotADatabase(PathBuf),
    /// It is damaged.
    #[error(
        "the database {} is damaged; move it away and restore a backup", .file.display()
    )]
    Corrupt {
        /// The database.
        file: PathBuf,
        /// What SQLite found.
        source: rusqlite::Error,
    },
    /// The disk is full.
    #[error("there is no space left for {}; make some and start again", .0.display())]
    Full(PathBuf),
    /// The operating system said no to something else.
    #[error("{} could not be opened", .path.display())]
    Io {
        /// What.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite said no to something else.
    #[error("the database {} could not be opened", .file.display())]
    Sqlite {
        /// The database.
        file: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
}

impl OpenError {
    fn io(path: &Path, source: io::Error) -> OpenError {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied => OpenError::NoPermission(path),
            io::ErrorKind::StorageFull => OpenError::Full(path),
            _ => OpenError::Io { path, source },
        }
    }

    fn sqlite(file: &Path, source: rusqlite::Error) -> OpenError {
        let file = file.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => OpenError::NotADatabase(file),
            Some(ErrorCode::DatabaseCorrupt) => OpenError::Corrupt { file, source },
            Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
                OpenError::NoPermission(file)
            }
            Some(ErrorCode::DiskFull) => OpenError::Full(file),
            _ => OpenError::Sqlite { file, source },
        }
    }
}

/// A data folder that is ours, with its database ready to write.
#[derive(Debug)]
pub(crate) struct OpenedFile {
    pub(crate) file: PathBuf,
    pub(crate) connection: Connection,
    pub(crate) page_bytes: u64,
    pub(crate) lock: File,
}

/// Opens the data folder. Blocks.
pub(crate) fn open(options: &StoreOptions) -> Result<OpenedFile, OpenError> {
    make_folder(&options.path)?;
    let lock = lock(&options.path)?;
    let file = options.path.join(DATABASE_FILE);
    let made = private().append(true).create(true).open(&file);
    drop(made.map_err(|error| OpenError::io(&file, error))?);
    let mut connection =
        connection::writer(&file).map_err(|error| OpenError::sqlite(&file, error))?;
    let prepared = prepare(&mut connection, options.page_bytes);
    let page_bytes = prepared.map_err(|error| match error {
        SchemaError::Foreign => OpenError::NotADatabase(file.clone()),
        SchemaError::Newer { found } => {
            OpenError::NewerFormat { file: file.clone(), found, known: schema::VERSION }
        }
        SchemaError::Sqlite(error) => OpenError::sqlite(&file, error),
    })?;
    Ok(OpenedFile { file, connection, page_bytes, lock })
}

/// Opens the database again after a failed write: only if all of it is sound.
pub(crate) fn reopen(file: &Path) -> rusqlite::Result<Connection> {
    let connection = connection::writer(file)?;
    connection::set_up_file(&connection, None)?;
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" {
        return Ok(connection);
    }
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    Err(rusqlite::Error::SqliteFailure(code, Some(found)))
}

fn prepare(connection: &mut Connection, new_page_bytes: u32) -> Result<u64, SchemaError> {
    let empty = schema::is_empty(connection)?;
    connection::set_up_file(connection, empty.then_some(new_page_bytes))?;
    schema::migrate(connection)?;
    let page_bytes: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    Ok(page_bytes.into())
}

fn make_folder(folder: &Path) -> Result<(), OpenError> {
    match fs::metadata(folder) {
        Ok(about) if about.is_dir() => return Ok(()),
        Ok(_) => return Err(OpenError::NotAFolder(folder.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(OpenError::io(folder, error)),
    }
    let made = fs::DirBuilder::new().mode(0o700).create(folder);
    made.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            let parent = folder.parent().unwrap_or(folder);
            OpenError::MissingFolder(parent.to_owned())
        }
        _ => OpenError::io(folder, error),
    })
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join(LOCK_FILE);
    let file = private().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(|error| OpenError::io(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(OpenError::io(&path, error)),
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

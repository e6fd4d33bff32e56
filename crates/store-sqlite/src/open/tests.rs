//! What is refused, with which words, and that it is left as it was.

use std::os::unix::fs::PermissionsExt;

use pipeline::store::Upkeep;
use tempfile::TempDir;

use super::*;
use crate::SqliteStore;

fn folder() -> (TempDir, StoreOptions) {
    let parent = tempfile::tempdir().unwrap();
    let options = StoreOptions::new(parent.path().join("data"));
    (parent, options)
}

/// The error of opening what stands in the database's place, which has to stay as it is.
fn refused(content: &[u8]) -> OpenError {
    let (_parent, options) = folder();
    fs::create_dir(&options.path).unwrap();
    let file = options.path.join(DATABASE_FILE);
    fs::write(&file, content).unwrap();
    let error = SqliteStore::open(&options).unwrap_err();
    assert_eq!(fs::read(&file).unwrap(), content);
    error
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn only_the_owner_may_read() {
    let (_parent, options) = folder();
    let store = SqliteStore::open(&options).unwrap();
    assert_eq!(mode(&options.path), 0o700);
    let mut seen = 0;
    for entry in fs::read_dir(&options.path).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(mode(&entry.path()), 0o600, "{entry:?}");
        seen += 1;
    }
    assert_eq!(seen, 4, "lock, database, journal and its index");
    store.close().await.unwrap();
}

#[test]
fn a_folder_in_use_is_refused_until_it_is_free() {
    let (_parent, options) = folder();
    let store = SqliteStore::open(&options).unwrap();
    let error = SqliteStore::open(&options).unwrap_err();
    assert!(matches!(&error, OpenError::InUse(path) if *path == options.path));
    assert!(error.to_string().contains("in use by another process"));
    drop(store);
    SqliteStore::open(&options).unwrap();
}

#[test]
fn missing_folders_and_files_in_their_place_are_named() {
    let parent = tempfile::tempdir().unwrap();
    let missing = parent.path().join("no");
    let error = SqliteStore::open(&StoreOptions::new(missing.join("data"))).unwrap_err();
    assert!(matches!(&error, OpenError::MissingFolder(path) if *path == missing));
    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    let error = SqliteStore::open(&StoreOptions::new(&file)).unwrap_err();
    assert!(matches!(&error, OpenError::NotAFolder(path) if *path == file));
    assert!(matches!(
        SqliteStore::open(&StoreOptions::new(file.join("data"))),
        Err(OpenError::Io { .. })
    ));
}

#[test]
fn a_newer_format_is_refused_with_both_numbers() {
    let (_parent, options) = folder();
    drop(SqliteStore::open(&options).unwrap());
    let file = options.path.join(DATABASE_FILE);
    let connection = Connection::open(&file).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error = SqliteStore::open(&options).unwrap_err();
    let text = error.to_string();
    assert!(
        matches!(error, OpenError::NewerFormat { found: 99, known, .. } if known == schema::VERSION)
    );
    assert!(text.contains("format 99") && text.contains(&format!("up to {}", schema::VERSION)));
}

#[test]
fn other_files_are_refused() {
    let error = refused(&b"this is not a database, and long enough to have a header\n".repeat(20));
    assert!(matches!(error, OpenError::NotADatabase(_)), "{error:?}");

    let other = tempfile::NamedTempFile::new().unwrap();
    let connection = Connection::open(other.path()).unwrap();
    connection.execute_batch("CREATE TABLE theirs (x)").unwrap();
    drop(connection);
    let error = refused(&fs::read(other.path()).unwrap());
    assert!(matches!(error, OpenError::NotADatabase(_)), "{error:?}");
}

#[test]
fn a_damaged_database_is_refused() {
    let (_parent, options) = folder();
    drop(SqliteStore::open(&options).unwrap());
    let mut content = fs::read(options.path.join(DATABASE_FILE)).unwrap();
    // The header stays, the page of the schema becomes noise.
    content[100..4_000].fill(0xa5);
    let error = refused(&content);
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error:?}");
    assert!(error.to_string().contains("restore a backup"));
}

#[test]
fn a_clean_end_leaves_one_sound_file() {
    let (_parent, options) = folder();
    let store = SqliteStore::open(&options).unwrap();
    let file = options.path.join(DATABASE_FILE);
    drop(store);
    let journal = options.path.join(format!("{DATABASE_FILE}-wal"));
    assert!(!journal.exists());
    assert!(reopen(&file).is_ok());
}

#[test]
fn reopening_refuses_what_is_not_sound() {
    let (_parent, options) = folder();
    drop(SqliteStore::open(&options).unwrap());
    let file = options.path.join(DATABASE_FILE);
    let mut content = fs::read(&file).unwrap();
    let page = crate::PAGE_BYTES as usize;
    content[page..2 * page].fill(0xa5);
    fs::write(&file, content).unwrap();
    let error = reopen(&file).unwrap_err();
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt));
}

//! The master key file and the admin token: read, or made for an empty store only.
//!
//! A store that holds sealed values is never given a new key: that would make them unreadable
//! without a word. The store's key check tells a missing or other key before anything is served.

use std::{
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use pipeline::{Randomness, Store, StoreError};
use sealing::{KeyRing, OpenError, ParseError};
use zeroize::Zeroizing;

use crate::config::{
    AdminTokenFrom,
    secret_file::{self, SecretBytes, SecretFileError},
};

const CHECK: &str = "key_check";
const MASTER_KEY: &str = "master-key";
const ADMIN_TOKEN: &str = "admin-token";
const TOKEN_BYTES: usize = 32;
/// The shortest admin token that is taken.
const TOKEN_LENGTH_MIN: usize = 16;

/// Why the keys cannot be used. Each names the remedy and shows no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The store has sealed values and the file is not there.
    #[error("the master key {} is missing, and the store holds values sealed with it: put the file back, or name it by `keys.master_key_file`; a new one is never made for a store that is in use", .0.display())]
    Missing(PathBuf),
    /// The file is of another form.
    #[error("the master key {}: {error}", .path.display())]
    Form {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        error: ParseError,
    },
    /// The keys are not this store's.
    #[error("the master key {} is not the one that this store's values are sealed with: {error}", .path.display())]
    Other {
        /// Which file.
        path: PathBuf,
        /// What the check said.
        error: OpenError,
    },
    /// The cipher of this build does not work.
    #[error("values cannot be sealed on this machine")]
    Sealing,
    /// The file cannot be written.
    #[error("{} cannot be written: {}", .0.display(), .1.kind())]
    Unwritable(PathBuf, io::Error),
    /// The store is in use and the file is not there.
    #[error("the admin token {} is missing, and a new one is made for a new store only: put the file back, or give a token by COUNTERSIGN_ADMIN_TOKEN_FILE", .0.display())]
    TokenMissing(PathBuf),
    /// A token that can be guessed.
    #[error("the admin token is shorter than {TOKEN_LENGTH_MIN} characters or has blanks in it")]
    WeakToken,
    /// The file cannot be read, or others can read it.
    #[error(transparent)]
    File(#[from] SecretFileError),
    /// The store did not answer.
    #[error("the store's key check cannot be read or written")]
    Store(#[from] StoreError),
}

/// Whether a store had been started before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreAge {
    /// This is its first start.
    New,
    /// It has been in use.
    InUse,
}

/// Reads the master key and holds it against the store's check; makes one for a new store.
///
/// # Errors
///
/// [`KeyError`].
pub async fn keys(
    store: &dyn Store,
    data: &Path,
    configured: Option<&Path>,
    randomness: &dyn Randomness,
) -> Result<(KeyRing, StoreAge), KeyError> {
    let path = configured.map_or_else(|| data.join(MASTER_KEY), Path::to_owned);
    let check = store.setting(CHECK).await?;
    let ring = match read(&path) {
        Ok(ring) => ring,
        Err(KeyError::File(SecretFileError::Unreadable(_, error)))
            if error.kind() == io::ErrorKind::NotFound =>
        {
            if check.is_some() || configured.is_some() {
                return Err(KeyError::Missing(path));
            }
            let ring = KeyRing::generate(&mut |out| randomness.fill(out));
            write_new(&path, ring.to_text().as_bytes())?;
            ring
        }
        Err(error) => return Err(error),
    };
    match check {
        Some(check) => {
            ring.verify_check(&check).map_err(|error| KeyError::Other { path, error })?;
            Ok((ring, StoreAge::InUse))
        }
        None => Ok((ring, StoreAge::New)),
    }
}

/// Keeps the key check: from now on the store is in use. The last step of a first start, so that one
/// that was interrupted before is a first start again.
///
/// # Errors
///
/// [`KeyError`].
pub async fn begin_use(store: &dyn Store, ring: &KeyRing) -> Result<(), KeyError> {
    let check = ring.check_value().ok_or(KeyError::Sealing)?;
    Ok(store.put_setting(CHECK, check.to_vec()).await?)
}

fn read(path: &Path) -> Result<KeyRing, KeyError> {
    let bytes = secret_file::read(path, &mut Vec::new())?;
    let text = String::from_utf8_lossy(bytes.expose());
    let text = Zeroizing::new(text.into_owned());
    KeyRing::parse(&text).map_err(|error| KeyError::Form { path: path.to_owned(), error })
}

/// The admin token, and the file that holds it where one does. Made at the first start.
///
/// # Errors
///
/// [`KeyError`].
pub fn admin_token(
    from: &AdminTokenFrom,
    data: &Path,
    age: StoreAge,
    randomness: &dyn Randomness,
) -> Result<(SecretBytes, Option<PathBuf>), KeyError> {
    let (token, path) = match from {
        AdminTokenFrom::Variable(token) => (token.clone(), None),
        AdminTokenFrom::File(path) => {
            (secret_file::read(path, &mut Vec::new())?, Some(path.clone()))
        }
        AdminTokenFrom::DataFolder => {
            let path = data.join(ADMIN_TOKEN);
            if !path.exists() {
                if age == StoreAge::InUse {
                    return Err(KeyError::TokenMissing(path));
                }
                write_new(&path, new_token(randomness).as_bytes())?;
            }
            (secret_file::read(&path, &mut Vec::new())?, Some(path))
        }
    };
    let visible = token.expose().iter().all(u8::is_ascii_graphic);
    if token.expose().len() < TOKEN_LENGTH_MIN || !visible {
        return Err(KeyError::WeakToken);
    }
    Ok((token, path))
}

/// The admin token of a data folder, for commands that talk to its server.
///
/// # Errors
///
/// [`KeyError`].
pub fn token_of_data_folder(data: &Path) -> Result<SecretBytes, KeyError> {
    Ok(secret_file::read(&data.join(ADMIN_TOKEN), &mut Vec::new())?)
}

fn new_token(randomness: &dyn Randomness) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0; TOKEN_BYTES]);
    randomness.fill(&mut *bytes);
    let mut text = Zeroizing::new(String::with_capacity(4 + 2 * TOKEN_BYTES));
    text.push_str("cst_");
    for byte in bytes.iter() {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// Writes a file of mode 0600 that was not there, and syncs it and its folder.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let write = || {
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        match path.parent() {
            Some(folder) => std::fs::File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(|error| KeyError::Unwritable(path.to_owned(), error))
}

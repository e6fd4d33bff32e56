//! Files that hold secrets: read once, refused where others can read them.

use std::{
    fmt, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use rustix::fs::StatVfsMountFlags;
use zeroize::Zeroizing;

/// The longest file that is read.
const BYTES_MAX: u64 = 64 * 1024;
const OTHERS: u32 = 0o077;

/// Bytes that are wiped and never shown.
#[derive(Clone, Default)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Takes the bytes over.
    pub fn new(bytes: Vec<u8>) -> SecretBytes {
        SecretBytes(Zeroizing::new(bytes))
    }

    /// The bytes.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes([redacted])")
    }
}

/// Why a secret file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretFileError {
    /// It cannot be read.
    #[error("the secret file {} cannot be read: {}", .0.display(), .1.kind())]
    Unreadable(PathBuf, io::Error),
    /// Others can read it.
    #[error("the secret file {} can be read by others (mode {mode:03o}): run `chmod 600 {}`", .path.display(), .path.display())]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is larger than any secret.
    #[error("the secret file {} is longer than {BYTES_MAX} bytes", .0.display())]
    TooLong(PathBuf),
    /// It has nothing in it.
    #[error("the secret file {} is empty", .0.display())]
    Empty(PathBuf),
}

/// Reads a secret. One final line ending is removed, and that is noted, as is a mode that others
/// can read where a secret manager has set it.
///
/// # Errors
///
/// [`SecretFileError`] names the file and the remedy and shows nothing of the secret.
pub fn read(path: &Path, notes: &mut Vec<String>) -> Result<SecretBytes, SecretFileError> {
    let unreadable = |error| SecretFileError::Unreadable(path.to_owned(), error);
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if metadata.len() > BYTES_MAX {
        return Err(SecretFileError::TooLong(path.to_owned()));
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & OTHERS != 0 {
        if !is_managed(path) {
            return Err(SecretFileError::Exposed { path: path.to_owned(), mode });
        }
        notes.push(format!("{} can be read by others (mode {mode:03o})", path.display()));
    }
    let mut bytes = Zeroizing::new(std::fs::read(path).map_err(unreadable)?);
    if bytes.ends_with(b"\n") {
        bytes.pop();
        if bytes.ends_with(b"\r") {
            bytes.pop();
        }
        notes.push(format!("{}: its final line ending is not part of the secret", path.display()));
    }
    if bytes.is_empty() {
        Err(SecretFileError::Empty(path.to_owned()))
    } else {
        Ok(SecretBytes(bytes))
    }
}

/// Whether a secret manager laid the file there: then its mode is not ours to judge.
fn is_managed(path: &Path) -> bool {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let below = |folder: &Path| path.starts_with(folder);
    let read_only = rustix::fs::statvfs(&path)
        .is_ok_and(|stat| stat.f_flag.contains(StatVfsMountFlags::RDONLY));
    below(Path::new("/run/secrets"))
        || credentials.is_some_and(|folder| below(&folder))
        || read_only
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8], mode: u32) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, bytes).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        (folder, path)
    }

    #[test]
    fn one_final_line_ending_is_removed_and_that_is_said() {
        for (bytes, secret) in
            [(&b"abc\n\n"[..], &b"abc\n"[..]), (b"abc\r\n", b"abc"), (b" abc ", b" abc ")]
        {
            let (_folder, path) = file(bytes, 0o600);
            let mut notes = Vec::new();
            assert_eq!(read(&path, &mut notes).unwrap().expose(), secret);
            assert_eq!(notes.len(), usize::from(bytes.ends_with(b"\n")));
        }
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_remedy() {
        for mode in [0o644, 0o640, 0o604, 0o620] {
            let (_folder, path) = file(b"abc", mode);
            let error = read(&path, &mut Vec::new()).unwrap_err().to_string();
            assert!(error.contains("chmod 600") && !error.contains("abc"), "{error}");
        }
    }

    #[test]
    fn missing_and_empty_files_are_named() {
        let (folder, path) = file(b"\n", 0o600);
        assert!(matches!(read(&path, &mut Vec::new()), Err(SecretFileError::Empty(_))));
        let missing = folder.path().join("none");
        let error = read(&missing, &mut Vec::new()).unwrap_err().to_string();
        assert!(error.contains("none") && error.contains("not found"), "{error}");
    }

    #[test]
    fn debug_shows_nothing() {
        assert!(!format!("{:?}", SecretBytes::new(b"abc".to_vec())).contains("abc"));
    }
}

//! What can be wrong with the configuration. Each names what, where and how to mend it.

use std::{fmt, io, path::PathBuf};

use super::secret_file::SecretFileError;

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{} cannot be read: {}", .0.display(), .1.kind())]
    Unreadable(PathBuf, io::Error),
    /// The file is not TOML.
    #[error("{} is not TOML: {message}", .file.display())]
    Syntax {
        /// Which file.
        file: PathBuf,
        /// What is wrong, and where in it. Shows no line of the file.
        message: String,
    },
    /// Keys that are not known.
    #[error("{}", Lines(.0))]
    UnknownKeys(Vec<UnknownKey>),
    /// A value that is not of its form.
    #[error("`{name}` in {place}: {problem}")]
    Value {
        /// The setting.
        name: String,
        /// Where it stands.
        place: String,
        /// What is wrong and what would be right. Shows no secret.
        problem: String,
    },
    /// A source or webhook of the file.
    #[error("{place} in {}: {problem}", .file.display())]
    Declaration {
        /// Which one.
        place: String,
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A file that holds a secret.
    #[error(transparent)]
    SecretFile(#[from] SecretFileError),
}

/// A key that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKey {
    /// As it stands there.
    pub name: String,
    /// The file or variable.
    pub place: String,
    /// What it may have been meant to be.
    pub nearest: Option<String>,
}

impl fmt::Display for UnknownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown key `{}` in {}", self.name, self.place)?;
        match &self.nearest {
            Some(nearest) => write!(f, ": did you mean `{nearest}`?"),
            None => {
                f.write_str(": remove it, or see the list that `countersign config default` prints")
            }
        }
    }
}

struct Lines<'a>(&'a [UnknownKey]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, key) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{key}")?;
        }
        Ok(())
    }
}

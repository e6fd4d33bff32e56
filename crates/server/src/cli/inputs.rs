//! What commands read: secrets from files, bodies from standard input; and what URLs they take.

use std::{io::Read, path::Path};

use anyhow::Context;
use countersign::{Dialect, Secret};
use url::Url;

use super::Usage;
use crate::config::secret_file;

/// The longest body that a command reads: 25 MiB, as the server's.
const BODY_MAX: u64 = 25 * 1024 * 1024;

/// Reads a secret for a dialect; what is noted about the file goes to standard error.
pub(super) fn secret(path: &Path, dialect: &Dialect) -> anyhow::Result<Secret> {
    refuse_folder(path)?;
    let mut notes = Vec::new();
    let bytes = secret_file::read(path, &mut notes)?;
    for note in notes {
        eprintln!("note: {note}");
    }
    let secret = Secret::new(bytes.expose().to_vec());
    let secret = secret.with_context(|| format!("the secret in {}", path.display()))?;
    let checked = dialect.check_secret(&secret);
    let warnings = checked.with_context(|| format!("the secret in {}", path.display()))?;
    for warning in warnings {
        eprintln!("warning: the secret in {}: {warning}", path.display());
    }
    Ok(secret)
}

/// Reads all of standard input.
pub(super) fn body() -> anyhow::Result<Vec<u8>> {
    read(std::io::stdin().lock(), "standard input")
}

/// Reads where a request goes to.
pub(super) fn target(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        other => Err(format!("its scheme is `{other}`, neither http nor https")),
    }
}

/// Reads a file.
pub(super) fn file(path: &Path) -> anyhow::Result<Vec<u8>> {
    refuse_folder(path)?;
    let name = path.display().to_string();
    let file = std::fs::File::open(path).map_err(|error| Usage(format!("{name}: {error}")))?;
    read(file, &name)
}

fn refuse_folder(path: &Path) -> Result<(), Usage> {
    let folder = || Usage(format!("{} is a folder, and a file is needed", path.display()));
    if path.is_dir() { Err(folder()) } else { Ok(()) }
}

fn read(from: impl Read, name: &str) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    from.take(BODY_MAX + 1).read_to_end(&mut body).with_context(|| format!("reading {name}"))?;
    if body.len() as u64 > BODY_MAX {
        return Err(Usage(format!("{name} is longer than 25 MiB")).into());
    }
    Ok(body)
}

//! The test vectors: signed requests as data, which the crate and the kits read.
//!
//! Owns what stands in `vectors/*.json`; `vectors/README.md` is their specification. The same program
//! writes the same bytes: no clock, no randomness, keys from a fixed seed. Signatures are made here and
//! never with the crate under test.

mod basic;
mod bitbucket;
mod case;
mod families;
mod foreign;
mod forges;
mod generic_hmac;
mod gitlab;
mod listed;
mod mac;
mod render;
mod scheme;
mod secrets;
mod seed;
mod sending;
mod standard_webhooks;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use case::Case;

/// The file of a dialect: its name, its cases of verifying, its cases of signing.
type Dialect = (&'static str, fn() -> Vec<Case>, fn() -> Vec<String>);

const DIALECTS: [Dialect; 7] = [
    ("bitbucket-cloud", bitbucket::verify_cloud, bitbucket::sign_cloud),
    ("bitbucket-data-center", bitbucket::verify_data_center, bitbucket::sign_data_center),
    ("github", forges::verify_github, forges::sign_github),
    ("gitlab", gitlab::verify, gitlab::sign),
    ("gitea", forges::verify_gitea, forges::sign_gitea),
    ("standard-webhooks", standard_webhooks::verify, standard_webhooks::sign),
    ("generic-hmac", generic_hmac::verify, generic_hmac::sign),
];

/// The folder of the vectors in the checkout at `root`.
pub(crate) fn folder(root: &Path) -> PathBuf {
    root.join("vectors")
}

/// Every file, as it should be: its name and its text.
pub(crate) fn files() -> Vec<(String, String)> {
    let dialect = |(name, verify, sign): &Dialect| {
        (format!("{name}.json"), render::dialect(name, &verify(), &sign()))
    };
    let mut files: Vec<_> = DIALECTS.iter().map(dialect).collect();
    files.push(("secrets.json".to_owned(), render::cases(&secrets::all())));
    files.push(("basic.json".to_owned(), render::cases(&basic::all())));
    files
}

/// A MAC that no dialect takes: OpenSSL's name of the algorithm, the key, the message, the digest.
pub(crate) type ForeignMac = (&'static str, Vec<u8>, Vec<u8>, Vec<u8>);

/// The MACs in the files that this program cannot make itself.
pub(crate) fn foreign() -> Vec<ForeignMac> {
    let schemes = [forges::github(), standard_webhooks::scheme()];
    schemes.iter().flat_map(foreign::macs).collect()
}

/// `cargo xtask vectors`: writes every file.
///
/// # Errors
/// A file could not be written.
pub(crate) fn write(root: &Path) -> Result<()> {
    for (name, text) in files() {
        let path = folder(root).join(&name);
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        println!("{name}");
    }
    Ok(())
}

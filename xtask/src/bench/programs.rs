//! The programs of a benchmark, built in release: the server, and the examples of the testkit.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::cargo::{self, Target};

/// Where the executables are.
#[derive(Debug)]
pub(super) struct Programs {
    pub(super) server: PathBuf,
    pub(super) bare: PathBuf,
    pub(super) null_relay: PathBuf,
    pub(super) receiver: PathBuf,
    pub(super) load: PathBuf,
}

impl Programs {
    /// Builds all of them.
    ///
    /// # Errors
    /// A build failed; cargo has said why.
    pub(super) fn build(root: &Path) -> Result<Self> {
        let server = cargo::build(root, Target::Binary("countersign"), true)?;
        let status = cargo::command(root)
            .args(["build", "--locked", "--release"])
            .args(["--package", "countersign-testkit", "--examples"])
            .status()
            .context("cargo")?;
        if !status.success() {
            bail!("`cargo build --examples` failed");
        }
        let metadata = cargo::metadata(root)?;
        let target = metadata["target_directory"].as_str();
        let examples = Path::new(target.context("no target folder in cargo's metadata")?)
            .join("release")
            .join("examples");
        Ok(Self {
            server,
            bare: examples.join("bench_bare"),
            null_relay: examples.join("bench_null_relay"),
            receiver: examples.join("bench_receiver"),
            load: examples.join("bench_load"),
        })
    }
}

//! Calls to cargo: building a binary and finding where it was put, reading the workspace's metadata.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// What kind of target an executable is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    Binary(&'static str),
    Example(&'static str),
}

/// A cargo command in the checkout, run with the cargo that runs this program.
pub(crate) fn command(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Builds one executable of the server's crate and answers where it is.
///
/// # Errors
/// The build failed (its messages have been printed), or cargo named no executable.
pub(crate) fn build(root: &Path, target: Target, release: bool) -> Result<PathBuf> {
    build_of(root, "countersign-server", target, release)
}

/// Builds one executable of `package` and answers where it is; else as [`build`].
pub(crate) fn build_of(
    root: &Path,
    package: &str,
    target: Target,
    release: bool,
) -> Result<PathBuf> {
    let (kind, name) = match target {
        Target::Binary(name) => ("--bin", name),
        Target::Example(name) => ("--example", name),
    };
    let mut build = command(root);
    build.args(["build", "--locked", "--package", package, kind, name]);
    build.args(["--message-format", "json-render-diagnostics"]);
    if release {
        build.arg("--release");
    }
    let done = build.stdin(Stdio::null()).stderr(Stdio::inherit()).output().context("cargo")?;
    if !done.status.success() {
        bail!("`cargo build {kind} {name}` failed");
    }
    let messages = String::from_utf8(done.stdout).context("cargo's messages")?;
    executable(&messages, name).with_context(|| format!("cargo built no executable `{name}`"))
}

/// `cargo metadata` without dependencies of dependencies.
pub(crate) fn metadata(root: &Path) -> Result<Value> {
    let done = command(root)
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .stderr(Stdio::inherit())
        .output()
        .context("cargo metadata")?;
    if !done.status.success() {
        bail!("`cargo metadata` failed");
    }
    serde_json::from_slice(&done.stdout).context("the answer of cargo metadata")
}

fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_the_one_of_the_named_target() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"other"},"executable":"/t/other"}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"wanted"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"wanted"},"executable":"/t/wanted"}"#,
        );
        assert_eq!(executable(messages, "wanted"), Some(PathBuf::from("/t/wanted")));
        assert_eq!(executable(messages, "absent"), None);
    }
}

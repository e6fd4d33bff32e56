//! Receivers that are libraries: a small program in their language, the adapter, calls them for each
//! case and prints a line of JSON for it. What it says is read here and believed only in that form.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::installed::FIXTURES;
use super::judge::{Answer, Outcome};
use crate::process::{end_of, output};

const LIMIT: Duration = Duration::from_secs(300);

/// Feeds the cases in `files` to the Python receiver `word`.
pub(super) fn python(
    interpreter: &Path,
    word: &str,
    files: &[PathBuf],
    root: &Path,
) -> Result<Vec<Answer>> {
    let mut command = Command::new(interpreter);
    // Nothing is written beside the adapter.
    command.arg("-B").arg(root.join(FIXTURES).join("python.py")).arg(word).args(files);
    answers(&mut command)
}

/// Feeds the cases in `files` to the receiver `word` of the folder `packages`.
pub(super) fn javascript(
    node: &Path,
    packages: &Path,
    word: &str,
    files: &[PathBuf],
    root: &Path,
) -> Result<Vec<Answer>> {
    // It imports the receivers by name, so it has to stand beside them.
    let adapter = packages.join("node.mjs");
    fs::copy(root.join(FIXTURES).join("node.mjs"), &adapter).context("placing the adapter")?;
    answers(Command::new(node).arg(&adapter).arg(word).args(files))
}

fn answers(command: &mut Command) -> Result<Vec<Answer>> {
    let done = output(command, LIMIT)?;
    if !done.status.success() {
        let said = end_of(&String::from_utf8_lossy(&done.stderr));
        bail!("the adapter ended with {}: {said}", done.status);
    }
    let out = String::from_utf8(done.stdout).context("the adapter's lines")?;
    out.lines().map(answer).collect()
}

fn answer(line: &str) -> Result<Answer> {
    let value: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
    let text = |member: &str| {
        let text = value[member].as_str().map(str::to_owned);
        text.with_context(|| format!("no `{member}` in {line}"))
    };
    let outcome = match text("outcome")?.as_str() {
        "accepted" => Outcome::Accepted,
        "refused" => Outcome::Refused,
        "crashed" => Outcome::Crashed(kind(&text("detail")?)),
        other => bail!("the outcome `{other}`"),
    };
    Ok(Answer { dialect: text("dialect")?, name: text("name")?, outcome })
}

/// The kind of an exception: what stands before its message.
fn kind(detail: &str) -> String {
    detail.split(':').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_answer() {
        let line = r#"{"dialect":"github","name":"a: b","outcome":"refused","detail":""}"#;
        let read = answer(line).unwrap();
        assert_eq!((read.dialect.as_str(), read.name.as_str()), ("github", "a: b"));
        assert_eq!(read.outcome, Outcome::Refused);
        let crashed = line.replace("refused", "crashed").replace("\"\"", "\"ValueError: a: b\"");
        assert_eq!(answer(&crashed).unwrap().outcome, Outcome::Crashed("ValueError".to_owned()));
    }

    #[test]
    fn any_other_line_is_an_error() {
        assert!(answer("Traceback").is_err());
        let line = r#"{"dialect":"github","name":"a","outcome":"perhaps","detail":""}"#;
        assert!(answer(line).is_err());
    }

    #[test]
    fn an_adapter_that_ends_badly_has_no_answers() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo no module >&2; exit 1"]);
        assert!(answers(&mut command).unwrap_err().to_string().contains("no module"));
    }
}

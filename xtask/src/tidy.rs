//! The habits that can be counted: layout, sizes, words, links, and which crate may use which.
//!
//! Reads the files that git knows or would add, and never changes one. Each rule is a function from
//! the tree to findings; a rule that can't find a sample of what it forbids is a defect, so each has
//! a test over a small tree. The limits: 600 lines in a source file, 70 in a function.

mod crates;
mod functions;
mod layout;
mod links;
mod source;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::cargo;

/// One file of the tree.
#[derive(Debug)]
pub(crate) struct File {
    /// Relative to the root, with `/`.
    path: String,
    text: String,
}

/// What a rule found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// The name of a rule and what it found.
type Examined = (&'static str, Vec<Finding>);

/// A rule over the files of the tree.
type Rule = fn(&[File]) -> Vec<Finding>;

const RULES: [(&str, Rule); 9] = [
    ("every module says what it owns", layout::module_docs),
    ("no mod.rs and no drawers", layout::names),
    ("source files have at most 600 lines", layout::lengths),
    ("functions have at most 70 lines", functions::lengths),
    ("nothing is left to do", words::left_to_do),
    ("SQL stands in the stores only", words::sql),
    ("the project speaks of itself alone", words::outside),
    ("lines end cleanly", words::line_ends),
    ("relative links lead somewhere", links::relative),
];

/// Applies every rule to the checkout at `root`.
///
/// # Errors
/// The tree or cargo's metadata could not be read.
pub(crate) fn examine(root: &Path) -> Result<Vec<Examined>> {
    let files = tree(root)?;
    for warning in layout::long(&files) {
        println!("  note    {warning}");
    }
    let mut examined: Vec<Examined> =
        RULES.iter().map(|(name, rule)| (*name, rule(&files))).collect();
    examined.push(("ARCHITECTURE.md shows every crate", crates::on_the_map(&files)));
    let metadata = cargo::metadata(root)?;
    examined.push(("dependencies point inwards", crates::arrows(&metadata)?));
    Ok(examined)
}

/// `cargo xtask tidy`: prints every finding and answers whether there were any.
pub(crate) fn print_findings(root: &Path) -> Result<ExitCode> {
    let mut found = 0;
    for (_, findings) in examine(root)? {
        for finding in &findings {
            println!("{finding}");
        }
        found += findings.len();
    }
    println!("{found} findings");
    Ok(if found == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Every text file that git tracks or would add.
fn tree(root: &Path) -> Result<Vec<File>> {
    let list = Command::new("git")
        .current_dir(root)
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()
        .context("starting git")?;
    if !list.status.success() {
        bail!("git ls-files: {}", String::from_utf8_lossy(&list.stderr).trim());
    }
    let mut files = Vec::new();
    for path in String::from_utf8_lossy(&list.stdout).split_terminator('\0') {
        let full = root.join(path);
        // Deleted but not yet from the index, or a link to a folder.
        if !full.is_file() {
            continue;
        }
        // What is not text (test data) has no habits.
        if let Ok(text) = fs::read_to_string(&full) {
            files.push(File { path: path.to_owned(), text });
        }
    }
    Ok(files)
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether people of this project write it by hand; test data is not held to habits.
    fn is_written(&self) -> bool {
        const KINDS: [&str; 8] = [".rs", ".toml", ".md", ".sh", ".py", ".cfg", ".yml", ".sql"];
        KINDS.iter().any(|kind| self.path.ends_with(kind)) || self.path == ".ci/run"
    }

    /// Numbered lines, from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }
}

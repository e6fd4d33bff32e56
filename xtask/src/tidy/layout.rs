//! Where files lie, what they are called, how long they are, and that each says what it owns.

use super::{File, Finding};

const LINES_MAX: usize = 600;

/// From here on a person should look again; it is told, and fails nothing.
const LINES_NOTED: usize = 400;

/// Names under which anything could be put.
const DRAWERS: [&str; 9] =
    ["utils", "util", "common", "core", "helpers", "helper", "types", "misc", "shared"];

/// Every module file opens with `//!`; tests need not.
pub(super) fn module_docs(files: &[File]) -> Vec<Finding> {
    let is_module = |file: &&File| {
        let tests = file.path.ends_with("/tests.rs") || file.path.contains("/tests/");
        file.is_rust() && file.path.contains("src/") && !tests
    };
    let silent = |file: &&File| {
        let first = file.text.lines().find(|line| !line.trim().is_empty());
        !first.is_some_and(|line| line.starts_with("//!"))
    };
    let finding = |file: &File| Finding::new(&file.path, 1, "does not open with `//!`");
    files.iter().filter(is_module).filter(silent).map(finding).collect()
}

/// No `mod.rs`, and no file or folder of code whose name says nothing.
pub(super) fn names(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        if file.path.ends_with("/mod.rs") {
            findings.push(Finding::new(&file.path, 1, "use `foo.rs` beside `foo/`"));
        }
        let stem = file.path.trim_end_matches(".rs");
        if let Some(drawer) = stem.split('/').find(|part| DRAWERS.contains(part)) {
            let message = format!("`{drawer}` does not say what is in it");
            findings.push(Finding::new(&file.path, 1, message));
        }
    }
    findings
}

/// Source files over the limit.
pub(super) fn lengths(files: &[File]) -> Vec<Finding> {
    longer_than(files, LINES_MAX)
}

/// Source files to look at again.
pub(super) fn long(files: &[File]) -> Vec<Finding> {
    longer_than(files, LINES_NOTED)
}

fn longer_than(files: &[File], limit: usize) -> Vec<Finding> {
    let measured = files.iter().filter(|file| file.is_rust());
    measured
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > limit)
        .map(|(file, lines)| {
            Finding::new(&file.path, lines, format!("{lines} lines, over {limit}"))
        })
        .collect()
}

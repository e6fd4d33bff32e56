//! How long functions are, found by the depth of braces.

use super::source::blanked;
use super::{File, Finding};

const LINES_MAX: usize = 70;

/// Functions over the limit, each at the line where it begins.
pub(super) fn lengths(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        for (name, line, lines) in functions(&blanked(&file.text)) {
            if lines > LINES_MAX {
                let message = format!("`{name}` has {lines} lines, over {LINES_MAX}");
                findings.push(Finding::new(&file.path, line, message));
            }
        }
    }
    findings
}

/// Name, first line and number of lines of every function with a body.
fn functions(blanked: &str) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = blanked.lines().collect();
    let begins = (0..).zip(&lines).filter_map(|(at, line)| Some((at, name(line)?)));
    begins
        .filter_map(|(at, name)| Some((name.to_owned(), at + 1, body_length(&lines[at..])?)))
        .collect()
}

/// The function that a line declares.
fn name(line: &str) -> Option<&str> {
    const BEFORE: [&str; 6] = ["pub", "const", "async", "unsafe", "extern", "default"];
    let (before, after) = line.split_once("fn ")?;
    let words = before.split_whitespace();
    // `pub(crate)` and its like begin with `pub`; a blanked ABI leaves nothing.
    let declares = |word: &str| {
        let word = word.split('(').next().unwrap_or(word);
        BEFORE.contains(&word) || word.ends_with(')')
    };
    if !words.into_iter().all(declares) {
        return None;
    }
    let end = after.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    (end > 0).then(|| &after[..end])
}

/// From the line with `fn` to the one with the closing brace; none for a declaration without body.
fn body_length(lines: &[&str]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut brackets = 0_isize;
    for (at, line) in lines.iter().enumerate() {
        for c in line.chars() {
            match c {
                '(' | '[' => brackets += 1,
                ')' | ']' => brackets -= 1,
                ';' if depth == 0 && brackets == 0 => return None,
                '{' => depth += 1,
                '}' if depth == 1 => return Some(at + 1),
                '}' => depth = depth.checked_sub(1)?,
                _ => {}
            }
        }
    }
    None
}

//! Words that may not stand in the tree, and how lines end.
//!
//! The words are put together from parts here, so that this file does not find itself.

use super::{File, Finding};

/// What says that work was left undone.
const LEFT_TO_DO: [&str; 7] = [
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("db", "g!("),
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("#[ig", "nore"),
];

const SQL: [&str; 6] = [
    concat!("SELE", "CT "),
    concat!("INSERT ", "INTO "),
    concat!("DELETE ", "FROM "),
    concat!("CREATE ", "TABLE "),
    concat!("PRA", "GMA "),
    concat!("UPD", "ATE "),
];

/// A table's name stands between this pair; prose has the first word alone.
const UPDATE: (&str, &str) = (concat!("UPD", "ATE "), " SET ");

/// Folders beside the checkout are nobody's business but the machine's that checks it.
const OUTSIDE: &str = concat!("../", "shared");

pub(super) fn left_to_do(files: &[File]) -> Vec<Finding> {
    written_lines(
        files,
        |_| true,
        |line| {
            let word = LEFT_TO_DO.iter().find(|word| holds(line, word))?;
            Some(format!("`{word}`: do it or leave it out"))
        },
    )
}

pub(super) fn sql(files: &[File]) -> Vec<Finding> {
    let elsewhere = |file: &File| file.is_rust() && !file.path.starts_with("crates/store-");
    written_lines(files, elsewhere, |line| {
        let statement = SQL.iter().find(|statement| line.contains(**statement))?;
        let is_prose = *statement == UPDATE.0 && !line.contains(UPDATE.1);
        (!is_prose).then(|| format!("`{}` outside a store", statement.trim()))
    })
}

pub(super) fn outside(files: &[File]) -> Vec<Finding> {
    let elsewhere = |file: &File| file.path != ".ci/run";
    written_lines(files, elsewhere, |line| {
        line.contains(OUTSIDE).then(|| format!("`{OUTSIDE}` is not part of the project"))
    })
}

pub(super) fn line_ends(files: &[File]) -> Vec<Finding> {
    let mut findings = written_lines(
        files,
        |_| true,
        |line| {
            let clean = line.trim_end_matches([' ', '\t', '\r']) == line;
            (!clean).then(|| "white space at the end of the line".to_owned())
        },
    );
    for file in files.iter().filter(|file| file.is_written() && !file.text.is_empty()) {
        let last = file.text.lines().count();
        if !file.text.ends_with('\n') {
            findings.push(Finding::new(&file.path, last, "no line end at the end of the file"));
        } else if file.text.ends_with("\n\n") {
            findings.push(Finding::new(&file.path, last, "an empty line at the end of the file"));
        }
    }
    findings
}

fn written_lines(
    files: &[File],
    concerns: impl Fn(&File) -> bool,
    message: impl Fn(&str) -> Option<String>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_written() && concerns(file)) {
        // `lines` would hide a carriage return at the end of a line.
        for (number, line) in (1..).zip(file.text.split('\n')) {
            findings.extend(message(line).map(|message| Finding::new(&file.path, number, message)));
        }
    }
    findings
}

/// Whether `word` stands in `line` and is not part of a longer word.
fn holds(line: &str, word: &str) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        let begins =
            !word.starts_with(char::is_alphanumeric) || !is_letter(line[..at].chars().next_back());
        let ends = !word.ends_with(char::is_alphanumeric)
            || word.starts_with('#')
            || !is_letter(line[at + word.len()..].chars().next());
        begins && ends
    })
}

//! The table of what was measured, and whether the committed one still says it.
//!
//! The measured part of `docs/receivers.md` stands between two markers: the table's head, a row for
//! each receiver, and a sentence for each that differs from the vectors. Everything else there is
//! written by hand and never touched. A row holds for the version in it and what ran it: where the
//! machine has another, or another release of Debian's package, the row is not compared.

use anyhow::{Context, Result};

use super::cases::{LeftOut, Selection};
use super::judge::{ByWord, Tally};
use super::roster::Receiver;

const BEGIN: &str = "<!-- measured by `cargo xtask receivers`; not written by hand -->";
const END: &str = "<!-- end of what was measured -->";

const HEAD: &str = "\
| receiver | version | dialects | cases | false accepts | false refusals | crashes | looser than ours | stricter than ours | left out |
|---|---|---|--:|---|---|---|---|---|---|";

/// One receiver's part: its row, and its sentence or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) row: String,
    sentence: String,
}

/// How a committed entry stands to a measured one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Same,
    /// It holds for another version than this machine has.
    OfAnother(String),
    Differs(String),
}

impl Entry {
    /// `version` is the version and what ran it, parted by `, `.
    pub(super) fn new(
        receiver: &Receiver,
        version: &str,
        selection: &Selection,
        tally: &Tally,
    ) -> Self {
        let left_out = selection.left_out.iter();
        let left_out = left_out.map(|(why, cases): (&LeftOut, _)| (why.words().to_owned(), *cases));
        let cells = [
            receiver.name.to_owned(),
            version.to_owned(),
            receiver.dialects.join(", "),
            tally.cases.to_string(),
            counts(&of_words(&tally.false_accepts, true)),
            total(&tally.false_refusals).to_string(),
            crashes(tally),
            counts(&of_words(&tally.looser, true)),
            counts(&of_words(&tally.stricter, false)),
            counts(&left_out.collect::<Vec<_>>()),
        ];
        Self { row: row(&cells), sentence: sentence(receiver.name, tally) }
    }

    /// The entry of a receiver that this machine cannot run.
    pub(super) fn not_run(receiver: &Receiver, version: &str) -> Self {
        let mut cells = vec![receiver.name, version];
        let dialects = receiver.dialects.join(", ");
        cells.extend([dialects.as_str(), "not run", "", "", "", "", "", ""]);
        Self { row: row(&cells), sentence: String::new() }
    }

    /// Compares with what is committed in `page`. `is_pinned`: the checkout decides the version, so
    /// that only what runs it may be another.
    pub(super) fn standing(&self, page: &Page, is_pinned: bool) -> Standing {
        let name = cell(&self.row, 0);
        let committed = page.lines.iter().find(|line| cell(line, 0) == name);
        let Some(committed) = committed else {
            return Standing::Differs("it has no row".to_owned());
        };
        let (theirs, mine) = (cell(committed, 1), cell(&self.row, 1));
        let number = |version: &str| version.split(", ").next().unwrap_or_default().to_owned();
        if theirs != mine && !(is_pinned && number(theirs) != number(mine)) {
            return Standing::OfAnother(format!("the table has {theirs}, this machine {mine}"));
        }
        if *committed != self.row {
            return Standing::Differs(format!("the row is `{committed}`, measured `{}`", self.row));
        }
        let sentences = page.lines.iter().filter(|line| line.starts_with(&opening(name)));
        let sentences: Vec<&str> = sentences.map(String::as_str).collect();
        if sentences.concat() != self.sentence {
            return Standing::Differs(format!("measured: {}", self.sentence));
        }
        Standing::Same
    }
}

/// The text of `docs/receivers.md`.
#[derive(Debug)]
pub(super) struct Page {
    before: String,
    after: String,
    /// The measured lines.
    lines: Vec<String>,
}

impl Page {
    /// # Errors
    /// A marker is missing.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let (before, rest) = text.split_once(BEGIN).context("the first marker is missing")?;
        let (measured, after) = rest.split_once(END).context("the last marker is missing")?;
        let lines = measured.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        Ok(Self { before: before.to_owned(), after: after.to_owned(), lines })
    }

    /// The page with `entries` as what was measured.
    pub(super) fn with(&self, entries: &[Entry]) -> String {
        let rows: String = entries.iter().map(|entry| format!("{}\n", entry.row)).collect();
        let sentences = entries.iter().filter(|entry| !entry.sentence.is_empty());
        let sentences: String = sentences.map(|entry| format!("{}\n", entry.sentence)).collect();
        let (before, after) = (&self.before, &self.after);
        format!("{before}{BEGIN}\n\n{HEAD}\n{rows}\n{sentences}\n{END}{after}")
    }

    /// Rows of receivers that nobody measures, or a head that is another; nothing when there are none.
    pub(super) fn strangers(&self, entries: &[Entry]) -> String {
        let names: Vec<&str> = entries.iter().map(|entry| cell(&entry.row, 0)).collect();
        let mut strange: Vec<&str> = Vec::new();
        let head: Vec<&str> = HEAD.lines().collect();
        for line in &self.lines {
            let named = names.contains(&cell(line, 0))
                || names.iter().any(|name| line.starts_with(&opening(name)));
            if !named && !head.contains(&line.as_str()) {
                strange.push(line);
            }
        }
        if !head.iter().all(|line| self.lines.iter().any(|other| other == line)) {
            strange.push("the head of the table is another");
        }
        strange.join("; ")
    }
}

fn row(cells: &[impl AsRef<str>]) -> String {
    let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
    format!("| {} |", cells.join(" | "))
}

/// The text of a row's cell, counted from 0; empty where the line is no row.
fn cell(line: &str, index: usize) -> &str {
    line.strip_prefix('|').and_then(|line| line.split('|').nth(index)).unwrap_or_default().trim()
}

fn opening(name: &str) -> String {
    format!("- {name} ")
}

fn of_words(words: &ByWord, is_code: bool) -> Vec<(String, usize)> {
    let word = |word: &String| if is_code { format!("`{word}`") } else { word.clone() };
    words.iter().map(|(key, names)| (word(key), names.len())).collect()
}

fn total(words: &ByWord) -> usize {
    words.values().map(Vec::len).sum()
}

/// `0`, or the sum and what it is made of.
fn counts(parts: &[(String, usize)]) -> String {
    let sum: usize = parts.iter().map(|(_, count)| count).sum();
    let parts: Vec<String> = parts.iter().map(|(word, count)| format!("{word} {count}")).collect();
    if sum == 0 { "0".to_owned() } else { format!("{sum}: {}", parts.join(", ")) }
}

/// The kinds of crashes, and at how many genuine cases; the others were at what must be refused.
fn crashes(tally: &Tally) -> String {
    let kinds = counts(&of_words(&tally.crashes, true));
    match tally.crashes_at_genuine {
        0 => kinds,
        genuine => format!("{kinds}; at genuine ones {genuine}"),
    }
}

/// What the receiver does otherwise than the vectors say, an example of each; nothing when it does not.
fn sentence(name: &str, tally: &Tally) -> String {
    let of = |verb: &str, words: &ByWord| -> Vec<String> {
        let first = |(word, names): (&String, &Vec<String>)| {
            Some(format!("{verb} {} (`{word}`)", names.first()?))
        };
        words.iter().filter_map(first).collect()
    };
    let mut parts = of("accepts", &tally.false_accepts);
    let refusals = tally.false_refusals.values().flatten().next();
    parts.extend(refusals.map(|case| format!("refuses {case}")));
    parts.extend(of("crashes at", &tally.crashes));
    if parts.is_empty() {
        return String::new();
    }
    format!("{}{}.", opening(name), parts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::super::roster::ROSTER;
    use super::*;

    fn page(lines: &str) -> Page {
        Page::parse(&format!("before\n{BEGIN}\n\n{HEAD}\n{lines}\n{END}\nafter\n")).unwrap()
    }

    fn entry(version: &str) -> Entry {
        let words =
            |word: &str| ByWord::from([(word.to_owned(), vec!["`github` \"a\"".to_owned()])]);
        let tally = Tally {
            cases: 3,
            false_accepts: words("mismatch"),
            crashes: words("ValueError"),
            crashes_at_genuine: 1,
            ..Tally::default()
        };
        let mut selection = Selection::default();
        selection.left_out.insert(LeftOut::SeveralSecrets, 2);
        Entry::new(&ROSTER[1], version, &selection, &tally)
    }

    #[test]
    fn an_entry_is_a_row_and_a_sentence() {
        let entry = entry("1.0, Node.js 22");
        let row = "| octokit | 1.0, Node.js 22 | github | 3 | 1: `mismatch` 1 | 0 | 1: `ValueError` 1; at genuine ones 1 | 0 | 0 | 2: several secrets 2 |";
        assert_eq!(entry.row, row);
        let sentence = "- octokit accepts `github` \"a\" (`mismatch`); crashes at `github` \"a\" (`ValueError`).";
        assert_eq!(entry.sentence, sentence);
    }

    #[test]
    fn what_is_written_is_read_as_the_same() {
        let entry = entry("1.0, Node.js 22");
        let text = page("").with(std::slice::from_ref(&entry));
        assert!(text.starts_with("before\n") && text.ends_with("\nafter\n"));
        let written = Page::parse(&text).unwrap();
        assert_eq!(entry.standing(&written, true), Standing::Same);
        assert_eq!(written.strangers(std::slice::from_ref(&entry)), "");
        assert_eq!(written.with(&[entry]), text);
    }

    #[test]
    fn another_figure_another_sentence_and_no_row_differ() {
        let entry = entry("1.0, Node.js 22");
        let row = entry.row.replace("| 3 |", "| 4 |");
        let differs =
            |lines: &str| matches!(entry.standing(&page(lines), true), Standing::Differs(_));
        assert!(differs(&format!("{row}\n{}", entry.sentence)));
        assert!(differs(&format!("{}\n{}x", entry.row, entry.sentence)));
        assert!(differs(&entry.row));
        assert!(differs(""));
    }

    #[test]
    fn a_row_holds_for_its_version_and_what_ran_it() {
        let committed = page(&entry("1.0, Node.js 22").row);
        let standing = |version: &str, is_pinned| entry(version).standing(&committed, is_pinned);
        assert!(matches!(standing("1.0, Node.js 24", true), Standing::OfAnother(_)));
        assert!(matches!(standing("1.1, Node.js 22", true), Standing::Differs(_)));
        assert!(matches!(standing("1.1, Node.js 22", false), Standing::OfAnother(_)));
    }

    #[test]
    fn a_row_of_nobody_and_another_head_are_told() {
        let entry = entry("1.0, Node.js 22");
        assert!(page("| gone | 1 |").strangers(std::slice::from_ref(&entry)).contains("gone"));
        let mut page = page(&entry.row);
        page.lines.remove(0);
        assert!(page.strangers(&[entry]).contains("head"));
    }
}

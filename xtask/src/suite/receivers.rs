//! Receivers that people use today, fed with the project's vectors, as they are installed from Debian,
//! PyPI and npm; and ours beside them.
//!
//! Each gets only cases of dialects that it claims (`roster`), what cannot be given fairly is left out
//! and counted (`cases`), and what is our own reading is nobody's fault (`judge`). The rules stand for
//! readers in `docs/receivers.md`, with the table that this suite measures: the suite fails when the
//! two differ, and `cargo xtask receivers` writes it anew. What others do is no failure of ours; that
//! our own program is not exact is one.

mod adapters;
mod cases;
mod hook_server;
mod installed;
mod judge;
mod own;
mod roster;
mod table;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use self::cases::{Case, Selection};
use self::installed::{Installed, Ready};
use self::judge::{Answer, Tally};
use self::roster::{Kind, ROSTER, Receiver};
use self::table::{Entry, Page, Standing};
use super::{Job, Suite, Unprepared};
use crate::folder::Scratch;
use crate::report::Report;
use crate::vectors;

const PAGE: &str = "docs/receivers.md";

#[derive(Debug, Default)]
pub(crate) struct Receivers {
    /// Whether the table is written and not compared.
    writes: bool,
    installed: Option<Installed>,
}

impl Receivers {
    /// The suite that writes its table.
    pub(crate) fn writing() -> Self {
        Self { writes: true, installed: None }
    }
}

impl Suite for Receivers {
    fn name(&self) -> &'static str {
        "receivers"
    }

    fn is_quick(&self) -> bool {
        false
    }

    fn prepare(&mut self, job: &Job) -> Result<(), Unprepared> {
        self.installed = Some(Installed::prepare(&job.root)?);
        Ok(())
    }

    fn run(&mut self, job: &Job) -> Result<Report> {
        let mut report = Report::default();
        let Some(installed) = self.installed.take() else {
            return Ok(report);
        };
        let scratch = Scratch::new("receivers")?;
        let bench = Bench { cases: all_cases(&job.root)?, root: &job.root, scratch: &scratch };
        let mut measured = Vec::new();
        for receiver in &ROSTER {
            let version = receiver.pinned_version(&job.root)?;
            let entry = match installed.ready(receiver.kind) {
                Ok(ready) => Some(bench.measure(receiver, version, &ready, &mut report)?),
                Err(why) => {
                    let said =
                        format!("{} was not run: {}; {}", receiver.name, why.reason, why.remedy);
                    not_run(&mut report, said);
                    None
                }
            };
            measured.push((receiver, entry));
        }
        if self.writes {
            write(&job.root, &measured)?;
        } else {
            compare(&job.root, &measured, &mut report)?;
        }
        Ok(report)
    }
}

/// A receiver and, if it ran, what was measured.
type Measured<'a> = (&'a Receiver, Option<Entry>);

/// What every receiver is measured with.
struct Bench<'a> {
    cases: Vec<Case>,
    root: &'a Path,
    scratch: &'a Scratch,
}

impl Bench<'_> {
    fn measure(
        &self,
        receiver: &Receiver,
        pinned: String,
        ready: &Ready,
        report: &mut Report,
    ) -> Result<Entry> {
        let selection = Selection::of(receiver, &self.cases);
        let answers = self.answers(receiver, ready, &selection);
        let answers = answers.with_context(|| receiver.name)?;
        let tally = Tally::of(&selection, &answers).with_context(|| receiver.name)?;
        let version = match ready.version()? {
            Some(version) if receiver.is_pinned() => format!("{pinned}, {version}"),
            Some(version) => version,
            None => pinned,
        };
        let entry = Entry::new(receiver, &version, &selection, &tally);
        println!("  {}", entry.row);
        report.check(&format!("{} has cases", receiver.name), none_of(tally.cases == 0));
        if receiver.kind == Kind::Own {
            let problem = if tally.is_exact() { String::new() } else { format!("{tally:?}") };
            report.check("ours does what the vectors say", &problem);
        }
        Ok(entry)
    }

    fn answers(
        &self,
        receiver: &Receiver,
        ready: &Ready,
        selection: &Selection,
    ) -> Result<Vec<Answer>> {
        let folder = self.scratch.folder(receiver.name)?;
        match ready {
            Ready::HookServer => hook_server::answers(&selection.cases, &folder),
            Ready::Own { program } => own::answers(program, &selection.cases, &folder),
            Ready::Python { python, word } => {
                adapters::python(python, word, &selection.write(&folder)?, self.root)
            }
            Ready::JavaScript { node, packages, word } => {
                let files = selection.write(&folder)?;
                adapters::javascript(node, packages, word, &files, self.root)
            }
        }
    }
}

/// The cases of all dialects that somebody claims.
fn all_cases(root: &Path) -> Result<Vec<Case>> {
    let dialects: BTreeSet<_> = ROSTER.iter().flat_map(|receiver| receiver.dialects).collect();
    let folder = vectors::folder(root);
    let mut all = Vec::new();
    for dialect in dialects {
        all.extend(cases::read(&folder, dialect)?);
    }
    Ok(all)
}

/// One receiver less: a failure where everything has to run.
fn not_run(report: &mut Report, said: String) {
    if env::var("CI").is_ok_and(|value| value == "true" || value == "1") {
        report.fail(said);
    } else {
        report.skipped += 1;
        report.note(said);
    }
}

fn write(root: &Path, measured: &[Measured<'_>]) -> Result<()> {
    let path = root.join(PAGE);
    let page = Page::parse(&fs::read_to_string(&path).context(PAGE)?).context(PAGE)?;
    let text = page.with(&entries(root, measured)?);
    fs::write(&path, text).context(PAGE)?;
    println!("  {PAGE}");
    Ok(())
}

fn compare(root: &Path, measured: &[Measured<'_>], report: &mut Report) -> Result<()> {
    let page = Page::parse(&fs::read_to_string(root.join(PAGE)).context(PAGE)?).context(PAGE)?;
    for (receiver, entry) in measured {
        let Some(entry) = entry else { continue };
        let name = format!("{PAGE} says what {} does", receiver.name);
        match entry.standing(&page, receiver.is_pinned()) {
            Standing::Same => report.check(&name, ""),
            Standing::OfAnother(why) => {
                report.skipped += 1;
                report.note(format!("{} is not compared: {why}", receiver.name));
            }
            Standing::Differs(how) => {
                report.check(&name, &format!("{how}; run `cargo xtask receivers`"));
            }
        }
    }
    let strangers = page.strangers(&entries(root, measured)?);
    report.check("the table is of these receivers alone", &strangers);
    Ok(())
}

fn entries(root: &Path, measured: &[Measured<'_>]) -> Result<Vec<Entry>> {
    let entry = |(receiver, entry): &Measured<'_>| match entry {
        Some(entry) => Ok(entry.clone()),
        None => Ok(Entry::not_run(receiver, &receiver.pinned_version(root)?)),
    };
    measured.iter().map(entry).collect()
}

fn none_of(is_empty: bool) -> &'static str {
    if is_empty { "there are none" } else { "" }
}

//! `countersign demo --once`: the whole pipeline in one command, which leaves nothing behind.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::{Job, Suite, Unprepared};
use crate::cargo::{self, Target};
use crate::folder::{self, Scratch};
use crate::process::{end_of, output};
use crate::report::Report;

const LIMIT: Duration = Duration::from_secs(120);

/// What the demonstration must say of the four requests it sends.
const WORDS: [&str; 3] = ["delivered", "refused", "duplicate"];

#[derive(Debug, Default)]
pub(crate) struct Demo {
    program: PathBuf,
}

impl Suite for Demo {
    fn name(&self) -> &'static str {
        "demo"
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn prepare(&mut self, job: &Job) -> Result<(), Unprepared> {
        self.program = cargo::build(&job.root, Target::Binary("countersign"), false)?;
        Ok(())
    }

    fn run(&mut self, _job: &Job) -> Result<Report> {
        let scratch = Scratch::new("demo")?;
        let (working, temporary) = (scratch.folder("working")?, scratch.folder("temporary")?);
        let mut demo = Command::new(&self.program);
        demo.args(["demo", "--once"]).current_dir(&working).env("TMPDIR", &temporary);
        let done = output(&mut demo, LIMIT)?;
        let text = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();

        let mut report = Report::default();
        let ended_badly = format!("{}: {}", done.status, end_of(&text));
        report.check("exits 0", if done.status.success() { "" } else { &ended_badly });
        report.check("tells what became of each request", &absent(&text));
        let working = folder::names_in(&working)?;
        report.check("leaves its working folder empty", &working.join(" "));
        let temporary = folder::names_in(&temporary)?;
        report.check("leaves the temporary folder empty", &temporary.join(" "));
        Ok(report)
    }
}

/// The words that are absent, or nothing.
fn absent(text: &str) -> String {
    let absent: Vec<_> = WORDS.into_iter().filter(|word| !text.contains(word)).collect();
    if absent.is_empty() {
        return String::new();
    }
    format!("it does not say: {}; it says: {}", absent.join(", "), end_of(text))
}

#[cfg(test)]
mod tests {
    use super::absent;

    #[test]
    fn each_word_must_be_there() {
        assert_eq!(absent("delivered refused duplicate"), "");
        assert!(absent("delivered duplicate").contains("refused"));
    }
}
